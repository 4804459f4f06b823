"""How well emergencies are told on the test part of our own, which no model of the tests has seen."""

from itertools import chain
from pathlib import Path

import pytest

from bench.emergencies import Scores, alarms, is_calm, rows_kept_apart, score
from classifiers.understand import Understander


@pytest.fixture(scope="module")
def scores(understander: Understander, haikou_directory: Path) -> Scores:
    """What words and tone reach together on emergencies and their false friends."""
    emergencies, _ = rows_kept_apart(haikou_directory)
    return score(understander, [*chain(*emergencies.values())])


def test_emergencies_are_heard(scores: Scores):
    """Of a hundred, half of them told without a single hot word, four are missed."""
    assert scores.recall >= 0.94


def test_false_friends_are_told_apart(scores: Scores):
    """Of five taken for 特急 four are it, though nearly half of these rows were written to mislead."""
    assert scores.precision >= 0.79


def test_ordinary_requests_stay_ordinary(understander: Understander, haikou_directory: Path):
    """A dispatcher may be alarmed in vain by one ordinary request in fourteen, not by more."""
    _, ordinary = rows_kept_apart(haikou_directory)
    taken = alarms(understander, [row.text for row in ordinary if is_calm(row)])

    assert sum(taken) / len(taken) <= 0.07
