"""The exporter as Prometheus meets it: real database, real broker, real scrapes, real rules."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from uuid import UUID

import pytest
from kafka.admin import KafkaAdminClient
from structlog.testing import capture_logs

from dispatcher.ports import Effects, StoredDeadline, StreamPosition
from dispatcher.rules.rates import rates
from dispatcher.store.database import Database as Store
from dispatcher.store.database import open_pool
from dispatcher.store.numbers import Numbers
from dispatcher.store.reading import PostgresViews
from dispatcher.store.reconciliation import Reconciliation
from hotline.dashboard import _RATE_SERIES
from hotline.embedded.patience import came_true
from hotline.embedded.ports import LOOPBACK, free_port
from hotline.exporter import Exporter, TopicEnds, serve
from hotline.machine import listening_socket
from models.codes import PauseReason, Stage, TicketState
from models.command import CommandKind
from models.deadline import Pause
from models.errors import TryLater
from models.message import Topic
from streams.intake import GROUP
from streams.topic_ends import TopicEnd, topic_ends
from tests.builders import MONDAY, a_deadline, a_ticket
from tests.integration.story import TOPIC_ID, Town, a_town
from tests.services.databases import Database
from tests.services.kafka_topics import create_topic, produce
from tests.services.prometheus import Prometheus, PrometheusTools, scraping
from tests.services.proxy import Proxy

pytestmark = pytest.mark.integration

PROMETHEUS = Path(__file__).parents[2] / "config" / "prometheus"
DASHBOARD = Path(__file__).parents[2] / "config" / "grafana" / "supervisor.json"
SOON = timedelta(seconds=30)


def story_topics(names: Iterable[str]) -> Mapping[str, TopicEnd]:
    """A broker that holds one message more than the story's intake has settled."""
    return {name: TopicEnd(TOPIC_ID, {0: 100}) for name in names}


def exporter_of(town: Town, ends: TopicEnds = story_topics) -> Exporter:
    """An exporter on the town's database, which looks anew at each scrape."""
    return Exporter(
        numbers=Numbers(town.pool),
        reconciliation=Reconciliation(town.pool, town.profile.categories),
        topic_ends=ends,
        profile=town.profile,
        clock=town.clock,
        model_version=lambda: "story",
        cache_for=timedelta(0),
    )


@asynccontextmanager
async def serving(exporter: Exporter) -> AsyncIterator[str]:
    """The exporter's own HTTP server; yields its address."""
    stopping = asyncio.Event()
    with listening_socket(LOOPBACK, 0, "HOTLINE_METRICS_PORT") as listening:
        server = asyncio.create_task(serve(exporter, listening, stopping))
        yield f"{LOOPBACK}:{listening.getsockname()[1]}"
        stopping.set()
        await server


async def metrics_of(exporter: Exporter) -> dict[str, float]:
    """One scrape in text form: series to value."""
    body, _ = await exporter.scrape("")
    lines = (line.rsplit(" ", 1) for line in body.decode().splitlines() if line and not line.startswith("#"))
    return {series: float(value) for series, value in lines}


async def seen(exporter: Exporter, series: str, value: float) -> bool:
    """Whether ``series`` takes ``value`` soon."""
    until = asyncio.get_running_loop().time() + SOON.total_seconds()
    while (await metrics_of(exporter)).get(series) != value:
        if asyncio.get_running_loop().time() > until:
            return False
        await asyncio.sleep(0.1)
    return True


async def nine_days_pass(town: Town) -> None:
    """Sixteen contacts, fourteen tickets, and what became of them; every number in the tests follows from this.

    Unit SG-ZHZF receives ten tickets: six are finished in time and five of them rated; the one whose citizen is dissatisfied
    is handled again and not replied to a second time. Two are signed and not replied to, two are not even signed.

    Three contacts wait for a person: one is answered, one declined, one dispatched to SG-JT after its category was corrected;
    the unit does nothing, nor does its co-unit SG-JJ. A fourth one waits for ever. Two callers call twice. Of four calls
    without words three are answered.
    """
    tickets = [await town.hears(f"第{number}条街油烟扰民") for number in range(8)]
    tickets += [await town.hears(f"{name}家门口堆垃圾", caller=name) for name in ("甲", "乙")]
    for name in ("甲", "乙"):
        assert await town.hears(f"{name}家门口堆垃圾！", caller=name) is None
    for ticket, rating in zip(tickets, ("非常满意", "5", "满意", "基本满意", "不满意", None), strict=False):
        await town.finishes(ticket, rating=rating)
    for ticket in tickets[6:8]:
        await town.signs(ticket)
    guesses = ("A2", "A2", "A7", "A2")
    unsure = [await town.hears(f"说不清的事{number}", category=guess, confidence=0.4) for number, guess in enumerate(guesses)]
    await town.commands(unsure[0], CommandKind.ANSWER, text="已告知办理渠道")
    await town.commands(unsure[1], CommandKind.DECLINE, code="N2")
    await town.commands(unsure[2], CommandKind.CONFIRM, category="A2")
    for answered_after in (timedelta(seconds=4), timedelta(seconds=90), timedelta(seconds=9), None):
        await town.is_called(answered_after=answered_after)
    town.clock.passes(timedelta(days=9))
    assert await town.sweeps() > 0


BY_HAND = {
    "M04": 3 / 4,
    "M13": 1 / 13,
    "M16": 10 / 11,
    "M16a": 1 / 1,
    "M17": 13 / 14,
    "M18": 2 / 15,
    "M21": 8 / 11,
    "M23": 6 / 11,
    "M24": 6 / 12,
    "M42": 5 / 7,
    "M43": 4 / 5,
    "M43a": 6 / 7,
    "M43b": 3 / 5,
}


@pytest.mark.prometheus
class TestPrometheus:
    """A real Prometheus scrapes, evaluates our rules and answers PromQL."""

    async def test_it_answers_with_the_numbers_that_were_counted_by_hand(
        self, database: Database, prometheus_tools: PrometheusTools, tmp_path: Path
    ) -> None:
        """SLA, completion, satisfaction in three bases, open, overdue: each as a clerk with a tally would say."""
        async with a_town(database.app_url) as town:
            await nine_days_pass(town)
            async with serving(exporter_of(town)) as address:
                answers = await asyncio.to_thread(_ask, prometheus_tools, tmp_path, address, _QUESTIONS)

            told = {rate.code: rate.value for rate in rates(await Numbers(town.pool).counts(None))}

        assert answers == {question: pytest.approx(expected) for question, expected in _QUESTIONS.items()}
        assert told == {code: pytest.approx(value) for code, value in BY_HAND.items()}

    async def test_every_panel_of_the_dashboard_is_answered(
        self, database: Database, prometheus_tools: PrometheusTools, tmp_path: Path
    ) -> None:
        """No expression is refused; each has data, but for those that look back further than Prometheus is old."""
        panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
        expressions = [target["expr"] for panel in panels for target in panel.get("targets", ())]
        young = [expression for expression in expressions if not re.search(r"\[|_1h|_1d|_7d", expression)]
        async with a_town(database.app_url) as town:
            await nine_days_pass(town)
            async with serving(exporter_of(town)) as address:
                asked = partial(_answered, prometheus_tools, tmp_path, address, expressions, wanted=young)
                answered = await asyncio.to_thread(asked)

        assert set(young) <= answered
        assert len(young) > 25

    @pytest.mark.parametrize("tests", ["hotline_test.yml", "hotline_long_test.yml"])
    def test_the_rules_pass_their_own_tests(self, promtool: Path, tests: str) -> None:
        """Rates and alerts on series written by hand, evaluated by Prometheus's own tool."""
        said = _said_by(promtool, "test", "rules", str(PROMETHEUS / "tests" / tests))

        assert said.returncode == 0, said.stdout.decode()

    def test_rules_and_example_are_valid(self, promtool: Path) -> None:
        """Nobody starts with a configuration that Prometheus refuses."""
        said = _said_by(promtool, "check", "config", str(PROMETHEUS / "prometheus.yml"))

        assert said.returncode == 0, said.stdout.decode()

    async def test_its_own_parser_accepts_the_exposition(self, database: Database, promtool: Path) -> None:
        """``promtool check metrics`` reads every line; all it would have otherwise is a calendar that counts in seconds."""
        async with a_town(database.app_url) as town:
            await nine_days_pass(town)
            body, _ = await exporter_of(town).scrape("")

        said = await asyncio.to_thread(_said_by, promtool, "check", "metrics", given=body)

        assert said.stdout.decode().splitlines() == ['hotline_calendar_days_left use base unit "seconds" instead of "days"']


_QUESTIONS: Mapping[str, float] = {
    **{f"{series}": BY_HAND[code] for code, series in _RATE_SERIES.items()},
    'unit:hotline_resolve_on_time:ratio{unit="SG-ZHZF"}': 6 / 10,
    'unit:hotline_resolve_on_time:ratio{unit="SG-JT"}': 0,
    'unit:hotline_completion:ratio{unit="SG-ZHZF"}': 6 / 10,
    'unit:hotline_satisfaction:ratio{unit="SG-ZHZF", basis="旧口径"}': 6 / 7,
    "sum(hotline_contacts_total)": 16,
    "sum(hotline_tickets_registered_total)": 14,
    'hotline_contacts_settled_total{fate="merged"}': 2,
    'hotline_dispatched_total{unit="SG-JT", mode="manual"}': 1,
    'hotline_open_tickets{unit="SG-ZHZF", state="signed"}': 2,
    'hotline_open_tickets{unit="SG-ZHZF", state="dispatched"}': 2,
    'hotline_tickets_overdue{unit="SG-ZHZF"}': 5,
    'hotline_tickets_overdue{unit="SG-JT"}': 1,
    'hotline_tickets_overdue{unit="hotline"}': 1,
    "hotline_review_queue": 1,
    "hotline_deadline_unswept": 0,
    'hotline_consumer_lag{topic="hotline.contacts"}': 84,
    "sum(hotline_reconciliation_difference)": 0,
    "min(hotline_exporter_up)": 1,
    'hotline_stage_seconds_count{stage="sign", urgency="一般"}': 8,
    "sum(hotline_classify_confidence_count)": 14,
    'count(hotline_unit_info{unit="SG-JT", name="市交通运输局"})': 1,
    'hotline_corrections_total{level1="A", kind="category"}': 1,
    'city:hotline_corrections:ratio{kind="unit"}': 0,
    'hotline_model_info{version="story"}': 1,
}


class TestAnswers:
    """What one scrape says."""

    async def test_a_database_that_is_away_costs_its_numbers_and_nothing_else(
        self, database: Database, database_proxy: Proxy
    ) -> None:
        """While PostgreSQL cannot be reached the answer comes, says so, and shows no old number; then all are back."""
        async with a_town(database.reached_at(database_proxy.port).app_url) as town:
            await town.hears("路灯不亮")
            exporter = exporter_of(town)
            assert (await metrics_of(exporter))['hotline_contacts_total{channel="P"}'] == 1.0

            database_proxy.cut()
            without = await metrics_of(exporter)
            database_proxy.restore()

            assert without['hotline_exporter_up{source="database"}'] == 0.0
            assert not [series for series in without if series.startswith(("hotline_contacts", "hotline_open"))]
            assert await seen(exporter, 'hotline_contacts_total{channel="P"}', 1.0)

    async def test_gauges_count_what_the_pages_show(self, database: Database) -> None:
        """A paused clock is neither overdue nor due soon, and for what the machine serves nobody decides."""
        now = MONDAY + timedelta(days=3)
        paused = a_ticket("TT20260518P0000010", contact_id=UUID(int=1), state=TicketState.HANDLING, lead_unit="U-LAMP")
        machine = a_ticket("TT20260518P0000028", contact_id=UUID(int=2), self_service=True)
        pause = Pause(start=MONDAY + timedelta(hours=1), end=None, reason=PauseReason.MATERIAL)
        works = [
            a_deadline(Stage.RESOLVE, due=due, pauses=(pause,))
            for due in (MONDAY + timedelta(hours=2), now + timedelta(hours=1))
        ]
        async with open_pool(database.app_url, size=2) as pool:
            async with Store(pool).open_work() as work:
                deadlines = [StoredDeadline(paused.ticket_no, number, each) for number, each in enumerate(works, start=1)]
                await work.apply(Effects(new_tickets=[paused, machine], new_deadlines=deadlines), slot=0)
            standing = (await Numbers(pool).reading(now, due_soon=[timedelta(days=1)])).standing
            page = await PostgresViews(pool).supervision(now=now, soon=now + timedelta(days=1), today=now.date())
            queue = await PostgresViews(pool).pending(limit=10)

        assert (standing.overdue, standing.due_soon, page.overdue) == ({}, {}, ())
        assert standing.review_queue == queue.total == 0

    async def test_a_difference_is_shown_within_a_minute_of_counting(self, database: Database) -> None:
        """A counter that lies is visible by family, without anybody running a command."""
        async with a_town(database.app_url) as town:
            await town.finishes(await town.hears("路灯不亮"))
            async with town.pool.connection() as connection:
                await connection.execute("UPDATE rollups SET value = value + 2 WHERE family = 'hotline_closed_total'")
            exporter = exporter_of(town)
            watching = asyncio.create_task(exporter.watch())

            assert await seen(exporter, 'hotline_reconciliation_difference{family="hotline_closed_total"}', 2.0)
            assert await seen(exporter, 'hotline_reconciliation_difference{family="hotline_contacts_total"}', 0.0)
            watching.cancel()

    async def test_a_broker_that_is_away_costs_the_lag_alone(self, database: Database) -> None:
        """The counters come from PostgreSQL and go on; the lag is unknown, not 0."""

        def away(_: Iterable[str]) -> Mapping[str, TopicEnd]:
            raise TryLater("no broker")

        async with a_town(database.app_url) as town:
            exporter = exporter_of(town, away)
            watching = asyncio.create_task(exporter.watch())
            assert await seen(exporter, 'hotline_exporter_up{source="reconciliation"}', 1.0)
            told = await metrics_of(exporter)
            watching.cancel()

        assert told['hotline_exporter_up{source="broker"}'] == 0.0
        assert told['hotline_exporter_up{source="database"}'] == 1.0
        assert not [series for series in told if series.startswith("hotline_consumer_lag")]

    async def test_a_database_that_is_away_is_not_called_a_broker(self, database: Database, database_proxy: Proxy) -> None:
        """The lag needs both; without PostgreSQL it is unknown, and the broker is there."""
        async with a_town(database.reached_at(database_proxy.port).app_url) as town:
            exporter = exporter_of(town)
            database_proxy.cut()
            with capture_logs() as logs:
                await exporter._broker.look()
            told = await metrics_of(exporter)

        assert [(event["event"], event["source"]) for event in logs] == [("source_away", "database")]
        assert told['hotline_exporter_up{source="broker"}'] == 1.0
        assert told['hotline_exporter_up{source="database"}'] == 0.0
        assert not [series for series in told if series.startswith("hotline_consumer_lag")]


class TestLag:
    """The broker's ends against PostgreSQL's offsets (decision 1)."""

    async def test_what_is_on_the_topic_and_not_settled_is_lag(self, database: Database, fresh_broker) -> None:
        """Five messages: lag 5 before any worker came, 3 after it settled two, 5 again for a topic made anew."""
        bootstrap = fresh_broker.bootstrap
        create_topic(bootstrap, Topic.CONTACTS)
        _produce_one_by_one(bootstrap, 5)
        async with a_town(database.app_url) as town:
            exporter = exporter_of(town, partial(topic_ends, bootstrap))
            assert await exporter._lags() == {Topic.CONTACTS: 5}

            topic_id = topic_ends(bootstrap, [Topic.CONTACTS])[Topic.CONTACTS].topic_id
            await _settle(town, topic_id, next_offset=2)
            assert await exporter._lags() == {Topic.CONTACTS: 3}

            await asyncio.to_thread(_make_anew, bootstrap, Topic.CONTACTS)
            _produce_one_by_one(bootstrap, 5)
            assert await exporter._lags() == {Topic.CONTACTS: 5}

    async def test_a_topic_that_nobody_made_has_no_lag(self, database: Database, fresh_broker) -> None:
        """Before the first start there is nothing to be behind."""
        async with a_town(database.app_url) as town:
            assert await exporter_of(town, partial(topic_ends, fresh_broker.bootstrap))._lags() == {}


class TestProcess:
    """``hotline exporter`` as an operator starts it."""

    def test_it_serves_until_it_is_asked_to_stop(self, database: Database, broker) -> None:
        """Metrics come, the health check answers, and SIGTERM ends it in good order."""
        port = free_port()
        with _process(database, broker.bootstrap, port) as process:
            assert came_true(lambda: _get(port, "/healthz") == (200, b"ok\n"), within=SOON)
            status, body = _get(port, "/metrics")
            process.send_signal(signal.SIGTERM)

            assert process.wait(timeout=SOON.total_seconds()) == 0
        assert status == 200
        assert b'hotline_exporter_up{source="database"} 1.0' in body
        assert b"hotline_dispatched_total{mode=" in body or b"hotline_dispatched_total{unit=" in body

    def test_a_port_that_is_taken_is_told_in_one_sentence(self, database: Database, broker) -> None:
        """Exit code 2 and the address, no traceback."""
        with listening_socket(LOOPBACK, 0, "HOTLINE_METRICS_PORT") as taken:
            port = taken.getsockname()[1]
            with _process(database, broker.bootstrap, port) as process:
                _, said = process.communicate(timeout=SOON.total_seconds())

        assert process.returncode == 2
        assert f"{LOOPBACK}:{port}" in said.decode()
        assert "Traceback" not in said.decode()


def _said_by(promtool: Path, *arguments: str, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run([promtool, *arguments], input=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


@contextmanager
def _prometheus(tools: PrometheusTools, directory: Path, address: str) -> Iterator[Prometheus]:
    config = scraping({"hotline": [address]})
    with Prometheus(tools, directory, config=config, rules=[PROMETHEUS / "rules" / "hotline.yml"]) as prometheus:
        yield prometheus


def _ask(tools: PrometheusTools, directory: Path, address: str, questions: Mapping[str, float]) -> dict[str, float | None]:
    """The answers, as soon as each question has one."""
    with _prometheus(tools, directory, address) as prometheus:
        came_true(lambda: all(_one(prometheus, question) is not None for question in questions), within=SOON)
        # The slow sources are looked at once before the first scrape is complete; wait until they agree too.
        came_true(lambda: _one(prometheus, "min(hotline_exporter_up)") == 1, within=SOON)
        return {question: _one(prometheus, question) for question in questions}


def _one(prometheus: Prometheus, question: str) -> float | None:
    found = prometheus.query(question)
    assert len(found) < 2, question
    return found[0].value if found else None


def _answered(tools: PrometheusTools, directory: Path, address: str, expressions: list[str], *, wanted: list[str]) -> set[str]:
    """Which expressions have data; waits until the wanted ones do. Prometheus refuses a wrong one with an error."""
    with _prometheus(tools, directory, address) as prometheus:
        came_true(lambda: all(prometheus.query(expression) for expression in wanted), within=SOON)
        return {expression for expression in expressions if prometheus.query(expression)}


async def _settle(town: Town, topic_id: UUID, *, next_offset: int) -> None:
    position = StreamPosition(GROUP, Topic.CONTACTS, topic_id, 0)
    async with town.database.open_work() as work:
        await work.next_offsets([position])
        await work.advance({position: next_offset})


def _produce_one_by_one(bootstrap: str, messages: int) -> None:
    """Each message is a batch of its own: the embedded broker tells the end of a topic as the last batch's first offset."""
    for _ in range(messages):
        produce(bootstrap, Topic.CONTACTS, b"{}")


def _make_anew(bootstrap: str, topic: str) -> None:
    before = topic_ends(bootstrap, [topic])[topic].topic_id
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.delete_topics([topic])
    assert came_true(lambda: topic_ends(bootstrap, [topic]) == {}, within=SOON)
    create_topic(bootstrap, topic)
    admin.close()
    assert came_true(lambda: topic in topic_ends(bootstrap, [topic]), within=SOON)
    assert topic_ends(bootstrap, [topic])[topic].topic_id != before


@contextmanager
def _process(database: Database, bootstrap: str, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")},
        "HOTLINE_DATABASE_URL": database.app_url,
        "HOTLINE_KAFKA": bootstrap,
        "HOTLINE_PROFILE": "shouguang",
        "HOTLINE_METRICS_PORT": str(port),
    }
    command = [sys.executable, "-m", "hotline", "exporter"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def _get(port: int, path: str) -> tuple[int, bytes]:
    connection = HTTPConnection(LOOPBACK, port, timeout=10)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    except ConnectionRefusedError:
        return 0, b""
    finally:
        connection.close()
