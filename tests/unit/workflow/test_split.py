"""拆单: each request of a contact has a ticket of its own where the engine is sure of every one; otherwise a person decides."""

import pytest

from models.codes import Fate, ReviewReason, SubjectType, Urgency
from models.ticket_number import check_ticket_number
from models.understanding import Facts, Issue
from tests.builders import a_contact, an_understanding
from tests.unit.workflow.intake_desk import Desk

LAMP, WATER = "中山路的路灯不亮，", "另外家里停水两天"
BOTH = LAMP + WATER


def two_requests(**changes):
    """Return an understanding of ``BOTH`` that sees two requests in it."""
    first, second = an_understanding("0703"), an_understanding("0801")
    issues = (
        Issue(0, len(LAMP), first.top, first.request_type),
        Issue(len(LAMP), len(BOTH), second.top, second.request_type),
    )
    return an_understanding("0703", issues=issues, **changes)


def desk_with(**by_piece):
    """Return a desk that hears two requests in ``BOTH``; ``by_piece`` says how each part sounds by itself."""
    parts = {"停水": an_understanding("0801"), "路灯": an_understanding("0703"), **by_piece}
    return Desk(**{BOTH: two_requests(), **parts})


async def test_two_sure_requests_for_two_units_become_two_tickets_of_one_contact():
    """The numbers share their head; each unit reads only its own request; the contact is settled once."""
    desk = desk_with()
    contact = a_contact(text=BOTH)
    await desk.tell(contact)

    lamp, water = desk.tickets
    assert (lamp.ticket_no, water.ticket_no) == (f"{lamp.parent_no}-01", f"{lamp.parent_no}-02")
    assert water.parent_no == lamp.parent_no
    assert check_ticket_number(water.ticket_no) == water.ticket_no
    assert [(one.item, one.lead_unit, one.text) for one in (lamp, water)] == [(1, "U-LAMP", LAMP), (2, "U-WATER", WATER)]
    assert desk.fate(contact) is Fate.TICKETED
    assert len(desk.store.tables.fates) == 1


async def test_a_part_that_names_no_place_has_the_place_of_the_contact():
    """Who names the district once means it for both requests."""
    desk = Desk(
        **{BOTH: two_requests(district_code="D-EAST"), "停水": an_understanding("0801"), "路灯": an_understanding("0901")}
    )
    await desk.tell(a_contact(text=BOTH))

    assert [ticket.lead_unit for ticket in desk.tickets] == ["U-EAST", "U-WATER"]


@pytest.mark.parametrize(
    "second",
    [an_understanding("0801", 0.6), an_understanding("0703"), an_understanding("2303")],
    ids=["unsure", "same unit", "nuisance"],
)
async def test_a_contact_whose_parts_are_not_sure_stays_whole_for_a_person(second):
    """One ticket in the citizen's whole words, that says why it waits."""
    desk = desk_with(停水=second)
    await desk.tell(a_contact(text=BOTH))

    (ticket,) = desk.tickets
    assert (ticket.text, ticket.parent_no, ticket.item) == (BOTH, None, 1)
    assert ReviewReason.SEVERAL_REQUESTS in ticket.review_reasons


@pytest.mark.parametrize("wish", ["anonymous", "confidential"])
async def test_who_wants_not_to_be_known_is_known_to_no_unit(wish):
    """The wish is said once, beside the first request, and holds for the second (domain.md A.11)."""
    desk = desk_with(路灯=an_understanding("0703", facts=Facts(**{wish: True})))
    await desk.tell(a_contact(text=BOTH, salutation="王先生"))

    assert [getattr(ticket, wish) for ticket in desk.tickets] == [True, True]
    assert [ticket.salutation for ticket in desk.tickets] == [None, None]


async def test_an_enterprise_speaks_for_itself_in_every_request():
    """Whose behalf it is on, and where it is, are said once."""
    lamp = an_understanding("0703", facts=Facts(subject=SubjectType.ENTERPRISE), address="中山路")
    desk = Desk(**{BOTH: two_requests(address="中山路"), "停水": an_understanding("0801"), "路灯": lamp})
    await desk.tell(a_contact(text=BOTH))

    assert [ticket.subject for ticket in desk.tickets] == [SubjectType.ENTERPRISE] * 2
    assert [ticket.address for ticket in desk.tickets] == ["中山路"] * 2


async def test_a_badly_recognised_call_is_not_split():
    """A person confirms it anyway, and sees the proposal."""
    desk = desk_with()
    await desk.tell(a_contact(text=BOTH, asr_confidence=0.4))

    (ticket,) = desk.tickets
    assert {ReviewReason.ASR_LOW_CONFIDENCE, ReviewReason.SEVERAL_REQUESTS} <= set(ticket.review_reasons)


async def test_what_is_told_again_is_merged_and_what_is_new_is_registered():
    """A second call about the lamp and the water: the lamps are nudged, the water has a ticket of its own."""
    desk = desk_with()
    again = a_contact("2", BOTH)
    await desk.tell(a_contact("1", LAMP))
    await desk.tell(again)

    lamp, water = desk.tickets
    assert (lamp.nudges, lamp.text) == (1, LAMP)
    assert (water.lead_unit, water.text, water.parent_no) == ("U-WATER", WATER, None)
    assert desk.fate(again) is Fate.TICKETED


async def test_a_part_that_alarms_by_itself_is_not_split_off():
    """Heard as a whole the contact does not alarm; a person decides."""
    desk = desk_with(停水=an_understanding("0801", urgency=Urgency.CRITICAL, alarm="漏气", alarm_category="0805"))
    await desk.tell(a_contact(text=BOTH))

    (ticket,) = desk.tickets
    assert ticket.text == BOTH


async def test_an_emergency_is_never_split():
    """It goes out whole and at once."""
    alarmed = two_requests(urgency=Urgency.CRITICAL, alarm="漏气", alarm_category="0805", alarm_is_sure=True)
    desk = Desk(**{BOTH: alarmed, "停水": an_understanding("0801"), "路灯": an_understanding("0703")})
    await desk.tell(a_contact(text=BOTH))

    (ticket,) = desk.tickets
    assert ticket.text == BOTH
    assert "alert.emergency" in desk.store.kinds()


async def test_who_repeats_one_of_two_requests_nudges_that_one():
    """The second call about the water is a repeat of the water's ticket, not of the lamp's."""
    desk = desk_with()
    await desk.tell(a_contact("1", BOTH))
    await desk.tell(a_contact("2", "另外家里停水两天了"))

    assert [(ticket.item, ticket.nudges) for ticket in desk.tickets] == [(1, 0), (2, 1)]


async def test_who_repeats_both_requests_nudges_both_and_makes_no_ticket():
    """Neither unit has a second work item."""
    desk = desk_with()
    second = a_contact("2", BOTH)
    await desk.tell(a_contact("1", BOTH))
    await desk.tell(second)

    assert [(ticket.item, ticket.nudges) for ticket in desk.tickets] == [(1, 1), (2, 1)]
    assert desk.fate(second) is Fate.MERGED
