"""The pairs of a profile's emergencies: two things that alarm only together."""

from collections.abc import Set as AbstractSet
from pathlib import Path

from config.profile_files import Problems, label_of, read_lines
from models.profile import CriticalPair

_CLASS_MARK = "@"


def read_pairs(path: Path, problems: Problems) -> tuple[CriticalPair, ...]:
    """Return the pairs of a file whose lines are classes of words and pairs.

    ``name = word word @class`` adds to a class; a class is told before it is used. ``0805: @class word`` is a pair, with
    the category of such an emergency before the colon where there is one.
    """
    file = _PairFile(label_of(path), problems)
    for number, line in read_lines(path, problems):
        file.read(number, line)
    file.note_unused()
    return tuple(file.pairs)


class _PairFile:
    """What was read so far; ``pairs`` holds the line of each."""

    def __init__(self, label: str, problems: Problems) -> None:
        self.pairs: dict[CriticalPair, int] = {}
        self._classes: dict[str, set[str]] = {}
        self._used: set[str] = set()
        self._label = label
        self._problems = problems

    def read(self, number: int, line: str) -> None:
        """Take over one line without its remark."""
        name, equals, words = line.partition("=")
        if equals:
            members = self._classes.setdefault(name.strip(), set())
            for word in words.split():
                members.update(self._words_of(word, number))
            return
        code, _, parts = line.rpartition(":")
        things = [frozenset(self._words_of(part, number)) for part in parts.split()]
        if len(things) != 2:
            self._note(number, f"has {len(things)} words; 2 wanted, or a class (name = words)")
            return
        pair = CriticalPair(things[0], things[1], code.strip() or None)
        if self.pairs.setdefault(pair, number) != number:
            self._note(number, f"stands already in line {self.pairs[pair]}")

    def note_unused(self) -> None:
        """Note the classes that do nothing: most often a slip of the pen."""
        for name in sorted(self._classes.keys() - self._used):
            self._problems.add(self._label, name, "is a class that no line uses")

    def _words_of(self, word: str, number: int) -> AbstractSet[str]:
        if not word.startswith(_CLASS_MARK):
            return {word.replace("_", " ")}
        name = word.removeprefix(_CLASS_MARK)
        if name not in self._classes:
            self._note(number, f"names the class {name}, which no line above tells")
        self._used.add(name)
        return self._classes.get(name, frozenset())

    def _note(self, number: int, reason: str) -> None:
        self._problems.add(self._label, f"line {number}", reason)
