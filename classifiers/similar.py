"""Similar requests: which open tickets may tell of the same event as a text, and why.

Every ticket is scored exactly, none is left out by a guess: the postings give the overlap with all texts at once. What the
texts leave open is narrowed by what else agrees, ``1 - (1 - likeness) * (1 - place) * (1 - category)``, so that 1 means the
same words. Source: domain.md A.7, different callers, same event: text with address, place with category.
"""

from array import array
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from classifiers.postings import Codes, Postings, codes_of
from models.ticket import Likeness, OpenText

TermsOf = Callable[[str], AbstractSet[str]]
"""Returns the terms of a text that tell something; words in lower case."""

NamesOf = Callable[[str | None], Sequence[str]]
"""Returns the names of places in an address, in lower case."""

PLACE, DISTRICT, CATEGORY = 0.4, 0.1, 0.2
"""What part of the doubt a place name in common, the same district alone, and the same category take away. Defaults (D)."""

ELSEWHERE = 0.5
"""Texts from two districts are alike by so much of their likeness: 路灯坏了 is said everywhere. A default (D)."""

LEAST_SCORE = 0.3
"""Below this nothing is a candidate: same category, same district and hardly a word in common. A default (D)."""

CONSIDERED = 2_000
"""Characters of a text that are compared, so that no letter costs more than its like."""

_MOST_WORDS = 5
_SWEPT_FROM = 1_000
_UNKNOWN, _EMPTY = -1, -2


class SimilarTexts:
    """The texts of a city's open tickets. Not for several threads at once.

    A ticket stands in a slot, a number from 0; a removed one leaves its slot empty until enough are, then all move up.
    """

    def __init__(self, terms_of: TermsOf, names_of: NamesOf) -> None:
        self._terms_of = terms_of
        self._names_of = names_of
        self._postings = Postings()
        self._slot_of: dict[str, int] = {}
        self._known: list[OpenText | None] = []
        self._n_terms = array("i")
        self._categories = array("i")
        self._districts = array("i")
        self._received = array("d")
        self._slots_of_name: dict[str, array[int]] = {}
        self._name_lengths: set[int] = set()
        self._number_of: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._slot_of)

    def add(self, ticket: OpenText) -> None:
        """Add a ticket, or put it in the place of what was known of it."""
        ticket = replace(ticket, text=ticket.text[:CONSIDERED].lower())
        slot = self._slot_of.get(ticket.ticket_no)
        if slot is not None:
            if self._known[slot] == ticket:
                return
            self.remove(ticket.ticket_no)
        slot = len(self._known)
        terms = self._terms_of(ticket.text)
        self._postings.add(slot, codes_of(terms))
        self._slot_of[ticket.ticket_no] = slot
        self._known.append(ticket)
        self._n_terms.append(len(terms))
        self._categories.append(self._number(ticket.category_code))
        self._districts.append(self._number(ticket.district_code))
        self._received.append(ticket.received_at.timestamp())
        for name in self._names_of(ticket.address):
            self._name_lengths.add(len(name))
            self._slots_of_name.setdefault(name, array("i")).append(slot)

    def remove(self, ticket_no: str) -> None:
        """Forget a ticket; one that is not known is no matter."""
        slot = self._slot_of.pop(ticket_no, None)
        if slot is None:
            return
        self._known[slot] = None
        self._categories[slot] = _EMPTY
        if len(self._known) - len(self._slot_of) > max(len(self._slot_of), _SWEPT_FROM):
            self._sweep()

    def candidates(self, asked: OpenText, *, limit: int) -> list[Likeness]:
        """Return up to ``limit`` tickets that may tell of the same event, most alike first, then nearest in time.

        The ticket of that number itself is left out. A text of which no term tells anything is like no other.
        """
        asked = replace(asked, text=asked.text[:CONSIDERED].lower())
        terms = self._terms_of(asked.text)
        if not terms or not self._slot_of:
            return []
        places = self._places_in_common(asked)
        best = self._best(self._scores(asked, codes_of(terms), places), asked, limit)
        return [
            Likeness(
                ticket_no=known.ticket_no,
                score=score,
                words=_pieces(asked.text, terms & self._terms_of(known.text)),
                place=places.get(self._slot_of[known.ticket_no]),
                same_category=known.category_code == asked.category_code,
                same_district=known.district_code is not None and known.district_code == asked.district_code,
            )
            for score, known in best
        ]

    def _number(self, code: str | None) -> int:
        return _UNKNOWN if code is None else self._number_of.setdefault(code, len(self._number_of))

    def _places_in_common(self, asked: OpenText) -> Mapping[int, str]:
        """Return a name in common by slot: one of the ticket's that the text says, or one of the text's the ticket says."""
        found: dict[int, str] = {}
        for name in {asked.text[start : start + length] for length in self._name_lengths for start in range(len(asked.text))}:
            found.update(dict.fromkeys(self._slots_of_name.get(name, ()), name))
        for name in self._names_of(asked.address):
            codes = codes_of(self._terms_of(name))
            holders = np.flatnonzero(self._postings.counts(codes, len(self._known)) == len(codes)) if len(codes) else ()
            for slot in map(int, holders):
                known = self._known[slot]
                if known is not None and name in known.text:
                    found[slot] = name
        return found

    def _scores(self, asked: OpenText, codes: Codes, places: Mapping[int, str]) -> NDArray[np.float64]:
        """Return the score of each slot; 0 where it is empty or holds the ticket that asks."""
        categories, districts = np.array(self._categories), np.array(self._districts)
        likeness = 2 * self._postings.counts(codes, len(self._known)) / (np.array(self._n_terms) + len(codes))
        here = _UNKNOWN if asked.district_code is None else self._number_of.get(asked.district_code, _EMPTY)
        known_districts = (districts != _UNKNOWN) & (here != _UNKNOWN)
        place = np.where(known_districts & (districts == here), DISTRICT, 0.0)
        elsewhere = known_districts & (districts != here)
        named = list(places)
        place[named], elsewhere[named] = PLACE, False
        likeness[elsewhere] *= ELSEWHERE
        category = np.where(categories == self._number_of.get(asked.category_code, _UNKNOWN), CATEGORY, 0.0)
        scores: NDArray[np.float64] = 1 - (1 - likeness) * (1 - place) * (1 - category)
        scores[categories == _EMPTY] = 0.0
        if asked.ticket_no in self._slot_of:
            scores[self._slot_of[asked.ticket_no]] = 0.0
        return scores

    def _best(self, scores: NDArray[np.float64], asked: OpenText, limit: int) -> list[tuple[float, OpenText]]:
        slots = np.flatnonzero(scores >= LEAST_SCORE)
        distances = np.abs(np.array(self._received)[slots] - asked.received_at.timestamp())
        first = slots[np.lexsort((distances, -scores[slots]))[:limit]]
        return [(float(scores[slot]), known) for slot in first.tolist() if (known := self._known[slot]) is not None]

    def _sweep(self) -> None:
        """Give the tickets new slots without a gap."""
        kept = np.array([known is not None for known in self._known])
        new_slots = np.where(kept, np.cumsum(kept) - 1, _EMPTY).astype(np.int32)
        self._postings.renumber(new_slots)
        self._known = [known for known in self._known if known is not None]
        self._slot_of = {known.ticket_no: slot for slot, known in enumerate(self._known) if known is not None}
        for column in (self._n_terms, self._categories, self._districts):
            column[:] = array("i", np.array(column)[kept].tobytes())
        self._received[:] = array("d", np.array(self._received)[kept].tobytes())
        for name, slots in list(self._slots_of_name.items()):
            numbers = new_slots[np.array(slots)]
            self._slots_of_name[name] = array("i", numbers[numbers >= 0].tobytes())
            if not self._slots_of_name[name]:
                del self._slots_of_name[name]


def _pieces(text: str, terms: AbstractSet[str]) -> tuple[str, ...]:
    """Return the longest pieces of ``text`` that are made of ``terms``, each once."""
    pieces = {term for term in terms if term.isascii()}
    start = 0
    for end in range(1, len(text) + 1):
        if text[end - 1 : end + 1] not in terms:
            if end - start > 1:
                pieces.add(text[start:end])
            start = end
    kept: list[str] = []
    for piece in sorted(pieces, key=lambda piece: (-len(piece), text.find(piece))):
        if len(kept) < _MOST_WORDS and not any(piece in longer for longer in kept):
            kept.append(piece)
    return tuple(kept)
