"""What programs hand in over HTTP is stored before they hear 202, once, or refused whole."""

import pytest

from console.protection import BODY_LIMIT
from models.codes import Channel
from models.contact import MAX_TEXT
from models.errors import TryLater
from tests.builders import NAME, PHONE

LAMP = {"channel": "N", "text": "中山路的路灯坏了三天没人修"}


async def _post(console, body, *, key="k-1", user="operator-1"):
    headers = {"Idempotency-Key": key} if key else {}
    async with console.client(user) as client:
        return await client.post("/api/v1/contacts", json=body, headers=headers)


def _stored(console):
    return list(console.store.tables.contacts.values())


async def test_a_contact_is_stored_before_the_door_says_so(console):
    """202 means that the contact is committed; phone and name are in the vault, and no announcement holds them."""
    answer = await _post(console, {**LAMP, "phone": PHONE, "name": NAME, "district": "东区"})

    (contact,) = _stored(console)
    (message,) = console.store.messages
    assert answer.status_code == 202
    assert answer.json() == [{"contact_id": str(contact.contact_id), "status": "accepted"}]
    assert (contact.channel, contact.district) == (Channel.WEB, "东区")
    assert console.vault.open(contact.sealed).phone == PHONE
    assert PHONE not in str(message.envelope())
    assert NAME not in str(message.envelope())


async def test_a_retry_gets_the_same_answer_and_changes_nothing(console):
    """A program that lost the answer sends again with the same key and learns the same id."""
    first = await _post(console, LAMP)
    second = await _post(console, LAMP)

    assert first.json()[0]["contact_id"] == second.json()[0]["contact_id"]
    assert [answer.json()[0]["status"] for answer in (first, second)] == ["accepted", "already_accepted"]
    assert len(_stored(console)) == 1


async def test_a_store_that_is_away_means_try_later_and_nothing_is_stored(console):
    """503 with Retry-After: the caller may send the same again."""

    def fail():
        raise TryLater("PostgreSQL is away")

    console.store.before_commit = fail
    answer = await _post(console, LAMP)

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) >= 1
    assert _stored(console) == []


async def test_a_batch_is_answered_in_its_order(console):
    """Every item of a batch has its own key; two with the same one are one contact."""
    batch = [{**LAMP, "source_id": "a"}, {**LAMP, "channel": "电话", "source_id": "b"}, {**LAMP, "source_id": "a"}]
    answer = await _post(console, batch, key=None)

    statuses = [item["status"] for item in answer.json()]
    assert statuses == ["accepted", "accepted", "already_accepted"]
    assert answer.json()[0]["contact_id"] == answer.json()[2]["contact_id"]
    assert len(_stored(console)) == 2


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"text": "  "}, "empty"),
        ({"text": "灯" * (MAX_TEXT + 1)}, str(MAX_TEXT)),
        ({"channel": "传真"}, "channel"),
        ({"received_at": "2999-01-01T00:00:00+08:00"}, "future"),
        ({"received_at": "2026-05-18T09:00:00"}, "timezone"),
        ({"source_id": ""}, "source_id"),
        ({"telephone": "x"}, "telephone"),
    ],
)
async def test_one_bad_item_refuses_the_whole_batch_by_its_place(console, bad, reason):
    """Nothing of the batch is stored; the answer names the item, counted from 0, and the reason."""
    batch = [{**LAMP, "source_id": "a"}, {**LAMP, "source_id": "b", **bad}]
    answer = await _post(console, batch, key=None)

    assert answer.status_code == 422
    assert answer.json()["index"] == 1
    assert reason in answer.json()["detail"]
    assert _stored(console) == []


async def test_a_refusal_never_repeats_what_was_sent(console):
    """A phone number in the wrong field must not come back in an error that somebody logs."""
    answer = await _post(console, {**LAMP, "received_at": PHONE + "x"})

    assert answer.status_code == 422
    assert PHONE not in answer.text


async def test_a_single_contact_needs_its_key(console):
    """Without Idempotency-Key a retry would be a second contact."""
    answer = await _post(console, LAMP, key=None)

    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json()["detail"]


@pytest.mark.parametrize(("body", "character"), [(b'{"channel":"N","text":}', 23), (b'[{"text":"\xe7\x81\xaf"}', 14)])
async def test_a_body_that_is_no_json_is_told_so_with_the_place(console, body, character):
    """The place is a character, counted from 1, not an item of a batch; what was sent is not repeated."""
    async with console.client("operator-1") as client:
        answer = await client.post(
            "/api/v1/contacts", content=body, headers={"Idempotency-Key": "K-1", "Content-Type": "application/json"}
        )

    assert answer.status_code == 422
    assert answer.json()["error"] == "invalid"
    assert "index" not in answer.json()
    assert answer.json()["detail"].startswith("the body is no JSON: ")
    assert answer.json()["detail"].endswith(f"at character {character}")


@pytest.mark.parametrize("batch", [[], [{**LAMP, "source_id": str(n)} for n in range(1001)]])
async def test_a_batch_has_a_size(console, batch):
    """An empty batch is a mistake; one above 1,000 holds a transaction too long."""
    answer = await _post(console, batch, key=None)

    assert answer.status_code == 422
    assert _stored(console) == []


async def test_a_body_that_is_too_large_is_not_read(console):
    """413 instead of filling the memory."""
    async with console.client("operator-1") as client:
        answer = await client.post("/api/v1/contacts", content=b"[" + b" " * BODY_LIMIT + b"]")

    assert answer.status_code == 413
    assert _stored(console) == []


@pytest.mark.parametrize(("user", "status"), [(None, 401), ("nobody", 401), ("lamps-1", 403)])
async def test_only_the_hotlines_own_may_hand_in(console, user, status):
    """A member unit answers requests; it does not make them."""
    answer = await _post(console, LAMP, user=user)

    assert answer.status_code == status
    assert _stored(console) == []


CALL = {
    "call_id": "C-0001",
    "ani": PHONE,
    "start": "2026-05-18T08:50:00+08:00",
    "answer": "2026-05-18T08:50:06+08:00",
    "hangup": "2026-05-18T08:53:00+08:00",
    "ivr": ["1"],
    "queue": "综合",
    "segments": [
        {"spk": "agent", "text": "您好12345", "start_ms": 0, "end_ms": 2000, "conf": 0.99},
        {"spk": "caller", "text": "中山路的路灯坏了", "start_ms": 2100, "end_ms": 6000, "conf": 0.9},
        {"spk": "caller", "text": "黑的", "start_ms": 6100, "end_ms": 7000, "conf": 0.4},
    ],
}


async def test_a_finished_call_becomes_a_contact_of_what_the_caller_said(console):
    """The operator's own words are left out, the clock starts when the call did, the number goes to the vault."""
    async with console.client("operator-1") as client:
        answers = [await client.post("/api/v1/calls/C-0001/transcript", json=CALL) for _ in range(2)]

    (contact,) = _stored(console)
    assert [answer.status_code for answer in answers] == [202, 202]
    assert [answer.json()["status"] for answer in answers] == ["accepted", "already_accepted"]
    assert contact.raw_text == "中山路的路灯坏了 黑的"
    assert contact.received_at.isoformat() == "2026-05-18T08:50:00+08:00"
    assert contact.asr_confidence == pytest.approx((8 * 0.9 + 2 * 0.4) / 10)
    assert console.vault.open(contact.sealed).phone == PHONE


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"segments": []}, "empty"), ({"call_id": "C-0002"}, "call_id"), ({"start": "2999-01-01T00:00:00Z"}, "future")],
)
async def test_a_call_that_cannot_be_a_request_is_refused(console, change, reason):
    """Nothing is stored of a call without words, under two ids, or from the future."""
    async with console.client("operator-1") as client:
        answer = await client.post("/api/v1/calls/C-0001/transcript", json={**CALL, **change})

    assert answer.status_code == 422
    assert reason in answer.json()["detail"]
    assert _stored(console) == []
