"""Artifacts: a model that travels as files and vouches for itself."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifiers.artifact import Artifact, BadArtifact, load_artifact, save_artifact
from classifiers.background import Background
from classifiers.category import words_of
from classifiers.training import train
from tests.unit.classifiers.conftest import A_DAY, some_rows


def test_a_loaded_model_guesses_as_the_trained_one_did(small_model: Artifact, tmp_path: Path):
    """What a worker loads is what was measured."""
    save_artifact(small_model, tmp_path / "model")
    loaded = load_artifact(tmp_path / "model")
    words = [words_of("路灯又不亮了"), words_of("")]

    assert loaded.card == small_model.card
    for before, after in (
        (small_model.category, loaded.category),
        (small_model.sides["type"], loaded.sides["type"]),
        (small_model.sides["urgency"], loaded.sides["urgency"]),
    ):
        features = loaded.features.transform(words)
        assert np.array_equal(before.predict_proba(features), after.predict_proba(features))


def test_the_same_rows_and_seed_give_the_same_version(small_model: Artifact):
    """A version names what a model does, so that a replay can be repeated."""
    again = train(some_rows(), seed=7, created_at=A_DAY.replace(year=2027))

    assert again.card.version == small_model.card.version


def test_other_rows_give_another_version(small_model: Artifact):
    """Two models that guess differently are never taken for one."""
    assert train(some_rows()[1:], seed=7, created_at=A_DAY).card.version != small_model.card.version


def test_changed_numbers_are_refused(small_model: Artifact, tmp_path: Path):
    """A card does not vouch for arrays that it was not written for."""
    save_artifact(small_model, tmp_path / "model")
    with np.load(tmp_path / "model" / "arrays.npz") as file:
        arrays = dict(file)
    arrays["category_weights"][0, 0] += 1
    np.savez(tmp_path / "model" / "arrays.npz", **arrays)

    with pytest.raises(BadArtifact, match="does not belong"):
        load_artifact(tmp_path / "model")


@pytest.mark.parametrize(
    ("field", "value"),
    [("labels", ["water", "noise", "lamp"]), ("side_labels", {"type": ["10", "30"]}), ("version", "0" * 12)],
)
def test_a_card_that_claims_something_else_is_refused(small_model: Artifact, tmp_path: Path, field: str, value: object):
    """Columns that change their names would send every request astray."""
    save_artifact(small_model, tmp_path / "model")
    card = tmp_path / "model" / "card.json"
    fields = json.loads(card.read_text("utf-8"))
    fields[field] = value
    card.write_text(json.dumps(fields), "utf-8")

    with pytest.raises(BadArtifact, match="does not belong"):
        load_artifact(tmp_path / "model")


def test_a_model_of_another_taxonomy_is_refused(small_model: Artifact, tmp_path: Path):
    """A model must not guess codes that no unit answers for; a taxonomy that has grown is fine."""
    save_artifact(small_model, tmp_path / "model")

    with pytest.raises(BadArtifact, match="lacks: noise"):
        load_artifact(tmp_path / "model", {"lamp", "water"})
    assert load_artifact(tmp_path / "model", {"lamp", "water", "noise", "new"}).card.labels == ("lamp", "noise", "water")


def test_bands_that_were_moved_by_hand_are_refused(small_model: Artifact, tmp_path: Path):
    """What is dispatched without a person is measured, not wished."""
    save_artifact(small_model, tmp_path / "model")
    card = tmp_path / "model" / "card.json"
    fields = json.loads(card.read_text("utf-8"))
    fields["bands"]["automatic"] = 0.01
    card.write_text(json.dumps(fields), "utf-8")

    with pytest.raises(BadArtifact, match="does not belong"):
        load_artifact(tmp_path / "model")


@pytest.mark.parametrize("missing", ["card.json", "arrays.npz"])
def test_a_missing_file_is_named(small_model: Artifact, tmp_path: Path, missing: str):
    """The message says what to look for."""
    save_artifact(small_model, tmp_path / "model")
    (tmp_path / "model" / missing).unlink()

    with pytest.raises(BadArtifact, match=missing):
        load_artifact(tmp_path / "model")


@pytest.mark.parametrize(
    "card", ["", "[]", "{}", '{"format": 99}', '{"format": 1, "labels": 3}'], ids=["empty", "list", "bare", "newer", "broken"]
)
def test_a_strange_card_is_refused(small_model: Artifact, tmp_path: Path, card: str):
    """Nothing that we did not write is trusted."""
    save_artifact(small_model, tmp_path / "model")
    (tmp_path / "model" / "card.json").write_text(card)

    with pytest.raises(BadArtifact, match="card"):
        load_artifact(tmp_path / "model")


def test_a_card_of_another_release_says_what_to_do(small_model: Artifact, tmp_path: Path):
    """After an upgrade the model is trained anew."""
    save_artifact(small_model, tmp_path / "model")
    (tmp_path / "model" / "card.json").write_text('{"format": 1}')

    with pytest.raises(BadArtifact, match=r"has format 1;.* run `hotline train`"):
        load_artifact(tmp_path / "model")


def test_arrays_that_would_run_code_are_refused(small_model: Artifact, tmp_path: Path):
    """A model file cannot smuggle in a program."""
    save_artifact(small_model, tmp_path / "model")
    np.savez(tmp_path / "model" / "arrays.npz", idf=np.array([print], dtype=object))

    with pytest.raises(BadArtifact, match="cannot be read"):
        load_artifact(tmp_path / "model")


def test_a_new_model_takes_the_place_of_the_old_one(small_model: Artifact, tmp_path: Path):
    """Readers find the old model or the new one, and no scraps stay behind."""
    save_artifact(small_model, tmp_path / "model")
    newer = replace(small_model, card=replace(small_model.card, seed=8))

    save_artifact(newer, tmp_path / "model")

    assert load_artifact(tmp_path / "model").card.seed == 8
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_other_files_are_never_overwritten(small_model: Artifact, tmp_path: Path):
    """A slip in --out costs nobody their documents."""
    (tmp_path / "letter.txt").write_text("dear")

    with pytest.raises(BadArtifact, match="holds other files"):
        save_artifact(small_model, tmp_path)
    assert (tmp_path / "letter.txt").read_text() == "dear"


def test_a_model_keeps_the_words_of_the_town_that_it_learned_with(tmp_path: Path):
    """A road that the profile gains later changes nothing about how a served model cuts its texts."""
    town = train(some_rows(), seed=7, created_at=A_DAY, background=Background(local_words=("白沙门", "路灯不亮")))
    save_artifact(town, tmp_path / "model")

    assert load_artifact(tmp_path / "model").local_words == ("白沙门", "路灯不亮")


def test_other_words_of_the_town_make_another_model(small_model: Artifact, tmp_path: Path):
    """The words belong to what a model is: its version names them, and a file with other words is refused."""
    town = train(some_rows(), seed=7, created_at=A_DAY, background=Background(local_words=("白沙门",)))
    save_artifact(replace(small_model, local_words=("白沙门",)), tmp_path / "model")

    assert town.card.version != small_model.card.version
    with pytest.raises(BadArtifact, match="does not belong"):
        load_artifact(tmp_path / "model")
