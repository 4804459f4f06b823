"""Understanding: everything that the classifiers make of a batch of requests."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import spmatrix

from classifiers.artifact import Artifact
from classifiers.courtesies import Told, read_told
from classifiers.evidence import explain
from classifiers.facts import FactReader
from classifiers.features import Terms
from classifiers.language import OTHER, language_of
from classifiers.normalise import NormalisedText, normalise
from classifiers.place import PlaceGuess, PlaceReader
from classifiers.request_type import guess_types, usual_types
from classifiers.split import Splitter
from classifiers.strangeness import strangeness
from classifiers.tone import Tone, hear_tones, is_sure, weigh
from classifiers.urgency import Alarm, Signs, UrgencyReader
from classifiers.words import cut_together, fastest_cutter
from models.codes import RequestType, Urgency
from models.profile import Category, District, FactLexicon, Place, UrgencyLexicon
from models.understanding import Evidence, Facts, Guess, Issue, Understanding

N_GUESSES = 3

_LARGE_BATCH = 100
"""From so many texts on margins are computed term by term: each term's weights are read once, in the order of memory. The
margins stay the same to the last bit; a few texts are sooner read one by one."""

_SURER_THAN_A_WORD = 0.7
"""From this confidence on the first guess tells what an emergency is about, whatever its alarming word belongs to (漏电 at a
lamp post, a pregnant woman in a lift that is stuck). Measured on the test part: of 35 emergencies where they contradict each
other so the word is right in 10 and the guess in 26; below, both in 4 of 13. Source: default of this project (D)."""


class Understander:
    """Understands requests with a trained model and the facts of one profile.

    The facts are a profile's ``city``, ``categories``, ``districts``, ``places`` and its lexicons. A label of the model that is
    no category of the profile is guessed all the same; its type is 求助 unless the model guesses types. Without a
    ``splitter`` every contact holds one request.
    """

    def __init__(
        self,
        artifact: Artifact,
        *,
        city: str,
        categories: Mapping[str, Category],
        districts: Mapping[str, District],
        places: Sequence[Place],
        urgency: UrgencyLexicon,
        facts: FactLexicon,
        splitter: Splitter | None = None,
    ) -> None:
        self._artifact = artifact
        self._cut_han = fastest_cutter(artifact.local_words)
        self._categories = categories
        self._labels = [str(label) for label in artifact.category.classes_]
        self._urgency = UrgencyReader(urgency, categories)
        self._place = PlaceReader(districts, places, city=city, lexicon=facts)
        self._facts = FactReader(facts)
        self._splitter = splitter

    def understand(self, texts: Sequence[str]) -> list[Understanding]:
        """Return one understanding for each text, in order. A text without any known word gets guesses of low probability."""
        normalised = [normalise(text) for text in texts]
        plain = [each.text for each in normalised]
        terms = self._artifact.features.terms_of(cut_together(plain, self._cut_han))
        bounds = [read_told(text) for text in plain]
        starts, ends = np.array([(each.start, each.end) for each in bounds], np.int64).reshape(-1, 2).T
        by_text, unknown_shares = self._artifact.features.look_up_spans(terms, np.arange(len(texts)), starts, ends)
        features = by_text.tocsc() if len(texts) >= _LARGE_BATCH else by_text
        margins = self._artifact.category.decision_function(features)
        tops = self._top_guesses(self._artifact.probabilities(margins))
        issues = self._issues(normalised, bounds, terms, by_text, margins)
        strange = self._strange(margins, unknown_shares)
        types = self._types(features, tops)
        alarms, signs = self._alarms(plain, bounds, tops)
        tones = hear_tones(self._artifact, features, signs, tops)
        places = self._place.read_all(plain)
        facts = self._facts.read_all(normalised)
        answered = [each.answered for each in bounds]
        of_each = zip(normalised, tops, issues, types, alarms, tones, places, facts, strange, answered, strict=True)
        return [self._one(_Parts(*parts)) for parts in of_each]

    def evidence(self, text: str, category_code: str | None = None) -> tuple[Evidence, ...]:
        """Return the words that speak most for a category (None: the best), strongest first, where they stand in ``text``."""
        return explain(normalise(text), self._artifact, category_code)

    def _top_guesses(self, probabilities: NDArray[np.float32]) -> list[tuple[Guess, ...]]:
        left, rows = probabilities.copy(), np.arange(len(probabilities))
        guesses: list[list[Guess]] = []
        for _ in range(min(N_GUESSES, len(self._labels))):  # a fifth of the time that sorting takes
            best = left.argmax(axis=1)
            values = left[rows, best].tolist()
            guesses.append([Guess(self._labels[column], value) for column, value in zip(best.tolist(), values, strict=True)])
            left[rows, best] = -1
        return list(zip(*guesses, strict=True))

    def _issues(
        self,
        texts: Sequence[NormalisedText],
        bounds: Sequence[Told],
        terms: Terms,
        features: spmatrix,
        margins: NDArray[np.float32],
    ) -> list[tuple[Issue, ...]]:
        """Return the requests of each text that holds several; nothing for the others."""
        issues: list[tuple[Issue, ...]] = [()] * len(texts)
        if self._splitter is None or not texts:
            return issues
        told = [bound.of(text.text) for bound, text in zip(bounds, texts, strict=True)]
        begins = np.array([bound.start for bound in bounds])
        spans = self._splitter.split(told, terms, features, margins, begins)
        if not spans:
            return issues
        parts = [
            (number, bounds[number].start + start, bounds[number].start + end)
            for number, of_text in spans.items()
            for start, end in of_text
        ]
        rows, _ = self._artifact.features.look_up_spans(terms, *np.array(parts).T)
        tops = self._top_guesses(self._artifact.probabilities(self._artifact.category.decision_function(rows)))
        for (number, start, end), top, type_ in zip(parts, tops, self._types(rows, tops), strict=True):
            issues[number] += (Issue(*texts[number].raw_span(start, end), top, type_),)
        return issues

    def _types(self, features: spmatrix, tops: Sequence[tuple[Guess, ...]]) -> list[RequestType]:
        head = self._artifact.sides.get("type")
        if head is not None:
            return guess_types(head, features)
        return usual_types([top[0].category_code for top in tops], self._categories)

    def _alarms(
        self, texts: Sequence[str], bounds: Sequence[Told], tops: Sequence[tuple[Guess, ...]]
    ) -> tuple[list[Alarm], list[Signs]]:
        read = [
            self._urgency.read(text[told.start :], [guess.category_code for guess in top], told.end - told.start)
            for text, told, top in zip(texts, bounds, tops, strict=True)
        ]
        return [alarm for alarm, _ in read], [signs for _, signs in read]

    def _strange(self, margins: NDArray[np.float32], unknown_shares: NDArray[np.float32]) -> list[bool]:
        """Return which texts are far from everything learned: a model without that threshold knows the wholly unknown."""
        limit = self._artifact.card.bands.strange
        strange = unknown_shares == 1 if limit is None else strangeness(margins, unknown_shares) > limit
        return list(map(bool, strange))

    def _is_outweighed(self, alarm: Alarm, guess: Guess) -> bool:
        """Return whether ``guess`` tells of another category than the alarming word; only a learned confidence is one."""
        is_sure = self._artifact.confidence is not None and guess.probability >= _SURER_THAN_A_WORD
        return is_sure and guess.category_code != alarm.category_code

    def _one(self, parts: "_Parts") -> Understanding:
        text, place = parts.text, parts.place
        alarm = parts.alarm
        language = language_of(text.text)
        # What is in no script that the tone was learned from sounds like nothing.
        urgency = alarm.urgency if language == OTHER else weigh(alarm, parts.tone)
        return Understanding(
            top=parts.top,
            request_type=parts.request_type,
            urgency=urgency,
            alarm_is_sure=urgency is Urgency.CRITICAL and is_sure(alarm, parts.tone),
            alarm_taken_back=alarm.retraction is not None and urgency is not Urgency.CRITICAL,
            alarm=alarm.word,
            alarm_category=None if self._is_outweighed(alarm, parts.top[0]) else alarm.category_code,
            district_code=place.district_code,
            address=place.address_in(text),
            language=language,
            model_version=self._artifact.card.version,
            street=place.street,
            facts=parts.facts,
            repairs=place.repairs_in(text),
            rival_districts=place.rivals,
            out_of_domain=parts.is_strange or language == OTHER,
            issues=parts.issues,
            answered=parts.answered,
        )


class _Parts(NamedTuple):
    """What was made of one text."""

    text: NormalisedText
    top: tuple[Guess, ...]
    issues: tuple[Issue, ...]
    request_type: RequestType
    alarm: Alarm
    tone: Tone
    place: PlaceGuess
    facts: Facts
    is_strange: bool
    answered: bool
