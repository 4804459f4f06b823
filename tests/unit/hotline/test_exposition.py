"""What Prometheus is told, made from values: no database, no socket."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from prometheus_client import Metric

from config.profiles import find_profile, load_profile
from dispatcher.metrics import FAMILIES
from dispatcher.store.numbers import STATEMENT_LIMIT, Reading, Standing
from hotline.exposition import Snapshot, calendar_days_left, empty_families, families, span_label
from hotline.gauges import GAUGES
from models.codes import TicketState
from models.profile import Profile

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)

STANDING = Standing(
    open_tickets={("hotline", TicketState.PENDING): 4, ("SG-JT", TicketState.SIGNED): 2},
    review_queue=3,
    overdue={"SG-JT": 1},
    due_soon={("SG-JT", timedelta(hours=4)): 1, ("SG-JT", timedelta(hours=24)): 2},
    unswept=0,
    provisional=3,
    unpublished=5,
    oldest_unpublished=NOW - timedelta(seconds=7),
    held={"hotline.dispatch.SG-OLD": 2},
)


@pytest.fixture(scope="module")
def profile() -> Profile:
    """The small town."""
    return load_profile(find_profile("shouguang"))


def exposed(snapshot: Snapshot, profile: Profile) -> dict[str, Metric]:
    """Families by name, with the ``_total`` that the text format shows of a counter."""
    return {family.name + "_total" * (family.type == "counter"): family for family in families(snapshot, profile)}


def read(sums: Mapping[tuple[str, tuple[str, ...]], int] | None = None) -> Snapshot:
    """Everything could be read."""
    reading, lags, differences = Reading(sums or {}, STANDING), {"hotline.contacts": 8}, {"hotline_closed_total": 0}
    return Snapshot(NOW, reading, lags, differences, {"database": 0.1}, "4a5b6c7d8e9f")


def samples(family: Metric) -> dict[tuple[str, ...], float]:
    """Values by label values."""
    return {tuple(sample.labels.values()): sample.value for sample in family.samples}


def test_every_name_of_the_vocabulary_is_told(profile: Profile) -> None:
    """Families and gauges are there before anything has happened, under exactly their names."""
    names = {family.name for family in FAMILIES} | {gauge.name for gauge in GAUGES}

    assert set(exposed(read(), profile)) == names
    assert {family.name + "_total" * (family.type == "counter") for family in empty_families()} == names


def test_a_counter_starts_at_0_for_each_unit(profile: Profile) -> None:
    """A unit's first closed ticket is seen to raise its counter; a missing series would hide it."""
    closed = samples(exposed(read({("hotline_closed_total", ("SG-JT",)): 6}), profile)["hotline_closed_total"])

    assert closed[("SG-JT",)] == 6
    assert set(closed) == {(code,) for code in profile.units}
    assert sum(closed.values()) == 6


def test_buckets_count_upwards_and_the_sum_is_in_seconds(profile: Profile) -> None:
    """Rows count each bucket for itself; Prometheus wants every bucket to hold the smaller ones."""
    rows = {"60": 2, "300": 1, "+Inf": 1, "sum": 1_000_500}
    sums = {("hotline_stage_seconds", ("sign", "一般", le)): amount for le, amount in rows.items()}

    family = exposed(read(sums), profile)["hotline_stage_seconds"]

    of_signing = {
        (sample.name, sample.labels.get("le")): sample.value
        for sample in family.samples
        if sample.labels["stage"] == "sign" and sample.labels["urgency"] == "一般"
    }
    assert of_signing["hotline_stage_seconds_bucket", "60.0"] == 2
    assert of_signing["hotline_stage_seconds_bucket", "300.0"] == 3
    assert of_signing["hotline_stage_seconds_bucket", "864000.0"] == 3
    assert of_signing["hotline_stage_seconds_bucket", "+Inf"] == 4
    assert of_signing["hotline_stage_seconds_count", None] == 4
    assert of_signing["hotline_stage_seconds_sum", None] == 1000.5


def test_gauges_tell_how_things_stand(profile: Profile) -> None:
    """Open, overdue, due soon, waiting for a person, unpublished: one number each, 0 where there is none."""
    told = exposed(read(), profile)

    assert samples(told["hotline_open_tickets"])["SG-JT", "signed"] == 2
    assert samples(told["hotline_open_tickets"])["SG-NY", "signed"] == 0
    assert samples(told["hotline_tickets_overdue"])[("SG-JT",)] == 1
    assert samples(told["hotline_due_soon"])["SG-JT", "4h"] == 1
    assert samples(told["hotline_due_soon"])["SG-JT", "1d"] == 2
    assert samples(told["hotline_review_queue"]) == {(): 3}
    assert samples(told["hotline_deadline_provisional"]) == {(): 3}
    assert samples(told["hotline_outbox_unpublished"]) == {(): 5}
    assert samples(told["hotline_outbox_oldest_seconds"]) == {(): 7}
    assert samples(told["hotline_outbox_held"]) == {("hotline.dispatch.SG-OLD",): 2}
    assert samples(told["hotline_consumer_lag"]) == {("hotline.contacts",): 8}
    assert samples(told["hotline_unit_info"])["SG-JT", "市交通运输局", "市直部门"] == 1
    assert samples(told["hotline_model_info"]) == {("4a5b6c7d8e9f",): 1}


def test_a_source_that_is_away_leaves_no_old_number(profile: Profile) -> None:
    """Without its database the exporter says so, and tells no count at all: a gap is true, an old number is not."""
    told = exposed(Snapshot(NOW, None, None, None, {"database": 2.0}, None), profile)

    assert samples(told["hotline_exporter_up"]) == {("database",): 0, ("broker",): 0, ("reconciliation",): 0}
    facts = {"hotline_exporter_up", "hotline_exporter_read_seconds", "hotline_calendar_days_left"}
    facts |= {"hotline_unit_info", "hotline_category_info"}
    assert {name for name, family in told.items() if family.samples} == facts


@pytest.mark.parametrize(
    ("today", "days"),
    [(date(2026, 3, 10), 296), (date(2026, 12, 31), 0), (date(2027, 1, 1), 0), (date(2024, 1, 1), 1095)],
)
def test_the_calendar_ends_with_its_last_loaded_year(profile: Profile, today: date, days: int) -> None:
    """2024 to 2026 are loaded; on the first day beyond there is nothing left."""
    assert calendar_days_left(profile.calendar, today) == days


@pytest.mark.parametrize(("hours", "label"), [(4, "4h"), (24, "1d"), (72, "3d"), (36, "36h")])
def test_spans_are_labelled_as_people_say_them(hours: int, label: str) -> None:
    """Whole days in days, everything else in hours."""
    assert span_label(timedelta(hours=hours)) == label


def test_label_values_are_bounded(profile: Profile) -> None:
    """The whole exposition of an empty hotline stays far below the budget of 1,500 series a family."""
    assert all(len(family.samples) < 1500 for family in exposed(read(), load_profile(find_profile("haikou"))).values())


def test_a_statement_ends_before_the_scrape() -> None:
    """The slowest permitted reading of one statement fits into Prometheus's patience of 10 s."""
    assert timedelta(0) < STATEMENT_LIMIT < timedelta(seconds=10)
