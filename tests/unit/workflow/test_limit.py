"""无效骚扰: ten contacts in two hours are the shift lead's affair; urgent words always pass (domain.md A.11)."""

from datetime import timedelta

import pytest

from dispatcher.workflow.limit import decide_about
from models.codes import Fate, ReviewReason, Role, Urgency
from models.errors import Forbidden, NotFound
from models.ticket import Actor
from tests.builders import OPERATOR, a_contact, an_understanding
from tests.unit.workflow.intake_desk import Desk

LEAD = Actor(Role.SHIFT_LEAD, "lead-1")


@pytest.fixture
def desk():
    """An intake to which 喂 is a nuisance, 嘿 perhaps one, 火 an emergency."""
    return Desk(
        喂=an_understanding("2303", 0.95),
        嘿=an_understanding("2303", 0.5),
        火=an_understanding("0805", urgency=Urgency.CRITICAL, alarm="火", alarm_is_sure=True),
    )


async def disturb(desk, times, *, first=0, text="喂", minutes=5):
    """The caller disturbs so many times."""
    for number in range(first, first + times):
        await desk.tell(a_contact(f"n{number}", f"{text}{number}", received_at=desk.clock.now()))
        desk.clock.advance(minutes=minutes)


def asked(desk):
    """Messages that ask the shift lead."""
    return [message for message in desk.store.messages if message.kind == "alert.nuisance"]


async def decided(desk, *, limit, actor=LEAD):
    """The shift lead decides about the last contact that was asked about."""
    contact_id = desk.store.tables.nuisance_callers[-1].contact_id
    await decide_about(contact_id, limit=limit, actor=actor, city=desk.city, open_work=desk.store.open_work, clock=desk.clock)


async def test_the_tenth_is_told_once(desk):
    """Not the ninth, and not the eleventh again; nobody's number is in it."""
    await disturb(desk, 9)
    assert asked(desk) == []
    await disturb(desk, 3, first=9)

    (message,) = asked(desk)
    assert (message.data["kind"], message.data["contacts"]) == ("nuisance", 10)


async def test_ten_in_a_day_are_nothing(desk):
    """Only two hours count."""
    await disturb(desk, 12, minutes=15)

    assert asked(desk) == []


async def test_what_was_taken_for_a_request_counts_too(desk):
    """An unsure one waits for a person, and its repeats are merged; they disturb all the same."""
    await disturb(desk, 10, text="嘿")

    assert len(asked(desk)) == 1


async def test_limited_service_loses_nothing(desk):
    """Unsure disturbing is a nuisance now, a request waits for a person, an emergency goes out as everybody's."""
    await disturb(desk, 10)
    with pytest.raises(Forbidden):
        await decided(desk, limit=True, actor=OPERATOR)
    await decided(desk, limit=True)
    with pytest.raises(NotFound):
        await decided(desk, limit=True)
    maybe, lamp, fire = (a_contact(name, text) for name, text in (("m", "嘿"), ("l", "路灯坏了"), ("f", "火")))
    await desk.tell(maybe, lamp, fire)

    assert desk.fate(maybe) is Fate.NUISANCE
    waits, sent = desk.tickets
    assert (waits.lead_unit, waits.review_reasons) == (None, (ReviewReason.LIMITED_CALLER,))
    assert (sent.lead_unit, sent.urgency) == ("U-WATER", Urgency.CRITICAL)
    assert [access[1] for access in desk.store.tables.accesses] == ["limit_caller"]


async def test_a_limit_ends_and_may_be_declined(desk):
    """After the profile's time the caller is anybody; who is left as he is may be asked about again after two hours."""
    await disturb(desk, 10)
    await decided(desk, limit=False)
    await desk.tell(a_contact("l", "路灯坏了"))
    assert desk.tickets[0].lead_unit == "U-LAMP"
    await disturb(desk, 30, first=20)
    await decided(desk, limit=True)
    desk.clock.advance(hours=desk.city.profile.nuisance.limited / timedelta(hours=1))
    await desk.tell(a_contact("w", "北京路停水，路灯坏了也没人管", received_at=desk.clock.now()))

    assert desk.tickets[-1].review_reasons == ()
    assert len(asked(desk)) == 2
