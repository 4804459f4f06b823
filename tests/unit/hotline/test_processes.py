"""The supervisor of the embedded stack: what ends is started again, and nothing is left behind."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from datetime import timedelta
from pathlib import Path

import pytest

from hotline.embedded.patience import came_true
from hotline.embedded.processes import Children, restart_delay
from hotline.embedded.program import Program
from models.errors import Rejected

SOON = timedelta(seconds=10)


def a_program(folder: Path, code: str, *, name: str = "worker", grace: timedelta = SOON) -> Program:
    """A child that runs this Python code."""
    argv = [sys.executable, "-S", "-u", "-c", textwrap.dedent(code)]
    return Program(name, argv, log_path=folder / f"{name}.log", grace=grace)


def log_of(program: Program) -> str:
    """Everything that the program has printed so far."""
    return program.log_path.read_text() if program.log_path.exists() else ""


def exists(pid: int) -> bool:
    """Whether a process with this number is alive; one that ended but was not collected yet is not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


SLEEPER = "import time; print('up'); time.sleep(60)"


def test_what_a_program_prints_is_in_its_log(tmp_path: Path) -> None:
    """Whoever looks for the reason of a failure finds standard output and error together, oldest first."""
    program = a_program(tmp_path, "import sys; print('one'); sys.stdout.flush(); sys.exit('two')")

    program.start()

    assert program.wait(SOON)
    assert program.exit_code == 1
    assert program.last_words() == "one\ntwo"


def test_a_program_that_ends_is_started_again(tmp_path: Path) -> None:
    """A worker that stops on a bug comes back without anybody's help."""
    program = a_program(tmp_path, "import sys; print('up'); sys.exit(3)")

    with Children([program]):
        assert came_true(lambda: log_of(program).count("up") >= 3, within=SOON)


def test_a_killed_program_is_started_again(tmp_path: Path) -> None:
    """``kill -9`` costs a worker its life, not the hotline its worker."""
    program = a_program(tmp_path, SLEEPER)

    with Children([program]):
        assert came_true(lambda: log_of(program) == "up\n", within=SOON)
        first = program.pid
        program.kill()

        assert came_true(lambda: log_of(program) == "up\nup\n", within=SOON)
        assert program.pid != first


def test_the_wait_before_a_restart_doubles_up_to_half_a_minute() -> None:
    """A worker that fails at once again and again does not burn the machine."""
    waits = [restart_delay(failures).total_seconds() for failures in (0, 1, 2, 6, 1000)]

    assert waits == [0.5, 1, 2, 30, 30]


def test_leaving_asks_every_program_to_stop(tmp_path: Path) -> None:
    """Each program gets SIGTERM once, finishes what it holds, and is gone when the block is left."""
    polite = """
        import signal, sys, time
        asked = []
        signal.signal(signal.SIGTERM, lambda *_: asked.append(1))
        print("up")
        while not asked:
            time.sleep(0.01)
        time.sleep(0.2)
        print("asked", len(asked))
    """
    programs = [a_program(tmp_path, polite, name=name) for name in ("worker-1", "worker-2")]

    with Children(programs):
        assert came_true(lambda: all(log_of(program) == "up\n" for program in programs), within=SOON)

    assert [log_of(program) for program in programs] == ["up\nasked 1\n"] * 2
    assert not any(program.is_running for program in programs)


def test_a_program_that_does_not_listen_is_killed_after_its_grace(tmp_path: Path) -> None:
    """One stuck program cannot keep the others from stopping, nor us from ending."""
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up'); time.sleep(60)"
    program = a_program(tmp_path, deaf, grace=timedelta(seconds=0.3))

    with Children([program]):
        assert came_true(lambda: log_of(program) == "up\n", within=SOON)
        leaving_at = time.monotonic()

    assert time.monotonic() - leaving_at < SOON.total_seconds() / 2
    assert program.exit_code == -signal.SIGKILL


def test_a_program_that_refuses_its_input_ends_the_waiting(tmp_path: Path) -> None:
    """Exit code 2 means bad input: no restart can help, so the person is told the program's own words."""
    refusing = a_program(tmp_path, "import sys; print('profile haikou: units.toml is missing'); sys.exit(2)")
    other = a_program(tmp_path, SLEEPER, name="relay")

    with Children([refusing, other]) as children, pytest.raises(Rejected, match=r"units\.toml is missing"):
        children.wait()

    assert log_of(refusing).count("missing") == 1
    assert not other.is_running


def test_a_service_of_others_is_brought_back_but_not_stopped(tmp_path: Path) -> None:
    """The database that ``up`` started before the children is restarted when it dies and outlives them."""
    service = a_program(tmp_path, SLEEPER, name="database")
    service.start()
    try:
        with Children([], watched=[service]):
            assert came_true(lambda: log_of(service) == "up\n", within=SOON)
            service.kill()
            assert came_true(lambda: log_of(service) == "up\nup\n", within=SOON)

        assert not came_true(lambda: not service.is_running, within=timedelta(seconds=0.3))
    finally:
        service.stop()


PARENT = """
    import sys
    from datetime import timedelta
    from pathlib import Path
    from hotline.embedded.processes import Children
    from hotline.embedded.program import Program
    from hotline.embedded.signals import ending_like_ctrl_c

    child = [sys.executable, "-S", "-u", "-c", sys.argv[2]]
    program = Program("worker", child, log_path=Path(sys.argv[1]) / "worker.log", grace=timedelta(seconds=10))
    with ending_like_ctrl_c(), Children([program]) as children:
        try:
            children.wait()
        except KeyboardInterrupt:
            print("stopping")
    print("stopped")
"""

POLITE = """
import os, signal, sys, time
def stop(*_):
    print("stopped in good order")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print(os.getpid())
time.sleep(60)
"""


DEAF = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(os.getpid())
time.sleep(60)
"""


def a_parent(folder: Path, child: str) -> tuple[subprocess.Popen[str], int]:
    """A process of its own that supervises this child; returned with the child's process number."""
    parent = subprocess.Popen(
        [sys.executable, "-u", "-c", textwrap.dedent(PARENT), str(folder), child],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    log = folder / "worker.log"
    assert came_true(lambda: log.exists() and log.read_text().endswith("\n"), within=SOON)
    return parent, int(log.read_text())


@pytest.mark.parametrize("request_to_end", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_request_to_end_stops_the_children_in_good_order(tmp_path: Path, request_to_end: signal.Signals) -> None:
    """Ctrl-C, a service manager and a closed terminal all end the hotline the same way.

    The signal goes to the whole process group, as the terminal sends it; the child hears of it from the parent alone.
    """
    parent, child = a_parent(tmp_path, POLITE)

    os.killpg(parent.pid, request_to_end)

    assert parent.communicate(timeout=10)[0] == "stopping\nstopped\n"
    assert (tmp_path / "worker.log").read_text() == f"{child}\nstopped in good order\n"
    assert not exists(child)


def test_an_impatient_person_ends_everything_at_once(tmp_path: Path) -> None:
    """Who presses Ctrl-C again while a stuck program is being waited for does not have to wait."""
    parent, child = a_parent(tmp_path, DEAF)

    def pressed_until_it_ended() -> bool:
        parent.send_signal(signal.SIGINT)
        return parent.poll() is not None

    assert came_true(pressed_until_it_ended, within=SOON / 2)
    assert not exists(child)
    parent.communicate()


def test_children_do_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    """Even ``kill -9`` of the supervisor leaves no orphan behind, not even one that does not listen."""
    parent, child = a_parent(tmp_path, DEAF)

    parent.kill()
    parent.communicate()

    assert came_true(lambda: not exists(child), within=SOON)
