"""A running call is followed, and when it has ended its words are a contact, once."""

import pytest

from dispatcher.workflow.announce import CALL_SEGMENT, CONTACT_RECEIVED
from dispatcher.workflow.finish_call import finish_calls, receive_transcript
from dispatcher.workflow.follow_call import follow_call
from models.call import CallStep, Speech
from models.codes import CallState
from models.contact import PersonalData, call_contact_id
from models.message import Topic
from tests.builders import MONDAY, PHONE, a_city
from tests.fakes import FixedClock, MemoryStore, OpenVault

LAMP = Speech(1, "caller", "中山路的路灯坏了", 0.9)


class Platform:
    """A call platform before the doors of one hotline."""

    def __init__(self):
        self.store, self.clock = MemoryStore(), FixedClock()
        self.vault = OpenVault()
        self._tools = {
            "city": a_city(),
            "vault": self.vault,
            "open_work": self.store.open_work,
            "clock": self.clock,
        }

    async def steps(self, *states, call="C-1", ani=None):
        """Tell that the call reaches these states now."""
        now = self.clock.now()
        steps = [CallStep(list(CallState).index(state), state, now) for state in states]
        return await follow_call(call, steps=steps, ani=ani, **self._tools)

    async def says(self, *speeches, call="C-1"):
        """Tell what is said."""
        return await follow_call(call, speeches=speeches, **self._tools)

    async def hands_in(self, *speeches, call="C-1", ani=None):
        """Hand in the whole transcript."""
        steps = [CallStep(0, CallState.OFFERED, MONDAY), CallStep(0, CallState.ANSWERED, MONDAY)]
        return await receive_transcript(call, began_at=MONDAY, steps=steps, speeches=speeches, ani=ani, **self._tools)

    async def time_passes(self, **span):
        """Let time pass, and the timers with it."""
        self.clock.advance(**span)
        return await finish_calls(**self._tools)

    @property
    def contacts(self):
        """Contacts that were stored."""
        return list(self.store.tables.contacts.values())

    def segments(self):
        """What was announced of the words."""
        return [message for message in self.store.messages if message.topic == Topic.CALL_SEGMENTS]


@pytest.fixture
def platform():
    """A platform and its hotline."""
    return Platform()


async def test_a_call_becomes_a_contact_ten_seconds_after_its_end(platform):
    """Its clock starts with the call; late words still belong to it."""
    began = platform.clock.now()
    await platform.steps(CallState.OFFERED, CallState.QUEUED, ani=PHONE)
    platform.clock.advance(seconds=12)
    await platform.steps(CallState.ANSWERED)
    await platform.says(LAMP, Speech(2, "agent", "好的"))
    await platform.steps(CallState.HANGUP)
    await platform.says(Speech(3, "caller", "在国贸门口"))

    assert await platform.time_passes(seconds=9) == 0
    assert await platform.time_passes(seconds=1) == 1
    assert await platform.time_passes(hours=9) == 0

    (contact,) = platform.contacts
    assert (contact.raw_text, contact.received_at) == ("中山路的路灯坏了 在国贸门口", began)
    assert platform.vault.open(contact.sealed).phone == PHONE
    assert platform.store.kinds().count(CONTACT_RECEIVED) == 1
    assert platform.store.count("hotline_calls_total", "answered") == 1
    assert platform.store.count("hotline_call_wait_seconds", "15") == 1


async def test_words_are_announced_while_they_are_spoken(platform):
    """Partial and final form have ids of their own; a retry is silent; no number travels, nor the caller's."""
    await platform.steps(CallState.ANSWERED, ani=PHONE)
    for text, final in (("我家煤气", False), ("我家煤气", False), ("我家煤气漏了", True), ("我家没气漏了", False)):
        await platform.says(Speech(1, "caller", text, 0.9, final=final))
    await platform.says(Speech(2, "caller", f"我电话{PHONE[:7]}"), Speech(3, "caller", PHONE[7:]))

    told = platform.segments()
    assert [message.data["text"] for message in told] == ["我家煤气", "我家煤气漏了", "我电话［号码］", "［号码］"]
    assert len({message.event_id for message in told}) == 4
    assert {(message.kind, message.key) for message in told} == {(CALL_SEGMENT, str(call_contact_id("C-1")))}
    assert PHONE[:7] not in str([message.envelope() for message in platform.store.messages])


async def test_a_platform_that_names_calls_after_callers_tells_nobody(platform):
    """The call's id travels without the number in it."""
    await platform.says(LAMP, call=f"20260518-{PHONE}")

    assert PHONE not in str(platform.segments()[0].envelope())


async def test_a_caller_who_gave_up_is_counted_and_is_no_contact(platform):
    """Nothing was said: there is nothing to dispatch, but the number is there for whoever calls back."""
    receipt = await platform.steps(CallState.OFFERED, CallState.QUEUED, CallState.HANGUP, ani=PHONE)
    await platform.time_passes(seconds=10)

    assert platform.contacts == []
    assert platform.store.count("hotline_calls_total", "abandoned_queue") == 1
    assert platform.vault.open(platform.store.tables.vault[receipt.contact_id]).phone == PHONE


async def test_a_call_whose_end_nobody_told_ends_by_silence(platform):
    """After half an hour without news its words become a contact."""
    await platform.says(LAMP)

    assert await platform.time_passes(minutes=29) == 0
    assert await platform.time_passes(minutes=1) == 1
    assert [contact.raw_text for contact in platform.contacts] == [LAMP.text]
    assert platform.store.count("hotline_calls_total") == 0


async def test_a_partial_word_is_better_than_a_lost_one(platform):
    """A segment that never became final counts as it was last heard."""
    await platform.steps(CallState.ANSWERED, CallState.HANGUP)
    await platform.says(Speech(1, "caller", "中山路的路灯", final=False))
    await platform.time_passes(seconds=10)

    assert [contact.raw_text for contact in platform.contacts] == ["中山路的路灯"]


async def test_the_transcript_stands_in_for_what_was_heard_live(platform):
    """It settles the call at once, and takes the caller from the vault where it names none."""
    await platform.steps(CallState.QUEUED, ani=PHONE)
    await platform.says(Speech(1, "caller", "中山鹿的鹿灯", final=False))
    receipt = await platform.hands_in(LAMP)
    await platform.time_passes(hours=1)

    (contact,) = platform.contacts
    assert receipt.is_new
    assert contact.raw_text == LAMP.text
    assert platform.vault.open(contact.sealed) == PersonalData(phone=PHONE)
    assert platform.store.count("hotline_calls_total", "answered") == 1


@pytest.mark.parametrize("silent", [(), (Speech(0, "caller", "  "),), (Speech(0, "agent", "您好，这里是12345"),)])
async def test_a_transcript_without_the_citizens_words_loses_none(platform, silent):
    """The platform's second recognition heard nothing: what was heard live is the contact."""
    await platform.steps(CallState.ANSWERED, ani=PHONE)
    await platform.says(LAMP)
    receipt = await platform.hands_in(*silent)
    await platform.time_passes(hours=1)

    assert receipt.is_new
    assert [contact.raw_text for contact in platform.contacts] == [LAMP.text]


async def test_a_transcript_that_comes_too_late_changes_nothing(platform):
    """The words heard live have become the contact; the first submission stands."""
    await platform.steps(CallState.ANSWERED, CallState.HANGUP)
    await platform.says(LAMP)
    await platform.time_passes(seconds=10)
    receipt = await platform.hands_in(Speech(0, "caller", "另一种写法"))

    assert not receipt.is_new
    assert [contact.raw_text for contact in platform.contacts] == [LAMP.text]
    assert platform.store.count("hotline_calls_total") == 1


async def test_news_of_a_settled_call_is_kept_and_changes_nothing(platform):
    """The door says so; nothing is announced twice."""
    await platform.steps(CallState.ANSWERED, CallState.HANGUP)
    await platform.says(LAMP)
    await platform.time_passes(seconds=10)
    receipt = await platform.says(Speech(9, "caller", "还有一件事"))
    await platform.time_passes(hours=1)

    assert receipt.settled
    assert len(platform.contacts) == 1
    assert len(platform.segments()) == 1
    assert 9 in platform.store.tables.calls["C-1"].segments


async def test_odd_bytes_in_a_segment_keep_nobody_out(platform):
    """NUL and lone surrogates go where the store cannot hold them."""
    await platform.says(Speech(1, "caller", "路\x00灯\ud800坏了"))

    assert platform.segments()[0].data["text"] == "路灯�坏了"
