"""Danger: kinds of emergencies, learned one by one and weighed with what the lexicon found."""

import numpy as np
import pytest

from classifiers.danger import Danger, DangerScale, kinds_of
from classifiers.danger_training import DangerRows, learn_danger
from classifiers.features import TextFeatures
from classifiers.linear import LinearHead
from classifiers.urgency import Signs

LABELS = ["1", "3", "3:fire"]


def test_a_category_with_many_emergencies_is_a_kind_of_its_own():
    """Fires are heard as fires; what is rare is heard together."""
    kinds = kinds_of(["fire"] * 61 + ["well", "well", "fire"], ["3"] * 62 + ["1", "2"])

    assert kinds.tolist() == ["3:fire"] * 61 + ["3", "1", "2"]


def test_the_kinds_tell_where_emergencies_are_common():
    """A category whose few emergencies are heard with the others is none of them."""
    head = LinearHead().restore(np.array(["1", "3", "3:fire"]), np.zeros((2, 3), np.float32), np.zeros(3), steepness=1.0)

    assert Danger(head, DangerScale()).categories == {"fire"}


def test_what_the_words_leave_open_the_signs_decide():
    """Where the margins are the same, a hot word makes the emergency."""
    margins = np.zeros((40, 3), np.float32)
    signs = [Signs(stands=row % 2 == 1, characters=20) for row in range(40)]

    scale = DangerScale().fit(margins, LABELS, signs, np.arange(40) % 2 == 1)

    calm, hot = scale.of(margins[:2], LABELS, signs[:2])
    assert calm < 0.2
    assert hot > 0.8


def test_the_loudest_kind_is_heard_among_the_quiet_ones():
    """A fire is no less a fire for not being a flood."""
    margins = np.array([[0, -1, -1], [0, 1, -1], [0, -1, 1], [0, -1, -1]] * 10, np.float32)
    signs = [Signs(characters=9)] * 40

    scale = DangerScale().fit(margins, LABELS, signs, margins[:, 1:].max(axis=1) > 0)

    quiet, one, other, _ = scale.of(margins[:4], LABELS, signs[:4])
    assert quiet < min(one, other)


@pytest.fixture(scope="module")
def learned():
    """What was learned of 120 fires, 120 lamps and 20 rows without an urgency; both probabilities by row."""
    words = [["着火", "了", "快", "来", str(row)] for row in range(120)]
    words += [["路灯", "不", "亮", "三天", str(row)] for row in range(140)]
    categories = np.array(["fire"] * 120 + ["lamp"] * 140)
    urgencies = np.array(["3"] * 120 + ["1"] * 120 + [""] * 20)
    features = TextFeatures().fit(words)
    return learn_danger(features, DangerRows(words, categories, urgencies, [Signs(characters=9)] * 260), 7)


def test_danger_is_measured_on_rows_that_were_not_shown(learned):
    """Rows without an urgency teach nothing and are measured by nothing."""
    _, probabilities = learned

    assert probabilities[:120].min() > 0.5
    assert probabilities[120:240].max() < 0.5
    assert np.isnan(probabilities[240:]).all()


def test_few_emergencies_teach_nothing():
    """A score of texts has only by chance something in common."""
    words = [[str(row)] for row in range(60)]
    features = TextFeatures().fit(words)

    rows = DangerRows(words, np.array(["a"] * 60), np.array(["3", "1"] * 30), [Signs(characters=9)] * 60)

    assert learn_danger(features, rows, 7) is None
