"""What every store promises to the workflows; the fake of the unit tests and PostgreSQL pass the same suite."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.rows import dict_row

from dispatcher.metrics import Increment
from dispatcher.ports import (
    AskedReturn,
    AssignmentMark,
    CallAlarm,
    CallBack,
    CallNews,
    CitizenMessage,
    DeadLetter,
    Effects,
    NewContact,
    NewRating,
    NotedCall,
    Notice,
    NuisanceCaller,
    NuisanceDecision,
    OutboxRow,
    SealedData,
    Settled,
    SettledCall,
    StoredDeadline,
    WaitingTopic,
)
from dispatcher.rules.calls import RECENT_STRETCHES, course_of
from dispatcher.rules.changes import extended
from dispatcher.rules.pausing import paused
from dispatcher.rules.reply_checks import EarlierReply
from dispatcher.rules.self_service import Talk
from dispatcher.store.database import Database as PostgresDatabase
from dispatcher.store.database import open_pool
from dispatcher.store.decisions import PostgresDecisions
from dispatcher.store.offsets import PostgresOffsets
from dispatcher.store.relay_outbox import open_relay_outbox
from dispatcher.views import DecidedRequest
from hotline.embedded.patience import came_true
from models.call import AnsweredCaller, CallBackNote, CallStep, MissedCall, Speech
from models.codes import (
    CallState,
    Channel,
    ClockKind,
    DispatchMode,
    Fate,
    NoticeKind,
    PauseReason,
    ProposalOrigin,
    Rating,
    RequestType,
    ReturnReason,
    ReviewReason,
    Role,
    Service,
    Stage,
    SubjectType,
    TicketState,
    Urgency,
)
from models.deadline import DeadlineResult
from models.errors import NotFound, Rejected
from models.incident import Consultation, Incident, IncidentLink, RepeatLink, TicketPlace
from models.matrix import MatrixProposal, MatrixWish, Review
from models.message import Message, Topic, event_id
from models.profile import Allowance, CalendarYears
from models.ticket import Actor, Assignment, EventKind, TicketEvent
from models.understanding import Guess
from tests.builders import LAMPS, MONDAY, OPERATOR, POSITION, a_city, a_deadline, a_ticket
from tests.fakes import MemoryStore

LATER = MONDAY + timedelta(hours=1)


A_CALL = UUID(int=77)
A_NUMBER = SealedData(A_CALL, "caller-7", "k1", b"sealed")


def some_news(call_id="C-1", heard_at=MONDAY, **told):
    """Return news of a call; each has a contact of its own."""
    contact_id = A_CALL if call_id == "C-1" else uuid4()
    return CallNews(call_id, contact_id, heard_at, **told)


EVERY_TOPIC = (Topic.TICKET_EVENTS, Topic.dispatch("U-LAMP"), Topic.dispatch("U-WATER"))


@dataclass(frozen=True)
class Written:
    """What a store holds, as far as only a test looks."""

    events: list
    ratings: list
    letters: list
    assignments: list
    accesses: list
    rollups: dict
    settled: dict
    notices: list
    told: list


NOTHING = Written([], [], [], [], [], {}, {}, [], [])


class Memory:
    """The fake as the suite handles it."""

    def __init__(self):
        self.store = MemoryStore()
        self.open_work = self.store.open_work
        self.reserve_numbers = self.store.reserve_numbers
        self.offsets = self.store
        self.decisions = self.store

    def relay(self):
        """Open another relay's connection."""
        return self.store.relay_outbox()

    def hang_up(self, relay):
        """End a relay's connection."""
        relay.close()

    async def written(self):
        """Look."""
        tables = self.store.tables
        return Written(
            events=[(e.ticket_no, e.version, e.kind.value, str(e.actor), dict(e.data)) for e in tables.events.values()],
            ratings=[(r.ticket_no, r.unit_code, r.rating.value, r.reason) for r in tables.ratings.values()],
            letters=[(one.reference, one.cause, one.detail, one.body, one.contact_id) for one in tables.letters.values()],
            assignments=[
                (
                    row.assignment.unit_code,
                    row.assignment.role,
                    row.moments.get("signed"),
                    row.moments.get("replied"),
                    row.moments.get("ended"),
                )
                for row in tables.assignments
            ],
            accesses=list(tables.accesses),
            rollups=dict(tables.rollups),
            settled={one.deadline.stage: one.settled_at for one in tables.deadlines.values() if one.settled_at is not None},
            notices=[(one.unit_code, one.kind.value, one.day, one.version) for one in tables.notices],
            told=[(one.contact_id, one.name, one.text) for one in tables.citizen_messages],
        )


class Postgres:
    """The real store as the suite handles it; looks with the owner's eyes."""

    def __init__(self, database, pool, stack):
        self._database, self._stack = database, stack
        store = PostgresDatabase(pool)
        self.open_work = store.open_work
        self.reserve_numbers = store.reserve_numbers
        self.offsets = PostgresOffsets(pool)
        self.decisions = PostgresDecisions(pool)

    def relay(self):
        """Open another relay's connection."""
        return self._stack.enter_context(open_relay_outbox(self._database.app_url))

    def hang_up(self, relay):
        """End a relay's connection, and wait until the server knows."""
        number = relay._connection.info.backend_pid
        relay._connection.close()
        with psycopg.connect(self._database.owner_url, autocommit=True) as connection:
            alive = "SELECT 1 FROM pg_stat_activity WHERE pid = %s"
            assert came_true(lambda: connection.execute(alive, [number]).fetchone() is None, within=timedelta(seconds=30))

    async def written(self):
        """Look."""
        with psycopg.connect(self._database.app_url, row_factory=dict_row) as connection:

            def rows(statement):
                return connection.execute(statement).fetchall()

            return Written(
                events=[
                    (r["ticket_no"], r["version"], r["kind"], f"{r['actor_role']}:{r['actor_name']}", r["data"])
                    for r in rows("SELECT * FROM ticket_events ORDER BY ticket_no, version")
                ],
                ratings=[(r["ticket_no"], r["unit_code"], r["rating"], r["reason"]) for r in rows("SELECT * FROM ratings")],
                letters=[
                    (r["reference"], r["cause"], r["detail"], r["body"], r["contact_id"])
                    for r in rows("SELECT * FROM dead_letters ORDER BY id")
                ],
                assignments=[
                    (r["unit_code"], r["role"], r["signed_at"], r["replied_at"], r["ended_at"])
                    for r in rows("SELECT * FROM assignments ORDER BY role DESC, unit_code")
                ],
                accesses=[
                    (r["actor"], r["act"], r["subject"], r["purpose"]) for r in rows("SELECT * FROM access_log ORDER BY id")
                ],
                rollups={
                    (r["family"], tuple(r["labels"])): int(r["value"])
                    for r in rows("SELECT family, labels, sum(value) AS value FROM rollups GROUP BY 1, 2")
                },
                settled={
                    Stage(r["stage"]): r["settled_at"]
                    for r in rows("SELECT stage, settled_at FROM deadlines WHERE settled_at IS NOT NULL")
                },
                notices=[
                    (r["unit_code"], r["kind"], r["day"], r["version"]) for r in rows("SELECT * FROM notices ORDER BY id")
                ],
                told=[(r["contact_id"], r["name"], r["text"]) for r in rows("SELECT * FROM citizen_messages ORDER BY id")],
            )


def a_new_contact(number=1, text="路灯坏了", **changes):
    """Return a contact row with its vault row."""
    contact_id = UUID(int=number)
    values = {
        "channel": Channel.PHONE,
        "caller_ref": "caller-1",
        "received_at": MONDAY,
        "accepted_at": LATER,
        "asr_confidence": None,
        "district": None,
        "sealed": SealedData(contact_id, "caller-1", "k1", b"\x00\xff sealed"),
    }
    return NewContact(contact_id=contact_id, raw_text=text, **{**values, **changes})


def a_held_ticket(number=1, **changes):
    """Return ticket ``number`` on the lamps' stream."""
    ticket_no = f"TT20260518P00000{number:02d}0"
    values = {"contact_id": UUID(int=number), "state": TicketState.DISPATCHED, "lead_unit": "U-LAMP", "version": 2}
    return a_ticket(ticket_no, **{**values, **changes})


def a_hold(ticket, unit_code="U-LAMP", role="lead"):
    """Return a unit's assignment."""
    return Assignment(ticket.ticket_no, unit_code, role, DispatchMode.AUTO, MONDAY, "m1", "权责清单")


def an_event(ticket, version=1, **changes):
    """Return a line of the audit."""
    values = {
        "kind": EventKind.REGISTERED,
        "occurred_at": MONDAY,
        "actor": OPERATOR,
        "from_state": None,
        "to_state": ticket.state,
        "profile_version": "p1",
        "data": {"confidence": 0.9},
    }
    return TicketEvent(ticket.ticket_no, version, **{**values, **changes})


def a_wish(**changes):
    """Return what somebody wants of the dispatch matrix."""
    values = {
        "category_code": "0703",
        "district_code": None,
        "subject": None,
        "lead": "U-WATER",
        "co_units": (),
        "basis": "三定方案第三条",
        "origin": ProposalOrigin.HAND,
        "proposed_by": "dispatcher:d-1",
        "proposed_at": MONDAY,
    }
    return MatrixWish(**{**values, **changes})


def a_message(number, unit_code=None, topic=Topic.TICKET_EVENTS, at=MONDAY):
    """Return an announcement."""
    return Message(
        topic=Topic.dispatch(unit_code) if unit_code else topic,
        key=f"key-{number}",
        event_id=event_id(f"subject-{number}", "kind", 1),
        kind="kind",
        occurred_at=at,
        actor="system:test",
        profile_version="p1",
        data={"number": number},
        unit_code=unit_code,
    )


async def write(work, **changes):
    """Write effects."""
    await work.apply(Effects(**changes), slot=0)


class StoreContract:
    """Subclasses supply the fixture ``store``."""

    async def test_an_error_leaves_no_trace(self, store):
        """Neither contact, ticket, event, letter, message, counter nor offset survives when the transaction fails."""
        ticket = a_held_ticket()
        effects = Effects(
            new_tickets=[ticket],
            events=[an_event(ticket)],
            dead_letters=[DeadLetter("r", "malformed", "d", b"", MONDAY)],
            messages=[a_message(1)],
            increments=[Increment("f", ("a",), 1)],
        )

        async def die_before_the_end():
            async with store.open_work() as work:
                await work.next_offsets([POSITION])
                await work.add_contacts([a_new_contact()])
                await work.log_access(actor="a", act="b", subject="c", purpose="d", at=MONDAY)
                await work.apply(effects, slot=0)
                await work.advance({POSITION: 5})
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await die_before_the_end()

        written = await store.written()
        assert written == NOTHING
        assert store.relay().next_rows((), topics=EVERY_TOPIC, at=MONDAY, limit=10) == []
        async with store.open_work() as work:
            assert await work.next_offsets([POSITION]) == {POSITION: 0}
            assert await work.lock_unsettled([UUID(int=1)]) == {}
            assert await work.lock_tickets([ticket.ticket_no]) == {}

    async def test_a_refusal_undoes_what_was_written_before_it(self, store):
        """One ticket too many and the first is not there either."""
        async with store.open_work() as work:
            await work.apply(Effects(new_tickets=[a_held_ticket()]), slot=0)

        async def write_something_and_a_twin():
            async with store.open_work() as work:
                await work.apply(Effects(messages=[a_message(1)]), slot=0)
                await work.apply(Effects(new_tickets=[a_held_ticket()]), slot=0)

        with pytest.raises(Rejected):
            await write_something_and_a_twin()

        assert store.relay().next_rows((), topics=EVERY_TOPIC, at=MONDAY, limit=10) == []

    async def test_contacts_are_stored_once(self, store):
        """The second delivery is known, whatever it says; new ones beside it are stored."""
        async with store.open_work() as work:
            assert await work.add_contacts([a_new_contact(1), a_new_contact(2)]) == {UUID(int=1), UUID(int=2)}
        async with store.open_work() as work:
            assert await work.add_contacts([a_new_contact(2, "再说一次"), a_new_contact(3)]) == {UUID(int=3)}
            assert await work.add_contacts([]) == set()
            assert (await work.sealed_data(UUID(int=2))).sealed == b"\x00\xff sealed"

    async def test_the_vault_gives_back_what_was_sealed(self, store):
        """Byte for byte, with key and pseudonym; an unknown contact has nothing."""
        contact = a_new_contact()
        async with store.open_work() as work:
            await work.add_contacts([contact])
        async with store.open_work() as work:
            assert await work.sealed_data(contact.contact_id) == contact.sealed
            with pytest.raises(NotFound):
                await work.sealed_data(uuid4())

    async def test_a_contact_is_unsettled_until_it_has_a_fate(self, store):
        """Unknown contacts are left out; settled ones show their fate."""
        settled = Settled(UUID(int=1), Fate.TICKETED, "TT1", LATER)
        async with store.open_work() as work:
            await work.add_contacts([a_new_contact(1), a_new_contact(2)])
            await work.apply(Effects(settled_contacts=[settled]), slot=0)
        async with store.open_work() as work:
            fates = await work.lock_unsettled([UUID(int=n) for n in (1, 2, 3)])
        assert fates == {UUID(int=1): Fate.TICKETED, UUID(int=2): None}

    async def test_each_partition_has_its_own_offset(self, store):
        """A group, topic or partition apart is another place; the same place remembers."""
        elsewhere = [replace(POSITION, partition=4), replace(POSITION, topic_id=UUID(int=8)), replace(POSITION, group="g")]
        async with store.open_work() as work:
            assert await work.next_offsets([POSITION, *elsewhere]) == dict.fromkeys([POSITION, *elsewhere], 0)
            await work.advance({POSITION: 17, elsewhere[0]: 3})
        async with store.open_work() as work:
            found = await work.next_offsets([elsewhere[2], elsewhere[0], POSITION])
        assert found == {POSITION: 17, elsewhere[0]: 3, elsewhere[2]: 0}
        assert await store.offsets.positions(POSITION.group, POSITION.topic_id) == {3: 17, 4: 3}
        assert await store.offsets.positions("nobody", POSITION.topic_id) == {}

    async def test_attempts_are_counted_until_the_offset_moves(self, store):
        """At one offset they add up and keep their last error; elsewhere, and after success, they begin anew."""
        offsets = store.offsets
        assert (await offsets.begin_attempt(POSITION, 5)).number == 1
        await offsets.note_error(POSITION, "ValueError in decide line 3")
        second = await offsets.begin_attempt(POSITION, 5)
        assert (second.number, second.last_error) == (2, "ValueError in decide line 3")
        await offsets.withdraw_attempt(POSITION)
        assert (await offsets.begin_attempt(POSITION, 5)).number == 2
        elsewhere = await offsets.begin_attempt(POSITION, 6)
        assert (elsewhere.number, elsewhere.last_error) == (1, None)
        async with store.open_work() as work:
            await work.next_offsets([POSITION])
            await work.advance({POSITION: 7})
        assert (await offsets.begin_attempt(POSITION, 7)).number == 1
        async with store.open_work() as work:
            assert await work.next_offsets([POSITION]) == {POSITION: 7}

    async def test_what_is_gone_is_passed_over_and_nothing_else(self, store):
        """A partition goes on behind what is gone, its attempts forgotten; one that is further already stays."""
        offsets = store.offsets
        await offsets.begin_attempt(POSITION, 5)
        await offsets.pass_over(POSITION, 9)
        assert await offsets.positions(POSITION.group, POSITION.topic_id) == {3: 9}
        assert (await offsets.begin_attempt(POSITION, 9)).number == 1

        await offsets.pass_over(POSITION, 4)
        await offsets.pass_over(replace(POSITION, partition=4), 6)
        assert await offsets.positions(POSITION.group, POSITION.topic_id) == {3: 9, 4: 6}

    async def test_an_attempt_that_nobody_began_can_be_withdrawn_and_noted(self, store):
        """Nothing happens, also where the partition was never seen."""
        await store.offsets.withdraw_attempt(POSITION)
        await store.offsets.note_error(POSITION, "nothing")

        assert (await store.offsets.begin_attempt(POSITION, 0)).number == 1

    async def test_a_position_begins_where_attempts_were_counted_first(self, store):
        """An attempt before the first transaction does not move the offset."""
        await store.offsets.begin_attempt(POSITION, 0)
        async with store.open_work() as work:
            assert await work.next_offsets([POSITION]) == {POSITION: 0}

    async def test_numbers_are_given_once(self, store):
        """Blocks follow each other within a day, whatever becomes of the transaction; each day begins at 1."""
        blocks = [await store.reserve_numbers("20260518", amount) for amount in (3, 1, 500)]
        assert blocks == [1, 4, 5]
        assert await store.reserve_numbers("20260519", 2) == 1
        assert await store.reserve_numbers("20260518", 1) == 505

    async def test_numbers_asked_for_at_once_are_all_different(self, store):
        """Many workers, no number twice."""
        firsts = await asyncio.gather(*(store.reserve_numbers("20260518", 10) for _ in range(20)))

        assert sorted(firsts) == list(range(1, 200, 10))

    async def test_a_ticket_comes_back_as_it_was_written(self, store):
        """Every field, also the rare ones."""
        ticket = a_held_ticket(
            urgency=Urgency.CRITICAL,
            address="和平路3号",
            subject=SubjectType.ENTERPRISE,
            district_code="D-EAST",
            alarm="漏气",
            top=(Guess("0703", 0.123456789), Guess("0801", 0.1)),
            review_reasons=(ReviewReason.LOW_CONFIDENCE, ReviewReason.DISTRICT_UNKNOWN),
            text='引号"、反斜杠\\、换行\n和💡',
            salutation=None,
            parent_no="TT20260518P000001",
            item=2,
        )
        async with store.open_work() as work:
            await work.apply(Effects(new_tickets=[ticket]), slot=0)
        async with store.open_work() as work:
            assert await work.ticket(ticket.ticket_no) == ticket
            assert await work.lock_tickets([ticket.ticket_no, "TT20260518P9999999"]) == {ticket.ticket_no: ticket}
            assert await work.lock_tickets([]) == {}
            with pytest.raises(NotFound):
                await work.ticket("TT20260518P9999999")

    @pytest.mark.parametrize("wrong", ["", "12345", "no number at all", "TT2026051８P0000010"])
    async def test_what_is_no_number_is_not_found(self, store, wrong):
        """Whatever somebody types is looked up and not found."""
        async with store.open_work() as work:
            with pytest.raises(NotFound):
                await work.ticket(wrong)
            assert await work.lock_tickets([wrong]) == {}

    async def test_a_changed_ticket_keeps_what_cannot_change(self, store):
        """State, version, category, type, district, unit, nudges and the versions of the facts change."""
        ticket = a_held_ticket(state=TicketState.PENDING, lead_unit=None, version=1)
        changed = replace(
            ticket,
            version=2,
            state=TicketState.DISPATCHED,
            state_since=LATER,
            request_type=RequestType.COMPLAINT,
            category_code="0801",
            district_code="D-WEST",
            lead_unit="U-WATER",
            nudges=3,
            profile_version="p2",
            matrix_version="m2",
        )
        async with store.open_work() as work:
            await work.apply(Effects(new_tickets=[ticket, a_held_ticket(2)]), slot=0)
            await work.apply(Effects(changed_tickets=[changed]), slot=0)
        async with store.open_work() as work:
            assert await work.ticket(ticket.ticket_no) == changed
            assert await work.ticket(a_held_ticket(2).ticket_no) == a_held_ticket(2)

    @pytest.mark.parametrize(
        "twin", [a_held_ticket(1, contact_id=UUID(int=99)), replace(a_held_ticket(2), contact_id=UUID(int=1))]
    )
    async def test_a_request_has_one_ticket_and_a_number_one_contact(self, store, twin):
        """Neither the number nor the same request of a contact can be used a second time."""
        async with store.open_work() as work:
            await work.apply(Effects(new_tickets=[a_held_ticket(1)]), slot=0)
        with pytest.raises(Rejected):
            async with store.open_work() as work:
                await work.apply(Effects(new_tickets=[twin]), slot=0)

    async def test_each_request_of_a_contact_has_a_ticket(self, store):
        """Sister tickets stand side by side, each with its own number."""
        sisters = [replace(a_held_ticket(number), contact_id=UUID(int=1), item=number) for number in (1, 2)]
        async with store.open_work() as work:
            await work.apply(Effects(new_tickets=sisters), slot=0)
        async with store.open_work() as work:
            assert await work.lock_tickets(one.ticket_no for one in sisters) == {one.ticket_no: one for one in sisters}

    async def test_what_is_told_of_a_call_comes_back_whole(self, store):
        """Steps and words as they were told, the caller sealed, no contact yet."""
        steps = [
            CallStep(1, CallState.QUEUED, MONDAY, ivr=({"key": "3", "label": "营商"},), queue="综合"),
            CallStep(2, CallState.HANGUP, LATER, agent="0012", side="user"),
        ]
        speeches = [Speech(0, "agent", "您好"), Speech(4, "caller", '引号"和💡', 0.5, 100, 900, final=False)]
        async with store.open_work() as work:
            assert await work.note_call(some_news(steps=steps, speeches=speeches, sealed=A_NUMBER)) == NotedCall(
                settled=False, versions={0: 1, 4: 1}
            )
        async with store.open_work() as work:
            call = await work.lock_call("C-1")
            assert await work.sealed_data(A_CALL) == A_NUMBER
            with pytest.raises(NotFound):
                await work.lock_call("C-2")
        assert (call.contact_id, call.first_heard_at, call.settled, call.has_contact) == (A_CALL, MONDAY, False, False)
        assert call.sealed == A_NUMBER
        assert sorted(call.steps, key=lambda step: step.seq) == steps
        assert list(call.speeches) == speeches

    async def test_a_call_told_twice_is_known_once(self, store):
        """The first number stands, a final segment stays, a partial one changes; only what changed is told back."""
        first, second = Speech(1, "caller", "路灯", final=False), Speech(1, "caller", "路灯坏了")
        step = CallStep(1, CallState.QUEUED, MONDAY)
        changed = []
        for speech, number in ((first, A_NUMBER), (first, replace(A_NUMBER, sealed=b"other")), (second, None), (first, None)):
            async with store.open_work() as work:
                changed.append((await work.note_call(some_news(steps=[step], speeches=[speech], sealed=number))).versions)
        async with store.open_work() as work:
            call = await work.lock_call("C-1")
        assert changed == [{1: 1}, {}, {1: 2}, {}]
        assert (call.sealed, list(call.steps), list(call.speeches)) == (A_NUMBER, [step], [second])

    async def test_calls_that_are_over_are_settled_once(self, store):
        """Hung up and quiet for a while, or quiet for long; a settled one is not found again."""
        hangup = CallStep(9, CallState.HANGUP, MONDAY)
        told = {
            "over": some_news("over", MONDAY, steps=[hangup]),
            "just over": some_news("just over", LATER, steps=[hangup]),
            "silent": some_news("silent", MONDAY - timedelta(hours=1)),
            "running": some_news("running", LATER),
        }
        for news in told.values():
            async with store.open_work() as work:
                await work.note_call(news)
        over = {"hung_up_before": MONDAY, "silent_since": MONDAY - timedelta(minutes=30)}
        async with store.open_work() as work:
            assert [call.call_id for call in await work.lock_ended_calls(**over, limit=1)] == ["over"]
            found = await work.lock_ended_calls(**over, limit=9)
            settled = [SettledCall(call.call_id, course_of(call.steps), LATER) for call in found]
            await work.apply(Effects(settled_calls=settled), slot=0)
        async with store.open_work() as work:
            assert [call.call_id for call in found] == ["over", "silent"]
            assert await work.lock_ended_calls(**over, limit=9) == []
            assert (await work.note_call(told["over"])).settled
            assert not (await work.note_call(told["running"])).settled
            assert (await work.lock_call("over")).settled

    async def test_missed_calls_of_a_caller_go_together(self, store):
        """An answer takes off what rang off before it, told early or late; a call back is noted once for each call."""
        ends = {"A": MONDAY, "B": MONDAY + timedelta(minutes=5), "C": MONDAY + timedelta(hours=3)}
        answered = MONDAY + timedelta(hours=1)
        number = SealedData(A_CALL, "caller-7", "k1", b"sealed")
        taken = CallStep(1, CallState.ANSWERED, answered)
        async with store.open_work() as work:
            await work.note_call(some_news(steps=[taken], sealed=number))
            for call_id in ends:
                await work.note_call(some_news(call_id))
        missed = {
            call_id: MissedCall(call_id, uuid4(), "caller-7", end, end + timedelta(minutes=30), end + timedelta(hours=2))
            for call_id, end in ends.items()
        }
        early = Effects(missed_calls=[missed["A"]])
        told = [SettledCall("C-1", course_of([taken]), LATER)]
        answer = Effects(settled_calls=told, answered_callers=[AnsweredCaller("caller-7", answered)])
        late = Effects(missed_calls=[missed["B"], missed["C"]])
        for effects in (early, answer, late):
            async with store.open_work() as work:
                await work.apply(effects, slot=0)
        note = CallBackNote("C", ends["C"] + timedelta(hours=1), "operator:one", reached=False)
        async with store.open_work() as work:
            await work.apply(Effects(call_back_notes=[note]), slot=0)
            found = await work.lock_missed_calls("B")
            with pytest.raises(NotFound):
                await work.lock_missed_calls("D")
        assert [(one.call_id, one.answered_at, one.reached) for one in found] == [
            ("A", answered, None),
            ("B", answered, None),
            ("C", None, False),
        ]

    async def test_who_only_disturbs_is_counted_and_asked_about(self, store):
        """Nuisances and tickets of such a category since a moment; who was asked about, and whose service is limited."""
        disturbing = a_ticket("TT20260518P0000010", contact_id=UUID(int=2), machine_category="2303")
        contacts = [a_new_contact(number, accepted_at=MONDAY + timedelta(minutes=number)) for number in (1, 2, 3)]
        fates = [
            Settled(UUID(int=1), Fate.NUISANCE, None, LATER),
            Settled(UUID(int=2), Fate.TICKETED, disturbing.ticket_no, LATER, "zh"),
            Settled(UUID(int=3), Fate.DEAD, None, LATER),
        ]
        asked = NuisanceCaller("caller-1", LATER, UUID(int=2), 10)
        async with store.open_work() as work:
            await work.add_contacts(contacts)
            await work.apply(Effects(new_tickets=[disturbing], settled_contacts=fates, nuisance_callers=[asked]), slot=0)
        since = {"since": MONDAY, "now": LATER + timedelta(hours=1)}
        until = LATER + timedelta(hours=3)
        decision = NuisanceDecision("caller-1", LATER, LATER, "shift_lead:one", until)
        async with store.open_work() as work:
            assert await work.nuisances(["caller-1", "caller-2"], since=MONDAY, category_codes=["2303"]) == {"caller-1": 2}
            late = MONDAY + timedelta(minutes=1)
            assert await work.nuisances(["caller-1"], since=late, category_codes=["2303"]) == {"caller-1": 1}
            assert await work.nuisance_callers(["caller-1", "caller-2"], **since) == {"caller-1": False}
            assert await work.lock_nuisance_caller(UUID(int=2)) == asked
            await work.apply(Effects(nuisance_decisions=[decision]), slot=0)
        async with store.open_work() as work:
            assert await work.nuisance_callers(["caller-1"], **since) == {"caller-1": True}
            assert await work.nuisance_callers(["caller-1"], since=until, now=until) == {}
            with pytest.raises(NotFound):
                await work.lock_nuisance_caller(UUID(int=2))

    async def test_moved_cars_are_remembered_by_caller(self, store):
        """When the caller's tickets of the category were registered; another category's and another's are not among them."""
        own, other = (
            a_ticket(contact_id=UUID(int=1)),
            a_ticket("TT20260518P0000028", contact_id=UUID(int=2), category_code="0801"),
        )
        async with store.open_work() as work:
            await work.add_contacts([a_new_contact(1), a_new_contact(2)])
            fates = [Settled(each.contact_id, Fate.TICKETED, each.ticket_no, LATER) for each in (own, other)]
            await work.apply(Effects(new_tickets=[own, other], settled_contacts=fates), slot=0)
            assert await work.move_cars_of_caller("caller-1", own.category_code) == [own.registered_at]
            assert await work.move_cars_of_caller("caller-2", own.category_code) == []

    async def test_the_last_words_of_calls_come_in_their_order(self, store):
        """Each call its own, the last telling of each stretch, and not more than are listened to."""
        other = some_news("C-2", speeches=[Speech(2, "agent", "您好"), Speech(1, "unknown", "喂")])
        many = [Speech(seg, "caller", f"第{seg}段", final=False) for seg in range(RECENT_STRETCHES + 3)]
        for news in (some_news(speeches=many), other, some_news(speeches=[Speech(14, "caller", "改了")])):
            async with store.open_work() as work:
                await work.note_call(news)
        async with store.open_work() as work:
            recent = await work.recent_words([A_CALL, other.contact_id, uuid4()])
            assert await work.recent_words([]) == {}
        assert recent.keys() == {A_CALL, other.contact_id}
        assert [speech.seg for speech in recent[A_CALL]] == list(range(3, RECENT_STRETCHES + 3))
        assert recent[A_CALL][-1].text == "改了"
        assert list(recent[other.contact_id]) == [Speech(1, "unknown", "喂"), Speech(2, "agent", "您好")]

    @pytest.mark.parametrize("word", ["煤气漏", None])
    async def test_a_call_is_warned_of_once(self, store, word):
        """Once it is, its words are not told again and nobody else may warn of it; whether any word alarmed or the tone."""
        other = some_news("C-2", speeches=[Speech(1, "caller", "喂")])
        for news in (some_news(speeches=[Speech(1, "caller", "煤气漏了")]), other):
            async with store.open_work() as work:
                await work.note_call(news)
        calls = [A_CALL, other.contact_id, uuid4()]
        async with store.open_work() as work:
            assert await work.lock_unwarned(calls) == {A_CALL, other.contact_id}
            await work.apply(Effects(call_alarms=[CallAlarm(A_CALL, word, MONDAY, LATER)]), slot=0)
        async with store.open_work() as work:
            assert await work.lock_unwarned(calls) == {other.contact_id}
            assert (await work.recent_words(calls)).keys() == {other.contact_id}

    async def test_an_alarm_that_cannot_be_written_changes_nothing(self, store):
        """A word that PostgreSQL cannot hold is refused, and the call stays unwarned."""
        async with store.open_work() as work:
            await work.note_call(some_news(speeches=[Speech(1, "caller", "煤气漏了")]))
        with pytest.raises(Rejected):
            async with store.open_work() as work:
                await work.apply(Effects(call_alarms=[CallAlarm(A_CALL, "煤\x00气", MONDAY, LATER)]), slot=0)
        async with store.open_work() as work:
            assert await work.lock_unwarned([A_CALL]) == {A_CALL}

    async def test_a_calls_contact_keeps_the_number_that_was_sealed_while_it_rang(self, store):
        """The vault row is there before the contact is."""
        contact = a_new_contact(77, sealed=replace(A_NUMBER, sealed=b"later"))
        async with store.open_work() as work:
            await work.note_call(some_news(sealed=A_NUMBER))
            assert await work.add_contacts([contact]) == {A_CALL}
            assert await work.sealed_data(A_CALL) == A_NUMBER
            assert (await work.lock_call("C-1")).has_contact

    async def test_open_requests_are_the_callers_open_tickets(self, store):
        """Oldest first; closed and declined ones and those of others are not told."""
        tickets = [
            a_held_ticket(1, registered_at=LATER, machine_category="0801", district_code="D-EAST", address="中山路"),
            a_held_ticket(2, state=TicketState.CLOSED),
            a_held_ticket(3, state=TicketState.DECLINED),
            a_held_ticket(4, caller_ref="caller-2"),
            a_held_ticket(5, caller_ref="caller-3"),
            a_held_ticket(6, state=TicketState.PENDING, urgency=Urgency.CRITICAL, plate="琼A6T887"),
        ]
        async with store.open_work() as work:
            await work.apply(Effects(new_tickets=tickets), slot=0)
        async with store.open_work() as work:
            callers = ["caller-2", "caller-1"]
            await work.lock_callers(callers)
            found = await work.open_requests(callers)
            assert await work.open_requests([]) == []
        assert [request.ticket_no for request in found] == [tickets[n].ticket_no for n in (3, 5, 0)]
        assert [request.urgency for request in found] == [Urgency.NORMAL, Urgency.CRITICAL, Urgency.NORMAL]
        assert (found[1].state, found[1].plate, found[0].plate) == (TicketState.PENDING, "琼A6T887", None)
        last = found[-1]
        assert (last.category_code, last.machine_category, last.district_code, last.address) == (
            "0703",
            "0801",
            "D-EAST",
            "中山路",
        )

    async def test_what_goes_on_around_a_place_is_found(self, store):
        """By category and name of a place, since a moment, while nobody has answered; with its incident and its lead."""
        lead = a_ticket(state=TicketState.DISPATCHED, lead_unit="U-LAMP")
        follower = a_ticket(
            "TT20260518P0000020",
            contact_id=UUID(int=2),
            caller_ref="caller-2",
            received_at=LATER,
            state=TicketState.DISPATCHED,
            lead_unit="U-LAMP",
        )
        ended = a_ticket("TT20260518P0000030", contact_id=UUID(int=3), state=TicketState.CLOSED)
        incident = Incident("BA1", "0703", None, lead.ticket_no, MONDAY, 2)
        links = [IncidentLink(one.ticket_no, "BA1", MONDAY, one.received_at, one is follower) for one in (lead, follower)]
        async with store.open_work() as work:
            await work.lock_places(["0703 中山路"])
            assert await work.lock_free_incidents([], limit=3) == {}
            await write(
                work,
                new_tickets=[lead, follower, ended],
                ticket_places=[
                    TicketPlace("0703", "中山路", one.received_at, one.ticket_no) for one in (lead, follower, ended)
                ],
                incidents=[incident],
                incident_links=links,
            )
        async with store.open_work() as work:
            found = await work.happenings([("0703", "中山路"), ("0703", "和平路")], since=MONDAY)
            assert [(one.ticket_no, one.incident) for one in found] == [
                (lead.ticket_no, incident),
                (follower.ticket_no, incident),
            ]
            assert found[0].text == lead.text
            assert [one.ticket_no for one in await work.happenings([("0703", "中山路")], since=LATER)] == [follower.ticket_no]
            assert await work.happenings([("0801", "中山路")], since=MONDAY) == []
            assert await work.lock_free_incidents(["BA1", "BA2"], limit=1) == {"BA1": (incident, [LATER])}
            assert await work.lock_incidents_of([ended.ticket_no, follower.ticket_no]) == [incident]
            assert await work.links_of(["BA1", "BA2"]) == links
            assert set(await work.lock_free([lead.ticket_no, "TT20260518P0000099"])) == {lead.ticket_no}
            place = await work.membership(follower.ticket_no)
            assert place is not None
            assert (place.incident, place.link) == (incident, links[1])
            assert await work.membership(ended.ticket_no) is None
            assert await work.leads_of([lead.ticket_no, follower.ticket_no]) == {follower.ticket_no: lead.ticket_no}
            assert await work.followers_of([lead.ticket_no, ended.ticket_no]) == {lead.ticket_no: [follower.ticket_no]}
            gone = replace(links[1], left_at=LATER)
            await write(work, incidents=[replace(incident, tickets=1, answered_at=LATER)], incident_links=[links[1], gone])
        async with store.open_work() as work:
            assert await work.membership(follower.ticket_no) is None
            assert await work.lock_incidents_of([follower.ticket_no]) == []
            assert await work.links_of(["BA1"]) == links[:1]
            assert await work.followers_of([lead.ticket_no]) == {}
            place = await work.membership(lead.ticket_no)
            assert place is not None
            assert place.incident.answered_at == LATER

    async def test_what_a_citizen_told_before_is_known(self, store):
        """Closed tickets with what the citizen said of them; how often a matter was told, over its tickets."""
        closed = a_ticket(state=TicketState.CLOSED, state_since=LATER, lead_unit="U-LAMP", first_closed_at=MONDAY)
        again = a_ticket("TT20260518P0000020", contact_id=UUID(int=2))
        archived = a_ticket("TT20260518P0000030", contact_id=UUID(int=3), state=TicketState.ARCHIVED, first_closed_at=MONDAY)
        window = StoredDeadline(closed.ticket_no, 1, a_deadline(Stage.RATING_WINDOW, unit_code=None, due=LATER))
        events = [
            TicketEvent(closed.ticket_no, version, kind, MONDAY, actor, None, TicketState.CLOSED, "p1", {})
            for version, kind, actor in (
                (1, EventKind.MERGED, OPERATOR),
                (2, EventKind.NUDGED, OPERATOR),
                (3, EventKind.NUDGED, Actor(Role.CITIZEN, "citizen")),
            )
        ]
        async with store.open_work() as work:
            await write(
                work,
                new_tickets=[closed, again, archived],
                changed_tickets=[closed, again, archived],
                new_deadlines=[window],
                events=events,
                call_backs=[CallBack(closed.ticket_no, 1, 1, MONDAY, reached=True, responded=True, solved=False)],
                repeat_links=[RepeatLink(again.ticket_no, closed.ticket_no)],
            )
        async with store.open_work() as work:
            found = await work.closed_requests([closed.caller_ref], since=MONDAY)
            assert [(one.request.ticket_no, one.request.received_at) for one in found] == [
                (closed.ticket_no, LATER),
                (archived.ticket_no, MONDAY),
            ]
            assert (found[0].rate_until, found[0].disputed, found[0].lead_unit) == (LATER, True, "U-LAMP")
            assert (found[1].rate_until, found[1].disputed, found[1].state) == (None, False, TicketState.ARCHIVED)
            assert await work.closed_requests([closed.caller_ref], since=LATER + timedelta(minutes=1)) == []
            numbers = [closed.ticket_no, again.ticket_no, archived.ticket_no]
            assert await work.reports(numbers) == dict(zip(numbers, (3, 4, 1), strict=True))
            assert (await work.earlier_of(again.ticket_no), await work.earlier_of(closed.ticket_no)) == (closed.ticket_no, None)

    async def test_a_consultation_is_kept_until_it_is_decided(self, store):
        """The latest stands, with who leads and why."""
        running = Consultation("TT20260518P0000010", MONDAY, "returned twice")
        decided = replace(running, decided_at=LATER, unit_code="U-LAMP", basis="编办函")
        async with store.open_work() as work:
            assert await work.consultation(running.ticket_no) is None
            await write(work, new_tickets=[a_ticket()], consultations=[running])
            assert await work.consultation(running.ticket_no) == running
            await write(work, consultations=[decided])
            assert await work.consultation(running.ticket_no) == decided

    async def test_a_unit_sees_its_own_tickets_alone(self, store):
        """Lead and co-unit see the ticket; for anybody else there is none."""
        ticket = a_held_ticket()
        holds = [a_hold(ticket), a_hold(ticket, "U-EAST", "co")]
        async with store.open_work() as work:
            await work.apply(Effects(new_tickets=[ticket], assignments=holds), slot=0)
        for unit_code in ("U-LAMP", "U-EAST"):
            async with store.open_work(unit_code=unit_code) as work:
                assert await work.ticket(ticket.ticket_no) == ticket
        for unit_code in ("U-WATER", "", "U-LAMP' OR true --"):
            async with store.open_work(unit_code=unit_code) as work:
                with pytest.raises(NotFound):
                    await work.ticket(ticket.ticket_no)

    async def test_there_is_one_lead(self, store):
        """A second open lead is refused; co-units are welcome; after the end of a hold another unit may lead."""
        ticket = a_held_ticket()
        later = replace(a_hold(ticket, "U-WATER"), dispatched_at=LATER)
        async with store.open_work() as work:
            await work.apply(
                Effects(new_tickets=[ticket], assignments=[a_hold(ticket), a_hold(ticket, "U-EAST", "co")]), slot=0
            )
        with pytest.raises(Rejected):
            async with store.open_work() as work:
                await work.apply(Effects(assignments=[later]), slot=0)
        async with store.open_work() as work:
            await work.apply(Effects(assignment_marks=[AssignmentMark(ticket.ticket_no, "U-LAMP", "ended", LATER)]), slot=0)
            await work.apply(Effects(assignments=[later]), slot=0)

    async def test_moments_of_a_hold_are_kept(self, store):
        """Signed and replied belong to one unit; an end without a unit ends every hold."""
        ticket = a_held_ticket()
        async with store.open_work() as work:
            await work.apply(
                Effects(new_tickets=[ticket], assignments=[a_hold(ticket), a_hold(ticket, "U-EAST", "co")]), slot=0
            )
        marks = [
            AssignmentMark(ticket.ticket_no, "U-LAMP", "signed", MONDAY),
            AssignmentMark(ticket.ticket_no, "U-LAMP", "replied", LATER),
            AssignmentMark(ticket.ticket_no, None, "ended", LATER),
        ]
        for mark in marks:
            async with store.open_work() as work:
                await work.apply(Effects(assignment_marks=[mark]), slot=0)

        assert (await store.written()).assignments == [
            ("U-LAMP", "lead", MONDAY, LATER, LATER),
            ("U-EAST", "co", None, None, LATER),
        ]

    async def test_deadlines_come_back_with_their_proof(self, store):
        """Clock, days, provisional mark and versions; those settled at birth are settled."""
        ticket = a_held_ticket()
        sign = a_deadline(Stage.SIGN)
        promise = a_deadline(
            Stage.PROMISE,
            unit_code=None,
            clock=ClockKind.WORKING_DAYS,
            provisional=True,
            days=(date(2026, 5, 19), date(2026, 5, 20)),
        )
        stored = [
            StoredDeadline(ticket.ticket_no, 1, sign, rings_at=LATER),
            StoredDeadline(ticket.ticket_no, 1, promise, DeadlineResult.MISSED, settled_at=LATER),
            StoredDeadline(ticket.ticket_no, 2, sign, stopped_at=LATER, done_at=LATER),
        ]
        async with store.open_work() as work:
            await work.apply(Effects(new_tickets=[ticket], new_deadlines=stored), slot=0)
        async with store.open_work() as work:
            found = await work.lock_deadlines(ticket.ticket_no)
            assert await work.lock_deadlines("TT20260518P9999999") == []
            assert await work.deadlines_of([ticket.ticket_no]) == {ticket.ticket_no: found}
        assert sorted(found, key=lambda one: one.key) == sorted(stored, key=lambda one: one.key)
        assert (await store.written()).settled == {Stage.PROMISE: LATER}

    async def test_a_deadline_that_was_moved_comes_back_with_its_history(self, store):
        """Allowance, pauses, extension and every earlier due: enough to count it again, and to show what it said before."""
        city, ticket = a_city(), a_held_ticket()
        first = city.deadline(
            Stage.RESOLVE,
            unit_code="U-LAMP",
            category_code="0703",
            request_type=RequestType.HELP,
            urgency=Urgency.NORMAL,
            start=MONDAY,
        )
        longer = extended(first, 3, at=LATER, calendar=city.calendar)
        moved = paused(longer, PauseReason.MATERIAL, LATER)
        async with store.open_work() as work:
            new = StoredDeadline(ticket.ticket_no, 1, first)
            await work.apply(Effects(new_tickets=[ticket], new_deadlines=[new]), slot=0)
            await work.apply(Effects(changed_deadlines=[replace(new, deadline=moved, rings_at=LATER)]), slot=0)
        async with store.open_work() as work:
            (found,) = await work.lock_deadlines(ticket.ticket_no)

        assert found == replace(new, deadline=moved, rings_at=LATER)
        assert found.deadline.due_before_extension == first.due

    async def test_what_rings_is_found_once_it_is_time(self, store):
        """Tickets of which a deadline rings now or rang before, each once; not those of later, not those that are silent."""
        tickets = [a_held_ticket(n) for n in range(1, 5)]
        rings = [MONDAY, MONDAY + timedelta(microseconds=1), None, MONDAY - timedelta(hours=3)]
        deadlines = [
            StoredDeadline(ticket.ticket_no, number, a_deadline(), rings_at=at)
            for ticket, at in zip(tickets, rings, strict=True)
            for number in (1, 2)
        ]
        async with store.open_work() as work:
            assert await work.next_ring() is None
            await work.apply(Effects(new_tickets=tickets, new_deadlines=deadlines), slot=0)
        async with store.open_work() as work:
            assert await work.next_ring() == MONDAY - timedelta(hours=3)
            assert [one.ticket_no for one in await work.lock_ringing(MONDAY, 10)] == [
                tickets[0].ticket_no,
                tickets[3].ticket_no,
            ]
            assert [one.ticket_no for one in await work.lock_ringing(MONDAY, 1)] == [tickets[3].ticket_no]
            silent = [replace(one, rings_at=None) for one in deadlines if one.ticket_no == tickets[3].ticket_no]
            await work.apply(Effects(changed_deadlines=silent), slot=0)
        async with store.open_work() as work:
            assert [one.ticket_no for one in await work.lock_ringing(MONDAY, 10)] == [tickets[0].ticket_no]

    async def test_holds_are_told_with_their_moments(self, store):
        """Dispatched, signed, contacted, returned with its result, replied, overridden with its reason, ended; lead first."""
        ticket = a_held_ticket()
        number = ticket.ticket_no
        marks = [
            AssignmentMark(number, "U-LAMP", "signed", MONDAY),
            AssignmentMark(number, "U-LAMP", "contacted", LATER),
            AssignmentMark(number, "U-EAST", "overridden", LATER, "协办逾期"),
            AssignmentMark(number, "U-LAMP", "returned", LATER),
            AssignmentMark(number, "U-LAMP", "accepted", LATER),
            AssignmentMark(number, "U-LAMP", "ended", LATER),
        ]
        later = replace(a_hold(ticket, "U-WEST"), dispatched_at=LATER, mode=DispatchMode.TRANSFER)
        async with store.open_work() as work:
            holds = [a_hold(ticket, "U-EAST", "co"), a_hold(ticket)]
            await work.apply(Effects(new_tickets=[ticket], assignments=holds), slot=0)
            await work.apply(Effects(assignment_marks=marks[:3]), slot=0)
            await work.apply(Effects(assignment_marks=marks[3:], assignments=[later]), slot=0)
        async with store.open_work() as work:
            lamp, east, west = await work.holds(number)

        assert (lamp.unit_code, lamp.signed_at, lamp.contacted_at) == ("U-LAMP", MONDAY, LATER)
        assert (lamp.returned_at, lamp.return_result, lamp.ended_at) == (LATER, "accepted", LATER)
        assert (east.unit_code, east.role, east.overridden, east.ended_at) == ("U-EAST", "co", "协办逾期", None)
        assert (west.unit_code, west.mode, west.ended_at) == ("U-WEST", DispatchMode.TRANSFER, None)

    async def test_the_first_signature_and_contact_stand_and_the_last_reply(self, store):
        """A second contact changes nothing; a reply that was sent back is replaced by the next."""
        ticket = a_held_ticket()
        async with store.open_work() as work:
            await work.apply(Effects(new_tickets=[ticket], assignments=[a_hold(ticket)]), slot=0)
        for at in (MONDAY, LATER):
            marks = [AssignmentMark(ticket.ticket_no, "U-LAMP", moment, at) for moment in ("signed", "contacted", "replied")]
            async with store.open_work() as work:
                await work.apply(Effects(assignment_marks=marks), slot=0)
        async with store.open_work() as work:
            (hold,) = await work.holds(ticket.ticket_no)

        assert (hold.signed_at, hold.contacted_at, hold.replied_at) == (MONDAY, MONDAY, LATER)

    async def test_attempts_to_call_back_are_kept_in_order(self, store):
        """With what was heard; one attempt has one row."""
        attempts = [
            CallBack("TT1", 1, 1, MONDAY, reached=False, responded=None, solved=None),
            CallBack("TT1", 1, 2, LATER, reached=True, responded=True, solved=False),
            CallBack("TT1", 2, 1, LATER, reached=True, responded=True, solved=True),
        ]
        async with store.open_work() as work:
            await work.apply(Effects(call_backs=attempts), slot=0)
        async with store.open_work() as work:
            assert await work.call_backs("TT1") == attempts
            assert await work.call_backs("TT2") == []
        with pytest.raises(Rejected):
            async with store.open_work() as work:
                await work.apply(Effects(call_backs=attempts[:1]), slot=0)

    async def test_a_unit_is_told_of_one_thing_once(self, store):
        """The same kind to the same unit for the same version of the ticket is refused; another version is another notice."""
        notice = Notice("TT1", "U-LAMP", NoticeKind.YELLOW_CARD, date(2026, 5, 22), MONDAY, 3)
        async with store.open_work() as work:
            await work.apply(Effects(notices=[notice, replace(notice, version=4)]), slot=0)
        with pytest.raises(Rejected):
            async with store.open_work() as work:
                await work.apply(Effects(notices=[notice]), slot=0)
        told = [("U-LAMP", "yellow_card", date(2026, 5, 22), version) for version in (3, 4)]
        assert (await store.written()).notices == told

    async def test_what_a_citizen_is_told_is_kept(self, store):
        """By contact and by the text's name in the profile."""
        told = CitizenMessage(UUID(int=1), "TT1", Channel.PHONE, "answered", "已答复", MONDAY)
        async with store.open_work() as work:
            await work.apply(Effects(citizen_messages=[told]), slot=0)
        assert (await store.written()).told == [(UUID(int=1), "answered", "已答复")]

    async def test_a_change_of_the_matrix_comes_back_as_it_was_wished(self, store):
        """Line, basis, days, who and which ticket; without any of the optional ones, too."""
        whole = a_wish(
            district_code="D-EAST",
            subject=SubjectType.ENTERPRISE,
            co_units=("U-LAMP", "U-EAST"),
            holds_from=date(2026, 6, 1),
            holds_to=date(2026, 6, 30),
            origin=ProposalOrigin.RETURN,
            ticket_no="TT20260518P0000010",
        )
        async with store.open_work() as work:
            numbers = [await work.matrix.add(whole), await work.matrix.add(a_wish())]
        async with store.open_work() as work:
            first, second = await work.matrix.proposals()
            assert await work.matrix.lock(first.number) == first
            assert await work.matrix.changes() == []
            with pytest.raises(NotFound):
                await work.matrix.lock(99)
        assert [first.number, second.number] == numbers
        assert first == MatrixProposal(numbers[0], whole, ("TT20260518P0000010",), ("dispatcher:d-1",))
        assert second == MatrixProposal(numbers[1], a_wish(), (), ("dispatcher:d-1",))

    async def test_one_wish_stands_open_once(self, store):
        """Its tickets and who asks are added up, each once; another line, or a decided wish, is another proposal."""
        wish = a_wish(ticket_no="TT20260518P0000010")
        again = replace(wish, ticket_no="TT20260518P0000028", proposed_by="dispatcher:d-2", basis="另一理由")
        async with store.open_work() as work:
            number = await work.matrix.add(wish)
            await work.apply(Effects(matrix_wishes=[again]), slot=0)
            assert await work.matrix.add(wish) == number
            assert await work.matrix.add(replace(wish, district_code="D-EAST")) != number
            (open_one, _) = await work.matrix.proposals()
            await work.matrix.review(number, Review(False, "supervisor:s-1", LATER, "理由不足"))
            assert await work.matrix.add(wish) != number
        assert open_one.wish == wish
        assert open_one.tickets == ("TT20260518P0000010", "TT20260518P0000028")
        assert open_one.proposed_by == ("dispatcher:d-1", "dispatcher:d-2")

    async def test_approved_changes_are_lines_in_the_order_of_their_versions(self, store):
        """A refused proposal is none; what was decided is kept with it."""
        approval = Review(True, "supervisor:s-1", LATER, None, date(2026, 6, 1), 1, "2026.1")
        refusal = Review(False, "supervisor:s-1", LATER, "理由不足")
        async with store.open_work() as work:
            numbers = [await work.matrix.add(a_wish(category_code=code)) for code in ("0703", "0801", "0805")]
            await work.matrix.review(numbers[2], approval)
            await work.matrix.review(numbers[1], refusal)
            await work.matrix.review(numbers[0], replace(approval, version=2))
        async with store.open_work() as work:
            changes = await work.matrix.changes()
            first, second, third = await work.matrix.proposals()
        assert [(line.category_code, line.valid_from, line.change) for line in changes] == [
            ("0805", date(2026, 6, 1), 1),
            ("0703", date(2026, 6, 1), 2),
        ]
        assert (third.review, second.review) == (approval, refusal)
        assert first.entry(holds_from=date(2026, 6, 1), version=2) == changes[1]

    async def test_reviews_at_one_moment_follow_one_another(self, store):
        """Each sees the changes of those before it, so no version is given twice."""
        async with store.open_work() as work:
            numbers = [await work.matrix.add(a_wish(category_code=code)) for code in ("0703", "0801", "0805")]

        async def approve(number):
            async with store.open_work() as work:
                await work.matrix.lock(number)
                changes = await work.matrix.changes()
                await asyncio.sleep(0)
                approval = Review(True, "supervisor:s-1", LATER, None, date(2026, 6, 1), len(changes) + 1, "2026.1")
                await work.matrix.review(number, approval)

        await asyncio.gather(*map(approve, numbers))
        async with store.open_work() as work:
            assert [line.change for line in await work.matrix.changes()] == [1, 2, 3]

    async def test_nobody_reviews_an_own_proposal_in_the_store_either(self, store):
        """The rule stands twice: a slip of the workflow changes no matrix."""

        async def review_the_own():
            async with store.open_work() as work:
                number = await work.matrix.add(a_wish())
                await work.matrix.review(number, Review(False, "dispatcher:d-1", LATER, "自审"))

        with pytest.raises(Rejected):
            await review_the_own()

    async def test_the_latest_request_to_return_a_ticket_is_told(self, store):
        """Its reason and basis; None where there never was one."""
        ticket = a_held_ticket()
        effects = Effects(new_tickets=[ticket], assignments=[a_hold(ticket)])
        for version, reason in ((2, "R3"), (3, "R1")):
            data = {"unit": "U-LAMP", "reason": reason, "basis": "三定方案"}
            effects.events.append(an_event(ticket, version, kind=EventKind.RETURNED, data=data))
        async with store.open_work() as work:
            await work.add_contacts([a_new_contact()])
            assert await work.asked_return(ticket.ticket_no) is None
            await work.apply(effects, slot=0)
            assert await work.asked_return(ticket.ticket_no) == AskedReturn(ReturnReason.NOT_OUR_DUTY, "三定方案")

    async def test_what_becomes_of_a_ticket_is_kept(self, store):
        """Every field of its life: round, returns, extension, supervision, first close, the citizen's wishes."""
        ticket = a_held_ticket(anonymous=True, confidential=True)
        changed = replace(
            ticket,
            version=9,
            state=TicketState.HANDLING,
            round=2,
            accepted_returns=1,
            extension_asked=5,
            supervision=3,
            first_closed_at=LATER,
            urgency=Urgency.URGENT,
        )
        async with store.open_work() as work:
            await work.apply(Effects(new_tickets=[ticket]), slot=0)
        async with store.open_work() as work:
            assert await work.ticket(ticket.ticket_no) == ticket
            await work.apply(Effects(changed_tickets=[changed]), slot=0)
        async with store.open_work() as work:
            assert await work.ticket(ticket.ticket_no) == changed

    async def test_a_calendar_is_loaded_once_and_comes_back_whole(self, store):
        """Days with their names; of two calendars the older one comes first."""
        first = CalendarYears("cn_2027@1", frozenset({2027}), {date(2027, 1, 1): "元旦"}, {date(2027, 1, 9): "元旦调休"})
        second = CalendarYears("cn_2028@1", frozenset({2028}), {}, {})
        async with store.open_work() as work:
            assert await work.add_calendar(first, actor="admin-1", at=MONDAY)
            assert await work.add_calendar(second, actor="admin-1", at=MONDAY + timedelta(days=1))
            assert not await work.add_calendar(first, actor="admin-1", at=MONDAY + timedelta(days=2))
            assert await work.calendars() == [first, second]

    async def test_the_end_of_a_calendar_is_told_once(self, store):
        """Whoever asks second is told that it was."""
        async with store.open_work() as work:
            assert await work.note_calendar_warning(date(2026, 12, 31), at=MONDAY)
            assert not await work.note_calendar_warning(date(2026, 12, 31), at=MONDAY)
            assert await work.note_calendar_warning(date(2027, 12, 31), at=MONDAY)

    async def test_provisional_deadlines_of_another_calendar_are_found(self, store):
        """Those that are unfinished, still to come, and can be counted again."""
        ticket = a_held_ticket(1)
        allowance = Allowance(ClockKind.WALL, 0, timedelta(hours=2), "D")
        open_one = a_deadline(Stage.SIGN, provisional=True, allowance=allowance)
        old_one = replace(open_one, stage=Stage.RESOLVE, allowance=None)
        promise = replace(open_one, stage=Stage.PROMISE)
        done = StoredDeadline(ticket.ticket_no, 1, promise, DeadlineResult.MET, MONDAY, MONDAY, MONDAY)
        clocks = [StoredDeadline(ticket.ticket_no, 1, one) for one in (open_one, old_one)]
        async with store.open_work() as work:
            await work.apply(Effects(new_tickets=[ticket], new_deadlines=[*clocks, done]), slot=0)
        async with store.open_work() as work:
            assert await work.lock_provisional("c2", now=MONDAY, limit=5) == [ticket]
            assert await work.lock_provisional("c1", now=MONDAY, limit=5) == []
            assert await work.lock_provisional("c2", now=open_one.due + timedelta(seconds=1), limit=5) == []

    async def test_what_a_unit_replied_elsewhere_is_found_latest_first(self, store):
        """Its own replies as a lead to other tickets, with their place; not those of long ago."""
        tickets = [replace(a_held_ticket(n), address="和平路" if n == 2 else None) for n in range(1, 5)]
        report = {"unit": "U-LAMP", "investigation": "查看", "result": "修好"}
        told = [report, report, {**report, "unit": "U-WATER"}, report]
        hours = (3, 2, 1, -48)
        events = [
            an_event(ticket, kind=EventKind.REPLIED, data=data, occurred_at=MONDAY + timedelta(hours=hour))
            for ticket, data, hour in zip(tickets, told, hours, strict=True)
        ]
        async with store.open_work() as work:
            await work.apply(Effects(new_tickets=tickets, events=events), slot=0)
        async with store.open_work() as work:
            found = await work.earlier_replies("U-LAMP", but_of="TT-none", since=MONDAY, limit=9)
            others = await work.earlier_replies("U-LAMP", but_of=tickets[0].ticket_no, since=MONDAY, limit=1)

        assert found == [
            EarlierReply(tickets[0].ticket_no, "查看\n修好", tickets[0].text),
            EarlierReply(tickets[1].ticket_no, "查看\n修好", "和平路"),
        ]
        assert others == found[1:]

    async def test_a_talk_is_remembered(self, store):
        """Where a citizen's talk with the machine stands; an empty one for who never had one."""
        talk = Talk(Service.PROGRESS, "TT1", 2, LATER, MONDAY)
        async with store.open_work() as work:
            assert await work.hold_talk("caller-1") == Talk()
            await work.keep_talk("caller-1", talk)
        async with store.open_work() as work:
            assert await work.hold_talk("caller-1") == talk

    async def test_the_audit_is_written_line_by_line(self, store):
        """Kind, actor and data stand as given; a version cannot have two lines."""
        ticket = a_held_ticket()
        events = [an_event(ticket), an_event(ticket, 2, kind=EventKind.SIGNED, actor=LAMPS, data={"文": ["嵌套", None, 1.5]})]
        async with store.open_work() as work:
            await work.apply(Effects(new_tickets=[ticket], events=events), slot=0)
        assert (await store.written()).events == [
            (ticket.ticket_no, 1, "ticket.registered", "operator:operator-1", {"confidence": 0.9}),
            (ticket.ticket_no, 2, "unit.signed", "unit_clerk:lamps-1", {"文": ["嵌套", None, 1.5]}),
        ]
        with pytest.raises(Rejected):
            async with store.open_work() as work:
                await work.apply(Effects(events=[an_event(ticket, 2)]), slot=0)

    async def test_each_round_of_a_ticket_is_rated_once(self, store):
        """The first rating stands; a second handling has one of its own."""
        rating = NewRating("TT1", "U-LAMP", Rating.SATISFIED, LATER, None)
        async with store.open_work() as work:
            await work.apply(Effects(ratings=[rating]), slot=0)
        with pytest.raises(Rejected):
            async with store.open_work() as work:
                await work.apply(Effects(ratings=[replace(rating, rating=Rating.DISSATISFIED)]), slot=0)
        again = replace(rating, round=2, rating=Rating.VERY_SATISFIED)
        async with store.open_work() as work:
            await work.apply(Effects(ratings=[again]), slot=0)
            assert await work.ratings("TT1") == [rating, again]
        assert (await store.written()).ratings == [("TT1", "U-LAMP", "4", None), ("TT1", "U-LAMP", "5", None)]

    async def test_a_dead_letter_keeps_its_body(self, store):
        """Any bytes, also those that are no text; one reference has one letter."""
        letter = DeadLetter("hotline.contacts/3/5", "malformed", "no JSON", b"\x00\xff{\\", MONDAY, UUID(int=1))
        async with store.open_work() as work:
            await work.apply(Effects(dead_letters=[letter]), slot=0)
        with pytest.raises(Rejected):
            async with store.open_work() as work:
                await work.apply(Effects(dead_letters=[letter]), slot=0)
        assert (await store.written()).letters == [(letter.reference, letter.cause, letter.detail, letter.body, UUID(int=1))]

    async def test_counters_add_up_over_writers_and_slots(self, store):
        """The same counter twice in one act, in another act and in another slot is one sum."""
        one, other = Increment("f", ("a", "b"), 2), Increment("f", ("a", "c"), 1)
        async with store.open_work() as work:
            await work.apply(Effects(increments=[one, other, one]), slot=0)
        async with store.open_work() as work:
            await work.apply(Effects(increments=[one]), slot=63)
        assert (await store.written()).rollups == {("f", ("a", "b")): 6, ("f", ("a", "c")): 1}

    async def test_a_look_is_written_down(self, store):
        """Who, what, whose and why."""
        async with store.open_work() as work:
            await work.log_access(actor="operator:o", act="reveal_contact", subject="TT1", purpose="回电", at=MONDAY)
        assert (await store.written()).accesses == [("operator:o", "reveal_contact", "TT1", "回电")]

    async def test_nothing_changed_is_nothing_written(self, store):
        """Empty effects are no error."""
        async with store.open_work() as work:
            await work.apply(Effects(), slot=0)
        assert await store.written() == NOTHING

    @pytest.mark.parametrize("field", ["text", "salutation", "address"])
    async def test_text_that_cannot_be_stored_is_refused(self, store, field):
        """NUL is refused as input that can never succeed, not as a fault of the store."""
        with pytest.raises(Rejected):
            async with store.open_work() as work:
                await work.apply(Effects(new_tickets=[a_held_ticket(**{field: "路\x00灯"})]), slot=0)

    async def test_one_caller_is_held_by_one_transaction(self, store):
        """Who comes second waits until the first has ended; another caller does not wait for that one's work to be seen."""
        order = []
        first_has_it = asyncio.Event()

        async def first():
            async with store.open_work() as work:
                await work.lock_callers(["caller-1", "caller-2"])
                first_has_it.set()
                await asyncio.sleep(0.05)
                order.append("first")

        async def second():
            await first_has_it.wait()
            async with store.open_work() as work:
                await work.lock_callers(["caller-2"])
                order.append("second")

        await asyncio.wait_for(asyncio.gather(first(), second()), 10)
        assert order == ["first", "second"]

    # The outbox, as the relay works it.

    async def write(self, store, *messages):
        """Commit announcements."""
        async with store.open_work() as work:
            await work.apply(Effects(messages=list(messages)), slot=0)

    async def test_rows_are_handed_out_in_order_until_they_are_marked(self, store):
        """Unmarked rows come again; marked ones never."""
        await self.write(store, *(a_message(n) for n in range(3)))
        relay = store.relay()
        rows = relay.next_rows((), topics=EVERY_TOPIC, at=MONDAY, limit=2)
        assert [row.key for row in rows] == ["key-0", "key-1"]
        assert rows == relay.next_rows((), topics=EVERY_TOPIC, at=MONDAY, limit=2)
        assert [row.key for row in relay.next_rows([rows[0].seq], topics=EVERY_TOPIC, at=MONDAY, limit=5)] == ["key-1", "key-2"]
        assert relay.next_rows([rows[1].seq], topics=EVERY_TOPIC, at=MONDAY, limit=0) == []

    async def test_a_row_carries_its_envelope(self, store):
        """Topic, key and envelope as announced; only a unit's row has a number."""
        message = a_message(1)
        await self.write(store, message)
        (row,) = store.relay().next_rows((), topics=EVERY_TOPIC, at=MONDAY, limit=5)
        assert isinstance(row, OutboxRow)
        assert (row.topic, row.key, row.unit_seq) == (message.topic, message.key, None)
        assert f'"event_id":"{message.event_id}"' in row.envelope

    async def test_a_units_messages_are_numbered_without_a_gap(self, store):
        """1, 2, 3 … for each unit by itself, over batches and relays, whatever stands between."""
        units = ["U-LAMP", "U-WATER", None, "U-LAMP", "U-LAMP", "U-WATER", None, "U-LAMP"]
        await self.write(store, *(a_message(n, unit) for n, unit in enumerate(units)))
        numbered = []
        published = ()
        for _ in range(4):
            rows = store.relay().next_rows(published, topics=EVERY_TOPIC, at=MONDAY, limit=3)
            numbered += [(row.topic, row.unit_seq) for row in rows if row.unit_seq]
            published = [row.seq for row in rows]
        assert [seq for topic, seq in numbered if topic.endswith("U-LAMP")] == [1, 2, 3, 4]
        assert [seq for topic, seq in numbered if topic.endswith("U-WATER")] == [1, 2]

    async def test_a_number_once_given_stays(self, store):
        """A relay that died before it marked: the next one tells the same message under the same number."""
        await self.write(store, a_message(1, "U-LAMP"), a_message(2, "U-LAMP"))
        first = store.relay().next_rows((), topics=EVERY_TOPIC, at=MONDAY, limit=10)
        await self.write(store, a_message(3, "U-LAMP"))
        second = store.relay().next_rows((), topics=EVERY_TOPIC, at=MONDAY, limit=10)

        assert second[:2] == first
        assert [row.unit_seq for row in second] == [1, 2, 3]

    async def test_what_a_lost_topic_had_is_told_again_as_it_was(self, store):
        """The topic's rows younger than its retention, with their numbers and ids, before anything newer; no other topic's."""
        old = a_message(0, "U-LAMP", at=MONDAY - timedelta(days=20))
        await self.write(store, old, a_message(1, "U-LAMP"), a_message(2), a_message(3, "U-LAMP"))
        relay = store.relay()
        told = relay.next_rows((), topics=EVERY_TOPIC, at=MONDAY, limit=10)
        relay.next_rows([row.seq for row in told], topics=EVERY_TOPIC, at=MONDAY, limit=0)
        await self.write(store, a_message(4, "U-LAMP"))

        assert relay.publish_again(Topic.dispatch("U-LAMP"), since=MONDAY - timedelta(days=14)) == 2
        again = relay.next_rows((), topics=EVERY_TOPIC, at=MONDAY, limit=10)
        assert [(row.key, row.unit_seq) for row in again] == [("key-1", 2), ("key-3", 3), ("key-4", 4)]
        assert again[:2] == [row for row in told if row.unit_seq in {2, 3}]

    async def test_rows_of_a_held_topic_let_the_others_pass(self, store):
        """They wait unnumbered, are counted for the log, and come in their order when the topic is free."""
        await self.write(store, a_message(1, "U-LAMP"), a_message(2), a_message(3, "U-LAMP"))
        relay = store.relay()
        relay.hold({Topic.dispatch("U-LAMP"): "no such topic"}, at=MONDAY)
        (row,) = relay.next_rows((), topics=[Topic.TICKET_EVENTS], at=MONDAY, limit=10)
        assert row.key == "key-2"
        assert relay.next_rows([row.seq], topics=[Topic.TICKET_EVENTS], at=MONDAY, limit=10) == []
        assert relay.waiting() == [WaitingTopic(Topic.dispatch("U-LAMP"), "U-LAMP", 2)]

        relay.hold({}, at=MONDAY)
        rows = relay.next_rows((), topics=EVERY_TOPIC, at=MONDAY, limit=10)
        assert [(row.key, row.unit_seq) for row in rows] == [("key-1", 1), ("key-3", 2)]

    async def test_a_topic_made_anew_is_noticed(self, store):
        """Another id under a known name; new names and known ids are no news."""
        relay = store.relay()
        first = {"a": UUID(int=1), "b": UUID(int=2)}
        assert relay.topics_made_anew(first) == []
        relay.remember_topics(first, at=MONDAY)
        assert relay.topics_made_anew(first) == []
        changed = {"a": UUID(int=9), "b": UUID(int=2), "c": UUID(int=3)}
        assert relay.topics_made_anew(changed) == ["a"]
        assert relay.topics_made_anew(changed) == ["a"]
        relay.remember_topics(changed, at=MONDAY)
        assert relay.topics_made_anew(changed) == []

    async def test_what_people_decided_can_be_learned_from(self, store):
        """By hand or answered, newest first, as the ticket stands now; without what the engine sent or nobody decided."""
        by_hand, by_engine, answered, waiting = (a_held_ticket(number) for number in (1, 2, 3, 4))
        corrected = replace(by_hand, category_code="0801", request_type=RequestType.COMPLAINT, urgency=Urgency.URGENT)
        sent, asked = {"kind": EventKind.DISPATCHED}, {"kind": EventKind.ANSWERED, "data": {"text": "已答复"}}
        effects = Effects(
            new_tickets=[
                by_hand,
                by_engine,
                replace(answered, state=TicketState.CLOSED, lead_unit=None),
                replace(waiting, state=TicketState.PENDING, lead_unit=None),
            ],
            events=[
                *(an_event(ticket) for ticket in (by_hand, by_engine, answered, waiting)),
                an_event(by_hand, 2, **sent, data={"mode": "manual"}),
                an_event(by_engine, 2, **sent, data={"mode": "auto"}),
                an_event(answered, 2, **asked),
            ],
        )
        async with store.open_work() as work:
            await work.apply(effects, slot=0)
            await work.apply(Effects(changed_tickets=[corrected]), slot=0)

        assert await store.decisions.decided(since=MONDAY, after=None, limit=9) == [
            DecidedRequest(answered.ticket_no, answered.text, "0703", RequestType.HELP, Urgency.NORMAL),
            DecidedRequest(by_hand.ticket_no, by_hand.text, "0801", RequestType.COMPLAINT, Urgency.URGENT),
        ]

    async def test_decisions_are_read_page_by_page_from_a_day_on(self, store):
        """A page begins below the last number of the one before, across months; what was registered earlier stays out."""
        numbers = ("TT20260418P0000010", "TT20260517P0000010", "TT20260518P0000010", "TT20260618P0000010")
        days = (MONDAY - timedelta(days=30), MONDAY - timedelta(days=1), MONDAY, MONDAY + timedelta(days=31))
        held = {"state": TicketState.DISPATCHED, "lead_unit": "U-LAMP"}
        tickets = [
            a_ticket(number, contact_id=UUID(int=place), registered_at=day, **held)
            for place, (number, day) in enumerate(zip(numbers, days, strict=True))
        ]
        events = [an_event(ticket, 2, kind=EventKind.DISPATCHED, data={"mode": "manual"}) for ticket in tickets]
        async with store.open_work() as work:
            await work.apply(Effects(new_tickets=tickets, events=events), slot=0)

        pages, after = [], None
        while page := await store.decisions.decided(since=MONDAY - timedelta(days=1), after=after, limit=2):
            pages.append([request.ticket_no for request in page])
            after = page[-1].ticket_no

        assert pages == [[numbers[3], numbers[2]], [numbers[1]]]

    async def test_one_relay_leads(self, store):
        """The second waits until the first one's connection ends."""
        first, second = store.relay(), store.relay()
        assert first.become_leader()
        assert not second.become_leader()
        store.hang_up(first)
        assert second.become_leader()


class TestMemoryStore(StoreContract):
    """The fake; every run."""

    @pytest.fixture
    def store(self):
        """An empty store."""
        return Memory()


@pytest.mark.integration
class TestPostgresStore(StoreContract):
    """PostgreSQL, as the application's role."""

    @pytest.fixture
    async def store(self, database) -> AsyncIterator[Postgres]:
        """An empty, migrated database."""
        with ExitStack() as stack:
            async with open_pool(database.app_url, size=4) as pool:
                yield Postgres(database, pool, stack)
