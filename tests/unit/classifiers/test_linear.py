"""Features and linear head: scikit-learn citizens with honest probabilities."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import cross_val_score

from classifiers.category import words_of
from classifiers.features import TextFeatures
from classifiers.linear import LinearHead, log_loss, softmax
from classifiers.pipeline import FeatureStep, category_pipeline
from classifiers.words import cut_together, fastest_cutter
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
        LinearHead().predict(FeatureStep().fit_transform(WORDS))


def test_each_row_of_features_has_length_one_or_is_empty():
    """Long letters weigh as much as short messages; a text of unknown words has no features at all."""
    features = TextFeatures().fit(WORDS).transform([*WORDS[:3], ["xyz"], []])

    lengths = np.sqrt(features.multiply(features).sum(axis=1)).ravel()

    assert np.allclose(lengths, [1, 1, 1, 0, 0])


def test_the_vocabulary_keeps_to_its_limit():
    """The limit bounds the memory of a worker; the most common terms stay."""
    features = TextFeatures(max_terms=20).fit(WORDS)

    assert len(features.hashes_) == len(features.idf_) == 20
    assert features.transform([["了"]]).nnz == 2
    assert features.transform([["灯泡"]]).nnz < 4  # the word, 灯, 泡 and 灯泡


def test_every_term_knows_where_it_stands():
    """Evidence can be drawn on the citizen's own words: words, then characters, then pairs, also across words."""
    features = TextFeatures().fit([["wifi", "路灯", "坏", "12"]])

    terms = features.terms_of(cut_together(["wifi路灯坏12"], fastest_cutter()))

    assert [*zip(terms.first.tolist(), terms.last.tolist(), strict=True)] == [
        *((4, 5), (6, 6), (0, 3), (7, 8)),
        *((4, 4), (5, 5), (6, 6)),
        *((4, 5), (5, 6)),
    ]
    assert sorted(terms.columns.tolist()) == list(range(9))


def test_a_word_weighs_apart_from_its_character_and_from_the_same_pair():
    """水 as a word says more than 水 in 水果; 路灯 the word is not 路灯 across two words."""
    features = TextFeatures().fit([["水"], ["水果"], ["路", "灯"], ["路灯"]])

    for one, other, in_common in ((["水"], ["水果"], 1), (["路", "灯"], ["路灯"], 3)):
        first, second = (set(features.transform([each]).indices.tolist()) for each in (one, other))
        assert len(first & second) == in_common


def test_a_batch_is_no_different_from_its_texts():
    """No pair reaches from one text into the next."""
    features = TextFeatures().fit(WORDS)
    texts = [*WORDS[:5], [], ["新词"], *WORDS[5:9]]

    together = features.transform(texts)

    assert all((together[row] != features.transform([text])).nnz == 0 for row, text in enumerate(texts))


def test_texts_that_are_cut_together_have_the_features_that_each_has_alone():
    """A worker cuts a batch at once; what it sees is what the model learned from."""
    features = TextFeatures().fit(WORDS)
    texts = [*(row.text for row in ROWS[:5]), "", "wifi 12", "新词wifi", ROWS[5].text]
    lengths = np.array([len(text) for text in texts])

    alone, unknown_alone = features.look_up([words_of(text) for text in texts])
    terms = features.terms_of(cut_together(texts, fastest_cutter()))
    together, unknown_together = features.look_up_spans(terms, np.arange(len(texts)), np.zeros_like(lengths), lengths)

    assert (alone != together).nnz == 0
    assert np.array_equal(unknown_alone, unknown_together)


def test_a_span_of_a_text_has_the_features_of_its_own_words():
    """Requests within a contact are read from the words of the whole, which are cut once."""
    parts = ["路灯不亮，", "小区停水", "wifi坏了"]
    features = TextFeatures().fit([words_of(part) for part in parts])
    texts = ["垃圾没人收", "".join(parts), ""]
    starts, ends = np.array([0, 5, 9]), np.array([5, 9, 15])

    alone, unknown_alone = features.look_up([words_of(part) for part in parts])
    terms = features.terms_of(cut_together(texts, fastest_cutter()))
    within, unknown_within = features.look_up_spans(terms, np.ones_like(starts), starts, ends)

    assert (alone != within).nnz == 0
    assert np.array_equal(unknown_alone, unknown_within)


@pytest.mark.parametrize("n_labels", [2, 3])
def test_probabilities_sum_to_one_for_any_number_of_labels(n_labels: int):
    """Two labels are no special case for those who read the probabilities."""
    kept = [(words, label) for words, label in zip(WORDS, LABELS, strict=True) if label in sorted(set(LABELS))[:n_labels]]
    features = FeatureStep().fit_transform([words for words, _ in kept])
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
