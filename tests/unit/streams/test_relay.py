"""The relay tells every announcement in order and marks only what the broker has."""

from types import SimpleNamespace
from uuid import UUID

import orjson
import pytest
from kafka.errors import KafkaTimeoutError, MessageSizeTooLargeError, TopicAuthorizationFailedError
from structlog.testing import capture_logs

from dispatcher.ports import Effects, OutboxRow
from models.errors import TryLater
from models.message import Message, Topic, event_id
from streams import relay
from streams.relay import Ready, Relay, headers_of, value_of
from streams.topics import BrokerAway
from tests.builders import MONDAY
from tests.fakes import FixedClock, MemoryStore


class Broker:
    """Keeps what it acknowledged; ``refuse`` says which sends fail."""

    def __init__(self):
        self.kept = []
        self.opened = 0
        self.closed = 0
        self.prepared = 0
        self.away_for = 0
        self.refuse = lambda value: False
        self.refuse_at_once = lambda value: False
        self.error = KafkaTimeoutError("no answer")
        self.topics = {Topic.TICKET_EVENTS, Topic.dispatch("U-LAMP")}
        self.missing = set()
        self.stuck = False
        self.forced = 0

    def prepare(self):
        """Make the topics ready, unless the broker is away."""
        self.prepared += 1
        if self.prepared <= self.away_for:
            raise BrokerAway("no broker answers")
        return Ready(frozenset(self.topics - self.missing), dict.fromkeys(self.missing, "UnknownTopicOrPartitionError"))

    def open_producer(self):
        """Return a producer."""
        self.opened += 1
        return Producer(self)


class Producer:
    """What the relay uses of kafka-python's producer."""

    def __init__(self, broker):
        self.broker = broker
        self.waiting = []

    def send(self, topic, value, key, headers):
        """Take a message; its future tells at the flush."""
        if self.broker.refuse_at_once(value):
            raise MessageSizeTooLargeError
        sent = SimpleNamespace(topic=topic, value=value, key=key, headers=headers, error=None)
        self.waiting.append(sent)

        def get(timeout):
            if sent.error:
                raise sent.error

        return SimpleNamespace(get=get)

    def flush(self, timeout):
        """Deliver."""
        for sent in self.waiting:
            if self.broker.refuse(sent.value):
                sent.error = self.broker.error
            else:
                self.broker.kept.append(sent)
        self.waiting = []

    def close(self, timeout=None):
        """Drop what waits; with messages in flight kafka-python raises before it has stopped its sender."""
        self.broker.closed += 1
        if self.broker.stuck:
            raise KafkaTimeoutError("Timeout waiting for future")
        self.waiting = []

    @property
    def _sender(self):
        return self

    def force_close(self):
        """Stop sending."""
        self.broker.forced += 1
        self.waiting = []

    def join(self, timeout):
        """Wait for the end of the thread."""


def a_message(number, unit_code=None):
    """Return an announcement."""
    return Message(
        topic=Topic.dispatch(unit_code) if unit_code else Topic.TICKET_EVENTS,
        key=f"TT{number}",
        event_id=event_id(f"TT{number}", "ticket.registered", 1),
        kind="ticket.registered",
        occurred_at=MONDAY,
        actor="system:intake",
        profile_version="p1",
        data={"number": number, "text": "路灯💡"},
        unit_code=unit_code,
    )


class Office:
    """An outbox with rows, a broker and a relay."""

    def __init__(self):
        self.store = MemoryStore()
        self.broker = Broker()

    async def write(self, *messages):
        """Put announcements into the outbox."""
        async with self.store.open_work() as work:
            await work.apply(Effects(messages=list(messages)), slot=0)

    def relay(self, outbox=None):
        """Return a new relay."""
        return Relay(
            outbox=outbox or self.store.relay_outbox(),
            open_producer=self.broker.open_producer,
            prepare=self.broker.prepare,
            clock=FixedClock(),
        )

    def run(self, rounds, relay=None):
        """Let a relay work for so many rounds."""
        left = iter(range(rounds))
        (relay or self.relay()).run(lambda: next(left, None) is None)

    def told(self, topic=Topic.TICKET_EVENTS):
        """The numbers that the broker has, in order."""
        return [orjson.loads(sent.value)["data"]["number"] for sent in self.broker.kept if sent.topic == topic]


@pytest.fixture
def office():
    """An empty office."""
    return Office()


async def test_everything_is_told_once_and_in_order(office):
    """Row after row, then nothing more."""
    await office.write(*(a_message(n) for n in range(5)))
    office.run(3)

    assert office.told() == [0, 1, 2, 3, 4]
    assert not office.store.relay_outbox().waiting()
    assert office.broker.closed == 1


async def test_a_failed_send_resumes_at_the_oldest_untold_row(office):
    """The third send fails: the relay takes a new producer and tells from the third on; ids and numbers stay."""
    await office.write(*(a_message(n, "U-LAMP") for n in range(5)))
    failures = iter([True])
    office.broker.refuse = lambda value: orjson.loads(value)["data"]["number"] == 2 and next(failures, False)
    office.run(3)

    topic = Topic.dispatch("U-LAMP")
    told = office.told(topic)
    assert sorted(set(told)) == [0, 1, 2, 3, 4]
    assert told[-3:] == [2, 3, 4]
    assert told.count(0) == told.count(1) == 1
    by_number = {}
    for sent in office.broker.kept:
        envelope = orjson.loads(sent.value)
        by_number.setdefault(envelope["data"]["number"], set()).add((envelope["event_id"], envelope["unit_seq"]))
    assert all(len(identities) == 1 for identities in by_number.values())
    assert sorted(seq for identities in by_number.values() for _, seq in identities) == [1, 2, 3, 4, 5]
    assert office.broker.opened == 2


async def test_a_refusal_before_sending_loses_nothing(office, monkeypatch):
    """The producer itself refuses a row: the topic waits there, and goes on in order when the fault is over."""
    monkeypatch.setattr(relay, "TRY_AGAIN_SECONDS", 0)
    await office.write(*(a_message(n) for n in range(3)))
    failures = iter([True, True])
    office.broker.refuse_at_once = lambda value: orjson.loads(value)["data"]["number"] == 1 and next(failures, False)
    office.run(1)
    assert office.told() == [0]
    office.run(4)

    assert office.told() == [0, 1, 2]


async def test_a_topic_that_is_missing_stops_no_other(office):
    """A unit that the profile no longer has: its rows wait in their order, those behind them go out, and the log is loud."""
    old = Topic.dispatch("U-OLD")
    office.broker.topics.add(old)
    office.broker.missing.add(old)
    await office.write(a_message(1, "U-OLD"), a_message(2, "U-OLD"), a_message(3), a_message(4, "U-LAMP"))
    with capture_logs() as logs:
        office.run(3)

    assert office.told() == [3]
    assert office.told(Topic.dispatch("U-LAMP")) == [4]
    [refused] = [event for event in logs if event["log_level"] == "error"]
    assert refused == {
        "event": "topic_refused",
        "topic": old,
        "unit": "U-OLD",
        "reason": "UnknownTopicOrPartitionError",
        "waiting": 2,
        "log_level": "error",
    }
    assert office.store.tables.held_topics == {old: "UnknownTopicOrPartitionError"}

    office.broker.missing.clear()
    office.run(2)

    assert office.told(old) == [1, 2]
    assert [orjson.loads(sent.value)["unit_seq"] for sent in office.broker.kept if sent.topic == old] == [1, 2]
    assert office.store.tables.held_topics == {}


@pytest.mark.parametrize("where", ["refuse", "refuse_at_once"])
async def test_a_message_that_kafka_refuses_stops_its_own_topic_alone(office, where):
    """Before the send or in the broker's answer: nothing behind it on its topic is marked, everything else goes out."""
    office.broker.error = TopicAuthorizationFailedError("not yours")
    setattr(office.broker, where, lambda value: orjson.loads(value)["data"]["number"] == 2)
    await office.write(a_message(1, "U-LAMP"), a_message(2, "U-LAMP"), a_message(3, "U-LAMP"), a_message(4))
    office.run(4)

    assert office.told() == [4]
    assert office.told(Topic.dispatch("U-LAMP"))[0] == 1
    [waiting] = office.store.relay_outbox().waiting()
    assert (waiting.topic, waiting.unit_code, waiting.messages) == (Topic.dispatch("U-LAMP"), "U-LAMP", 2)
    assert office.store.tables.held_topics.keys() == {Topic.dispatch("U-LAMP")}


async def test_a_producer_that_cannot_be_closed_is_stopped(office):
    """Kafka went away with messages in flight: nothing of them goes out behind our back, and they are told again."""
    await office.write(*(a_message(n) for n in range(3)))
    failures = iter([True])
    office.broker.refuse = lambda value: next(failures, False)
    office.broker.stuck = True
    office.run(3)

    assert office.broker.forced == office.broker.closed == 2
    assert sorted(set(office.told())) == [0, 1, 2]


async def test_a_database_that_is_away_is_not_called_a_broker_that_is_away(office):
    """Making topics ready needs both; the relay waits for Kafka and ends without PostgreSQL."""

    def prepare():
        raise TryLater("PostgreSQL is away")

    office.broker.prepare = prepare
    with capture_logs() as logs, pytest.raises(TryLater):
        office.run(1)

    assert logs == []


async def test_a_broker_that_is_away_is_waited_for(office, monkeypatch):
    """The rows stay where they are, and the topics are made ready before the first send."""
    monkeypatch.setattr(relay, "_OUTAGE_WAIT_SECONDS", 0)
    await office.write(*(a_message(n) for n in range(3)))
    office.broker.away_for = 2
    office.run(4)

    assert office.told() == [0, 1, 2]
    assert office.broker.prepared == 3


async def test_topics_are_looked_at_again_after_a_failed_send(office):
    """They may have been made anew meanwhile; what was told by then is marked before the look."""
    await office.write(*(a_message(n) for n in range(2)))
    failures = iter([True])
    office.broker.refuse = lambda value: next(failures, False)
    office.run(3)

    assert office.broker.prepared == 2
    assert office.told().count(1) >= 1
    assert sorted(set(office.told())) == [0, 1]


class LosesMarks:
    """An outbox whose database dies before it has marked what was told."""

    def __init__(self, outbox):
        self._outbox = outbox

    def __getattr__(self, name):
        return getattr(self._outbox, name)

    def next_rows(self, published, *, topics, at, limit):
        """Die once something would be marked."""
        if published:
            raise TryLater("PostgreSQL is away")
        return self._outbox.next_rows(published, topics=topics, at=at, limit=limit)


async def test_a_relay_that_dies_between_send_and_mark_tells_again_the_same(office):
    """At least once, with the same event ids and the same places in the unit's stream."""
    await office.write(*(a_message(n, "U-LAMP") for n in range(3)))
    with pytest.raises(TryLater):
        office.run(5, office.relay(LosesMarks(office.store.relay_outbox())))
    office.run(2)

    values = [sent.value for sent in office.broker.kept]
    assert values[:3] == values[3:]
    assert len(values) == 6


async def test_a_stop_marks_what_was_told(office):
    """A relay that is asked to stop leaves nothing to tell again."""
    await office.write(a_message(1))
    office.run(1)
    office.run(2)

    assert office.told() == [1]


def test_a_units_message_carries_its_place():
    """In the envelope and in a header; other topics have neither."""
    envelope = orjson.dumps(a_message(1, "U-LAMP").envelope()).decode()
    numbered = OutboxRow(1, Topic.dispatch("U-LAMP"), "k", 17, envelope)
    plain = OutboxRow(1, Topic.TICKET_EVENTS, "k", None, envelope)

    assert orjson.loads(value_of(numbered)) == {**orjson.loads(envelope), "unit_seq": 17}
    assert headers_of(numbered) == [("unit_seq", b"17")]
    assert value_of(plain) == envelope.encode()
    assert headers_of(plain) == []


async def test_keys_reach_the_broker(office):
    """Messages of one ticket share a partition."""
    await office.write(a_message(7))
    office.run(1)

    assert office.broker.kept[0].key == b"TT7"
    assert UUID(orjson.loads(office.broker.kept[0].value)["event_id"]) == a_message(7).event_id
