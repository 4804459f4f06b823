"""Is anything lost or doubled? Compares what was accepted with the tables and with what stands on the topics."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from models.message import Topic
from tests.services.listener import Heard
from tests.services.stack import Stack


@dataclass(slots=True)
class Verdict:
    """What was found. ``problems`` is empty when nothing is lost, doubled or miscounted."""

    contacts: int = 0
    fates: Mapping[str, int] = field(default_factory=dict)
    tickets: int = 0
    on_unit_topics: int = 0
    repeated_messages: int = 0
    lost: int = 0
    doubled: int = 0
    problems: list[str] = field(default_factory=list)

    def lose(self, amount: int, what: str) -> None:
        """Note that ``amount`` of something are missing; none is fine."""
        if amount:
            self.lost += amount
            self.problems.append(f"lost: {amount} {what}")

    def double(self, amount: int, what: str) -> None:
        """Note that ``amount`` of something are there too often; none is fine."""
        if amount:
            self.doubled += amount
            self.problems.append(f"doubled: {amount} {what}")

    def expect(self, actual: object, wanted: object, what: str) -> None:
        """Note that a number is not as it must be."""
        if actual != wanted:
            self.problems.append(f"{what}: {actual!r}, should be {wanted!r}")


def judge(stack: Stack) -> Verdict:
    """Compare everything with everything, from the contacts that the doors have confirmed to the units' topics."""
    verdict = Verdict()
    _judge_contacts(stack, stack.accepted, verdict)
    _judge_tickets(stack, verdict)
    _judge_topics(stack, verdict)
    for difference in stack.differences():
        verdict.problems.append(f"reconcile: {difference}")
    return verdict


def _judge_contacts(stack: Stack, accepted: set[UUID], verdict: Verdict) -> None:
    """Accepted = stored = settled."""
    fates = dict(stack.rows("SELECT contact_id, fate FROM contacts"))
    verdict.contacts = len(accepted)
    verdict.fates = Counter(fate for fate in fates.values() if fate)
    verdict.lose(len(accepted - fates.keys()), "accepted contacts that are not stored")
    verdict.lose(sum(fate is None for fate in fates.values()), "stored contacts without a fate")
    verdict.expect(len(fates.keys() - accepted), 0, "contacts that nobody sent")
    verdict.expect(sum(verdict.fates.values()), len(accepted), "sum of fates")
    verdict.expect(stack.unpublished(), 0, "announcements that no topic has")


def _judge_tickets(stack: Stack, verdict: Verdict) -> None:
    """One ticket for each ticketed contact, one merged event and one nudge for each repeat."""
    tickets = dict(stack.rows("SELECT ticket_no, contact_id FROM tickets"))
    verdict.tickets = len(tickets)
    verdict.lose(verdict.fates.get("ticketed", 0) - len(set(tickets.values())), "contacts that should have a ticket")
    verdict.double(len(tickets) - len(set(tickets.values())), "tickets of one contact")
    merged = Counter(
        row[0] for row in stack.rows("SELECT data ->> 'contact_id' FROM ticket_events WHERE kind = 'ticket.merged'")
    )
    verdict.lose(verdict.fates.get("merged", 0) - len(merged), "merges without an event")
    verdict.double(merged.total() - len(merged), "merges of one contact")
    verdict.expect(stack.rows("SELECT coalesce(sum(nudges), 0) FROM tickets")[0][0], len(merged), "nudges")
    broken = stack.rows("SELECT ticket_no FROM ticket_events GROUP BY 1 HAVING count(*) <> max(version)")
    verdict.expect(len(broken), 0, "tickets whose events are not numbered without a gap")


def _judge_topics(stack: Stack, verdict: Verdict) -> None:
    """What was announced is on its topic, under one id and one number."""
    announced: dict[str, set[str]] = defaultdict(set)
    for topic, event_id in stack.rows("SELECT topic, event_id::text FROM outbox"):
        announced[topic].add(event_id)
    wanted = {(topic, event_id) for topic, ids in announced.items() for event_id in ids}
    heard = stack.listen(stack.topics, enough=lambda so_far: wanted <= _ids(so_far))
    verdict.repeated_messages = len(heard) - len(_ids(heard))
    verdict.lose(len(wanted - _ids(heard)), "announcements that are on no topic")
    unknown = [one for one in _ids(heard) - wanted if one[0] != Topic.CONTACTS]  # where tests write poison
    verdict.expect(len(unknown), 0, "messages that nobody announced")
    for topic in stack.unit_topics:
        _judge_unit([one for one in heard if one.topic == topic], topic, verdict)
    dispatched = Counter(_items(heard))
    assigned = set(stack.rows("SELECT ticket_no, unit_code FROM assignments"))
    verdict.on_unit_topics = len({ticket_no for ticket_no, _ in dispatched})
    verdict.lose(len(assigned - dispatched.keys()), "dispatched tickets that are not on their unit's topic")
    verdict.double(sum(amount - 1 for amount in dispatched.values()), "tickets that a unit was told as two")
    verdict.expect(len(dispatched.keys() - assigned), 0, "tickets on the topic of a unit that does not have them")


def _judge_unit(heard: list[Heard], topic: str, verdict: Verdict) -> None:
    """The numbers rise from 1 without a gap, and a reader who skips numbers that do not rise misses nothing."""
    ids_by_number: dict[int, set[str]] = defaultdict(set)
    read = 0
    for one in heard:
        envelope = one.envelope or {}
        number = int(envelope["unit_seq"])
        verdict.expect(one.headers.get("unit_seq"), str(number).encode(), f"{topic}: header beside number {number}")
        ids_by_number[number].add(envelope["event_id"])
        if number > read:
            verdict.expect(number, read + 1, f"{topic}: number that a reader sees next")
            read = number
    verdict.double(sum(len(ids) - 1 for ids in ids_by_number.values()), f"facts under one number of {topic}")
    distinct = {event_id for ids in ids_by_number.values() for event_id in ids}
    verdict.expect(len(ids_by_number), len(distinct), f"{topic}: numbers for its facts")
    verdict.expect(set(ids_by_number), set(range(1, len(ids_by_number) + 1)), f"{topic}: numbers")


def _ids(heard: Iterable[Heard]) -> set[tuple[str, str]]:
    return {(one.topic, str(one.envelope["event_id"])) for one in heard if one.envelope and one.envelope.get("event_id")}


def _items(heard: Iterable[Heard]) -> list[tuple[str, str]]:
    """Tickets on units' topics, each fact once however often it was told."""
    facts = {
        str(one.envelope["event_id"]): (str(one.envelope["ticket_no"]), one.topic.removeprefix(Topic.dispatch("")))
        for one in heard
        if one.envelope and one.envelope["type"] == "dispatch.item"
    }
    return list(facts.values())
