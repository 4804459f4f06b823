"""Learning to split: example contacts become the weights and thresholds of the splitter.

The heads must not have learned from the examples: they would be surer of their requests than of a stranger's.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from classifiers.clauses import Meaning, Sense, groups_of
from classifiers.cuts import Cuts, CutTable, Piece
from classifiers.features import TextFeatures
from classifiers.joints import Joints
from classifiers.linear import LinearHead
from classifiers.normalise import normalise
from classifiers.pauses import JointReader, learn_pauses
from classifiers.rows import LabelledText
from classifiers.split import BestCuts, SplitWeights, best_by_odds, best_cuts, log_odds, rows_of
from classifiers.split_gate import glances, marks_seen
from classifiers.words import cut_words
from models.codes import Channel, RequestType
from models.example import ExampleContact, ExampleRequest
from models.profile import SplitCues

FALSE_SPLITS = 0.03
"""The share of one-request examples that may be split, by cross-validation. Source: the target of this project (D)."""

_MISSED_AT_A_GLANCE, _MISSED_BY_GATE = 0.03, 0.05
"""The shares of contacts to be split that may be lost because they did not seem worth a closer look."""

_ORDINARY = slice(None, None, 4)
_ORDINARY_WEIGHT = 0.15
"""Every fourth ordinary request is an example, too, of what must not be split: easier than those that were written for it."""

_LEAST_EXAMPLES = 20  # of either kind
_MOST_REQUESTS = 3_000  # show as well how requests begin and end as 10,000 do
_CUT_REGULARISATION, _VERDICT_REGULARISATION, _GATE_REGULARISATION = 0.1, 0.03, 1.0
_N_FOLDS = 5
_PUNCTUATED = re.compile("[，。；！？]")
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


@dataclass(frozen=True, slots=True, eq=False)
class _Texts:
    """Texts with what a model makes of them: features, margins of its category head, joints that are written there."""

    features: csr_matrix
    margins: NDArray[np.float32]
    joints: Sequence[Joints]


def learn_to_split(
    lessons: SplitLessons,
    requests: Sequence[LabelledText],
    *,
    features: TextFeatures,
    category: LinearHead,
    request_type: LinearHead | None,
    seed: int,
) -> SplitWeights | None:
    """Return what the examples teach; None when they are too few to teach anything.

    ``requests`` are texts of one request each, those from which the heads have learned: they show how requests begin and end,
    where people pause, and how a text reads that is not worth a closer look.
    """
    is_several = np.array([len(example.requests) > 1 for example in lessons.examples], np.bool_)
    if min(is_several.sum(), (~is_several).sum()) < _LEAST_EXAMPLES:
        return None
    folds = np.random.default_rng(seed).permutation(len(is_several)) % _N_FOLDS
    normalised = [normalise(request.text).text for request in requests]
    some = normalised[:: 1 + len(normalised) // _MOST_REQUESTS]
    pauses = learn_pauses(text for text in normalised if _PUNCTUATED.search(text))
    reader = JointReader(lessons.cues, pauses)
    complete = _learn_completeness(some, reader, features, seed)
    sense = Sense(features, category, request_type, groups_of(category, lessons.level1), complete)
    contacts = [*lessons.examples, *(_as_example(request) for request in requests[_ORDINARY])]
    examples = _read([normalise(example.text).text for example in lessons.examples], reader, features, category)
    lesson = _lesson_of(lessons.examples, reader, sense)
    stranger = _stranger(requests, normalised, sense, seed)
    ordinary = _read(normalised[_ORDINARY], reader, features, stranger)
    unseen = _lesson_of(contacts[len(is_several) :], reader, replace(sense, category=stranger))

    of_several = is_several[lesson.example[lesson.cuts.piece]]
    cut = _fit(lesson.rows[of_several], lesson.right[of_several], _CUT_REGULARISATION, _evenly(lesson)[of_several])
    several = _term_weights(examples.features, is_several, seed)
    held_out = _held_out_odds(lesson, of_several, folds), _held_out_values(examples.features, is_several, folds, seed)
    best = best_by_odds(lesson.cuts, lesson.rows, *held_out)
    best_of_ordinary = best_cuts(unseen.cuts, unseen.rows, cut, ordinary.features @ several)
    has_right = np.isin(best.piece, lesson.cuts.piece[lesson.right])
    is_whole = lesson.is_whole[best.piece]
    first, odds = _learn_verdict(best, lesson, has_right, folds, of=is_whole, ordinary=best_of_ordinary.rows)
    further, _ = _learn_verdict(best, lesson, has_right, folds, of=~is_whole, ordinary=best_of_ordinary.rows[:0])
    threshold = _threshold(odds, lesson, best, is_several)

    is_split = np.zeros(len(contacts), np.bool_)
    is_split[lesson.example[best.piece[is_whole & (odds >= threshold)]]] = True
    is_one = np.ones(len(contacts), np.bool_)
    is_one[: len(is_several)] = ~is_several
    is_split &= ~is_one
    glanced = _glance_at(examples, ordinary, is_several, folds, sense, seed)
    glance, least_glance = _learn_gate(glanced.rows[:, : glanced.n_glances], is_split, is_one, _MISSED_AT_A_GLANCE)
    gate, least_gate = _learn_gate(glanced.rows, is_split, is_one, _MISSED_BY_GATE)
    return SplitWeights(
        ordinary=glanced.ordinary,
        glance=glance,
        gate=gate,
        several=several,
        pauses=pauses,
        complete=complete,
        cut=cut,
        first=first,
        further=further,
        thresholds=np.array([least_glance, least_gate, threshold, 0.0]),
    )


def _as_example(request: LabelledText) -> ExampleContact:
    """Return an ordinary request as a contact that must not be split."""
    only = ExampleRequest(0, len(request.text), request.category, RequestType.HELP)
    return ExampleContact(request.text, Channel.PHONE, (only,))


def _read(texts: Sequence[str], reader: JointReader, features: TextFeatures, category: LinearHead) -> _Texts:
    rows = features.transform([cut_words(text) for text in texts])
    return _Texts(rows, category.decision_function(rows), [reader.find(text) for text in texts])


def _stranger(requests: Sequence[LabelledText], normalised: Sequence[str], sense: Sense, seed: int) -> LinearHead:
    """Return a category head that has not seen the requests of ``_ORDINARY``: it is no surer of them than of a stranger's."""
    shown = np.ones(len(requests), np.bool_)
    shown[_ORDINARY] = False
    labels = np.array([request.category for request in requests])
    if not set(sense.category.classes_.tolist()) <= set(labels[shown].tolist()):
        return sense.category
    rows = sense.features.transform([cut_words(text) for text in normalised])[shown]
    head = LinearHead(seed=seed).fit(rows, labels[shown])
    head.steepness_ = sense.category.steepness_
    return head


@dataclass(frozen=True, slots=True, eq=False)
class _Glances:
    """What is seen cheaply of the examples, then of ordinary requests, with the weights of terms that it rests on.

    ``rows`` are held-out values, shape (n_texts, …), of which the first ``n_glances`` columns need no joints.
    """

    ordinary: NDArray[np.float32]
    rows: NDArray[np.float64]
    n_glances: int


def _glance_at(
    examples: _Texts, ordinary: _Texts, is_several: NDArray[np.bool_], folds: NDArray[np.int64], sense: Sense, seed: int
) -> _Glances:
    features = vstack([examples.features, ordinary.features]).tocsr()
    wanted = np.concatenate([is_several, np.zeros(ordinary.features.shape[0], np.bool_)])
    fold = np.concatenate([folds, np.arange(ordinary.features.shape[0]) % _N_FOLDS])
    seen = glances(
        _held_out_values(features, wanted, fold, seed),
        features,
        np.vstack([examples.margins, ordinary.margins]),
        sense.category,
        sense.level1,
    )
    rows = np.hstack([seen, marks_seen([*examples.joints, *ordinary.joints])])
    return _Glances(_term_weights(features, wanted, seed), rows, seen.shape[1])


def _held_out_values(
    features: csr_matrix, wanted: NDArray[np.bool_], folds: NDArray[np.int64], seed: int
) -> NDArray[np.float64]:
    """Return what the terms of each text say by weights that were not shown it."""
    values = np.empty(len(wanted))
    for held in range(_N_FOLDS):
        values[folds == held] = features[folds == held] @ _term_weights(features[folds != held], wanted[folds != held], seed)
    return values


def _learn_gate(
    rows: NDArray[np.float64], is_split: NDArray[np.bool_], is_one: NDArray[np.bool_], missed: float
) -> tuple[NDArray[np.float64], float]:
    """Return weights of ``rows`` and the log odds that all but a share ``missed`` of the texts reach that are to be split."""
    shown = is_split | is_one
    weights = _fit(rows[shown], is_split[shown], _GATE_REGULARISATION, np.ones(shown.sum()))
    return weights, float(np.quantile(log_odds(rows[is_split], weights), missed))


def _term_weights(rows: csr_matrix, wanted: NDArray[np.bool_], seed: int) -> NDArray[np.float32]:
    head = LinearHead(seed=seed).fit(rows, wanted.astype(np.int64).astype(np.str_))
    return np.ascontiguousarray(head.weights_[:, 1])


def _learn_completeness(requests: Sequence[str], reader: JointReader, features: TextFeatures, seed: int) -> NDArray[np.float32]:
    """Learn to tell whole requests from their beginnings and from their ends: shape (n_terms, 2)."""
    fragments = [(text, joint) for text in requests for joint in reader.read(text).cuts]
    beginnings = [text[:start] for text, (start, _, _) in fragments]
    ends = [text[end:] for text, (_, end, _) in fragments]
    columns = []
    for parts in (beginnings, ends):
        rows = features.transform([cut_words(text) for text in (*requests, *parts)])
        columns.append(_term_weights(rows, np.arange(rows.shape[0]) < len(requests), seed))
    return np.column_stack(columns)


def _lesson_of(examples: Sequence[ExampleContact], reader: JointReader, sense: Sense) -> _Lesson:
    normalised = [normalise(example.text) for example in examples]
    joints = [reader.read(text.text) for text in normalised]
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
    best: BestCuts,
    lesson: _Lesson,
    has_right: NDArray[np.bool_],
    folds: NDArray[np.int64],
    *,
    of: NDArray[np.bool_],
    ordinary: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the weights that tell whether a piece is to be cut, and held-out log odds of all pieces of the examples.

    ``of`` tells which pieces are learned from; the rows ``ordinary`` of other requests, not to be cut, weigh little.
    """
    fold = folds[lesson.example[best.piece]]
    odds = np.empty(len(fold))

    def learned(shown: NDArray[np.bool_]) -> NDArray[np.float64]:
        rows, right = np.vstack([best.rows[shown], ordinary]), np.append(has_right[shown], np.zeros(len(ordinary), np.bool_))
        return _fit(rows, right, _VERDICT_REGULARISATION, np.repeat([1.0, _ORDINARY_WEIGHT], [shown.sum(), len(ordinary)]))

    for held in range(_N_FOLDS):
        odds[fold == held] = log_odds(best.rows[fold == held], learned(of & (fold != held)))
    return learned(of), odds


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
