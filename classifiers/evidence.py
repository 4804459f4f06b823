"""Evidence: the citizen's own words that speak for a guess."""

import numpy as np
from numpy.typing import NDArray

from classifiers.artifact import Artifact
from classifiers.courtesies import read_told
from classifiers.features import Terms
from classifiers.normalise import NormalisedText
from classifiers.words import CutTexts, cut_together, fastest_cutter
from models.understanding import Evidence

MOST_WORDS = 5


def explain(text: NormalisedText, artifact: Artifact, label: str | None = None) -> tuple[Evidence, ...]:
    """Return up to ``MOST_WORDS`` words with the largest pull towards ``label`` (None: the best one), strongest first.

    A word's pull is what it and its characters add to the label's margin beyond what they add to the average label.

    Raises:
        ValueError: the model has no such label.
    """
    features, head = artifact.features, artifact.category
    told = read_told(text.text)
    cut = cut_together([told.of(text.text)], fastest_cutter(artifact.local_words))
    terms = features.terms_of(cut)
    row, _ = features.look_up_spans(terms, *np.array([[0], [0], [told.end - told.start]]))
    column = int(head.decision_function(row).argmax()) if label is None else head.classes_.tolist().index(label)
    pulls = np.zeros(row.shape[1])
    pulls[row.indices] = row.data * (head.weights_[row.indices, column] - head.weights_[row.indices].mean(axis=1))
    return tuple(_strongest(text, told.start, cut, _shared_out(cut, terms, pulls)))


def _shared_out(cut: CutTexts, terms: Terms, pulls: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each word's share of the ``pulls`` of columns: a part of a term's that is said several times or in two words."""
    known = terms.columns >= 0
    columns, first, last = terms.columns[known], terms.first[known], terms.last[known]
    word_at = np.zeros(cut.offsets[-1], np.int64)
    for number, (start, end) in enumerate(zip(cut.first.tolist(), cut.last.tolist(), strict=True)):
        word_at[start : end + 1] = number
    first, last = word_at[first], word_at[last]
    share = pulls[columns] / np.bincount(columns, minlength=len(pulls))[columns] / 2
    return np.asarray(np.bincount(first, share, len(cut.first)) + np.bincount(last, share, len(cut.first)), np.float64)


def _strongest(text: NormalisedText, begin: int, cut: CutTexts, pulls: NDArray[np.float64]) -> list[Evidence]:
    """Return the strongest words, each once, at its first place of the strongest pull; what was ``cut`` stands at ``begin``."""
    evidence: dict[str, Evidence] = {}
    for number in np.argsort(cut.first).tolist():
        start, end, pull = begin + int(cut.first[number]), begin + int(cut.last[number]) + 1, float(pulls[number])
        word = text.text[start:end]
        if pull > 0 and (word not in evidence or evidence[word].weight < pull):
            evidence[word] = Evidence(text.quoted(start, end), *text.raw_span(start, end), pull)
    return sorted(evidence.values(), key=lambda each: -each.weight)[:MOST_WORDS]
