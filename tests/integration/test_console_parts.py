"""A contact of several requests in the console: the ticket waits, and its reader sees where each request stands."""

import pytest

from models.codes import RequestType, ReviewReason
from models.understanding import Guess, Issue
from tests.integration.console_town import a_console
from tests.services.databases import Database

pytestmark = pytest.mark.integration

TEXT = "夜市占道经营，另外路上有个坑"
ISSUES = (
    Issue(0, 6, (Guess("A1", 0.9),), RequestType.COMPLAINT),
    Issue(7, len(TEXT), (Guess("A2", 0.6),), RequestType.HELP),
)


@pytest.fixture
async def console(database: Database):
    """A town's console."""
    async with a_console(database.app_url) as console:
        yield console


async def test_a_contact_with_an_unsure_request_among_several_waits_and_tells_them(console):
    """On the panel and in the API; a ticket of one request has none, and units do not ask."""
    ticket = await console.town.hears(TEXT, issues=ISSUES)
    other = await console.town.hears("夜市占道经营", category="A1")
    path = f"/api/v1/tickets/{ticket.ticket_no}/issues"
    async with console.browser("operator") as operator, console.program("operator") as program, console.program("lead") as lead:
        panel = (await operator.get(f"/tickets/{ticket.ticket_no}")).text
        told = (await program.get(path)).json()["issues"]
        of_other = (await program.get(path.replace(ticket.ticket_no, other.ticket_no))).json()

        assert (await lead.get(path)).status_code == 403
    assert ticket.review_reasons == (ReviewReason.SEVERAL_REQUESTS,)
    assert "其中有 2 件诉求" in panel
    assert "“另外路上有个坑”" in panel
    assert [(issue["span"], issue["category"], issue["type"]) for issue in told] == [
        ([0, 6], "A1", "投诉"),
        ([7, len(TEXT)], "A2", "求助"),
    ]
    assert of_other == {"issues": []}
