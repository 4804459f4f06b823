"""Two models of the small town, each in a directory of its own."""

import shutil
from pathlib import Path

import pytest

from config.profiles import find_profile, load_profile
from hotline.learning import learn, own_rows
from models.profile import Profile

TOWN = "shouguang"


@pytest.fixture(scope="session")
def town() -> Profile:
    """The small town."""
    return load_profile(find_profile(TOWN))


@pytest.fixture(scope="session")
def trained(town: Profile, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A model of the town's seed corpus, and one of nearly all of it."""
    directory = tmp_path_factory.mktemp("models")
    rows = own_rows(find_profile(TOWN))
    for name, chosen in (("first", rows), ("second", rows[:-3])):
        learn(chosen, town, directory / name)
    return directory / "first", directory / "second"


@pytest.fixture
def models(trained: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    """Copies of both, for this test to move and to break."""
    for model in trained:
        shutil.copytree(model, tmp_path / "models" / model.name)
    return tmp_path / "models" / "first", tmp_path / "models" / "second"
