"""Urgency: the words that make a request 特急 or 紧急, and what takes their alarm back.

Source of the rules: domain.md I.3. A missed emergency costs more than a false one, so what denies an alarm lowers it to
紧急, where a person looks, and never silently to 一般.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from scipy.sparse import csr_matrix

from classifiers.artifact import MeasuredBands
from classifiers.linear import LinearHead
from classifiers.phrases import Found, PhraseFinder
from models.codes import Urgency
from models.profile import Category, UrgencyLexicon

PAIR_REACH = 20
"""How many characters may stand between the two words of a pair: about one spoken clause."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """How urgent a request is, the word that says so, and the category that this word belongs to, if it does."""

    urgency: Urgency
    word: str | None
    category_code: str | None


NO_ALARM = Alarm(Urgency.NORMAL, None, None)


@dataclass(frozen=True, slots=True)
class Tone:
    """How urgent a whole text sounds, where no single word says so (老人叫不醒了).

    ``is_calm``: hardly any emergency sounds like this, whatever words it holds.
    """

    urgency: Urgency
    is_calm: bool


NO_TONE = Tone(Urgency.NORMAL, is_calm=False)
"""Where no head has learned to listen."""


class UrgencyReader:
    """Reads the urgency of normalised texts from a profile's lexicon and its categories' urgent words.

    A category's urgent word that the lexicon does not list alarms on its own account only to 紧急: 坠落 stands in calm
    complaints too. It becomes 特急 when the category is among the guesses.
    """

    def __init__(self, lexicon: UrgencyLexicon, categories: Mapping[str, Category]) -> None:
        self._owners = _owners_of_words(categories)
        self._critical = frozenset(lexicon.critical)
        self._urgent = frozenset(lexicon.urgent)
        self._false_friends = frozenset(lexicon.false_friends)
        self._denials = tuple(sorted(lexicon.denials, key=len, reverse=True))
        self._partners = _partners_of_words(lexicon.critical_pairs)
        alarming = self._critical | self._urgent | self._owners.keys() | self._partners.keys()
        self._meant = _spellings(alarming, lexicon.homophones)
        self._finder = PhraseFinder(self._meant.keys() | self._false_friends)

    def read(self, text: str, guesses: Sequence[str]) -> Alarm:
        """Return the strongest alarm of ``text``; ``guesses`` are the likely category codes, best first."""
        found = self._finder.every(text)
        if not found:
            return NO_ALARM
        alarms = [*self._alarms(text, self._without_false_friends(found), guesses)]
        return max(alarms, key=_strength, default=NO_ALARM)

    def _without_false_friends(self, found: Sequence[Found]) -> list[Found]:
        """Drop what only stands inside a harmless phrase; the words left are spelled as meant."""
        harmless = {
            position for each in found if each.phrase in self._false_friends for position in range(each.start, each.end)
        }
        return [
            Found(each.start, each.end, self._meant[each.phrase])
            for each in found
            if each.phrase in self._meant and harmless.isdisjoint(range(each.start, each.end))
        ]

    def _alarms(self, text: str, found: Sequence[Found], guesses: Sequence[str]) -> Iterator[Alarm]:
        for each in found:
            urgency = self._urgency_of(each.phrase, guesses)
            if urgency is not None:
                if urgency is Urgency.CRITICAL and self._is_denied(text, each.start):
                    urgency = Urgency.URGENT
                yield Alarm(urgency, each.phrase, self._owner(each.phrase, guesses))
        for first, second in self._pairs(found):
            yield Alarm(Urgency.CRITICAL, f"{first}+{second}", self._owner(first, guesses) or self._owner(second, guesses))

    def _urgency_of(self, word: str, guesses: Sequence[str]) -> Urgency | None:
        if word in self._critical:
            return Urgency.CRITICAL
        if word in self._urgent:
            return Urgency.URGENT
        owners = self._owners.get(word)
        if owners is None:
            return None
        return Urgency.URGENT if owners.isdisjoint(guesses) else Urgency.CRITICAL

    def _owner(self, word: str, guesses: Sequence[str]) -> str | None:
        """Return the one category that ``word`` belongs to; of several, the likeliest that was guessed."""
        owners = self._owners.get(word, frozenset())
        if len(owners) == 1:
            return next(iter(owners))
        return next((code for code in guesses if code in owners), None)

    def _is_denied(self, text: str, start: int) -> bool:
        return text.endswith(self._denials, 0, start)

    def _pairs(self, found: Sequence[Found]) -> Iterator[tuple[str, str]]:
        """Yield the pairs in reach of each other; ``found`` is ordered by start, so each looks only a little ahead."""
        for number, first in enumerate(found):
            partners = self._partners.get(first.phrase)
            if partners is None:
                continue
            for later in range(number + 1, len(found)):
                second = found[later]
                if second.start > first.end + PAIR_REACH:
                    break
                if second.start >= first.end and second.phrase in partners:
                    yield first.phrase, second.phrase


def _strength(alarm: Alarm) -> tuple[str, bool, int]:
    """Order alarms: urgency, then those whose category is known, then the longer word."""
    return alarm.urgency.value, alarm.category_code is not None, len(alarm.word or "")


def _owners_of_words(categories: Mapping[str, Category]) -> dict[str, frozenset[str]]:
    owners: dict[str, set[str]] = {}
    for code, category in categories.items():
        for word in category.urgent_words:
            owners.setdefault(word, set()).add(code)
    return {word: frozenset(codes) for word, codes in owners.items()}


def _partners_of_words(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    partners: dict[str, set[str]] = {}
    for first, second in pairs:
        partners.setdefault(first, set()).add(second)
        partners.setdefault(second, set()).add(first)
    return {word: frozenset(others) for word, others in partners.items()}


def _spellings(words: Iterable[str], homophones: Mapping[str, str]) -> dict[str, str]:
    """Map each way to write an alarming word, also as a recogniser mishears it, to the word that is meant."""
    meant = {}
    for word in words:
        for heard, said in homophones.items():
            if said in word:
                meant[word.replace(said, heard)] = word
            elif word in said:
                meant.setdefault(heard, word)
        meant[word] = word
    return meant


def hear_tones(head: LinearHead, bands: MeasuredBands, features: csr_matrix) -> list[Tone]:
    """Return how urgent the whole text of each row sounds; ``head`` learned values of ``Urgency``."""
    probabilities = head.predict_proba(features)
    urgent, critical = (
        probabilities[:, head.classes_ >= level.value].sum(axis=1).tolist() for level in (Urgency.URGENT, Urgency.CRITICAL)
    )
    return [_tone(bands, *each) for each in zip(urgent, critical, strict=True)]


def _tone(bands: MeasuredBands, urgent: float, critical: float) -> Tone:
    """Take a level when its probability reaches the one that kept its promise on held-out rows."""
    if bands.critical is not None and critical >= bands.critical:
        return Tone(Urgency.CRITICAL, is_calm=False)
    level = Urgency.URGENT if bands.urgent is not None and urgent >= bands.urgent else Urgency.NORMAL
    return Tone(level, is_calm=bands.calm is not None and critical < bands.calm)


def weigh(alarm: Alarm, tone: Tone) -> Urgency:
    """Return the urgency that words and tone give together.

    An alarming word in a calm text (漏电 in a letter about an old wall) is lowered to 紧急, where a person looks.
    """
    if alarm.urgency is Urgency.CRITICAL and tone.is_calm:
        return Urgency.URGENT
    return max(alarm.urgency, tone.urgency)
