"""Every published rate: numbers counted by hand, bases that say what was divided by what."""

import pytest

from dispatcher import metrics
from dispatcher.metrics import Family
from dispatcher.rules.rates import Counts, Outcomes, count_up, rates
from models.codes import DispatchMode, Rating, Stage
from models.rate import Rate

CITY = Counts(
    unit_code=None,
    registered=110,
    declined=10,
    answered=40,
    merged=25,
    corrected=6,
    dispatched={DispatchMode.AUTO: 45, DispatchMode.MANUAL: 15},
    closed=30,
    deadlines={
        Stage.DISPATCH: Outcomes(met=95, missed=5),
        Stage.SIGN: Outcomes(met=54, missed=6),
        Stage.RESOLVE: Outcomes(met=28, missed=12),
    },
    ratings={
        Rating.VERY_SATISFIED: 8,
        Rating.SATISFIED: 4,
        Rating.FAIRLY_SATISFIED: 3,
        Rating.DISSATISFIED: 3,
        Rating.VERY_DISSATISFIED: 2,
    },
)


def by_code(counts: Counts) -> dict[str, Rate]:
    """The rates of ``counts``, by the code of domain.md B."""
    return {rate.code: rate for rate in rates(counts)}


@pytest.mark.parametrize(
    ("code", "name", "numerator", "denominator"),
    [
        ("M13", "即时办结率", 40, 100),
        ("M16", "自动派单率", 45, 60),
        ("M16a", "改判率", 6, 15),
        ("M17", "派单及时率", 95, 100),
        ("M18", "重复诉求率", 25, 125),
        ("M21", "签收及时率", 54, 60),
        ("M23", "办结率", 30, 60),
        ("M24", "按时办结率", 28, 40),
        ("M42", "参评率", 20, 30),
        ("M43", "满意率(参评)", 15, 20),
        ("M43a", "满意率(旧口径)", 25, 30),
        ("M43b", "满意率(严格)", 12, 20),
    ],
)
def test_a_rate_is_what_a_clerk_counts_by_hand(code: str, name: str, numerator: int, denominator: int) -> None:
    """Numerator and denominator are told, not only their quotient."""
    rate = by_code(CITY)[code]

    assert (rate.name, rate.numerator, rate.denominator) == (name, numerator, denominator)
    assert rate.value == numerator / denominator


def test_every_rate_says_its_basis() -> None:
    """Two rates never share a basis, and each says that it is cumulative; a bare percentage cannot be compared."""
    bases = [rate.basis for rate in rates(CITY)]

    assert len(set(bases)) == len(bases)
    assert all("÷" in basis and "累计" in basis for basis in bases)


def test_nothing_counted_is_no_rate() -> None:
    """A hotline on its first morning has no completion of 100 %, nor of 0 %: it has none."""
    assert {rate.value for rate in rates(Counts(unit_code=None))} == {None}


def test_a_ticket_open_past_its_deadline_lowers_the_on_time_rate() -> None:
    """One reply in time, one ticket overdue and still open: half, although everything that was answered was in time."""
    counts = Counts(unit_code="A", deadlines={Stage.RESOLVE: Outcomes(met=1, missed=1)}, closed=1)

    assert by_code(counts)["M24"].value == 0.5


def test_silence_is_satisfaction_in_the_old_basis_alone() -> None:
    """Ten closed, one rating, and a bad one: 0 % of those who rated, 90 % where silence counts as praise."""
    counts = Counts(unit_code="A", closed=10, ratings={Rating.VERY_DISSATISFIED: 1})

    assert by_code(counts)["M43"].value == 0.0
    assert by_code(counts)["M43b"].value == 0.0
    assert by_code(counts)["M43a"].value == 0.9


def test_a_unit_has_the_rates_of_its_own_work() -> None:
    """Dispatching and answering at once are the hotline's work: no unit is praised or blamed for them."""
    assert set(by_code(Counts(unit_code="A"))) == {"M16", "M21", "M23", "M24", "M42", "M43", "M43a", "M43b"}


ROLLUPS: dict[Family, dict[tuple[str, ...], int]] = {
    metrics.REGISTERED: {("P", "投诉", "01"): 5, ("W", "咨询", "02"): 2},
    metrics.DECLINED: {("N1",): 1},
    metrics.DIRECT_ANSWERS: {("02",): 1},
    metrics.REPEATS: {("01",): 3},
    metrics.CORRECTIONS: {("01", "category"): 2, ("02", "category"): 1, ("01", "type"): 5, ("02", "unit"): 5},
    metrics.DISPATCHED: {("A", "auto"): 3, ("A", "manual"): 1, ("B", "auto"): 1},
    metrics.CLOSED: {("A",): 2},
    metrics.DEADLINES: {
        ("hotline", "dispatch", "met"): 4,
        ("hotline", "dispatch", "missed"): 1,
        ("A", "sign", "met"): 3,
        ("A", "resolve", "missed"): 1,
        ("B", "resolve", "met"): 1,
    },
    metrics.EVALUATIONS: {("A", "5"): 1, ("A", "1"): 1},
    metrics.CONTACTS: {("P",): 99},
}
SUMS = {(family.name, labels): amount for family, rows in ROLLUPS.items() for labels, amount in rows.items()}


NEVER_AGAIN = {DispatchMode.TRANSFER: 0, DispatchMode.REOPENED: 0}


def test_what_a_unit_rightly_returned_is_not_its_own() -> None:
    """Ten received first and two by transfer, three of them returned: nine to close, and all nine are closed."""
    dispatched = {DispatchMode.AUTO: 8, DispatchMode.MANUAL: 2, DispatchMode.TRANSFER: 2, DispatchMode.REOPENED: 4}
    completion = by_code(Counts(unit_code="A", dispatched=dispatched, returned=3, closed=9))["M23"]

    assert (completion.numerator, completion.denominator) == (9, 9)


def test_the_city_counts_a_ticket_once_however_often_it_moves() -> None:
    """Transfers and second handlings are no new tickets: five of ten are closed."""
    dispatched = {DispatchMode.AUTO: 8, DispatchMode.MANUAL: 2, DispatchMode.TRANSFER: 3, DispatchMode.REOPENED: 4}
    city = by_code(Counts(unit_code=None, dispatched=dispatched, returned=3, closed=5))

    assert (city["M23"].numerator, city["M23"].denominator) == (5, 10)
    assert (city["M16"].numerator, city["M16"].denominator) == (8, 10)


def test_a_second_handling_is_rated_again() -> None:
    """Three closed tickets, one of them after a second handling: four answers, four ratings, nobody silent."""
    ratings = {Rating.SATISFIED: 3, Rating.DISSATISFIED: 1}
    asked = by_code(Counts(unit_code="A", closed=3, reopened=1, ratings=ratings))

    assert (asked["M42"].numerator, asked["M42"].denominator) == (4, 4)
    assert (asked["M43a"].numerator, asked["M43a"].denominator) == (3, 4)


class TestCountingUp:
    """From rollup rows to counts."""

    def test_the_city_is_everybody_together(self) -> None:
        """Units, channels and categories add up; other families stay out."""
        counts = count_up(SUMS, None)

        assert (counts.registered, counts.declined, counts.answered, counts.merged) == (7, 1, 1, 3)
        assert counts.dispatched == {DispatchMode.AUTO: 4, DispatchMode.MANUAL: 1, **NEVER_AGAIN}
        assert counts.corrected == 3
        assert counts.closed == 2
        assert counts.deadlines[Stage.DISPATCH] == Outcomes(4, 1)
        assert counts.deadlines[Stage.RESOLVE] == Outcomes(1, 1)
        assert counts.rated == 2

    def test_a_unit_is_itself_alone(self) -> None:
        """Unit A's rows, and none of unit B's or the hotline's."""
        counts = count_up(SUMS, "A")

        assert (counts.registered, counts.corrected) == (0, 0)
        assert counts.dispatched == {DispatchMode.AUTO: 3, DispatchMode.MANUAL: 1, **NEVER_AGAIN}
        assert counts.deadlines[Stage.DISPATCH] == Outcomes(0, 0)
        assert counts.deadlines[Stage.RESOLVE] == Outcomes(0, 1)
        assert counts.ratings[Rating.VERY_SATISFIED] == 1
