"""The figures in docs/model-card.md, written from a model's card: ``python -m hotline.model_card MODEL_DIR PROFILE PAGE``.

The rest of the page is written by hand and stays as it is.
"""

import statistics
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

from classifiers.artifact import Card, load_artifact
from config.profiles import find_profile, load_profile
from models.codes import RequestType, Urgency
from models.errors import Rejected
from models.profile import Category

BEGIN, END = "<!-- figures: written by make model-card -->", "<!-- end of figures -->"

_SIDE_LABELS: Mapping[str, Mapping[str, str]] = {
    "type": {kind.value: kind.label for kind in RequestType},
    "urgency": {level.value: level.label for level in Urgency},
}


def main(model: Path, profile_name: str, page: Path) -> None:
    """Put the card of ``model`` into ``page``, with the names of a profile."""
    profile = load_profile(find_profile(profile_name))
    figures = figures_of(load_artifact(model, profile.categories).card, profile.categories)
    page.write_text(with_figures(page.read_text(encoding="utf-8"), figures), encoding="utf-8")


def with_figures(page: str, figures: str) -> str:
    """Return the page with its figures replaced.

    Raises:
        Rejected: the page has no place for them.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise Rejected(f"the page has no lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{figures}\n\n{END}{after}"


def figures_of(card: Card, categories: Mapping[str, Category]) -> str:
    """Return the card as Markdown. When it was made is left out: the same rows give the same page on any day."""
    blocks = (
        _table(("what", "value"), _identity(card)),
        f"Scores on held-out rows ({card.split}); shares from 0 to 1:",
        _table(("score", "value"), ((name, _number(value)) for name, value in card.scores.items())),
        "Bands:",
        _table(("band", "value"), ((name, _band(value)) for name, value in asdict(card.bands).items())),
        "Rows of each category:",
        _table(("first level", "rows", "categories"), _levels(card, categories)),
    )
    return "\n\n".join(blocks)


def _identity(card: Card) -> Iterator[tuple[str, str]]:
    counts = sorted(card.rows_by_label.values())
    yield "version", f"`{card.version}`"
    yield "profile", card.profile or "none"
    yield "rows", f"{sum(counts):,}"
    yield "categories", f"{len(card.labels)}; rows of each: {counts[0]} to {counts[-1]}, median {statistics.median(counts):g}"
    for name, labels in card.side_labels.items():
        yield f"labels of {name}", " ".join(_SIDE_LABELS.get(name, {}).get(label, label) for label in labels)
    yield "too few rows to be measured", " ".join(card.thin_labels) or "none"
    yield "seed", str(card.seed)
    yield "SHA-256 of the training rows", f"`{card.training_sha256}`"
    yield "packages", ", ".join(f"{name} {version}" for name, version in card.packages.items())


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) and value > 1 else f"{value:.3f}"


def _band(value: object) -> str:
    if isinstance(value, Mapping):
        return f"a table of {len(value)}"
    return _number(value) if isinstance(value, float) else "none" if value is None else str(value)


def _levels(card: Card, categories: Mapping[str, Category]) -> Iterator[tuple[str, str, str]]:
    """Yield a line for each first level; a label that is no category is a line of its own."""

    def level_of(label: str) -> tuple[str, str]:
        category = categories.get(label)
        return (label, "") if category is None else (category.level1_code, category.level1)

    for level, members in groupby(sorted(card.labels, key=lambda label: (level_of(label), label)), key=level_of):
        labels = list(members)
        named = (f"{label} {categories[label].level2} {card.rows_by_label[label]}" for label in labels if label in categories)
        yield " ".join(level).strip(), f"{sum(card.rows_by_label[label] for label in labels):,}", "; ".join(named)


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = (header, tuple("---" for _ in header), *rows)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
