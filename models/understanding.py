"""What the classifiers make of a request: guesses with their confidence and the words behind them."""

from dataclasses import dataclass

from models.codes import RequestType, Urgency


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
class Understanding:
    """Everything that was understood of one request.

    ``top`` holds up to three guesses, best first, and is never empty. ``alarm`` is the word that made it urgent, if one did;
    ``alarm_category`` the category that this word belongs to. ``address`` is the citizen's own wording of the place.
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

    @property
    def best(self) -> Guess:
        """The most probable guess."""
        return self.top[0]
