"""How a ticket stands for its reader: who works on it, by which clocks."""

from dataclasses import dataclass
from datetime import datetime

from dispatcher.accounts import User
from dispatcher.ports import Hold, StoredDeadline
from dispatcher.views import TicketDetail
from dispatcher.workflow.assign import CO_UNIT, LEAD
from dispatcher.workflow.city import City
from models.codes import PauseReason, Stage
from models.deadline import DeadlineResult
from models.ticket import ENDED_STATES, EventKind, Ticket, TicketEvent


@dataclass(frozen=True, slots=True)
class Standing:
    """A ticket as one reader sees it at one moment."""

    detail: TicketDetail
    user: User
    city: City
    at: datetime

    @property
    def ticket(self) -> Ticket:
        """The ticket."""
        return self.detail.ticket

    @property
    def hold(self) -> Hold | None:
        """The running hold of the reader's unit."""
        mine = (hold for hold in self._running_holds() if hold.unit_code == self.user.unit_code)
        return next(mine, None)

    @property
    def leads(self) -> bool:
        """Whether the reader's unit leads the ticket now."""
        return self.hold is not None and self.hold.role == LEAD and self.ticket.lead_unit == self.user.unit_code

    @property
    def co_units(self) -> tuple[Hold, ...]:
        """The co-units that work on it now."""
        return tuple(hold for hold in self._running_holds() if hold.role == CO_UNIT)

    @property
    def waited_for(self) -> tuple[Hold, ...]:
        """The co-units whose reply the lead has to wait for."""
        return tuple(hold for hold in self.co_units if not (hold.replied_at or hold.overridden))

    @property
    def work(self) -> StoredDeadline | None:
        """The clock by which the lead unit works, while it is not finished."""
        stage = Stage.RESOLVE if self.ticket.round == 1 else Stage.REOPEN
        return self.running(stage, self.ticket.lead_unit)

    @property
    def ticking(self) -> StoredDeadline | None:
        """The clock that the reader watches: a co-unit's own, otherwise the lead's; None while it stands."""
        hold = self.hold
        own = self.running(Stage.RESOLVE, hold.unit_code) if hold is not None and hold.role == CO_UNIT else self.work
        is_ticking = own is not None and own.is_running and own.deadline.running_pause is None
        return own if is_ticking and self.ticket.state not in ENDED_STATES else None

    @property
    def paused_for(self) -> PauseReason | None:
        """Why the lead unit's clock stands still."""
        pause = self.work.deadline.running_pause if self.work else None
        return pause.reason if pause else None

    @property
    def return_until(self) -> datetime | None:
        """Until when the lead unit may return the ticket; None where its profile sets no end."""
        window = self.running(Stage.RETURN, self.ticket.lead_unit)
        return window.deadline.due if window else None

    @property
    def attempts(self) -> tuple[TicketEvent, ...]:
        """The call-backs of this round."""
        made: list[TicketEvent] = []
        for event in self.detail.events:
            if event.kind is EventKind.REOPENED:
                made = []
            elif event.kind is EventKind.CALLED_BACK:
                made.append(event)
        return tuple(made)

    def since(self, kind: EventKind, *over: EventKind) -> TicketEvent | None:
        """Return the last event of ``kind``, unless one of ``over`` came after it."""
        for event in reversed(self.detail.events):
            if event.kind is kind:
                return event
            if event.kind in over:
                return None
        return None

    def latest(self, kind: EventKind, unit_code: str | None = None) -> TicketEvent | None:
        """Return the last event of a kind, of one unit where it is named."""
        for event in reversed(self.detail.events):
            if event.kind is kind and unit_code in (None, event.data.get("unit")):
                return event
        return None

    def running(self, stage: Stage, unit_code: str | None) -> StoredDeadline | None:
        """Return the latest unfinished clock of a stage: of a unit, or with None of the hotline itself."""
        mine = [
            stored
            for stored in self.detail.deadlines
            if stored.deadline.stage is stage
            and stored.deadline.unit_code == unit_code
            and stored.done_at is None
            and stored.result is not DeadlineResult.VOID
        ]
        return max(mine, key=lambda stored: stored.number, default=None)

    def _running_holds(self) -> list[Hold]:
        return [hold for hold in self.detail.holds if hold.ended_at is None]
