"""What the outside reads."""

from dataclasses import replace

import orjson
import pytest

from dispatcher.workflow.announce import TITLE_LENGTH, contact_message, emergency_message, nudge_message, title_of
from models.codes import Urgency
from tests.builders import MONDAY, a_contact, a_ticket

FIELDS = [
    "event_id",
    "type",
    "version",
    "ticket_no",
    "ticket_version",
    "unit_seq",
    "occurred_at",
    "actor",
    "profile_version",
    "data",
]


def test_the_envelope_has_its_ten_fields_and_is_json():
    """The contract of every topic (architecture.md): add-only, so these never go."""
    message = contact_message(a_contact(), accepted_at=MONDAY, profile_version="p1")

    assert list(orjson.loads(orjson.dumps(message.envelope()))) == FIELDS
    assert message.envelope()["unit_seq"] is None


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("路灯坏了", "路灯坏了"),
        (" 路灯\n坏了 ", "路灯 坏了"),
        ("灯" * TITLE_LENGTH, "灯" * TITLE_LENGTH),
        ("灯" * (TITLE_LENGTH + 1), "灯" * (TITLE_LENGTH - 1) + "…"),
    ],
)
def test_a_title_is_the_first_words_on_one_line(text, title):
    """At most forty signs, the cut shown."""
    assert title_of(text) == title


def test_each_nudge_is_a_fact_of_its_own():
    """Two nudges of one ticket have two ids; the same one told twice has one."""
    ticket = a_ticket(lead_unit="U-LAMP", nudges=1, version=3)
    again = replace(ticket, nudges=2, version=4)

    assert nudge_message(ticket, at=MONDAY).event_id == nudge_message(ticket, at=MONDAY).event_id
    assert nudge_message(ticket, at=MONDAY).event_id != nudge_message(again, at=MONDAY).event_id


def test_an_alarm_says_the_word_the_place_and_what_to_tell_the_citizen():
    """The supervisor needs them before opening anything."""
    ticket = a_ticket(urgency=Urgency.CRITICAL, alarm="漏气", address="和平路3号", district_code="D-EAST")

    data = emergency_message(ticket, at=MONDAY, script="请立即关阀、开窗").data
    assert (data["word"], data["address"], data["district"]) == ("漏气", "和平路3号", "D-EAST")
    assert (data["script"], data["contact_id"]) == ("请立即关阀、开窗", str(ticket.contact_id))
