"""漏接回拨: who rang off unanswered is called back, unless answered in the meantime (domain.md A.11)."""

import pytest

from dispatcher.workflow.finish_call import finish_calls, receive_transcript
from dispatcher.workflow.follow_call import follow_call
from dispatcher.workflow.return_call import note_call_back, show_missed_caller
from models.call import CallStep, Speech
from models.codes import CallState, Role
from models.errors import Forbidden, NotFound, Rejected
from models.profile import MissedCallRule
from models.ticket import Actor
from tests.builders import LAMPS, OPERATOR, PHONE, a_city
from tests.fakes import FixedClock, MemoryStore, OpenVault


class Line:
    """The telephone line of one hotline."""

    def __init__(self, **changes):
        self.store, self.clock, self.vault = MemoryStore(), FixedClock(), OpenVault()
        self.tools = {
            "city": a_city(**changes),
            "vault": self.vault,
            "open_work": self.store.open_work,
            "clock": self.clock,
        }

    async def rings(self, call, *states, ani=PHONE):
        """A call goes through these states, ten seconds each, and is settled."""
        for seq, state in enumerate(states):
            await follow_call(call, steps=[CallStep(seq, state, self.clock.now())], ani=ani, **self.tools)
            self.clock.advance(seconds=10)
        await finish_calls(**self.tools)

    @property
    def missed(self):
        """Missed calls by their ids."""
        return self.store.tables.missed_calls

    async def called_back(self, call, *, reached=True, actor=OPERATOR):
        """Somebody has called back."""
        await note_call_back(call, reached=reached, actor=actor, open_work=self.store.open_work, clock=self.clock)


GIVEN_UP = (CallState.OFFERED, CallState.QUEUED, CallState.HANGUP)
ANSWERED = (CallState.OFFERED, CallState.QUEUED, CallState.ANSWERED, CallState.HANGUP)


@pytest.fixture
def line():
    """An open line."""
    return Line()


async def test_who_gave_up_waiting_is_to_be_called_back(line):
    """Listed half an hour after ringing off, to be called back within two hours."""
    await line.rings("C-1", *GIVEN_UP)

    missed = line.missed["C-1"]
    assert missed.is_waiting
    assert (missed.listed_at - missed.rang_off_at).total_seconds() == 1800
    assert (missed.due - missed.rang_off_at).total_seconds() == 7200
    assert line.store.count("hotline_missed_calls_total", "rang_off") == 1


async def test_who_is_answered_soon_never_stands_on_the_list(line):
    """The same number again, ten minutes later."""
    await line.rings("C-1", *GIVEN_UP)
    line.clock.advance(minutes=10)
    await line.rings("C-2", *ANSWERED)

    assert not line.missed["C-1"].was_listed
    assert list(line.missed) == ["C-1"]


async def test_who_is_answered_late_is_taken_off(line):
    """It stood on the list, and needs no call any more; another caller's answer changes nothing."""
    await line.rings("C-1", *GIVEN_UP)
    line.clock.advance(minutes=40)
    await line.rings("C-2", *ANSWERED, ani=PHONE[:-1] + "9")
    assert line.missed["C-1"].is_waiting
    await line.rings("C-3", *ANSWERED)

    assert line.missed["C-1"].was_listed
    assert not line.missed["C-1"].is_waiting


async def test_news_of_a_missed_call_may_come_after_that_of_the_answered_one(line):
    """The platform tells late that the first call rang off; by then the caller was answered."""
    now = line.clock.now()
    await follow_call("C-1", steps=[CallStep(0, CallState.QUEUED, now)], ani=PHONE, **line.tools)
    line.clock.advance(minutes=1)
    await line.rings("C-2", *ANSWERED)
    await follow_call("C-1", steps=[CallStep(1, CallState.HANGUP, now)], **line.tools)
    line.clock.advance(minutes=1)
    await finish_calls(**line.tools)

    assert not line.missed["C-1"].was_listed


async def test_who_hung_up_in_the_menu_asked_for_nobody(line):
    """Unless the city wants to call them back too; a withheld number cannot be called."""
    eager = Line(missed_calls=MissedCallRule(from_menu=True))
    for each in (line, eager):
        await each.rings("C-1", CallState.OFFERED, CallState.IVR, CallState.HANGUP)
        await each.rings("C-2", *GIVEN_UP, ani=None)

    assert (list(line.missed), list(eager.missed)) == ([], ["C-1"])


async def test_one_attempt_takes_it_off(line):
    """In time or late is counted; a second one is refused, and units call nobody."""
    await line.rings("C-1", *GIVEN_UP)
    await line.rings("C-2", *GIVEN_UP, ani=PHONE[:-1] + "9")
    with pytest.raises(Forbidden):
        await line.called_back("C-1", actor=LAMPS)
    with pytest.raises(NotFound):
        await line.called_back("C-9")
    await line.called_back("C-1", reached=False)
    with pytest.raises(Rejected, match="already"):
        await line.called_back("C-1")
    line.clock.advance(hours=2)
    await line.called_back("C-2", actor=Actor(Role.SHIFT_LEAD, "lead"))

    assert line.store.count("hotline_missed_calls_total", "called_back") == 1
    assert line.store.count("hotline_missed_calls_total", "called_back_late") == 1


async def test_whom_to_call_is_shown_to_the_hotline_and_logged(line):
    """The number comes out of the vault once the log knows."""
    await line.rings("C-1", *GIVEN_UP)
    tools = {key: line.tools[key] for key in ("vault", "open_work", "clock")}
    shown = await show_missed_caller("C-1", actor=OPERATOR, **tools)
    with pytest.raises(Forbidden):
        await show_missed_caller("C-1", actor=LAMPS, **tools)

    assert shown.phone == PHONE
    assert [access[1:3] for access in line.store.tables.accesses] == [("reveal_contact", "call C-1")]


async def test_a_finished_call_that_nobody_answered_is_no_contact(line):
    """Its transcript is empty; the number is there for whoever calls back. An answered silence is a contact, and dead."""
    now = line.clock.now()
    waited = [CallStep(0, CallState.QUEUED, now), CallStep(0, CallState.HANGUP, now)]
    answered = [CallStep(0, CallState.ANSWERED, now), CallStep(0, CallState.HANGUP, now)]
    for call, steps in (("C-1", waited), ("C-2", answered)):
        speeches = [Speech(1, "agent", "您好")] if steps is answered else []
        await receive_transcript(call, began_at=now, steps=steps, speeches=speeches, ani=PHONE, **line.tools)

    assert list(line.missed) == ["C-1"]
    assert len(line.store.tables.contacts) == 1
