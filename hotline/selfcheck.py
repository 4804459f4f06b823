"""Does this installation work: contacts go in, an operator confirms, every unit's topic is read by a consumer of its own."""

import asyncio
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from dispatcher.store.audit import Audit, Dispatch, PendingTicket
from dispatcher.workflow.assign import LEAD
from dispatcher.workflow.commands import run_command
from hotline.bootstrap import Dispatcher
from hotline.ingest import Ingested, ingest
from models.codes import Fate, Role
from models.command import Command, CommandKind
from models.contact import Submission
from models.errors import StaleVersion, TryLater
from models.ticket import Actor
from streams.unit_reader import Arrival, UnitReader

OPERATOR = Actor(Role.OPERATOR, "selfcheck")
_CONFIRM_AT_ONCE = 16
_LOOK_EVERY_SECONDS = 0.1

Progress = Callable[[str, int, int], object]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out. ``lost`` and ``doubled`` count contacts without a fate and work items missing or told as two.

    ``on_unit_topics`` counts the tickets read on their lead unit's topic; co-units' items count in ``lost`` and ``doubled``
    alike. Latencies run from the door's commit to the item's first
    reading, over the tickets that the engine dispatched by itself. ``again`` is the same file a second time.
    """

    contacts: int
    fates: dict[str, int]
    tickets: int
    direct: int
    declined: int
    dispatched: int
    pending: int
    on_unit_topics: int
    lost: int
    doubled: int
    contacts_per_second: float
    latency_ms: dict[str, float | None]
    again: dict[str, int]

    @property
    def complaints(self) -> list[str]:
        """What is wrong, in Chinese; empty when the installation works."""
        found = []
        if self.contacts != sum(self.fates.values()):
            found.append(f"来件 {self.contacts} ≠ 各去向之和 {sum(self.fates.values())}")
        if self.tickets != self.direct + self.declined + self.dispatched + self.pending:
            found.append(f"工单 {self.tickets} ≠ 直答 + 不予受理 + 已派 + 待派")
        if self.fates.get(Fate.TICKETED.value, 0) > self.tickets:  # a contact of several requests has a ticket for each
            found.append(f"立单的来件 {self.fates.get(Fate.TICKETED.value, 0)} > 工单 {self.tickets}")
        if self.lost:
            found.append(f"丢失 {self.lost}")
        if self.doubled:
            found.append(f"重复 {self.doubled}")
        if self.again["accepted"]:
            found.append(f"第二次导入产生了 {self.again['accepted']} 件新来件")
        return found

    def as_json(self) -> dict[str, Any]:
        """Return the outcome as the contract's JSON object."""
        return asdict(self)


async def selfcheck(
    submissions: Sequence[Submission],
    dispatcher: Dispatcher,
    reader: UnitReader,
    *,
    rate: float | None = None,
    confirm: bool = True,
    patience: timedelta = timedelta(minutes=10),
    progress: Progress = lambda _what, _done, _total: None,
) -> Outcome:
    """Send ``submissions``, play the operator (unless ``confirm`` is false), and count. Relay and workers must be running.

    Raises:
        TryLater: something did not come to rest within ``patience``.
    """
    ids = list({submission.contact_id for submission in submissions})
    audit = Audit(dispatcher.pool, ids)
    deadline = time.monotonic() + patience.total_seconds()
    started = time.monotonic()
    await ingest(submissions, dispatcher, rate=rate, progress=_counting(progress, "受理", len(submissions)))
    await _until_settled(audit, len(ids), deadline, progress)
    seconds = time.monotonic() - started
    if confirm:
        await _play_operator(audit, dispatcher, progress)
        await _until_settled(audit, len(ids), deadline, progress)
    dispatches = await audit.dispatches()
    await _until_read(reader, dispatches, deadline)
    again = await ingest(submissions, dispatcher, progress=_counting(progress, "再次受理", len(submissions)))
    return await _outcome(
        audit, n_contacts=len(ids), dispatches=dispatches, arrivals=reader.arrivals(), seconds=seconds, again=again
    )


async def _until_settled(audit: Audit, total: int, deadline: float, progress: Progress) -> None:
    while True:
        contacts, announcements = await audit.unsettled()
        progress("派单", total - contacts, total)
        if contacts == 0 and announcements == 0:
            return
        if time.monotonic() > deadline:
            raise TryLater(f"{contacts} contacts are unsettled and {announcements} announcements unpublished; see the logs")
        await asyncio.sleep(_LOOK_EVERY_SECONDS)


async def _until_read(reader: UnitReader, dispatches: Sequence[Dispatch], deadline: float) -> None:
    """Wait for what should arrive; what does not within ten seconds of silence is counted as lost, not waited for."""
    wanted = {(dispatch.ticket_no, dispatch.unit_code) for dispatch in dispatches}
    seen, silent_since = 0, time.monotonic()
    while not reader.has_seen(lambda arrivals: wanted <= arrivals.keys()):
        now_seen = sum(len(items) for items in reader.arrivals().values())
        if now_seen > seen:
            seen, silent_since = now_seen, time.monotonic()
        if time.monotonic() > min(deadline, silent_since + 10):
            return
        await asyncio.sleep(_LOOK_EVERY_SECONDS)


async def _play_operator(audit: Audit, dispatcher: Dispatcher, progress: Progress) -> None:
    pending = await audit.pending()
    gate = asyncio.Semaphore(_CONFIRM_AT_ONCE)
    confirmed = 0

    async def confirm(ticket: PendingTicket) -> None:
        nonlocal confirmed
        async with gate:
            await _confirm(ticket, dispatcher)
            confirmed += 1
            progress("确认", confirmed, len(pending))

    await asyncio.gather(*(confirm(ticket) for ticket in pending))


async def _confirm(ticket: PendingTicket, dispatcher: Dispatcher) -> None:
    """Confirm as proposed; where the matrix asks for a district that nobody knows, name the city's first."""
    data = {} if ticket.district_code else {"district": next(iter(dispatcher.city.profile.districts))}
    command = Command(ticket.ticket_no, CommandKind.CONFIRM, data, OPERATOR, ticket.version)
    try:
        await run_command(command, city=dispatcher.city, open_work=dispatcher.database.open_work, clock=dispatcher.clock)
    except StaleVersion as error:  # the citizen wrote again meanwhile: look again, decide again
        await _confirm(PendingTicket(ticket.ticket_no, error.current, ticket.category_code, ticket.district_code), dispatcher)


async def _outcome(
    audit: Audit,
    *,
    n_contacts: int,
    dispatches: Sequence[Dispatch],
    arrivals: dict[tuple[str, str], list[Arrival]],
    seconds: float,
    again: Ingested,
) -> Outcome:
    fates = await audit.fates()
    tickets = await audit.tickets()
    fates.pop(None, None)  # unsettled contacts have no fate, and count as lost
    missing = [each for each in dispatches if (each.ticket_no, each.unit_code) not in arrivals]
    return Outcome(
        contacts=n_contacts,
        fates={fate.value: fates.get(fate.value, 0) for fate in Fate},
        tickets=sum(tickets.values()),
        direct=tickets.get("direct", 0),
        declined=tickets.get("declined", 0),
        dispatched=tickets.get("dispatched", 0),
        pending=tickets.get("pending", 0),
        on_unit_topics=sum(each.role == LEAD for each in dispatches if (each.ticket_no, each.unit_code) in arrivals),
        lost=len(missing) + n_contacts - sum(fates.values()),
        doubled=sum(len(items) - 1 for items in arrivals.values()),
        contacts_per_second=round(n_contacts / seconds, 1),
        latency_ms=_latencies(dispatches, arrivals),
        again={"accepted": again.accepted, "repeated": again.repeated},
    )


def _latencies(dispatches: Sequence[Dispatch], arrivals: dict[tuple[str, str], list[Arrival]]) -> dict[str, float | None]:
    spans = sorted(
        _milliseconds(arrivals[each.ticket_no, each.unit_code][0].seen_at, each.accepted_at)
        for each in dispatches
        if each.mode == "auto" and (each.ticket_no, each.unit_code) in arrivals
    )
    if len(spans) < 2:
        return {"p50": None, "p99": None}
    cuts = statistics.quantiles(spans, n=100, method="inclusive")
    return {"p50": round(cuts[49], 1), "p99": round(cuts[98], 1)}


def _milliseconds(later: datetime, earlier: datetime) -> float:
    return (later - earlier).total_seconds() * 1000


def _counting(progress: Progress, what: str, total: int) -> Callable[[int], None]:
    done = 0

    def count(amount: int) -> None:
        nonlocal done
        done += amount
        progress(what, done, total)

    return count
