"""The vocabulary of the business numbers: every rollup family, its labels and its meaning, in one screen.

Names follow domain.md B.6. Labels are bounded: channel, type, level1, unit, mode, stage, result, rating, fate, cause, kind,
step. Never a ticket, a phone number, an openid or an address. Families that end in ``_seconds`` are histograms: their rollup
rows carry the bucket's upper bound as the last label (``le``), and their sum, in milliseconds, under ``le = "sum"``.
"""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import timedelta

HOTLINE_ITSELF = "hotline"
"""Label value of ``unit`` for what the hotline owes itself, such as the dispatch deadline; no unit has this code."""

STAGE_BUCKETS = (60, 300, 900, 3_600, 14_400, 86_400, 259_200, 432_000, 864_000)
"""Upper bounds in seconds: 1, 5 and 15 minutes, 1 and 4 hours, 1, 3, 5 and 10 days."""

CONFIDENCE_BUCKETS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


WAIT_BUCKETS = (5, 10, 15, 20, 30, 60, 120, 300, 600)
"""Upper bounds in seconds; 15 is the answer that GB/T 33358 asks for, 5 the short abandonment of M04b."""


ALERT_BUCKETS = (0.25, 0.5, 1, 2, 5, 10, 30, 60)
"""Upper bounds in seconds; 10 is what an alert may take (domain.md I.6)."""


@dataclass(frozen=True, slots=True)
class Family:
    """A counter or histogram kept in rollup rows. ``buckets`` is empty for a counter."""

    name: str
    meaning: str
    labels: tuple[str, ...]
    buckets: tuple[float, ...] = ()


CONTACTS = Family("hotline_contacts_total", "Contacts accepted at a door.", ("channel",))
CONTACTS_SETTLED = Family("hotline_contacts_settled_total", "Contacts by what became of them.", ("fate",))
DUPLICATES_DROPPED = Family("hotline_duplicates_dropped_total", "Submissions that a door had already accepted.", ("source",))
REGISTERED = Family("hotline_tickets_registered_total", "Tickets registered.", ("channel", "type", "level1"))
REPEATS = Family("hotline_repeats_merged_total", "Contacts merged into the caller's open ticket.", ("level1",))
DISPATCHED = Family(
    "hotline_dispatched_total", "Dispatches of a ticket to its lead unit, first ones and later ones by mode.", ("unit", "mode")
)
BURST_ALERTS = Family(
    "hotline_burst_alerts_total", "Incidents that became a hotspot, told to the supervisors once each.", ("level1",)
)
RETURNS = Family("hotline_returns_total", "Requests of units to give a ticket back, as they were decided.", ("unit", "result"))
REOPENED = Family("hotline_reopened_total", "Tickets handled a second time.", ("unit",))
DEADLINES = Family(
    "hotline_deadline_total", "Deadlines settled; one that passes unmet is missed then.", ("unit", "stage", "result")
)
CLOSED = Family("hotline_closed_total", "Dispatched tickets that were closed, each once.", ("unit",))
DIRECT_ANSWERS = Family("hotline_direct_answers_total", "Tickets closed by the hotline's own answer.", ("level1",))
DECLINED = Family("hotline_declined_total", "Tickets declined, by code.", ("code",))
EVALUATIONS = Family("hotline_evaluations_total", "Ratings received, 5 very satisfied to 1.", ("unit", "score"))
REPLY_FINDINGS = Family(
    "hotline_reply_findings_total", "What the machine found wanting in units' replies, by fault.", ("code",)
)
DEAD_LETTERS = Family("hotline_dead_letters_total", "Messages that can never succeed.", ("cause",))
REVEALS = Family("hotline_contact_reveals_total", "Audited looks at a citizen's contact data.", ("role",))
STAGE_SECONDS = Family(
    "hotline_stage_seconds", "How long a stage took, on the wall clock.", ("stage", "urgency"), STAGE_BUCKETS
)
CALLS = Family("hotline_calls_total", "Calls that ended, by how they ended for the caller.", ("result",))
MISSED_CALLS = Family(
    "hotline_missed_calls_total", "Calls that rang off unanswered, and those of them that were called back.", ("step",)
)
CALL_WAIT = Family("hotline_call_wait_seconds", "From the queue to the operator's answer.", (), WAIT_BUCKETS)
EMERGENCY_ALERT = Family(
    "hotline_emergency_alert_seconds", "From words in a running call to the alert that they raised.", (), ALERT_BUCKETS
)
CORRECTIONS = Family(
    "hotline_corrections_total",
    "Engine's proposals that a person changed when dispatching, under the first level of what was proposed.",
    ("level1", "kind"),
)
MODEL_RELOADS = Family(
    "hotline_model_reloads_total", "Looks of running processes at a serving model that was new to them.", ("result",)
)
CONFIDENCE = Family("hotline_classify_confidence", "Confidence of the engine's category.", ("level1",), CONFIDENCE_BUCKETS)

FAMILIES: tuple[Family, ...] = (
    CONTACTS,
    CONTACTS_SETTLED,
    DUPLICATES_DROPPED,
    REGISTERED,
    REPEATS,
    BURST_ALERTS,
    DISPATCHED,
    RETURNS,
    REOPENED,
    DEADLINES,
    CLOSED,
    DIRECT_ANSWERS,
    DECLINED,
    EVALUATIONS,
    REPLY_FINDINGS,
    DEAD_LETTERS,
    REVEALS,
    CORRECTIONS,
    MODEL_RELOADS,
    CALLS,
    MISSED_CALLS,
    CALL_WAIT,
    EMERGENCY_ALERT,
    STAGE_SECONDS,
    CONFIDENCE,
)


@dataclass(frozen=True, slots=True)
class Increment:
    """What one change adds to one rollup row; ``labels`` stand in the family's order."""

    family: str
    labels: tuple[str, ...]
    amount: int


def count(family: Family, *labels: str) -> Increment:
    """Return one more of ``family``."""
    if len(labels) != len(family.labels):
        raise ValueError(f"{family.name} takes {family.labels}, got {labels}")
    return Increment(family.name, labels, 1)


def observe(family: Family, value: float, *labels: str) -> tuple[Increment, Increment]:
    """Return one observation of ``value`` (seconds, or a ratio): its bucket, and its thousandths in the sum."""
    position = bisect_left(family.buckets, value)
    bound = f"{family.buckets[position]:g}" if position < len(family.buckets) else "+Inf"
    return (
        Increment(family.name, (*labels, bound), 1),
        Increment(family.name, (*labels, "sum"), round(value * 1000)),
    )


def observe_span(family: Family, span: timedelta, *labels: str) -> tuple[Increment, Increment]:
    """Return one observation of a span of time; a clock that jumped back counts as no time."""
    return observe(family, max(span.total_seconds(), 0.0), *labels)
