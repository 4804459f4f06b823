"""Figures: what was measured, against what was wanted."""

from dataclasses import dataclass

HEADER = "| what | on | figure | target | how |\n|---|---|---|---|---|"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. ``target`` is empty where there is none; ``missed`` marks a figure below it."""

    what: str
    on: str
    figure: str
    how: str
    target: str = ""
    missed: bool = False

    def line(self) -> str:
        """Return the line; a missed target is told, not left to be found."""
        target = f"{self.target} (missed)" if self.missed else self.target
        return f"| {self.what} | {self.on} | {self.figure} | {target} | {self.how} |"


def shares(what: str, on: str, how: str, *measured: tuple[float, float | None]) -> Figure:
    """Return a figure of one or more shares, each with the least that is wanted (None: nothing is)."""
    targets = [least for _, least in measured]
    return Figure(
        what=what,
        on=on,
        figure=" / ".join(f"{value:.3f}" for value, _ in measured),
        how=how,
        target="" if not any(targets) else "≥ " + " / ".join("–" if least is None else f"{least:.2f}" for least in targets),
        missed=any(least is not None and value < least for value, least in measured),
    )
