"""The services of the tests are real and break on request."""

import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from kafka import KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from prometheus_client import CollectorRegistry, Counter, start_http_server

from hotline.embedded.patience import came_true
from hotline.embedded.ports import LOOPBACK, free_port
from tests.services.apache_kafka import ApacheKafka, kafka_classpath
from tests.services.databases import Database
from tests.services.fixtures import ProxiedBroker
from tests.services.kafka_topics import consume, create_topic, produce
from tests.services.prometheus import Prometheus, PrometheusTools, Sample, scraping
from tests.services.proxy import Proxy

pytestmark = pytest.mark.integration

SOON = timedelta(seconds=20)


class TestRequirement:
    """A missing service is never overlooked."""

    def test_a_laptop_may_skip_and_the_pipeline_may_not(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without Java a laptop skips the tests of Apache Kafka; with ``CI=true`` they fail and say why."""
        monkeypatch.setenv("PATH", "")

        monkeypatch.delenv("CI", raising=False)
        with pytest.raises(pytest.skip.Exception, match="java is not installed"):
            kafka_classpath()

        monkeypatch.setenv("CI", "true")
        with pytest.raises(pytest.fail.Exception, match="java is not installed"):
            kafka_classpath()


@pytest.mark.kafka
class TestApacheKafka:
    """The real broker of the tests."""

    def test_a_topic_has_the_settings_it_was_made_with(self, apache_kafka: ApacheKafka) -> None:
        """What we declare is what the broker says it has."""
        topic = f"settings-{secrets.token_hex(4)}"
        create_topic(apache_kafka.bootstrap, topic, retention_ms="86400000", cleanup_policy="delete")
        admin = KafkaAdminClient(bootstrap_servers=apache_kafka.bootstrap)

        described = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
        admin.close()

        assert "86400000" in str(described)

    def test_messages_outlive_a_restart_and_a_kill(self, tmp_path: Path) -> None:
        """Topics and messages stay when the broker stops in good order, and when it is killed."""
        with ApacheKafka(tmp_path / "kafka", classpath=kafka_classpath()) as kafka:
            create_topic(kafka.bootstrap, "kept")
            produce(kafka.bootstrap, "kept", b"one", b"two")

            kafka.stop()
            kafka.start()
            assert consume(kafka.bootstrap, "kept", 2) == [b"one", b"two"]

            produce(kafka.bootstrap, "kept", b"three")
            kafka.kill()
            kafka.start()
            assert consume(kafka.bootstrap, "kept", 3) == [b"one", b"two", b"three"]


class TestProxy:
    """The proxy breaks connections the way the failure tests need it."""

    def test_a_cut_connection_is_an_error_and_a_restored_one_works(self, database: Database, database_proxy: Proxy) -> None:
        """While the cut lasts nobody gets through; afterwards everybody does."""
        url = database.reached_at(database_proxy.port).app_url
        connection = psycopg.connect(url)
        connection.execute("SELECT 1")

        database_proxy.cut()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url)

        database_proxy.restore()
        with psycopg.connect(url) as again:
            assert again.execute("SELECT current_user").fetchone() == ("hotline_app",)

    def test_a_commit_can_go_through_without_the_client_learning_of_it(self, database: Database, database_proxy: Proxy) -> None:
        """The hardest moment of a broken network: the answer to a commit is lost, the commit is not."""
        with psycopg.connect(database.owner_url, autocommit=True) as direct:
            direct.execute("CREATE TABLE notes (note text)")
            client = psycopg.connect(database.reached_at(database_proxy.port).owner_url)
            client.execute("INSERT INTO notes VALUES ('committed')")
            database_proxy.hold_answers()

            client.pgconn.send_query(b"COMMIT")
            stored = came_true(lambda: direct.execute("SELECT note FROM notes").fetchall() != [], within=SOON)
            database_proxy.cut()

            assert stored
            with pytest.raises(psycopg.OperationalError):
                client.execute("SELECT 1")

    def test_a_delay_reaches_every_message(self, database: Database, database_proxy: Proxy) -> None:
        """A slow network makes a round trip twice as long as the delay of one way."""
        with (
            psycopg.connect(database.reached_at(database_proxy.port).app_url) as client,
            psycopg.connect(database.owner_url) as direct,
        ):
            database_proxy.delay = timedelta(seconds=0.2)
            before = direct.execute("SELECT clock_timestamp()").fetchone()
            client.execute("SELECT 1")
            after = direct.execute("SELECT clock_timestamp()").fetchone()

        assert before is not None
        assert after is not None
        assert after[0] - before[0] >= timedelta(seconds=0.4)

    def test_a_producer_waits_out_a_cut(self, broker_behind_proxy: ProxiedBroker) -> None:
        """A broker that is away for a moment costs time, not messages."""
        create_topic(broker_behind_proxy.bootstrap, "kept")
        producer = KafkaProducer(bootstrap_servers=broker_behind_proxy.bootstrap)
        producer.send("kept", b"before").get(timeout=10)

        broker_behind_proxy.proxy.cut()
        during = producer.send("kept", b"during")
        broker_behind_proxy.proxy.restore()

        during.get(timeout=30)
        producer.close()
        assert consume(broker_behind_proxy.bootstrap, "kept", 2) == [b"before", b"during"]


RULES = """
groups:
  - name: numbers
    rules:
      - record: job:calls:sum
        expr: sum by (job) (calls_total)
      - alert: TooManyCalls
        expr: job:calls:sum > 2
"""


@pytest.mark.prometheus
class TestPrometheus:
    """The real Prometheus of the tests."""

    @pytest.fixture
    def rules(self, tmp_path: Path) -> Path:
        """A file with one recording rule and one alert."""
        file = tmp_path / "numbers.yml"
        file.write_text(RULES)
        return file

    @pytest.fixture
    def prometheus(self, prometheus_tools: PrometheusTools, tmp_path: Path, rules: Path) -> Iterator[Prometheus]:
        """A server that scrapes a process in which three calls were counted."""
        registry = CollectorRegistry()
        Counter("calls", "Calls so far.", registry=registry).inc(3)
        port = free_port()
        exporter, thread = start_http_server(port, addr=LOOPBACK, registry=registry)
        config = scraping({"hotline": [f"{LOOPBACK}:{port}"]}, every=timedelta(seconds=0.2))
        with Prometheus(prometheus_tools, tmp_path / "prometheus", config=config, rules=[rules]) as server:
            yield server
        exporter.shutdown()
        thread.join()

    def test_what_is_counted_is_scraped_recorded_and_alerted(self, prometheus: Prometheus) -> None:
        """From the process to the alert, everything is done by the programs that a city would run."""
        assert came_true(lambda: bool(prometheus.query("job:calls:sum")), within=SOON)
        assert came_true(lambda: prometheus.firing() == {"TooManyCalls"}, within=SOON)

        assert prometheus.query("job:calls:sum") == [Sample({"__name__": "job:calls:sum", "job": "hotline"}, 3.0)]
        assert prometheus.query("scalar(job:calls:sum)") == [Sample({}, 3.0)]

    def test_a_wrong_expression_is_an_error(self, prometheus: Prometheus) -> None:
        """A typing mistake in a dashboard does not look like an empty answer."""
        with pytest.raises(ValueError, match="parse error"):
            prometheus.query("sum(")

    def test_promtool_finds_the_mistake_in_a_rule(self, prometheus_tools: PrometheusTools, rules: Path) -> None:
        """Good rules pass the check; a broken one is named."""
        assert prometheus_tools.check("check", "rules", str(rules)).returncode == 0

        rules.write_text(RULES.replace("sum by (job)", "sum by job"))
        said = prometheus_tools.check("check", "rules", str(rules))

        assert said.returncode != 0
        assert "parse error" in said.stderr
