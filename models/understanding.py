"""What the classifiers make of a request: guesses with their confidence and the words behind them."""

from dataclasses import dataclass
from decimal import Decimal

from models.codes import Mood, PlateKind, RequestType, SubjectType, Urgency


@dataclass(frozen=True, slots=True)
class Guess:
    """A category with its probability, 0 to 1."""

    category_code: str
    probability: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why: a span ``text[start:end]`` of the request, and its pull towards the guess (above 0, no unit)."""

    word: str
    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class Facts:
    """What a request tells besides its category (domain.md C.2).

    ``plate`` is written without dot or blank (琼AD12345). ``amount`` is in yuan. ``when`` is the citizen's own wording of the
    time; ``company`` the name of the company or shop that it is about. ``anonymous`` and ``confidential`` are the citizen's
    own wishes. ``mood`` is how a talk ended.
    """

    plate: str | None = None
    plate_kind: PlateKind | None = None
    amount: Decimal | None = None
    when: str | None = None
    company: str | None = None
    subject: SubjectType = SubjectType.CITIZEN
    anonymous: bool = False
    confidential: bool = False
    mood: Mood | None = None


NO_FACTS = Facts()


@dataclass(frozen=True, slots=True)
class Repair:
    """A local name that was misheard: ``heard`` stands at ``text[start:end]`` of the request and was read as ``taken``."""

    heard: str
    taken: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Issue:
    """One of several requests in a contact: it stands at ``text[start:end]`` and has guesses of its own, best first."""

    start: int
    end: int
    top: tuple[Guess, ...]
    request_type: RequestType


@dataclass(frozen=True, slots=True)
class Understanding:
    """Everything that was understood of one contact.

    ``top`` holds up to three guesses, best first, and is never empty. ``alarm`` is the word that made it urgent, if one
    did; ``alarm_category`` the category that this word belongs to, None also where the whole text is surer of another one.
    ``alarm_is_sure``: a hot word counts, or the text surely sounds like an emergency, enough to send it without a person
    and to interrupt a running call of which only a part was heard. ``alarm_taken_back``: the emergency is denied, feared or
    past. ``address`` is the citizen's own wording of the place, with the ``repairs`` of local names applied; ``street`` is
    the road's proper name. ``out_of_domain``: the text is far from everything that the model learned, or in a language that
    it never met. ``rival_districts`` are those that the text names with the same weight where they contradict each other;
    there is no ``district_code`` then. ``issues`` are the requests of a contact that holds several, in their order; empty
    where it holds one. ``answered``: it ends as talks end in which the citizen was told what he wanted to know
    (好的明白了谢谢).
    """

    top: tuple[Guess, ...]
    request_type: RequestType
    urgency: Urgency
    alarm: str | None
    alarm_category: str | None
    district_code: str | None
    address: str | None
    language: str
    model_version: str
    street: str | None = None
    facts: Facts = NO_FACTS
    repairs: tuple[Repair, ...] = ()
    alarm_is_sure: bool = False
    alarm_taken_back: bool = False
    out_of_domain: bool = False
    rival_districts: tuple[str, ...] = ()
    issues: tuple[Issue, ...] = ()
    answered: bool = False

    @property
    def best(self) -> Guess:
        """The most probable guess."""
        return self.top[0]

    @property
    def emergency_category(self) -> str:
        """The category that an emergency is registered as: that of its alarming word, if it has one."""
        return self.alarm_category or self.best.category_code
