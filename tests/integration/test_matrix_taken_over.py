"""A running worker takes an approved change of the 派单目录 over, and loses nothing meanwhile."""

import asyncio

import pytest

from config.profiles import find_profile, load_profile, matrix_problems
from dispatcher.store.database import Database, open_pool
from dispatcher.workflow.amend import Draft, approve_change, propose_change
from dispatcher.workflow.city import City
from hotline.bootstrap import SystemClock
from models.codes import Role
from models.ticket import Actor
from tests.services.callers import contacts_of
from tests.services.stack import Stack
from tests.services.stack_fixtures import TOWN
from tests.services.truth import judge

pytestmark = pytest.mark.integration

CHANGED = ("A1", "A2", "A3", "A4", "A7", "A8")
"""Categories that other units lead; what the town's people say is of all categories."""

AMENDED = f"2026.1+{len(CHANGED)}"


async def _approve_changes(database_url: str) -> None:
    """As another process does it: the hotline's centre leads what others led."""
    city, clock = City.of(load_profile(find_profile(TOWN))), SystemClock()
    async with open_pool(database_url, size=1) as pool:
        open_work = Database(pool).open_work
        for category in CHANGED:
            draft = Draft(category, "SG-RX", "职责调整纪要")
            proposal = await propose_change(
                draft, actor=Actor(Role.DISPATCHER, "chen.li"), city=city, open_work=open_work, clock=clock
            )
            await approve_change(
                proposal.number,
                actor=Actor(Role.SUPERVISOR, "zhou.min"),
                city=city,
                check=matrix_problems,
                open_work=open_work,
                clock=clock,
            )


def test_a_change_is_taken_over_and_no_contact_is_lost_or_doubled(stack: Stack) -> None:
    """The same process dispatches the first contacts by the old matrix and the last by the new, and says so.

    What joins the incident of an earlier ticket goes where that one has gone.
    """
    stack.start_relay()
    worker = stack.start_worker()
    stack.accept(contacts_of(TOWN, 60, seed=1, name="matrix"))
    stack.wait_until_settled()

    asyncio.run(_approve_changes(stack.environment["HOTLINE_DATABASE_URL"]))
    stack.until(lambda: AMENDED in _taken_over(stack), f"the worker takes {AMENDED} over")
    stack.accept(contacts_of(TOWN, 60, seed=2, name="matrix"))
    stack.wait_until_settled()

    assert stack.rows("SELECT DISTINCT matrix_version FROM tickets ORDER BY 1") == [("2026.1",), (AMENDED,)]
    led = (
        "SELECT DISTINCT lead_unit FROM tickets WHERE lead_unit IS NOT NULL AND matrix_version = %s AND category_code = ANY(%s)"
        " AND ticket_no NOT IN (SELECT ticket_no FROM incident_tickets WHERE follows)"
    )
    assert stack.rows(led, f"2026.1+{len(CHANGED)}", list(CHANGED)) == [("SG-RX",)]
    assert ("SG-RX",) not in stack.rows(led, "2026.1", list(CHANGED))
    assert worker.is_running
    assert stack.ends == []
    assert judge(stack).problems == []


def _taken_over(stack: Stack) -> list[object]:
    return [one["new"] for one in stack.log_of("worker-1") if one.get("event") == "matrix_taken_over"]
