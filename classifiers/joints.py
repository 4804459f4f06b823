"""Joints: the places where a text could be cut into requests, by its punctuation and by what joins requests."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from enum import IntFlag, auto
from functools import lru_cache
from itertools import islice

from models.profile import SplitCues


class Mark(IntFlag):
    """What a joint is made of. The lower ones are cues of a profile, named as there; the higher ones punctuation."""

    ANOTHER = auto()
    BESIDES = auto()
    ALSO = auto()
    THEN = auto()
    FIRST = auto()
    ITEM = auto()
    SEVERAL = auto()
    SINGLE = auto()
    STOP = auto()  # 。！ or a line break
    HALT = auto()  # ；
    ASK = auto()  # ？
    PAUSE = auto()  # ，、：


PUNCTUATION = int(Mark.STOP | Mark.HALT | Mark.ASK | Mark.PAUSE)
_JOINING = int(Mark.ANOTHER | Mark.BESIDES | Mark.ALSO | Mark.ITEM)
_CUTTING = _JOINING | int(Mark.THEN) | PUNCTUATION
_OPENING = int(Mark.FIRST | Mark.SEVERAL)

_MARK_OF_CHARACTER = {
    character: int(mark)
    for mark, characters in ((Mark.STOP, "。！!\n."), (Mark.HALT, "；;"), (Mark.ASK, "？?"), (Mark.PAUSE, "，、：,…～"))
    for character in characters
}
_REST_OF_RUN = r"[。！!\n；;？?，、：…～.,\s”’】）]{0,20}"
_PUNCTUATION = {
    **dict.fromkeys("。！!\n；;？?，、：…～", _REST_OF_RUN),
    ".": rf"(?!\d){_REST_OF_RUN}",
    ",": rf"(?!\d){_REST_OF_RUN}",
    " ": r"(?<=[^\x00-\x7f] )\s{0,20}(?=[^\x00-\x7f])",
}
"""What follows each character that begins a run of punctuation; a blank counts where no Latin word stands beside it."""

_MOST_MATCHES = 200
"""What is considered of one text; the longest letter of our corpus has 38."""

_FILLERS = re.compile("(?:那个|这个|就是|一个|一件|这里|[啊呢哦喔诶哎咧哈呀嘛那我是个件事条点]){1,4}")
"""What may stand inside a joint: 还有(就是那个)…, 第二(个)…"""

_MOST_FILLERS = 8
"""Characters: four fillers of two."""

_PARTICLES = re.compile("(?:就是|那个|[啊呢哦喔诶咧哈呀嘛是]){1,4}")
"""What ends a spoken joint: 另外啊, 第二个就是."""


Joint = tuple[int, int, int]
"""``(start, end, marks)``: the text before it ends at ``start``, the text after it begins at ``end``; ``marks`` are bits of
``Mark``. A plain tuple, because a text has a dozen."""


@dataclass(frozen=True, slots=True)
class Joints:
    """What was found in one text, in its order.

    ``cuts`` are where it could be cut; ``openings`` what only announces or numbers the first request (两件事：第一). ``marks``
    are the bits of ``Mark`` that occur anywhere.
    """

    cuts: Sequence[Joint]
    openings: Sequence[Joint]
    marks: int


class JointFinder:
    """Finds the joints of normalised texts; a false friend of the cues joins nothing."""

    def __init__(self, cues: SplitCues) -> None:
        # False friends are found, so that no cue inside them is, and have no mark.
        self._mark_of_cue = {
            phrase: int(Mark.__members__.get(field.name.upper(), 0))
            for field in fields(cues)
            for phrase in getattr(cues, field.name)
        }
        self._pattern = _pattern_of(self._mark_of_cue)

    def find(self, text: str) -> Joints:
        """Return the joints of ``text``; neighbours with nothing but fillers between them are one."""
        found: list[Joint] = []
        seen, last = 0, (0, -1 - _MOST_FILLERS, 0)
        for match in islice(self._pattern.finditer(text), _MOST_MATCHES):
            start, end = match.span()
            phrase = match[0]
            marks = self._mark_of_cue.get(phrase)
            if marks is None:
                marks = _marks_of_punctuation(phrase)
            elif not marks:
                continue
            elif particles := _PARTICLES.match(text, end):
                end = particles.end()
            seen |= marks
            gap = start - last[1]
            if gap <= _MOST_FILLERS and (not gap or _FILLERS.fullmatch(text, last[1], start)):
                found[-1] = last = (last[0], end, last[2] | marks)
            else:
                last = (start, end, marks)
                found.append(last)
        if not seen & (_OPENING | int(Mark.SINGLE)):
            return Joints(found, (), seen)
        return Joints(
            [each for each in found if each[2] & _CUTTING and (each[2] & _JOINING or not each[2] & _OPENING)],
            [each for each in found if each[2] & _OPENING and not each[2] & _JOINING],
            seen,
        )


@lru_cache(maxsize=1024)
def _marks_of_punctuation(run: str) -> int:
    marks = 0
    for character in run:
        marks |= _MARK_OF_CHARACTER.get(character, 0)
    return marks or int(Mark.PAUSE)


def _pattern_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that finds a run of punctuation or the longest of the phrases.

    Each branch begins with one character and no two with the same: then ``re`` skips quickly to where a branch can begin
    (20 times as fast as a plain list of the phrases).
    """
    rests: dict[str, list[str]] = {first: [rest] for first, rest in _PUNCTUATION.items()}
    for phrase in sorted(phrases, key=lambda phrase: (-len(phrase), phrase)):
        rests.setdefault(phrase[0], []).append(_rest_of(phrase))
    return re.compile("|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in sorted(rests.items())))


def _rest_of(phrase: str) -> str:
    """Return a pattern for ``phrase`` behind its first character, if no longer Latin word or number holds it."""
    before = r"(?<![a-z0-9.].)" if _is_latin(phrase[0]) else ""
    after = "(?![a-z0-9])" if _is_latin(phrase[-1]) else r"(?!\d)" if phrase[-1] == "." else ""
    return before + re.escape(phrase[1:]) + after


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
