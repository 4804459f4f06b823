"""What the ticket panel offers: exactly what the engine would take from its reader now."""

import random
from dataclasses import dataclass, field

import pytest

from console.failures import failure_of
from console.pages.offers import offered
from console.pages.orders import order_of
from console.pages.standing import Standing
from dispatcher.accounts import User
from dispatcher.views import TicketDetail
from dispatcher.workflow.commands import MAY, run_command
from dispatcher.workflow.enter import Entry, enter_ticket
from dispatcher.workflow.ring import ring
from models.codes import RequestType, Role, Urgency
from models.command import Command, CommandKind
from models.errors import Forbidden, Rejected
from tests.builders import OPERATOR, a_city, a_submission
from tests.fakes import FixedClock, MemoryStore, OpenVault

_K = CommandKind
_STAFF = (
    User("lamps-1", "路灯所经办", Role.UNIT_CLERK, "U-LAMP"),
    User("water-1", "水务公司负责人", Role.UNIT_HEAD, "U-WATER"),
    User("operator-1", "话务员", Role.OPERATOR, None),
    User("dispatcher-1", "派单审核员", Role.DISPATCHER, None),
    User("caller-1", "回访员", Role.CALLER_BACK, None),
    User("supervisor-1", "督办员", Role.SUPERVISOR, None),
)
_REPORT = {"investigation": "现场查看", "result": "已修复"}
_FORMS = {
    _K.DISPATCH: {"unit": "U-LAMP"},
    _K.ANSWER: {"text": "八点半开门"},
    _K.DECLINE: {"code": "N4"},
    _K.RETURN: {"reason": "R1", "basis": "三定规定"},
    _K.REJECT_RETURN: {"reason": "属于你单位职责"},
    _K.REQUEST_EXTENSION: {"working_days": "2", "reason": "配件未到"},
    _K.REFUSE_EXTENSION: {"reason": "可以按期办结"},
    _K.APPROVE_COMPLEX: {"reason": "需多部门会商"},
    _K.PAUSE: {"reason": "material"},
    _K.CHANGE_URGENCY: {"urgency": "2", "reason": "影响面扩大"},
    _K.SUPERVISE: {"reason": "媒体曝光"},
    _K.REPLY: _REPORT,
    _K.CO_REPLY: _REPORT,
    _K.OVERRIDE_CO_REPLY: {"reason": "协办部分不影响答复"},
    _K.FAIL_REVIEW: {"reason": "没有结果"},
    _K.RATE: {"rating": "4"},
    _K.WITHDRAW: {"reason": "已自行解决"},
    _K.CONSULT: {"reason": "两家单位依据不一"},
    _K.CONSULT_DECIDE: {"lead": "U-WATER", "basis": "编办意见"},
}
_HEARD = {"reached": "yes", "responded": "yes", "solved": "yes"}
_ANSWERED_CALLS = (
    {"reached": "no"},
    _HEARD,
    {**_HEARD, "solved": "no", "reason": "还是不亮"},
    {**_HEARD, "rating": "2", "reason": "态度不好"},
)
_TAKEN_BUT_NOT_OFFERED = {_K.SIGN, _K.CONTACT_CITIZEN, _K.OVERRIDE_CO_REPLY, _K.PAUSE, _K.RESUME}
"""The engine takes these at moments at which they make no sense for the reader, such as a second first contact."""


_NEEDS_ANOTHER = {_K.LINK, _K.UNLINK}
"""Two tickets' matter; ``test_joining.py`` has them."""

_SAYS_NOTHING = {failure_of(kind("")).sentence for kind in (Rejected, Forbidden)}
"""What stands where a refusal does not say why."""


class _OnlyTried(Exception):
    """Raised at the end of a transaction that must leave no trace."""


@dataclass
class Desk:
    """One ticket of a small town and everybody who works on it."""

    chance: random.Random
    store: MemoryStore = field(default_factory=MemoryStore)
    clock: FixedClock = field(default_factory=FixedClock)
    told: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.city = a_city()

    async def opens(self):
        """A ticket for the water company with the lamps as co-unit, for the lamps alone, or for nobody yet."""
        unit, co_units = self.chance.choice([("U-WATER", ("U-LAMP",)), ("U-LAMP", ()), (None, ())])
        await enter_ticket(
            a_submission(),
            Entry(RequestType.HELP, "0801", Urgency.NORMAL, "D-EAST", unit_code=unit, co_units=co_units),
            actor=OPERATOR,
            city=self.city,
            vault=OpenVault(),
            open_work=self.store.open_work,
            reserve_numbers=self.store.reserve_numbers,
            clock=self.clock,
        )

    def seen_by(self, user):
        """The ticket as a reader's page has it."""
        tables = self.store.tables
        (ticket,) = tables.tickets.values()
        detail = TicketDetail(
            ticket=ticket,
            deadlines=tuple(tables.deadlines.values()),
            holds=tuple(row.hold() for row in tables.assignments),
            events=tuple(event for (_, _), event in sorted(tables.events.items())),
            rating=max((one for one in tables.ratings.values()), key=lambda one: one.round, default=None),
            consultation=max(tables.consultations.values(), key=lambda one: one.opened_at, default=None),
        )
        return Standing(detail, user, self.city, self.clock.now())

    async def gives(self, kind, user):
        """A form of the page, filled in, as the engine takes it."""
        ((number, ticket),) = self.store.tables.tickets.items()
        fields = self.chance.choice(_ANSWERED_CALLS) if kind is _K.CALL_BACK else _FORMS.get(kind, {})
        if kind is _K.CHANGE_URGENCY and ticket.urgency is Urgency.URGENT:
            fields = {**fields, "urgency": "1"}
        if kind is _K.CONSULT_DECIDE and ticket.lead_unit is not None:
            fields = {**fields, "lead": ticket.lead_unit}
        if kind is _K.CONFIRM and ticket.accepted_returns:
            fields = {"unit": "U-EAST"}  # the matrix may name who has returned it
        form = {"command": kind.value, "expected_version": str(ticket.version), **fields}
        _, version, data = order_of(form, self.city)
        command = Command(number, kind, data, user.actor, version)
        await run_command(command, city=self.city, open_work=self.store.open_work, clock=self.clock)

    async def would_take(self, kind, user):
        """Whether the engine takes a command, without doing it; what it says where it does not is kept."""
        ((number, before),) = self.store.tables.tickets.items()

        def leave_no_trace():
            if self.store.tables.tickets[number].version != before.version:
                raise _OnlyTried

        self.store.before_commit = leave_no_trace
        try:
            await self.gives(kind, user)
        except _OnlyTried:
            return True
        except Rejected as refused:
            self.told.add(failure_of(refused).sentence)
            return False
        finally:
            self.store.before_commit = lambda: None
        return False

    def holds_twice(self, user):
        """Whether a unit leads what it still helps with: a ticket that its former lead gave back, dispatched anew."""
        holds = [hold for hold in self.seen_by(user).detail.holds if hold.ended_at is None]
        return sum(hold.unit_code == user.unit_code for hold in holds) > 1

    async def passes_time(self):
        """Minutes or days go by, and the timers ring."""
        self.clock.advance(hours=self.chance.choice([0.1, 1, 5, 30]))
        await ring(city=self.city, open_work=self.store.open_work, clock=self.clock)


@pytest.mark.parametrize("seed", range(12))
async def test_the_panel_offers_what_the_engine_takes_and_nothing_else(seed):
    """On a random way through a ticket's life: no button that is refused, and no act that only programs can find.

    What is refused says why.
    """
    desk = Desk(random.Random(seed))  # noqa: S311 - the same way each time
    await desk.opens()
    for _ in range(25):
        user = desk.chance.choice([user for user in _STAFF if not desk.holds_twice(user)])
        shown = offered(desk.seen_by(user)) - _NEEDS_ANOTHER
        taken = {kind for kind in set(_K) - _NEEDS_ANOTHER if user.role in MAY[kind] and await desk.would_take(kind, user)}

        assert shown <= taken
        assert taken - shown <= _TAKEN_BUT_NOT_OFFERED

        calm = [kind for kind in sorted(shown) if kind not in {_K.WITHDRAW, _K.ARCHIVE, _K.DECLINE, _K.ANSWER}]
        if calm:
            await desk.gives(desk.chance.choice(calm), user)
        await desk.passes_time()
    assert not desk.told & _SAYS_NOTHING


async def test_a_lead_waits_for_its_co_unit_unless_it_says_why_not():
    """The reply is offered only when nobody is waited for; the co-unit is then left to its own due."""
    desk = Desk(random.Random(1))  # noqa: S311 - the same way each time
    while not desk.store.tables.tickets or len(desk.store.tables.assignments) < 2:
        desk.store = MemoryStore()
        await desk.opens()
    water, lamps = _STAFF[1], _STAFF[0]
    await desk.gives(_K.SIGN, water)
    before = desk.seen_by(water)
    await desk.gives(_K.OVERRIDE_CO_REPLY, water)
    after = desk.seen_by(water)

    assert _K.REPLY not in offered(before)
    assert [hold.unit_code for hold in before.waited_for] == ["U-LAMP"]
    assert _K.REPLY in offered(after)
    assert _K.CO_REPLY in offered(desk.seen_by(lamps))
