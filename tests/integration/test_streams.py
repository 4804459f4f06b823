"""A contact's way over the topics, with the product's own processes around a real broker."""

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from kafka import KafkaProducer

from models.codes import Channel
from models.contact import MAX_TEXT, PersonalData
from models.message import Topic
from tests.services.callers import contact, contacts_of
from tests.services.listener import Heard
from tests.services.stack import Stack

pytestmark = pytest.mark.integration

BIN = "小区门口垃圾桶满了三天没人清运，夜市摊位占道，油烟很大"


@dataclass(frozen=True, slots=True)
class Written:
    """Where the broker put a message."""

    partition: int
    offset: int

    @property
    def place(self) -> str:
        """How dead letters name the place; the topic's id follows."""
        return f"{Topic.CONTACTS}/{self.partition}/{self.offset} of "


def write(stack: Stack, *values: bytes) -> list[Written]:
    """Somebody writes straight into the contacts topic, which only the relay may do."""
    producer = KafkaProducer(bootstrap_servers=stack.bootstrap, acks="all")
    try:
        sent = [producer.send(Topic.CONTACTS, value, key=b"one caller") for value in values]
        return [Written(one.partition, one.offset) for one in (future.get(timeout=30) for future in sent)]
    finally:
        producer.close()


def message(**changes: object) -> dict[str, object]:
    """The envelope of a contact that no door has seen."""
    data = {
        "contact_id": str(uuid4()),
        "channel": Channel.WEB.value,
        "text": BIN,
        "received_at": "2026-03-10T10:00:00+08:00",
        "caller_ref": secrets.token_hex(8),
    }
    return {"event_id": str(uuid4()), "type": "contact.received", "version": 1, "data": data, **changes}


def ticket_of(stack: Stack, contact_id: UUID) -> str:
    """Return the number of the ticket that a contact became."""
    return str(stack.rows("SELECT ticket_no FROM tickets WHERE contact_id = %s", contact_id)[0][0])


def about(heard: Iterable[Heard], ticket_no: str) -> list[Heard]:
    """Keep what tells of one ticket."""
    return [one for one in heard if one.envelope and one.envelope["ticket_no"] == ticket_no]


class TestJourney:
    """From a door to a unit's stream."""

    def test_a_contact_becomes_a_ticket_on_its_units_topic(self, running_stack: Stack) -> None:
        """The unit reads the whole work item under the next number of its stream, and everybody else the ticket's events."""
        [contact_id] = running_stack.accept([contact(BIN, name="journey")])
        running_stack.wait_until_settled()

        ticket_no = ticket_of(running_stack, contact_id)
        [(unit, due)] = running_stack.rows(
            "SELECT unit_code, due FROM assignments JOIN deadlines USING (ticket_no, unit_code)"
            " WHERE ticket_no = %s AND stage = 'resolve'",
            ticket_no,
        )
        [item] = about(running_stack.listen([Topic.dispatch(unit)]), ticket_no)
        assert item.envelope is not None
        assert set(item.envelope) == {
            *("event_id", "type", "version", "ticket_no", "ticket_version", "unit_seq", "occurred_at"),
            *("actor", "profile_version", "data"),
        }
        assert item.envelope["type"] == "dispatch.item"
        assert item.headers["unit_seq"] == str(item.envelope["unit_seq"]).encode()
        assert item.key == ticket_no.encode()
        assert item.envelope["data"]["content"] == BIN
        assert item.envelope["data"]["resolve_due"].startswith(
            f"{due.astimezone(running_stack.profile.timezone):%Y-%m-%dT%H:%M}"
        )
        events = about(running_stack.listen([Topic.TICKET_EVENTS]), ticket_no)
        assert [one.envelope["type"] for one in events if one.envelope] == ["ticket.registered", "ticket.dispatched"]

    def test_no_topic_carries_personal_data(self, running_stack: Stack) -> None:
        """Phone number, name and WeChat identity of a caller who says them aloud stay in the vault."""
        phone, name, openid = "139" + "0000" + "0001", "欧阳小河", "oWx-" + secrets.token_hex(8)
        text = f"我是{name}，电话{phone}，{BIN}"
        personal = PersonalData(phone=phone, name=name, openid=openid)
        [contact_id] = running_stack.accept([contact(text, name="personal", personal=personal)])
        running_stack.wait_until_settled()

        heard = running_stack.listen(running_stack.topics)

        assert about(heard, ticket_of(running_stack, contact_id))
        for secret in (phone, name, openid):
            written = (secret, json.dumps(secret).strip('"'))  # as it is, and as JSON may escape it
            assert not [one.topic for one in heard for form in written if form.encode() in one.value + (one.key or b"")]


class TestPoison:
    """Messages that can never be a contact."""

    def test_bad_messages_are_dead_letters_and_their_neighbours_tickets(self, running_stack: Stack) -> None:
        """Each bad message ends under its cause, its body stays in PostgreSQL, and good contacts before and after pass."""
        before = running_stack.accept(contacts_of("shouguang", 20, seed=31, name="before"))
        poison = {
            "malformed": b'{"event_id": "unfinished, \xff',
            "unknown_version": json.dumps(message(version=2)).encode(),
            "unknown_type": json.dumps(message(type="contact.lost")).encode(),
            "oversized_text": json.dumps(
                message(data={**dict(message()["data"]), "text": "垃" * (MAX_TEXT + 1)})  # type: ignore[call-overload]  # a dict
            ).encode(),
            "unknown_contact": json.dumps(message()).encode(),
        }
        written = write(running_stack, *poison.values())
        after = running_stack.accept(contacts_of("shouguang", 20, seed=32, name="after"))
        running_stack.wait_until_settled()

        def buried() -> dict[str, tuple[str, bytes]]:
            rows = running_stack.rows("SELECT cause, reference, body FROM dead_letters")
            return {cause: (reference, bytes(body)) for cause, reference, body in rows}

        running_stack.until(lambda: buried().keys() >= poison.keys(), "a dead letter for each bad message")
        for (cause, value), place in zip(poison.items(), written, strict=True):
            reference, body = buried()[cause]
            if cause == "unknown_contact":
                continue  # what decodes is known by its contact, and needs no body
            assert reference.startswith(place.place)
            assert body == value
        running_stack.wait_until_settled()
        heard = [one for one in running_stack.listen([Topic.DEAD_LETTERS]) if one.envelope]
        told = {one.envelope["data"]["cause"]: one.envelope["data"] for one in heard if one.envelope}
        assert told.keys() >= poison.keys()
        assert all(data.keys() == {"reference", "cause", "detail", "contact_id"} for data in told.values())
        assert not any("垃垃垃".encode() in one.value for one in heard)
        assert set(running_stack.fates([*before, *after]).values()) <= {"ticketed", "merged", "nuisance"}
