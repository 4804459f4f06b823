"""Two models on the same rows: each figure counted by hand, each difference with what chance would do."""

from collections.abc import Sequence
from math import isnan

import numpy as np
import pytest

from classifiers.comparison import (
    AMONG_THREE,
    COVERAGE,
    FIRST_GUESS,
    MACRO_F1,
    PRECISION,
    TYPE,
    Answers,
    Comparison,
    compare,
)
from classifiers.measures import macro_f1, score_classes
from classifiers.rows import LabelledText
from models.codes import RequestType


def rows_of(labels: Sequence[str], types: Sequence[RequestType | None] | None = None) -> list[LabelledText]:
    """Rows with these labels, in order."""
    given = types or [None] * len(labels)
    return [LabelledText(str(number), label, kind) for number, (label, kind) in enumerate(zip(labels, given, strict=True))]


def answers_of(
    firsts: Sequence[str],
    *,
    seconds: Sequence[str] | None = None,
    types: Sequence[RequestType] | None = None,
    automatic: Sequence[bool] | None = None,
) -> Answers:
    """Answers with these first guesses; without more said, alone, asking for help, and sure of nothing."""
    labels = [[first, second, ""] for first, second in zip(firsts, seconds or [""] * len(firsts), strict=True)]
    return Answers(
        np.array(labels, np.str_),
        np.array(types or [RequestType.HELP] * len(firsts), np.str_),
        np.array(automatic or [False] * len(firsts), np.bool_),
    )


def compared(labels: Sequence[str], serving: Sequence[str], candidate: Sequence[str]) -> Comparison:
    """Compare first guesses."""
    return compare(rows_of(labels), answers_of(serving), answers_of(candidate), seed=1)


LABELS = ["lamp"] * 50 + ["water"] * 50


def test_equal_models_differ_in_nothing():
    """Every difference is 0, in every resample, and nothing is worse."""
    guesses = ["lamp"] * 60 + ["water"] * 40
    measures = compared(LABELS, guesses, guesses).measures

    told = {name: (measure.gain, measure.low, measure.high) for name, measure in measures.items()}
    assert {name: figures for name, figures in told.items() if figures != (0, 0, 0)}.keys() == {TYPE, PRECISION}
    assert not any(measure.is_worse for measure in measures.values())


def test_a_candidate_that_loses_a_fifth_is_worse():
    """Twenty of a hundred rows that were right are wrong now: chance does not do that."""
    measure = compared(LABELS, LABELS, ["water"] * 20 + LABELS[20:]).measures[FIRST_GUESS]

    assert (measure.serving, measure.candidate) == (1, 0.8)
    assert measure.gain == pytest.approx(-0.2)
    assert -0.3 < measure.low < -0.2 < measure.high < -0.1
    assert measure.is_worse


def test_two_rows_lost_and_one_won_may_be_chance():
    """A candidate is not sent away for a hair."""
    serving = ["water", *LABELS[1:]]
    measure = compared(LABELS, serving, ["lamp", "water", "water", *LABELS[3:]]).measures[FIRST_GUESS]

    assert measure.gain == pytest.approx(-0.01)
    assert not measure.is_worse


def test_the_same_rows_give_the_same_intervals():
    """Chance has a seed: whoever asks twice reads the same table."""
    worse = ["water"] * 5 + LABELS[5:]

    assert compared(LABELS, LABELS, worse).measures[FIRST_GUESS] == compared(LABELS, LABELS, worse).measures[FIRST_GUESS]


def test_macro_f1_is_the_one_that_evaluation_tells():
    """Over the labels that the rows have, a guess of another label counting against its row."""
    labels = ["lamp", "lamp", "lamp", "water", "water", "noise"]
    guesses = ["lamp", "lamp", "water", "water", "gas", "lamp"]
    measure = compared(labels, labels, guesses).measures[MACRO_F1]

    assert measure.serving == 1
    assert measure.candidate == pytest.approx(macro_f1(score_classes(labels, guesses)))


def test_each_figure_is_what_a_clerk_counts():
    """Of four rows two are guessed at once and one second; two of the three typed rows are right; the engine takes two."""
    rows = rows_of(["lamp", "lamp", "water", "noise"], [RequestType.HELP, RequestType.CONSULT, RequestType.HELP, None])
    serving = answers_of(["gas"] * 4)
    candidate = answers_of(
        ["lamp", "water", "water", "gas"],
        seconds=["water", "lamp", "", "water"],
        types=[RequestType.HELP, RequestType.HELP, RequestType.HELP, RequestType.PRAISE],
        automatic=[True, True, False, False],
    )
    measures = compare(rows, serving, candidate, seed=1).measures

    assert {name: measure.candidate for name, measure in measures.items() if name != MACRO_F1} == {
        FIRST_GUESS: 0.5,
        AMONG_THREE: 0.75,
        TYPE: pytest.approx(2 / 3),
        COVERAGE: 0.5,
        PRECISION: 0.5,
    }
    assert measures[COVERAGE].serving == 0
    assert isnan(measures[PRECISION].serving)
    assert not measures[PRECISION].is_worse


def test_labels_stand_from_the_greatest_loss_to_the_greatest_gain():
    """Each with how many rows it has: a loss in three rows is not one in three hundred."""
    serving = ["lamp", "lamp", "lamp", "noise", "noise", "lamp"]
    candidate = ["lamp", "lamp", "noise", "water", "water", "water"]
    changes = compared(["lamp", "lamp", "lamp", "water", "water", "noise"], serving, candidate).changes

    told = [(change.label, round(change.serving, 3), round(change.candidate, 3), change.rows) for change in changes]
    assert told == [("lamp", 0.857, 0.8, 3), ("noise", 0, 0, 1), ("water", 0, 0.8, 2)]
