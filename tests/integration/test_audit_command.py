"""``hotline audit``: the access log on the terminal."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from dispatcher.store.database import Database as Store
from dispatcher.store.database import open_pool
from hotline.__main__ import main
from tests.services.databases import Database

pytestmark = pytest.mark.integration

FIRST = datetime(2026, 5, 18, 1, 0, tzinfo=UTC)
_ENTRIES = (
    ("operator:op.1", "reveal_contact", "TT20260518P00000011", "回电\x1b[2J\n核实"),
    ("unit_clerk:chen.li", "denied", "unit SG-NY", "follow stream"),
    ("shell:root", "disable_user", "user op.1", ""),
)


@pytest.fixture
def audit(database: Database, monkeypatch, capsys):
    """Runs ``hotline audit`` on three entries, an hour apart; returns exit code, output and complaint."""
    monkeypatch.setenv("HOTLINE_DATABASE_URL", database.app_url)
    monkeypatch.setenv("HOTLINE_PROFILE", "shouguang")
    asyncio.run(_fill(database))

    def run(*arguments):
        code = main(["audit", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


async def _fill(database: Database) -> None:
    async with open_pool(database.app_url, size=1) as pool, Store(pool).open_work() as work:
        for hours, (actor, act, subject, purpose) in enumerate(_ENTRIES):
            at = FIRST + timedelta(hours=hours)
            await work.log_access(actor=actor, act=act, subject=subject, purpose=purpose, at=at)


def test_who_did_what_when_to_what_and_why(audit):
    """Newest first, on the city's clocks; a reason that somebody typed stays on its line and moves no cursor."""
    code, said, complaint = audit("--since", "2026-05-18")

    assert (code, complaint) == (0, "")
    assert said.splitlines() == [
        "2026-05-18T11:00:00+08:00  shell:root  disable_user  user op.1  -",
        "2026-05-18T10:00:00+08:00  unit_clerk:chen.li  denied  unit SG-NY  follow stream",
        "2026-05-18T09:00:00+08:00  operator:op.1  reveal_contact  TT20260518P00000011  回电 [2J 核实",
    ]


def test_programs_read_the_same_as_json(audit):
    """A list with a name for each part."""
    assert json.loads(audit("--since", "2026-05-18T10:30", "--json")[1]) == [
        {"at": "2026-05-18T11:00:00+08:00", "who": "shell:root", "what": "disable_user", "on": "user op.1", "why": ""}
    ]


def test_one_user_is_found_as_who_did_it_and_as_to_whom_it_was_done(audit):
    """What op.1 saw, and who shut op.1 out."""
    said = audit("--since", "2026-05-18", "--user", "op.1")[1]

    assert [line.split("  ")[2] for line in said.splitlines()] == ["disable_user", "reveal_contact"]


def test_the_output_has_an_end(audit):
    """Beyond the limit it says that there is more."""
    code, said, complaint = audit("--since", "2026-05-18", "--limit", "2")

    assert code == 0
    assert len(said.splitlines()) == 2
    assert "还有更早的" in complaint
    assert audit("--since", "2026-05-18", "--limit", "0")[0] == 2
