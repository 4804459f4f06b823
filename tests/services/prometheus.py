"""A real Prometheus for the tests, from the Debian package, unpacked without being installed."""

import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from hotline.embedded.patience import came_true
from hotline.embedded.ports import LOOPBACK, free_port
from hotline.embedded.program import Program
from tests.services.requirement import missing

_CACHE = Path(__file__).parents[2] / "var" / "test-tools"
_READY_WITHIN = timedelta(seconds=60)
_OK = 200


@dataclass(frozen=True, slots=True)
class PrometheusTools:
    """The two programs of one Prometheus release."""

    prometheus: Path
    promtool: Path

    def check(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run ``promtool`` with these arguments and return its verdict and its words."""
        return _run([str(self.promtool), *arguments], None)


@dataclass(frozen=True, slots=True)
class Sample:
    """One line of a PromQL answer; ``labels`` holds ``__name__`` where the expression keeps it."""

    labels: Mapping[str, str]
    value: float


class Prometheus:
    """A server on the loopback interface that scrapes what ``config`` says.

    Parameters:
        tools: from ``prometheus_tools_or_skip``.
        directory: holds ``prometheus.yml``, ``rules/``, ``data/`` and ``prometheus.log``.
        config: the text of ``prometheus.yml``; ``scraping`` writes a small one.
        rules: rule files, copied into ``rules/`` beside the configuration.
    """

    def __init__(self, tools: PrometheusTools, directory: Path, *, config: str, rules: Iterable[Path] = ()) -> None:
        self._port = free_port()
        (directory / "rules").mkdir(parents=True, exist_ok=True)
        (directory / "prometheus.yml").write_text(config, encoding="utf-8")
        for rule_file in rules:
            shutil.copy(rule_file, directory / "rules")
        self._program = Program(
            "prometheus",
            [
                str(tools.prometheus),
                f"--config.file={directory / 'prometheus.yml'}",
                f"--storage.tsdb.path={directory / 'data'}",
                f"--web.listen-address={LOOPBACK}:{self._port}",
                "--log.level=warn",
            ],
            log_path=directory / "prometheus.log",
            grace=timedelta(seconds=10),
        )

    @property
    def url(self) -> str:
        """Where its own pages and its API are."""
        return f"http://{LOOPBACK}:{self._port}"

    def start(self) -> None:
        """Start the server and return when it answers queries."""
        self._program.start()

        def settled() -> bool:
            return not self._program.is_running or self._is_ready()

        if not came_true(settled, within=_READY_WITHIN) or not self._program.is_running:
            self._program.kill()
            raise RuntimeError(f"Prometheus does not answer at {self.url}:\n{self._program.last_words()}")

    def stop(self) -> None:
        """Stop in good order."""
        self._program.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def query(self, promql: str) -> list[Sample]:
        """The answer to an instant query, now; a scalar comes as one sample without labels.

        Raises:
            ValueError: Prometheus refuses the expression; the message is its own.
        """
        data = self.api("/api/v1/query", query=promql)
        if data["resultType"] == "scalar":
            return [Sample({}, float(data["result"][1]))]
        return [Sample(line["metric"], float(line["value"][1])) for line in data["result"]]

    def firing(self) -> set[str]:
        """Names of the alerts that fire now."""
        return {alert["labels"]["alertname"] for alert in self.api("/api/v1/alerts")["alerts"] if alert["state"] == "firing"}

    def api(self, path: str, **parameters: str) -> Any:
        """The ``data`` of one call of Prometheus's HTTP API."""
        status, body = self._get(f"{path}?{urlencode(parameters)}")
        answer = json.loads(body)
        if status != _OK:
            raise ValueError(answer.get("error", body.decode()))
        return answer["data"]

    def _is_ready(self) -> bool:
        try:
            return self._get("/-/ready")[0] == _OK
        except OSError:
            return False

    def _get(self, path: str) -> tuple[int, bytes]:
        connection = HTTPConnection(LOOPBACK, self._port, timeout=30)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


def scraping(jobs: Mapping[str, Iterable[str]], *, every: timedelta = timedelta(seconds=1)) -> str:
    """A configuration that scrapes ``host:port`` targets by job and evaluates ``rules/*.yml`` at the same pace."""
    interval = f"{round(every.total_seconds() * 1000)}ms"
    return json.dumps(  # JSON is YAML
        {
            "global": {"scrape_interval": interval, "scrape_timeout": interval, "evaluation_interval": interval},
            "rule_files": ["rules/*.yml"],
            "scrape_configs": [
                {"job_name": job, "static_configs": [{"targets": list(targets)}]} for job, targets in jobs.items()
            ],
        }
    )


def prometheus_tools_or_skip() -> PrometheusTools:
    """Both programs from ``PATH``, or else from the Debian package, fetched once into ``var/test-tools/``.

    The fetch takes a few seconds, 19 MB to load and 95 MB on disk. Where neither is to be had, the test is skipped, or
    fails where ``CI=true``.
    """
    installed = [shutil.which(name) for name in ("prometheus", "promtool")]
    if installed[0] and installed[1]:
        return PrometheusTools(Path(installed[0]), Path(installed[1]))
    folder = _CACHE / "prometheus"
    _CACHE.mkdir(parents=True, exist_ok=True)
    with (_CACHE / "prometheus.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runs at once fetch once
        if not folder.exists():
            _unpack_debian_package(folder)
    programs = folder / "usr" / "bin"
    return PrometheusTools(programs / "prometheus", programs / "promtool")


def _unpack_debian_package(folder: Path) -> None:
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        missing("Prometheus", "it is not installed, and this system has no Debian packages")
    partial = folder.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    download = ["apt-get", "-q", "download", "prometheus"]
    said = _run(download, partial)
    if said.returncode != 0 and os.geteuid() == 0:
        _run(["apt-get", "-q", "update"], partial)
        said = _run(download, partial)
    packages = list(partial.glob("prometheus_*.deb"))
    if not packages:
        missing("Prometheus", f"the Debian package could not be fetched: {said.stderr.strip()[-500:]}")
    _run(["dpkg", "-x", packages[0].name, "."], partial).check_returncode()
    packages[0].unlink()
    partial.rename(folder)


def _run(command: list[str], folder: Path | None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
