"""Scores of splitting: whether the requests of example contacts were found where they stand."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.example import ExampleContact, ExampleRequest
from models.understanding import Issue

LEAST_OVERLAP = 0.5
"""Characters that a true request and an issue share, divided by those of both: a right span has half of them or more.

An issue begins with what joins it (另外还想反映) and may hold what belongs to no request (a greeting): six tenths of a short
request can be lost to that though it is cut at the right place. Source: default of this project (D).
"""


@dataclass(frozen=True, slots=True)
class SplitScores:
    """How well contacts were split, in shares from 0 to 1.

    ``found``: of ``n_several`` contacts with several requests those with as many issues as requests, each with the right
    span; ``with_categories``: those of them whose issues have the right first guess, too. ``noticed``: those that were taken
    for several at all. ``false_splits``: of ``n_single`` contacts with one request those that were split.
    """

    n_several: int
    n_single: int
    found: float
    with_categories: float
    noticed: float
    false_splits: float


def score_splits(
    examples: Sequence[ExampleContact], issues: Sequence[Sequence[Issue]], *, least_overlap: float = LEAST_OVERLAP
) -> SplitScores:
    """Compare the ``issues`` found in each example, none in one that was not split, with its requests."""
    several = [(example, found) for example, found in zip(examples, issues, strict=True) if len(example.requests) > 1]
    single = [found for example, found in zip(examples, issues, strict=True) if len(example.requests) == 1]
    right = [(example, found) for example, found in several if _spans_are_right(example.requests, found, least_overlap)]
    with_categories = sum(_categories_are_right(example.requests, found) for example, found in right)
    n_several = max(len(several), 1)
    return SplitScores(
        n_several=len(several),
        n_single=len(single),
        found=len(right) / n_several,
        with_categories=with_categories / n_several,
        noticed=sum(bool(found) for _, found in several) / n_several,
        false_splits=sum(bool(found) for found in single) / max(len(single), 1),
    )


def _spans_are_right(requests: Sequence[ExampleRequest], issues: Sequence[Issue], least_overlap: float) -> bool:
    return len(requests) == len(issues) and all(
        _overlap(request, issue) >= least_overlap for request, issue in zip(requests, issues, strict=True)
    )


def _categories_are_right(requests: Sequence[ExampleRequest], issues: Sequence[Issue]) -> bool:
    return all(request.category_code == issue.top[0].category_code for request, issue in zip(requests, issues, strict=True))


def _overlap(request: ExampleRequest, issue: Issue) -> float:
    shared = max(0, min(request.end, issue.end) - max(request.start, issue.start))
    return shared / (request.end - request.start + issue.end - issue.start - shared)
