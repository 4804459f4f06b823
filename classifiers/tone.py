"""Tone: how urgent a whole text sounds, and what this and its alarming words make of it together."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from scipy.sparse import csr_matrix

from classifiers.artifact import Artifact
from classifiers.urgency import CALM_REACH, Alarm, Retraction, Signs
from models.codes import Urgency
from models.understanding import Guess

TAKEN_FROM = 1 / 14
"""From which probability a text is taken for 特急. Default of this project: one missed emergency weighs as much as
thirteen vain alarms. How many of each that costs stands in docs/understanding.md."""

TAKEN_OF_DANGEROUS_FROM, _MAY_BE_FROM = 1 / 50, 0.01
"""The same of what may be about a category with many emergencies (``Danger.categories``), by a guess of at least 1 in 100: a
leak of gas is feared sooner than a late refund. Source: the targets of this project (D), .99 of the emergencies at a precision
of .75. All texts taken from 1 in 50 on, no more of them were found, and two fifths more ordinary requests held back."""

_DOUBTED_BELOW, _BRIEF = TAKEN_FROM / 6, 30
"""Below the first threshold no alarming word counts in a text of 30 characters and more: it is right there in one of 22, in
five folds of the training rows. In a shorter one it counts down to a sixth of it (老人走失了找不到)."""

_OUTWEIGHS_DOUBT_FROM = 0.5
"""From which probability an emergency counts although its words are beside a fear or a memory (谢谢你们听我说完). Over a short
text the doubt reaches as a whole, so that nothing is left to outweigh it (上个月闻到煤气味)."""

_LEAST_TERMS, _FEW_TERMS, _FEW_CHARACTERS = 4, 7, 12
"""A text with fewer than 4 known terms (words, characters and pairs of these) says nothing by its tone, nor does one with fewer
than 7 in less than 12 characters (老人 has 4, a sentence of four English words as well): only an alarming word counts in it.
Default of this project: of 1,143 emergencies of the training part one is as short without such a word."""

_BLURTED, _LIKELY = 5, 0.4
"""A text of fewer than 5 characters without such a word (停电了) says nothing, either, below this probability: in five folds
none of 18 was an emergency, above it 8 of 9 (没气了)."""


@dataclass(frozen=True, slots=True)
class Tone:
    """How urgent a whole text sounds, also where no single word says so (老人叫不醒了).

    ``doubts_words``: its alarming words do not count. ``is_sure``: an emergency more often than not, as often as the
    card promises. ``outweighs_doubt``: hardly anything but an emergency sounds like this.
    """

    urgency: Urgency
    doubts_words: bool = False
    is_sure: bool = False
    outweighs_doubt: bool = False


NO_TONE = Tone(Urgency.NORMAL)
"""Where nothing has learned to listen, or there is nothing to hear."""


def hear_tones(artifact: Artifact, features: csr_matrix, signs: Sequence[Signs], tops: Sequence[Sequence[Guess]]) -> list[Tone]:
    """Return how urgent the whole text of each row sounds.

    ``signs`` are what the lexicon found in it, ``tops`` the likely categories.
    """
    urgent = _are_urgent(artifact, features)
    if artifact.danger is None:
        return [Tone(Urgency.URGENT) if each else NO_TONE for each in urgent]
    sure = artifact.card.bands.critical
    dangers = artifact.danger.probabilities(features, signs).tolist()
    dangerous = artifact.danger.categories
    n_terms = features.getnnz(axis=1).tolist()
    return [
        NO_TONE
        if _says_nothing(n, each, danger)
        else _tone(
            danger,
            is_urgent=is_urgent,
            taken_from=TAKEN_OF_DANGEROUS_FROM if _may_be(dangerous, top) else TAKEN_FROM,
            sure=sure,
            characters=each.characters,
        )
        for danger, is_urgent, each, top, n in zip(dangers, urgent, signs, tops, n_terms, strict=True)
    ]


def _may_be(categories: Collection[str], top: Sequence[Guess]) -> bool:
    return any(guess.category_code in categories and guess.probability >= _MAY_BE_FROM for guess in top)


def _says_nothing(n_terms: int, signs: Signs, danger: float) -> bool:
    is_short = n_terms < _LEAST_TERMS or (n_terms < _FEW_TERMS and signs.characters < _FEW_CHARACTERS)
    is_blurted = signs.characters < _BLURTED and danger < _LIKELY
    return (is_short or is_blurted) and not (signs.stands or signs.is_urgent)


def _are_urgent(artifact: Artifact, features: csr_matrix) -> list[bool]:
    """Tell where the probability of 紧急 or more is one that kept its promise on held-out rows."""
    head, band = artifact.sides.get("urgency"), artifact.card.bands.urgent
    if head is None or band is None:
        return [False] * features.shape[0]
    urgent = head.predict_proba(features)[:, head.classes_ >= Urgency.URGENT.value].sum(axis=1)
    return [bool(each) for each in urgent >= band]


def _tone(danger: float, *, is_urgent: bool, taken_from: float, sure: float | None, characters: int) -> Tone:
    doubts_words = danger < TAKEN_FROM and (characters >= _BRIEF or danger < _DOUBTED_BELOW)
    if danger < taken_from:
        return Tone(Urgency.URGENT if is_urgent else Urgency.NORMAL, doubts_words=doubts_words)
    is_sure = sure is not None and danger >= sure
    outweighs_doubt = danger >= _OUTWEIGHS_DOUBT_FROM and characters > CALM_REACH
    return Tone(Urgency.CRITICAL, doubts_words=doubts_words, is_sure=is_sure, outweighs_doubt=outweighs_doubt)


def weigh(alarm: Alarm, tone: Tone) -> Urgency:
    """Return the urgency that words and tone give together.

    A hot word in a calm text (漏电 in a letter about an old wall) makes 紧急. There also stays what was denied, whatever it
    sounds like, and what was only feared or remembered, unless the tone outweighs it: a person looks.
    """
    if alarm.retraction is Retraction.DENIAL or (alarm.retraction is Retraction.DOUBT and not tone.outweighs_doubt):
        return Urgency.URGENT
    of_words = min(alarm.urgency, Urgency.URGENT) if tone.doubts_words else alarm.urgency
    return max(of_words, tone.urgency)


def is_sure(alarm: Alarm, tone: Tone) -> bool:
    """Return whether what is taken for an emergency surely is one: by a hot word that counts, or by the tone alone."""
    return tone.is_sure or (alarm.urgency is Urgency.CRITICAL and not tone.doubts_words)
