"""Whether a caller says again what is already an open ticket (domain.md A.7, first row).

Hardly anybody says a thing twice in the same words, so there are two ways to be a repeat: the same words, or the same matter
told anew. A wrong merge loses a request, a missed one costs a look. So a place, house or plate that differs forbids both, and
who tells anew must say so himself (还在, 上次), be understood in the same category, and say enough of the matter again.
``tests/data/retellings.jsonl`` holds what the numbers were chosen by; ``bench/similar.py`` measures them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from dispatcher.rules.likeness import likeness, share_said_again, telling_terms
from dispatcher.rules.whereabouts import Whereabouts, compare_places, place_names
from models.codes import RequestType, TicketState, Urgency
from models.contact import Contact
from models.profile import MergeRule, RepeatLexicon, SelfServiceRule
from models.ticket import OpenRequest, Ticket
from models.understanding import Understanding

_SAME_WORDS_SHARE = 0.94
"""Who uses the same words leaves hardly a term of the shorter text out: 卖假烟 and 卖假药 are two matters. A default (D)."""

_CONSIDERED = 10_000
"""Characters of a text that are compared; what two letters of that length share decides."""

_PLACELESS = 2
"""So many times the terms are asked for where no place can be compared. A default (D)."""


_MOVING = frozenset(
    {TicketState.PENDING, TicketState.DISPATCHED, TicketState.SIGNED, TicketState.HANDLING, TicketState.RETURN_REQUESTED}
)
"""While a request to move a car stands there somebody is still to move it; who asks after a reply asks anew."""


@dataclass(frozen=True, slots=True)
class _Telling:
    """What is compared of one text: the text in lower case, its telling terms, the names in its address."""

    text: str
    terms: frozenset[str]
    names: tuple[str, ...]


class RepeatFinder:
    """Finds the open request that a contact repeats, by a profile's rule and words.

    ``cars``: by which rule cars are moved; without it a car is a matter like any other.
    """

    def __init__(self, rule: MergeRule, lexicon: RepeatLexicon, cars: SelfServiceRule | None = None) -> None:
        self._rule = rule
        self._cars = cars or SelfServiceRule()
        self._again = lexicon.again
        self._changed = lexicon.changed
        self._common = frozenset[str]().union(*map(telling_terms, lexicon.common))

    def tells_of_same_matter(self, first_text: str, first_address: str | None, text: str, address: str | None) -> bool:
        """Return whether two texts share the matter as a retelling does, besides the names of places."""
        first, told = self._telling(first_text, first_address), self._telling(text, address)
        return self._comes_again(first, told, least=self._rule.retold_terms)

    def is_same_matter(self, ticket: Ticket, earlier: OpenRequest) -> bool:
        """Return whether a ticket tells of the matter of an earlier one: in its words, or of the same category and place."""
        first, told = self._telling(earlier.text, earlier.address), self._telling(ticket.text, ticket.address)
        places = compare_places(first.text, first.names, told.text, told.names)
        if places is Whereabouts.OTHER:
            return False
        if _likeness(first, told) >= self._rule.similarity and _nothing_else(first.terms, told.terms):
            return True
        same_category = ticket.category_code in (earlier.category_code, earlier.machine_category)
        return same_category and self._comes_again(first, told, least=self._rule.retold_terms)

    def in_same_words(self, first_text: str, text: str, *, similarity: float) -> bool:
        """Return whether two texts say the same in the same words, whoever said them."""
        first, told = self._telling(first_text, None), self._telling(text, None)
        return _likeness(first, told) >= similarity and _nothing_else(first.terms, told.terms)

    def terms_of(self, text: str) -> frozenset[str]:
        """Return the terms of ``text`` that tell something."""
        return telling_terms(text, self._common)

    def repeated_request(
        self,
        contact: Contact,
        understanding: Understanding,
        open_requests: Iterable[OpenRequest],
        *,
        district_code: str | None,
    ) -> OpenRequest | None:
        """Return the request that ``contact`` repeats, the most similar one; None when it says something new.

        ``open_requests`` are the same caller's, ``district_code`` is the contact's. Requests outside the window on either
        side are not compared: a file of old contacts may arrive out of order. An emergency (特急) repeats emergencies alone:
        who said smoke and now says fire is heard anew, for a nudge would alarm nobody. Of two alike the later is meant. A car
        that is asked for again is the same matter whatever the words.
        """
        open_requests = tuple(open_requests)
        if understanding.best.category_code == self._cars.move_car:
            same_car = self.same_car(contact, understanding, open_requests)
            if same_car is not None:
                return same_car
        best: OpenRequest | None = None
        best_likeness = 0.0
        told: _Telling | None = None
        for request in open_requests:
            if not self._comparable(contact, understanding, request, district_code):
                continue
            told = told or self._telling(contact.text, understanding.address)
            first = self._telling(request.text, request.address)
            alike = _likeness(first, told)
            if alike >= best_likeness and self._is_repeat(first, told, alike, _rank_of_category(request, understanding)):
                best, best_likeness = request, alike
        return best

    def same_car(
        self, contact: Contact, understanding: Understanding, open_requests: Iterable[OpenRequest]
    ) -> OpenRequest | None:
        """Return the caller's latest request to move the same car from the same place, or from none that is named.

        The plate tells the car; a car that now stands elsewhere, or comes again after the rule's time, is another occasion.
        """
        plate, found = understanding.facts.plate, None
        told = self._telling(contact.text, understanding.address)
        for request in open_requests:
            if plate is None or request.plate != plate or request.category_code != self._cars.move_car:
                continue
            if request.state not in _MOVING or abs(contact.received_at - request.received_at) > self._cars.move_car_again:
                continue
            first = self._telling(request.text, request.address)
            if compare_places(first.text, first.names, told.text, told.names) is not Whereabouts.OTHER:
                found = request
        return found

    def _comparable(
        self, contact: Contact, understanding: Understanding, request: OpenRequest, district_code: str | None
    ) -> bool:
        if understanding.urgency is Urgency.CRITICAL and request.urgency is not Urgency.CRITICAL:
            return False
        if abs(contact.received_at - request.received_at) > self._rule.window:
            return False
        return district_code is None or request.district_code in (None, district_code)

    def _telling(self, text: str, address: str | None) -> _Telling:
        considered = text[:_CONSIDERED].lower()
        return _Telling(considered, self.terms_of(considered), place_names(address))

    def _is_repeat(self, first: _Telling, told: _Telling, alike: float, rank: int | None) -> bool:
        in_same_words = alike >= self._rule.similarity and _nothing_else(first.terms, told.terms)
        if not in_same_words and (rank is None or not self._says_so(first, told)):
            return False
        places = compare_places(first.text, first.names, told.text, told.names)
        if places is Whereabouts.OTHER:
            return False
        if in_same_words:
            return True
        if places is Whereabouts.SAME:
            return self._comes_again(first, told, least=self._rule.retold_terms)
        return rank == 0 and self._comes_again(first, told, least=self._rule.retold_terms * _PLACELESS)

    def _says_so(self, first: _Telling, told: _Telling) -> bool:
        """Return whether the caller says that this was told before or still lasts, and not that it has changed."""
        if any(words in told.text and words not in first.text for words in self._changed):
            return False
        return any(words in told.text for words in self._again)

    def _comes_again(self, first: _Telling, told: _Telling, *, least: int) -> bool:
        first_matter, told_matter = self._matters(first, told)
        enough = share_said_again(first_matter, told_matter) >= self._rule.retold_share
        return enough and len(first_matter & told_matter) >= least

    def _matters(self, first: _Telling, told: _Telling) -> tuple[frozenset[str], frozenset[str]]:
        """Return the terms of both that tell of the matter itself.

        The names of places are left out, and so is a beginning that both share: callers introduce themselves and their
        street in the same words whatever they call about.
        """
        introduction = _common_beginning(first.text, told.text)
        names = {*first.names, *told.names}
        return (
            self.terms_of(_without(first.text[introduction:], names)),
            self.terms_of(_without(told.text[introduction:], names)),
        )


def _likeness(first: _Telling, told: _Telling) -> float:
    """Texts of which no term tells anything are alike only when equal."""
    if not first.terms and not told.terms:
        return float("".join(first.text.split()) == "".join(told.text.split()))
    return likeness(first.terms, told.terms)


def _nothing_else(first: frozenset[str], told: frozenset[str]) -> bool:
    """Return whether neither text puts one thing for another; two numbers are two things, however long the rest is."""
    if all(any(term.isdecimal() for term in terms) for terms in (first - told, told - first)):
        return False
    return first == told or share_said_again(first, told) >= _SAME_WORDS_SHARE


def _rank_of_category(request: OpenRequest, understanding: Understanding) -> int | None:
    """Return which of the contact's guesses is the request's category, from 0; None when none is.

    Praise is never a complaint told anew, though it names the same things (修好了, 谢谢).
    """
    if understanding.request_type is RequestType.PRAISE:
        return None
    codes = (request.category_code, request.machine_category)
    return next((rank for rank, guess in enumerate(understanding.top) if guess.category_code in codes), None)


def _common_beginning(first: str, second: str) -> int:
    """Return how many characters both begin with; 0 where one is the beginning of the other, for then it is no beginning."""
    return next((place for place, (one, other) in enumerate(zip(first, second, strict=False)) if one != other), 0)


def _without(text: str, names: Iterable[str]) -> str:
    for name in names:
        text = text.replace(name, "，")
    return text
