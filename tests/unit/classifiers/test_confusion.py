"""Confusion: which labels are taken for which."""

import numpy as np

from classifiers.confusion import confusion_of, worst_pairs

WANTED = ["a1", "a1", "a1", "a2", "b1", "b1", "b1"]
GUESSED = ["a1", "a2", "b1", "a2", "a1", "a1", "c9"]
CONFIDENCES = np.array([0.9, 0.2, 0.3, 0.9, 0.4, 0.8, 0.1])


def test_counts_stand_by_what_is_and_what_it_was_taken_for():
    """A label that was only ever guessed has a column, and a row of zeros."""
    confusion = confusion_of(WANTED, GUESSED)

    assert confusion.labels == ("a1", "a2", "b1", "c9")
    assert confusion.counts.tolist() == [[1, 1, 1, 0], [0, 1, 0, 0], [2, 0, 0, 1], [0, 0, 0, 0]]


def test_groups_are_confused_where_their_labels_are():
    """The first level adds up the second."""
    grouped = confusion_of(WANTED, GUESSED).grouped({"a1": "A", "a2": "A", "b1": "B", "c9": "C"})

    assert grouped.labels == ("A", "B", "C")
    assert grouped.counts.tolist() == [[3, 1, 0], [2, 0, 1], [0, 0, 0]]


def test_what_leaves_a_group_is_counted_in_its_last_column():
    """No row of the group is lost: each line adds up to the label's rows."""
    assert confusion_of(WANTED, GUESSED).within(["a1", "a2"]).tolist() == [[1, 1, 1], [0, 1, 0]]


def test_the_worst_pairs_come_first_with_their_most_confident_mistake():
    """Of two pairs with one mistake each the one that loses more of its truth is worse."""
    pairs = worst_pairs(WANTED, GUESSED, CONFIDENCES, most=2)

    assert [(pair.truth, pair.guess, pair.rows) for pair in pairs] == [("b1", "a1", (5, 4)), ("a1", "a2", (1,))]
    assert pairs[0].share == 2 / 3


def test_without_mistakes_there_are_no_pairs():
    """A perfect model has nothing to show."""
    assert worst_pairs(["a"], ["a"], np.array([0.5]), most=5) == []
