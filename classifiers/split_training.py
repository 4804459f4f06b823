"""Learning to split: example contacts become the weights and thresholds of the splitter.

The heads must not have learned from the examples: they would be surer of their requests than of a stranger's.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from classifiers.clauses import Meaning, Sense, groups_of
from classifiers.cuts import Cuts, CutTable, Piece
from classifiers.features import TextFeatures
from classifiers.joints import JointFinder
from classifiers.linear import LinearHead
from classifiers.normalise import normalise
from classifiers.split import BestCuts, SplitWeights, best_by_odds, gate_rows, log_odds, rows_of
from classifiers.words import cut_words
from models.example import ExampleContact
from models.profile import SplitCues

FALSE_SPLITS = 0.03
"""The share of one-request examples that may be split, by cross-validation. Source: the target of this project (D)."""

_MISSED_BY_GATE = 0.02
"""The share of contacts with several requests that may be lost because they did not seem worth a closer look."""

_LEAST_EXAMPLES = 20  # of either kind
_MOST_REQUESTS = 3_000  # show as well how requests begin and end as 10,000 do
_CUT_REGULARISATION, _VERDICT_REGULARISATION, _GATE_REGULARISATION = 0.1, 0.03, 1.0
_N_FOLDS = 5
_NEAR = 4  # characters by which a joint may miss the end of a request, and twice that its begin: people fill the gap


@dataclass(frozen=True, slots=True)
class SplitLessons:
    """From what splitting is learned: example contacts, with a profile's cues and the level-1 group of each category."""

    examples: Sequence[ExampleContact]
    level1: Mapping[str, str]
    cues: SplitCues


@dataclass(frozen=True, slots=True, eq=False)
class _Lesson:
    """Possible cuts of pieces of the examples: what is seen of each, and whether it is right.

    ``example`` and ``is_whole`` tell of each piece the example and whether it is all of it.
    """

    cuts: Cuts
    rows: NDArray[np.float64]
    right: NDArray[np.bool_]
    example: NDArray[np.int64]
    is_whole: NDArray[np.bool_]


def learn_to_split(
    lessons: SplitLessons,
    requests: Sequence[str],
    *,
    features: TextFeatures,
    category: LinearHead,
    request_type: LinearHead | None,
    seed: int,
) -> SplitWeights | None:
    """Return what the examples teach; None when they are too few to teach anything.

    ``requests`` are texts of one request each, such as the heads have learned from: they show how requests begin and end,
    and how a text reads that is not worth a closer look.
    """
    is_several = np.array([len(example.requests) > 1 for example in lessons.examples], np.bool_)
    if min(is_several.sum(), (~is_several).sum()) < _LEAST_EXAMPLES:
        return None
    folds = np.random.default_rng(seed).permutation(len(is_several)) % _N_FOLDS
    finder = JointFinder(lessons.cues)
    some = [normalise(request).text for request in requests[:: 1 + len(requests) // _MOST_REQUESTS]]
    several, gate, held_out_several, gate_threshold = _learn_gate(lessons, some, is_several, folds, features, seed)
    complete = _learn_completeness(some, finder, features, seed)
    sense = Sense(features, category, request_type, groups_of(category, lessons.level1), complete)
    lesson = _lesson_of(lessons.examples, finder, sense)
    of_several = is_several[lesson.example[lesson.cuts.piece]]
    best = best_by_odds(lesson.cuts, lesson.rows, _held_out_odds(lesson, of_several, folds), held_out_several)
    has_right = np.isin(best.piece, lesson.cuts.piece[lesson.right])
    first, held_out_first = _learn_verdict(best, lesson, has_right, folds, of=lesson.is_whole[best.piece])
    further, _ = _learn_verdict(best, lesson, has_right, folds, of=~lesson.is_whole[best.piece])
    return SplitWeights(
        several=several,
        gate=gate,
        complete=complete,
        cut=_fit(lesson.rows[of_several], lesson.right[of_several], _CUT_REGULARISATION, _evenly(lesson)[of_several]),
        first=first,
        further=further,
        thresholds=np.array([gate_threshold, _threshold(held_out_first, lesson, best, is_several), 0.0]),
    )


def _learn_gate(
    lessons: SplitLessons,
    requests: Sequence[str],
    is_several: NDArray[np.bool_],
    folds: NDArray[np.int64],
    features: TextFeatures,
    seed: int,
) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.float64], float]:
    """Return the weights ``several`` and ``gate``, held-out values of ``several`` of the examples, and the gate's threshold."""
    texts = [*(normalise(example.text).text for example in lessons.examples), *requests]
    rows = features.transform([cut_words(text) for text in texts])
    wanted = np.concatenate([is_several, np.zeros(len(requests), np.bool_)])
    fold = np.concatenate([folds, np.arange(len(requests)) % _N_FOLDS])
    several = np.empty(len(texts))
    for held in range(_N_FOLDS):
        several[fold == held] = rows[fold == held] @ _term_weights(rows[fold != held], wanted[fold != held], seed)
    seen = gate_rows(several, rows)
    gate = _fit(seen, wanted, _GATE_REGULARISATION, np.ones(len(seen)))
    threshold = float(np.quantile(log_odds(seen[wanted], gate), _MISSED_BY_GATE))
    return _term_weights(rows, wanted, seed), gate, several[: len(is_several)], threshold


def _term_weights(rows: csr_matrix, wanted: NDArray[np.bool_], seed: int) -> NDArray[np.float32]:
    head = LinearHead(seed=seed).fit(rows, wanted.astype(np.int64).astype(np.str_))
    return np.ascontiguousarray(head.weights_[:, 1])


def _learn_completeness(requests: Sequence[str], finder: JointFinder, features: TextFeatures, seed: int) -> NDArray[np.float32]:
    """Learn to tell whole requests from their beginnings and from their ends: shape (n_terms, 2)."""
    fragments = [(text, joint) for text in requests for joint in finder.find(text).cuts]
    beginnings = [text[:start] for text, (start, _, _) in fragments]
    ends = [text[end:] for text, (_, end, _) in fragments]
    columns = []
    for parts in (beginnings, ends):
        rows = features.transform([cut_words(text) for text in (*requests, *parts)])
        columns.append(_term_weights(rows, np.arange(rows.shape[0]) < len(requests), seed))
    return np.column_stack(columns)


def _lesson_of(examples: Sequence[ExampleContact], finder: JointFinder, sense: Sense) -> _Lesson:
    normalised = [normalise(example.text) for example in examples]
    joints = [finder.find(text.text) for text in normalised]
    table = CutTable([text.text for text in normalised], joints)
    is_right = np.array(
        [
            _is_right(example, *text.raw_span(start, max(end, start + 1)))
            for example, text, of_text in zip(examples, normalised, joints, strict=True)
            for start, end, _ in of_text.cuts
        ],
        np.bool_,
    )
    pieces = [piece for whole in table.whole() for piece in _pieces_of(table, whole, is_right)]
    cuts = table.cuts(pieces)
    return _Lesson(
        cuts=cuts,
        rows=rows_of(table, Meaning(table, sense), cuts),
        right=is_right[cuts.joint],
        example=np.array([piece.text for piece in pieces]),
        is_whole=np.array([piece.made_by == 0 for piece in pieces]),
    )


def _is_right(example: ExampleContact, start: int, end: int) -> bool:
    """Return whether a joint at ``text[start:end]`` stands between two requests."""
    return any(
        (abs(start - before.end) <= _NEAR and abs(end - after.start) <= 2 * _NEAR)
        or (start < before.end + _NEAR and end > after.start - _NEAR)
        for before, after in pairwise(example.requests)
    )


def _pieces_of(table: CutTable, whole: Piece, is_right: NDArray[np.bool_]) -> Iterator[Piece]:
    """Yield a text and every run of its requests, as they would come out when it is cut rightly."""
    yield whole
    right = [joint for joint in range(whole.first, whole.last) if is_right[joint]]
    for first, last in combinations([None, *right, None], 2):
        if first is not None or last is not None:
            piece = whole if first is None else table.halves(whole, first)[1]
            yield piece if last is None else table.halves(piece, last)[0]


def _evenly(lesson: _Lesson) -> NDArray[np.float64]:
    """Return weights of the cuts under which a long letter counts little more than a short message."""
    example = lesson.example[lesson.cuts.piece]
    weights: NDArray[np.float64] = 1 / np.sqrt(np.bincount(example)[example])
    return weights / weights.mean()


def _held_out_odds(lesson: _Lesson, of_several: NDArray[np.bool_], folds: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the log odds of each cut by weights that were not shown its example."""
    fold, evenly = folds[lesson.example[lesson.cuts.piece]], _evenly(lesson)
    odds = np.empty(len(fold))
    for held in range(_N_FOLDS):
        shown = of_several & (fold != held)
        weights = _fit(lesson.rows[shown], lesson.right[shown], _CUT_REGULARISATION, evenly[shown])
        odds[fold == held] = log_odds(lesson.rows[fold == held], weights)
    return odds


def _learn_verdict(
    best: BestCuts, lesson: _Lesson, has_right: NDArray[np.bool_], folds: NDArray[np.int64], *, of: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the weights that tell whether a piece is to be cut, and held-out log odds of all pieces."""
    fold = folds[lesson.example[best.piece]]
    odds = np.empty(len(fold))
    for held in range(_N_FOLDS):
        shown = of & (fold != held)
        weights = _fit(best.rows[shown], has_right[shown], _VERDICT_REGULARISATION, np.ones(shown.sum()))
        odds[fold == held] = log_odds(best.rows[fold == held], weights)
    return _fit(best.rows[of], has_right[of], _VERDICT_REGULARISATION, np.ones(of.sum())), odds


def _fit(
    rows: NDArray[np.float64], wanted: NDArray[np.bool_], regularisation: float, weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return weights of the columns as they are, the constant last."""
    scaler = StandardScaler().fit(rows)
    model = LogisticRegression(C=regularisation, max_iter=2000).fit(scaler.transform(rows), wanted, sample_weight=weights)
    scaled = model.coef_[0] / scaler.scale_
    return np.append(scaled, model.intercept_[0] - scaled @ scaler.mean_)


def _threshold(odds: NDArray[np.float64], lesson: _Lesson, best: BestCuts, is_several: NDArray[np.bool_]) -> float:
    """Return the log odds above which at most ``FALSE_SPLITS`` of the one-request examples lie."""
    of_one = lesson.is_whole[best.piece] & ~is_several[lesson.example[best.piece]]
    wrong = np.sort(odds[of_one])[::-1]
    allowed = int(FALSE_SPLITS * (~is_several).sum())
    return float(np.nextafter(wrong[allowed], np.inf)) if allowed < len(wrong) else 0.0
