"""A hotline lived at random: citizens, clerks, units, supervisors and the clock, all from one seed."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from dispatcher.ports import OpenUnitOfWork, ReserveNumbers, Vault
from dispatcher.workflow.city import City
from dispatcher.workflow.commands import MAY, run_command
from dispatcher.workflow.intake import Intake
from dispatcher.workflow.receive import receive
from dispatcher.workflow.ring import ring
from models.codes import UNIT_ROLES, Role, TicketState, Urgency
from models.command import CommandKind
from models.contact import PersonalData
from models.errors import Rejected
from models.ticket import OPEN_STATES, Actor, Ticket
from models.understanding import Facts, Understanding
from streams.decode import contact_from_bytes
from tests.builders import POSITION, a_command, a_record, a_submission, an_understanding
from tests.fakes import FixedClock, Understands

_K, _S = CommandKind, TicketState

TEXTS = (
    "中山路的路灯坏了三天没人修",
    "家里停水两天了没有人管",
    "看不清楚写的是什么事情啊",
    "燃气漏气了快派人来看看",
    "物业不管小区里的垃圾",
    "骚扰骚扰骚扰",
    "",
)
UNDERSTOOD = {
    "停水": an_understanding("0801"),
    "看不清": an_understanding("0703", 0.4),
    "漏气": an_understanding("0805", urgency=Urgency.CRITICAL, alarm="漏气"),
    "物业": an_understanding("0901", district_code="D-EAST", facts=Facts(anonymous=True)),
    "骚扰": an_understanding("2303"),
}

_RARE = (_K.WITHDRAW, _K.CHANGE_URGENCY, _K.SUPERVISE, _K.NUDGE, _K.CO_REPLY, _K.PAUSE, _K.RESUME)

FITTING: dict[TicketState, tuple[CommandKind, ...]] = {
    _S.PENDING: (*(_K.CONFIRM, _K.CONFIRM, _K.DISPATCH, _K.DISPATCH) * 2, _K.ANSWER, _K.DECLINE, *_RARE[:2]),
    _S.DISPATCHED: (*(_K.SIGN,) * 10, *(_K.RETURN,) * 5, *_RARE),
    _S.SIGNED: (*(_K.CONTACT_CITIZEN,) * 6, _K.REPLY, _K.RETURN, *(_K.REQUEST_EXTENSION, _K.PAUSE, _K.CO_REPLY) * 3),
    _S.HANDLING: (
        *(_K.REPLY,) * 12,
        *(_K.CO_REPLY, _K.OVERRIDE_CO_REPLY, _K.REQUEST_EXTENSION, _K.APPROVE_EXTENSION, _K.PAUSE, _K.RESUME) * 3,
        *(_K.REFUSE_EXTENSION, _K.APPROVE_COMPLEX, *_RARE),
    ),
    _S.RETURN_REQUESTED: (*(_K.ACCEPT_RETURN, _K.ACCEPT_RETURN, _K.REJECT_RETURN) * 3, *_RARE),
    _S.REPLIED: (*(_K.PASS_REVIEW, _K.PASS_REVIEW, _K.FAIL_REVIEW) * 4, _K.APPROVE_EXTENSION, *_RARE),
    _S.AWAITING_CALL_BACK: (*(_K.CALL_BACK, _K.CALL_BACK, _K.RATE) * 4, _K.CLOSE, *_RARE),
    _S.CALLED_BACK: (*(_K.RATE,) * 8, _K.CLOSE, *_RARE),
    _S.CLOSED: (*(_K.RATE,) * 6, _K.ARCHIVE),
    _S.DECLINED: (_K.ARCHIVE,),
    _S.WITHDRAWN: (_K.ARCHIVE,),
    _S.ARCHIVED: (_K.RATE, _K.NUDGE),
}
"""What people try in each state; most of it fits there."""

_UNITS = ("U-LAMP", "U-WATER", "U-EAST", "U-WEST", "U-GONE", "U-MOON")
_REPORT: dict[str, Sequence[Any]] = {
    "investigation": ("看了",),
    "result": ("修了",),
    "basis": ("合同",),
    "contacted": (True, False),
}
_CHOICES: dict[CommandKind, dict[str, Sequence[Any]]] = {
    _K.CONFIRM: {"unit": (None, None, *_UNITS), "type": (None, "投诉"), "co_units": ((), ("U-EAST", "U-LAMP"))},
    _K.DISPATCH: {"unit": _UNITS, "co_units": ((), *(("U-EAST", unit) for unit in _UNITS[:3]))},
    _K.ACCEPT_RETURN: {"transfer_to": (None, *_UNITS[:5])},
    _K.RETURN: {"reason": ("R1", "R2", "R7", "R9"), "basis": ("三定方案",)},
    _K.REQUEST_EXTENSION: {"working_days": (1, 3, 10, 11), "reason": ("需检测",)},
    _K.PAUSE: {"reason": ("待诉求人补充材料", "不可抗力", "不想办")},
    _K.CHANGE_URGENCY: {"urgency": ("一般", "紧急", "特急")},
    _K.REPLY: _REPORT,
    _K.CO_REPLY: _REPORT,
    _K.CALL_BACK: {
        "reached": (True, False),
        "responded": (True,),
        "solved": (True, True, False),
        "rating": (None, "满意", "不满意"),
    },
    _K.CONSULT_DECIDE: {"lead": _UNITS, "basis": ("编办函",)},
    _K.RATE: {"rating": ("非常满意", "满意", "不满意", "非常不满意")},
}
"""What people say with a command, some of it wrong."""

_OF_CO_UNIT = frozenset({_K.CO_REPLY})


@dataclass
class Walk:
    """One walk of a seed. ``look`` returns all tickets, and the announcements of contacts, as they were committed."""

    seed: int
    city: City
    vault: Vault
    clock: FixedClock
    open_work: OpenUnitOfWork
    reserve_numbers: ReserveNumbers
    look: Callable[[], Awaitable[tuple[Sequence[Ticket], Sequence[bytes]]]]
    units: Sequence[str] = _UNITS
    most_open: int = 3
    links: bool = False
    texts: Sequence[str] = TEXTS
    understood: Mapping[str, Understanding] = field(default_factory=lambda: UNDERSTOOD)
    fitting: Mapping[TicketState, Sequence[CommandKind]] = field(default_factory=lambda: FITTING)
    told: int = 0
    done: list[str] = field(default_factory=list)
    timers_looked: bool = True
    was_refused: bool = False

    def __post_init__(self) -> None:
        """Start the dice."""
        self._dice = Random(self.seed)  # noqa: S311 - chance of a test
        self._intake = Intake(
            city=self.city,
            understand=Understands(self.understood),
            open_work=self.open_work,
            reserve_numbers=self.reserve_numbers,
            clock=self.clock,
        )

    async def step(self) -> None:
        """Let one thing happen."""
        self.clock.advance(seconds=1)
        self.timers_looked = self.was_refused = False
        tickets, _ = await self.look()
        dice = self._dice.random()
        going_on = [ticket for ticket in tickets if ticket.state in OPEN_STATES]
        if not tickets or (dice < 0.1 and len(going_on) < self.most_open):
            await self._citizens_call()
        elif dice < 0.25:
            await self._time_passes()
        else:
            await self._somebody_acts(self._dice.choice(going_on if going_on and dice < 0.9 else tickets))

    async def timers_look(self) -> None:
        """The timers look until nothing rings."""
        for _ in range(50):
            if not await ring(city=self.city, open_work=self.open_work, clock=self.clock, limit=2):
                self.timers_looked = True
                return
        raise AssertionError("something rings again and again")

    async def _time_passes(self) -> None:
        hours = self._dice.choice((0.1, 0.2, 0.5, 0.5, 1, 1, 3, 8, 24, 24, 72, 240))
        self.done.append(f"{hours} hours pass")
        self.clock.advance(hours=hours)
        if self._dice.random() < 0.8:
            await self.timers_look()

    async def _citizens_call(self) -> None:
        calls = [(self._dice.choice(self.texts), self._dice.randrange(3), self._dice.randrange(4)) for _ in range(2)]
        self.done.append(f"citizens call: {[text[:4] for text, _, _ in calls]}")
        submissions = [
            a_submission(
                f"{self.seed}-{text[:2]}{key}",
                text,
                personal=PersonalData(openid=f"user-{self.seed}-{caller}"),
                received_at=self.clock.now(),
            )
            for text, caller, key in calls
        ]
        await receive(submissions, city=self.city, vault=self.vault, open_work=self.open_work, clock=self.clock)
        await self._settle()

    async def _settle(self) -> None:
        _, announced = await self.look()
        records = [a_record(offset, contact_from_bytes(told)) for offset, told in enumerate(announced)]
        new = records[max(self.told - 2, 0) :]  # the last two are told again
        if new:
            await self._intake.settle(POSITION, await self._intake.understand(new))
        self.told = len(announced)

    async def _somebody_acts(self, ticket: Ticket) -> None:
        odd = self._dice.random() < 0.08
        kind = self._dice.choice(tuple(_K)) if odd else self._dice.choice(self.fitting[ticket.state])
        command = a_command(ticket, kind, self._actor(ticket, kind), await self._data(kind))
        try:
            await run_command(command, city=self.city, open_work=self.open_work, clock=self.clock)
            self.done.append(f"{ticket.ticket_no[-3:]} {ticket.state.name}: {kind.value} {dict(command.data)}")
        except Rejected as refusal:
            self.was_refused = True
            self.done.append(f"{ticket.ticket_no[-3:]} {ticket.state.name}: {kind.value} refused: {refusal}"[:110])

    def _actor(self, ticket: Ticket, kind: CommandKind) -> Actor:
        if self._dice.random() < 0.1:
            return self._dice.choice((Actor(Role.CITIZEN, "citizen"), self._clerk(self._dice.choice(self.units))))
        if MAY[kind] <= UNIT_ROLES or (kind in {_K.PAUSE, _K.RESUME} and self._dice.random() < 0.5):
            other = kind in _OF_CO_UNIT or self._dice.random() < 0.1
            return self._clerk(self._dice.choice(self.units) if other else ticket.lead_unit or self.units[0])
        role = self._dice.choice(sorted(MAY[kind] - UNIT_ROLES))
        return Actor(role, f"{role.value}-1")

    def _clerk(self, unit_code: str) -> Actor:
        return Actor(Role.UNIT_CLERK, f"clerk of {unit_code}", unit_code)

    async def _data(self, kind: CommandKind) -> dict[str, Any]:
        if kind is _K.LINK and self.links:
            tickets, _ = await self.look()
            return {"to": self._dice.choice([ticket.ticket_no for ticket in tickets])}
        choices = _CHOICES.get(kind, {"text": ("已经答复",), "code": ("N3",), "reason": ("有原因",)})
        data = {key: self._dice.choice(values) for key, values in choices.items()}
        return {key: value for key, value in data.items() if value is not None}


async def walk(one: Walk, steps: int, check: Callable[[Walk], Awaitable[None]] | None = None) -> None:
    """Go ``steps`` steps, checking after each; a failure tells everything that was done."""
    try:
        for _ in range(steps):
            await one.step()
            if check is not None and not one.was_refused:
                await check(one)
    except Exception as error:
        story = "\n".join(one.done)
        error.add_note(f"seed {one.seed}, after:\n{story}")
        raise
