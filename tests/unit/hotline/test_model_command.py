"""``hotline model``, and the candidates that ``hotline train`` makes for it, from the command line."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from config.profiles import find_profile
from hotline.__main__ import main
from hotline.learning import learn, outside_test_part, own_rows, split_lessons_of
from hotline.shelf import Shelf, version_in
from models.profile import Profile

TOWN = "shouguang"
ROWS = outside_test_part(own_rows(find_profile(TOWN)))


@pytest.fixture
def shelf(town: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """The shelf of an installation without a database; a model serves that learned all but the test part."""
    monkeypatch.setenv("HOTLINE_PROFILE", TOWN)
    monkeypatch.setenv("HOTLINE_ARTIFACT_DIR", str(tmp_path / "artifacts"))
    monkeypatch.delenv("HOTLINE_DATABASE_URL", raising=False)
    shelf = Shelf(tmp_path / "artifacts" / TOWN)
    learn(ROWS, town, shelf.serving, lessons=split_lessons_of(town, find_profile(TOWN)))
    return shelf


def a_poor_model(town: Profile, place: Path) -> None:
    """A model that was taught every category under the code of another, without the profile's words to put it right."""
    codes = sorted(town.categories)
    other = dict(zip(codes, [*codes[1:], codes[0]], strict=True))
    learn([replace(row, category=other[row.category]) for row in ROWS], None, place)


def test_a_candidate_stands_beside_the_serving_model(shelf: Shelf, capsys: pytest.CaptureFixture[str]):
    """Training one changes nothing for the citizens."""
    served = version_in(shelf.serving)
    assert main(["train", "--candidate"]) == 0

    assert version_in(shelf.candidate) == version_in(shelf.serving) == served
    assert str(shelf.candidate) in capsys.readouterr().out


def test_a_candidate_as_good_is_promoted_after_the_table(shelf: Shelf, town: Profile, capsys: pytest.CaptureFixture[str]):
    """Neither model learned the test part, so its rows are fair; without a database there are no others, and that is said."""
    served = version_in(shelf.serving)
    learn(ROWS[:-3], town, shelf.candidate)
    promoted = version_in(shelf.candidate)

    assert main(["model", "promote"]) == 0

    printed = capsys.readouterr().out
    assert "seed corpus, test part: 22 of 22 rows (learned from: serving 0, candidate 0)" in printed
    assert "decided by people, test part: left out" in printed
    assert printed.index("macro-F1") < printed.index(f"model {promoted} serves")
    assert (version_in(shelf.serving), version_in(shelf.previous)) == (promoted, served)


def test_a_poor_candidate_is_refused_unless_somebody_insists(shelf: Shelf, town: Profile, capsys: pytest.CaptureFixture[str]):
    """Exit code 1, the reason and the categories that would lose; with --yes it serves all the same."""
    served = version_in(shelf.serving)
    a_poor_model(town, shelf.candidate)

    assert main(["model", "promote"]) == 1
    printed = capsys.readouterr().out
    assert "objection: seed corpus, test part: the first guess is worse, and not by chance" in printed
    assert "lost 5 points of F1 or more" in printed
    assert version_in(shelf.serving) == served

    assert main(["model", "promote", "--yes"]) == 0
    assert version_in(shelf.previous) == served


def test_a_gain_can_be_asked_for(shelf: Shelf, town: Profile, capsys: pytest.CaptureFixture[str]):
    """As good is not enough for somebody who wants a point more."""
    learn(ROWS[:-3], town, shelf.candidate)

    assert main(["model", "promote", "--min-gain", "0.5"]) == 1
    assert "+0.500 was asked for" in capsys.readouterr().out


def test_a_model_that_learned_the_test_part_proves_nothing(
    shelf: Shelf, models: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
):
    """Its answers on these rows are known beforehand, so they do not count; nor are those of one that notes nothing."""
    models[0].rename(shelf.candidate)
    assert main(["model", "promote"]) == 1
    assert "22 rows, none to compare on (learned from: serving 0, candidate 22)" in capsys.readouterr().out

    (shelf.candidate / "learned.npy").unlink()
    assert main(["model", "promote"]) == 1
    assert "nothing is known" in capsys.readouterr().out


def test_the_first_model_of_a_city_has_nothing_to_compare_with(shelf: Shelf):
    """Where nothing serves, the candidate does."""
    shelf.serving.rename(shelf.candidate)

    assert main(["model", "promote"]) == 0
    assert version_in(shelf.serving)


def test_a_rollback_brings_the_previous_model_back(shelf: Shelf, town: Profile, capsys: pytest.CaptureFixture[str]):
    """And says which one serves now."""
    served = version_in(shelf.serving)
    a_poor_model(town, shelf.candidate)
    assert main(["model", "promote", "--yes"]) == 0

    assert main(["model", "rollback"]) == 0
    assert version_in(shelf.serving) == served
    assert f"model {served} serves again" in capsys.readouterr().out


def test_a_previous_model_that_does_not_load_does_not_come_back(shelf: Shelf, town: Profile):
    """A broken copy never serves."""
    served = version_in(shelf.serving)
    learn(ROWS[:-3], town, shelf.previous)
    (shelf.previous / "arrays.npz").write_bytes(b"PK")

    assert main(["model", "rollback"]) == 2
    assert version_in(shelf.serving) == served


def test_the_list_shows_each_place_with_its_card(shelf: Shelf, town: Profile, capsys: pytest.CaptureFixture[str]):
    """Version, rows and scores; what is missing or broken is said."""
    learn(ROWS[:-3], town, shelf.candidate)
    learn(ROWS, town, shelf.previous)
    (shelf.previous / "card.json").write_text("{}")
    assert main(["model", "list"]) == 0

    serving, candidate, previous = (
        part for part in capsys.readouterr().out.replace("\n    ", " ").splitlines() if not part.startswith(" ")
    )
    assert serving.startswith(f"serving: model {version_in(shelf.serving)}")
    assert "first guess right" in serving
    assert candidate.startswith(f"candidate: model {version_in(shelf.candidate)}")
    assert previous.startswith(f"previous: {shelf.previous}: ")

    shutil.rmtree(shelf.previous)
    main(["model", "list"])
    assert "previous: none" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["model", "promote"], "no candidate here"),
        (["model", "rollback"], "no model served before"),
        (["train", "--from-database"], "HOTLINE_DATABASE_URL is not set"),
        (["train", "--candidate", "--out", "somewhere"], "give one"),
        (["train", "--data", "rows.csv", "--out", "somewhere", "--candidate"], "about the profile's"),
        (["train", "--data", "rows.csv", "--out", "somewhere", "--from-database"], "about the profile's"),
        (["train", "--since", "2026-01-31"], "choose among what --from-database reads"),
        (["train", "--candidate", "--per-category", "5"], "choose among what --from-database reads"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_sentence(
    shelf: Shelf, capsys: pytest.CaptureFixture[str], arguments: list[str], reason: str
):
    """Exit code 2, and every model stands where it stood."""
    served = version_in(shelf.serving)

    assert main(arguments) == 2

    said = capsys.readouterr().err
    assert reason in said
    assert said.count("\n") == 1
    assert (version_in(shelf.serving), shelf.candidate.exists(), shelf.previous.exists()) == (served, False, False)


def test_the_serving_model_is_no_candidate_for_its_own_place(shelf: Shelf, capsys: pytest.CaptureFixture[str]):
    """Promoting it would only forget the previous one."""
    shutil.copytree(shelf.serving, shelf.candidate)

    assert main(["model", "promote", "--yes"]) == 2
    assert "serves already" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--since", "yesterday"], ["--per-category", "0"], ["--per-category", "many"]])
def test_a_day_and_a_number_are_checked(arguments: list[str], capsys: pytest.CaptureFixture[str]):
    """A slip is told before anything is read."""
    with pytest.raises(SystemExit) as ended:
        main(["train", "--from-database", *arguments])

    assert ended.value.code == 2
    assert repr(arguments[1]) in capsys.readouterr().err
