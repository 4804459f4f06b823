"""Urgency: the words that make a request 特急 or 紧急, and what takes their alarm back.

Source of the rules: domain.md I.3. A missed emergency costs more than a false one, so what denies an alarm lowers it to
紧急, where a person looks, and never silently to 一般.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import NamedTuple

from classifiers.pairs import NO_SIDES, Pair, PairFinder, Sides
from classifiers.phrases import Found, PhraseFinder
from models.codes import Urgency
from models.profile import Category, UrgencyLexicon

CALM_REACH = 20
"""How far a calming word reaches, in characters: about one spoken clause."""

_BOTH_SIDES: Sides = (1, 1)
"""What alarms alone is as good as a pair."""


class Retraction(Enum):
    """What took an emergency back: the speaker denies it (没有), or only supposes, fears or remembers it."""

    DENIAL = auto()
    DOUBT = auto()


class Signs(NamedTuple):
    """What the lexicon found in a text.

    ``stands``: a hot word or a pair. ``is_taken_back``: one that is denied, feared, past or planned. ``is_urgent``: a word of
    紧急. ``characters``: how long the text is.
    """

    stands: bool = False
    is_taken_back: bool = False
    is_urgent: bool = False
    characters: int = 0


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
        self._alone = self._critical | self._urgent | self._owners.keys()
        self._meant = _spellings(self._alone | self._pairs.words, lexicon.homophones)
        self._finder = PhraseFinder(self._meant.keys() | self._false_friends | self._calming)
        self._sides = dict.fromkeys(self._false_friends | self._calming, NO_SIDES)
        for spelling, word in self._meant.items():
            self._sides[spelling] = _BOTH_SIDES if word in self._alone else self._pairs.sides_of(word)

    def read(self, text: str, guesses: Sequence[str], characters: int | None = None) -> tuple[Alarm, Signs]:
        """Return the strongest alarm of ``text`` and what the text holds for and against an emergency.

        ``characters``: how long it is without courtesies (None: as long as it is). It must stand without those at its beginning
        (请问是热线吗); those at its end may calm (修好了谢谢).

        ``guesses`` are the likely category codes, best first; the signs do not depend on them.
        """
        characters = len(text) if characters is None else characters
        if not self._may_alarm(text):
            return NO_ALARM, Signs(characters=characters)
        found = self._finder.every(text)
        words = self._without_false_friends(found)
        all_pairs = self._pairs.among(words)
        calming = [each.start for each in found if each.phrase in self._calming]
        undenied = [each for each in words if not self._denials.stand_before(text, each.start)]
        standing = [each for each in undenied if not (_is_calmed(each, calming) or self._doubts.stand_before(text, each.start))]
        pairs = all_pairs if len(standing) == len(words) else self._pairs.among(standing)
        signs = self._signs(characters, words, standing, all_pairs=all_pairs, pairs=pairs)
        alarm = self._strongest(words, all_pairs, guesses)
        if alarm.urgency is not Urgency.CRITICAL or len(standing) == len(words):
            return alarm, signs
        left = self._strongest(standing, pairs, guesses)
        if left.urgency is Urgency.CRITICAL:
            return left, signs
        is_denied = self._strongest(undenied, self._pairs.among(undenied), guesses).urgency is not Urgency.CRITICAL
        lowered = max(left, replace(alarm, urgency=Urgency.URGENT), key=_strength)
        return replace(lowered, retraction=Retraction.DENIAL if is_denied else Retraction.DOUBT), signs

    def _may_alarm(self, text: str) -> bool:
        """Return whether a closer look is worth it: most texts hold but a thing that alarms beside another (老人, 房子)."""
        firsts = seconds = 0
        for phrase in self._finder.said_in(text):
            first, second = self._sides[phrase]
            firsts |= first
            seconds |= second
        return firsts & seconds != 0

    def _signs(
        self, characters: int, words: Sequence[Found], standing: Sequence[Found], *, all_pairs: set[Pair], pairs: set[Pair]
    ) -> Signs:
        said, stands = {each.phrase for each in words}, {each.phrase for each in standing}
        return Signs(
            stands=bool(pairs) or not self._critical.isdisjoint(stands),
            is_taken_back=len(pairs) < len(all_pairs) or not self._critical.isdisjoint(said - stands),
            is_urgent=not self._urgent.isdisjoint(stands),
            characters=characters,
        )

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

    def _strongest(self, words: Sequence[Found], pairs: set[Pair], guesses: Sequence[str]) -> Alarm:
        return max(self._alarms(words, pairs, guesses), key=_strength, default=NO_ALARM)

    def _alarms(self, words: Sequence[Found], pairs: set[Pair], guesses: Sequence[str]) -> Iterator[Alarm]:
        for word in {each.phrase for each in words}:
            urgency = self._urgency_of(word, guesses)
            if urgency is not None:
                yield Alarm(urgency, word, self._owner(word, guesses))
        for first, second, code in pairs:
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
    for word in sorted(words):  # given as a set: what is told must not hang on its order
        for heard, said in homophones.items():
            if said in word:
                meant[word.replace(said, heard)] = word
            elif word in said:
                meant.setdefault(heard, word)
        meant[word] = word
    return meant
