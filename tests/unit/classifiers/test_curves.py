"""Curves: how far a confidence can be trusted."""

import numpy as np
import pytest

from classifiers.curves import coverage_curve, mean_gap, reliability


def test_bins_tell_confidence_and_accuracy_of_their_rows():
    """A confidence of 1 belongs to the last bin; a bin without rows has no means."""
    bins = reliability(np.array([0.05, 0.92, 0.98, 1.0]), np.array([False, True, True, False]))

    assert [each.rows for each in bins] == [1, 0, 0, 0, 0, 0, 0, 0, 0, 3]
    assert bins[1].accuracy is None
    assert bins[9].accuracy == pytest.approx(2 / 3)
    assert bins[9].mean_confidence == pytest.approx(2.9 / 3)


def test_the_mean_gap_weighs_bins_by_their_rows():
    """One row that claims .95 and is wrong among nine that claim .95 and are right: .95 against .9."""
    confidences, hits = np.full(10, 0.95), np.array([True] * 9 + [False])

    assert mean_gap(reliability(confidences, hits)) == pytest.approx(0.05)


def test_the_curve_takes_the_most_confident_first():
    """Precision falls as more rows are taken, down to the accuracy of all."""
    points = coverage_curve(np.array([0.1, 0.9, 0.5, 0.8]), np.array([False, True, False, True]))

    assert points == [(0.25, 1.0), (0.5, 1.0), (0.75, pytest.approx(2 / 3)), (1.0, 0.5)]


def test_rows_of_equal_confidence_are_taken_together():
    """No threshold tells them apart."""
    assert coverage_curve(np.array([0.5, 0.5, 0.5]), np.array([True, False, False])) == [(1.0, pytest.approx(1 / 3))]


def test_a_long_curve_is_thinned_and_keeps_its_ends():
    """Ten thousand rows are drawn with two hundred points."""
    confidences = np.linspace(1, 0, 10_000)

    points = coverage_curve(confidences, np.ones(10_000, dtype=bool))

    assert len(points) == 200
    assert (points[0].coverage, points[-1].coverage) == (0.0001, 1.0)
