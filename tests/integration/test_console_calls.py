"""Calls told live over HTTP, on a real store: whatever comes at once, each is one contact, one call and one ticket."""

import asyncio
from datetime import timedelta

import pytest

from dispatcher.workflow.finish_call import finish_calls
from tests.builders import PHONE
from tests.integration.console_town import a_console
from tests.integration.story import VAULT
from tests.services.databases import Database

pytestmark = pytest.mark.integration


@pytest.fixture
async def console(database: Database):
    """A town's console."""
    async with a_console(database.app_url) as console:
        yield console


async def _timers(console, how_many):
    tools = {"city": console.town.city, "vault": VAULT, "open_work": console.town.database.open_work}
    return await asyncio.gather(*(finish_calls(**tools, clock=console.town.clock) for _ in range(how_many)))


async def test_a_call_told_backwards_twice_and_at_once_is_one_contact(console):
    """Thirty calls, each piece of news sent twice and all together, then four timers at once: thirty contacts, no more."""
    at = console.town.clock.now().isoformat()
    calls = [f"C-{number}" for number in range(30)]
    async with console.program("operator") as platform:

        async def tells(call):
            states = [
                {"seq": 9, "at": at, "state": "hangup"},
                {"seq": 2, "at": at, "state": "answered"},
                {"seq": 1, "at": at, "state": "queued", "ani": f"{PHONE}{call}"},
            ]
            words = [{"seg": 2, "spk": "caller", "text": f"{call}门口"}, {"seg": 1, "spk": "caller", "text": "路灯坏了"}]
            news = [platform.post(f"/api/v1/calls/{call}/states", json=state) for state in [*states, *states]]
            news += [platform.post(f"/api/v1/calls/{call}/segments", json=piece) for piece in [*words, words]]
            return {answer.status_code for answer in await asyncio.gather(*news)}

        assert [await tells(call) for call in calls] == [{202}] * 30

    console.town.clock.passes(timedelta(seconds=11))
    assert sum(await _timers(console, 4)) == 30

    contacts = await console.asks("SELECT raw_text FROM contacts")
    assert sorted(text for (text,) in contacts) == sorted(f"路灯坏了 {call}门口" for call in calls)
    segments = await console.asks("SELECT envelope FROM outbox WHERE topic = 'hotline.call-segments'")
    assert len(segments) == 60
    assert not any(PHONE in envelope for (envelope,) in segments)
    assert await console.asks("SELECT count(*) FROM vault") == [(30,)]
    assert await console.asks("SELECT sum(value)::int FROM rollups WHERE family = 'hotline_calls_total'") == [(30,)]


async def test_timers_and_a_transcript_at_the_same_moment_make_one_contact(console):
    """Whoever comes first makes it; the other finds it made."""
    now = console.town.clock.now()
    async with console.program("operator") as platform:
        for number in range(10):
            address = f"/api/v1/calls/C-{number}"
            await platform.post(f"{address}/states", json={"seq": 1, "at": now.isoformat(), "state": "hangup"})
            await platform.post(f"{address}/segments", json={"seg": 1, "spk": "caller", "text": "路灯坏了"})
        console.town.clock.passes(timedelta(seconds=11))
        segments = [{"spk": "caller", "text": "路灯坏了三天"}]
        whole = {"start": now.isoformat(), "answer": now.isoformat(), "segments": segments}
        timers, *answers = await asyncio.gather(
            _timers(console, 2), *(platform.post(f"/api/v1/calls/C-{number}/transcript", json=whole) for number in range(10))
        )

    assert {answer.status_code for answer in answers} == {202}
    assert await console.asks("SELECT count(*) FROM contacts") == [(10,)]
    assert await console.asks("SELECT count(*) FROM calls WHERE settled_at IS NOT NULL") == [(10,)]
    fresh = sum(answer.json()["status"] == "accepted" for answer in answers)
    assert fresh + sum(timers) == 10


async def test_who_rang_off_stands_before_the_operators_until_called_back(console):
    """One line a caller, the number masked; shown and taken off by whoever calls back; audited; units have no part in it."""
    numbers = [f"{PHONE[:-1]}{digit}" for digit in (1, 1, 2)]
    at = console.town.clock.now().isoformat()
    async with console.program("operator") as platform:
        for call, ani in enumerate(numbers):
            states = [
                {"seq": 1, "at": at, "state": "queued", "ani": ani, "queue": "综合"},
                {"seq": 2, "at": at, "state": "hangup"},
            ]
            await platform.post(f"/api/v1/calls/C-{call}/states", json=states)
    console.town.clock.passes(timedelta(minutes=31))
    await _timers(console, 1)
    async with console.browser("operator") as operator, console.browser("lead") as unit:
        page = (await operator.get("/operator")).text
        shown = (await operator.post("/operator/missed-calls/number", data={"call_id": "C-0"})).text
        refused = await unit.post("/operator/missed-calls/number", data={"call_id": "C-0"})
        done = await operator.post("/operator/missed-calls", data={"call_id": "C-0", "reached": "true"})
        twice = await operator.post("/operator/missed-calls", data={"call_id": "C-0", "reached": "true"})
    assert page.count('data-missed="') == 2
    assert "139****0001" in page
    assert not any(number in page for number in numbers)
    assert "2 次" in page
    assert numbers[0] in shown
    assert refused.status_code == 403
    assert (done.status_code, twice.status_code) == (200, 422)
    assert await console.asks("SELECT subject FROM access_log WHERE act = 'reveal_contact'") == [("call C-0",)]
    assert await console.asks("SELECT called_back_by, reached FROM missed_calls ORDER BY call_id") == [
        ("operator:operator", True),
        ("operator:operator", True),
        (None, None),
    ]


async def test_an_operator_may_not_limit_a_caller(console):
    """It is the shift lead's decision (domain.md I.1); the list stands before both."""
    await console.asks(
        "INSERT INTO nuisance_callers (caller_ref, asked_at, contact_id, contacts) "
        "VALUES ('c', %s, '00000000-0000-0000-0000-000000000009', 10) RETURNING 1",
        console.town.clock.now(),
    )
    where = "/operator/nuisances/00000000-0000-0000-0000-000000000009"
    async with console.browser("operator") as operator, console.browser("supervisor") as supervisor:
        page = (await operator.get("/operator")).text
        refused = await operator.post(where, data={"limit": "true"})
        limited = await supervisor.post(where, data={"limit": "true"})
        page_after = (await operator.get("/operator")).text

    assert "10 次无效来电" in page
    assert (refused.status_code, limited.status_code) == (403, 200)
    assert "10 次无效来电" not in page_after
