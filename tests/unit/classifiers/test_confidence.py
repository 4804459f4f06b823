"""Confidence is learned from what was right, and means what it says."""

import numpy as np
import pytest

from classifiers.confidence import Confidence, cross_confidences

CHANCE = np.random.default_rng(5)
N_ROWS = 4000


def some_margins(*, bad_label: int | None = None):
    """Margins of four labels and whether the best one was right: the likelier, the larger the gap to the second.

    A guess of ``bad_label`` is right half as often as its gap promises.
    """
    margins = CHANCE.normal(-1, 0.4, size=(N_ROWS, 4)).astype(np.float32)
    margins[np.arange(N_ROWS), CHANCE.integers(0, 4, N_ROWS)] += 1
    ranked = np.sort(margins, axis=1)
    promised = 1 / (1 + np.exp(-4 * (ranked[:, -1] - ranked[:, -2]) + 1))
    promised = np.where(margins.argmax(axis=1) == bad_label, promised / 2, promised) if bad_label is not None else promised
    return margins, CHANCE.random(N_ROWS) < promised


def test_of_guesses_made_with_80_percent_about_80_percent_are_right():
    """On rows that it was not shown."""
    margins, hits = some_margins()
    fresh, fresh_hits = some_margins()

    confidences = Confidence().fit(margins, hits).of(fresh)

    near = (confidences > 0.75) & (confidences < 0.85)
    assert fresh_hits[near].mean() == pytest.approx(0.8, abs=0.05)


def test_a_label_that_is_often_wrong_is_trusted_less():
    """The same margins mean less for a category that others are taken for."""
    margins, hits = some_margins(bad_label=2)
    row = np.array([[0.2, -0.8, -0.9, -1.0]], np.float32)

    confidence = Confidence().fit(margins, hits)

    assert confidence.of(np.roll(row, 2, axis=1))[0] < confidence.of(row)[0] - 0.15


def test_crossed_confidences_promise_no_more_than_they_keep():
    """Thresholds are read off these: a confidence that knew its own row would be too high."""
    margins, hits = some_margins(bad_label=1)

    assert cross_confidences(margins, hits).mean() == pytest.approx(hits.mean(), abs=0.02)


def test_rows_sorted_by_label_tell_as_much_of_each_label():
    """A corpus comes sorted. What is known of a label must not be taken away with all of its rows."""
    margins, hits = some_margins(bad_label=1)
    in_order = np.argsort(margins.argmax(axis=1), kind="stable")
    margins, hits = margins[in_order], hits[in_order]

    crossed = cross_confidences(margins, hits)

    bad = margins.argmax(axis=1) == 1
    assert crossed[bad].mean() == pytest.approx(hits[bad].mean(), abs=0.05)


def test_a_label_that_was_never_shown_does_no_harm():
    """Its margin is minus infinity."""
    margins, hits = some_margins()
    margins[:, 3] = -np.inf

    assert np.isfinite(Confidence().fit(margins, hits).of(margins)).all()
