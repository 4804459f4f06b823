"""The TOML files of a profile: its head, its deadlines, its message texts."""

import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from config.profile_files import Problems, Table, read_table
from models.codes import ClockKind, RequestType, Stage, Urgency
from models.profile import ANY_EMERGENCY, Allowance, ConfidenceBands, DeadlineRules, MergeRule

K = TypeVar("K")

MESSAGE_FIELDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "received": frozenset({"title", "ticket_no", "date"}),
        "wechat_received": frozenset(),
        "wechat_text_only": frozenset(),
        "declined": frozenset({"title", "ticket_no", "reason"}),
        "rate_invite": frozenset({"title", "ticket_no"}),
    }
)
"""The texts that this release sends, and the fields that each may name in braces (texts: domain.md I.5).

``wechat_received`` answers a WeChat message within its five seconds, before there is a ticket; ``received`` follows
with the number. ``wechat_text_only`` answers a picture or a recording that nobody can read yet.
"""


@dataclass(frozen=True, slots=True)
class CalendarSettings:
    """The ``[calendar]`` table: which files to read, and how a working day runs."""

    version: str
    files: tuple[str, ...]
    years: tuple[int, ...]
    office_hours: tuple[tuple[time, time], ...]
    day_end: time


@dataclass(frozen=True, slots=True)
class ProfileHead:
    """What ``profile.toml`` says; ``least_corpus_rows`` is how many examples of a category the seed corpus must hold."""

    name: str
    version: str
    city: str
    ticket_prefix: str
    timezone: ZoneInfo
    matrix_version: str
    bands: ConfidenceBands
    merge: MergeRule
    calendar: CalendarSettings
    least_corpus_rows: int


def read_head(path: Path, problems: Problems) -> ProfileHead:
    """Return ``profile.toml``."""
    table = read_table(path, problems)
    prefix = table.text("ticket_prefix")
    if len(prefix) != 2 or not all(letter in string.ascii_uppercase for letter in prefix):
        table.note("ticket_prefix", f"{prefix!r} is not two capital letters")
    head = ProfileHead(
        name=table.text("name"),
        version=table.text("version"),
        city=table.text("city"),
        ticket_prefix=prefix,
        timezone=_timezone(table),
        matrix_version=table.text("matrix_version"),
        bands=_bands(table.table("bands")),
        merge=_merge_rule(table.table("merge")),
        calendar=_calendar_settings(table.table("calendar")),
        least_corpus_rows=_least_corpus_rows(table.table("corpus")) if table.has("corpus") else 1,
    )
    table.finish()
    return head


def _timezone(table: Table) -> ZoneInfo:
    name = table.text("timezone")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        table.note("timezone", f"{name!r} is not a time zone such as Asia/Shanghai")
        return ZoneInfo("UTC")


def _bands(table: Table) -> ConfidenceBands:
    bands = ConfidenceBands(automatic=table.share("automatic"), review=table.share("review"), asr=table.share("asr"))
    if bands.review > bands.automatic:
        table.note("review", f"{bands.review} is above automatic {bands.automatic}")
    table.finish()
    return bands


def _merge_rule(table: Table) -> MergeRule:
    rule = MergeRule(
        window=timedelta(days=table.whole("window_days", least=1)),
        similarity=table.share("similarity"),
        retold_terms=table.whole("retold_terms", least=1),
        retold_share=table.share("retold_share"),
    )
    table.finish()
    return rule


def _least_corpus_rows(table: Table) -> int:
    """Return how many examples each category must have; a profile that does not say wants one."""
    least = table.whole("least_rows", least=1)
    table.finish()
    return least


def _calendar_settings(table: Table) -> CalendarSettings:
    settings = CalendarSettings(
        version=table.text("version"),
        files=table.texts("files"),
        years=table.wholes("years"),
        office_hours=table.spans("office_hours"),
        day_end=table.get("day_end", time, time(23, 59, 59), "a time such as 23:59:59"),
    )
    table.finish()
    return settings


def read_deadlines(path: Path, problems: Problems) -> DeadlineRules:
    """Return ``deadlines.toml``: a table for each stage, in it an allowance for each urgency.

    The table ``by_type`` of a stage gives the allowances of 一般 requests by type, ``by_category`` those of single
    categories. Allowances missing from the grid of stages and urgencies are noted.
    """
    table = read_table(path, problems)
    by_urgency: dict[tuple[Stage, Urgency], Allowance] = {}
    by_type: dict[tuple[Stage, RequestType], Allowance] = {}
    by_category: dict[tuple[Stage, str], Allowance] = {}
    for stage in Stage:
        stage_table = table.table(stage.value)
        for urgency in Urgency:
            if stage_table.has(urgency.label):
                by_urgency[stage, urgency] = _allowance(stage_table.table(urgency.label))
        by_type |= {(stage, kind): found for kind, found in _group(stage_table, "by_type", RequestType.from_label)}
        by_category |= {(stage, code): found for code, found in _group(stage_table, "by_category", str)}
        _note_missing(stage, stage_table, by_urgency, by_type)
        stage_table.finish(known=("by_type", "by_category"))
    due_soon = tuple(timedelta(hours=hours) for hours in table.wholes("due_soon_hours"))
    table.finish()
    return DeadlineRules(
        by_urgency=MappingProxyType(by_urgency),
        by_type=MappingProxyType(by_type),
        by_category=MappingProxyType(by_category),
        due_soon=due_soon,
    )


def _group(stage_table: Table, name: str, parse: Callable[[str], K]) -> list[tuple[K, Allowance]]:
    """Return the allowances of one optional table inside a stage, under their parsed keys."""
    if not stage_table.has(name):
        return []
    table = stage_table.table(name)
    found: list[tuple[K, Allowance]] = []
    for key in table.keys():  # noqa: SIM118  a Table is no mapping
        allowance = _allowance(table.table(key))
        try:
            found.append((parse(key), allowance))
        except ValueError:
            table.note(key, "is not a 诉求类型")
    return found


def _note_missing(
    stage: Stage,
    stage_table: Table,
    by_urgency: Mapping[tuple[Stage, Urgency], Allowance],
    by_type: Mapping[tuple[Stage, RequestType], Allowance],
) -> None:
    for urgency in Urgency:
        if (stage, urgency) in by_urgency:
            continue
        missing = [kind.label for kind in RequestType if (stage, kind) not in by_type]
        if urgency is not Urgency.NORMAL or len(missing) == len(RequestType):
            stage_table.note(urgency.label, "is missing")
        elif missing:
            stage_table.note("by_type", f"has no {' '.join(missing)}, and there is no {urgency.label} to fall back on")


def _allowance(table: Table) -> Allowance:
    """Return one allowance: ``days`` on the clocks WD and ND, ``hours`` or ``minutes`` on WALL and WH."""
    clock_name = table.text("clock")
    clock = next((kind for kind in ClockKind if kind.value == clock_name), None)
    if clock is None:
        table.note("clock", f"{clock_name!r} is not one of {' '.join(ClockKind)}")
    days = 0
    duration = timedelta()
    if clock in (ClockKind.WORKING_DAYS, ClockKind.NATURAL_DAYS):
        days = table.whole("days", least=1)
    elif table.has("hours"):
        duration = timedelta(hours=table.whole("hours", least=1))
    elif clock is not None:
        duration = timedelta(minutes=table.whole("minutes", least=1))
    source = table.text("source")
    table.finish(known=() if clock else ("days", "hours", "minutes"))
    return Allowance(clock=clock or ClockKind.WALL, days=days, duration=duration, source=source)


def read_messages(path: Path, problems: Problems) -> tuple[dict[str, str], dict[str, str]]:
    """Return the message texts by name, and those of the table ``safety`` by category code or ``any``.

    A text that names an unknown field is noted.
    """
    table = read_table(path, problems)
    texts = {name: table.text(name) for name in MESSAGE_FIELDS}
    for name, text in texts.items():
        try:
            fields = {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}
        except ValueError as error:
            table.note(name, f"has a stray brace ({error})")
            continue
        for field in sorted(fields - MESSAGE_FIELDS[name]):
            allowed = " ".join(sorted(MESSAGE_FIELDS[name])) or "no field"
            table.note(name, f"names {{{field}}}; it may name {allowed}")
    scripts = table.table("safety")
    safety = {name: scripts.text(name) for name in (ANY_EMERGENCY, *scripts.keys())}
    table.finish()
    return texts, safety
