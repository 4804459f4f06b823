"""The call platform's doors: news of a call in any order, words while they are spoken, or the whole transcript."""

import pytest

from dispatcher.workflow.finish_call import finish_calls
from models.codes import CallState
from tests.builders import PHONE

QUEUED = {"seq": 2, "at": "2026-05-18T08:59:40+08:00", "state": "queued", "ani": PHONE, "ivr": ["1"], "queue": "综合"}
HANGUP = {"seq": 5, "at": "2026-05-18T08:59:58+08:00", "state": "hangup", "side": "user"}
LAMP = {"seg": 1, "spk": "caller", "text": "中山路的路灯坏了三天", "conf": 0.93, "start_ms": 0, "end_ms": 2100}
TRANSCRIPT = {
    "ani": PHONE,
    "start": "2026-05-18T08:59:30+08:00",
    "answer": "2026-05-18T08:59:40+08:00",
    "hangup": "2026-05-18T08:59:58+08:00",
    "ivr": ["1"],
    "segments": [{"spk": "agent", "text": "您好"}, {"spk": "caller", "text": "路灯坏了", "conf": 0.9}],
}


async def _post(console, what, body, *, call="C-1", user="operator-1"):
    async with console.client(user) as client:
        return await client.post(f"/api/v1/calls/{call}/{what}", json=body)


async def _finish(console, **span):
    console.clock.advance(**span)
    doors = console.doors
    return await finish_calls(city=doors.city, vault=doors.vault, open_work=doors.open_work, clock=doors.clock)


async def test_a_call_told_live_becomes_the_contact_that_its_first_news_promised(console):
    """202 after the commit each time, with the id of the contact that will come; then the contact is there."""
    queued = await _post(console, "states", QUEUED)
    said = await _post(console, "segments", [LAMP, {**LAMP, "seg": 2, "text": "一到晚上就黑", "final": False}])
    ended = await _post(console, "states", [HANGUP, QUEUED])
    await _finish(console, seconds=10)

    (contact,) = console.store.tables.contacts.values()
    assert [answer.status_code for answer in (queued, said, ended)] == [202, 202, 202]
    assert {answer.json()["contact_id"] for answer in (queued, said, ended)} == {str(contact.contact_id)}
    assert contact.raw_text == "中山路的路灯坏了三天 一到晚上就黑"
    assert (await _post(console, "segments", LAMP)).json()["status"] == "ended"


async def test_the_menus_keys_may_be_told_with_labels_and_times(console):
    """The path through the menu is kept as a list, however much the platform knows of it."""
    key = {"key": "3", "label": "营商", "at": "2026-05-18T08:59:35+08:00"}
    await _post(console, "states", [{**QUEUED, "ivr": [key, "9"]}, HANGUP])
    await _finish(console, seconds=10)

    assert list(console.store.tables.calls["C-1"].settled.course.ivr) == [key, {"key": "9"}]


async def test_a_transcript_is_one_contact_and_one_call(console):
    """What the operator said is left out; the call's times are kept."""
    answer = await _post(console, "transcript", TRANSCRIPT)
    again = await _post(console, "transcript", TRANSCRIPT)

    (contact,) = console.store.tables.contacts.values()
    course = console.store.tables.calls["C-1"].settled.course
    assert (answer.status_code, answer.json()["status"]) == (202, "accepted")
    assert again.json() == {"contact_id": str(contact.contact_id), "status": "already_accepted"}
    assert (contact.raw_text, contact.asr_confidence) == ("路灯坏了", 0.9)
    assert console.vault.open(contact.sealed).phone == PHONE
    assert (course.began_at, course.result.value) == (contact.received_at, "answered")
    assert console.store.count("hotline_calls_total") == 1


async def test_an_empty_number_makes_no_caller(console):
    """A withheld number must not join all anonymous callers into one."""
    await _post(console, "transcript", {**TRANSCRIPT, "ani": ""})
    await _post(console, "transcript", {**TRANSCRIPT, "ani": ""}, call="C-2")

    assert len({contact.caller_ref for contact in console.store.tables.contacts.values()}) == 2


@pytest.mark.parametrize(
    ("what", "body", "reason"),
    [
        ("states", {**QUEUED, "state": "dancing"}, "state"),
        ("states", {**QUEUED, "at": "2026-05-18T09:00:00"}, "timezone"),
        ("states", {**QUEUED, "at": "2999-05-18T09:00:00+08:00"}, "future"),
        ("states", {**QUEUED, "seq": -1}, "seq"),
        ("states", [], "1 to 1000"),
        ("segments", {**LAMP, "conf": 2}, "conf"),
        ("segments", {"spk": "caller", "text": "没有编号"}, "seg"),
        ("segments", {**LAMP, "text": "灯" * 10_001}, "text"),
        ("segments", [LAMP] * 1001, "1 to 1000"),
        ("transcript", {**TRANSCRIPT, "call_id": "C-9"}, "differs"),
        ("transcript", {**TRANSCRIPT, "start": "2999-05-18T09:00:00+08:00"}, "future"),
        ("transcript", {**TRANSCRIPT, "segments": [{"spk": "agent", "text": "您好"}]}, "empty"),
    ],
)
async def test_bad_news_is_refused_with_its_reason_and_nothing_is_stored(console, what, body, reason):
    """The refusal says what is wrong, without the citizen's words or number."""
    answer = await _post(console, what, body)

    assert answer.status_code == 422
    assert reason in answer.json()["detail"]
    assert PHONE not in answer.text
    assert console.store.tables.calls == {}


async def test_a_unit_tells_no_calls(console):
    """Calls come from the platform, which has an operator's token."""
    for what, body in (("states", QUEUED), ("segments", LAMP), ("transcript", TRANSCRIPT)):
        assert (await _post(console, what, body, user="lamps-1")).status_code == 403


async def test_every_state_of_the_list_is_taken(console):
    """Held, transferred and joined calls run on."""
    for number, state in enumerate(CallState):
        answer = await _post(console, "states", {**QUEUED, "seq": number, "state": state.value})
        assert answer.status_code == 202
