"""Who listens to running calls warns of an emergency once, and forgets nothing when it starts anew."""

import orjson
import pytest

from dispatcher.ports import DeadLetter
from dispatcher.rules.calls import RECENT_CHARACTERS
from dispatcher.workflow.announce import DEAD_LETTER, EMERGENCY
from dispatcher.workflow.finish_call import finish_calls
from dispatcher.workflow.follow_call import follow_call
from dispatcher.workflow.listen import Listening
from models.call import Speech
from models.codes import Urgency
from models.contact import call_contact_id
from models.message import Topic
from streams.decode import record_from_bytes, words_from_bytes
from tests.builders import MONDAY, PHONE, POSITION, a_city, an_understanding
from tests.fakes import FixedClock, MemoryStore, OpenVault, Understands

GAS = an_understanding(
    "0703", 0.3, urgency=Urgency.CRITICAL, alarm="煤气漏", alarm_category="0805", alarm_is_sure=True, address="和平路3号"
)
PERHAPS = an_understanding("0703", urgency=Urgency.CRITICAL)
BREAKS = an_understanding("0703", urgency=Urgency.CRITICAL, alarm="一\x00声", alarm_is_sure=True)


class Desk:
    """A platform that tells of calls, and who listens to them; each message is read once unless told otherwise."""

    def __init__(self):
        self.store, self.clock, self.city = MemoryStore(), FixedClock(), a_city()
        self.understand = Understands({"煤气漏": GAS, "冒烟": PERHAPS, "怪声": BREAKS})
        self.tools = {"city": self.city, "open_work": self.store.open_work, "clock": self.clock}

    async def says(self, *texts, call="C-1", spk="caller", seg=None, final=True):
        """Tell what is said in a call, a stretch for each text."""
        known = self.store.tables.calls[call].segments if call in self.store.tables.calls else {}
        first = len(known) if seg is None else seg
        speeches = [Speech(first + number, spk, text, 0.9, final=final) for number, text in enumerate(texts)]
        await follow_call(call, speeches=speeches, vault=OpenVault(), **self.tools)

    async def listens(self, *others, start=None):
        """Read what is new on the topic, and ``others`` after it, as a worker that has just started."""
        told = [m for m in self.store.messages if m.topic == Topic.CALL_SEGMENTS]
        values = [orjson.dumps(message.envelope()) for message in told] + list(others)
        start = self.next_offset if start is None else start
        now = self.clock.now()
        records = [
            record_from_bytes(words_from_bytes, value, position=POSITION, offset=offset, now=now)
            for offset, value in enumerate(values)
        ][start:]
        listening = Listening(understand=self.understand, **self.tools)
        await listening.settle_all({POSITION: await listening.understand(records)})

    @property
    def next_offset(self):
        """The offset to settle next."""
        offset = self.store.tables.offsets.get(POSITION)
        return offset.next_offset if offset else 0

    @property
    def alerts(self):
        """What the supervisors were told."""
        return [message for message in self.store.messages if message.kind == EMERGENCY]


@pytest.fixture
def desk():
    """A desk to which nobody has spoken."""
    return Desk()


async def test_the_supervisors_learn_what_was_said_where_and_what_to_tell_the_citizen(desk):
    """While the call runs; the category is the one that the word belongs to."""
    await desk.says("喂我这里煤气漏了在和平路3号")
    desk.clock.advance(seconds=1.5)
    await desk.listens()

    (alert,) = desk.alerts
    contact_id = str(call_contact_id("C-1"))
    assert (alert.topic, alert.key, alert.ticket_no, alert.actor) == (Topic.ALERTS, contact_id, None, "system:listen")
    assert alert.data == {
        "kind": "emergency",
        "contact_id": contact_id,
        "call_id": "C-1",
        "word": "煤气漏",
        "words": "喂我这里煤气漏了在和平路3号",
        "category": "0805",
        "district": None,
        "address": "和平路3号",
        "script": "请立即关阀、开窗",
        "heard_at": MONDAY.isoformat(),
    }
    assert desk.store.count("hotline_emergency_alert_seconds", "2") == 1


async def test_a_cue_may_span_two_stretches(desk):
    """A recogniser cuts where the citizen breathes."""
    await desk.says("喂我家煤")
    await desk.listens()
    assert desk.alerts == []
    await desk.says("气漏了")
    await desk.listens()

    assert desk.alerts[0].data["words"] == "喂我家煤气漏了"


async def test_a_call_is_warned_of_once(desk):
    """However often the citizen says it, in one batch or in several, and whoever reads the same messages again."""
    await desk.says("煤气漏了", "煤气漏了快来人")
    await desk.listens()
    await desk.says("煤气漏得好大声")
    await desk.listens()
    await desk.listens(start=0)

    assert len(desk.alerts) == 1
    assert desk.next_offset == 3
    assert desk.store.count("hotline_emergency_alert_seconds", "0.25") == 1


async def test_a_call_that_was_warned_of_is_not_understood_again(desk):
    """A long call costs its words only until then."""
    await desk.says("煤气漏了")
    await desk.listens()
    await desk.says("就在和平路")
    await desk.listens()

    assert desk.understand.batches == [1, 0]


async def test_two_who_listen_at_once_warn_once(desk):
    """After a rebalance both may hold the same words; who comes second finds the call warned of."""
    await desk.says("煤气漏了", call="C-1")
    await desk.says("煤气漏了", call="C-2")
    (first, second) = [
        record_from_bytes(words_from_bytes, orjson.dumps(m.envelope()), position=POSITION, offset=n, now=MONDAY)
        for n, m in enumerate(desk.store.messages)
    ]
    one, other = Listening(understand=desk.understand, **desk.tools), Listening(understand=desk.understand, **desk.tools)
    heard, heard_too = await one.understand([first, second]), await other.understand([first, second])
    await one.settle_all({POSITION: heard})
    await other.settle_all({POSITION: heard_too})

    assert [alert.data["call_id"] for alert in desk.alerts] == ["C-1", "C-2"]


async def test_the_operators_words_alarm_nobody(desk):
    """Who asks whether there is a smell of gas is no emergency."""
    await desk.says("是煤气漏了吗", spk="agent")
    await desk.says("不是的")
    await desk.listens()

    assert desk.alerts == []


async def test_a_tone_that_is_not_sure_waits_for_the_ticket(desk):
    """A call of which only a part was heard is not interrupted for what may be nothing."""
    await desk.says("冒烟的烧烤摊")
    await desk.listens()

    assert desk.alerts == []
    assert desk.next_offset == 1


async def test_what_was_corrected_before_it_was_read_alarms_nobody(desk):
    """The last telling of a stretch counts."""
    await desk.says("煤气漏了", seg=1, final=False)
    await desk.says("没气了", seg=1)
    await desk.listens()

    assert desk.alerts == []
    assert desk.next_offset == 2


async def test_only_the_last_words_are_listened_to(desk):
    """What was said long ago does not drown what is said now."""
    await desk.says("煤气漏了" + "我想说" * RECENT_CHARACTERS)
    await desk.listens()
    assert desk.alerts == []
    await desk.says("煤气漏了")
    await desk.listens()

    assert len(desk.alerts[0].data["words"]) == RECENT_CHARACTERS


async def test_no_number_travels_with_the_words(desk):
    """Not even one that was dictated in two breaths, nor one that was cut."""
    await desk.says(f"煤气漏了电话{PHONE[:6]}", f"{PHONE[6:]}")
    await desk.listens()

    told = orjson.dumps(desk.alerts[0].envelope()).decode()
    assert "［号码］" in told
    assert not [part for part in (PHONE, PHONE[:6], PHONE[6:]) if part in told]


async def test_words_whose_call_is_over_still_alarm(desk):
    """The relay was away: the alert is late, and its seconds tell so."""
    await desk.says("煤气漏了")
    desk.clock.advance(minutes=40)
    assert await finish_calls(vault=OpenVault(), **desk.tools) == 1
    await desk.listens()

    assert len(desk.alerts) == 1
    assert desk.store.count("hotline_emergency_alert_seconds", "+Inf") == 1


async def test_noise_between_words_is_buried(desk):
    """What can never be read goes to the dead letters; the words around it are heard."""
    await desk.says("煤气漏了")
    await desk.listens(b"not json")

    assert [letter.cause for letter in desk.store.tables.letters.values()] == ["malformed"]
    assert desk.store.kinds().count(DEAD_LETTER) == 1
    assert (len(desk.alerts), desk.next_offset) == (1, 2)


async def test_words_that_the_store_refuses_are_buried_alone(desk):
    """The alert that cannot be written is a dead letter under its contact; the other calls are warned of."""
    for call, text in (("C-1", "煤气漏了"), ("C-2", "一阵怪声"), ("C-3", "煤气漏了")):
        await desk.says(text, call=call)
    await desk.listens()

    (letter,) = desk.store.tables.letters.values()
    assert isinstance(letter, DeadLetter)
    assert (letter.cause, letter.contact_id) == ("refused", call_contact_id("C-2"))
    assert [alert.data["call_id"] for alert in desk.alerts] == ["C-1", "C-3"]
    assert desk.next_offset == 3


async def test_words_of_a_call_that_nobody_knows_pass(desk):
    """A message of unknown origin alarms nobody and stops nothing."""
    await desk.says("煤气漏了")
    (message,) = desk.store.messages
    del desk.store.tables.calls["C-1"]
    await desk.listens()

    assert message.topic == Topic.CALL_SEGMENTS
    assert (desk.alerts, desk.next_offset) == ([], 1)
