"""A finished call's transcript, as recognisers and call platforms hand it in, becomes a submission."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from models.codes import Channel
from models.contact import PersonalData, Submission

AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Segment:
    """One stretch of speech. ``conf`` is 0 to 1 and None where the recogniser gives none."""

    spk: str
    text: str = field(repr=False)
    conf: float | None


@dataclass(frozen=True, slots=True)
class Transcript:
    """A call that has ended. ``ani`` is the caller's number, None where it was withheld."""

    call_id: str
    ani: str | None = field(repr=False)
    start: datetime
    segments: Sequence[Segment]


def submission_of(transcript: Transcript) -> Submission:
    """Return the call as a submission; the promise's clock starts when the call did.

    Everything counts that the hotline's own operator did not say: a recogniser that cannot tell the speakers apart
    writes "unknown", and losing the citizen's words would be worse than keeping some of ours. Segments are joined by a
    space, over which the redaction still finds a phone number that was dictated in two breaths.
    """
    said = [segment for segment in transcript.segments if segment.spk != AGENT and segment.text.strip()]
    return Submission(
        source_id=transcript.call_id,
        channel=Channel.PHONE,
        text=" ".join(segment.text.strip() for segment in said),
        received_at=transcript.start,
        personal=PersonalData(phone=transcript.ani or None),
        asr_confidence=_mean_confidence(said),
    )


def _mean_confidence(segments: Sequence[Segment]) -> float | None:
    """Return the mean weighted by characters; None when no segment carries a confidence."""
    weighed = [(segment.conf, len(segment.text.strip())) for segment in segments if segment.conf is not None]
    total = sum(length for _, length in weighed)
    return sum(conf * length for conf, length in weighed) / total if total else None
