"""Tone: what a whole text and its alarming words make of a request together (domain.md I.3)."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from classifiers.artifact import Artifact, MeasuredBands
from classifiers.danger import Danger, DangerScale
from classifiers.linear import LinearHead
from classifiers.tone import NO_TONE, TAKEN_FROM, TAKEN_OF_DANGEROUS_FROM, Tone, hear_tones, is_sure, weigh
from classifiers.urgency import Alarm, Retraction, Signs
from models.codes import Urgency
from models.understanding import Guess

_N_TERMS = 20
A_ROAD = (Guess("road", 0.9),)


def a_text(n_terms: int = _N_TERMS) -> csr_matrix:
    """Return the features of a text with so many known terms."""
    return csr_matrix([[1.0] * n_terms + [0.0] * (_N_TERMS - n_terms)])


def a_danger(probability: float) -> Danger:
    """Return what hears the same danger in everything, and knows fires well."""
    kinds = np.array(["1", "3", "3:fire"])
    head = LinearHead().restore(kinds, np.zeros((_N_TERMS, len(kinds)), np.float32), np.zeros(len(kinds)), steepness=1.0)
    n_inputs = len(kinds) + 1 + 3 + 4
    return Danger(head, DangerScale().restore(np.zeros(n_inputs), float(np.log(probability / (1 - probability)))))


def tone_of(
    artifact: Artifact, probability: float, *, sure: float, characters: int = 60, top: tuple[Guess, ...] = A_ROAD
) -> Tone:
    """Return the tone of a text in which ``artifact`` hears so much danger, and of which it guesses ``top``."""
    bands = MeasuredBands(None, 0.95, None, 0.85, critical=sure, urgent=None, urgency_precision=0.75, strange=None)
    listening = replace(artifact, sides={}, danger=a_danger(probability), card=replace(artifact.card, bands=bands))
    return hear_tones(listening, a_text(), [Signs(characters=characters)], [top])[0]


@pytest.mark.parametrize(
    ("probability", "characters", "tone"),
    [
        (0.95, 60, Tone(Urgency.CRITICAL, is_sure=True, outweighs_doubt=True)),
        (0.4, 60, Tone(Urgency.CRITICAL, is_sure=True)),
        (TAKEN_FROM + 0.01, 60, Tone(Urgency.CRITICAL)),
        (TAKEN_FROM - 0.01, 60, Tone(Urgency.NORMAL, doubts_words=True)),
        (TAKEN_FROM - 0.01, 29, Tone(Urgency.NORMAL)),
        (TAKEN_FROM / 6 - 0.01, 29, Tone(Urgency.NORMAL, doubts_words=True)),
    ],
)
def test_a_text_is_critical_before_it_is_sure(small_model: Artifact, probability: float, characters: int, tone: Tone):
    """A missed emergency costs more than a vain alarm; beside an alarming word a short text needs a sixth of the chance."""
    assert tone_of(small_model, probability, sure=0.3, characters=characters) == tone


@pytest.mark.parametrize(
    ("probability", "characters", "tone"),
    [
        (TAKEN_FROM - 0.01, 60, Tone(Urgency.CRITICAL, doubts_words=True)),
        (TAKEN_FROM - 0.01, 29, Tone(Urgency.CRITICAL)),
        (TAKEN_OF_DANGEROUS_FROM + 0.001, 60, Tone(Urgency.CRITICAL, doubts_words=True)),
        (TAKEN_OF_DANGEROUS_FROM - 0.001, 60, Tone(Urgency.NORMAL, doubts_words=True)),
    ],
)
def test_less_is_taken_for_one_where_emergencies_are_common(
    small_model: Artifact, probability: float, characters: int, tone: Tone
):
    """What may be a fire is feared sooner than what may be a lamp; its words count no more than elsewhere."""
    top = (Guess("road", 0.99), Guess("fire", 0.01))

    assert tone_of(small_model, probability, sure=0.3, characters=characters, top=top) == tone


def test_a_guess_of_less_than_one_in_a_hundred_makes_nothing_dangerous(small_model: Artifact):
    """A burst pipe that surely is one does not wait for a person because the third guess is a flood."""
    top = (Guess("road", 0.991), Guess("fire", 0.009))

    assert tone_of(small_model, TAKEN_FROM - 0.01, sure=0.3, top=top).urgency is Urgency.NORMAL


def test_nothing_outweighs_the_doubt_of_a_short_text(small_model: Artifact):
    """What is left of 上个月闻到煤气味 without 上个月 is the doubted word itself."""
    assert not tone_of(small_model, 0.99, sure=0.3, characters=8).outweighs_doubt


@pytest.mark.parametrize(
    ("n_terms", "signs", "urgency"),
    [
        (3, Signs(characters=40), Urgency.NORMAL),
        (6, Signs(characters=3), Urgency.NORMAL),
        (6, Signs(characters=15), Urgency.CRITICAL),
        (7, Signs(characters=3), Urgency.CRITICAL),
        (2, Signs(stands=True, characters=2), Urgency.CRITICAL),
        (2, Signs(is_urgent=True, characters=2), Urgency.CRITICAL),
    ],
)
def test_a_word_or_two_say_nothing_by_their_tone(small_model: Artifact, n_terms: int, signs: Signs, urgency: Urgency):
    """老人 and hello sounded like emergencies; 救命 is one by the word itself."""
    listening = replace(small_model, sides={}, danger=a_danger(0.9))

    assert hear_tones(listening, a_text(n_terms), [signs], [A_ROAD])[0].urgency is urgency


@pytest.mark.parametrize(
    ("danger", "characters", "urgency"), [(0.39, 4, Urgency.NORMAL), (0.41, 4, Urgency.CRITICAL), (0.39, 5, Urgency.CRITICAL)]
)
def test_what_is_blurted_out_must_be_likely(small_model: Artifact, danger: float, characters: int, urgency: Urgency):
    """停电了 is no emergency, 没气了 is one."""
    listening = replace(small_model, sides={}, danger=a_danger(danger))

    assert hear_tones(listening, a_text(), [Signs(characters=characters)], [A_ROAD])[0].urgency is urgency


def test_a_model_without_emergencies_hears_none(small_model: Artifact):
    """The words of the lexicon are left, and no text is called calm."""
    tones = hear_tones(replace(small_model, sides={}), a_text(), [Signs(characters=9)], [A_ROAD])

    assert small_model.danger is None
    assert tones == [NO_TONE]


@pytest.mark.parametrize(
    ("word", "tone", "urgency"),
    [
        (Urgency.CRITICAL, NO_TONE, Urgency.CRITICAL),
        (Urgency.CRITICAL, Tone(Urgency.NORMAL, doubts_words=True), Urgency.URGENT),
        (Urgency.URGENT, Tone(Urgency.NORMAL, doubts_words=True), Urgency.URGENT),
        (Urgency.NORMAL, Tone(Urgency.CRITICAL), Urgency.CRITICAL),
        (Urgency.CRITICAL, Tone(Urgency.CRITICAL, doubts_words=True), Urgency.CRITICAL),
        (Urgency.NORMAL, Tone(Urgency.NORMAL, doubts_words=True), Urgency.NORMAL),
    ],
)
def test_words_and_tone_are_weighed_together(word: Urgency, tone: Tone, urgency: Urgency):
    """A hot word in a calm letter is urgent; an emergency without a hot word is heard all the same."""
    assert weigh(Alarm(word, None, None), tone) is urgency


@pytest.mark.parametrize(
    ("word", "tone", "sure"),
    [
        (Urgency.CRITICAL, NO_TONE, True),
        (Urgency.CRITICAL, Tone(Urgency.CRITICAL, doubts_words=True), False),
        (Urgency.URGENT, Tone(Urgency.CRITICAL), False),
        (Urgency.NORMAL, Tone(Urgency.CRITICAL, is_sure=True), True),
    ],
)
def test_a_hot_word_that_counts_makes_it_sure(word: Urgency, tone: Tone, sure: bool):
    """A word that is only urgent adds nothing to what merely sounds like an emergency."""
    assert is_sure(Alarm(word, None, None), tone) is sure


@pytest.mark.parametrize(
    ("retraction", "tone", "urgency"),
    [
        (Retraction.DENIAL, Tone(Urgency.CRITICAL, is_sure=True, outweighs_doubt=True), Urgency.URGENT),
        (Retraction.DOUBT, Tone(Urgency.CRITICAL), Urgency.URGENT),
        (Retraction.DOUBT, Tone(Urgency.CRITICAL, is_sure=True), Urgency.URGENT),
        (Retraction.DOUBT, Tone(Urgency.CRITICAL, is_sure=True, outweighs_doubt=True), Urgency.CRITICAL),
        (Retraction.DOUBT, Tone(Urgency.NORMAL, doubts_words=True), Urgency.URGENT),
    ],
)
def test_what_was_taken_back_goes_to_a_person(retraction: Retraction, tone: Tone, urgency: Urgency):
    """A denied emergency still sounds like one; one that is only feared counts where the whole text surely does."""
    assert weigh(Alarm(Urgency.URGENT, "着火", None, retraction), tone) is urgency
