"""docs/model-card.md: figures from a card, prose by hand."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from classifiers.artifact import Artifact, save_artifact
from classifiers.training import train
from config.profiles import find_profile, load_profile
from hotline.model_card import BEGIN, END, figures_of, main, with_figures
from models.errors import Rejected
from tests.unit.classifiers.conftest import A_DAY, some_rows

PAGE = Path(__file__).parents[3] / "docs" / "model-card.md"
CODES = {"lamp": "0703", "water": "0801", "noise": "0301"}


@pytest.fixture(scope="module")
def model() -> Artifact:
    """A small model of three categories of the default profile."""
    return train([replace(row, category=CODES[row.category]) for row in some_rows()], seed=7, created_at=A_DAY)


def test_the_figures_are_put_between_their_marks(model: Artifact, tmp_path: Path):
    """What is written by hand stays, and a second run changes nothing."""
    save_artifact(model, tmp_path / "model")
    page = tmp_path / "card.md"
    page.write_text(f"# By hand\n\n{BEGIN}\nold figures\n{END}\n\nBy hand too\n", encoding="utf-8")

    main(tmp_path / "model", "haikou", page)
    first = page.read_text(encoding="utf-8")
    main(tmp_path / "model", "haikou", page)

    assert first.startswith(f"# By hand\n\n{BEGIN}\n\n| what | value |")
    assert first.endswith(f"{END}\n\nBy hand too\n")
    assert "old figures" not in first
    assert f"`{model.card.version}`" in first
    assert page.read_text(encoding="utf-8") == first


def test_the_figures_tell_rows_scores_bands_packages_and_hash(model: Artifact):
    """Everything that the card vouches for, with the profile's names; labels of sides in words."""
    figures = figures_of(model.card, load_profile(find_profile("haikou")).categories)

    for expected in (
        "| rows | 90 |",
        "| labels of type | 咨询 投诉 |",
        f"| accuracy | {model.card.scores['accuracy']:.3f} |",
        "| automatic_precision |",
        f"`{model.card.training_sha256}`",
        "scikit-learn ",
        "| 07 市政设施 | 30 | 0703 路灯故障 30 |",
    ):
        assert expected in figures


def test_a_label_that_no_profile_knows_is_told_by_itself(model: Artifact):
    """A card of another label set can be read too."""
    assert "| 0703 | 30 |  |" in figures_of(model.card, {})


def test_a_page_without_marks_is_refused():
    """Nothing is appended where nobody expects it."""
    with pytest.raises(Rejected, match="has no lines"):
        with_figures("# By hand\n", "figures")


def test_the_page_tells_every_category_of_the_default_profile():
    """It was written from a model of the taxonomy that we ship."""
    figures = PAGE.read_text(encoding="utf-8").partition(BEGIN)[2]

    for code, category in load_profile(find_profile("haikou")).categories.items():
        assert f"{code} {category.level2} " in figures


def test_no_figure_stands_in_the_prose():
    """A number that was true of one model would be wrong of the next."""
    prose = PAGE.read_text(encoding="utf-8").partition(BEGIN)[0]

    assert not re.search(r"\d\.\d|\d ?%|\d,\d", prose)
