"""People correct the engine in a real store, and a candidate learns from it."""

import asyncio
from pathlib import Path

import pytest

from classifiers.artifact import load_artifact
from classifiers.fingerprints import bare_text, fingerprints_of, read_learned
from classifiers.test_part import in_test_part
from config.profiles import find_profile
from hotline.__main__ import main
from hotline.learning import outside_test_part, own_rows
from hotline.shelf import Shelf
from models.command import CommandKind
from tests.integration.story import Town, a_town
from tests.services.databases import Database

pytestmark = pytest.mark.integration

TOWN = "shouguang"
PHONE = "139" + "0000" + "0001"
DRONES = [f"{number}栋楼顶有无人机低空盘旋扰民" for number in range(60)]
"""Something that nobody complained about when the seed corpus was written."""


async def people_correct(town: Town, texts: list[str]) -> None:
    """The engine takes each for a matter of roads; an operator knows better."""
    for text in texts:
        ticket = await town.hears(text, category="A2", confidence=0.4)
        await town.commands(ticket, CommandKind.CONFIRM, category="A9", unit="SG-NY")


def live(database: Database, texts: list[str]) -> None:
    """Let these requests be made and corrected, and some that nobody decides."""

    async def story() -> None:
        async with a_town(database.app_url) as town:
            await town.hears("夜市油烟没人管，引擎自己派的", category="A1", confidence=0.95)
            await town.hears("说不清楚的一件事，还没人看", category="A2", confidence=0.4)
            await people_correct(town, texts)

    asyncio.run(story())


@pytest.fixture
def shelf(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """An installation of the small town whose serving model knows the seed corpus alone."""
    monkeypatch.setenv("HOTLINE_PROFILE", TOWN)
    monkeypatch.setenv("HOTLINE_DATABASE_URL", database.app_url)
    monkeypatch.setenv("HOTLINE_ARTIFACT_DIR", str(tmp_path / "artifacts"))
    shelf = Shelf(tmp_path / "artifacts" / TOWN)
    assert main(["train"]) == 0
    return shelf


def test_a_candidate_learns_what_people_corrected(database: Database, shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    """What the serving model has never heard of the candidate knows; what it is compared on later it was not shown."""
    live(database, DRONES)
    compared = [text for text in DRONES if in_test_part(bare_text(text))]

    assert main(["train", "--from-database"]) == 0

    printed = capsys.readouterr().out
    assert f"decided by people: 60 requests; {60 - len(compared)} to learn from, {len(compared)} kept for comparing" in printed
    learned = read_learned(shelf.candidate)
    own = outside_test_part(own_rows(find_profile(TOWN)))
    assert learned == fingerprints_of([*(row.text for row in own), *(text for text in DRONES if text not in compared)])


def test_both_models_are_compared_on_what_people_decided(
    database: Database, shelf: Shelf, capsys: pytest.CaptureFixture[str]
) -> None:
    """The candidate is right about the drones that it was not shown, and serves; these rows stand in a table of their own."""
    live(database, DRONES)
    compared = sum(in_test_part(bare_text(text)) for text in DRONES)
    assert main(["train", "--from-database"]) == 0
    capsys.readouterr()

    assert main(["model", "promote", "--min-gain", "0.1"]) == 0

    table = capsys.readouterr().out.partition("decided by people, test part: ")[2]
    assert table.startswith(f"{compared} of {compared} rows (learned from: serving 0, candidate 0)")
    assert "first guess right       0.000      1.000  +1.000" in table
    assert "won 5 points of F1 or more: 1 categories" in table


def test_nobody_is_known_by_what_was_learned(database: Database, shelf: Shelf) -> None:
    """A caller says a number, and a word; the candidate holds neither: it knows words by their hashes alone."""
    live(database, [f"{text}，请回电{PHONE}" for text in DRONES[:20]])

    assert main(["train", "--from-database"]) == 0

    assert load_artifact(shelf.candidate).features.transform([["无人机"]]).nnz > 0
    for file in shelf.candidate.iterdir():
        assert "无人机".encode() not in file.read_bytes()
        assert PHONE.encode() not in file.read_bytes()
        assert PHONE[3:].encode() not in file.read_bytes()


def test_a_first_day_can_be_given(database: Database, shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    """The story happens on 10 March 2026 in the city: from the 11th on there is nothing to learn."""
    live(database, DRONES[:3])
    capsys.readouterr()

    assert main(["train", "--from-database", "--since", "2026-03-10"]) == 0
    assert "decided by people: 3 requests" in capsys.readouterr().out
    assert main(["train", "--from-database", "--since", "2026-03-11"]) == 0
    assert "decided by people: 0 requests" in capsys.readouterr().out
