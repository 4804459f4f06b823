"""The report: what the page tells of a model, measured and named."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from markupsafe import Markup, escape

from classifiers.artifact import Artifact
from classifiers.confusion import Confusion, Pair, confusion_of, worst_pairs
from classifiers.curves import coverage_curve, mean_gap, reliability
from classifiers.evaluation import Evaluation
from classifiers.evidence import explain
from classifiers.measures import ClassScore
from classifiers.normalise import normalise
from classifiers.rows import LabelledText
from hotline.pictures.charts import coverage_picture, reliability_picture
from hotline.pictures.matrices import ELSEWHERE, matrix_picture
from hotline.pictures.names import LabelNames
from hotline.pictures.shapes import Picture
from models.understanding import Evidence

_MOST_PAIRS = 40
_EXAMPLES_OF_A_PAIR = 2
_WEAKEST = 16
_EXCERPT_CHARACTERS, _EXCERPT_LEAD = 110, 30


@dataclass(frozen=True, slots=True)
class ScoredName:
    """A label's name with its score, and where its missed rows went most often ("": none was missed)."""

    name: str
    score: ClassScore
    most_mistaken_for: str


@dataclass(frozen=True, slots=True)
class Block:
    """A first level: its labels in the taxonomy's order, and its matrix (None: it has one label)."""

    name: str
    rows: int
    accuracy: float
    labels: tuple[ScoredName, ...]
    matrix: Picture | None


@dataclass(frozen=True, slots=True)
class Example:
    """A row that was mistaken; the words that spoke for the wrong label are marked."""

    text: Markup
    confidence: float


@dataclass(frozen=True, slots=True)
class NamedPair:
    """Two labels of which one is taken for the other ``count`` times, which is ``share`` of its rows."""

    truth: str
    guess: str
    count: int
    share: float
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All that the page shows. ``overview`` is the matrix of first levels; None where there is but one."""

    evaluation: Evaluation
    gap: float
    overview: Picture | None
    reliability: Picture
    coverage: Picture
    weakest: tuple[ScoredName, ...]
    pairs: tuple[NamedPair, ...]
    blocks: tuple[Block, ...]

    def pictures(self) -> Iterator[Picture]:
        """Yield every picture once."""
        yield from (picture for picture in (self.overview, self.reliability, self.coverage) if picture is not None)
        yield from (block.matrix for block in self.blocks if block.matrix is not None)


def report_of(artifact: Artifact, evaluation: Evaluation, rows: Sequence[LabelledText], names: LabelNames) -> Report:
    """Return the report on an evaluation of ``rows``."""
    wanted = [row.category for row in rows]
    guessed = evaluation.guesses.labels[:, 0].tolist()
    confidences, hits = evaluation.guesses.confidences, np.array(wanted) == np.array(guessed)
    confusion = confusion_of(wanted, guessed)
    bins = reliability(confidences, hits)
    scored = {
        label: ScoredName(names.full(label), score, _most_mistaken_for(label, confusion, names))
        for label, score in evaluation.per_class.items()
    }
    marks = [(float(precision), coverage) for precision, coverage in evaluation.coverage_at_precision.items()]
    return Report(
        evaluation=evaluation,
        gap=mean_gap(bins),
        overview=_overview(confusion, names),
        reliability=reliability_picture(bins),
        coverage=coverage_picture(coverage_curve(confidences, hits), marks),
        weakest=tuple(sorted(scored.values(), key=lambda each: each.score.f1)[:_WEAKEST]),
        pairs=tuple(
            _named(pair, artifact, rows, confidences.tolist(), names)
            for pair in worst_pairs(wanted, guessed, confidences, _MOST_PAIRS)
        ),
        blocks=tuple(_blocks(confusion, scored, names)),
    )


def _most_mistaken_for(label: str, confusion: Confusion, names: LabelNames) -> str:
    number = confusion.labels.index(label)
    missed = confusion.counts[number].copy()
    missed[number] = 0
    return names.name(confusion.labels[int(missed.argmax())]) if missed.any() else ""


def _overview(confusion: Confusion, names: LabelNames) -> Picture | None:
    groups = {label: " ".join(names.group(label)).strip() for label in confusion.labels}
    grouped = confusion.grouped(groups)
    if len(grouped.labels) < 2:
        return None
    short = [name.partition(" ")[2] or name for name in grouped.labels]
    return matrix_picture("overview", "一级分类混淆图", rows=grouped.labels, columns=short, counts=grouped.counts)


def _blocks(confusion: Confusion, scored: Mapping[str, ScoredName], names: LabelNames) -> Iterator[Block]:
    for group, members in groupby(sorted(scored, key=lambda label: (names.group(label), label)), key=names.group):
        labels = list(members)
        counts = confusion.within(labels)
        n_rows = int(counts.sum())
        columns = [*map(names.name, labels), ELSEWHERE]
        name = " ".join(group).strip()
        yield Block(
            name=name,
            rows=n_rows,
            accuracy=float(np.trace(counts)) / n_rows,
            labels=tuple(scored[label] for label in labels),
            matrix=matrix_picture(
                f"block-{group.code or 'others'}", name, rows=[*map(names.full, labels)], columns=columns, counts=counts
            )
            if len(labels) > 1
            else None,
        )


def _named(
    pair: Pair, artifact: Artifact, rows: Sequence[LabelledText], confidences: Sequence[float], names: LabelNames
) -> NamedPair:
    examples = []
    for row in pair.rows[:_EXAMPLES_OF_A_PAIR]:
        text = rows[row].text
        evidence = explain(normalise(text), artifact, pair.guess)
        examples.append(Example(_excerpt(text, evidence), confidences[row]))
    return NamedPair(names.full(pair.truth), names.full(pair.guess), len(pair.rows), pair.share, tuple(examples))


def _excerpt(text: str, evidence: Sequence[Evidence]) -> Markup:
    """Return the text, of a long one the part around the strongest words, with these words marked."""
    start = 0
    if len(text) > _EXCERPT_CHARACTERS and evidence:
        start = max(0, min(evidence[0].start - _EXCERPT_LEAD, len(text) - _EXCERPT_CHARACTERS))
    end = min(start + _EXCERPT_CHARACTERS, len(text))
    marked = {position for each in evidence for position in range(each.start, each.end)}
    pieces = [Markup("…") if start else Markup("")]
    for is_marked, run in groupby(range(start, end), key=marked.__contains__):
        words = escape("".join(text[position] for position in run))
        pieces.append(Markup("<mark>{}</mark>").format(words) if is_marked else words)
    return Markup("").join([*pieces, Markup("…") if end < len(text) else Markup("")])
