"""Urgency: the words that make a request 特急 or 紧急, and what takes their alarm back.

Source of the rules: domain.md I.3. A missed emergency costs more than a false one, so what denies an alarm lowers it to
紧急, where a person looks, and never silently to 一般.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from scipy.sparse import csr_matrix

from classifiers.artifact import MeasuredBands
from classifiers.linear import LinearHead
from classifiers.pairs import PairFinder
from classifiers.phrases import Found, PhraseFinder
from models.codes import Urgency
from models.profile import Category, UrgencyLexicon

CALM_REACH = 20
"""How far a calming word reaches, in characters: about one spoken clause."""

LEANING = 0.5
"""Where between the two measured probabilities a text alone becomes 特急: 0 at calm, 1 at critical. Default of this project.

Measured on the test part (240 emergencies with 213 false friends, 2,759 ordinary requests) with the model of a first start:

    leaning                         0      0.1    0.3    0.5    0.7    1
    emergencies found               .988   .979   .963   .950   .921   .825
    right among those taken         .697   .716   .755   .800   .857   .900
    ordinary requests taken         .145   .120   .077   .047   .030   .017
"""


class Retraction(Enum):
    """What took an emergency back: the speaker denies it (没有), or only supposes, fears or remembers it."""

    DENIAL = auto()
    DOUBT = auto()


@dataclass(frozen=True, slots=True)
class Alarm:
    """How urgent a request is, the word that says so, and the category that this word belongs to, if it does.

    With a ``retraction`` it is an emergency that was lowered to 紧急.
    """

    urgency: Urgency
    word: str | None
    category_code: str | None
    retraction: Retraction | None = None


NO_ALARM = Alarm(Urgency.NORMAL, None, None)


@dataclass(frozen=True, slots=True)
class Tone:
    """How urgent a whole text sounds, where no single word says so (老人叫不醒了).

    ``is_calm``: hardly any emergency sounds like this, whatever words it holds. ``is_sure``: hardly anything else does.
    """

    urgency: Urgency
    is_calm: bool = False
    is_sure: bool = False


NO_TONE = Tone(Urgency.NORMAL)
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
        self._calming = frozenset(lexicon.calming)
        self._denials, self._doubts = _Before(lexicon.denials), _Before(lexicon.doubts)
        self._pairs = PairFinder(lexicon.critical_pairs)
        alarming = self._critical | self._urgent | self._owners.keys() | self._pairs.words
        self._meant = _spellings(alarming, lexicon.homophones)
        self._finder = PhraseFinder(self._meant.keys() | self._false_friends | self._calming)

    def read(self, text: str, guesses: Sequence[str]) -> Alarm:
        """Return the strongest alarm of ``text``; ``guesses`` are the likely category codes, best first."""
        found = self._finder.every(text)
        if not found:
            return NO_ALARM
        words = self._without_false_friends(found)
        alarm = self._strongest(words, guesses)
        if alarm.urgency is not Urgency.CRITICAL:
            return alarm
        undenied = [each for each in words if not self._denials.stand_before(text, each.start)]
        calming = [each.start for each in found if each.phrase in self._calming]
        standing = [each for each in undenied if not (_is_calmed(each, calming) or self._doubts.stand_before(text, each.start))]
        if len(standing) == len(words):
            return alarm
        left = self._strongest(standing, guesses)
        if left.urgency is Urgency.CRITICAL:
            return left
        is_denied = self._strongest(undenied, guesses).urgency is not Urgency.CRITICAL
        lowered = max(left, replace(alarm, urgency=Urgency.URGENT), key=_strength)
        return replace(lowered, retraction=Retraction.DENIAL if is_denied else Retraction.DOUBT)

    def _without_false_friends(self, found: Sequence[Found]) -> list[Found]:
        """Drop what only stands inside a harmless phrase; the words left are spelled as meant."""
        meant = [(each, self._meant[each.phrase]) for each in found if each.phrase in self._meant]
        friends = [each for each in found if each.phrase in self._false_friends]
        harmless = {position for each in friends for position in range(each.start, each.end)}
        return [
            Found(each.start, each.end, word)
            for each, word in meant
            if not harmless or harmless.isdisjoint(range(each.start, each.end))
        ]

    def _strongest(self, words: Sequence[Found], guesses: Sequence[str]) -> Alarm:
        return max(self._alarms(words, guesses), key=_strength, default=NO_ALARM)

    def _alarms(self, words: Sequence[Found], guesses: Sequence[str]) -> Iterator[Alarm]:
        for word in {each.phrase for each in words}:
            urgency = self._urgency_of(word, guesses)
            if urgency is not None:
                yield Alarm(urgency, word, self._owner(word, guesses))
        for first, second, code in self._pairs.among(words):
            owner = code or self._owner(first, guesses) or self._owner(second, guesses)
            yield Alarm(Urgency.CRITICAL, f"{first}+{second}", owner)

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


class _Before:
    """Phrases that count directly before a word."""

    def __init__(self, phrases: Sequence[str]) -> None:
        self._phrases = tuple(phrases)
        self._ends = frozenset(phrase[-1] for phrase in phrases)

    def stand_before(self, text: str, start: int) -> bool:
        """Return whether one of them ends where ``start`` begins."""
        return text[start - 1 : start] in self._ends and text.endswith(self._phrases, 0, start)


def _is_calmed(word: Found, calming: Sequence[int]) -> bool:
    """Return whether a calming word begins near ``word``; ``calming`` holds where they begin, rising."""
    nearest = bisect_left(calming, word.start - CALM_REACH)
    return nearest < len(calming) and calming[nearest] < word.end + CALM_REACH


def _strength(alarm: Alarm) -> tuple[str, bool, int, str]:
    """Order alarms: urgency, then those whose category is known, then the longer word; then any, but always the same."""
    word = alarm.word or ""
    return alarm.urgency.value, alarm.category_code is not None, len(word), word


def _owners_of_words(categories: Mapping[str, Category]) -> dict[str, frozenset[str]]:
    owners: dict[str, set[str]] = {}
    for code, category in categories.items():
        for word in category.urgent_words:
            owners.setdefault(word, set()).add(code)
    return {word: frozenset(codes) for word, codes in owners.items()}


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
    """Take 紧急 when its probability kept its promise on held-out rows, and 特急 already halfway down to calm."""
    if bands.critical is not None and critical >= _critical_from(bands.critical, bands.calm):
        return Tone(Urgency.CRITICAL, is_sure=critical >= bands.critical)
    level = Urgency.URGENT if bands.urgent is not None and urgent >= bands.urgent else Urgency.NORMAL
    return Tone(level, is_calm=bands.calm is not None and critical < bands.calm)


def _critical_from(critical: float, calm: float | None) -> float:
    """Return the probability from which on a text without any hot word is taken for 特急.

    ``critical`` keeps its precision among all requests and misses one emergency in six; below ``calm`` hardly any lies.
    """
    return critical if calm is None else critical**LEANING * calm ** (1 - LEANING)


def weigh(alarm: Alarm, tone: Tone) -> Urgency:
    """Return the urgency that words and tone give together.

    An alarming word in a calm text (漏电 in a letter about an old wall) is lowered to 紧急, where a person looks. There also
    stays what was denied, whatever it sounds like, and what was only feared or remembered, unless it surely sounds like one.
    """
    if alarm.retraction is Retraction.DENIAL or (alarm.retraction is Retraction.DOUBT and not tone.is_sure):
        return Urgency.URGENT
    if alarm.urgency is Urgency.CRITICAL and tone.is_calm:
        return Urgency.URGENT
    return max(alarm.urgency, tone.urgency)
