"""Scores of splitting: whether the requests of example contacts were found where they stand."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.example import ExampleContact, ExampleRequest
from models.understanding import Issue

LEAST_OVERLAP = 0.6
"""Characters that a true request and an issue share, divided by those of both. Source: target of this project (D)."""


@dataclass(frozen=True, slots=True)
class Found:
    """Shares from 0 to 1: found with the right span, also with the right first guess, also with the truth among three."""

    spans: float
    first: float
    among_three: float


@dataclass(frozen=True, slots=True)
class SplitScores:
    """How well contacts were split.

    ``contacts`` counts those of ``n_several`` contacts with several requests of which every request was found; ``requests``
    counts their requests. ``false_splits`` is the share of the ``n_single`` contacts with one request that were split.
    """

    n_several: int
    n_single: int
    contacts: Found
    requests: Found
    false_splits: float


def score_splits(examples: Sequence[ExampleContact], issues: Sequence[Sequence[Issue]]) -> SplitScores:
    """Compare the ``issues`` found in each example with its requests; contacts of both kinds must be among them."""
    contacts, requests, was_split = [], [], []
    for example, found in zip(examples, issues, strict=True):
        if len(example.requests) == 1:
            was_split.append(len(found) > 1)
            continue
        hits = [_hits(request, found) for request in example.requests]
        requests += hits
        contacts.append([all(of_requests) for of_requests in zip(*hits, strict=True)])
    return SplitScores(len(contacts), len(was_split), _shares(contacts), _shares(requests), sum(was_split) / len(was_split))


def _hits(request: ExampleRequest, issues: Sequence[Issue]) -> tuple[bool, bool, bool]:
    """Return whether an issue has the request's span, and also its category as the first guess, or among three."""
    issue = max(issues, key=lambda each: _overlap(request, each))
    if _overlap(request, issue) < LEAST_OVERLAP:
        return False, False, False
    guesses = [guess.category_code for guess in issue.top]
    return True, guesses[0] == request.category_code, request.category_code in guesses


def _overlap(request: ExampleRequest, issue: Issue) -> float:
    shared = max(0, min(request.end, issue.end) - max(request.start, issue.start))
    return shared / (request.end - request.start + issue.end - issue.start - shared)


def _shares(rows: Sequence[Sequence[bool]]) -> Found:
    return Found(*(sum(column) / len(rows) for column in zip(*rows, strict=True)))
