"""Measures and folds: how we know how good a model is."""

import numpy as np
import pytest

from classifiers.held_out import ALWAYS_SHOWN, deal_folds
from classifiers.measures import coverage_at, macro_f1, score_classes, threshold_for


def test_precision_recall_and_f1_of_each_label():
    """Two of three lamp calls found, one water call taken for a lamp."""
    scores = score_classes(["lamp", "lamp", "lamp", "water"], ["lamp", "lamp", "water", "lamp"])

    assert scores["lamp"].precision == scores["lamp"].recall == pytest.approx(2 / 3)
    assert scores["water"].f1 == 0
    assert scores["lamp"].support == 3
    assert macro_f1(scores) == pytest.approx(1 / 3)


def test_the_threshold_is_the_lowest_that_keeps_the_precision():
    """As many requests as possible go without a person, no more."""
    confidences = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    hits = np.array([True, True, False, True, False])

    assert threshold_for(0.7, confidences, hits) == 0.6
    assert threshold_for(0.9, confidences, hits) == 0.8
    assert coverage_at(0.9, confidences, hits) == pytest.approx(0.4)


def test_rows_of_equal_confidence_stand_or_fall_together():
    """A threshold cannot part what is equally sure."""
    confidences, hits = np.array([0.9, 0.9, 0.1]), np.array([True, False, True])

    assert threshold_for(1.0, confidences, hits) is None


def test_a_few_lucky_rows_make_no_threshold():
    """A band needs evidence."""
    confidences, hits = np.array([0.9, 0.8, 0.1]), np.array([True, True, False])

    assert threshold_for(0.9, confidences, hits, least_rows=3) is None


def test_equal_texts_are_never_apart():
    """A twin among the learned rows would make the measure lie."""
    texts = [f"text {number % 12}" for number in range(60)]
    labels = [f"label {number % 3}" for number in range(60)]

    folds = deal_folds(labels, texts, n_folds=4, seed=5)

    assert all(len({fold for fold, text in zip(folds, texts, strict=True) if text == wanted}) == 1 for wanted in set(texts))


def test_folds_are_even_and_the_same_each_time():
    """Each label is measured on all its rows, a fair share in each fold."""
    labels, texts = ["a"] * 10 + ["b"] * 10, [str(number) for number in range(20)]

    folds = deal_folds(labels, texts, n_folds=5, seed=1)

    assert np.bincount(folds[:10]).tolist() == np.bincount(folds[10:]).tolist() == [2] * 5
    assert (folds == deal_folds(labels, texts, n_folds=5, seed=1)).all()
    assert (folds != deal_folds(labels, texts, n_folds=5, seed=2)).any()


def test_a_label_of_one_text_is_always_learned_from():
    """It cannot be measured, but it need not be forgotten."""
    assert deal_folds(["a", "a", "b"], ["1", "2", "3"], n_folds=2, seed=0)[2] == ALWAYS_SHOWN
