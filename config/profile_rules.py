"""The TOML files of a profile that hold its head and its message texts; the deadlines have a module of their own."""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from config.profile_codes import profile_name_fault
from config.profile_files import Problems, Table, read_table
from models.profile import ANY_EMERGENCY, ConfidenceBands, IncidentRule, MergeRule, MissedCallRule, NuisanceRule

WARN_DAYS = 45
"""Days before the end of the calendar at which it is warned of, where a profile does not say. Source: domain.md I.6."""

MESSAGE_FIELDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "received": frozenset({"title", "ticket_no", "date"}),
        "wechat_received": frozenset(),
        "wechat_text_only": frozenset(),
        "declined": frozenset({"title", "ticket_no", "reason"}),
        **dict.fromkeys(
            (
                *(
                    "clarify",
                    "move_car_ask",
                    "move_car_plate",
                    "progress_ask_number",
                    "progress_bad_number",
                    "progress_ask_digits",
                ),
                *("progress_refused", "own_tickets", "own_none", "nudge_none", "rate_ask", "rate_none"),
            ),
            frozenset(),
        ),
        "move_car_limit": frozenset({"most"}),
        **dict.fromkeys(("move_car_again", "move_car_done", "nudged", "rated", "rated_supervised"), frozenset({"ticket_no"})),
        "rated_again": frozenset({"ticket_no", "unit"}),
        "progress_running": frozenset({"title", "ticket_no", "state", "unit", "date"}),
        "progress_ended": frozenset({"title", "ticket_no", "state", "unit"}),
        "extended": frozenset({"title", "ticket_no", "date"}),
        "rescheduled": frozenset({"title", "ticket_no", "date"}),
        "answered": frozenset({"title", "ticket_no"}),
        "rate_invite": frozenset({"title", "ticket_no"}),
        "direct_answer": frozenset({"title", "ticket_no", "text", "article", "reference", "source"}),
        "known_answer": frozenset({"text", "article", "reference", "source"}),
    }
)
"""The texts that this release sends, and the fields that each may name in braces (texts: domain.md I.5).

``wechat_received`` answers a WeChat message within its five seconds, before there is a ticket; ``received`` follows
with the number. ``wechat_text_only`` answers a picture or a recording that nobody can read yet.
"""


STREET_KINDS = ("街道", "乡镇", "镇街")
"""Kinds of unit (``units.csv``) that are streets or towns, where ``profile.toml`` names none. Default of this project (D)."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """A calendar file whose days stand over those of the files before it, with a version of its own."""

    file: str
    version: str


@dataclass(frozen=True, slots=True)
class CalendarSettings:
    """The ``[calendar]`` table: which files to read, what lies over them, and how a working day runs."""

    version: str
    files: tuple[str, ...]
    overlays: tuple[Overlay, ...]
    years: tuple[int, ...]
    office_hours: tuple[tuple[time, time], ...]
    day_end: time
    warn_days: int


@dataclass(frozen=True, slots=True)
class ProfileHead:
    """What ``profile.toml`` says; ``least_corpus_rows`` is how many examples of a category the seed corpus must hold.

    ``extends`` names the profile from which the files come that this one has not.
    """

    name: str
    extends: str | None
    version: str
    city: str
    ticket_prefix: str
    timezone: ZoneInfo
    matrix_version: str
    bands: ConfidenceBands
    merge: MergeRule
    incidents: IncidentRule
    calendar: CalendarSettings
    least_corpus_rows: int
    street_kinds: tuple[str, ...]
    declining: tuple[str, ...]
    missed_calls: MissedCallRule
    nuisance: NuisanceRule


def read_head(path: Path, problems: Problems) -> ProfileHead:
    """Return ``profile.toml``."""
    table = read_table(path, problems)
    prefix = table.text("ticket_prefix")
    if len(prefix) != 2 or not all(letter in string.ascii_uppercase for letter in prefix):
        table.note("ticket_prefix", f"{prefix!r} is not two capital letters")
    name = table.text("name")
    if fault := profile_name_fault(name):
        table.note("name", fault)
    head = ProfileHead(
        name=name,
        extends=table.text("extends") if table.has("extends") else None,
        version=table.text("version"),
        city=table.text("city"),
        ticket_prefix=prefix,
        timezone=_timezone(table),
        matrix_version=table.text("matrix_version"),
        bands=_bands(table.table("bands")),
        merge=_merge_rule(table.table("merge")),
        incidents=_incident_rule(table.table("incident")) if table.has("incident") else IncidentRule(),
        calendar=_calendar_settings(table.table("calendar")),
        least_corpus_rows=_least_corpus_rows(table.table("corpus")) if table.has("corpus") else 1,
        street_kinds=table.texts("street_kinds") if table.has("street_kinds") else STREET_KINDS,
        declining=_declining(table.table("declining")) if table.has("declining") else (),
        missed_calls=_missed_call_rule(table.table("missed_calls")) if table.has("missed_calls") else MissedCallRule(),
        nuisance=_nuisance_rule(table.table("nuisance")) if table.has("nuisance") else NuisanceRule(),
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
        supervise_reports=table.whole("supervise_reports", least=2) if table.has("supervise_reports") else 3,
    )
    table.finish()
    return rule


def _incident_rule(table: Table) -> IncidentRule:
    rule = IncidentRule(
        burst=timedelta(minutes=table.whole("burst_minutes", least=1)),
        window=timedelta(days=table.whole("window_days", least=1)),
        similarity=table.share("similarity"),
        area_categories=frozenset(table.texts("area_categories")),
        hotspot=table.whole("hotspot_callers", least=2),
        supervise_callers=table.whole("supervise_callers", least=2),
    )
    table.finish()
    return rule


def _declining(table: Table) -> tuple[str, ...]:
    words = table.texts("words")
    table.finish()
    return words


def _missed_call_rule(table: Table) -> MissedCallRule:
    rule = MissedCallRule(
        wait=timedelta(minutes=table.whole("wait_minutes", least=0)),
        within=timedelta(hours=table.whole("within_hours", least=1)),
        from_menu=table.get("from_menu", bool, False, "true or false"),
    )
    if rule.wait > rule.within:
        table.note("wait_minutes", "is longer than within_hours")
    table.finish()
    return rule


def _nuisance_rule(table: Table) -> NuisanceRule:
    rule = NuisanceRule(
        contacts=table.whole("contacts", least=2),
        within=timedelta(hours=table.whole("within_hours", least=1)),
        limited=timedelta(hours=table.whole("limited_hours", least=1)),
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
        overlays=tuple(_overlay(each) for each in table.tables("overlays")) if table.has("overlays") else (),
        years=table.wholes("years"),
        office_hours=table.spans("office_hours"),
        day_end=table.get("day_end", time, time(23, 59, 59), "a time such as 23:59:59"),
        warn_days=table.whole("warn_days", least=1) if table.has("warn_days") else WARN_DAYS,
    )
    table.finish()
    return settings


def _overlay(table: Table) -> Overlay:
    overlay = Overlay(file=table.text("file"), version=table.text("version"))
    table.finish()
    return overlay


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
