"""Features and linear head: scikit-learn citizens with honest probabilities."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import cross_val_score

from classifiers.category import category_pipeline, words_of
from classifiers.features import TextFeatures, terms_of, words_behind_terms
from classifiers.linear import LinearHead, log_loss, softmax
from tests.unit.classifiers.conftest import some_rows

ROWS = some_rows()
WORDS = [words_of(row.text) for row in ROWS]
LABELS = [row.category for row in ROWS]


def test_the_pipeline_works_with_the_tools_of_scikit_learn():
    """Anybody who knows the library can measure our classifier with it."""
    scores = cross_val_score(clone(category_pipeline(seed=1)), WORDS, LABELS, cv=3)

    assert scores.mean() > 0.8


def test_asking_before_learning_is_refused():
    """A model that has learned nothing says so."""
    with pytest.raises(NotFittedError):
        TextFeatures().transform(WORDS)
    with pytest.raises(NotFittedError):
        LinearHead().predict(TextFeatures().fit_transform(WORDS))


def test_each_row_of_features_has_length_one_or_is_empty():
    """Long letters weigh as much as short messages; a text of unknown words has no features at all."""
    features = TextFeatures().fit(WORDS).transform([*WORDS[:3], ["xyz"], []])

    lengths = np.sqrt(features.multiply(features).sum(axis=1)).ravel()

    assert np.allclose(lengths, [1, 1, 1, 0, 0])


def test_the_vocabulary_keeps_to_its_limit():
    """The limit bounds the memory of a worker; the most common terms stay."""
    features = TextFeatures(max_terms=20).fit(WORDS)

    assert len(features.vocabulary_) == len(features.idf_) == 20
    assert "~了" in features.vocabulary_
    assert "灯泡" not in features.vocabulary_


def test_every_term_knows_the_words_behind_it():
    """Evidence can be drawn on the citizen's own words."""
    words = ["wifi", "路灯", "坏", "12"]

    origin = dict(zip(terms_of(words), words_behind_terms(words), strict=True))

    assert origin == {"wifi": (0,), "路灯": (1,), "坏": (2,), "#2": (3,)} | {
        "~路": (1,),
        "~灯": (1,),
        "~坏": (2,),
        "~路灯": (1, 1),
        "~灯坏": (1, 2),
    }


@pytest.mark.parametrize("n_labels", [2, 3])
def test_probabilities_sum_to_one_for_any_number_of_labels(n_labels: int):
    """Two labels are no special case for those who read the probabilities."""
    kept = [(words, label) for words, label in zip(WORDS, LABELS, strict=True) if label in sorted(set(LABELS))[:n_labels]]
    features = TextFeatures().fit_transform([words for words, _ in kept])
    head = LinearHead().fit(features, [label for _, label in kept])

    probabilities = head.predict_proba(features)

    assert probabilities.shape == (len(kept), n_labels)
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert (head.classes_[probabilities.argmax(axis=1)] == head.predict(features)).all()


def test_calibrated_probabilities_mean_what_they_say():
    """Of guesses made with 70 %, about 70 % are right."""
    chance = np.random.default_rng(3)
    truth = chance.normal(size=(4000, 3))
    labels = np.array(["a", "b", "c"])[[chance.choice(3, p=row) for row in softmax(truth)]]
    head = LinearHead().restore(["a", "b", "c"], np.zeros((1, 3), np.float32), np.zeros(3), steepness=1.0)

    margins = truth / 9  # an SVM's margins say which is best, not how sure that is
    confidences = head.calibrate(margins, labels).probabilities(margins).max(axis=1)
    hits = np.array(["a", "b", "c"])[margins.argmax(axis=1)] == labels

    sure = (confidences > 0.65) & (confidences < 0.75)
    assert head.steepness_ == pytest.approx(9, rel=0.1)
    assert hits[sure].mean() == pytest.approx(0.70, abs=0.05)


def test_log_loss_of_a_sure_and_right_guess_is_nothing():
    """The measure that calibration minimises punishes wrong certainty only."""
    probabilities = np.array([[1.0, 0.0], [0.0, 1.0]])

    assert log_loss(probabilities, np.array([0, 1])) == pytest.approx(0)
    assert log_loss(probabilities, np.array([1, 0])) > 20
