"""A published rate: never a bare percentage."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """``value`` is numerator ÷ denominator, None when nothing was counted. ``basis`` is the 口径 in Chinese (domain.md B)."""

    code: str
    name: str
    numerator: int
    denominator: int
    basis: str

    @property
    def value(self) -> float | None:
        """The rate, 0 to 1."""
        return self.numerator / self.denominator if self.denominator else None
