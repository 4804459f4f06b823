"""May the candidate serve? Refused is what is worse beyond chance, or unknown."""

from collections.abc import Sequence

import numpy as np
import pytest

from classifiers.comparison import Answers, compare
from classifiers.rows import LabelledText
from hotline.promotion import Match, objections

LABELS = ["lamp"] * 100 + ["water"] * 100
PROMISED = 0.95


def a_match(source: str = "own", *, serving: Sequence[str] = LABELS, candidate: Sequence[str] = LABELS, sure: int = 0) -> Match:
    """Two hundred rows with both models' first guesses; of the first ``sure`` rows both are sure."""
    rows = [LabelledText(str(number), label) for number, label in enumerate(LABELS)]
    given = [
        Answers(
            np.array([[guess, "", ""] for guess in guesses], np.str_),
            np.array([""] * len(LABELS), np.str_),
            np.arange(len(LABELS)) < sure,
        )
        for guesses in (serving, candidate)
    ]
    return Match(source, len(rows), 0, 0, compare(rows, *given, seed=1))


def wrong(amount: int) -> list[str]:
    """The labels, but for the first ``amount`` rows."""
    return ["gas"] * amount + LABELS[amount:]


def judged(*matches: Match, min_gain: float | None = None) -> list[str]:
    """The objections."""
    return objections(matches, promised=PROMISED, min_gain=min_gain)


def test_as_good_is_good_enough():
    """Equal in everything, or a row worse: the candidate may serve."""
    assert judged(a_match()) == []
    assert judged(a_match(candidate=wrong(1))) == []


def test_worse_is_refused_by_the_source_in_which_it_is():
    """People decide what the serving model was unsure of: better there does not make up for worse in the corpus."""
    corpus, decided = a_match("corpus", candidate=wrong(30)), a_match("decided", serving=wrong(60))
    (reason,) = judged(corpus, decided)

    assert reason == "corpus: the first guess is worse, and not by chance"


def test_an_automatic_band_that_breaks_its_promise_is_refused():
    """Both guess equally often right, but the candidate is sure of what it gets wrong."""
    serving = [*LABELS[:100], *["gas"] * 30, *LABELS[130:]]
    (reason,) = judged(a_match(serving=serving, candidate=wrong(30), sure=100))

    assert reason == "own: the automatic band is less precise, and below the 0.95 that the card promises"


def test_a_band_that_keeps_its_promise_may_be_wider():
    """Less precise than a narrow band, yet as precise as the card says: that is what a wider band is."""
    serving = [*LABELS[:193], *["gas"] * 7]
    match = a_match(serving=serving, candidate=wrong(7), sure=180)

    assert match.comparison is not None
    assert match.comparison.measures["of these right"].is_worse
    assert judged(match) == []


@pytest.mark.parametrize(("asked", "granted"), [(0.04, True), (0.06, False)])
def test_a_gain_that_was_asked_for_is_counted_over_all_rows(*, asked: float, granted: bool):
    """Ten points more in one source and none in the other are five together."""
    matches = a_match("corpus"), a_match("decided", serving=wrong(20))

    assert (judged(*matches, min_gain=asked) == []) is granted


def test_a_source_that_proves_nothing_is_an_objection():
    """A model that may have learned every row proves nothing by knowing them, however good it is elsewhere."""
    (reason,) = judged(Match("corpus", 200, 200, 0, None), a_match("decided", serving=wrong(60)))

    assert reason == "corpus: each row was learned from by one model or the other, so nothing is known"


def test_a_source_without_rows_is_none():
    """Where people have decided nothing yet, the corpus is enough; without any row at all nobody can tell."""
    assert judged(a_match("corpus"), Match("decided", 0, 0, 0, None)) == []
    assert judged(Match("corpus", 0, 0, 0, None)) == ["there is no row to compare on"]
