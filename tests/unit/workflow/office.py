"""A ticket, the people who act on it and the clock, for tests of what happens to a ticket."""

from datetime import timedelta

from dispatcher.ports import Effects, StoredDeadline
from dispatcher.workflow.city import City
from dispatcher.workflow.commands import run_command
from dispatcher.workflow.ring import ring
from dispatcher.workflow.waking import set_rings
from models.codes import Role, Stage, TicketState
from models.command import CommandKind
from models.ticket import OPEN_STATES, Actor
from tests.builders import LAMPS, MONDAY, OPERATOR, SUPERVISOR, WATER, a_city, a_command, a_deadline, a_ticket
from tests.fakes import FixedClock, MemoryStore

REPLY = {"investigation": "到中山路现场查看", "result": "已更换灯泡", "basis": "养护合同", "contacted": True}
RETURN = {"reason": "R1", "basis": "三定方案第三条"}
EXTENSION = {"working_days": 3, "reason": "需专业机构检测"}
MATERIAL = {"reason": "待诉求人补充材料"}
REACHED = {"reached": True, "responded": True, "solved": True}

ADMIN = Actor(Role.ADMIN, "admin-1")
CITIZEN = Actor(Role.CITIZEN, "citizen")
DISPATCHER = Actor(Role.DISPATCHER, "dispatcher-1")
CALLER_BACK = Actor(Role.CALLER_BACK, "caller-back-1")
EAST = Actor(Role.UNIT_CLERK, "east-1", "U-EAST")

CITY = a_city()

_K, _S = CommandKind, TicketState

GOOD = {
    _K.CONFIRM: (OPERATOR, {}),
    _K.DISPATCH: (OPERATOR, {"unit": "U-WATER"}),
    _K.ANSWER: (OPERATOR, {"text": "请拨打供水热线", "article": "知识库第12条"}),
    _K.DECLINE: (OPERATOR, {"code": "N1"}),
    _K.SIGN: (LAMPS, {}),
    _K.CONTACT_CITIZEN: (LAMPS, {}),
    _K.RETURN: (LAMPS, RETURN),
    _K.ACCEPT_RETURN: (DISPATCHER, {}),
    _K.REJECT_RETURN: (DISPATCHER, {"reason": "属本单位职责"}),
    _K.REQUEST_EXTENSION: (LAMPS, EXTENSION),
    _K.APPROVE_EXTENSION: (DISPATCHER, {}),
    _K.REFUSE_EXTENSION: (DISPATCHER, {"reason": "理由不充分"}),
    _K.APPROVE_COMPLEX: (SUPERVISOR, {"reason": "需多部门现场会商"}),
    _K.PAUSE: (LAMPS, MATERIAL),
    _K.RESUME: (LAMPS, {}),
    _K.CHANGE_URGENCY: (OPERATOR, {"urgency": "紧急"}),
    _K.SUPERVISE: (SUPERVISOR, {}),
    _K.REPLY: (LAMPS, REPLY),
    _K.CO_REPLY: (LAMPS, REPLY),
    _K.OVERRIDE_CO_REPLY: (WATER, {"reason": "协办单位逾期"}),
    _K.PASS_REVIEW: (DISPATCHER, {}),
    _K.FAIL_REVIEW: (DISPATCHER, {"reason": "未联系诉求人"}),
    _K.CALL_BACK: (CALLER_BACK, REACHED),
    _K.RATE: (CITIZEN, {"rating": "满意"}),
    _K.NUDGE: (CITIZEN, {}),
    _K.LINK: (OPERATOR, {"to": "TT20260518P0000099"}),
    _K.UNLINK: (OPERATOR, {}),
    _K.CONSULT: (DISPATCHER, {"reason": "两家单位依据不一"}),
    _K.CONSULT_DECIDE: (DISPATCHER, {"lead": "U-WATER", "basis": "市委编办函"}),
    _K.WITHDRAW: (CITIZEN, {"reason": "已自行解决"}),
    _K.CLOSE: (OPERATOR, {}),
    _K.ARCHIVE: (SUPERVISOR, {}),
}
"""Each command as somebody who may gives it rightly to an ordinary ticket of the lamps."""

PATHS = {
    _S.PENDING: (),
    _S.DISPATCHED: (_K.CONFIRM,),
    _S.SIGNED: (_K.CONFIRM, _K.SIGN),
    _S.HANDLING: (_K.CONFIRM, _K.SIGN, _K.CONTACT_CITIZEN),
    _S.RETURN_REQUESTED: (_K.CONFIRM, _K.RETURN),
    _S.REPLIED: (_K.CONFIRM, _K.SIGN, _K.REPLY),
    _S.AWAITING_CALL_BACK: (_K.CONFIRM, _K.SIGN, _K.REPLY, _K.PASS_REVIEW),
    _S.CALLED_BACK: (_K.CONFIRM, _K.SIGN, _K.REPLY, _K.PASS_REVIEW, _K.CALL_BACK),
    _S.CLOSED: (_K.CONFIRM, _K.SIGN, _K.REPLY, _K.PASS_REVIEW, _K.CLOSE),
    _S.DECLINED: (_K.DECLINE,),
    _S.WITHDRAWN: (_K.WITHDRAW,),
    _S.ARCHIVED: (_K.DECLINE, _K.ARCHIVE),
}
"""The shortest way of an ordinary ticket into each state."""


_OPEN_WITH_UNIT = OPEN_STATES - {_S.PENDING}
_UNDER_WORK = frozenset({_S.SIGNED, _S.HANDLING})

IN_TURN = {
    **dict.fromkeys((_K.CONFIRM, _K.DISPATCH, _K.ANSWER, _K.DECLINE), frozenset({_S.PENDING})),
    _K.SIGN: {_S.DISPATCHED},
    _K.CONTACT_CITIZEN: _UNDER_WORK,
    _K.RETURN: {_S.DISPATCHED, _S.SIGNED},
    _K.ACCEPT_RETURN: {_S.RETURN_REQUESTED},
    _K.REJECT_RETURN: {_S.RETURN_REQUESTED},
    **dict.fromkeys((_K.REQUEST_EXTENSION, _K.APPROVE_EXTENSION, _K.REFUSE_EXTENSION), _UNDER_WORK),
    _K.APPROVE_COMPLEX: _UNDER_WORK,
    _K.PAUSE: _UNDER_WORK,
    _K.RESUME: {*_UNDER_WORK, _S.RETURN_REQUESTED},
    _K.CHANGE_URGENCY: {_S.PENDING, _S.DISPATCHED, _S.RETURN_REQUESTED, *_UNDER_WORK},
    _K.SUPERVISE: _OPEN_WITH_UNIT,
    _K.REPLY: _UNDER_WORK,
    _K.CO_REPLY: {_S.DISPATCHED, _S.RETURN_REQUESTED, *_UNDER_WORK},
    _K.OVERRIDE_CO_REPLY: {_S.DISPATCHED, _S.RETURN_REQUESTED, *_UNDER_WORK},
    **dict.fromkeys((_K.PASS_REVIEW, _K.FAIL_REVIEW), frozenset({_S.REPLIED})),
    _K.CALL_BACK: {_S.AWAITING_CALL_BACK},
    _K.RATE: {_S.AWAITING_CALL_BACK, _S.CALLED_BACK, _S.CLOSED},
    _K.NUDGE: {_S.DISPATCHED, _S.RETURN_REQUESTED, *_UNDER_WORK},
    _K.WITHDRAW: OPEN_STATES,
    _K.LINK: frozenset(),
    _K.UNLINK: frozenset(),
    _K.CONSULT: {_S.PENDING, _S.DISPATCHED, _S.RETURN_REQUESTED, *_UNDER_WORK},
    _K.CONSULT_DECIDE: frozenset(),
    _K.CLOSE: {_S.AWAITING_CALL_BACK, _S.CALLED_BACK},
    _K.ARCHIVE: {_S.CLOSED, _S.DECLINED, _S.WITHDRAWN},
}
"""The states in which each command may be given; none where it needs more than a ticket in a state."""

OF_CO_UNITS = frozenset({_K.CO_REPLY, _K.OVERRIDE_CO_REPLY})
NEEDS_MORE = {
    _K.APPROVE_EXTENSION: (_K.REQUEST_EXTENSION,),
    _K.REFUSE_EXTENSION: (_K.REQUEST_EXTENSION,),
    _K.RESUME: (_K.PAUSE,),
}
NEEDS_MORE |= dict.fromkeys(OF_CO_UNITS, ())
"""Commands that answer to an earlier one, or need a co-unit."""

_USUAL = {
    _K.CONTACT_CITIZEN: _S.SIGNED,
    _K.RETURN: _S.DISPATCHED,
    _K.REPLY: _S.SIGNED,
    _K.RATE: _S.CLOSED,
    _K.CLOSE: _S.CALLED_BACK,
    _K.ARCHIVE: _S.CLOSED,
}
"""The state in which a command that has several is tried first; 办理中 for the others."""


class Office:
    """One ticket and everybody who may act on it; Monday 18 May 2026, 9:00 until time passes."""

    def __init__(self, city: City | None = None) -> None:
        self.store = MemoryStore()
        self.clock = FixedClock()
        self.city = city or CITY

    async def open(self, **changes):
        """Store a pending ticket with the hotline's own clocks, as intake does."""
        ticket = a_ticket(**changes)
        promise = self.city.deadline(
            Stage.PROMISE,
            unit_code=None,
            category_code=ticket.category_code,
            request_type=ticket.request_type,
            urgency=ticket.urgency,
            start=MONDAY,
        )
        dispatch = a_deadline(Stage.DISPATCH, unit_code=None, due=MONDAY + timedelta(hours=4))
        effects = Effects(new_deadlines=[StoredDeadline(ticket.ticket_no, 1, one) for one in (dispatch, promise)])
        set_rings(effects, city=self.city, at=MONDAY)
        async with self.store.open_work() as work:
            self.store.tables.tickets[ticket.ticket_no] = ticket
            await work.apply(effects, slot=0)
        return ticket

    async def act(self, kind, actor=None, data=None, ticket=None, **changes):
        """Give a command on the ticket as it stands, by default as it is given rightly, and return the ticket after it."""
        good_actor, good_data = GOOD[kind]
        command = a_command(ticket or self.ticket, kind, actor or good_actor, good_data if data is None else data, **changes)
        return await run_command(command, city=self.city, open_work=self.store.open_work, clock=self.clock)

    async def reach(self, state, **changes):
        """Bring a new ticket into a state."""
        await self.open(**changes)
        for kind in PATHS[state]:
            await self.act(kind)
        return self.ticket

    async def ready_for(self, kind):
        """Bring a new ticket to where a command is in its turn."""
        if kind in OF_CO_UNITS:
            return await self.reach_with_co_unit(_K.SIGN)
        states = IN_TURN[kind]
        (usual,) = states if len(states) == 1 else (_USUAL.get(kind, _S.HANDLING),)
        await self.reach(usual)
        for earlier in NEEDS_MORE.get(kind, ()):
            await self.act(earlier)
        return self.ticket

    async def reach_with_co_unit(self, *kinds):
        """Bring a ticket of burst pipes to the water company with the lamps as co-unit, and let the lead do ``kinds``."""
        await self.open(category_code="0801", machine_category="0801")
        await self.act(_K.CONFIRM)
        for kind in kinds:
            await self.act(kind, WATER)
        return self.ticket

    async def timers(self, **span):
        """Let time pass, then let the timers look until nothing rings."""
        self.clock.advance(**span)
        looks = 0
        while await ring(city=self.city, open_work=self.store.open_work, clock=self.clock):
            looks += 1
            assert looks < 10, "something rings again and again"

    @property
    def ticket(self):
        """The ticket as it stands."""
        (ticket,) = self.store.tables.tickets.values()
        return ticket

    @property
    def last_event(self):
        """What happened last."""
        return self.store.tables.events[self.ticket.ticket_no, self.ticket.version]

    def event_kinds(self):
        """What happened, in order."""
        return [event.kind for event in self.store.tables.events.values()]

    def clock_of(self, stage, unit_code="U-LAMP"):
        """The latest deadline row of a stage, of a unit or with None of the hotline itself."""
        mine = [
            stored
            for stored in self.store.tables.deadlines.values()
            if (stored.deadline.stage, stored.deadline.unit_code) == (stage, unit_code)
        ]
        return max(mine, key=lambda stored: stored.number)

    def due(self, stage, unit_code="U-LAMP"):
        """When a stage is due, on the city's clocks, such as ``05-25 23:59``."""
        return f"{self.city.local(self.clock_of(stage, unit_code).deadline.due):%m-%d %H:%M}"

    def results(self):
        """The result of each stage's deadline."""
        return {stored.deadline.stage: stored.result for stored in self.store.tables.deadlines.values()}

    def notices(self, *kinds):
        """What units were told, as unit, kind and day; without ``kinds`` everything."""
        return [
            (one.unit_code, one.kind.label, f"{one.day:%m-%d}")
            for one in self.store.tables.notices
            if not kinds or one.kind in kinds
        ]

    def holds(self):
        """Who holds the ticket now, and as what."""
        return [
            (row.assignment.unit_code, row.assignment.role)
            for row in self.store.tables.assignments
            if "ended" not in row.moments
        ]
