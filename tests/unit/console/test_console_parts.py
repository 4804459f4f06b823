"""A contact of several requests: the operator sees that it holds several, and where each stands."""

from console.identity import COOKIE, Sessions
from console.pages.suggestion import parts_of, suggest
from models.codes import RequestType, ReviewReason
from models.understanding import Guess, Issue
from tests.builders import a_ticket, an_understanding
from tests.fakes import Understands

TEXT = "中山路的路灯坏了，还有门口的垃圾没人收"
ISSUES = (
    Issue(0, 8, (Guess("0703", 0.9),), RequestType.HELP),
    Issue(9, len(TEXT), (Guess("0102", 0.8),), RequestType.COMPLAINT),
)


async def test_the_suggestion_tells_the_requests_while_the_operator_types(console):
    """Each in the citizen's words with its category and its unit; the whole would wait for a person."""
    console.understands = Understands({"路灯": an_understanding(issues=ISSUES)})

    suggestion = await suggest(TEXT, district_chosen=None, doors=console.doors)

    assert [part.text for part in suggestion.parts] == ["中山路的路灯坏了", "还有门口的垃圾没人收"]
    assert [part.guess.category_code for part in suggestion.parts] == ["0703", "0102"]
    assert [part.request_type for part in suggestion.parts] == [RequestType.HELP, RequestType.COMPLAINT]
    assert ReviewReason.SEVERAL_REQUESTS in suggestion.doubts


async def test_the_page_shows_the_requests(console):
    """With their places in the text."""
    console.understands = Understands({"路灯": an_understanding(issues=ISSUES)})
    operator = await console.browser("operator-1")
    token = Sessions(console.doors.session_key, console.accounts, console.clock)._csrf(operator.cookies[COOKIE])
    headers = {"X-Fragment": "1", "X-CSRF-Token": token, "Sec-Fetch-Site": "same-origin"}
    several = (await operator.post("/operator/suggest", data={"text": TEXT}, headers=headers)).text
    one = (await operator.post("/operator/suggest", data={"text": "停水了，一整天"}, headers=headers)).text

    assert "其中有 2 件诉求" in several
    assert "“还有门口的垃圾没人收”" in several
    assert "1–8 字" in several
    assert "一件多诉" not in one


async def test_a_ticket_that_waits_for_this_reason_shows_its_requests(console):
    """A ticket of one request asks the model nothing."""
    console.understands = Understands({"路灯": an_understanding(issues=ISSUES)})
    several = a_ticket(text=TEXT, review_reasons=(ReviewReason.SEVERAL_REQUESTS,))

    assert [part.start for part in await parts_of(several, console.doors)] == [0, 9]
    assert await parts_of(a_ticket(text=TEXT, review_reasons=()), console.doors) == ()
