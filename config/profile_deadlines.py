"""The file ``deadlines.toml`` of a profile: how long each stage may take, and the rules around a due time."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from config.profile_files import Problems, Table, read_table
from models.codes import ClockKind, PauseReason, RequestType, Stage, Track, Urgency
from models.profile import Allowance, CoUnitRule, DeadlineRules, ExtensionRule, PauseRule, ReminderRule

K = TypeVar("K")

EVERY_URGENCY = "各级"
"""In a stage: the allowance of each 紧急程度 that has none of its own."""

_GROUPS = ("by_type", "by_category", "by_track")


def read_deadlines(path: Path, problems: Problems) -> DeadlineRules:
    """Return ``deadlines.toml``: a table for each stage, in it an allowance for each urgency, or one for all.

    The table ``by_type`` of a stage gives the allowances of 一般 requests by type, ``by_category`` those of single
    categories, ``by_track`` those of 营商环境专席 and 复杂疑难. Allowances missing from the grid of stages and urgencies are
    noted.
    """
    table = read_table(path, problems)
    by_urgency: dict[tuple[Stage, Urgency], Allowance] = {}
    by_type: dict[tuple[Stage, RequestType], Allowance] = {}
    by_category: dict[tuple[Stage, str], Allowance] = {}
    by_track: dict[tuple[Stage, Track], Allowance] = {}
    types = f"one of {' '.join(kind.label for kind in RequestType)}"
    tracks = f"one of {' '.join(track.label for track in Track)}"
    for stage in Stage:
        stage_table = table.table(stage.value)
        by_urgency |= {(stage, urgency): found for urgency, found in _by_urgency(stage_table)}
        by_type |= {(stage, kind): found for kind, found in _group(stage_table, "by_type", RequestType.from_label, types)}
        by_category |= {(stage, code): found for code, found in _group(stage_table, "by_category", str, "a code")}
        by_track |= {(stage, track): found for track, found in _group(stage_table, "by_track", Track.from_label, tracks)}
        _note_missing(stage, stage_table, by_urgency, by_type)
        stage_table.finish(known=_GROUPS)
    due_soon = tuple(timedelta(hours=hours) for hours in table.wholes("due_soon_hours"))
    rules = DeadlineRules(
        by_urgency=MappingProxyType(by_urgency),
        by_type=MappingProxyType(by_type),
        by_category=MappingProxyType(by_category),
        by_track=MappingProxyType(by_track),
        co_unit=_co_unit_rule(table.table("co_unit")),
        extension=_extension_rule(table.table("extension")),
        pause=_pause_rule(table.table("pause")),
        reminders=_reminder_rule(table.table("reminders")),
        due_soon=due_soon,
    )
    table.finish()
    return rules


def _by_urgency(stage_table: Table) -> list[tuple[Urgency, Allowance]]:
    named = [urgency for urgency in Urgency if stage_table.has(urgency.label)]
    found = [(urgency, _allowance(stage_table.table(urgency.label))) for urgency in named]
    if stage_table.has(EVERY_URGENCY):
        of_all = _allowance(stage_table.table(EVERY_URGENCY))
        found.extend((urgency, of_all) for urgency in Urgency if urgency not in named)
        if len(named) == len(Urgency):
            stage_table.note(EVERY_URGENCY, "holds for no 紧急程度: each has its own")
    return found


def _group(stage_table: Table, name: str, parse: Callable[[str], K], wanted: str) -> list[tuple[K, Allowance]]:
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
            table.note(key, f"is not {wanted}")
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
    """Return one allowance: ``days`` on the clocks WD and ND, ``hours`` or ``minutes`` on WALL and WH.

    ``roll`` says on the clock ND whether a last day that is a rest day moves on; without it, it does.
    """
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
    roll = True
    if clock is ClockKind.NATURAL_DAYS and table.has("roll"):
        roll = table.get("roll", bool, True, "true or false")
    source = table.text("source")
    table.finish(known=() if clock else ("days", "hours", "minutes", "roll"))
    return Allowance(clock=clock or ClockKind.WALL, days=days, duration=duration, source=source, roll=roll)


def _co_unit_rule(table: Table) -> CoUnitRule:
    rule = CoUnitRule(days_ahead=table.whole("days_ahead", least=0), source=table.text("source"))
    table.finish()
    return rule


def _extension_rule(table: Table) -> ExtensionRule:
    rule = ExtensionRule(
        times=table.whole("times", least=0),
        most_days=table.whole("working_days", least=1),
        source=table.text("source"),
    )
    table.finish()
    return rule


def _pause_rule(table: Table) -> PauseRule:
    reasons = table.table("reasons")
    words: dict[PauseReason, tuple[str, ...]] = {}
    for key in reasons.keys():  # noqa: SIM118  a Table is no mapping
        try:
            words[PauseReason.from_label(key)] = reasons.texts(key)
        except ValueError:
            reasons.note(key, f"is not one of {' '.join(reason.label for reason in PauseReason)}")
    rule = PauseRule(most_days=table.whole("working_days", least=1), words=MappingProxyType(words), source=table.text("source"))
    table.finish()
    return rule


def _reminder_rule(table: Table) -> ReminderRule:
    yellow, red = table.table("yellow_card"), table.table("red_card")
    nudges, supervision = table.table("nudges"), table.table("supervision")
    rule = ReminderRule(
        yellow_card_before=yellow.whole("days_before", least=1),
        red_card_after=red.whole("days_after", least=1),
        nudges_before=nudges.wholes("days_before"),
        nudges_after=nudges.wholes("days_after"),
        supervise_after=supervision.whole("days_after", least=1),
        sources=MappingProxyType(
            {
                "yellow_card": yellow.text("source"),
                "red_card": red.text("source"),
                "nudges": nudges.text("source"),
                "supervision": supervision.text("source"),
            }
        ),
    )
    for each in (yellow, red, nudges, supervision, table):
        each.finish()
    return rule
