"""From bytes to a contact, or to the cause why they can never be one."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.workflow.announce import contact_message, segment_message
from models.call import HeardWords, Speech
from models.contact import MAX_TEXT
from streams.decode import Undecodable, contact_from_bytes, record_from_bytes, words_from_bytes
from tests.builders import MONDAY, PHONE, POSITION, a_contact


def envelope(contact=None, **changes):
    """Return the envelope of a contact's message, with ``changes``."""
    message = contact_message(contact or a_contact(), accepted_at=MONDAY, profile_version="p1")
    return {**message.envelope(), **changes}


def with_data(**changes):
    """Return the message's bytes with changed data; a value of Ellipsis takes the field out."""
    data = {**envelope()["data"], **changes}
    return orjson.dumps(envelope(data={key: value for key, value in data.items() if value is not ...}))


def cause_of(value):
    """Decode and return the cause of death with its contact."""
    with pytest.raises(Undecodable) as found:
        contact_from_bytes(value)
    return found.value.cause, found.value.contact_id


@pytest.mark.parametrize(
    "contact",
    [
        a_contact(),
        a_contact(asr_confidence=0.83, district="东区", salutation=None),
        a_contact(text="灯" * MAX_TEXT),
        a_contact(text="\x00灯\n💡"),
        a_contact(asr_confidence=1),
    ],
)
def test_what_a_door_announced_is_read_back(contact):
    """The contact survives its journey unchanged."""
    assert contact_from_bytes(orjson.dumps(envelope(contact))) == contact


def test_unknown_fields_are_ignored():
    """A younger door may say more than we know."""
    value = orjson.dumps(envelope(novelty=1, data={**envelope()["data"], "mood": "angry"}))

    assert contact_from_bytes(value) == a_contact()


@pytest.mark.parametrize(
    "value",
    [b"", b"\xff\xfe", b"not json", b"[1,2]", b"null", b"17", b'"text"', b'{"version":1', b"[" * 5000, b'{"a":"\\ud800"}'],
)
def test_what_is_no_json_object_is_malformed(value):
    """Noise of any kind has one cause and no contact."""
    assert cause_of(value) == ("malformed", None)


@pytest.mark.parametrize("version", [2, 0, "1", None, PHONE, int(PHONE), [1], 1.5])
def test_another_major_version_is_told_apart(version):
    """A message of another major version waits in the dead letters for the release that knows it."""
    assert cause_of(orjson.dumps(envelope(version=version))) == ("unknown_version", None)


@pytest.mark.parametrize("kind", ["ticket.registered", "", None, 5])
def test_another_type_is_told_apart(kind):
    """Only contacts stand on the topic of contacts."""
    assert cause_of(orjson.dumps(envelope(type=kind)))[0] == "unknown_type"


@pytest.mark.parametrize("data", [None, [], "text", 5])
def test_an_envelope_without_data_is_malformed(data):
    """An empty envelope is no contact."""
    assert cause_of(orjson.dumps(envelope(data=data)))[0] == "malformed"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (field, value)
        for field in ("contact_id", "channel", "text", "received_at", "caller_ref")
        for value in (..., None, 5, [], {}, True, "")
        if (field, value) != ("text", "")  # the doors bury an empty text themselves
    ],
)
def test_a_needed_field_of_the_wrong_form_is_malformed(field, value):
    """Missing, null or of another type: told as malformed, never a crash, and the contact that is known has its fate."""
    cause, contact_id = cause_of(with_data(**{field: value}))

    assert cause == "malformed"
    assert contact_id == (None if field == "contact_id" else a_contact().contact_id)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("channel", "X"),
        ("received_at", "2026-05-18T09:00:00"),
        ("received_at", "gestern"),
        ("received_at", "9999-12-31T23:59:59+00:00"),
        ("received_at", "0001-01-01T00:00:00+00:00"),
        ("contact_id", "not-a-uuid"),
        ("salutation", 5),
        ("salutation", {"name": "x"}),
        ("asr_confidence", "high"),
        ("asr_confidence", [0.5]),
        ("asr_confidence", True),
        ("district", 460105),
        ("district", ["D-EAST"]),
    ],
)
def test_a_value_that_cannot_be_is_malformed(field, value):
    """A naive time, a year that no calendar knows, an unknown channel, a number where a word belongs."""
    assert cause_of(with_data(**{field: value}))[0] == "malformed"


@pytest.mark.parametrize("field", ["salutation", "asr_confidence", "district"])
@pytest.mark.parametrize("value", [..., None])
def test_what_need_not_be_told_may_be_missing(field, value):
    """The anonymous have no salutation, typed text has no confidence."""
    assert getattr(contact_from_bytes(with_data(**{field: value})), field) is None


def test_an_oversized_text_is_buried_with_its_contact():
    """It is longer than a request can be, so its contact has the fate of a dead letter."""
    assert cause_of(with_data(text="灯" * (MAX_TEXT + 1))) == ("oversized_text", a_contact().contact_id)


@given(
    st.binary(max_size=60)
    | st.recursive(st.none() | st.integers() | st.text(), lambda c: st.lists(c) | st.dictionaries(st.text(), c)).map(
        lambda v: orjson.dumps(v, option=orjson.OPT_NON_STR_KEYS) if not _too_big(v) else b""
    )
)
def test_no_bytes_crash_the_worker(value):
    """Whatever stands on the topic becomes a record: a contact or a letter."""
    record = record_from_bytes(contact_from_bytes, value, position=POSITION, offset=5, now=MONDAY)

    assert (record.content is None) != (record.failure is None)
    assert record.offset == 5


def _too_big(value):
    try:
        orjson.dumps(value)
    except TypeError:
        return True
    return False


@pytest.mark.parametrize(
    "value",
    [
        f"电话{PHONE}".encode(),
        orjson.dumps(envelope(version=PHONE)),
        orjson.dumps(envelope(version=int(PHONE))),
        with_data(channel=PHONE),
        with_data(received_at=PHONE),
    ],
)
def test_a_letter_keeps_the_body_and_quotes_nothing_of_it(value):
    """Cause, detail and reference may travel; what the message said stays in PostgreSQL."""
    letter = record_from_bytes(contact_from_bytes, value, position=POSITION, offset=5, now=MONDAY).failure

    assert letter.body == value
    assert PHONE not in f"{letter.cause} {letter.detail} {letter.reference}"
    assert letter.reference == POSITION.reference(5)


def test_a_tombstone_is_malformed():
    """A message without a value is no contact."""
    assert record_from_bytes(contact_from_bytes, None, position=POSITION, offset=5, now=MONDAY).failure.cause == "malformed"


def heard(**changes):
    """Return the envelope of words in a running call, with ``changes``; Ellipsis takes a field out."""
    contact_id = a_contact().contact_id
    speech = Speech(3, "caller", "煤气漏了", 0.9)
    message = segment_message(speech, 2, call_id="C-1", contact_id=contact_id, heard_at=MONDAY, profile_version="p1")
    envelope = {**message.envelope(), **changes}
    return {key: value for key, value in envelope.items() if value is not ...}


def test_words_that_were_announced_are_read_back():
    """Who said something when, in which call; the words themselves stand in the store."""
    assert words_from_bytes(orjson.dumps(heard(novelty=1))) == HeardWords(a_contact().contact_id, "C-1", "caller", MONDAY)


@pytest.mark.parametrize(
    ("changes", "cause", "is_known"),
    [
        ({"version": 2}, "unknown_version", False),
        ({"type": "contact.received"}, "unknown_type", False),
        ({"data": None}, "malformed", False),
        ({"data": {"call_id": "C-1", "spk": "caller"}}, "malformed", False),
        ({"data": {**heard()["data"], "spk": None}}, "malformed", True),
        ({"data": {"contact_id": str(a_contact().contact_id)}}, "malformed", True),
        ({"occurred_at": ...}, "malformed", True),
        ({"occurred_at": "2026-05-18T09:00:00"}, "malformed", True),
        ({"occurred_at": 17}, "malformed", True),
    ],
)
def test_words_that_nobody_can_place_have_a_cause(changes, cause, is_known):
    """Without a call, a speaker or a moment nothing can be told; the contact is named where it is known."""
    with pytest.raises(Undecodable) as found:
        words_from_bytes(orjson.dumps(heard(**changes)))

    assert (found.value.cause, found.value.contact_id) == (cause, a_contact().contact_id if is_known else None)
