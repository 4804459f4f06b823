"""The relay dies at the worst moments; consumers see no fact twice and no gap."""

import os
import signal
from datetime import timedelta

import psycopg
import pytest

from models.message import Topic
from tests.fault.chaos import Chaos, Flow
from tests.services.callers import contacts_of
from tests.services.stack_fixtures import TOWN, Exposed
from tests.services.truth import judge

pytestmark = pytest.mark.integration


def test_a_relay_killed_between_send_and_mark_repeats_itself_word_for_word(battered: Exposed) -> None:
    """What it had sent and not marked is sent again under the same ids and numbers, so nobody sees a fact twice."""
    stack = battered.stack
    stack.wait_until_settled()
    relay = stack.program("relay-1")
    assert relay.pid is not None
    told = len(stack.listen([Topic.CONTACTS]))
    with psycopg.connect(stack.database.owner_url) as holder:
        os.kill(relay.pid, signal.SIGSTOP)
        stack.accept(contacts_of(TOWN, 50, seed=91))
        holder.execute("SELECT FROM outbox WHERE published_at IS NULL FOR SHARE")  # nobody can mark these
        os.kill(relay.pid, signal.SIGCONT)
        stack.until(lambda: len(stack.listen([Topic.CONTACTS])) >= told + 50, "contacts were sent and are not marked")
        assert stack.unpublished() >= 50
        stack.kill("relay-1")
    stack.wait_until_settled()

    verdict = judge(stack)
    assert verdict.problems == []
    assert verdict.repeated_messages >= 50


def test_a_relay_killed_again_and_again_keeps_every_stream_whole(battered: Exposed) -> None:
    """Killed at random while contacts flow: each unit still reads every number once, in order, without a gap."""
    stack = battered.stack
    chaos = Chaos(stack, seed=92, victims=("relay-1",))

    with Flow(stack, contacts_of(TOWN, 300, seed=93), per_second=60) as flow:
        while not flow.is_over:
            chaos.rest(timedelta(seconds=0.8), timedelta(seconds=2))
            chaos.kill("relay-1")
    stack.wait_until_settled()

    assert chaos.kills() >= 2
    assert judge(stack).problems == []


def test_the_second_relay_takes_over_when_the_first_is_killed(battered: Exposed) -> None:
    """Two relays: one publishes and the other waits; when the first dies for good, the second goes on."""
    stack = battered.stack
    stack.start_relay(2)
    stack.accept(contacts_of(TOWN, 20, seed=94))
    stack.wait_until_settled()
    publishing = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 123450002 AND granted"
    assert stack.rows(publishing) == [(1,)]
    assert not any(event.get("event") == "relay_publishing" for event in stack.log_of("relay-2"))

    stack.kill("relay-1", for_good=True)
    stack.accept(contacts_of(TOWN, 20, seed=95))
    stack.wait_until_settled()

    assert any(event.get("event") == "relay_publishing" for event in stack.log_of("relay-2"))
    assert judge(stack).problems == []
    stack.start_relay()
    stack.stop("relay-2")
