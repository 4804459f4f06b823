"""The acceptance stories that are told in messages, through the doors: HTTP, PostgreSQL, relay, Kafka and worker.

The replay plays them in virtual time with an intake of its own; here the product's processes do, in real time. Whatever
time does not decide must come out the same: what becomes of each contact, as what its tickets are taken, which units see them.
"""

import asyncio
import json
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID
from xml.sax.saxutils import escape

import httpx
import pytest
from argon2 import PasswordHasher

from console.channels.wechat import signature_of
from dispatcher.store.accounts import PostgresAccounts
from dispatcher.store.chronicle import Chronicle
from dispatcher.store.database import Database as Store
from dispatcher.store.database import open_pool
from dispatcher.workflow.city import City
from hotline.bootstrap import SystemClock
from hotline.embedded.broker import EmbeddedBroker
from hotline.embedded.patience import came_true
from hotline.embedded.ports import LOOPBACK, free_port
from hotline.replay.driver import Replay
from hotline.replay.events import Event, Kind, read_events
from hotline.replay.outcome import outcome_of
from models.codes import Channel, Role
from models.contact import Submission, call_contact_id
from tests.acceptance.judge import misses
from tests.services.databases import Database
from tests.services.models import TrainedModels
from tests.services.stack import Stack

pytestmark = pytest.mark.integration

STORIES = Path(__file__).parents[1] / "acceptance" / "stories"

_TOLD = frozenset(Kind) - {Kind.TICKET, Kind.COMMAND, Kind.MATRIX, Kind.ARTICLE}
_TIME_DECIDES = frozenset(
    {
        "move-car-asked-again",  # more than an hour passes
        "move-car-escalated",  # half an hour passes
        "move-car-five-a-month",  # two months pass
        "odd-shapes",  # the doors refuse what the replay buries
        "one-number-in-many-spellings",  # the numbers here are longer, to tell the stories' callers apart
        "one-question-for-too-few-words",  # a quarter of an hour passes
    }
)
_COMPARED = ("contacts", "tickets", "dispatches")
_OF_TIME = ("at", "due", "start", "days", "met", "deadlines", "registered_at")
_TOKEN = "hotline12345"
_SETTLES_WITHIN = timedelta(seconds=60)


def _told_in_messages() -> list[Path]:
    """Return the stories that consist of what citizens say, and of nothing that time decides."""
    stories = (story for story in sorted(STORIES.glob("*.jsonl")) if story.stem not in _TIME_DECIDES)
    return [story for story in stories if {event.kind for event in read_events(story)} <= _TOLD]


class _Hotline(Stack):
    """The product with its doors open, for one city."""

    console_port: int

    @property
    def environment(self) -> dict[str, str]:
        """The settings of every process."""
        return {
            **super().environment,
            "HOTLINE_SESSION_KEY": "6" * 64,
            "HOTLINE_CONSOLE_PORT": str(self.console_port),
            "HOTLINE_WECHAT_TOKEN": _TOKEN,
        }

    @property
    def url(self) -> str:
        """Where the doors are."""
        return f"http://{LOOPBACK}:{self.console_port}"

    def is_open(self) -> bool:
        """Whether the doors answer."""
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False


@contextmanager
def _open_hotline(database: Database, models: TrainedModels, directory: Path) -> Iterator[_Hotline]:
    with (
        EmbeddedBroker(directory / "broker") as broker,
        _Hotline(
            database=database,
            bootstrap=broker.bootstrap,
            artifacts=models.directory("haikou"),
            directory=directory,
            profile="haikou",
        ) as hotline,
    ):
        hotline.console_port = free_port()
        hotline.start_relay()
        hotline.start_worker()
        for name in ("serve", "timers"):
            hotline.start_module(name, "hotline", name)
        hotline.until(hotline.is_open, "the doors answer")
        yield hotline


@dataclass
class _Citizens:
    """Everybody of one story, told apart from those of the others; its last event happens now."""

    story: Path
    number: int
    client: httpx.AsyncClient
    names: dict[UUID, str] = field(default_factory=dict)

    async def tell(self) -> None:
        """Bring the story's events to their doors, in their order."""
        events = read_events(self.story)
        shift = datetime.now(UTC) - timedelta(minutes=1) - _last_moment(events)
        for event in events:
            answer = await self._post(event, shift)
            if answer is not None:
                assert answer.status_code in (200, 202), f"{event.where}: {answer.status_code} {answer.text}"

    async def _post(self, event: Event, shift: timedelta) -> httpx.Response | None:
        said = dict(event.said)
        at = (event.at + shift).isoformat()
        match event.kind:
            case Kind.CALL_TRANSCRIPT:
                body = {**said, **{key: _moved(said.get(key), shift) for key in ("start", "answer", "hangup")}}
                body |= {"start": body["start"] or at, "ani": self._caller(said.get("ani")), "call_id": None}
                return await self._of_call(said["call_id"], "transcript", body)
            case Kind.CALL_STATE:
                return await self._of_call(said["call_id"], "states", {**said, "at": at, "ani": self._caller(said.get("ani"))})
            case Kind.CALL_SEGMENT:
                return await self._of_call(said["call_id"], "segments", said)
            case Kind.CONTACT:
                return await self._contact(said, at)
            case Kind.WECHAT_MESSAGE | Kind.WECHAT_EVENT:
                return await self._wechat(said, event.kind, shift)
        return None

    def _id(self, given: object) -> str:
        return f"{self.number}-{given}"

    def _caller(self, given: object) -> str | None:
        return f"{given}{self.number:03d}" if given else None

    async def _of_call(self, call_id: str, what: str, body: Mapping[str, Any]) -> httpx.Response:
        self.names[call_contact_id(self._id(call_id))] = call_id
        told = {key: value for key, value in body.items() if value is not None}
        return await self.client.post(f"/api/v1/calls/{self._id(call_id)}/{what}", json=told)

    async def _contact(self, said: Mapping[str, Any], at: str) -> httpx.Response:
        key = self._id(said["contact_id"])
        channel = next(each for each in Channel if said["channel"] in (each.value, each.label))
        self.names[_id_of(key, channel)] = said["contact_id"]
        body = {"channel": channel.value, "text": said["text"], "received_at": at, "phone": self._caller(said.get("phone"))}
        body |= {key: said[key] for key in ("name", "district") if key in said}
        return await self.client.post("/api/v1/contacts", json=body, headers={"Idempotency-Key": key})

    async def _wechat(self, said: Mapping[str, Any], kind: Kind, shift: timedelta) -> httpx.Response:
        created = int(said["CreateTime"]) + int(shift.total_seconds())
        sender = self._id(said["FromUserName"])
        fields = {"ToUserName": "gh_test", "FromUserName": sender, "CreateTime": created, "MsgType": "event"}
        if kind is Kind.WECHAT_MESSAGE:
            key = self._id(said["MsgId"])
            fields |= {"MsgType": said["MsgType"], "MsgId": key, "Content": said.get("Content", "")}
            self.names[_id_of(key, Channel.WECHAT)] = f"W-{said['MsgId']}"
        else:
            fields |= {"Event": said["Event"], "EventKey": said.get("EventKey", "")}
            used = f"{sender}{created}{said['Event']}{said.get('EventKey', '')}"
            self.names[_id_of(used, Channel.WECHAT)] = f"W-{said.get('EventKey')}"
        body = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in fields.items())
        stamp, nonce = str(int(time.time())), secrets.token_hex(4)
        query = {"timestamp": stamp, "nonce": nonce, "signature": signature_of(_TOKEN, stamp, nonce)}
        return await self.client.post("/wechat", params=query, content=f"<xml>{body}</xml>".encode())


def _id_of(key: str, channel: Channel) -> UUID:
    return Submission(source_id=key, channel=channel, text="", received_at=datetime.now(UTC)).contact_id


def _last_moment(events: Sequence[Event]) -> datetime:
    """Return the last moment of which a story tells, be it the hang-up of a finished call."""
    told = (event.said.get(key) for event in events for key in ("answer", "hangup"))
    return max(*(event.at for event in events), *(datetime.fromisoformat(moment) for moment in told if moment))


def _moved(moment: str | None, shift: timedelta) -> str | None:
    return (datetime.fromisoformat(moment) + shift).isoformat() if moment else None


def _timeless(expected: Any) -> Any:
    """Return an expectation without what time decides."""
    if isinstance(expected, dict):
        return {key: _timeless(value) for key, value in expected.items() if key not in _OF_TIME and not key.endswith("_due")}
    return [_timeless(each) for each in expected] if isinstance(expected, list) else expected


def _compared(expected: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a story's expectation holds whenever it is told; a partial that was about time alone forbids nothing."""
    has = {name: _timeless(expected.get("has", {}).get(name, [])) for name in _COMPARED}
    hasnt = {name: [one for one in expected.get("hasnt", {}).get(name, []) if one == _timeless(one)] for name in _COMPARED}
    return {"has": has, "hasnt": hasnt, "nowhere": expected.get("nowhere", [])}


def _of_story(outcome: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Return the part of the outcome that is one story's, with the names that the story uses."""
    found: dict[str, Any] = {}
    for name in (*_COMPARED, "alerts", "notices", "replies"):
        known = {"contacts": "contact_id", "replies": "to", "tickets": "contact_id"}.get(name, "ticket")
        own = [entry for entry in outcome[name] if str(entry[known]).startswith(prefix)]
        found[name] = json.loads(json.dumps(own, ensure_ascii=False).replace(prefix, ""))
    return found


async def _outcome(hotline: _Hotline, names: Mapping[UUID, str]) -> dict[str, Any]:
    async with open_pool(hotline.database.app_url, size=2) as pool:
        stage: Any = SimpleNamespace(
            chronicle=Chronicle(pool),
            city=City.of(hotline.profile),
            model_version="any",
            database=Store(pool),
            clock=SystemClock(),
        )
        replay = Replay(stage)
        replay.contact_names.update(names)
        return await outcome_of(replay, stage)


async def _tell_all(hotline: _Hotline, stories: Sequence[Path]) -> dict[UUID, str]:
    """Tell the stories side by side, and return what each contact is called: the story's number and its own name."""
    async with open_pool(hotline.database.app_url, size=1) as pool:
        accounts = PostgresAccounts(pool, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        made = await accounts.add(
            "platform", display_name="平台", role=Role.OPERATOR, unit_code=None, by="shell:root", at=datetime.now(UTC)
        )
    headers = {"Authorization": f"Bearer {made.token}"}
    async with httpx.AsyncClient(base_url=hotline.url, headers=headers, timeout=30) as client:
        citizens = [_Citizens(story, number, client) for number, story in enumerate(stories)]
        await asyncio.gather(*(each.tell() for each in citizens))
    return {contact_id: f"{each.number}/{name}" for each in citizens for contact_id, name in each.names.items()}


def test_the_doors_come_to_what_the_replay_comes_to(database: Database, models: TrainedModels, tmp_path: Path) -> None:
    """Every story that is told in messages, all of them at once: fates, tickets and the units' work as expected."""
    stories = _told_in_messages()
    assert len(stories) >= 15
    with _open_hotline(database, models, tmp_path) as hotline:
        names = asyncio.run(_tell_all(hotline, stories))

        def is_settled() -> bool:
            running = hotline.rows("SELECT count(*) FROM calls WHERE settled_at IS NULL")[0][0]
            return running == 0 and hotline.at_rest()

        assert came_true(is_settled, within=_SETTLES_WITHIN), hotline.log_of("worker-1")[-5:]
        outcome = asyncio.run(_outcome(hotline, names))

    wrong = {
        story.stem: found
        for number, story in enumerate(stories)
        if (found := list(misses(_of_story(outcome, f"{number}/"), _compared(_expected(story)))))
    }
    assert not wrong, json.dumps(wrong, ensure_ascii=False, indent=1)


def _expected(story: Path) -> dict[str, Any]:
    expected: dict[str, Any] = json.loads(story.with_suffix(".expect.json").read_text(encoding="utf-8"))
    return expected
