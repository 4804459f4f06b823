"""A unit's deadline and the citizen's promise through any order of pauses, extensions, urgencies and calendars."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dispatcher.rules.calendar import WorkingCalendar
from dispatcher.rules.changes import extended, extension_refusal, hastened, reloaded
from dispatcher.rules.pausing import pause_refusal, paused, paused_working_days, resumed
from dispatcher.rules.recounting import recount
from models.codes import ClockKind, DueChange, PauseReason, RequestType, Stage, Urgency
from models.deadline import Deadline
from tests.unit.rules.deadline_desk import CHINA, HAIKOU, RULES, record

MOVES_A_PROMISE = {DueChange.EXTENSION, DueChange.CALENDAR}

starts = st.datetimes(
    min_value=datetime(2026, 1, 5),  # noqa: DTZ001  hypothesis adds the zone itself
    max_value=datetime(2026, 11, 20),  # noqa: DTZ001
    timezones=st.just(CHINA),
)


class LifeOfADeadline(RuleBasedStateMachine):
    """What may happen to a complaint's clock; time only moves forward."""

    def __init__(self) -> None:
        super().__init__()
        self.calendar = WorkingCalendar(HAIKOU.calendar)

    @initialize(start=starts, clock=st.sampled_from([(ClockKind.WORKING_DAYS, 5), (ClockKind.NATURAL_DAYS, 7)]))
    def dispatch(self, start, clock):
        """The unit's clock and the promise start together."""
        self.now = start
        self.work = record(*clock, start)
        self.promise = record(*clock, start, stage=Stage.PROMISE)
        self.before = self.work, self.promise

    @rule(hours=st.floats(0, 60))
    def wait(self, hours):
        """Time passes."""
        self.now += timedelta(hours=hours)

    @rule(reason=st.sampled_from(list(PauseReason)))
    def pause(self, reason):
        """The unit's clock stops where it may; the promise is flagged with it."""
        refusal = pause_refusal(self.work, reason=reason, at=self.now, rule=RULES.pause, calendar=self.calendar)
        if refusal is None:
            self.change(paused(self.work, reason, self.now), paused(self.promise, reason, self.now))

    @precondition(lambda self: self.work.running_pause is not None)
    @rule()
    def resume(self):
        """Both run on."""
        self.change(
            *(resumed(deadline, self.now, rule=RULES.pause, calendar=self.calendar) for deadline in (self.work, self.promise))
        )

    @rule(days=st.integers(1, 12), by_supervisor=st.booleans())
    def extend(self, days, by_supervisor):
        """Both are extended where the unit's may be."""
        refusal = extension_refusal(
            self.work, working_days=days, reason="E1", at=self.now, rule=RULES.extension, by_supervisor=by_supervisor
        )
        if refusal is None:
            self.change(
                *(extended(deadline, days, at=self.now, calendar=self.calendar) for deadline in (self.work, self.promise))
            )

    @rule(urgency=st.sampled_from(list(Urgency)))
    def judge_anew(self, urgency):
        """Somebody finds the request more or less urgent."""
        due = self.work.due
        found = [
            hastened(
                deadline,
                category_code="0301",
                request_type=RequestType.COMPLAINT,
                urgency=urgency,
                at=self.now,
                rules=RULES,
                calendar=self.calendar,
            )
            for deadline in (self.work, self.promise)
        ]
        assert found[1] is None
        self.change(found[0] or self.work, self.promise)
        assert self.work.due <= due

    @rule(days=st.integers(1, 15))
    def storm(self, days):
        """Work is stopped on a day to come; every open deadline is counted again."""
        facts = self.calendar.facts
        day = (self.now + timedelta(days=days)).date()
        self.calendar = WorkingCalendar(
            replace(facts, version=f"{facts.version}+{day}", holidays={**facts.holidays, day: "台风停工"})
        )
        found = [reloaded(deadline, at=self.now, calendar=self.calendar) for deadline in (self.work, self.promise)]
        self.change(found[0] or self.work, found[1] or self.promise)

    def change(self, work: Deadline, promise: Deadline) -> None:
        """Take the new records for the old ones."""
        self.before = self.work, self.promise
        self.work, self.promise = work, promise

    @invariant()
    def nothing_that_was_said_is_taken_back(self):
        """History only grows, and tells the due time that was left behind; start, stage and unit stay."""
        for old, new in zip(self.before, (self.work, self.promise), strict=True):
            assert new.former[: len(old.former)] == old.former
            assert len(new.former) <= len(old.former) + 1
            assert new.due == old.due or new.former[-1].due == old.due
            assert (new.start, new.stage, new.unit_code) == (old.start, old.stage, old.unit_code)

    @invariant()
    def a_promise_moves_only_by_extension_or_calendar(self):
        """Never by a pause, never by a change of urgency (invariant 2 of domain.md A.2)."""
        assert {former.changed_by for former in self.promise.former} <= MOVES_A_PROMISE
        assert len(self.promise.pauses) == len(self.work.pauses)

    @invariant()
    def the_record_holds_what_the_due_time_was_counted_from(self):
        """Whoever counts again by the same calendar finds the same; a past due time may be of an older calendar."""
        for deadline in (self.work, self.promise):
            if deadline.calendar_version == self.calendar.facts.version:
                due = recount(deadline, self.calendar)
                assert (due.due, due.days) == (deadline.due, deadline.days)

    @invariant()
    def pauses_keep_their_limit(self):
        """Ten working days altogether, in order, none inside another."""
        assert paused_working_days(self.work, self.calendar) <= RULES.pause.most_days
        for earlier, later in zip(self.work.pauses, self.work.pauses[1:], strict=False):
            assert earlier.end is not None
            assert earlier.end <= later.start


TestLifeOfADeadline = LifeOfADeadline.TestCase
TestLifeOfADeadline.settings = settings(max_examples=60, stateful_step_count=25)
