"""``hotline up`` as a newcomer meets it: one command, a URL, contacts that flow, figures in a real Prometheus, Ctrl-C."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from hotline.embedded.patience import came_true
from hotline.embedded.ports import LOOPBACK, answers, free_port
from tests.services.models import TrainedModels
from tests.services.prometheus import Prometheus, PrometheusTools, scraping

pytestmark = [pytest.mark.integration, pytest.mark.prometheus]

_RULES = Path(__file__).parents[2] / "config" / "prometheus" / "rules" / "hotline.yml"
_FIRST_START, _LATER_START, _STOP = timedelta(minutes=8), timedelta(minutes=2), timedelta(seconds=40)
"""Far more than a start takes on an idle machine (40 s with the training of a model), for others may load it."""


class Running:
    """A running ``hotline up`` in a state directory of its own."""

    def __init__(self, state: Path, *, sample_rate: int, artifacts: Path | None = None) -> None:
        self.console, self.metrics = free_port(), free_port()
        self.output = state.parent / f"{state.name}.out"
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")},
            "HOTLINE_STATE_DIR": str(state),
            "HOTLINE_CONSOLE_PORT": str(self.console),
            "HOTLINE_METRICS_PORT": str(self.metrics),
            **({"HOTLINE_ARTIFACT_DIR": str(artifacts)} if artifacts is not None else {}),
        }
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "hotline", "up", "--sample-rate", str(sample_rate)],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,
            )

    def wait_until_ready(self, within: timedelta) -> None:
        """Wait for the URL on the terminal."""
        assert came_true(lambda: "Ctrl-C" in self.said() or self.process.poll() is not None, within=within), self.said()
        assert self.process.poll() is None, self.said()

    def said(self) -> str:
        """Everything on the terminal so far."""
        return self.output.read_text()

    def metric(self, name: str) -> float:
        """The sum of a family's series on the metrics page."""
        with urllib.request.urlopen(f"http://{LOOPBACK}:{self.metrics}/metrics", timeout=10) as page:
            text = page.read().decode()
        return sum(float(value) for value in re.findall(rf"^{name}(?:\{{.*\}})? (\S+)$", text, flags=re.MULTILINE))

    def interrupt(self) -> int:
        """Press Ctrl-C and return the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=_STOP.total_seconds())


@contextmanager
def hotline_up(state: Path, *, sample_rate: int, within: timedelta, artifacts: Path | None = None) -> Iterator[Running]:
    """Start ``hotline up``; whatever happens in the block, nothing is left running. Without ``artifacts`` it trains."""
    running = Running(state, sample_rate=sample_rate, artifacts=artifacts)
    try:
        running.wait_until_ready(within)
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait()


def _in_its_shell(state: Path, *arguments: str) -> str:
    """Run a command of ours in a shell that has read the running installation's settings."""
    script = '. "$0" && exec "$@"'
    program = [sys.executable, "-m", "hotline", *arguments]
    done = subprocess.run(
        ["/bin/sh", "-c", script, str(state / "hotline.env"), *program], capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout + done.stderr


def _programs_of(state: Path) -> list[str]:
    """Command lines of processes that work in this state directory."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                environment = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if str(state).encode() in environment:
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


def test_one_command_runs_everything_and_the_next_start_has_all_tickets(
    tmp_path: Path, prometheus_tools: PrometheusTools
) -> None:
    """A newcomer sees contacts become tickets, Prometheus agrees with the page, Ctrl-C stops all, nothing is forgotten."""
    state = tmp_path / "state"
    with hotline_up(state, sample_rate=20, within=_FIRST_START) as running:
        assert f"http://{LOOPBACK}:{running.console}/" in running.said()
        assert len(re.findall("用户名 .* 密码", running.said())) >= 4
        assert "用户 op.1（话务员）已建立" in _in_its_shell(state, "user", "add", "op.1", "--role", "operator")
        assert came_true(lambda: running.metric("hotline_tickets_registered_total") >= 60, within=timedelta(seconds=60))
        assert came_true(lambda: running.metric("hotline_dispatched_total") > 0, within=timedelta(seconds=30))
        config = scraping({"hotline": [f"{LOOPBACK}:{running.metrics}"]})
        with Prometheus(prometheus_tools, tmp_path / "prometheus", config=config, rules=[_RULES]) as prometheus:
            assert came_true(
                lambda: bool(prometheus.query('sum(hotline_tickets_registered_total{job="hotline"})')),
                within=timedelta(seconds=30),
            )
            ticketed = 'sum(hotline_contacts_settled_total{fate="ticketed"})'
            [gap] = prometheus.query(f"sum(hotline_tickets_registered_total) - {ticketed}")
            assert gap.value >= 0  # a contact of several requests is as many tickets
            assert [sample.value for sample in prometheus.query("sum(hotline_reconciliation_difference)")] == [0]
        accepted = running.metric("hotline_contacts_total")
        assert running.interrupt() == 0
    assert "已停止" in running.said()
    assert not answers(running.console)
    assert _programs_of(state) == []

    with hotline_up(state, sample_rate=0, within=_LATER_START) as again:
        assert came_true(lambda: again.metric("hotline_contacts_total") >= accepted, within=timedelta(seconds=30))
        assert came_true(
            lambda: again.metric("hotline_contacts_settled_total") == again.metric("hotline_contacts_total"),
            within=timedelta(seconds=60),
        )
        assert again.interrupt() == 0


def test_a_state_directory_in_use_is_refused_by_name(tmp_path: Path, models: TrainedModels) -> None:
    """Two installations never share a state directory; the second one says who holds it, and harms nothing."""
    state = tmp_path / "state"
    with hotline_up(state, sample_rate=0, within=_FIRST_START, artifacts=models.directory("haikou")) as first:
        second = subprocess.run(
            [sys.executable, "-m", "hotline", "up"],
            env={**os.environ, "HOTLINE_STATE_DIR": str(state)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert second.returncode == 75, second.stdout + second.stderr
        assert str(state) in second.stderr
        assert first.process.poll() is None


def test_selfcheck_counts_every_contact_of_a_file(tmp_path: Path) -> None:
    """Contacts of a file, repeats and hopeless ones among them: both identities hold, nothing is lost or doubled."""
    file = tmp_path / "contacts.jsonl"
    rows = [
        {"id": "1", "user": "a", "text": "龙华区国贸路路灯有三盏不亮，晚上很黑，请派人来修。"},
        {"id": "2", "user": "a", "text": "龙华区国贸路路灯有三盏不亮，晚上很黑，请快派人来修。"},
        {"id": "3", "user": "b", "text": "   "},
        {"id": "4", "user": "c", "text": "字" * 60_000},
        {"id": "5", "user": "d", "text": "公司拖欠我们三个月工资，老板电话不接。"},
    ]
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "hotline", "selfcheck", "--contacts", str(file), "--json"],
        env={name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=_FIRST_START.total_seconds(),
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    outcome = json.loads(done.stdout)
    assert outcome["fates"] == {"ticketed": 2, "merged": 1, "nuisance": 0, "self_service": 0, "dead": 2}
    assert (outcome["contacts"], outcome["tickets"], outcome["dispatched"], outcome["pending"]) == (5, 2, 2, 0)
    assert (outcome["on_unit_topics"], outcome["lost"], outcome["doubled"]) == (2, 0, 0)
    assert outcome["again"] == {"accepted": 0, "repeated": 5}
