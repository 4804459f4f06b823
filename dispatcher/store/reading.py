"""People's reads as ``views.Views``, each in one transaction: as the application, or as one member unit."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from psycopg import AsyncConnection
from psycopg.rows import DictRow, TupleRow, dict_row

from dispatcher.ports import DeadLetter, Notice, NuisanceCaller, SealedData
from dispatcher.store.database import Pool
from dispatcher.store.errors import translated_errors
from dispatcher.store.incidents import incident_from_row
from dispatcher.store.proofs import proof_fields
from dispatcher.store.queries import load_queries
from dispatcher.store.rows import deadline_from_row, hold_from_row, month_of, rating_from_row, ticket_from_row
from dispatcher.views import (
    COMPARED_TEXT,
    COUNTED_UP_TO,
    SHORT_TEXT,
    ChangedTexts,
    ContactProgress,
    Decision,
    Due,
    IncidentView,
    Lane,
    OpenTexts,
    Pending,
    RunningAlert,
    RunningConsultation,
    RunningHotspot,
    StreamItem,
    Supervision,
    TicketDetail,
    TicketFilter,
    TicketLine,
    UnitBoard,
    UnitItem,
    UnitLoad,
    Waiting,
    WaitingCaller,
    WaitingLine,
)
from models.call import MissedCall
from models.codes import Channel, Fate, NoticeKind, Role, Stage, TicketState
from models.deadline import DeadlineResult, Pause
from models.errors import NotFound
from models.incident import Consultation
from models.message import Topic
from models.profile import MOST_CALL_BACKS
from models.ticket import OPEN_STATES, Actor, EventKind, OpenText, Ticket, TicketEvent

_WORK = load_queries("work.sql")
_CALLERS = load_queries("callers.sql")
_OF_CALLERS = ("missed_calls_waiting", "nuisance_callers_undecided")
_QUERIES = {
    **load_queries("reading.sql"),
    **load_queries("incidents.sql"),
    **{name: _CALLERS[name] for name in _OF_CALLERS},
    **{name: _WORK[name] for name in ("become_unit", "ticket")},
}
_ABOVE_EVERY_MONTH = 999999
_OVERDUE, _EMERGENCIES, _DEAD_LETTERS, _UNRATED, _CARDS, _SUPERVISED, _RUNNING_ALERTS = 50, 8, 8, 20, 50, 50, 20
_CONSULTATIONS, _HOTSPOTS = 50, 20
_MOST_OF_INCIDENT = 50
_RATED_WITHIN = timedelta(days=7)  # 评价窗口 7 days, domain.md A.3 邀评
_BESIDE_TICKET = frozenset(
    {
        *("role", "dispatched_at", "signed_at", "contacted_at", "replied_at", "lane", "list", "told", "total", "place"),
        *("opened_at", "cause", "actor_role", "actor_name", "actor_unit"),
        *("incident", "incident_category", "incident_district", "lead_ticket", "tickets", "hotspot_at", "answered_at"),
    }
)


class PostgresViews:
    """Reads on the application's pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def ping(self) -> None:
        """Return when the store answers."""
        async with self._reader(None) as reader:
            await reader.rows("ping", {})

    async def ticket(self, ticket_no: str, *, unit_code: str | None = None) -> TicketDetail:
        """Return a ticket with its history.

        Raises:
            NotFound: there is none, or ``unit_code`` has no part in it.
        """
        key = {"ticket_no": ticket_no, "month": month_of(ticket_no)}
        async with self._reader(unit_code) as reader:
            found = await reader.rows("ticket", key)
            if not found:
                raise NotFound(f"there is no ticket {ticket_no}")
            ratings = await reader.rows("rating_of_ticket", key)
            deadlines = await reader.rows("deadlines_of_ticket", key)
            holds = await reader.rows("holds_of_ticket", key)
            events = await reader.rows("events_of_ticket", key)
            if unit_code is not None:
                await reader.rows("become_application", {})
                holds += await reader.rows("running_holds_of_others", {**key, "unit_code": unit_code})
            notices = await reader.rows("notices_of_ticket", {**key, "unit_code": unit_code})
            ties = await self._ties(reader, ticket_from_row(found[0]), of_unit=unit_code is not None)
        return TicketDetail(
            ticket=ticket_from_row(found[0]),
            deadlines=tuple(deadline_from_row(row) for row in deadlines),
            holds=tuple(hold_from_row(row) for row in holds),
            events=tuple(_event(row) for row in events),
            rating=rating_from_row(ratings[-1]) if ratings else None,
            notices=tuple(_notice(row) for row in notices),
            **ties,
        )

    async def _ties(self, reader: "_Reader", ticket: Ticket, *, of_unit: bool) -> dict[str, Any]:
        """Return what ties a ticket to others, by the fields of ``TicketDetail``; a unit is told no other numbers."""
        key = {"ticket_no": ticket.ticket_no, "month": month_of(ticket.ticket_no)}
        place = next(iter(await reader.rows("incident_of_ticket", key)), None)
        earlier = await reader.rows("earlier_of", key)
        consulted = await reader.rows("consultation", key)
        sisters, others = [], []
        if not of_unit and ticket.parent_no is not None:
            sisters = await reader.rows("sisters", {**key, "parent_no": ticket.parent_no})
        if not of_unit and place is not None:
            others = await reader.rows("tickets_of_incident", {"incident": place["incident"], "limit": _MOST_OF_INCIDENT})
        numbers = tuple(row["ticket_no"] for row in others if row["ticket_no"] != ticket.ticket_no)
        incident = None
        if place is not None:
            incident = IncidentView(incident_from_row(place), place["follows"], place["lead_unit"], numbers)
        return {
            "incident": incident,
            "again_of": earlier[0]["earlier_no"] if earlier else None,
            "sisters": tuple(row["ticket_no"] for row in sisters),
            "consultation": Consultation(**consulted[0]) if consulted else None,
        }

    async def tickets(
        self, wanted: TicketFilter, *, after: str | None, limit: int, unit_code: str | None = None
    ) -> list[Ticket]:
        """Return up to ``limit`` tickets, highest number first, that stand below the number ``after``."""
        of_unit = unit_code or wanted.unit_code
        parameters = {
            "unit_code": of_unit,
            "state": wanted.state.value if wanted.state else None,
            "category_code": wanted.category_code,
            "after": after or "",
            "after_month": month_of(after) if after else _ABOVE_EVERY_MONTH,
            "limit": limit,
        }
        async with self._reader(unit_code) as reader:
            found = await reader.rows("tickets_of_unit" if of_unit else "tickets", parameters)
        return [ticket_from_row(row) for row in found]

    async def pending(self, *, limit: int) -> Pending:
        """Return the tickets that wait for a person."""
        async with self._reader(None) as reader:
            found = await reader.rows("pending", {"short": SHORT_TEXT, "limit": limit})
            totals = await reader.rows("pending_total", {"most": COUNTED_UP_TO})
            return Pending(await reader.marked(await reader.lines(found)), totals[0]["total"])

    async def waiting(self, *, limit: int) -> Mapping[Decision, Waiting]:
        """Return up to ``limit`` tickets that wait for each decision."""
        parameters = {"short": SHORT_TEXT, "limit": limit, "tries": MOST_CALL_BACKS}
        async with self._reader(None) as reader:
            found = await reader.rows("waiting", parameters)
            lines = await reader.marked(await reader.lines([_ticket_columns(row) for row in found]))
        waiting = {decision: Waiting((), 0) for decision in Decision}
        for row, line in zip(found, lines, strict=True):
            decision = Decision(row["list"])
            listed = (*waiting[decision].lines, WaitingLine(line, row["told"] or {}))
            waiting[decision] = Waiting(listed, row["total"])
        return waiting

    async def tickets_of(self, ticket_nos: Collection[str]) -> Mapping[str, Ticket]:
        """Return those of the tickets that exist, by number."""
        months = list({month_of(number) for number in ticket_nos})
        parameters = {"ticket_nos": list(ticket_nos), "months": months, "short": SHORT_TEXT}
        async with self._reader(None) as reader:
            found = await reader.rows("tickets_of", parameters)
        return {row["ticket_no"]: ticket_from_row(row) for row in found}

    async def open_texts(self, *, after: tuple[str, str] | None, limit: int) -> OpenTexts:
        """Return up to ``limit`` open tickets by caller, those that stand after ``after``."""
        caller_ref, ticket_no = after or ("", "")
        parameters = {"after_caller": caller_ref, "after_ticket": ticket_no, "most": COMPARED_TEXT, "limit": limit}
        async with self._reader(None) as reader:
            found = await reader.rows("open_texts", parameters)
        last = (found[-1]["caller_ref"], found[-1]["ticket_no"]) if len(found) == limit else None
        return OpenTexts(tuple(_open_text(row) for row in found), last)

    async def changed_texts(self, *, since: datetime, after: str, limit: int) -> ChangedTexts:
        """Return up to ``limit`` tickets with an event at or after ``since``, those of a number above ``after``."""
        parameters = {
            "since": since,
            "topic": Topic.TICKET_EVENTS,
            "after": after,
            "most": COMPARED_TEXT,
            "limit": limit,
        }
        async with self._reader(None) as reader:
            found = await reader.rows("changed_texts", parameters)
        return ChangedTexts(
            texts=tuple(_open_text(row) for row in found if TicketState(row["state"]) in OPEN_STATES),
            ended=tuple(row["ticket_no"] for row in found if TicketState(row["state"]) not in OPEN_STATES),
            next=found[-1]["ticket_no"] if len(found) == limit else None,
        )

    async def contact(self, contact_id: UUID) -> ContactProgress:
        """Return how far a contact has come.

        Raises:
            NotFound: no door has accepted it.
        """
        async with self._reader(None) as reader:
            found = await reader.rows("contact", {"contact_id": contact_id})
            if not found:
                raise NotFound(f"there is no contact {contact_id}")
            row = found[0]
            number = row["ticket_no"]
            tickets = await reader.rows("ticket", {"ticket_no": number, "month": month_of(number)}) if number else []
        return ContactProgress(
            contact_id=contact_id,
            channel=Channel(row["channel"]),
            accepted_at=row["accepted_at"],
            fate=Fate(row["fate"]) if row["fate"] else None,
            ticket=ticket_from_row(tickets[0]) if tickets else None,
        )

    async def unit_board(self, unit_code: str, *, limit: int) -> UnitBoard:
        """Return up to ``limit`` open items of a unit in each lane."""
        async with self._reader(unit_code) as reader:
            found = await reader.rows("unit_board", {"unit_code": unit_code, "short": SHORT_TEXT, "limit": limit})
            lines = await reader.lines([_ticket_columns(row) for row in found])
            await reader.rows("become_application", {})
            numbers = [row["ticket_no"] for row in found]
            cards = await reader.rows("cards_of_unit", {"unit_code": unit_code, "ticket_nos": numbers})
        items = tuple(_unit_item(row, line, cards) for row, line in zip(found, lines, strict=True))
        return UnitBoard(items, {Lane(row["lane"]): row["total"] for row in found})

    async def unit_stream(self, unit_code: str, *, after: int, limit: int) -> list[StreamItem]:
        """Return the published messages of a unit's stream that follow ``after``, in order, none left out."""
        async with self._reader(unit_code) as reader:
            found = await reader.rows("unit_stream", {"unit_code": unit_code, "after": after, "limit": limit})
        items = []
        for row in found:
            if not row["published"]:
                break  # what follows would overtake it
            items.append(StreamItem(row["unit_seq"], _numbered(row["envelope"], row["unit_seq"])))
        return items

    async def unit_progress(self, unit_codes: Collection[str]) -> Mapping[str, int]:
        """Return the ``unit_seq`` published last on each of these streams."""
        async with self._reader(None) as reader:
            found = await reader.rows("unit_progress", {"unit_codes": list(unit_codes)})
        return {row["unit_code"]: row["unit_seq"] for row in found}

    async def running_alerts(self) -> tuple[RunningAlert, ...]:
        """Return the emergencies in calls that still run."""
        async with self._reader(None) as reader:
            found = await reader.rows("running_alerts", {"topic": Topic.ALERTS, "limit": _RUNNING_ALERTS})
        return tuple(_running_alert(row) for row in found)

    async def missed_calls(self, *, now: datetime, limit: int) -> tuple[WaitingCaller, ...]:
        """Return callers on the call-back list."""
        async with self._reader(None) as reader:
            found = await reader.rows("missed_calls_waiting", {"now": now, "limit": limit})
        return tuple(_waiting_caller(row) for row in found)

    async def nuisance_callers(self, *, limit: int) -> tuple[NuisanceCaller, ...]:
        """Return callers about whom a shift lead has still to decide."""
        async with self._reader(None) as reader:
            found = await reader.rows("nuisance_callers_undecided", {"limit": limit})
        return tuple(NuisanceCaller(**row) for row in found)

    async def supervision(self, *, now: datetime, soon: datetime, today: date) -> Supervision:
        """Return what is open at ``now``; due before ``soon`` counts as due soon; cards are those of ``today``."""
        async with self._reader(None) as reader:
            waiting = (await reader.rows("pending_total", {"most": COUNTED_UP_TO}))[0]
            loads = await reader.rows("unit_loads", {"now": now, "soon": soon})
            overdue = await reader.rows("overdue", {"now": now, "short": SHORT_TEXT, "limit": _OVERDUE})
            emergencies = await reader.rows("emergencies", {"short": SHORT_TEXT, "limit": _EMERGENCIES})
            letters = await reader.rows("dead_letters", {"limit": _DEAD_LETTERS})
            unrated = await reader.rows("unrated", {"since": now - _RATED_WITHIN, "short": SHORT_TEXT, "limit": _UNRATED})
            cards = await reader.rows("cards_of_day", {"today": today, "limit": _CARDS})
            supervised = await reader.rows("supervised", {"short": SHORT_TEXT, "limit": _SUPERVISED})
            consulted = await reader.rows("running_consultations", {"short": SHORT_TEXT, "limit": _CONSULTATIONS})
            of_consulted = await reader.lines([_ticket_columns(row) for row in consulted])
            hotspots = await reader.rows("running_hotspots", {"short": SHORT_TEXT, "limit": _HOTSPOTS})
            of_hotspots = await reader.lines([_ticket_columns(row) for row in hotspots])
            return Supervision(
                pending_total=waiting["total"],
                oldest_pending=waiting["oldest"],
                loads=tuple(UnitLoad(**row) for row in loads),
                overdue=await reader.lines(overdue),
                emergencies=tuple(ticket_from_row(row) for row in emergencies),
                dead_letters=tuple(DeadLetter(**row, body=b"") for row in letters),
                unrated=tuple(ticket_from_row(row) for row in unrated),
                cards=tuple(_notice(row) for row in cards),
                supervised=tuple(ticket_from_row(row) for row in supervised),
                consultations=tuple(map(_running_consultation, consulted, of_consulted)),
                hotspots=tuple(
                    RunningHotspot(line, incident_from_row(row)) for row, line in zip(hotspots, of_hotspots, strict=True)
                ),
            )

    @asynccontextmanager
    async def _reader(self, unit_code: str | None) -> AsyncIterator["_Reader"]:
        with translated_errors():
            async with self._pool.connection() as connection, connection.transaction():
                reader = _Reader(connection)
                if unit_code is not None:
                    await reader.rows("become_unit", {"unit_code": unit_code})
                yield reader


class _Reader:
    """Named queries on a connection whose transaction is open."""

    def __init__(self, connection: AsyncConnection[TupleRow]) -> None:
        self._connection = connection

    async def rows(self, name: str, parameters: Mapping[str, Any]) -> list[DictRow]:
        async with self._connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(_QUERIES[name], parameters)
            return await cursor.fetchall()

    async def lines(self, found: Sequence[DictRow]) -> tuple[TicketLine, ...]:
        """Return ticket rows with their deadlines; the latest round of a stage stands."""
        dues: dict[str, dict[Stage, Due]] = {row["ticket_no"]: {} for row in found}
        for row in await self.rows("dues", {"ticket_nos": list(dues)}) if dues else ():
            result = DeadlineResult(row["result"]) if row["result"] else None
            running = _running_pause(row)
            paused_for = running.reason if running else None
            dues[row["ticket_no"]][Stage(row["stage"])] = Due(row["due"], row["provisional"], result, paused_for, row["runs"])
        return tuple(TicketLine(ticket_from_row(row), dues[row["ticket_no"]]) for row in found)

    async def marked(self, lines: Sequence[TicketLine]) -> tuple[TicketLine, ...]:
        """Return lines of the hotline's own lists with what they say of consultations and hotspots."""
        asked = {"ticket_nos": [line.ticket.ticket_no for line in lines]}
        consulted = {row["ticket_no"] for row in await self.rows("in_consultation", asked)} if lines else set()
        hot = {row["ticket_no"] for row in await self.rows("in_hotspot", asked)} if lines else set()
        return tuple(
            replace(line, in_consultation=line.ticket.ticket_no in consulted, in_hotspot=line.ticket.ticket_no in hot)
            for line in lines
        )


def _numbered(envelope: str, unit_seq: int) -> str:
    """Return the envelope as the relay published it: the stored text, with the number that was given afterwards."""
    return orjson.dumps({**orjson.loads(envelope), "unit_seq": unit_seq}).decode()


def _ticket_columns(row: DictRow) -> DictRow:
    return {column: value for column, value in row.items() if column not in _BESIDE_TICKET}


def _unit_item(row: DictRow, line: TicketLine, cards: Sequence[DictRow]) -> UnitItem:
    mine = [card for card in cards if card["ticket_no"] == row["ticket_no"] and card["shown_at"] >= row["dispatched_at"]]
    return UnitItem(
        line=line,
        lane=Lane(row["lane"]),
        role=row["role"],
        dispatched_at=row["dispatched_at"],
        signed_at=row["signed_at"],
        contacted_at=row["contacted_at"],
        replied_at=row["replied_at"],
        cards=frozenset(NoticeKind(card["kind"]) for card in mine),
    )


def _running_pause(row: DictRow) -> Pause | None:
    pauses: Sequence[Pause] = proof_fields(row["proof"])["pauses"]
    return pauses[-1] if pauses and pauses[-1].end is None else None


def _notice(row: DictRow) -> Notice:
    return Notice(row["ticket_no"], row["unit_code"], NoticeKind(row["kind"]), row["day"], row["noted_at"], row["version"])


def _open_text(row: DictRow) -> OpenText:
    return OpenText(
        ticket_no=row["ticket_no"],
        text=row["text"],
        category_code=row["category_code"],
        district_code=row["district_code"],
        address=row["address"],
        received_at=row["received_at"],
    )


def _waiting_caller(row: DictRow) -> WaitingCaller:
    times, queue, key_id, sealed = (row.pop(name) for name in ("times", "queue", "key_id", "sealed"))
    return WaitingCaller(MissedCall(**row), times, queue, SealedData(row["contact_id"], row["caller_ref"], key_id, sealed))


def _running_consultation(row: DictRow, line: TicketLine) -> RunningConsultation:
    asked_by = Actor(Role(row["actor_role"]), row["actor_name"], row["actor_unit"])
    return RunningConsultation(line, Consultation(row["ticket_no"], row["opened_at"], row["cause"]), asked_by)


def _running_alert(row: DictRow) -> RunningAlert:
    told = orjson.loads(row["envelope"])["data"]
    return RunningAlert(
        call_id=told["call_id"],
        word=told["word"],
        words=told["words"],
        category_code=told["category"],
        district_code=told["district"],
        address=told["address"],
        script=told["script"],
        heard_at=datetime.fromisoformat(told["heard_at"]),
        agent=row["agent"],
        hung_up=row["hung_up"],
    )


def _event(row: DictRow) -> TicketEvent:
    return TicketEvent(
        ticket_no=row["ticket_no"],
        version=row["version"],
        kind=EventKind(row["kind"]),
        occurred_at=row["occurred_at"],
        actor=Actor(Role(row["actor_role"]), row["actor_name"], row["actor_unit"]),
        from_state=TicketState(row["from_state"]) if row["from_state"] else None,
        to_state=TicketState(row["to_state"]),
        profile_version=row["profile_version"],
        data=row["data"],
    )
