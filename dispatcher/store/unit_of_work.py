"""One PostgreSQL transaction as ``ports.UnitOfWork``."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import DictRow, TupleRow, dict_row

from dispatcher.ports import (
    AskedReturn,
    CallBack,
    CallNews,
    Effects,
    FollowedCall,
    Hold,
    NewContact,
    NewRating,
    NotedCall,
    NuisanceCaller,
    SealedData,
    StoredDeadline,
    StreamPosition,
)
from dispatcher.rules.calls import RECENT_STRETCHES
from dispatcher.rules.reply_checks import EarlierReply
from dispatcher.rules.self_service import Talk
from dispatcher.store import incidents, rows
from dispatcher.store.effects import write_effects
from dispatcher.store.knowledge import PostgresKnowledge
from dispatcher.store.matrix import PostgresMatrix
from dispatcher.store.queries import load_queries
from models.call import MissedCall, Speech
from models.codes import CallState, Fate, ReturnReason, Service, TicketState, Urgency
from models.errors import NotFound
from models.incident import ClosedRequest, Consultation, Happening, Incident, IncidentLink, Membership
from models.profile import CalendarYears
from models.ticket import OpenRequest, Ticket

_QUERIES = {**load_queries("work.sql"), **load_queries("incidents.sql"), **load_queries("callers.sql")}
_CALENDARS = load_queries("calendars.sql")


class PostgresUnitOfWork:
    """Runs named queries on a connection whose transaction somebody else opened."""

    def __init__(self, connection: AsyncConnection[TupleRow]) -> None:
        self._connection = connection

    @property
    def matrix(self) -> PostgresMatrix:
        """The changes of the dispatch matrix, in this transaction."""
        return PostgresMatrix(self._connection)

    @property
    def knowledge(self) -> PostgresKnowledge:
        """The knowledge base within this transaction."""
        return PostgresKnowledge(self._connection)

    async def next_offsets(self, positions: Collection[StreamPosition]) -> dict[StreamPosition, int]:
        """Lock the partitions' rows, made on first sight, and return the offset to settle next in each."""
        parameters = rows.positions_parameters(positions)
        found = await self._all("lock_offsets", parameters)
        if len(found) < len(positions):
            await self._run("add_offsets", {**parameters, "topics": [position.topic for position in positions]})
            found = await self._all("lock_offsets", parameters)
        offsets = {(row["group_name"], row["topic_id"], row["partition"]): row["next_offset"] for row in found}
        return {each: offsets[each.group, each.topic_id, each.partition] for each in positions}

    async def advance(self, next_offsets: Mapping[StreamPosition, int]) -> None:
        """Move the partitions' offsets."""
        parameters = rows.positions_parameters(next_offsets)
        await self._run("advance_offsets", {**parameters, "next_offsets": list(next_offsets.values())})

    async def add_contacts(self, contacts: Sequence[NewContact]) -> set[UUID]:
        """Store the new ones with their vault rows and return their ids."""
        found = await self._all("add_contacts", {"rows": rows.encode([rows.contact_row(one) for one in contacts])})
        return {row["contact_id"] for row in found}

    async def note_call(self, news: CallNews) -> NotedCall:
        """Lock the call, store what is told of it and return what that changed."""
        hung_up = any(step.state is CallState.HANGUP for step in news.steps)
        call = {"call_id": news.call_id, "contact_id": news.contact_id, "heard_at": news.heard_at, "hung_up": hung_up}
        (held,) = await self._all("hold_call", call)
        if news.sealed is not None:
            await self._run("seal_call", asdict(news.sealed))
        if news.steps:
            steps = rows.encode([asdict(step) for step in news.steps])
            await self._run("add_call_steps", {"call_id": news.call_id, "rows": steps})
        versions = {}
        if news.speeches:
            speeches = rows.encode([asdict(speech) for speech in news.speeches])
            changed = await self._all("add_call_segments", {"call_id": news.call_id, "rows": speeches})
            versions = {row["seg"]: row["version"] for row in changed}
        return NotedCall(held["settled"], versions)

    async def lock_call(self, call_id: str) -> FollowedCall:
        """Lock and return a call.

        Raises:
            NotFound: nothing was ever told of it.
        """
        found = await self._followed(await self._all("lock_call", {"call_id": call_id}))
        if not found:
            raise NotFound(f"nothing was told of call {call_id}")
        return found[0]

    async def lock_ended_calls(self, *, hung_up_before: datetime, silent_since: datetime, limit: int) -> list[FollowedCall]:
        """Lock and return unsettled calls that are over."""
        parameters = {"hung_up_before": hung_up_before, "silent_since": silent_since, "limit": limit}
        return await self._followed(await self._all("lock_ended_calls", parameters))

    async def _followed(self, held: list[DictRow]) -> list[FollowedCall]:
        if not held:
            return []
        found = await self._all("followed_calls", {"call_ids": [row["call_id"] for row in held]})
        return [rows.followed_call_from_row(row) for row in found]

    async def lock_missed_calls(self, call_id: str) -> list[MissedCall]:
        """Lock and return a call that rang off unanswered, with the other ones of its caller.

        Raises:
            NotFound: it did not.
        """
        found = await self._all("lock_missed_calls", {"call_id": call_id})
        if not found:
            raise NotFound(f"call {call_id} is not among the missed ones", "这个来电不在待回拨之列。")
        return [MissedCall(**row) for row in found]

    async def recent_words(self, contact_ids: Iterable[UUID]) -> Mapping[UUID, Sequence[Speech]]:
        """Return the last stretches of the calls that nobody was warned of yet."""
        found = await self._all("recent_words", {"contact_ids": list(contact_ids), "limit": RECENT_STRETCHES})
        words: dict[UUID, list[Speech]] = {}
        for row in found:
            words.setdefault(row.pop("contact_id"), []).append(Speech(**row))
        return words

    async def lock_unwarned(self, contact_ids: Iterable[UUID]) -> set[UUID]:
        """Lock the calls in one order and return those that nobody was warned of yet."""
        return {row["contact_id"] for row in await self._all("lock_unwarned", {"contact_ids": list(contact_ids)})}

    async def lock_unsettled(self, contact_ids: Iterable[UUID]) -> Mapping[UUID, Fate | None]:
        """Lock the contacts in one order and return their fates."""
        found = await self._all("lock_unsettled", {"contact_ids": list(contact_ids)})
        return {row["contact_id"]: Fate(row["fate"]) if row["fate"] else None for row in found}

    async def lock_callers(self, caller_refs: Iterable[str]) -> None:
        """Hold the callers' advisory locks until the transaction ends."""
        await self._run("lock_callers", {"caller_refs": list(caller_refs)})

    async def open_requests(self, caller_refs: Iterable[str]) -> list[OpenRequest]:
        """Lock the callers' open tickets and return them, oldest first."""
        found = await self._all("open_requests", {"caller_refs": list(caller_refs)})
        return [OpenRequest(**{**row, "urgency": Urgency(row["urgency"]), "state": TicketState(row["state"])}) for row in found]

    async def nuisances(
        self, caller_refs: Iterable[str], *, since: datetime, category_codes: Iterable[str]
    ) -> Mapping[str, int]:
        """Return how many contacts since then only disturbed, by caller."""
        parameters = {"caller_refs": list(caller_refs), "since": since, "category_codes": list(category_codes)}
        return {row["caller_ref"]: row["contacts"] for row in await self._all("nuisances", parameters)}

    async def nuisance_callers(self, caller_refs: Iterable[str], *, since: datetime, now: datetime) -> Mapping[str, bool]:
        """Return about whom a shift lead was asked, and whose service is limited."""
        parameters = {"caller_refs": list(caller_refs), "since": since, "now": now}
        return {row["caller_ref"]: row["limited"] for row in await self._all("nuisance_callers", parameters)}

    async def lock_nuisance_caller(self, contact_id: UUID) -> NuisanceCaller:
        """Lock and return a caller about whom nobody has decided yet.

        Raises:
            NotFound: there is none, or somebody has decided.
        """
        found = await self._all("lock_nuisance_caller", {"contact_id": contact_id})
        if not found:
            raise NotFound(f"nobody is asked about the caller of contact {contact_id}", "这位来电人已经有人决定过了。")
        return NuisanceCaller(**found[0])

    async def ticket(self, ticket_no: str) -> Ticket:
        """Return a ticket that this transaction may see.

        Raises:
            NotFound: there is none, or row security hides it.
        """
        found = await self._all("ticket", {"ticket_no": ticket_no, "month": rows.month_of(ticket_no)})
        if not found:
            raise NotFound(f"there is no ticket {ticket_no}")
        return rows.ticket_from_row(found[0])

    async def reserve_number(self, day: str) -> int:
        """Reserve the next ticket number of a day."""
        (row,) = await self._all("reserve_numbers", {"day": day, "amount": 1})
        return int(row["first"])

    async def lock_tickets(self, ticket_nos: Iterable[str]) -> dict[str, Ticket]:
        """Lock tickets in the order of their numbers."""
        numbers = list(ticket_nos)
        if not numbers:
            return {}
        months = list({rows.month_of(number) for number in numbers})
        found = await self._all("lock_tickets", {"ticket_nos": numbers, "months": months})
        return {row["ticket_no"]: rows.ticket_from_row(row) for row in found}

    async def lock_deadlines(self, ticket_no: str) -> list[StoredDeadline]:
        """Lock and return a ticket's deadlines."""
        found = await self._all("lock_deadlines", {"ticket_no": ticket_no})
        return [rows.deadline_from_row(row) for row in found]

    async def holds(self, ticket_no: str) -> list[Hold]:
        """Return the units' holds on a locked ticket."""
        return [rows.hold_from_row(row) for row in await self._all("holds", {"ticket_no": ticket_no})]

    async def asked_return(self, ticket_no: str) -> AskedReturn | None:
        """Return the latest request to return a ticket."""
        found = await self._all("asked_return", {"ticket_no": ticket_no, "month": rows.month_of(ticket_no)})
        return AskedReturn(ReturnReason(found[0]["reason"]), found[0]["basis"]) if found else None

    async def call_backs(self, ticket_no: str) -> list[CallBack]:
        """Return the attempts to call back about a locked ticket."""
        return [CallBack(**row) for row in await self._all("call_backs", {"ticket_no": ticket_no})]

    async def ratings(self, ticket_no: str) -> list[NewRating]:
        """Return the ratings of a locked ticket."""
        return [rows.rating_from_row(row) for row in await self._all("ratings", {"ticket_no": ticket_no})]

    async def earlier_replies(self, unit_code: str, *, but_of: str, since: datetime, limit: int) -> list[EarlierReply]:
        """Return a unit's latest replies to other tickets."""
        parameters = {"unit_code": unit_code, "ticket_no": but_of, "since": since, "limit": limit}
        return [EarlierReply(**row) for row in await self._all("earlier_replies", parameters)]

    async def lock_ringing(self, now: datetime, limit: int) -> list[Ticket]:
        """Lock and return tickets of which a deadline rings."""
        return [rows.ticket_from_row(row) for row in await self._all("lock_ringing", {"now": now, "limit": limit})]

    async def deadlines_of(self, ticket_nos: Iterable[str]) -> Mapping[str, Sequence[StoredDeadline]]:
        """Return the deadlines of locked tickets."""
        found: dict[str, list[StoredDeadline]] = {}
        for row in await self._all("deadlines_of", {"ticket_nos": list(ticket_nos)}):
            found.setdefault(row["ticket_no"], []).append(rows.deadline_from_row(row))
        return found

    async def next_ring(self) -> datetime | None:
        """Return when the next deadline rings."""
        (row,) = await self._all("next_ring", {})
        ring: datetime | None = row["rings_at"]
        return ring

    async def calendars(self) -> list[CalendarYears]:
        """Return the calendars that were loaded, oldest first."""
        return [rows.calendar_from_row(row) for row in await self._select(_CALENDARS["calendars"], {})]

    async def add_calendar(self, calendar: CalendarYears, *, actor: str, at: datetime) -> bool:
        """Store a calendar unless its version is known."""
        parameters = {**rows.calendar_row(calendar), "actor": actor, "at": at}
        return bool(await self._select(_CALENDARS["add_calendar"], parameters))

    async def lock_provisional(self, calendar_version: str, *, now: datetime, limit: int) -> list[Ticket]:
        """Lock and return tickets with a provisional deadline that another calendar counted."""
        parameters = {"version": calendar_version, "now": now, "limit": limit}
        return [rows.ticket_from_row(row) for row in await self._select(_CALENDARS["lock_provisional"], parameters)]

    async def note_calendar_warning(self, covered_until: date, *, at: datetime) -> bool:
        """Note a warning unless it was given before."""
        parameters = {"covered_until": covered_until, "at": at}
        return bool(await self._select(_CALENDARS["note_calendar_warning"], parameters))

    async def hold_talk(self, caller_ref: str) -> Talk:
        """Lock and return a citizen's talk with the machine."""
        (row,) = await self._all("hold_talk", {"caller_ref": caller_ref})
        return Talk(**{**row, "service": Service(row["service"]) if row["service"] else None})

    async def keep_talk(self, caller_ref: str, talk: Talk) -> None:
        """Store where the talk stands."""
        await self._run("keep_talk", {"caller_ref": caller_ref, **asdict(talk)})

    async def move_cars_of_caller(self, caller_ref: str, category_code: str) -> list[datetime]:
        """Return when the caller's requests of this category were registered."""
        found = await self._all("move_cars_of_caller", {"caller_ref": caller_ref, "category_code": category_code})
        return [row["registered_at"] for row in found]

    async def tickets_of_caller(self, caller_ref: str, limit: int) -> list[Ticket]:
        """Return a caller's latest tickets."""
        found = await self._all("tickets_of_caller", {"caller_ref": caller_ref, "limit": limit})
        return [rows.ticket_from_row(row) for row in found]

    async def lock_places(self, places: Iterable[str]) -> None:
        """Hold the places' advisory locks until the transaction ends."""
        await self._run("lock_places", {"places": list(places)})

    async def happenings(self, asked: Collection[tuple[str, str]], *, since: datetime) -> list[Happening]:
        """Return the latest unanswered tickets by category and name of a place."""
        parameters = {
            "categories": [category for category, _ in asked],
            "names": [name for _, name in asked],
            "since": since,
            "limit": incidents.CONSIDERED,
            "most": incidents.LONGEST_TEXT,
        }
        return [incidents.happening_from_row(row) for row in await self._all("happenings", parameters)]

    async def lock_free(self, ticket_nos: Iterable[str]) -> dict[str, Ticket]:
        """Lock the tickets that nobody else holds."""
        numbers = list(ticket_nos)
        months = list({rows.month_of(number) for number in numbers})
        found = await self._all("lock_free", {"ticket_nos": numbers, "months": months})
        return {row["ticket_no"]: rows.ticket_from_row(row) for row in found}

    async def lock_free_incidents(self, wanted: Iterable[str], *, limit: int) -> dict[str, tuple[Incident, list[datetime]]]:
        """Lock the incidents that nobody else holds and return each with when its latest tickets were received."""
        found = await self._all("lock_free_incidents", {"incidents": list(wanted), "limit": limit})
        return {row["incident"]: (incidents.incident_from_row(row), row["received"]) for row in found}

    async def lock_incidents_of(self, ticket_nos: Collection[str]) -> list[Incident]:
        """Lock and return the incidents of tickets."""
        found = await self._all("lock_incidents_of", {"ticket_nos": list(ticket_nos)})
        return [incidents.incident_from_row(row) for row in found]

    async def links_of(self, wanted: Collection[str]) -> list[IncidentLink]:
        """Return which tickets belong to incidents."""
        return [IncidentLink(**row) for row in await self._all("links_of", {"incidents": list(wanted)})]

    async def in_incidents(self, ticket_nos: Collection[str]) -> set[str]:
        """Return which of the tickets belong to an incident."""
        return {row["ticket_no"] for row in await self._all("in_incidents", {"ticket_nos": list(ticket_nos)})}

    async def membership(self, ticket_no: str) -> Membership | None:
        """Return the ticket's place in its incident."""
        found = await self._all("membership", {"ticket_no": ticket_no})
        return incidents.membership_from_row(found[0]) if found else None

    async def leads_of(self, ticket_nos: Collection[str]) -> Mapping[str, str]:
        """Return the leads that these tickets follow."""
        found = await self._all("leads_of", {"ticket_nos": list(ticket_nos)})
        return {row["ticket_no"]: row["lead_ticket"] for row in found}

    async def followers_of(self, leads: Collection[str]) -> Mapping[str, list[str]]:
        """Return by lead the tickets that are with its unit because they follow it."""
        found: dict[str, list[str]] = {}
        for row in await self._all("followers_of", {"leads": list(leads)}):
            found.setdefault(row["lead_ticket"], []).append(row["ticket_no"])
        return found

    async def closed_requests(self, caller_refs: Iterable[str], *, since: datetime) -> list[ClosedRequest]:
        """Return the callers' closed tickets."""
        found = await self._all("closed_requests", {"caller_refs": list(caller_refs), "since": since})
        return [incidents.closed_request_from_row(row) for row in found]

    async def reports(self, ticket_nos: Collection[str]) -> Mapping[str, int]:
        """Return how often each matter was told."""
        return {row["asked"]: row["reports"] for row in await self._all("reports", {"ticket_nos": list(ticket_nos)})}

    async def earlier_of(self, ticket_no: str) -> str | None:
        """Return the closed ticket of which this one is a repeat."""
        found = await self._all("earlier_of", {"ticket_no": ticket_no})
        return found[0]["earlier_no"] if found else None

    async def consultation(self, ticket_no: str) -> Consultation | None:
        """Return the latest consultation about a ticket."""
        found = await self._all("consultation", {"ticket_no": ticket_no})
        return Consultation(**found[0]) if found else None

    async def sealed_data(self, contact_id: UUID) -> SealedData:
        """Return a contact's vault row.

        Raises:
            NotFound: the contact is unknown.
        """
        found = await self._all("sealed_data", {"contact_id": contact_id})
        if not found:
            raise NotFound(f"contact {contact_id} has no vault row")
        return SealedData(**found[0])

    async def log_access(self, *, actor: str, act: str, subject: str, purpose: str, at: datetime) -> None:
        """Append to the access log."""
        await self._run("log_access", {"actor": actor, "act": act, "subject": subject, "purpose": purpose, "at": at})

    async def apply(self, effects: Effects, *, slot: int) -> None:
        """Write the effects in one fixed order, rollups last."""
        await write_effects(self._connection, effects, slot=slot)

    async def _run(self, name: str, parameters: Mapping[str, Any]) -> None:
        await self._connection.execute(_QUERIES[name], parameters)

    async def _all(self, name: str, parameters: Mapping[str, Any]) -> list[DictRow]:
        return await self._select(_QUERIES[name], parameters)

    async def _select(self, query: LiteralString, parameters: Mapping[str, Any]) -> list[DictRow]:
        async with self._connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(query, parameters)
            return await cursor.fetchall()
