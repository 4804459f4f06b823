"""A unit's stream over HTTP: the same messages as on its topic, in order, resumed by the number read last."""

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from models.codes import Role
from tests.integration.console_town import LEAD, OTHER, a_console
from tests.services.databases import Database

pytestmark = pytest.mark.integration

SPACES = "夜市占道经营\u2028油烟扰民"
"""A request with a line separator that must not break an event in two."""


@pytest.fixture
async def console(database: Database):
    """A town's console."""
    async with a_console(database.app_url) as console:
        yield console


class Reader:
    """Reads events from an open stream."""

    def __init__(self, lines):
        self._lines = lines

    async def event(self, name=None):
        """The next event, or the next one of this name, as (id, name, data)."""
        found = {"id": None, "data": []}
        async with asyncio.timeout(10):
            async for line in self._lines:
                if line:
                    key, _, value = line.partition(": ")
                    found["data"].append(value) if key == "data" else found.__setitem__(key, value)
                elif found.get("event") and name in (None, found["event"]):
                    return found["id"], found["event"], "\n".join(found["data"])
                else:
                    found = {"id": None, "data": []}
        raise AssertionError("the stream ended")

    async def rest(self):
        """The names of the events that still come until the stream ends."""
        async with asyncio.timeout(10):
            return [line.removeprefix("event: ") async for line in self._lines if line.startswith("event: ")]

    async def quiet(self, seconds):
        """Tell whether nothing comes for a while."""
        try:
            async with asyncio.timeout(seconds):
                await self.event()
        except TimeoutError:
            return True
        return False


@asynccontextmanager
async def _open(client, path, **headers):
    async with client.stream("GET", path, headers=headers) as answer:
        assert answer.status_code == 200, await answer.aread()
        yield Reader(_lines(answer.aiter_text()))


async def _lines(texts):
    """Lines as the standard of Server-Sent Events knows them; httpx would also break them at U+2028."""
    rest = ""
    async for text in texts:
        *whole, rest = (rest + text).split("\n")
        for line in whole:
            yield line


async def test_a_unit_hears_its_messages_as_they_are_published(console):
    """Numbered from 1 without a gap; the data are the envelope of the topic with its number; others' messages stay away."""
    await console.town.hears(SPACES)
    await console.town.hears("大棚卷帘机坏了", category="A6")
    await console.publishes()
    path = f"/api/v1/units/{LEAD}/stream"
    async with console.program("lead") as lead, _open(lead, path) as stream:
        first = await stream.event()
        ticket = await console.town.hears("小广告贴满楼道")
        unpublished = asyncio.create_task(stream.quiet(0.6))
        assert await unpublished
    async with console.program("lead") as lead, _open(lead, path, **{"Last-Event-ID": first[0]}) as stream:
        await console.publishes()
        second = await stream.event()

    envelopes = [json.loads(data) for _, _, data in (first, second)]
    assert [(number, name) for number, name, _ in (first, second)] == [("1", "dispatch.item"), ("2", "dispatch.item")]
    assert [envelope["unit_seq"] for envelope in envelopes] == [1, 2]
    assert envelopes[0]["data"]["content"] == SPACES
    assert envelopes[1]["ticket_no"] == ticket.ticket_no


async def test_a_reader_resumes_after_the_number_it_read_last(console):
    """Whoever was cut off misses nothing and reads nothing twice, by header or by parameter."""
    for n in range(5):
        await console.town.hears(f"第{n}条街有小广告")
    await console.publishes()
    path = f"/api/v1/units/{LEAD}/stream"
    async with console.program("supervisor") as program:
        async with _open(program, path, **{"Last-Event-ID": "3"}) as stream:
            by_header = [(await stream.event())[0] for _ in range(2)]
            assert await stream.quiet(0.5)
        async with _open(program, f"{path}?after=4") as stream:
            by_parameter = (await stream.event())[0]

    assert by_header == ["4", "5"]
    assert by_parameter == "5"


async def test_nothing_is_told_before_what_stands_before_it(console):
    """A message whose predecessor is not published yet waits; the order of the topic is the order here."""
    for n in range(3):
        await console.town.hears(f"第{n}条街有小广告")
    await console.publishes()
    async with console.town.pool.connection() as connection:
        await connection.execute("UPDATE outbox SET published_at = NULL WHERE unit_code = %s AND unit_seq = 2", [LEAD])
    async with console.program("lead") as lead, _open(lead, f"/api/v1/units/{LEAD}/stream") as stream:
        first = (await stream.event())[0]
        assert await stream.quiet(0.5)
    async with console.program("lead") as lead, _open(lead, f"/api/v1/units/{LEAD}/stream?after=1") as stream:
        await console.publishes()
        following = [(await stream.event())[0] for _ in range(2)]

    assert first == "1"
    assert following == ["2", "3"]


@pytest.mark.parametrize(("who", "code", "status"), [("operator", LEAD, 403), ("lead", "XX", 404), ("supervisor", "XX", 404)])
async def test_a_stream_is_its_units_and_the_supervisors(console, who, code, status):
    """An operator follows none, and a unit that does not exist has none."""
    async with console.program(who) as program:
        assert (await program.get(f"/api/v1/units/{code}/stream")).status_code == status


async def test_a_units_board_moves_without_a_reload(console):
    """A new ticket appears on the open page with a line of news that carries its number; a signature moves it on."""
    async with console.browser("lead") as browser, _open(browser, "/unit/stream?after=0") as stream:
        empty = await stream.event("board")
        ticket = await console.town.hears("小广告贴满楼道")
        await console.publishes()
        arrived = await stream.event("board")
        news = await stream.event("news")
        sign = {"command": "sign", "expected_version": ticket.version}
        panel = await browser.post(f"/tickets/{ticket.ticket_no}/commands", data=sign)
        signed = await stream.event("board")

    assert ticket.ticket_no not in empty[2]
    assert ticket.ticket_no in arrived[2]
    assert (news[0], ticket.ticket_no in news[2]) == ("1", True)
    assert "提交答复" in panel.text
    assert signed[2].index("办理中") < signed[2].index(ticket.ticket_no)


async def test_a_page_that_was_cut_off_is_told_what_it_missed(console):
    """The browser sends the last id; the news between come first."""
    for n in range(3):
        await console.town.hears(f"第{n}条街有小广告")
    await console.publishes()
    async with console.browser("lead") as browser, _open(browser, "/unit/stream", **{"Last-Event-ID": "1"}) as stream:
        assert [(await stream.event("news"))[0] for _ in range(2)] == ["2", "3"]


async def test_operators_and_supervisors_watch_live(console):
    """What waits for a person reaches the queue, and the rates move, without a reload."""
    async with (
        console.browser("operator") as operator,
        console.browser("supervisor") as supervisor,
        _open(operator, "/operator/stream") as queue,
        _open(supervisor, "/supervisor/stream") as desk,
    ):
        assert "没有待派单的工单" in (await queue.event("pending"))[2]
        assert "登记工单" in (await desk.event("rates"))[2]
        waiting = await console.town.hears("路上有个坑", category="A2", confidence=0.6)
        assert waiting.ticket_no in (await queue.event("pending"))[2]
        assert (await queue.event("pending-count"))[2] == "1"
        assert "<b>1</b><span>登记工单" in (await desk.event("rates"))[2]


async def test_a_decision_that_waits_appears_and_goes_without_a_reload(console):
    """A reply comes before the reviewers as soon as it is given, and leaves their list with their word."""
    ticket = await console.town.signs(await console.town.hears("小广告贴满楼道"))
    async with console.browser("dispatcher") as dispatcher, _open(dispatcher, "/operator/stream") as desk:
        assert "没有待审核的答复" in (await desk.event("review"))[2]
        answered = await console.town.replies(ticket)
        assert ticket.ticket_no in (await desk.event("review"))[2]
        passed = {"command": "pass_review", "expected_version": str(answered.version)}
        await dispatcher.post(f"/tickets/{ticket.ticket_no}/commands", data=passed)
        assert "没有待审核的答复" in (await desk.event("review"))[2]


async def test_a_clerk_of_another_unit_hears_nothing_of_it(console):
    """The page's stream is that of the clerk's own unit, whatever the page asks."""
    ticket = await console.town.hears("小广告贴满楼道")
    await console.publishes()
    async with console.browser("other") as browser, _open(browser, "/unit/stream?after=0") as stream:
        board = await stream.event("board")
        await stream.event("trouble")
        assert await stream.quiet(0.6)

    assert ticket.ticket_no not in board[2]


async def _is_shut_out(console):
    await console.accounts.disable("lead", by="shell:root", at=console.town.clock.now())


async def _gets_new_credentials(console):
    await console.accounts.reset("lead", by="shell:root", at=console.town.clock.now())


async def _moves_to_another_unit(console):
    await console.accounts.change("lead", role=Role.UNIT_CLERK, unit_code=OTHER, by="shell:root", at=console.town.clock.now())


@pytest.mark.parametrize("happens", [_is_shut_out, _gets_new_credentials, _moves_to_another_unit])
async def test_a_stream_ends_with_its_readers_right_however_much_news_there_is(console, happens):
    """Nothing is sent on an answer that is older than 15 s, neither to a program nor to a page."""
    path = f"/api/v1/units/{LEAD}/stream"
    async with (
        console.program("lead") as program,
        console.browser("lead") as browser,
        _open(program, path) as stream,
        _open(browser, "/unit/stream?after=0") as page,
    ):
        await console.town.hears("第1条街有小广告")
        await console.publishes()
        heard = [await stream.event("dispatch.item"), await page.event("news")]
        await happens(console)
        console.town.clock.passes(timedelta(seconds=15))
        await console.town.hears("第2条街有小广告")
        await console.publishes()
        rest = [await stream.rest(), await page.rest()]

    assert [number for number, _, _ in heard] == ["1", "1"]
    assert rest == [[], []]


async def test_a_stream_goes_on_while_its_reader_may_read(console):
    """The account is asked, and the news go on."""
    async with console.program("lead") as program, _open(program, f"/api/v1/units/{LEAD}/stream") as stream:
        for number in ("1", "2"):
            await console.town.hears(f"第{number}条街有小广告")
            await console.publishes()
            assert (await stream.event())[0] == number
            console.town.clock.passes(timedelta(seconds=15))


@pytest.mark.parametrize(
    ("who", "path"), [("lead", "/unit/stream"), ("operator", "/operator/stream"), ("supervisor", "/supervisor/stream")]
)
async def test_a_page_does_not_outlive_its_session(console, who, path):
    """Twelve hours after the log-in the open page is told nothing more."""
    async with console.browser(who) as browser, _open(browser, path) as stream:
        await stream.event("trouble")  # the last region of the first drawing
        console.town.clock.passes(timedelta(hours=12))
        await console.town.hears("路上有个坑", category="A2", confidence=0.6)
        await console.town.hears("小广告贴满楼道")
        await console.publishes()
        assert await stream.rest() == []
