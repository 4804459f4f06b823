"""What a process cannot have of its machine is told by the setting that asked for it."""

import socket
from pathlib import Path

import pytest

from hotline.__main__ import main
from hotline.embedded.ports import LOOPBACK
from hotline.machine import listening_socket, writable_directory
from models.errors import Rejected


def test_a_directory_is_made_where_it_is_missing(tmp_path: Path) -> None:
    """With everything above it; one that is there is left as it is."""
    wanted = tmp_path / "a" / "b"

    assert writable_directory(wanted, "HOTLINE_STATE_DIR") == writable_directory(wanted, "HOTLINE_STATE_DIR") == wanted
    assert wanted.is_dir()


@pytest.mark.parametrize("below", ["file", "file/below"])
def test_a_directory_that_cannot_be_made_is_refused(tmp_path: Path, below: str) -> None:
    """A file stands in its place, or above it."""
    (tmp_path / "file").touch()

    with pytest.raises(Rejected, match=f"^HOTLINE_STATE_DIR: {tmp_path / below} cannot be made: "):
        writable_directory(tmp_path / below, "HOTLINE_STATE_DIR")


def test_a_port_in_use_is_refused() -> None:
    """Another process has it."""
    with socket.create_server((LOOPBACK, 0)) as taken, pytest.raises(Rejected, match=r"^A, B: 127\.0\.0\.1:\d+: .*in use"):
        listening_socket(LOOPBACK, taken.getsockname()[1], "A, B")


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1", "a..b"])
def test_a_host_that_is_not_ours_is_refused(host: str) -> None:
    """Unknown, of another machine, or no name at all."""
    with pytest.raises(Rejected, match=f"^A, B: {host}:0: "):
        listening_socket(host, 0, "A, B")


@pytest.mark.usefixtures("logs_of_a_command")
@pytest.mark.parametrize(
    ("command", "setting"),
    [
        (["up"], "HOTLINE_STATE_DIR"),
        (["worker"], "HOTLINE_STATE_DIR"),
        (["train"], "HOTLINE_ARTIFACT_DIR"),
        (["train", "--out", "{file}/model"], "--out"),
        (["train", "--data", "rows.csv", "--out", "{file}/model"], "--out"),
    ],
)
def test_a_command_names_the_directory_that_it_cannot_use(
    command: list[str],
    setting: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit 2 at once, before anything is trained or started."""
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setenv("HOTLINE_STATE_DIR", f"{file}/state")
    monkeypatch.setenv("HOTLINE_KAFKA", f"{LOOPBACK}:1")

    assert main([word.format(file=file) for word in command]) == 2
    assert capsys.readouterr().err.startswith(f"hotline: {setting}: {file}")
