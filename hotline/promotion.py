"""May the candidate serve? Compares it with the serving model on rows that neither has learned from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from classifiers.artifact import Card
from classifiers.batches import in_batches
from classifiers.comparison import FIRST_GUESS, PRECISION, Answers, Comparison, compare
from classifiers.fingerprints import bare_text, fingerprint
from classifiers.rows import LabelledText
from hotline.serving import LoadedModel

_BATCH = 500
_GUESSES = 3

Progress = Callable[[str, int, int], None]
"""Called with what is being done, the rows done and the rows in all."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A model with what it learned from, as fingerprints; None where nobody noted it."""

    card: Card
    model: LoadedModel
    learned: frozenset[int] | None

    def has_learned(self, text: str) -> bool:
        """Return whether the model may know the answer beforehand; of one that notes nothing, anything may be known."""
        return self.learned is None or fingerprint(bare_text(text)) in self.learned


@dataclass(frozen=True, slots=True)
class Match:
    """Both models on the rows of one source: those compared, and how many each had learned from."""

    source: str
    given: int
    learned_by_serving: int
    learned_by_candidate: int
    comparison: Comparison | None


def play(
    source: str,
    rows: Sequence[LabelledText],
    serving: Contestant,
    candidate: Contestant,
    *,
    seed: int,
    progress: Progress = lambda _what, _done, _total: None,
) -> Match:
    """Compare on those of ``rows`` that neither has learned from; without any there is no comparison."""
    known = [(serving.has_learned(row.text), candidate.has_learned(row.text)) for row in rows]
    fair = [row for row, known_by in zip(rows, known, strict=True) if not any(known_by)]
    comparison = None
    if fair:
        answers = [
            _answers(each.model, fair, f"{source}: {name}", progress)
            for name, each in (("serving", serving), ("candidate", candidate))
        ]
        comparison = compare(fair, *answers, seed=seed)
    learned_by_serving, learned_by_candidate = (sum(column) for column in zip(*known, strict=True)) if known else (0, 0)
    return Match(source, len(rows), learned_by_serving, learned_by_candidate, comparison)


def objections(matches: Sequence[Match], *, promised: float, min_gain: float | None) -> list[str]:
    """Return why the candidate should not serve, each reason a sentence; none if it may.

    It may not be worse beyond chance in any source, by its first guess or within its automatic band; a band that keeps the
    precision ``promised`` on the candidate's card may be less precise than the serving one's, which may be narrower. Each
    source is judged by itself: people decide what the serving model was unsure of, so their rows flatter the candidate.
    ``min_gain`` is what the first guess must gain over all rows together.
    """
    compared = {match.source: match.comparison for match in matches if match.comparison is not None}
    found = [
        f"{match.source}: each row was learned from by one model or the other, so nothing is known"
        for match in matches
        if match.given and match.comparison is None
    ]
    if not compared:
        return found or ["there is no row to compare on"]
    for source, comparison in compared.items():
        first, precision = comparison.measures[FIRST_GUESS], comparison.measures[PRECISION]
        if first.is_worse:
            found.append(f"{source}: the first guess is worse, and not by chance")
        if precision.is_worse and precision.candidate < promised:
            found.append(f"{source}: the automatic band is less precise, and below the {promised:.2f} that the card promises")
    gain = _gain(compared)
    if min_gain is not None and gain < min_gain:
        found.append(f"the first guess gains {gain:+.3f} over all rows; {min_gain:+.3f} was asked for")
    return found


def _gain(compared: Mapping[str, Comparison]) -> float:
    rows = sum(comparison.rows for comparison in compared.values())
    return sum(comparison.measures[FIRST_GUESS].gain * comparison.rows for comparison in compared.values()) / rows


def _answers(model: LoadedModel, rows: Sequence[LabelledText], what: str, progress: Progress) -> Answers:
    """Ask a model as a worker does."""
    labels, types, automatic = [], [], []
    for batch in in_batches((row.text for row in rows), _BATCH):
        for understanding in model.understander.understand(batch):
            guesses = [guess.category_code for guess in understanding.top]
            labels.append([*guesses, *[""] * (_GUESSES - len(guesses))])
            types.append(understanding.request_type.value)
            automatic.append(understanding.best.probability >= model.bands.automatic)
        progress(what, len(labels), len(rows))
    return Answers(np.array(labels, np.str_), np.array(types, np.str_), np.array(automatic, np.bool_))
