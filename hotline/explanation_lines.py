"""An explanation as lines on a terminal, aligned for people who read Chinese."""

import shutil
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import IO

from classifiers.edits import Edit, EditKind
from classifiers.language import CHINESE, ENGLISH
from dispatcher.workflow.city import City
from hotline.explaining import Explanation, name_of_category, name_of_unit
from models.codes import SubjectType, Urgency
from models.understanding import Evidence, Facts, Guess, Repair

_MARGIN = 6
_BAR_COLUMNS = 16
_MOST_EDITS_OF_A_KIND = 6
_FEWEST_COLUMNS, _MOST_COLUMNS = 40, 110  # longer lines tire the eye

_EDITS = {
    EditKind.TRADITIONAL: "繁体",
    EditKind.FULL_WIDTH: "全角",
    EditKind.CAPITAL: "大写",
    EditKind.FILLER: "略去语气词",
    EditKind.STUTTER: "略去重复",
    EditKind.BLANKED: "略去标记",
    EditKind.INVISIBLE: "略去不可见字符",
}
_LANGUAGES = {CHINESE: "中文", ENGLISH: "英文"}
_NEVER_FIRST = frozenset("，。、；：！？）”》")
"""Punctuation that begins no line; two columns are kept free for it."""

_EIGHTHS = " ▏▎▍▌▋▊▉"

_PLAIN, _DIM, _WORD, _ALARM, _GOOD, _CAUTION = "", "2", "1;4", "1;31", "1;32", "1;33"
"""Terminal codes (ECMA-48 SGR) of what stands out."""

Styled = tuple[str, str]
"""A piece of text with its terminal code."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What an explanation is written on: its width in columns, and whether it takes colours."""

    columns: int
    colours: bool

    @classmethod
    def of_terminal(cls, stream: IO[str], environment: Mapping[str, str]) -> "Paper":
        """Return the terminal behind ``stream``; a file or a pipe takes no colours, nor who set NO_COLOR (no-color.org)."""
        columns = min(max(shutil.get_terminal_size().columns, _FEWEST_COLUMNS), _MOST_COLUMNS)
        return cls(columns, stream.isatty() and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb")


def lines_of(explanation: Explanation, city: City, paper: Paper) -> Iterator[str]:
    """Yield the lines: what was said, what it was taken for, and what becomes of it."""
    blank: Row = ("", ())
    for title, pieces in (
        *_text_rows(explanation),
        blank,
        *_guess_rows(explanation, city),
        *_issue_rows(explanation, city),
        blank,
        *_fact_rows(explanation, city),
    ):
        yield from _written(title, pieces, paper)


Row = tuple[str, Sequence[Styled]]


def _text_rows(explanation: Explanation) -> Iterator[Row]:
    text, language = explanation.text, explanation.understanding.language
    best = explanation.understanding.best.category_code
    yield "原文", _marked(text.raw, explanation.evidence[best])
    if explanation.edits:
        yield "识读", [(text.text, _PLAIN)]
    changes = [*_edits_in_words(text.raw, explanation.edits), *_repairs_in_words(explanation.understanding.repairs)]
    if changes:
        yield "改动", [("；".join(changes), _PLAIN)]
    yield "语言", [(_LANGUAGES.get(language, "其他"), _PLAIN)]


def _marked(raw: str, evidence: Iterable[Evidence]) -> list[Styled]:
    marked = {position for each in evidence for position in range(each.start, each.end)}
    styled = [(character, _WORD if position in marked else _PLAIN) for position, character in enumerate(raw)]
    return [("".join(character for character, _ in run), style) for style, run in groupby(styled, key=lambda each: each[1])]


def _edits_in_words(raw: str, edits: Iterable[Edit]) -> Iterator[str]:
    for kind, title in _EDITS.items():
        of_kind = dict.fromkeys(
            _shown(raw[edit.start : edit.end]) + (f"→{edit.after}" if edit.after.strip() else "")
            for edit in edits
            if edit.kind is kind
        )
        if of_kind:
            more = f" 等 {len(of_kind)} 种" if len(of_kind) > _MOST_EDITS_OF_A_KIND else ""
            yield f"{title} {' '.join(list(of_kind)[:_MOST_EDITS_OF_A_KIND])}{more}"


def _repairs_in_words(repairs: Iterable[Repair]) -> Iterator[str]:
    if repairs:
        yield f"听错的地名 {' '.join(f'{each.heard}→{each.taken}' for each in repairs)}"


def _shown(text: str) -> str:
    """Return ``text`` with names for what a terminal would not show."""
    return "".join(
        character if character.isprintable() and not character.isspace() else f"U+{ord(character):04X}" for character in text
    )


def _guess_rows(explanation: Explanation, city: City) -> Iterator[Row]:
    top = explanation.understanding.top
    names = [f"{guess.category_code} {name_of_category(guess.category_code, city)}" for guess in top]
    widest = max(map(_columns, names))
    for number, (guess, name) in enumerate(zip(top, names, strict=True)):
        padding = " " * (widest - _columns(name) + 2)
        words = " ".join(each.word for each in explanation.evidence.get(guess.category_code, ()))
        yield (
            ("" if number else "分类"),
            [
                (name + padding, _PLAIN if number else _WORD),
                (_bar(guess), _DIM if number else _PLAIN),
                (f" {guess.probability:.2f}  ", _PLAIN),
                (words, _DIM if number else _PLAIN),
            ],
        )


def _issue_rows(explanation: Explanation, city: City) -> Iterator[Row]:
    """Yield the requests of a contact that holds several, each with its best guess and where it stands."""
    for number, issue in enumerate(explanation.understanding.issues):
        best = issue.top[0]
        name = f"{best.category_code} {name_of_category(best.category_code, city)}"
        yield (
            ("" if number else "拆分"),
            [
                (f"{number + 1}. {name} · {issue.request_type.label} {best.probability:.2f}  ", _WORD),
                (f"{explanation.text.raw[issue.start : issue.end].strip()} [{issue.start}:{issue.end}]", _PLAIN),
            ],
        )


def _bar(guess: Guess) -> str:
    """Return the probability as a bar of whole and eighth blocks."""
    eighths = round(guess.probability * _BAR_COLUMNS * 8)
    whole, rest = divmod(eighths, 8)
    return ("█" * whole + (_EIGHTHS[rest] if rest else "")).ljust(_BAR_COLUMNS)


def _fact_rows(explanation: Explanation, city: City) -> Iterator[Row]:
    yield "类型", [(explanation.judgement.request_type.label, _PLAIN)]
    yield "程度", _urgency(explanation, city)
    yield "地点", [(_place(explanation, city), _PLAIN)]
    facts = [*_facts_in_words(explanation.understanding.facts)]
    if facts:
        yield "要素", [("；".join(facts), _PLAIN)]
    yield "单位", _units(explanation, city)
    if explanation.route.basis:
        yield "依据", [(f"{explanation.route.basis}（派单目录 {city.routes.version}）", _PLAIN)]
    yield "结论", [_verdict(explanation)]
    yield "分档", [(_band(explanation), _PLAIN)]
    yield "模型", [(explanation.understanding.model_version, _DIM)]


def _urgency(explanation: Explanation, city: City) -> list[Styled]:
    understanding = explanation.understanding
    style = {Urgency.CRITICAL: _ALARM, Urgency.URGENT: _CAUTION}.get(understanding.urgency, _PLAIN)
    pieces = [(understanding.urgency.label, style)]
    if understanding.alarm is not None:
        pieces.append((f" · 听到“{understanding.alarm}”", _PLAIN))
    elif understanding.urgency is not Urgency.NORMAL:
        pieces.append((" · 全文的语气", _PLAIN))
    if understanding.alarm_category is not None:
        name = name_of_category(understanding.alarm_category, city)
        pieces.append((f" · 属于 {understanding.alarm_category} {name}", _PLAIN))
    return pieces


def _place(explanation: Explanation, city: City) -> str:
    code, address = explanation.understanding.district_code, explanation.understanding.address
    if code is None and address is None:
        return "没有提到"
    district = "属地不明" if code is None else city.profile.districts[code].name
    if address is None:
        return district
    return address if address.startswith(district) else f"{district} · {address}"


def _facts_in_words(facts: Facts) -> Iterator[str]:
    if facts.subject is SubjectType.ENTERPRISE:
        yield "企业诉求"
    if facts.plate is not None:
        yield f"车牌 {facts.plate}" if facts.plate_kind is None else f"车牌 {facts.plate}（{facts.plate_kind.label}）"
    if facts.amount is not None:
        yield f"金额 {facts.amount:,f} 元"
    if facts.when is not None:
        yield f"时间 {facts.when}"
    if facts.company is not None:
        yield f"涉及 {facts.company}"
    if facts.anonymous:
        yield "要求匿名"
    if facts.confidential:
        yield "要求保密"
    if facts.mood is not None:
        yield f"情绪 {facts.mood.label}"


def _units(explanation: Explanation, city: City) -> list[Styled]:
    route = explanation.route
    if route.lead is None:
        reason = "" if route.doubt is None else f"（{route.doubt.label}）"
        lead = (f"待人工指定{reason}", _CAUTION)
    else:
        lead = (f"{name_of_unit(route.lead, city)}（主办）", _PLAIN)
    return [lead, *((f" {name_of_unit(code, city)}（协办）", _PLAIN) for code in route.co_units)]


def _verdict(explanation: Explanation) -> Styled:
    if explanation.judgement.nuisance:
        return "作为无效骚扰办结，不立工单", _GOOD
    if explanation.doubts:
        return f"待人工确认：{'、'.join(doubt.label for doubt in explanation.doubts)}", _CAUTION
    if explanation.judgement.urgency is Urgency.CRITICAL:
        return "特急，不看分档，立即派单", _ALARM
    return "自动派单", _GOOD


def _band(explanation: Explanation) -> str:
    confidence, bands = explanation.understanding.best.probability, explanation.bands
    below = "三选一确认" if confidence >= bands.review else "人工判断"
    band = "自动" if confidence >= bands.automatic else below
    return f"把握 {confidence:.2f}，{band}（自动 ≥ {bands.automatic:.2f}，三选一确认 ≥ {bands.review:.2f}）"


def _written(title: str, pieces: Iterable[Styled], paper: Paper) -> Iterator[str]:
    """Yield one row as lines no wider than the paper, the title beside the first."""
    cells = [(cell, style) for text, style in pieces for cell in _cells(text)]
    margin = _dimmed(title, paper) + " " * (_MARGIN - _columns(title))
    for line in _wrapped(cells, paper.columns - _MARGIN):
        yield (margin + "".join(_coloured(line, paper))).rstrip()
        margin = " " * _MARGIN


def _cells(text: str) -> str:
    """Return ``text`` as a terminal may show it: blanks for line breaks, pictures for control characters."""
    return "".join(
        " " if character.isspace() else chr(0x2400 + ord(character)) if ord(character) < 0x20 else character
        for character in text
        if character.isprintable() or character.isspace() or ord(character) < 0x20 or 0xD800 <= ord(character) < 0xE000
    )


def _wrapped(cells: Sequence[Styled], columns: int) -> Iterator[list[Styled]]:
    line: list[Styled] = []
    used = 0
    for cell in cells:
        width = _columns(cell[0])
        if used + width > columns - 2 and (used + width > columns or cell[0] not in _NEVER_FIRST):
            yield line
            line, used = [], 0
        line.append(cell)
        used += width
    yield line


def _coloured(line: Sequence[Styled], paper: Paper) -> Iterator[str]:
    for style, run in groupby(line, key=lambda each: each[1]):
        text = "".join(cell for cell, _ in run)
        yield f"\033[{style}m{text}\033[0m" if style and paper.colours else text


def _dimmed(title: str, paper: Paper) -> str:
    return f"\033[{_DIM}m{title}\033[0m" if title and paper.colours else title


def _columns(text: str) -> int:
    """Return how many columns ``text`` takes on a terminal."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
