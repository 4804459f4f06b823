"""Processor time by process while a block runs, read from ``/proc``."""

import os
from collections import defaultdict
from pathlib import Path
from types import TracebackType
from typing import Self

_TICKS = os.sysconf("SC_CLK_TCK")


class ProcessorTime:
    """Measures this process and everything it started, grouped by what the process is."""

    def __init__(self) -> None:
        self._before: dict[int, tuple[str, float]] = {}
        self._spent: defaultdict[str, float] = defaultdict(float)

    def __enter__(self) -> Self:
        self._before = _family()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for pid, (name, seconds) in _family().items():
            self._spent[name] += seconds - self._before.get(pid, (name, 0.0))[1]

    def by_process(self) -> dict[str, float]:
        """Return seconds of processor time, most first."""
        return dict(sorted(self._spent.items(), key=lambda each: -each[1]))


def _family() -> dict[int, tuple[str, float]]:
    """Return name and seconds of our process and its descendants."""
    parents: dict[int, int] = {}
    seconds: dict[int, float] = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # it ended while we looked
        pid = int(folder.name)
        parents[pid] = int(fields[1])
        seconds[pid] = (int(fields[11]) + int(fields[12])) / _TICKS
    ours = {os.getpid()}
    while True:
        more = {pid for pid, parent in parents.items() if parent in ours} - ours
        if not more:
            break
        ours |= more
    return {pid: (_name(pid), seconds[pid]) for pid in ours if pid in seconds}


def _name(pid: int) -> str:
    try:
        words = (Path("/proc") / str(pid) / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return "ended"
    line = " ".join(words)
    if pid == os.getpid():
        return "load and reader"
    for mark, name in (
        ("postgres", "postgres"),
        ("tansu", "broker"),
        ("kafka.Kafka", "broker"),
        ("hotline worker", "worker"),
        ("hotline relay", "relay"),
    ):
        if mark in line:
            return name
    return "other"
