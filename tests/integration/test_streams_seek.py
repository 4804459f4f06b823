"""PostgreSQL's offset counts, not the one that the consumer group committed (decision 1)."""

import pytest
from kafka.admin import KafkaAdminClient
from kafka.structs import OffsetAndMetadata, TopicPartition

from models.message import Topic
from streams.intake import GROUP
from tests.services.callers import contacts_of
from tests.services.stack import Stack
from tests.services.stack_fixtures import TOWN
from tests.services.truth import judge

pytestmark = pytest.mark.integration


def test_a_group_offset_beyond_unsettled_messages_loses_none(running_stack: Stack) -> None:
    """While no worker runs, somebody moves the group behind contacts that nobody has settled; the next worker takes them."""
    running_stack.accept(contacts_of(TOWN, 30, seed=21))
    running_stack.wait_until_settled()
    running_stack.stop("worker-1")
    running_stack.accept(contacts_of(TOWN, 60, seed=22))
    running_stack.until(lambda: running_stack.unpublished() == 0, "contacts are on the topic")
    ends = [(one.partition, one.offset + 1) for one in running_stack.listen([Topic.CONTACTS])]  # in rising order
    behind = {TopicPartition(Topic.CONTACTS, partition): OffsetAndMetadata(end, "", -1) for partition, end in ends}

    admin = KafkaAdminClient(bootstrap_servers=running_stack.bootstrap)
    admin.alter_group_offsets(GROUP, behind)
    admin.close()
    assert running_stack.unsettled() == 60
    running_stack.start_worker()

    running_stack.wait_until_settled()
    assert judge(running_stack).problems == []
