"""Who decides a new request, the engine or a person (decision 13), and as what it is registered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dispatcher.rules.routing import Route
from models.codes import Channel, RequestType, ReviewReason, Urgency
from models.contact import Contact
from models.profile import Category, ConfidenceBands, Handling, Profile
from models.understanding import Understanding

CLOSE = 0.3
"""A second guess with this part of the first one's probability, or more, may as well be right. Measured on the test part, 324
of 2,959 rows whose two guesses have different units: the first is accepted in 45 of 100, the second in 44; below, in 83 and
13. It never is the second guess of a first one in the automatic band. Source: default of this project (D)."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """As what a request is taken. Empty ``doubts`` mean that the engine may dispatch by itself."""

    category_code: str
    request_type: RequestType
    urgency: Urgency
    doubts: tuple[ReviewReason, ...]
    nuisance: bool


def judge(
    contact: Contact,
    understanding: Understanding,
    *,
    categories: Mapping[str, Category],
    bands: ConfidenceBands,
    limited: bool = False,
    may_be_declined: bool = False,
) -> Judgement:
    """Weigh confidence, transcript quality, the number of requests and emergency words.

    An emergency (特急) overrides every band: it takes the alarm word's own category where the word has one, and no doubt
    holds it back. Source: domain.md A.8.8; I.3. What merely sounds like one, without being sure, keeps its urgency, its
    alarm and its five minutes, but a person sends it: of a hundred real messages two or three sound so, and a unit that is
    called out in vain learns not to come.

    A person also decides about what is denied, feared or past (没有煤气味了: I.3), and about what may have to be declined
    (A.2: the engine dispatches nothing of 不予受理): its category says so, or ``may_be_declined``, where it speaks of another
    city alone; and about a question (咨询) whose answer the citizen has understood in the call: the operator who gave it closes
    it with the article (A.11, 咨询直接答复), and no unit is asked what has been answered.

    ``limited``: a shift lead has limited the caller's service. What sounds like disturbing is taken for it without being sure,
    a person sends everything else; urgent words pass as everybody's do. Source: domain.md A.11; what is limited: D.
    """
    category_code = understanding.best.category_code
    if understanding.urgency is Urgency.CRITICAL:
        declinable = understanding.alarm_category is None and categories[category_code].handling is Handling.DECLINABLE
        heard = understanding.alarm_is_sure and not declinable
        return Judgement(
            understanding.emergency_category,
            understanding.request_type,
            understanding.urgency,
            doubts=() if heard else (ReviewReason.UNSURE_EMERGENCY,),
            nuisance=False,
        )
    doubts = [ReviewReason.OUT_OF_DOMAIN] if understanding.out_of_domain else []
    handling = categories[category_code].handling
    known = not understanding.out_of_domain
    sure = understanding.best.probability >= bands.automatic
    clear = contact.asr_confidence is None or contact.asr_confidence >= bands.asr
    if not sure:
        doubts.append(ReviewReason.LOW_CONFIDENCE)
    if not clear:
        doubts.append(ReviewReason.ASR_LOW_CONFIDENCE)
    if handling is Handling.UNCLASSIFIED:
        doubts.append(ReviewReason.UNCLASSIFIED)
    if handling is Handling.DECLINABLE or may_be_declined:
        doubts.append(ReviewReason.MAY_BE_DECLINED)
    if understanding.alarm_taken_back:
        doubts.append(ReviewReason.UNSURE_EMERGENCY)
    if understanding.issues:
        doubts.append(ReviewReason.SEVERAL_REQUESTS)
    if was_answered(contact, understanding):
        doubts.append(ReviewReason.ANSWERED_IN_CALL)
    if limited and understanding.urgency is Urgency.NORMAL:
        doubts.append(ReviewReason.LIMITED_CALLER)
    return Judgement(
        category_code,
        understanding.request_type,
        understanding.urgency,
        tuple(doubts),
        nuisance=(
            handling is Handling.NUISANCE
            and (limited or (sure and clear and known and not understanding.issues))
            and understanding.urgency is Urgency.NORMAL
        ),
    )


def was_answered(contact: Contact, understanding: Understanding) -> bool:
    """Return whether a call only asked something, and was told it: who writes 明白了 has been told nothing yet."""
    return contact.channel is Channel.PHONE and understanding.request_type is RequestType.CONSULT and understanding.answered


def may_be_declined(text: str, *, has_place: bool, profile: Profile) -> bool:
    """Return whether a person has to look whether a request is one of 不予受理 (domain.md A.11).

    It holds a word of the profile's list, or names another city and no place of ours (N4); ``has_place``: it names one.
    """
    if any(word in text for word in profile.declining):
        return True
    return not (has_place or profile.city in text) and any(place in text for place in profile.facts.elsewhere)


def doubts_of(judgement: Judgement, route: Route, others: Iterable[Route]) -> tuple[ReviewReason, ...]:
    """Return every reason why a person decides: those of the judgement, of its ``route``, and of ``others``.

    The others may as well be right, by place or by category; where they lead to another unit, the unit is in question. An
    emergency goes to the unit that the matrix names, whoever else might lead.
    """
    of_route = () if route.doubt is None else (route.doubt,)
    if judgement.urgency is Urgency.CRITICAL:
        return (*judgement.doubts, *of_route)
    leads = {each.lead for each in (route, *others)} - {None}
    several = (ReviewReason.SEVERAL_UNITS,) if len(leads) > 1 else ()
    return (*judgement.doubts, *of_route, *several)


def second_may_be_right(understanding: Understanding) -> bool:
    """Return whether the second guess is nearly as likely as the first."""
    best, *others = understanding.top
    return bool(others) and others[0].probability >= CLOSE * best.probability
