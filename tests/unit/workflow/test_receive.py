"""A contact enters once, however often its door delivers it."""

import pytest

from dispatcher.workflow.announce import CONTACT_RECEIVED
from dispatcher.workflow.receive import cause_of_death, receive
from models.codes import Channel, Fate
from models.contact import MAX_DISTRICT, MAX_TEXT, PersonalData
from models.message import Topic
from tests.builders import NAME, OPENID, PHONE, a_city, a_submission
from tests.fakes import FixedClock, MemoryStore, OpenVault


@pytest.fixture
def store():
    """An empty store."""
    return MemoryStore()


@pytest.fixture
def hand_in(store):
    """Hands submissions in at a door."""
    vault, city, clock = OpenVault(), a_city(), FixedClock()

    async def hand_in(*submissions):
        return await receive(submissions, city=city, vault=vault, open_work=store.open_work, clock=clock)

    return hand_in


async def test_a_submission_is_stored_and_announced(store, hand_in):
    """The door may say 202: the contact is stored and its announcement waits for the relay, keyed by its caller."""
    (receipt,) = await hand_in(a_submission())

    (message,) = store.messages
    assert receipt.is_new
    assert receipt.contact_id in store.tables.contacts
    assert (message.kind, message.topic, message.key) == (CONTACT_RECEIVED, Topic.CONTACTS, message.data["caller_ref"])
    assert store.count("hotline_contacts_total", "P") == 1


async def test_a_retry_changes_nothing(store, hand_in):
    """The second delivery has the same receipt but for its novelty, and is counted as dropped."""
    (first,) = await hand_in(a_submission())
    (second,) = await hand_in(a_submission(text="第二次送达"))

    assert (second.contact_id, second.is_new) == (first.contact_id, False)
    assert len(store.messages) == 1
    assert store.tables.contacts[first.contact_id].raw_text == a_submission().text
    assert store.count("hotline_duplicates_dropped_total", "P") == 1
    assert store.count("hotline_contacts_total", "P") == 1


async def test_a_batch_that_repeats_itself_is_stored_once(store, hand_in):
    """Of two same keys in one batch the first text wins, and the receipts stay in the order of the batch."""
    receipts = await hand_in(a_submission("1", "先说的路灯坏了"), a_submission("2"), a_submission("1", "后说的"))

    assert [receipt.is_new for receipt in receipts] == [True, True, False]
    assert receipts[0].contact_id == receipts[2].contact_id
    assert store.tables.contacts[receipts[0].contact_id].raw_text == "先说的路灯坏了"
    assert len(store.messages) == 2


async def test_a_batch_is_announced_in_its_order(store, hand_in):
    """What a caller said first is settled first."""
    await hand_in(*(a_submission(str(n), f"路灯坏了{n}") for n in range(5)))

    assert [message.data["text"][-1] for message in store.messages] == ["0", "1", "2", "3", "4"]


async def test_the_same_key_through_two_doors_is_two_contacts(store, hand_in):
    """A key belongs to its door."""
    receipts = await hand_in(a_submission("1"), a_submission("1", channel=Channel.WECHAT))

    assert all(receipt.is_new for receipt in receipts)


@pytest.mark.parametrize(
    ("text", "cause"),
    [("", "empty_text"), (" \n\u3000", "empty_text"), ("\x00", "empty_text"), ("灯" * (MAX_TEXT + 1), "oversized_text")],
)
async def test_what_can_never_be_a_ticket_is_kept_with_its_cause(store, hand_in, text, cause):
    """An empty or endless text is accepted, has the fate of a dead letter, and is never announced as a contact."""
    (receipt,) = await hand_in(a_submission(text=text))

    (letter,) = store.tables.letters.values()
    assert (letter.cause, letter.contact_id) == (cause, receipt.contact_id)
    assert store.tables.fates[receipt.contact_id].fate is Fate.DEAD
    assert [message.topic for message in store.messages] == [Topic.DEAD_LETTERS]
    assert store.count("hotline_contacts_settled_total", "dead") == store.count("hotline_dead_letters_total", cause) == 1


def test_the_longest_request_is_still_one():
    """The bound itself is no offence, and neither is an emoji alone."""
    assert cause_of_death("灯" * MAX_TEXT) is None
    assert cause_of_death("😡") is None


async def test_only_redacted_text_is_announced(store, hand_in):
    """The number, the name and the WeChat identity stay in the vault; the raw text stays in PostgreSQL."""
    text = f"我是{NAME}，电话{PHONE}，{OPENID}说路灯坏了"
    (receipt,) = await hand_in(a_submission(text=text, personal=PersonalData(phone=PHONE, name=NAME, openid=OPENID)))

    told = str(store.messages[0].envelope())
    assert not any(secret in told for secret in (PHONE, NAME, OPENID))
    assert "路灯坏了" in told
    assert store.tables.contacts[receipt.contact_id].raw_text == text
    assert store.messages[0].data["salutation"] == "符先生/女士"


async def test_a_district_is_a_name_and_not_a_letter(store, hand_in):
    """What a file holds in its district column travels redacted and short, so that every message fits its topic."""
    await hand_in(a_submission("1", district=f"东区，电话{PHONE}"), a_submission("2", district="东" * 500_000))

    first, second = store.messages
    assert PHONE not in first.data["district"]
    assert second.data["district"] == "东" * MAX_DISTRICT


async def test_two_contacts_of_one_caller_share_a_key(store, hand_in):
    """One caller's contacts meet in one partition; the anonymous share none."""
    await hand_in(a_submission("1"), a_submission("2"))
    await hand_in(a_submission("3", personal=PersonalData()), a_submission("4", personal=PersonalData()))

    keys = [message.key for message in store.messages]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


async def test_what_postgresql_cannot_hold_does_not_stop_the_batch(store, hand_in):
    """A NUL byte or half an emoji in any field is taken out; the neighbours are stored too."""
    odd = a_submission(
        "1",
        "路\x00灯坏了\ud83d",
        personal=PersonalData(name="\x00符\ud83d小强", phone=PHONE + "\x00\ud83d"),
        district="东\x00区\ud83d",
    )

    receipts = await hand_in(odd, a_submission("2"))

    assert [receipt.is_new for receipt in receipts] == [True, True]
    assert store.messages[0].data["text"] == "路灯坏了\ufffd"
    assert store.messages[0].data["salutation"] == "符先生/女士"
    assert store.messages[0].data["district"] == "东区\ufffd"


async def test_a_store_that_fails_leaves_nothing(store, hand_in):
    """When the commit fails, nothing may be confirmed to the citizen, and nothing is stored."""

    def fail():
        raise ConnectionError

    store.before_commit = fail

    with pytest.raises(ConnectionError):
        await hand_in(a_submission())
    assert not store.tables.contacts
    assert not store.messages
