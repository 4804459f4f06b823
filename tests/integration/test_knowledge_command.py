"""``hotline knowledge`` over a real store: from a profile's files to a published answer."""

import argparse
import asyncio
import json
import re
from datetime import UTC, datetime

import pytest

from config.profiles import find_profile
from dispatcher.store.database import Database as Store
from dispatcher.store.database import open_pool
from hotline.commands import knowledge
from models.errors import Rejected
from models.knowledge import Proposal
from tests.services.databases import Database

pytestmark = pytest.mark.integration

TICKETS = ("HK20260518P0000012", "HK20260518P0000020")


@pytest.fixture
def run(database: Database, monkeypatch, capsys):
    """Run an act against an empty, migrated database and return what it prints as JSON."""
    monkeypatch.setenv("HOTLINE_DATABASE_URL", database.app_url)
    monkeypatch.delenv("HOTLINE_PROFILE", raising=False)

    def ran(*words):
        parser = argparse.ArgumentParser(prog="hotline")
        knowledge.add_parser(parser.add_subparsers(required=True))
        arguments = parser.parse_args(["knowledge", *words, "--json"])
        assert arguments.run(arguments) == 0
        return json.loads(capsys.readouterr().out)

    return ran


def test_articles_are_imported_once_and_found(run):
    """The second import changes nothing; search and show read the store."""
    first = run("import", "--reviewer", "wang.li")
    assert first["added"] >= 60
    assert run("import") == {"added": 0, "replaced": 0, "unchanged": first["added"]}
    assert run("search", "居住证怎么签注")[0]["article"] == "KB-1601-04@1"
    (version,) = run("show", "KB-1601-04")
    assert (version["status"], version["reviewed_by"]) == ("published", "wang.li")


def test_another_text_under_a_known_number_is_refused(run, tmp_path):
    """Answers cite it; its version must be raised."""
    run("import")
    extended = tmp_path / "town"
    (extended / "knowledge").mkdir(parents=True)
    haikou = find_profile("haikou")
    head = (haikou / "profile.toml").read_text(encoding="utf-8")
    (extended / "profile.toml").write_text(f'extends = "haikou"\n{head}', encoding="utf-8")
    text = (haikou / "knowledge" / "police.toml").read_text(encoding="utf-8")
    alone = re.sub(r"^related = .*\n", "", text, flags=re.MULTILINE)  # what they relate to is not in this profile
    (extended / "knowledge" / "police.toml").write_text(alone, encoding="utf-8")
    with pytest.raises(Rejected, match="says something else; raise its version"):
        run("import", "--profile", str(extended))


def test_proposals_are_published_or_refused(run, database: Database):
    """Each once; the article bears the unit as its office."""

    async def propose():
        async with open_pool(database.app_url, size=1) as pool, Store(pool).open_work() as work:
            for number in TICKETS:
                values = ("老年食堂谁能去", "满60周岁可登记就餐。", None, "HK-MZJ", "1502", datetime(2026, 5, 18, tzinfo=UTC))
                await work.knowledge.propose(Proposal(number, *values))

    asyncio.run(propose())
    assert [one["ticket_no"] for one in run("proposals")] == list(TICKETS)
    words = ("--title", "老年食堂谁能去", "--document", "老年助餐服务办法", "--date", "2025-01-01", "--keyword", "老年食堂")
    assert run("publish", TICKETS[0], "--id", "KB-1502-09", *words)["article"] == "KB-1502-09@1"
    assert run("refuse", TICKETS[1], "--reason", "重复")["state"] == "refused"
    assert run("proposals") == []
    (version,) = run("show", "KB-1502-09")
    assert version["source"]["office"] == "市民政局"
    with pytest.raises(Rejected, match="is decided"):
        run("refuse", TICKETS[0], "--reason", "重复")
