"""Evidence: the citizen's own words that speak for a guess."""

from collections import Counter
from collections.abc import Mapping, Sequence

from classifiers.artifact import Artifact
from classifiers.closings import without_closing
from classifiers.features import TextFeatures
from classifiers.normalise import NormalisedText
from classifiers.words import cut_words, fastest_cutter
from models.understanding import Evidence

MOST_WORDS = 5


def explain(text: NormalisedText, artifact: Artifact, label: str | None = None) -> tuple[Evidence, ...]:
    """Return up to ``MOST_WORDS`` words with the largest pull towards ``label`` (None: the best one), strongest first.

    A word's pull is what it and its characters add to the label's margin beyond what they add to the average label.

    Raises:
        ValueError: the model has no such label.
    """
    features, head = artifact.features, artifact.category
    words = cut_words(without_closing(text.text), fastest_cutter(artifact.local_words))
    row = features.transform([words])
    column = int(head.decision_function(row).argmax()) if label is None else head.classes_.tolist().index(label)
    pull_of_column = row.data * (head.weights_[row.indices, column] - head.weights_[row.indices].mean(axis=1))
    pulls = _spread(words, features, dict(zip(row.indices.tolist(), pull_of_column.tolist(), strict=True)))
    return tuple(_strongest(text, words, pulls))


def _spread(words: Sequence[str], features: TextFeatures, pull_of_column: Mapping[int, float]) -> list[float]:
    """Return each word's share of the pulls: a term's pull is divided by its occurrences and by the words it spans."""
    spans = [span for span in zip(*(each.tolist() for each in features.word_spans(words)), strict=True) if span[0] >= 0]
    occurrences = Counter(column for column, _, _ in spans)
    pulls = [0.0] * len(words)
    for column, first, last in spans:
        for owner in {first, last}:
            pulls[owner] += pull_of_column[column] / occurrences[column] / (1 + (first != last))
    return pulls


def _strongest(text: NormalisedText, words: Sequence[str], pulls: Sequence[float]) -> list[Evidence]:
    """Return the strongest words, each once, at its first place."""
    evidence: dict[str, Evidence] = {}
    cursor = 0
    for word, pull in zip(words, pulls, strict=True):
        start = text.text.index(word, cursor)
        cursor = start + len(word)
        if pull > 0 and (word not in evidence or evidence[word].weight < pull):
            raw_start, raw_end = text.raw_span(start, cursor)
            evidence[word] = Evidence(text.raw[raw_start:raw_end], raw_start, raw_end, pull)
    return sorted(evidence.values(), key=lambda each: -each.weight)[:MOST_WORDS]
