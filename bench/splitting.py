"""How well contacts of several requests are split, and what it costs."""

import time
from collections.abc import Iterator, Sequence

import numpy as np

from bench.figures import Figure, shares
from bench.subject import Subject
from classifiers.courtesies import without_courtesies
from classifiers.normalise import normalise
from classifiers.split_scores import LEAST_OVERLAP, score_splits
from classifiers.split_training import FALSE_SPLITS
from classifiers.test_part import in_test_part
from classifiers.words import cut_together, fastest_cutter
from config.profiles import load_example_contacts
from hotline.bootstrap import splitter_of

_STRICTER = 0.7
_BATCH = 500
_LONG = range(110, 201)
"""Characters; 150 on average is the size of the speed target."""
_RUNS = 5


def splitting(subject: Subject) -> Iterator[Figure]:
    """Contacts of several requests, contacts that were written to look like them, and ordinary requests."""
    examples = load_example_contacts(subject.directory, subject.profile.categories)
    measured = [example for example in examples if in_test_part(example.text)]
    if subject.model.splitting is None or not measured:
        return
    understander = subject.understander(subject.model)
    issues = [each.issues for each in understander.understand([example.text for example in measured])]
    scores = score_splits(measured, issues)
    on = f"{scores.n_several} contacts of the own test part with several requests (several.jsonl)"
    how = f"as many issues as requests, each shares {LEAST_OVERLAP:.0%} of the characters; learned from the other contacts"
    yield shares("splitting: all requests found with right spans", on, how, (scores.found, 0.90))
    strict = score_splits(measured, issues, least_overlap=_STRICTER).found
    figure = f"{scores.noticed:.3f} / {strict:.3f} / {scores.with_categories:.3f}"
    yield Figure(f"the same: split at all / {_STRICTER:.0%} shared / first guesses right, too", on, figure, how)
    on = f"{scores.n_single} contacts of the own test part that look like several requests and are one"
    figure = f"{scores.false_splits:.3f}"
    missed = scores.false_splits > FALSE_SPLITS
    yield Figure("splitting: false splits", on, figure, "contacts that were split", f"≤ {FALSE_SPLITS}", missed=missed)
    known = {row.text for rows in subject.test_rows_of("emergencies*.csv").values() for row in rows}
    ordinary = [row.text for row in subject.test_rows if row.text not in known]
    split = sum(bool(each.issues) for each in understander.understand(ordinary))
    on = f"ordinary requests of the own test part, {len(ordinary)} rows"
    yield Figure("splitting: false splits", on, f"{split / len(ordinary):.3f}", "rows that were split")
    yield _cost(subject, "ordinary requests as they come", ordinary)
    yield _cost(subject, "requests of 110 to 200 characters", [text for text in ordinary if len(text) in _LONG])


def _cost(subject: Subject, which: str, texts: Sequence[str]) -> Figure:
    """Return what splitting adds for a text whose features and margins are known, in batches of 500."""
    batch = (list(texts) * (_BATCH // len(texts) + 1))[:_BATCH]
    told = [without_courtesies(normalise(text).text) for text in batch]
    model, splitter = subject.model, splitter_of(subject.profile, subject.model)
    terms = model.features.terms_of(cut_together(told, fastest_cutter(model.local_words)))
    lengths = np.array([len(text) for text in told])
    features, _ = model.features.look_up_spans(terms, np.arange(_BATCH), np.zeros_like(lengths), lengths)
    margins = model.category.decision_function(features)
    seconds = []
    for _ in range(_RUNS):
        started = time.process_time()
        if splitter is not None:
            splitter.split(told, terms, features, margins, np.zeros_like(lengths))
        seconds.append(time.process_time() - started)
    characters = sum(map(len, batch)) / _BATCH
    return Figure(
        "splitting: cost",
        f"{which}, {characters:.0f} characters",
        f"{min(seconds) / _BATCH * 1e6:.0f} µs a text",
        f"best of {_RUNS}",
    )
