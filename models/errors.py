"""Errors, named by what the caller should do next.

Edges map a family to an action: a stream stores a ``Rejected`` message in the dead letters and waits on ``TryLater``;
the console answers 4xx or 503; the command line exits with 2 or 75. Anything else is a bug and stops the process.
"""


class HotlineError(Exception):
    """Base of every error that this project raises on purpose."""


class Rejected(HotlineError):
    """The same input can never succeed. Store it with its reason and go on.

    ``sentence`` tells the person who wants it on a page why, and what to do next, in Chinese; None where the kind of the
    refusal says enough.
    """

    def __init__(self, reason: str, sentence: str | None = None) -> None:
        self.sentence = sentence
        super().__init__(reason)


class TryLater(HotlineError):
    """A service is away or busy. The same input may succeed after a wait."""


class NotFound(Rejected):
    """The thing that was asked for does not exist, or the asker may not know that it does."""


class Forbidden(Rejected):
    """The asker is known, but this act is not theirs."""


class StaleVersion(Rejected):
    """The change was based on an older version of the thing (ticket …, article …); read it again and decide again."""

    def __init__(self, thing: str, expected: int, current: int, sentence: str | None = None) -> None:
        self.expected = expected
        self.current = current
        super().__init__(f"{thing} is at version {current}; version {expected} was expected", sentence)


class IllegalTransition(Rejected):
    """A ticket was asked to move to a state that its current state does not lead to."""

    def __init__(self, ticket_no: str, current: str, wanted: str) -> None:
        self.ticket_no = ticket_no
        self.current = current
        self.wanted = wanted
        super().__init__(
            f"ticket {ticket_no} is {current}; it cannot become {wanted}",
            f"工单现在是“{current}”，不能做这一步。请看过最新内容再决定。",
        )


class BadProfile(Rejected):
    """A profile breaks a rule of its format; each problem names file, key and reason."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))
