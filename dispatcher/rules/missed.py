"""漏接回拨: which calls that rang off are called back (domain.md A.11; 国办函〔2025〕66号)."""

from uuid import UUID

from models.call import CallCourse, MissedCall
from models.codes import CallResult
from models.profile import MissedCallRule


def missed_call(
    course: CallCourse, *, call_id: str, contact_id: UUID, caller_ref: str, rule: MissedCallRule
) -> MissedCall | None:
    """Return the call as one to be called back; None where it was answered or hung up in the voice menu, or never ended."""
    if course.result is CallResult.ABANDONED_IVR and not rule.from_menu:
        return None
    if course.result in (None, CallResult.ANSWERED) or course.ended_at is None:
        return None
    return MissedCall(
        call_id=call_id,
        contact_id=contact_id,
        caller_ref=caller_ref,
        rang_off_at=course.ended_at,
        listed_at=course.ended_at + rule.wait,
        due=course.ended_at + rule.within,
    )
