"""The vocabulary of the gauges: what the exporter reads of the present, beside the counters of ``dispatcher.metrics``.

Names follow domain.md B.6. ``unit`` is a unit code, or ``hotline`` for what waits for the hotline itself.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gauge:
    """A figure of the moment, with the names of its labels."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()


OPEN_TICKETS = Gauge("hotline_open_tickets", "Tickets that are not closed or declined.", ("unit", "state"))
OVERDUE = Gauge(
    "hotline_tickets_overdue",
    "Open tickets past the due time of their present stage: reply by the unit, dispatch by the hotline.",
    ("unit",),
)
DUE_SOON = Gauge("hotline_due_soon", "Tickets of a unit whose resolve deadline ends within this span.", ("unit", "within"))
REVIEW_QUEUE = Gauge("hotline_review_queue", "Tickets that wait for a person to decide.")
PROVISIONAL = Gauge("hotline_deadline_provisional", "Running deadlines beyond the loaded calendar.")
UNSWEPT = Gauge(
    "hotline_deadline_unswept",
    "Deadlines of which a moment has come that the timers have not dealt with.",
)
CALENDAR_DAYS_LEFT = Gauge("hotline_calendar_days_left", "Days from today to the end of the loaded calendar.")
UNPUBLISHED = Gauge("hotline_outbox_unpublished", "Messages written and not yet published.")
OUTBOX_OLDEST = Gauge("hotline_outbox_oldest_seconds", "Age of the oldest message not yet published; 0 without one.")
HELD = Gauge(
    "hotline_outbox_held", "Messages of a topic that Kafka refuses; the relay goes on with the other topics.", ("topic",)
)
CONSUMER_LAG = Gauge("hotline_consumer_lag", "Messages of a topic that its consumers have not settled.", ("topic",))
RECONCILIATION = Gauge(
    "hotline_reconciliation_difference",
    "Sum of differences between a family's counters and the tables; must be 0.",
    ("family",),
)
UNIT_INFO = Gauge("hotline_unit_info", "Always 1; carries a unit's name and kind.", ("unit", "name", "kind"))
CATEGORY_INFO = Gauge("hotline_category_info", "Always 1; carries a first-level category's name.", ("level1", "name"))
MODEL_INFO = Gauge("hotline_model_info", "Always 1; carries the serving model's version, from its card.", ("version",))
UP = Gauge(
    "hotline_exporter_up", "Whether the exporter could read this source; without it its families are empty.", ("source",)
)
READ_SECONDS = Gauge("hotline_exporter_read_seconds", "How long the exporter's last look at a source took.", ("source",))

GAUGES: tuple[Gauge, ...] = (
    OPEN_TICKETS,
    OVERDUE,
    DUE_SOON,
    REVIEW_QUEUE,
    PROVISIONAL,
    UNSWEPT,
    CALENDAR_DAYS_LEFT,
    UNPUBLISHED,
    OUTBOX_OLDEST,
    HELD,
    CONSUMER_LAG,
    RECONCILIATION,
    UNIT_INFO,
    CATEGORY_INFO,
    MODEL_INFO,
    UP,
    READ_SECONDS,
)
