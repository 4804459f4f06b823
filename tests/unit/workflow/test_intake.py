"""A batch of contacts becomes tickets, each contact exactly once, whatever was settled before."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from dispatcher.ports import DeadLetter
from dispatcher.workflow.batches import OffsetGap
from dispatcher.workflow.intake import Intake
from models.codes import Fate, ReviewReason, Stage, TicketState, Urgency
from models.deadline import DeadlineResult
from models.message import Topic
from models.ticket import EventKind
from models.ticket_number import check_ticket_number
from models.understanding import Guess
from tests.builders import BANDS, MONDAY, POSITION, a_contact, a_record, an_understanding
from tests.fakes import Understands
from tests.unit.workflow.intake_desk import Desk


@pytest.fixture
def desk():
    """An intake that knows a few words."""
    return Desk(
        停水=an_understanding("0801"),
        看不清=an_understanding("0703", 0.6),
        骚扰=an_understanding("2303"),
        物业=an_understanding("0901"),
        漏气=an_understanding("0805", 0.3, urgency=Urgency.CRITICAL, alarm="漏气", alarm_category="0805"),
    )


def others(n, text="家里停水第{}天", start=0):
    """Return contacts of different callers."""
    return [a_contact(f"other-{i}", text.format(i), caller_ref=f"caller-{i + 10}") for i in range(start, start + n)]


async def test_a_sure_request_is_on_its_units_stream_at_once(desk):
    """Ticket, event, clocks and announcement are one act; the unit sees the work item."""
    contact = a_contact()
    await desk.tell(contact)

    (ticket,) = desk.tickets
    assert (ticket.state, ticket.lead_unit, ticket.version) == (TicketState.DISPATCHED, "U-LAMP", 2)
    assert check_ticket_number(ticket.ticket_no).startswith("TT20260518P")
    assert desk.fate(contact) is Fate.TICKETED
    assert [event.kind for event in desk.store.tables.events.values()] == [EventKind.REGISTERED, EventKind.DISPATCHED]
    assert [m.topic for m in desk.store.messages] == [Topic.TICKET_EVENTS, Topic.TICKET_EVENTS, "hotline.dispatch.U-LAMP"]
    results = {one.deadline.stage: one.result for one in desk.store.tables.deadlines.values()}
    running = dict.fromkeys((Stage.PROMISE, Stage.SIGN, Stage.RETURN, Stage.RESOLVE))
    assert results == {Stage.DISPATCH: DeadlineResult.MET, **running}
    settled = [one.settled_at for one in desk.store.tables.deadlines.values() if one.settled_at is not None]
    assert settled == [MONDAY]
    assert desk.store.count("hotline_dispatched_total", "U-LAMP", "auto") == 1


async def test_an_unsure_request_waits_for_a_person(desk):
    """Below the automatic band nobody is bothered but the operator, who sees why."""
    await desk.tell(a_contact(text="看不清写的什么"))

    (ticket,) = desk.tickets
    assert (ticket.state, ticket.lead_unit) == (TicketState.PENDING, None)
    assert ticket.review_reasons == (ReviewReason.LOW_CONFIDENCE,)
    assert not desk.store.tables.assignments
    assert {one.deadline.stage for one in desk.store.tables.deadlines.values()} == {Stage.DISPATCH, Stage.PROMISE}


async def test_co_units_receive_the_work_item_too(desk):
    """协办 see the ticket on their own stream, with their role, and have one clock: Friday where the lead has Monday."""
    await desk.tell(a_contact(text="停水了"))

    items = {m.unit_code: m.data["role"] for m in desk.store.messages if m.kind == "dispatch.item"}
    assert items == {"U-WATER": "lead", "U-LAMP": "co"}
    clocks = [one.deadline for one in desk.store.tables.deadlines.values() if one.deadline.unit_code == "U-LAMP"]
    lead = next(one.deadline for one in desk.store.tables.deadlines.values() if one.deadline.stage is Stage.RESOLVE)
    assert [(clock.stage, clock.due) for clock in clocks] == [(Stage.RESOLVE, lead.due - timedelta(days=3))]
    assert desk.store.count("hotline_dispatched_total") == 1


async def test_a_nuisance_makes_no_ticket(desk):
    """It is settled and counted; nobody works on it."""
    contact = a_contact(text="骚扰")
    await desk.tell(contact)

    assert desk.fate(contact) is Fate.NUISANCE
    assert not desk.tickets
    assert desk.next_offset == 1


async def test_an_emergency_is_dispatched_and_alarms(desk):
    """A faint 漏气 on a bad line is on the unit's stream at once, and the supervisors are alerted."""
    await desk.tell(a_contact(text="好像漏气了", asr_confidence=0.2))

    (ticket,) = desk.tickets
    assert (ticket.state, ticket.urgency, ticket.category_code) == (TicketState.DISPATCHED, Urgency.CRITICAL, "0805")
    (alert,) = (m for m in desk.store.messages if m.topic == Topic.ALERTS)
    assert (alert.data["word"], alert.data["unit"]) == ("漏气", "U-WATER")


@pytest.mark.parametrize(
    ("told", "unit"), [("D-EAST", "U-EAST"), ("东区", "U-EAST"), ("东城", "U-EAST"), ("月球", None), (None, None)]
)
async def test_the_citizens_own_district_decides(desk, told, unit):
    """By code, name or other name; where it is unknown a person asks."""
    await desk.tell(a_contact(text="物业不管", district=told))

    (ticket,) = desk.tickets
    assert ticket.lead_unit == unit
    assert ticket.review_reasons == (() if unit else (ReviewReason.DISTRICT_UNKNOWN,))


async def test_two_districts_in_one_text_put_the_unit_in_question():
    """The operator reads that two governments might lead, not only that the district is unknown."""
    desk = Desk(物业=an_understanding("0901", rival_districts=("D-EAST", "D-WEST")))
    await desk.tell(a_contact(text="东区和西区交界的物业不管"))

    (ticket,) = desk.tickets
    assert ticket.review_reasons == (ReviewReason.DISTRICT_UNKNOWN, ReviewReason.SEVERAL_UNITS)


@pytest.mark.parametrize(("second", "reasons"), [("0801", (ReviewReason.SEVERAL_UNITS,)), ("2304", ())])
async def test_a_rival_category_puts_the_unit_in_question_where_another_unit_leads_it(second, reasons):
    """Which of two categories it is matters less where one unit leads both."""
    desk = Desk(灯=an_understanding(top=(Guess("0703", 0.5), Guess(second, 0.3))))
    await desk.tell(a_contact(text="灯不亮"))

    (ticket,) = desk.tickets
    assert ticket.review_reasons == (ReviewReason.LOW_CONFIDENCE, *reasons)


async def test_the_promise_runs_from_when_the_citizen_spoke(desk):
    """A contact that waited in a file for a day has its dispatch deadline missed, and is promised from its own day."""
    await desk.tell(a_contact(received_at=MONDAY - timedelta(days=1)))

    deadlines = {one.deadline.stage: one for one in desk.store.tables.deadlines.values()}
    assert deadlines[Stage.DISPATCH].result is DeadlineResult.MISSED
    assert deadlines[Stage.PROMISE].deadline.start == MONDAY - timedelta(days=1)
    assert deadlines[Stage.RESOLVE].deadline.start == MONDAY


async def test_a_repeat_nudges_instead_of_making_a_ticket(desk):
    """The caller who rings again about the same lamp nudges; the unit is told, and has no second work item."""
    first, second = a_contact("1"), a_contact("2")
    await desk.tell(first)
    await desk.tell(second)

    (ticket,) = desk.tickets
    assert (desk.fate(first), desk.fate(second)) == (Fate.TICKETED, Fate.MERGED)
    assert (ticket.nudges, ticket.version) == (1, 3)
    assert desk.store.kinds().count("dispatch.item") == 1
    (nudge,) = (m for m in desk.store.messages if m.kind == "dispatch.nudge")
    assert (nudge.unit_code, nudge.data["repeat_count"]) == ("U-LAMP", 1)
    assert desk.store.count("hotline_repeats_merged_total", "07") == 1


async def test_repeats_inside_one_batch_meet_their_ticket(desk):
    """Three calls within a second are one ticket with two nudges, stored in its last version."""
    contacts = [a_contact(str(n)) for n in range(3)]
    await desk.tell(*contacts)

    (ticket,) = desk.tickets
    assert [desk.fate(contact) for contact in contacts] == [Fate.TICKETED, Fate.MERGED, Fate.MERGED]
    assert (ticket.nudges, ticket.version) == (2, 4)
    assert [version for _, version in desk.store.tables.events] == [1, 2, 3, 4]


async def test_another_caller_with_the_same_words_has_a_ticket_of_their_own(desk):
    """Merging is per caller; who rings for the first time is no repeat."""
    await desk.tell(a_contact("1"), a_contact("2", caller_ref="caller-2"))

    assert len(desk.tickets) == 2


async def test_a_pending_ticket_is_nudged_without_telling_a_unit(desk):
    """Nobody leads it yet, so nobody's stream hears of it."""
    await desk.tell(a_contact("1", "看不清写的什么"), a_contact("2", "看不清写的什么"))

    (ticket,) = desk.tickets
    assert ticket.nudges == 1
    assert "dispatch.nudge" not in desk.store.kinds()


async def test_a_smoking_cable_that_burns_is_heard_anew(desk):
    """The words are nearly the same, but an emergency is a ticket of its own with its own alarm."""
    calm = "三楼的燃气管道有味道请来人检查一下三楼的燃气管道"
    await desk.tell(a_contact("1", calm), a_contact("2", calm + "漏气"))

    assert len(desk.tickets) == 2
    assert "alert.emergency" in desk.store.kinds()


async def test_a_ticket_closed_meanwhile_is_not_nudged(desk):
    """A closed ticket stays as it is; the contact is a request of its own."""
    await desk.tell(a_contact("1"))
    (ticket,) = desk.tickets
    desk.store.tables.tickets[ticket.ticket_no] = replace(ticket, state=TicketState.CLOSED)

    await desk.tell(a_contact("2"))

    assert [one.nudges for one in desk.tickets] == [0, 0]


async def test_a_contact_told_twice_is_settled_once(desk):
    """After a broken send the relay tells again: in the same batch or later, nothing changes."""
    contact = a_contact()
    await desk.know(contact)
    await desk.settle(a_record(0, contact, None), a_record(1, contact, None))
    await desk.settle(a_record(2, contact, None))

    assert len(desk.tickets) == 1
    assert desk.tickets[0].nudges == 0
    assert desk.next_offset == 3
    assert desk.store.count("hotline_contacts_settled_total") == 1


async def test_a_repeat_told_twice_nudges_once(desk):
    """Also in one batch, and beside its ticket."""
    first, second = a_contact("1"), a_contact("2")
    await desk.know(first, second)
    await desk.settle(a_record(0, first), a_record(1, second), a_record(2, second), a_record(3, first))

    (ticket,) = desk.tickets
    assert ticket.nudges == 1
    assert desk.store.count("hotline_contacts_settled_total") == 2


async def test_old_offsets_are_skipped(desk):
    """A redelivered batch changes nothing; of one that overlaps only the new part is settled."""
    contacts = others(3)
    await desk.know(*contacts)
    records = [a_record(n, contact, None) for n, contact in enumerate(contacts)]
    await desk.settle(*records[:2])
    await desk.settle(*records[:2])
    await desk.settle(*records)

    assert len(desk.tickets) == 3
    assert desk.next_offset == 3


@pytest.mark.parametrize("offsets", [(1, 2), (0, 2), (0, 1, 3)])
async def test_a_gap_stops_everything(desk, offsets):
    """Missing messages, before the batch or inside it, are never stepped over: nothing is written."""
    contacts = others(len(offsets))
    await desk.know(*contacts)

    with pytest.raises(OffsetGap, match="comes next"):
        await desk.settle(*(a_record(offset, contact, None) for offset, contact in zip(offsets, contacts, strict=True)))
    assert not desk.tickets
    assert desk.next_offset == 0


async def test_a_message_that_stands_twice_in_a_batch_is_settled_once(desk):
    """After a rebalance old and new events of one offset may come together, a poisoned one too."""
    good = others(1)[0]
    letter = DeadLetter("hotline.contacts/3/1", "malformed", "not JSON", b"x", MONDAY)
    await desk.know(good)
    await desk.settle(a_record(0, good, None), a_record(0, good, None), a_record(1, None, letter), a_record(1, None, letter))

    assert len(desk.tickets) == 1
    assert desk.store.count("hotline_dead_letters_total", "malformed") == 1
    assert desk.next_offset == 2


async def test_an_unreadable_message_is_buried_between_tickets(desk):
    """The letter has its cause, the neighbours are tickets, and the offset goes on."""
    before, after = others(2)
    letter = DeadLetter("hotline.contacts/3/1", "malformed", "12 bytes that are not JSON", b"x", MONDAY)
    await desk.know(before, after)
    await desk.settle(a_record(0, before, None), a_record(1, None, letter), a_record(2, after, None))

    assert len(desk.tickets) == 2
    assert list(desk.store.tables.letters.values()) == [letter]
    (message,) = (m for m in desk.store.messages if m.topic == Topic.DEAD_LETTERS)
    assert message.data["cause"] == "malformed"
    assert "x" not in message.data.values()
    assert desk.next_offset == 3


async def test_a_buried_contact_has_its_fate(desk):
    """A contact whose message is unreadable is dead, and is counted as settled once."""
    contact = a_contact()
    letter = DeadLetter("hotline.contacts/3/0", "oversized_text", "too long", b"x", MONDAY, contact.contact_id)
    await desk.know(contact)
    again = replace(letter, reference="hotline.contacts/3/1")
    await desk.settle(a_record(0, None, letter), a_record(1, None, again), a_record(2, contact, None))

    assert desk.fate(contact) is Fate.DEAD
    assert not desk.tickets
    assert desk.store.count("hotline_contacts_settled_total") == 1


async def test_a_contact_that_no_door_accepted_is_no_ticket(desk):
    """Somebody wrote to the topic past the doors: it is buried, and so is its twin."""
    stranger = a_contact("stranger")
    await desk.settle(a_record(0, stranger, None), a_record(1, stranger, None))

    assert not desk.tickets
    assert [letter.cause for letter in desk.store.tables.letters.values()] == ["unknown_contact"] * 2
    assert desk.store.count("hotline_contacts_settled_total") == 0


@pytest.mark.parametrize("place", [0, 3, 6])
async def test_one_poison_message_is_buried_and_its_neighbours_are_tickets(desk, place):
    """What the store refuses is found by halving; the other six are tickets, in order and without a hole."""
    contacts = others(7)
    contacts[place] = replace(contacts[place], text="停水\x00了")
    await desk.tell(*contacts)

    assert len(desk.tickets) == 6
    (letter,) = desk.store.tables.letters.values()
    assert (letter.cause, letter.contact_id) == ("refused", contacts[place].contact_id)
    assert desk.fate(contacts[place]) is Fate.DEAD
    assert desk.next_offset == 7
    assert desk.store.count("hotline_contacts_settled_total") == 7


async def test_the_same_poison_on_a_topic_made_anew_is_buried_again(desk):
    """After a lost broker offsets begin at 0 again; a second letter of the same place does not stop the partition."""
    poison = [a_contact(f"poison-{n}", "停水\x00了") for n in range(2)]
    await desk.know(*poison)
    await desk.settle(a_record(0, poison[0], None))
    anew = replace(POSITION, topic_id=UUID(int=8))
    await desk.settle(a_record(0, poison[1], None, anew), position=anew)

    assert [desk.fate(contact) for contact in poison] == [Fate.DEAD, Fate.DEAD]
    assert len(desk.store.tables.letters) == 2


async def test_numbers_rise_without_reuse(desk):
    """Each ticket of a day has its own number, also after a refused batch."""
    await desk.tell(*others(3))
    await desk.tell(*others(2, "路灯坏了{}号，\x00", start=3))
    await desk.tell(*others(2, "路口的井盖丢了，{}", start=5))

    numbers = [ticket.ticket_no for ticket in desk.tickets]
    assert len(numbers) == len(set(numbers)) == 5
    assert numbers == sorted(numbers)


async def test_an_error_leaves_no_trace_and_the_batch_may_come_again(desk):
    """The worker dies before the commit: the redelivered batch is settled as if it were the first time."""

    def die():
        raise ConnectionError

    contacts = others(2)
    await desk.know(*contacts)
    records = [a_record(n, contact, None) for n, contact in enumerate(contacts)]
    desk.store.before_commit = die
    with pytest.raises(ConnectionError):
        await desk.settle(*records)
    assert not desk.tickets
    assert not desk.store.messages

    desk.store.before_commit = lambda: None
    await desk.settle(*records)
    assert len(desk.tickets) == 2


async def test_nothing_is_understood_twice(desk):
    """Unreadable records cost no text work; the rest is one batch."""
    letter = DeadLetter("r", "malformed", "d", b"", MONDAY)
    understand = Understands()
    desk.intake = Intake(
        city=desk.city,
        understand=understand,
        open_work=desk.store.open_work,
        reserve_numbers=desk.store.reserve_numbers,
        clock=desk.clock,
    )
    await desk.intake.understand(
        [a_record(0, a_contact("1"), None), a_record(1, None, letter), a_record(2, a_contact("2"), None)]
    )

    assert understand.batches == [2]


async def test_a_batch_is_judged_by_the_bands_of_the_model_that_understood_it(desk):
    """A more careful model takes over between understanding and settling: what the old one was sure of stays sure."""
    before, after = a_contact("1", "路灯不亮"), a_contact("2", "桥上的路灯也坏了", caller_ref="caller-2")
    await desk.know(before, after)
    understood = await desk.intake.understand([a_record(0, before, None)])
    desk.understand.bands = replace(BANDS, automatic=0.99)
    understood += await desk.intake.understand([a_record(1, after, None)])

    await desk.intake.settle(POSITION, understood)

    assert [ticket.state for ticket in desk.tickets] == [TicketState.DISPATCHED, TicketState.PENDING]
