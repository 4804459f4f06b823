"""评价 in WeChat: one answer to each rating, which tells what follows from it (domain.md A.2, A.11)."""

import pytest

from dispatcher.workflow.converse import Tools, converse
from models.codes import Channel, Service, TicketState
from models.command import CommandKind
from models.contact import PersonalData
from models.profile import SelfServiceRule
from tests.builders import OPENID, a_city, a_profile, a_submission
from tests.fakes import OpenVault, Understands
from tests.unit.workflow.office import Office

_K = CommandKind
TEXTS = {
    "rated": "感谢评价{ticket_no}。",
    "rated_again": "{ticket_no}由{unit}重办。",
    "rated_supervised": "{ticket_no}转督办。",
    "rate_none": "没有可以评价的工单。",
}
WRITES = PersonalData(openid=OPENID)


class Rater(Office):
    """An office whose citizen writes."""

    def __init__(self):
        messages = {**a_profile().messages, **TEXTS}
        super().__init__(a_city(messages=messages, self_service=SelfServiceRule({Service.RATE: ("评价",)})))
        self.vault = OpenVault()
        self.count = 0

    async def answered(self):
        """Bring a ticket of the citizen to where it may be rated."""
        submission = a_submission("m0", channel=Channel.WECHAT, personal=WRITES)
        caller_ref = self.vault.seal(submission.contact_id, WRITES).caller_ref
        await self.reach(TicketState.AWAITING_CALL_BACK, caller_ref=caller_ref)
        self.clock.advance(hours=1)

    async def writes(self, text):
        """Write, and return the one answer."""
        self.count += 1
        tools = Tools(self.city, Understands(), self.vault, self.store.open_work, self.clock)
        return await converse(a_submission(f"m{self.count}", text, channel=Channel.WECHAT, personal=WRITES), tools)

    def told(self):
        """How many messages the citizen had."""
        return [one.name for one in self.store.tables.citizen_messages]


@pytest.fixture
async def rater():
    """An office with a ticket that may be rated."""
    rater = Rater()
    await rater.answered()
    return rater


@pytest.mark.parametrize("rating", ["3", "基本满意"])
async def test_who_is_satisfied_is_thanked(rater, rating):
    """The ticket is closed by it."""
    assert await rater.writes(rating) == f"感谢评价{rater.ticket.ticket_no}。"
    assert rater.ticket.state is TicketState.CLOSED


@pytest.mark.parametrize("rating", ["2", "非常不满意"])
async def test_who_is_dissatisfied_reads_that_it_is_handled_again(rater, rating):
    """By whom; in the same one answer."""
    before = rater.told()
    assert await rater.writes(rating) == f"{rater.ticket.ticket_no}由路灯所重办。"
    assert (rater.ticket.state, rater.ticket.round) == (TicketState.HANDLING, 2)
    assert rater.told() == [*before, "self_service"]


async def test_who_is_dissatisfied_again_reads_that_it_is_supervised(rater):
    """There is no third round."""
    assert await rater.writes("1") == f"{rater.ticket.ticket_no}由路灯所重办。"
    for kind in (_K.REPLY, _K.PASS_REVIEW):
        await rater.act(kind)
    rater.clock.advance(hours=1)
    assert await rater.writes("1") == f"{rater.ticket.ticket_no}转督办。"
    assert rater.ticket.supervision == 1
    assert await rater.writes("1") == TEXTS["rate_none"]
