"""What a call comes to, from whatever was told of it, in whatever order."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from models.call import AGENT, CallCourse, CallStep, Speech
from models.codes import CallResult, CallState

LATE_WORDS = timedelta(seconds=10)
"""How long after the last news of a call that was hung up its words are waited for. Source: default of this project (D)."""

RECENT_STRETCHES = 12
"""How many stretches of a running call are listened to together. Source: default of this project (D)."""

RECENT_CHARACTERS = 120
"""How many of the citizen's last characters are listened to: about 25 seconds of speech, so that what was said before does
not drown what is said now. Source: default of this project (D)."""

SILENCE = timedelta(minutes=30)
"""A call of which nothing is heard for so long has ended, told or not. Source: default of this project (D)."""


def course_of(steps: Iterable[CallStep]) -> CallCourse:
    """Return what the steps add up to, the same for every order and however often each is given.

    A state that is entered twice (queued again after a transfer) counts from the first time: that is how long the citizen
    waited. Queue and operator are the last ones.
    """
    ordered = sorted(set_of(steps), key=lambda step: (step.seq, step.at, step.state))
    first: dict[CallState, datetime] = {}
    for step in ordered:
        first.setdefault(step.state, step.at)
    return CallCourse(
        began_at=min((step.at for step in ordered), default=None),
        queued_at=first.get(CallState.QUEUED),
        answered_at=first.get(CallState.ANSWERED),
        ended_at=first.get(CallState.HANGUP),
        ivr=next((step.ivr for step in reversed(ordered) if step.ivr), ()),
        queue=next((step.queue for step in reversed(ordered) if step.queue), None),
        agent=next((step.agent for step in reversed(ordered) if step.agent), None),
        side=next((step.side for step in reversed(ordered) if step.side), None),
        result=_result(first) if first else None,
    )


def steps_of_finished(
    *,
    start: datetime,
    answer: datetime | None,
    hangup: datetime | None,
    ivr: tuple[Mapping[str, str], ...] = (),
    queue: str | None = None,
) -> list[CallStep]:
    """Return the moments that a finished call tells, as the steps that a running one would have told.

    Who was in a ``queue`` and never answered has waited there, from when nobody tells: from the start.
    """
    steps = [CallStep(0, CallState.OFFERED, start, ivr=ivr, queue=queue)]
    if queue and answer is None:
        steps.append(CallStep(0, CallState.QUEUED, start))
    told = ((CallState.ANSWERED, answer), (CallState.HANGUP, hangup))
    return [*steps, *(CallStep(0, state, at) for state, at in told if at is not None)]


def set_of(steps: Iterable[CallStep]) -> list[CallStep]:
    """Return each step once; the first telling of a state at a moment stands."""
    return list({(step.seq, step.state, step.at): step for step in reversed(list(steps))}.values())


def latest(speeches: Iterable[Speech]) -> list[Speech]:
    """Return one speech for each segment, in their order: the final one, else the last that was told."""
    by_segment: dict[int, Speech] = {}
    for speech in speeches:
        known = by_segment.get(speech.seg)
        if known is None or speech.final or not known.final:
            by_segment[speech.seg] = speech
    return [by_segment[seg] for seg in sorted(by_segment)]


def said_by_citizen(speeches: Sequence[Speech]) -> tuple[str, float | None]:
    """Return the citizen's words, and the mean confidence weighted by characters (None where no segment carries one).

    Everything counts that the hotline's own operator did not say: a recogniser that cannot tell the speakers apart
    writes "unknown", and losing the citizen's words would be worse than keeping some of ours. Segments are joined by a
    space, over which the redaction still finds a phone number that was dictated in two breaths.
    """
    said = [speech for speech in speeches if speech.spk != AGENT and speech.text.strip()]
    weighed = [(speech.conf, len(speech.text.strip())) for speech in said if speech.conf is not None]
    total = sum(length for _, length in weighed)
    confidence = sum(conf * length for conf, length in weighed) / total if total else None
    return " ".join(speech.text.strip() for speech in said), confidence


def spoken_by_citizen(speeches: Sequence[Speech]) -> str:
    """Return the citizen's words as they were spoken: a recogniser cuts where they breathe, in the middle of a word."""
    words = ""
    for speech in speeches:
        text = speech.text.strip()
        if speech.spk != AGENT and text:
            space = " " if words and words[-1].isascii() and text[0].isascii() else ""
            words += space + text
    return words


def _result(first: dict[CallState, datetime]) -> CallResult:
    if CallState.ANSWERED in first:
        return CallResult.ANSWERED
    waited = CallState.QUEUED in first or CallState.RINGING in first
    return CallResult.ABANDONED_QUEUE if waited else CallResult.ABANDONED_IVR
