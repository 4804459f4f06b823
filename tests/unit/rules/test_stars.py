"""星级: a unit's stars from its rates, by weights that the profile names."""

import pytest

from dispatcher.rules.rates import Counts, Outcomes
from dispatcher.rules.stars import ranking, stars_of
from models.codes import DispatchMode, Rating, Stage
from models.profile import StarRule

RULE = StarRule(weights={"M21": 20, "M24": 50, "M43": 30}, steps=(60, 75, 85, 95), least=10)


def some_counts(unit_code="U-LAMP", *, signed=(10, 0), replied=(10, 0), good=0, bad=0):
    """Return a unit's counts: signed and replied in time and late, ratings good and bad."""
    return Counts(
        unit_code,
        dispatched={DispatchMode.AUTO: 10},
        closed=good + bad,
        deadlines={Stage.SIGN: Outcomes(*signed), Stage.RESOLVE: Outcomes(*replied)},
        ratings={Rating.SATISFIED: good, Rating.VERY_DISSATISFIED: bad},
    )


@pytest.mark.parametrize(
    ("counts", "score", "stars"),
    [
        (some_counts(good=10), 100.0, 5),
        (some_counts(replied=(8, 2), good=9, bad=1), 87.0, 4),  # 20 + 40 + 27
        (some_counts(signed=(5, 5), replied=(8, 2), good=9, bad=1), 77.0, 3),
        (some_counts(signed=(5, 5), replied=(8, 2), good=4, bad=6), 62.0, 2),
        (some_counts(signed=(0, 10), replied=(2, 8), bad=10), 10.0, 1),
        (some_counts(replied=(8, 2)), 100 * (20 + 40) / 70, 4),  # nobody rated: the others share the weight
    ],
)
def test_the_score_is_the_weighted_mean_of_what_is_known(counts, score, stars):
    """And each step that it reaches is a star more than one."""
    found = stars_of(counts, RULE)
    assert found.score == pytest.approx(score)
    assert found.stars == stars


def test_few_cases_make_no_stars():
    """Nine settled deadlines are chance; the whole city is no unit; without weights nobody is judged."""
    assert stars_of(some_counts(replied=(9, 0)), RULE) is None
    assert stars_of(some_counts(None), RULE) is None
    assert stars_of(some_counts(), StarRule()) is None


def test_the_basis_stands_beside_the_score():
    """Each rate with its numbers and its weight."""
    assert "按时办结率 8÷10 权重 50" in stars_of(some_counts(replied=(8, 2)), RULE).basis


def test_the_best_unit_stands_first():
    """Equal ones in the order of their codes; who has no stars is not in the list."""
    replied = {"B": (9, 1), "C": (10, 0), "A": (9, 1), "D": (1, 0)}
    by_unit = {code: some_counts(code, replied=outcomes) for code, outcomes in replied.items()}
    assert [each.unit_code for each in ranking(by_unit, RULE)] == ["C", "A", "B"]
