"""Learning to split: example contacts become the weights and thresholds of the splitter.

The model's category head has learned from the examples' requests, so it is surer of them than of a stranger's. What the
examples teach is therefore learned with a head that was not shown them; what is read off them (odds, thresholds) comes from
weights that were not shown them either.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from classifiers.category_head import CategoryHead
from classifiers.clauses import Sense, groups_of
from classifiers.courtesies import without_courtesies
from classifiers.features import TextFeatures
from classifiers.joints import Joints
from classifiers.linear import LinearHead
from classifiers.normalise import normalise
from classifiers.pauses import JointReader, learn_pauses
from classifiers.rows import LabelledText
from classifiers.split import BestCuts, SplitWeights, best_by_odds, best_cuts, log_odds, verdict_rows
from classifiers.split_gate import N_GLANCES, glances, marks_seen
from classifiers.split_lessons import Lesson, SplitLessons, as_example, lesson_of
from classifiers.topics import Topics, learn_topics
from classifiers.words import CutHan, CutText, fastest_cutter, text_cutter
from models.codes import Urgency

FALSE_SPLITS = 0.03
"""The share of one-request contacts that may be split. Source: the target of this project (D)."""

_FALSE_ORDINARY, _FALSE_EXAMPLES = 0.013, 0.07
"""The shares of ordinary requests and of one-request examples, which were written to mislead, that may be split; the
stricter of the two counts. What is split in vain costs a person a click, what is not split costs a citizen one request."""

_MISSED_AT_A_GLANCE, _MISSED_BY_GATE, _GIVEN_UP_EARLY = 0.03, 0.03, 0.01
"""The shares of contacts to be split that may be lost because they did not seem worth a closer look."""

_EVERY = 4
_ORDINARY_WEIGHT = 0.3
"""Every fourth ordinary request is an example, too, of what must not be split: easier than those that were written for it.
An emergency is none: hidden in a story on something else it is a second matter, and no split holds it up. The weight moves
false splits between them: with 0.8 half as many ordinary requests are split and more examples."""

_LEAST_EXAMPLES = 20  # of either kind
_MOST_REQUESTS = 3_000  # show as well how requests begin and end as 10,000 do
_CUT_REGULARISATION, _VERDICT_REGULARISATION, _GATE_REGULARISATION = 0.1, 0.1, 1.0
_N_FOLDS = 5
_N_DEALS = 4  # the threshold hangs on ten examples: their odds are the mean over so many deals of the folds
_SURE = 4.0  # log odds of what was never otherwise
_PUNCTUATED = re.compile("[，。；！？]")


@dataclass(frozen=True, slots=True, eq=False)
class _Texts:
    """Texts with what a model makes of them: features, margins of its category head, joints that are written there."""

    features: csr_matrix
    margins: NDArray[np.float32]
    joints: Sequence[Joints]


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """Which examples hold several requests, and in which fold each is held out."""

    is_several: NDArray[np.bool_]
    folds: NDArray[np.int64]
    seed: int


def learn_to_split(
    lessons: SplitLessons,
    requests: Sequence[LabelledText],
    *,
    features: TextFeatures,
    category: LinearHead,
    request_type: LinearHead | None,
    seed: int,
    cut_han: CutHan | None = None,
) -> SplitWeights | None:
    """Return what the examples teach; None when they are too few to teach anything.

    ``requests`` are texts of one request each: they show how requests begin and end, where people pause, and how a text reads
    that is not worth a closer look. ``request_type`` must not have learned from the examples.
    """
    is_several = np.array([len(example.requests) > 1 for example in lessons.examples], np.bool_)
    if min(is_several.sum(), (~is_several).sum()) < _LEAST_EXAMPLES:
        return None
    plan = _Plan(is_several, np.random.default_rng(seed).permutation(len(is_several)) % _N_FOLDS, seed)
    cut_han = cut_han or fastest_cutter()
    cut = text_cutter(cut_han)
    normalised = [_told(request.text) for request in requests]
    pauses = learn_pauses((text for text in normalised if _PUNCTUATED.search(text)), cut)
    reader = JointReader(lessons.cues, pauses, cut)
    complete = _learn_completeness(normalised[:: 1 + len(normalised) // _MOST_REQUESTS], reader, features, cut, seed)
    rows = features.transform([cut(text) for text in normalised])
    labels = [request.category for request in requests]
    likelihoods = learn_topics(rows, labels, category.classes_)
    groups, topics = groups_of(category, lessons.level1), Topics(*likelihoods)
    familiar = Sense(features, category, request_type, groups, complete, topics)
    sense = replace(familiar, category=_stranger(rows, np.array(labels), category, seed))
    chosen = np.flatnonzero([request.urgency is not Urgency.CRITICAL for request in requests])[::_EVERY]
    strangers_sense = _stranger_to(chosen, rows, np.array(labels), familiar, seed)
    told = [_told(example.text) for example in lessons.examples]
    examples = _read(told, features.transform([cut(text) for text in told]), reader, sense)
    ordinary = _read([normalised[row] for row in chosen.tolist()], rows[chosen], reader, strangers_sense)

    lesson = lesson_of(lessons.examples, reader, sense, cut_han)
    best = _held_out_best(lesson, examples, plan)
    cut_weights, several = _fit_cuts(lesson, is_several), _term_weights(examples.features, is_several, seed)
    unseen = lesson_of([as_example(requests[row]) for row in chosen.tolist()], reader, strangers_sense, cut_han)
    best_of_ordinary = best_cuts(unseen.cuts, unseen.rows, cut_weights, _wholes(ordinary, ordinary.features @ several))
    rows_of_best, rows_of_ordinary = (
        verdict_rows(each, of.cuts, of.meaning.explanation(of.cuts))
        for each, of in ((best, lesson), (best_of_ordinary, unseen))
    )
    is_whole, example = lesson.is_whole[best.piece], lesson.example[best.piece]
    has_right = np.isin(best.piece, lesson.cuts.piece[lesson.right])
    told_apart = is_whole & (has_right == is_several[example])  # several requests with no joint between them teach nothing
    learn = partial(_learn_verdict, has_right=has_right, example=example, plan=plan)
    first, odds, odds_of_ordinary = learn(rows_of_best, of=told_apart, ordinary=rows_of_ordinary)
    further, *_ = learn(rows_of_best, of=~is_whole, ordinary=rows_of_ordinary[:0], weights=_evenly(example, ~is_whole))
    early, early_odds, _ = learn(best.rows, of=told_apart, ordinary=best_of_ordinary.rows)
    of_singles = odds[is_whole & ~is_several[example]]
    threshold = max(
        _threshold(of_singles, int(_FALSE_EXAMPLES * (~is_several).sum())),
        _threshold(odds_of_ordinary, int(_FALSE_ORDINARY * ordinary.features.shape[0])),
    )
    is_split = is_whole & (odds >= threshold) & is_several[example]
    split = np.unique(example[is_split])
    if not len(split):
        return None
    least_early = _losing(_GIVEN_UP_EARLY, early_odds[is_split])
    glance, gate, thresholds, ordinary_terms = _learn_gates(examples, ordinary, split, plan, sense)
    return SplitWeights(
        ordinary=ordinary_terms,
        glance=glance,
        gate=gate,
        several=several,
        pauses=pauses,
        complete=complete,
        topic_starts=likelihoods.said.indptr.astype(np.int32),
        topic_labels=likelihoods.said.indices.astype(np.int16),
        topic_values=likelihoods.said.data,
        unsaid=likelihoods.unsaid,
        cut=cut_weights,
        early=early,
        first=first,
        further=further,
        thresholds=np.array([*thresholds, least_early, threshold, 0.0]),
    )


def _told(text: str) -> str:
    return without_courtesies(normalise(text).text)


def _read(texts: Sequence[str], rows: csr_matrix, reader: JointReader, sense: Sense) -> _Texts:
    return _Texts(rows, sense.category.decision_function(rows), [reader.find(text) for text in texts])


def _wholes(texts: _Texts, several: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return what is seen of whole texts (``BestCuts``); ``several`` is what their terms say."""
    return np.column_stack([several, marks_seen(texts.joints)])


def _stranger(rows: csr_matrix, labels: NDArray[np.str_], known: LinearHead, seed: int) -> LinearHead:
    """Return a head that was shown these rows and no example contact; ``known`` itself if they lack a label of its own."""
    if set(labels.tolist()) != set(known.classes_.tolist()):
        return known
    head = CategoryHead(seed=seed).fit(rows, labels)
    head.steepness_ = known.steepness_
    return head


def _stranger_to(chosen: NDArray[np.intp], rows: csr_matrix, labels: NDArray[np.str_], sense: Sense, seed: int) -> Sense:
    """Return a sense that has not seen the rows ``chosen``, either: no surer of them than of a stranger's requests."""
    shown = np.ones(len(labels), np.bool_)
    shown[chosen] = False
    head = _stranger(rows[shown], labels[shown], sense.category, seed)
    if head is sense.category:
        return sense
    topics = Topics(*learn_topics(rows[shown], labels[shown].tolist(), sense.category.classes_))
    return replace(sense, category=head, topics=topics)


def _learn_completeness(
    requests: Sequence[str], reader: JointReader, features: TextFeatures, cut: CutText, seed: int
) -> NDArray[np.float32]:
    """Learn to tell whole requests from their beginnings and from their ends: shape (n_terms, 2)."""
    fragments = [(text, joint) for text in requests for joint in reader.read(text).cuts]
    beginnings = [text[:start] for text, (start, _, _) in fragments]
    ends = [text[end:] for text, (_, end, _) in fragments]
    columns = []
    for parts in (beginnings, ends):
        rows = features.transform([cut(text) for text in (*requests, *parts)])
        columns.append(_term_weights(rows, np.arange(rows.shape[0]) < len(requests), seed))
    return np.column_stack(columns)


def _held_out_best(lesson: Lesson, examples: _Texts, plan: _Plan) -> BestCuts:
    """Return the best cut of each piece by weights that were not shown its example."""
    fold = plan.folds[lesson.example_of_cuts()]
    odds = np.empty(len(fold))
    for held in range(_N_FOLDS):
        weights = _fit_cuts(lesson, plan.is_several & (plan.folds != held))
        odds[fold == held] = log_odds(lesson.rows[fold == held], weights)
    several = _held_out_values(examples.features, plan.is_several, plan)
    return best_by_odds(lesson.cuts, lesson.rows, odds, _wholes(examples, several))


def _fit_cuts(lesson: Lesson, shown: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Learn which cuts are right, from the examples ``shown``; a long letter counts little more than a short message."""
    example = lesson.example_of_cuts()
    cuts = shown[example]
    evenly = 1 / np.sqrt(np.bincount(example)[example[cuts]])
    return _fit(lesson.rows[cuts], lesson.right[cuts], _CUT_REGULARISATION, evenly / evenly.mean())


def _learn_verdict(
    rows: NDArray[np.float64],
    *,
    has_right: NDArray[np.bool_],
    example: NDArray[np.int64],
    plan: _Plan,
    of: NDArray[np.bool_],
    ordinary: NDArray[np.float64],
    weights: NDArray[np.float64] | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the weights that tell whether a piece is to be cut, and held-out log odds of all pieces and of ``ordinary``.

    ``rows`` are those of the pieces' best cuts. ``of`` tells which pieces are learned from, with ``weights`` (None: all weigh
    the same); the rows ``ordinary`` of other requests, not to be cut, weigh little.
    """
    own = np.ones(len(has_right)) if weights is None else weights
    odds, odds_of_ordinary = np.zeros(len(has_right)), np.zeros(len(ordinary))

    def learned(shown: NDArray[np.bool_], also: NDArray[np.bool_]) -> NDArray[np.float64]:
        right = np.append(has_right[shown], np.zeros(also.sum(), np.bool_))
        all_weights = np.append(own[shown], np.full(also.sum(), _ORDINARY_WEIGHT))
        return _fit(np.vstack([rows[shown], ordinary[also]]), right, _VERDICT_REGULARISATION, all_weights)

    for deal in range(_N_DEALS):
        rng = np.random.default_rng(plan.seed + deal)
        fold = (rng.permutation(plan.folds) if deal else plan.folds)[example]
        fold_of_ordinary = rng.permutation(len(ordinary)) % _N_FOLDS
        for held in range(_N_FOLDS):
            verdict = learned(of & (fold != held), fold_of_ordinary != held)
            odds[fold == held] += log_odds(rows[fold == held], verdict) / _N_DEALS
            odds_of_ordinary[fold_of_ordinary == held] += log_odds(ordinary[fold_of_ordinary == held], verdict) / _N_DEALS
    return learned(of, np.ones(len(ordinary), np.bool_)), odds, odds_of_ordinary


def _evenly(example: NDArray[np.int64], parts: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return weights by which the parts of each example weigh together the same, as many as there are parts.

    A contact of four requests has nine parts, and most of them can be cut; most contacts that are cut have two requests, and
    neither of them can.
    """
    counts = np.maximum(np.bincount(example[parts], minlength=example.max() + 1), 1)
    weights: NDArray[np.float64] = np.where(parts, 1 / counts[example], 0.0)
    weights *= parts.sum() / max(weights.sum(), 1.0)
    return weights


def _threshold(odds: NDArray[np.float64], allowed: int) -> float:
    """Return the log odds above which at most so many lie; ``odds`` are those of texts of one request that can be cut."""
    falling = np.sort(odds)[::-1]
    return float(np.nextafter(falling[allowed], np.inf)) if allowed < len(falling) else 0.0


def _losing(share: float, odds: NDArray[np.float64]) -> float:
    """Return the log odds below which this share lies; what is likelier than not is never lost."""
    return min(0.0, float(np.quantile(odds, share)))


def _learn_gates(
    examples: _Texts, ordinary: _Texts, split: NDArray[np.int64], plan: _Plan, sense: Sense
) -> tuple[NDArray[np.float64], NDArray[np.float64], tuple[float, float], NDArray[np.float32]]:
    """Return the weights of glance and gate, their thresholds, and the weights of terms that both rest on.

    ``split`` are the examples that would be split; those of several requests that would not be are no loss.
    """
    features = vstack([examples.features, ordinary.features]).tocsr()
    n_ordinary = ordinary.features.shape[0]
    wanted = np.append(plan.is_several, np.zeros(n_ordinary, np.bool_))
    everyone = _Plan(wanted, np.append(plan.folds, np.arange(n_ordinary) % _N_FOLDS), plan.seed)
    said = _held_out_values(features, wanted, everyone)
    seen = glances(said, features, np.vstack([examples.margins, ordinary.margins]), sense.category, sense.level1)
    rows = np.hstack([seen, marks_seen([*examples.joints, *ordinary.joints])])
    is_split = np.zeros(len(rows), np.bool_)
    is_split[split] = True
    shown = is_split | ~wanted
    learned = []
    for columns, missed in ((slice(N_GLANCES), _MISSED_AT_A_GLANCE), (slice(None), _MISSED_BY_GATE)):
        weights = _fit(rows[shown][:, columns], is_split[shown], _GATE_REGULARISATION, np.ones(shown.sum()))
        learned.append((weights, _losing(missed, log_odds(rows[is_split][:, columns], weights))))
    (glance, least_glance), (gate, least_gate) = learned
    return glance, gate, (least_glance, least_gate), _term_weights(features, wanted, plan.seed)


def _held_out_values(features: csr_matrix, wanted: NDArray[np.bool_], plan: _Plan) -> NDArray[np.float64]:
    """Return what the terms of each text say by weights that were not shown it."""
    values = np.empty(len(wanted))
    for held in range(_N_FOLDS):
        shown = plan.folds != held
        values[~shown] = features[~shown] @ _term_weights(features[shown], wanted[shown], plan.seed)
    return values


def _term_weights(rows: csr_matrix, wanted: NDArray[np.bool_], seed: int) -> NDArray[np.float32]:
    """Learn by its terms whether a text is wanted: shape (n_terms,)."""
    if wanted.all() or not wanted.any():
        return np.zeros(rows.shape[1], np.float32)
    head = LinearHead(seed=seed).fit(rows, wanted.astype(np.int64).astype(np.str_))
    return np.ascontiguousarray(head.weights_[:, 1])


def _fit(
    rows: NDArray[np.float64], wanted: NDArray[np.bool_], regularisation: float, weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return weights of the columns as they are, the constant last; where all rows are alike there is nothing to weigh."""
    if wanted.all() or not wanted.any():
        return np.append(np.zeros(rows.shape[1]), _SURE if wanted.any() else -_SURE)
    scaler = StandardScaler().fit(rows)
    model = LogisticRegression(C=regularisation, max_iter=2000).fit(scaler.transform(rows), wanted, sample_weight=weights)
    scaled = model.coef_[0] / scaler.scale_
    return np.append(scaled, model.intercept_[0] - scaled @ scaler.mean_)
