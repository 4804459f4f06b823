"""Whether a caller says again what is already an open ticket (domain.md A.7, first row)."""

from collections.abc import Iterable

from models.codes import Urgency
from models.contact import Contact
from models.profile import MergeRule
from models.ticket import OpenRequest


def similarity(first: str, second: str) -> float:
    """Return how alike two texts are, 0 to 1: the Dice coefficient of their character pairs, white space aside."""
    pairs_first, pairs_second = _pairs(first), _pairs(second)
    if not pairs_first or not pairs_second:
        return float("".join(first.split()) == "".join(second.split()))
    return 2 * len(pairs_first & pairs_second) / (len(pairs_first) + len(pairs_second))


def _pairs(text: str) -> frozenset[str]:
    joined = "".join(text.split())
    return frozenset(joined[i : i + 2] for i in range(len(joined) - 1))


def repeated_request(
    contact: Contact, open_requests: Iterable[OpenRequest], rule: MergeRule, *, urgency: Urgency
) -> OpenRequest | None:
    """Return the caller's open request that ``contact`` repeats, the most similar one; None when it says something new.

    ``open_requests`` are the same caller's. Requests outside the window on either side are not compared: a file of old
    contacts may arrive out of order. An emergency (``urgency`` 特急) repeats emergencies alone: who said smoke and now says
    fire is heard anew, for a nudge would alarm nobody.
    """
    best: OpenRequest | None = None
    best_similarity = rule.similarity
    for request in open_requests:
        if urgency is Urgency.CRITICAL and request.urgency is not Urgency.CRITICAL:
            continue
        if abs(contact.received_at - request.received_at) > rule.window:
            continue
        alike = similarity(contact.text, request.text)
        if alike >= best_similarity:
            best, best_similarity = request, alike
    return best
