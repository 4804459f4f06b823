"""Who decides a new request, the engine or a person (decision 13), and as what it is registered."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.codes import RequestType, ReviewReason, Urgency
from models.contact import Contact
from models.profile import Category, ConfidenceBands, Handling
from models.understanding import Understanding


@dataclass(frozen=True, slots=True)
class Judgement:
    """As what a request is taken. Empty ``doubts`` mean that the engine may dispatch by itself."""

    category_code: str
    request_type: RequestType
    urgency: Urgency
    doubts: tuple[ReviewReason, ...]
    nuisance: bool


def judge(
    contact: Contact, understanding: Understanding, *, categories: Mapping[str, Category], bands: ConfidenceBands
) -> Judgement:
    """Weigh confidence, transcript quality, the number of requests and emergency words.

    An emergency (特急) overrides every band: it takes the alarm word's own category where the word has one, and no doubt
    holds it back. Source: domain.md A.8.8; I.3.
    """
    category_code = understanding.best.category_code
    if understanding.urgency is Urgency.CRITICAL:
        return Judgement(
            understanding.alarm_category or category_code,
            understanding.request_type,
            understanding.urgency,
            doubts=(),
            nuisance=False,
        )
    doubts = []
    handling = categories[category_code].handling
    sure = understanding.best.probability >= bands.automatic
    clear = contact.asr_confidence is None or contact.asr_confidence >= bands.asr
    if not sure:
        doubts.append(ReviewReason.LOW_CONFIDENCE)
    if not clear:
        doubts.append(ReviewReason.ASR_LOW_CONFIDENCE)
    if handling is Handling.UNCLASSIFIED:
        doubts.append(ReviewReason.UNCLASSIFIED)
    if understanding.issues:
        doubts.append(ReviewReason.SEVERAL_REQUESTS)
    return Judgement(
        category_code,
        understanding.request_type,
        understanding.urgency,
        tuple(doubts),
        nuisance=(
            handling is Handling.NUISANCE
            and sure
            and clear
            and not understanding.issues
            and understanding.urgency is Urgency.NORMAL
        ),
    )
