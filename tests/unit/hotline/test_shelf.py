"""Promoting and rolling back: whoever looks finds a model, and always a whole one."""

import shutil
import threading
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from classifiers.artifact import BadArtifact
from hotline.shelf import Shelf, card_in, load_standing, mark_in, version_in
from models.profile import Profile


@pytest.fixture
def shelf(models: tuple[Path, Path], tmp_path: Path) -> Shelf:
    """The first model serves, the second is the candidate."""
    shelf = Shelf(tmp_path / "shelf")
    shelf.directory.mkdir()
    models[0].rename(shelf.serving)
    models[1].rename(shelf.candidate)
    return shelf


def standing(shelf: Shelf) -> tuple[str | None, str | None, str | None]:
    """Versions of the serving model, the candidate and the previous one."""
    return version_in(shelf.serving), version_in(shelf.candidate), version_in(shelf.previous)


def test_a_promotion_keeps_what_served_before(shelf: Shelf):
    """Old and new have changed places, and nothing else remains on the shelf."""
    first, second, _ = standing(shelf)
    shelf.promote()

    assert standing(shelf) == (second, None, first)
    assert sorted(path.name for path in shelf.directory.iterdir()) == ["previous", "serving"]


def test_a_second_promotion_forgets_the_oldest(shelf: Shelf, trained: tuple[Path, Path]):
    """Three places, three models at most."""
    first, second, _ = standing(shelf)
    shelf.promote()
    shutil.copytree(trained[0], shelf.candidate)
    shelf.promote()

    assert standing(shelf) == (first, None, second)


def test_the_first_model_of_all_needs_no_other(shelf: Shelf):
    """Where nothing serves yet, the candidate does."""
    second = version_in(shelf.candidate)
    shutil.rmtree(shelf.serving)
    shelf.promote()

    assert standing(shelf) == (second, None, None)


def test_a_rollback_can_be_taken_back(shelf: Shelf):
    """Back and forth, and both models are still there."""
    first, second, _ = standing(shelf)
    shelf.promote()
    shelf.roll_back()
    assert standing(shelf) == (first, None, second)
    shelf.roll_back()
    assert standing(shelf) == (second, None, first)


def test_nobody_finds_the_serving_place_empty(shelf: Shelf):
    """Somebody looks all the time while models change places two hundred times."""
    versions = {version for version in standing(shelf) if version}
    shelf.promote()
    done, found = threading.Event(), set()

    def look() -> None:
        while not done.is_set():
            found.add(version_in(shelf.serving))

    looking = threading.Thread(target=look)
    looking.start()
    for _ in range(200):
        shelf.roll_back()
    done.set()
    looking.join()

    assert found <= versions
    assert len(found) > 0


class SwappedWhileJudged(Collection[str]):
    """Categories that let the candidate into the place when a model is compared with them for the first time."""

    def __init__(self, categories: Collection[str], shelf: Shelf) -> None:
        self._categories, self._shelf = categories, shelf

    def __iter__(self) -> Iterator[str]:
        if self._shelf.candidate.exists():
            self._shelf.promote()
            return iter(())
        return iter(self._categories)

    def __contains__(self, code: object) -> bool:
        return code in self._categories

    def __len__(self) -> int:
        return len(self._categories)


def test_a_model_that_is_exchanged_while_it_is_read_is_read_again(shelf: Shelf, town: Profile):
    """What looks broken because two models met is no broken model."""
    _, second, _ = standing(shelf)

    assert load_standing(shelf.serving, SwappedWhileJudged(town.categories, shelf)).card.version == second


def test_a_broken_model_is_refused(shelf: Shelf, town: Profile):
    """A file that was cut off, a card that is none, a place without anything."""
    (shelf.serving / "arrays.npz").write_bytes(b"PK")
    with pytest.raises(BadArtifact, match="cannot be read"):
        load_standing(shelf.serving, town.categories)
    (shelf.serving / "card.json").write_bytes(b"\xff")
    with pytest.raises(BadArtifact):
        card_in(shelf.serving)
    with pytest.raises(BadArtifact, match="no trained model here"):
        card_in(shelf.previous)
    assert (version_in(shelf.previous), mark_in(shelf.previous)) == (None, None)
