"""A real Apache Kafka for the tests: one KRaft node, jars fetched by Maven from ``tests/kafka/pom.xml``."""

import fcntl
import hashlib
import os
import secrets
import shutil
import subprocess
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from hotline.embedded.patience import came_true
from hotline.embedded.ports import LOOPBACK, answers, free_port
from hotline.embedded.program import Program
from tests.services.requirement import missing

_POM = Path(__file__).parents[1] / "kafka" / "pom.xml"
_CACHE = Path(__file__).parents[2] / "var" / "test-tools"
_FETCH_WITHIN = timedelta(minutes=10)
_READY_WITHIN = timedelta(minutes=2)
_OLDEST_JAVA = 17

# One small node: no replicas, no waiting for more group members, few partitions in the internal topics.
_SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.listener.names": "CONTROLLER",
        "auto.create.topics.enable": "false",
        "group.initial.rebalance.delay.ms": "0",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "5",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "5",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "broker.heartbeat.interval.ms": "500",
        "broker.session.timeout.ms": "3000",  # a killed broker is taken back after this long
        "log.cleaner.dedupe.buffer.size": str(8 * 2**20),
    }
)


class ApacheKafka:
    """A broker on the loopback interface that keeps its data in ``directory`` over restarts.

    Use it as a context manager, or call ``start``, ``stop`` and ``kill``; a restart keeps port, topics and offsets.

    Parameters:
        directory: holds ``server.properties``, ``data/`` and ``kafka.log``.
        classpath: from ``kafka_classpath``.
        port: None chooses a free one, which stays the same over restarts.
        advertised_port: where clients are sent to, when something stands between them and the broker.
        settings: broker settings that replace or extend ours.
    """

    name = "apache-kafka"

    def __init__(
        self,
        directory: Path,
        *,
        classpath: str,
        port: int | None = None,
        advertised_port: int | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self._directory = directory
        self._properties = directory / "server.properties"
        self._port = port or free_port()
        self._settings = {**_SETTINGS, **self._places(advertised_port or self._port), **(settings or {})}
        self._java = [
            "java",
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",  # it lives for seconds: compiling it well costs more than it brings
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            "-cp",
            classpath,
        ]
        self._program = Program(
            self.name,
            [*self._java, "kafka.Kafka", str(self._properties)],
            log_path=directory / "kafka.log",
            grace=timedelta(seconds=30),
        )

    @property
    def bootstrap(self) -> str:
        """What Kafka clients call ``bootstrap_servers``."""
        return f"{LOOPBACK}:{self._port}"

    @property
    def pid(self) -> int | None:
        """The process number of the latest start; None before the first one."""
        return self._program.pid

    def start(self) -> None:
        """Start the broker, formatted on its first start, and return when it answers an admin client."""
        if not self._properties.exists():
            self._format()
        try:
            self._program.start()
            self._wait_until_ready()
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Stop in good order."""
        self._program.stop()

    def kill(self) -> None:
        """End the broker as a power cut would."""
        self._program.kill()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _places(self, advertised_port: int) -> dict[str, str]:
        controller = free_port()
        return {
            "listeners": f"PLAINTEXT://{self.bootstrap},CONTROLLER://{LOOPBACK}:{controller}",
            "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{advertised_port}",
            "controller.quorum.voters": f"1@{LOOPBACK}:{controller}",
            "log.dirs": str(self._directory / "data"),
        }

    def _format(self) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        lines = [f"{name}={value}" for name, value in self._settings.items()]
        self._properties.write_text("\n".join(lines) + "\n")
        cluster_id = secrets.token_hex(11)  # 22 characters like Kafka's own ids, and never one that looks like an option
        said = subprocess.run(
            [*self._java, "kafka.tools.StorageTool", "format", "-t", cluster_id, "-c", str(self._properties)],
            check=False,
            capture_output=True,
            text=True,
        )
        if said.returncode != 0:
            raise RuntimeError(f"Apache Kafka could not format {self._directory}:\n{said.stdout}{said.stderr}")

    def _wait_until_ready(self) -> None:
        def settled() -> bool:
            return not self._program.is_running or self._serves_clients()

        if not came_true(settled, within=_READY_WITHIN) or not self._program.is_running:
            raise RuntimeError(f"Apache Kafka does not answer at {self.bootstrap}:\n{self._program.last_words()}")

    def _serves_clients(self) -> bool:
        if not answers(self._port):
            return False
        try:
            admin = KafkaAdminClient(bootstrap_servers=self.bootstrap, request_timeout_ms=5000)
        except KafkaError:
            return False
        try:
            return bool(admin.describe_cluster()["brokers"])
        except KafkaError:
            return False
        finally:
            admin.close()


def kafka_classpath() -> str:
    """The jars of Apache Kafka, fetched once per version of ``pom.xml`` into ``var/test-tools/``.

    The first fetch takes about 8 seconds and 44 MB. Without Java or Maven the test is skipped, or fails where
    ``CI=true``.
    """
    _require_java()
    folder = _CACHE / f"kafka-{hashlib.sha256(_POM.read_bytes()).hexdigest()[:12]}"
    _CACHE.mkdir(parents=True, exist_ok=True)
    with (_CACHE / "kafka.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runs at once fetch once
        if not folder.exists():
            _fetch_jars(folder)
    return f"{folder}/*"


def _require_java() -> None:
    if shutil.which("java") is None:
        missing("Apache Kafka", "java is not installed")
    said = subprocess.run(["java", "-XshowSettings:properties", "-version"], capture_output=True, text=True, check=False)
    versions = [line.split("=")[1].strip() for line in said.stderr.splitlines() if "java.specification.version =" in line]
    if not versions or float(versions[0]) < _OLDEST_JAVA:
        missing("Apache Kafka", f"Java {_OLDEST_JAVA} or newer is needed, this is {versions}")


def _fetch_jars(folder: Path) -> None:
    if shutil.which("mvn") is None:
        missing("Apache Kafka", "mvn is not installed")
    partial = folder.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    said = subprocess.run(
        ["mvn", "-B", "-q", "-f", str(_POM), "dependency:copy-dependencies", f"-DoutputDirectory={partial}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=_FETCH_WITHIN.total_seconds(),
        env={**os.environ, "MAVEN_OPTS": os.environ.get("MAVEN_OPTS", "-Xmx256m")},
    )
    if said.returncode != 0:
        missing("Apache Kafka", f"Maven could not fetch it: {said.stdout.strip()[-500:]}")
    partial.rename(folder)
