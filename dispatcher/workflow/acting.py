"""What is at hand while something is decided about a ticket, with the steps that several decisions share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from dispatcher import metrics
from dispatcher.ports import AskedReturn, AssignmentMark, CallBack, Effects, Hold, NewRating, Notice, StoredDeadline
from dispatcher.rules.redaction import redact, storable
from dispatcher.rules.reply_checks import EarlierReply
from dispatcher.rules.ringing import WINDOWS
from dispatcher.workflow.announce import notice_message
from dispatcher.workflow.assign import CO_UNIT
from dispatcher.workflow.city import City
from dispatcher.workflow.history import record
from models.codes import NoticeKind, Stage, TicketState
from models.command import Command
from models.contact import MAX_TEXT
from models.deadline import Deadline, DeadlineResult
from models.errors import Forbidden, IllegalTransition, Rejected
from models.incident import ClosedRequest, Consultation, Membership
from models.knowledge import StoredArticle
from models.ticket import Actor, EventKind, Ticket


@dataclass(frozen=True, slots=True)
class Scene:
    """A ticket as it was before with what belongs to it, who acts and when, and the effects that are filled."""

    ticket: Ticket
    actor: Actor
    at: datetime
    city: City
    deadlines: Sequence[StoredDeadline]
    effects: Effects
    holds: Sequence[Hold] = ()

    @property
    def work_stage(self) -> Stage:
        """The stage in which the lead unit works: 办理, or 重办 after the citizen was dissatisfied."""
        return Stage.RESOLVE if self.ticket.round == 1 else Stage.REOPEN

    def running_holds(self) -> list[Hold]:
        """Return the holds that have not ended, in the order of dispatch."""
        return [hold for hold in self.holds if hold.ended_at is None]

    def mark(self, moment: str, unit_code: str | None = None, note: str | None = None) -> None:
        """Note a moment in a unit's running hold; without ``unit_code`` in every unit's."""
        self.effects.assignment_marks.append(AssignmentMark(self.ticket.ticket_no, unit_code, moment, self.at, note))

    def running(self, stage: Stage, unit_code: str | None) -> StoredDeadline | None:
        """Return the latest deadline of a stage unless it is finished: of a unit, or with None of the hotline itself."""
        latest = self.latest(stage, unit_code)
        if latest is None or latest.done_at is not None or latest.result is DeadlineResult.VOID:
            return None
        return latest

    def latest(self, stage: Stage, unit_code: str | None) -> StoredDeadline | None:
        """Return the latest deadline of a stage as the effects leave it so far, whatever became of it."""
        mine = [one for one in self.deadlines if one.deadline.stage is stage and one.deadline.unit_code == unit_code]
        last = max(mine, key=lambda stored: stored.number, default=None)
        return None if last is None else self.current(last)

    def work_of_co_units(self) -> list[StoredDeadline]:
        """Return the work deadlines of units beside the lead that still run and can be counted again."""
        units = {one.deadline.unit_code for one in self.deadlines} - {None, self.ticket.lead_unit}
        found = (self.running(self.work_stage, unit_code) for unit_code in sorted(filter(None, units)))
        return [stored for stored in found if stored is not None and stored.is_running and stored.deadline.allowance]

    def stop_clock(self, stage: Stage, unit_code: str | None) -> None:
        """Let a stage's clock stand, because the work was handed in."""
        stored = self.running(stage, unit_code)
        if stored is not None:
            self.change(replace(stored, stopped_at=self.at))

    def restart_clock(self, stage: Stage, unit_code: str | None) -> None:
        """Let a stage's clock run on: what was handed in was not good enough."""
        stored = self.running(stage, unit_code)
        if stored is not None:
            self.change(replace(stored, stopped_at=None))

    def finish_stage(self, stage: Stage, unit_code: str | None, *, observed: bool = False) -> None:
        """Finish a stage: met or missed by the moment of the work; one that the timers found missed stays missed.

        ``observed``: count how long the stage took since its clock started.
        """
        stored = self.running(stage, unit_code)
        if stored is None:
            return
        done_at = stored.stopped_at or self.at
        result = DeadlineResult.MET if done_at <= stored.deadline.due else DeadlineResult.MISSED
        finished = replace(stored.settled(result, self.at), stopped_at=done_at, done_at=done_at)
        self.change(finished)
        if stored.result is None:
            self._count_deadline(finished)
        if observed:
            span = done_at - stored.deadline.start
            urgency = self.ticket.urgency.label
            self.effects.increments.extend(metrics.observe_span(metrics.STAGE_SECONDS, span, stage.value, urgency))

    def void(self, deadlines: Iterable[StoredDeadline]) -> None:
        """End what will not be done any more: what was due before stays or becomes missed, by the rest nobody is judged."""
        for stored in map(self.current, deadlines):
            if stored.done_at is not None or stored.result is DeadlineResult.VOID:
                continue
            result = DeadlineResult.MISSED if self._was_due(stored) else DeadlineResult.VOID
            ended = replace(stored.settled(result, self.at), stopped_at=stored.stopped_at or self.at)
            self.change(ended)
            if stored.result is None and result is DeadlineResult.MISSED:
                self._count_deadline(ended)

    def _was_due(self, stored: StoredDeadline) -> bool:
        """Return whether a deadline had passed when its clock stopped; a paused clock stands before its due."""
        deadline = stored.deadline
        if deadline.stage in WINDOWS or (deadline.running_pause is not None and deadline.stage is not Stage.PROMISE):
            return False
        return deadline.due < (stored.stopped_at or self.at)

    def void_stages(self, *stages: Stage) -> None:
        """End the hotline's own clocks of these stages."""
        self.void(one for one in self.deadlines if one.deadline.unit_code is None and one.deadline.stage in stages)

    def end_all_work(self) -> None:
        """End every unit's hold with its clocks: co-units may have work on a ticket whose lead has returned it."""
        self.mark("ended")
        self.void(self.deadlines)

    def release(self, unit_code: str) -> None:
        """Take a unit off the ticket: its hold and its clocks end."""
        self.mark("ended", unit_code)
        self.void(one for one in self.deadlines if one.deadline.unit_code == unit_code)

    def unchanged(self, **changes: Any) -> Ticket:
        """Return the ticket one version on, in the state that it has, with ``changes`` to other fields."""
        return replace(self.ticket, version=self.ticket.version + 1, **changes)

    def record(
        self,
        after: Ticket,
        kind: EventKind,
        data: Mapping[str, Any],
        *,
        before: Ticket | None = None,
        actor: Actor | None = None,
    ) -> Ticket:
        """Write the event that leads to ``after``, and return ``after``.

        ``before`` is the ticket as an earlier event of the same command left it; ``actor`` stands for the system where it, and
        not who acts, does this.
        """
        record(
            self.effects,
            after,
            kind,
            from_state=(before or self.ticket).state,
            actor=actor or self.actor,
            at=self.at,
            profile_version=self.city.profile.version,
            data=data,
        )
        return after

    def current(self, stored: StoredDeadline) -> StoredDeadline:
        """Return a deadline as the effects leave it so far."""
        return next((one for one in self.effects.changed_deadlines if one.key == stored.key), stored)

    def change(self, stored: StoredDeadline) -> None:
        """Write a deadline that was changed, in place of what was written of it before."""
        changed = self.effects.changed_deadlines
        changed[:] = [*(one for one in changed if one.key != stored.key), stored]

    def add_deadline(self, deadline: Deadline) -> None:
        """Start one more clock."""
        known = (*self.deadlines, *self.effects.new_deadlines)
        mine = (one.number for one in known if one.ticket_no == self.ticket.ticket_no and one.deadline.stage is deadline.stage)
        self.effects.new_deadlines.append(StoredDeadline(self.ticket.ticket_no, max(mine, default=0) + 1, deadline))

    def start_own_clock(self, stage: Stage, ticket: Ticket) -> None:
        """Start one of the hotline's own clocks."""
        self.start_clock(stage, ticket, None)

    def start_clock(self, stage: Stage, ticket: Ticket, unit_code: str | None) -> None:
        """Start a clock of a unit, or with None of the hotline itself, as the ticket's urgency, type and category want it."""
        self.add_deadline(
            self.city.deadline(
                stage,
                unit_code=unit_code,
                category_code=ticket.category_code,
                request_type=ticket.request_type,
                urgency=ticket.urgency,
                start=self.at,
            )
        )

    def notify(self, ticket: Ticket, kind: NoticeKind, *, unit_code: str | None = None, day: date | None = None) -> None:
        """Tell a unit, the lead where none is named, something about the ticket; ``day`` is today where none is given.

        Raises:
            ValueError: nobody is named and no unit leads it; a notice for nobody would have no topic.
        """
        told = unit_code or ticket.lead_unit
        if not told:
            raise ValueError(f"{kind.label} of ticket {ticket.ticket_no} is for a unit, and no unit has it")
        day = day or self.city.local(self.at).date()
        notice = Notice(ticket.ticket_no, told, kind, day, self.at, ticket.version)
        self.effects.notices.append(notice)
        self.effects.messages.append(notice_message(notice, ticket))

    def _count_deadline(self, stored: StoredDeadline) -> None:
        owner = stored.deadline.unit_code or metrics.HOTLINE_ITSELF
        result = stored.result or DeadlineResult.VOID
        self.effects.increments.append(metrics.count(metrics.DEADLINES, owner, stored.deadline.stage.value, result.value))


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a ticket when a command comes: its incident, what it repeats, who is asked about it.

    ``lead`` is the lead ticket of its incident where that is another one, with the units' holds on it and what is asked about
    it; ``followers`` are the others that wait for the lead. ``other`` is the lead ticket of the incident that a command names,
    with its place there where it has one. ``closed`` are the citizen's tickets that were closed before, for commands that need
    one. ``reports`` is how often the citizen told of the matter before this command.
    """

    membership: Membership | None = None
    lead: Ticket | None = None
    lead_holds: Sequence[Hold] = ()
    lead_consultation: Consultation | None = None
    followers: Sequence[Ticket] = ()
    other: Ticket | None = None
    other_membership: Membership | None = None
    again_of: str | None = None
    closed: Sequence[ClosedRequest] = ()
    reports: int = 1
    consultation: Consultation | None = None

    @property
    def follows(self) -> bool:
        """Whether the ticket waits for what a unit does about the lead of its incident."""
        return self.membership is not None and self.membership.follows

    @property
    def consulted(self) -> Consultation | None:
        """The consultation that is not decided yet."""
        return _undecided(self.consultation)

    @property
    def lead_consulted(self) -> Consultation | None:
        """The consultation about the lead that is not decided yet."""
        return _undecided(self.lead_consultation)


def _undecided(consultation: Consultation | None) -> Consultation | None:
    return consultation if consultation is not None and consultation.decided_at is None else None


@dataclass(frozen=True, slots=True)
class Act(Scene):
    """A person's command on a ticket, with what it may carry; ``cited`` is the article on which a direct answer rests."""

    command: Command = field(kw_only=True)
    call_backs: Sequence[CallBack] = ()
    ratings: Sequence[NewRating] = ()
    asked_return: AskedReturn | None = None
    cited: StoredArticle | None = None
    beside: Beside = Beside()
    earlier_replies: Sequence[EarlierReply] = ()

    def mark_contacted(self, unit_code: str) -> None:
        """Note that the lead unit has spoken with the citizen, if it had not before."""
        self.mark("contacted", unit_code)
        self.finish_stage(Stage.FIRST_CONTACT, unit_code)

    def text(self, key: str) -> str:
        """Return a required text of the command's data, without what names a person.

        Raises:
            Rejected: it is missing, empty, or longer than ``MAX_TEXT``; longer ones would not fit into a message.
        """
        value = self.command.data.get(key)
        if not isinstance(value, str) or not value.strip():
            raise Rejected(f"{self.command.kind.value} of ticket {self.ticket.ticket_no} needs the text {key!r}")
        if len(value) > MAX_TEXT:
            raise Rejected(f"the text {key!r} has {len(value)} characters; {MAX_TEXT} at most")
        return redact(storable(value.strip()))

    def level(self, key: str) -> str:
        """Return a required level of the command's data: its label, or its digit, as a text or as a number.

        Raises:
            Rejected: it is missing or empty.
        """
        value = self.command.data.get(key)
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else self.text(key)

    def optional_text(self, key: str) -> str | None:
        """Return a text of the command's data, or None where it is not given."""
        return self.text(key) if self.command.data.get(key) else None

    def flag(self, key: str) -> bool:
        """Return a yes or no of the command's data; no where it is not given.

        Raises:
            Rejected: it is neither; a text such as "false" must not pass for yes.
        """
        value = self.command.data.get(key, False)
        if not isinstance(value, bool):
            raise Rejected(f"{self.command.kind.value} of ticket {self.ticket.ticket_no}: {key!r} must be true or false")
        return value

    def require_state(self, state: TicketState, wanted: TicketState) -> None:
        """Allow a step from one state alone, where the table of states has several that lead to ``wanted``.

        Raises:
            IllegalTransition: the ticket stands elsewhere.
        """
        if self.ticket.state is not state:
            raise IllegalTransition(self.ticket.ticket_no, self.ticket.state.label, wanted.label)

    def require_lead(self) -> str:
        """Return the actor's unit.

        Raises:
            Forbidden: the actor's unit does not lead this ticket.
        """
        unit_code = self.command.actor.unit_code
        if unit_code is None or unit_code != self.ticket.lead_unit:
            raise Forbidden(
                f"ticket {self.ticket.ticket_no} is led by another unit", "本单由别的单位主办，这一步由主办单位做。"
            )
        return unit_code

    def require_hold(self) -> Hold:
        """Return the running hold of the actor's unit.

        Raises:
            Forbidden: the actor's unit has no work on this ticket now.
        """
        for hold in self.running_holds():
            if hold.unit_code == self.command.actor.unit_code:
                return hold
        raise Forbidden(f"the unit has no work on ticket {self.ticket.ticket_no} now", "您的单位现在不承办这张工单。")

    def require_first(self, earlier: datetime | None, what: str) -> None:
        """Refuse what was done already.

        Raises:
            Rejected: ``earlier`` is the moment when it was done.
        """
        if earlier is not None:
            raise Rejected(
                f"the unit has {what} ticket {self.ticket.ticket_no} already", "您的单位已经做过这一步。请看过最新内容。"
            )

    def make_lead(self, unit_code: str) -> int:
        """Take the help of a co-unit that becomes the lead off the ticket, and return how many co-units go on helping."""
        running = self.running_holds()
        if any(hold.unit_code == unit_code for hold in running):
            self.release(unit_code)
        return sum(hold.role == CO_UNIT and hold.unit_code != unit_code for hold in running)

    def require_one_of(self, *states: TicketState) -> None:
        """Allow a command that changes no state only in ``states``.

        Raises:
            IllegalTransition: the ticket stands elsewhere.
        """
        if self.ticket.state not in states:
            raise IllegalTransition(self.ticket.ticket_no, self.ticket.state.label, self.command.kind.value)

    def require_work(self) -> StoredDeadline:
        """Return the lead's work deadline, whose due is to be moved.

        Raises:
            Rejected: none runs, or it was stored without what it was counted from.
        """
        work = self.running(self.work_stage, self.ticket.lead_unit)
        if work is None:
            raise Rejected(f"ticket {self.ticket.ticket_no} has no running deadline", "本单现在没有办理时限在计。")
        if work.deadline.allowance is None:
            raise Rejected(
                f"ticket {self.ticket.ticket_no} has a deadline of release 0.1, which cannot be counted again",
                "本单的时限由旧版本算出，不能重新计算。",
            )
        return work

    def whole_number(self, key: str) -> int:
        """Return a required whole number of the command's data.

        Raises:
            Rejected: it is missing or no whole number.
        """
        value = self.command.data.get(key)
        if isinstance(value, bool) or not isinstance(value, int):
            raise Rejected(f"{self.command.kind.value} of ticket {self.ticket.ticket_no} needs the whole number {key!r}")
        return value
