"""What a command has at hand while it decides, with the steps that several commands share."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dispatcher import metrics
from dispatcher.ports import Effects, SettledDeadline, StoredDeadline
from dispatcher.rules.redaction import redact, storable
from dispatcher.workflow.city import City
from dispatcher.workflow.history import record
from models.codes import Stage, TicketState
from models.command import Command
from models.contact import MAX_TEXT
from models.deadline import DeadlineResult
from models.errors import Forbidden, IllegalTransition, Rejected
from models.ticket import EventKind, Ticket


@dataclass(frozen=True, slots=True)
class Act:
    """A command, the ticket as it was before, its deadlines, and the effects that the command fills."""

    ticket: Ticket
    command: Command
    at: datetime
    city: City
    deadlines: list[StoredDeadline]
    effects: Effects

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
            raise Forbidden(f"ticket {self.ticket.ticket_no} is led by another unit")
        return unit_code

    def settle_deadline(self, stage: Stage) -> None:
        """Write met or missed on the stage's running deadlines; one that the timers found missed stays missed."""
        for stored in self.deadlines:
            deadline = stored.deadline
            if deadline.stage is not stage or stored.result is not None:
                continue
            result = DeadlineResult.MET if self.at <= deadline.due else DeadlineResult.MISSED
            self.effects.settled_deadlines.append(SettledDeadline(stored.ticket_no, stored.number, stage, result, self.at))
            self.effects.increments.append(
                metrics.count(metrics.DEADLINES, deadline.unit_code or metrics.HOTLINE_ITSELF, stage.value, result.value)
            )

    def observe_stage(self, stage: Stage) -> None:
        """Count how long the stage took since its clock started."""
        for stored in self.deadlines:
            if stored.deadline.stage is stage:
                self.effects.increments.extend(
                    metrics.observe_span(
                        metrics.STAGE_SECONDS, self.at - stored.deadline.start, stage.value, self.ticket.urgency.label
                    )
                )

    def record(self, after: Ticket, kind: EventKind, data: Mapping[str, Any]) -> Ticket:
        """Write the event that leads to ``after``, and return ``after``."""
        before: TicketState = self.ticket.state
        record(
            self.effects,
            after,
            kind,
            from_state=before,
            actor=self.command.actor,
            at=self.at,
            profile_version=self.city.profile.version,
            data=data,
        )
        return after
