"""星级: how many stars a unit's rates come to, by the profile's weights (issue: five-star rating of units)."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dispatcher.rules.rates import Counts, rates
from models.codes import Stage
from models.profile import StarRule
from models.rate import Rate


class Part(NamedTuple):
    """One rate with its weight."""

    rate: Rate
    weight: int


class Stars(NamedTuple):
    """``stars`` 1 to 5 for a ``score`` of 0 to 100, and what it is made of."""

    unit_code: str
    stars: int
    score: float
    parts: tuple[Part, ...]

    @property
    def basis(self) -> str:
        """The weights in words; a score without its basis is not shown."""
        told = (f"{part.rate.name} {part.rate.numerator}÷{part.rate.denominator} 权重 {part.weight}" for part in self.parts)
        return "；".join(told)


def stars_of(counts: Counts, rule: StarRule) -> Stars | None:
    """Return the stars of one unit; None for the whole city, or where too little of its work is settled.

    A rate without a value, such as satisfaction where nobody rated, counts neither way: the other weights share its part.
    """
    work = counts.deadlines.get(Stage.RESOLVE)
    if counts.unit_code is None or work is None or work.settled < rule.least:
        return None
    known = [Part(rate, rule.weights[rate.code]) for rate in rates(counts) if rate.code in rule.weights]
    parts = [part for part in known if part.rate.value is not None]
    weight = sum(part.weight for part in parts)
    if not weight:
        return None
    score = 100 * sum(part.weight * min(part.rate.value or 0.0, 1.0) for part in parts) / weight
    return Stars(counts.unit_code, 1 + sum(score >= step for step in rule.steps), score, tuple(parts))


def ranking(by_unit: Mapping[str, Counts], rule: StarRule) -> Sequence[Stars]:
    """Return the units that have stars, the best first."""
    found = (stars_of(counts, rule) for counts in by_unit.values())
    return sorted((each for each in found if each is not None), key=lambda each: (-each.score, each.unit_code))
