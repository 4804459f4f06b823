"""The life of a ticket is one table."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.codes import Channel, DeclineCode, Rating, RequestType, Role, TicketState, Urgency
from models.contact import PersonalData
from models.errors import IllegalTransition
from models.message import event_id
from models.ticket import ENDED_STATES, NEXT_STATES, OPEN_STATES
from tests.builders import MONDAY, NAME, OPENID, PHONE, a_submission, a_ticket


def test_every_state_can_be_reached_and_left():
    """No ticket can be stuck: each state has a way in, and only what is archived has no way out."""
    reached, waiting = set(), {TicketState.PENDING}
    while waiting:
        state = waiting.pop()
        reached.add(state)
        waiting |= NEXT_STATES[state] - reached
    final = {state for state, following in NEXT_STATES.items() if not following}

    assert reached == set(TicketState)
    assert final == {TicketState.ARCHIVED}
    ended = {TicketState.CLOSED, TicketState.DECLINED, TicketState.WITHDRAWN, TicketState.ARCHIVED}
    assert ended == ENDED_STATES
    assert set(TicketState) - ended == OPEN_STATES


@given(st.sampled_from(TicketState), st.sampled_from(TicketState))
def test_a_ticket_moves_only_where_the_table_leads(before, after):
    """A step of the table raises the version by one and notes when; any other step is refused with both names."""
    ticket = a_ticket(state=before, version=4)
    later = MONDAY + timedelta(hours=1)

    if after in NEXT_STATES[before]:
        moved = ticket.moved_to(after, later, lead_unit="U-LAMP")
        assert (moved.state, moved.state_since, moved.version, moved.lead_unit) == (after, later, 5, "U-LAMP")
    else:
        with pytest.raises(IllegalTransition, match=f"{before.label}.*{after.label}"):
            ticket.moved_to(after, later)


@pytest.mark.parametrize("codes", [Channel, RequestType, Urgency, Rating, Role, DeclineCode, TicketState])
def test_a_label_leads_back_to_its_code(codes):
    """What a screen shows is understood when it comes back, and no two codes are shown alike."""
    assert [codes.from_label(member.label) for member in codes] == list(codes)
    with pytest.raises(ValueError, match="不存在"):
        codes.from_label("不存在")


def test_a_retry_is_the_same_contact_and_another_door_another_one():
    """The door's key makes the contact's id; the same key through another door is something else."""
    assert a_submission("1").contact_id == a_submission("1", text="说得更清楚").contact_id
    assert a_submission("1").contact_id != a_submission("2").contact_id
    assert a_submission("1").contact_id != a_submission("1", channel=Channel.WECHAT).contact_id


def test_a_caller_is_known_by_wechat_identity_before_phone():
    """A WeChat user who also gives a number stays one caller; who gives nothing is nobody's twin."""
    assert PersonalData(phone=PHONE, openid=OPENID).caller_key == PersonalData(openid=OPENID).caller_key
    assert PersonalData(phone=PHONE).caller_key != PersonalData(openid=PHONE).caller_key
    assert PersonalData(name=NAME).caller_key is None


@pytest.mark.parametrize("written", [f"+86{PHONE}", f"86 {PHONE}", f"{PHONE[:3]}-{PHONE[3:7]}-{PHONE[7:]}", f" {PHONE} "])
def test_a_phone_number_is_the_same_caller_however_it_is_written(written):
    """The exchange writes +86, the web form dashes; both mean the one citizen."""
    assert PersonalData(phone=written).caller_key == PersonalData(phone=PHONE).caller_key


def test_nothing_personal_shows_in_a_log_line():
    """Whoever prints a submission by mistake prints no name, number or word of the request."""
    shown = repr(a_submission(text="我家漏水", personal=PersonalData(phone=PHONE, name=NAME, openid=OPENID)))

    assert not any(secret in shown for secret in (PHONE, NAME, OPENID, "漏水"))


def test_a_fact_has_one_id_wherever_it_is_told():
    """The same fact told twice has the same id; another version, kind or ticket has another."""
    fact = ("TT20260518P0000010", "unit.signed", 3)

    assert event_id(*fact) == event_id(*fact)
    others = {event_id("TT20260518P0000011", fact[1], 3), event_id(fact[0], "unit.replied", 3), event_id(fact[0], fact[1], 4)}
    assert event_id(*fact) not in others
    assert len(others) == 3
