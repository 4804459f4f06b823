"""Training: any rows become a measured model, or a clear refusal."""

from dataclasses import replace

import pytest

from classifiers.artifact import Artifact
from classifiers.background import Background
from classifiers.category import hints_of, words_of
from classifiers.request_type import guess_types, type_hints_of
from classifiers.rows import LabelledText
from classifiers.training import train
from models.codes import RequestType
from models.errors import Rejected
from models.profile import Profile
from tests.unit.classifiers.conftest import A_DAY, some_rows


def test_the_shipped_corpus_teaches_what_it_promises(haikou_model: Artifact):
    """On the test part, which it has not seen; the figures stand in docs/benchmarks.md, here with a small margin."""
    scores = haikou_model.card.scores

    assert len(haikou_model.card.labels) == 140
    assert scores["accepted_accuracy"] > 0.78
    assert scores["accepted_top3_accuracy"] > 0.90
    assert scores["type_accuracy"] > 0.815
    assert scores["urgency_accuracy"] > 0.925
    assert scores["coverage_at_0.95"] > 0.47


def test_confidence_is_about_as_high_as_it_is_right(haikou_model: Artifact):
    """The mean confidence on held-out rows does not promise much more than it keeps."""
    scores = haikou_model.card.scores

    assert scores["mean_confidence"] == pytest.approx(scores["accepted_accuracy"], abs=0.05)


def test_a_second_category_counts_as_right_and_is_not_learned():
    """Nobody would correct such a dispatch; the model still learns the first one."""
    doubtful = [LabelledText(f"门口第{number}次这样了", label) for number in range(40) for label in ("lamp", "water")]
    told = [replace(row, alternative="water" if row.category == "lamp" else "lamp") for row in doubtful]
    plain, generous = (train([*some_rows(), *each], seed=1, created_at=A_DAY) for each in (doubtful, told))

    assert generous.card.scores["accuracy"] == plain.card.scores["accuracy"]
    assert generous.card.scores["accepted_accuracy"] > plain.card.scores["accepted_accuracy"] + 0.2
    assert generous.category.classes_.tolist() == plain.category.classes_.tolist()


def test_a_category_without_rows_of_its_own_kind_leans_on_the_profiles_words(haikou: Profile):
    """Hints help where rows are few: the profile's words for a category count as a text of it."""
    rows = [LabelledText(f"{code} 第{number}件", code) for code in ("0703", "0801") for number in range(4)]
    without = train(rows, seed=1, created_at=A_DAY)
    hinted = train(rows, seed=1, created_at=A_DAY, background=Background(hints=hints_of(haikou.categories.values())))
    lamp = [words_of("路灯不亮")]

    assert not without.features.transform(lamp).nnz
    assert hinted.category.predict(hinted.features.transform(lamp)).tolist() == ["0703"]
    assert hinted.card.labels == ("0703", "0801")


def test_a_type_leans_on_phrases_that_no_row_holds():
    """Phrases help where rows are few: how people ask or accuse is the same whatever they ask about."""
    rows = [
        LabelledText(f"{text}第{number}件", label, kind)
        for number in range(4)
        for text, label, kind in (
            ("路灯几点亮", "0703", RequestType.CONSULT),
            ("停水了欺负人", "0801", RequestType.COMPLAINT),
            ("水压低", "0801", RequestType.HELP),
        )
    ]
    phrases = {RequestType.CONSULT: ("需要什么材料",), RequestType.HELP: ("恳请",), RequestType.PRAISE: ("锦旗",)}
    without = train(rows, seed=1, created_at=A_DAY)
    hinted = train(
        rows,
        seed=1,
        created_at=A_DAY,
        background=Background(hints=[(["需要", "恳请"], "0703")], type_hints=type_hints_of(phrases)),
    )

    def guesses(model: Artifact, texts: list[str]) -> list[RequestType]:
        return guess_types(model.sides["type"], model.features.transform([words_of(text) for text in texts]))

    assert guesses(hinted, ["需要", "恳请"]) == [RequestType.CONSULT, RequestType.HELP]
    assert guesses(without, ["需要", "恳请"])[0] is guesses(without, ["需要", "恳请"])[1]
    assert hinted.card.side_labels["type"] == without.card.side_labels["type"]


def test_rows_without_types_teach_no_types():
    """A file of texts and categories is enough."""
    assert train(some_rows(with_sides=False), seed=1, created_at=A_DAY).sides == {}


def test_a_label_of_one_row_is_learned_and_named():
    """It is not dropped silently, and nobody believes that it was measured."""
    artifact = train([*some_rows(), LabelledText("表扬锦旗送给你们", "praise")], seed=1, created_at=A_DAY)

    assert artifact.card.thin_labels == ("praise",)
    assert artifact.card.scores["rows"] == 90
    assert artifact.category.predict(artifact.features.transform([words_of("表扬锦旗送给你们")])).tolist() == ["praise"]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "at least two categories"),
        ([LabelledText("一", "a"), LabelledText("二", "a")], "at least two categories"),
        ([LabelledText("一", "a"), LabelledText("二", "b")], "two different texts"),
        ([LabelledText("一", "a"), LabelledText("一", "b")], "two different texts"),
    ],
)
def test_too_little_to_learn_from_is_refused(rows: list[LabelledText], reason: str):
    """The message says what is missing."""
    with pytest.raises(Rejected, match=reason):
        train(rows, seed=1, created_at=A_DAY)


def test_one_text_under_two_labels_is_no_trouble():
    """Real files contradict themselves."""
    rows = [*some_rows(), LabelledText("路灯又来了", "dark"), LabelledText("停水又来了", "dark")]

    assert "dark" in train(rows, seed=1, created_at=A_DAY).card.labels


def test_progress_ends_at_the_end():
    """Whoever waits sees how far it is."""
    steps: list[tuple[str, int, int]] = []

    train(some_rows(), seed=1, created_at=A_DAY, progress=lambda *step: steps.append(step))

    assert {what for what, _, _ in steps} == {"cutting words", "learning"}
    assert steps[-1][1] == steps[-1][2]


def test_the_card_tells_what_was_learned_from(small_model: Artifact):
    """Labels, counts, split, packages and the hash of the rows travel with the model."""
    card = small_model.card

    assert card.rows_by_label == {"lamp": 30, "noise": 30, "water": 30}
    assert card.side_labels == {"type": ("10", "30"), "urgency": ("1", "2")}
    assert card.created_at == A_DAY
    assert card.split == "5 folds, equal texts together, seed 7"
    assert len(card.training_sha256) == 64
    assert card.packages["scikit-learn"]
