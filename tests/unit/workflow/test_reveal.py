"""Who must phone the citizen sees the number, and it is known who did, and why."""

import pytest

from dispatcher.ports import AssignmentMark, Effects
from dispatcher.workflow.receive import receive
from dispatcher.workflow.reveal import reveal_contact
from models.codes import DispatchMode, Role, TicketState
from models.errors import Forbidden, NotFound, Rejected
from models.ticket import Actor, Assignment
from tests.builders import LAMPS, MONDAY, NAME, OPERATOR, PHONE, SUPERVISOR, WATER, a_city, a_submission, a_ticket
from tests.fakes import FixedClock, MemoryStore, OpenVault


class Desk:
    """A contact of a citizen and the ticket that the lamps lead."""

    def __init__(self):
        self.store, self.vault, self.clock = MemoryStore(), OpenVault(), FixedClock()

    async def open(self, **wishes):
        """Receive the contact and put its ticket on the unit's stream; ``wishes`` are the citizen's."""
        submission = a_submission()
        tools = {"city": a_city(), "vault": self.vault, "open_work": self.store.open_work, "clock": self.clock}
        await receive([submission], **tools)
        here = {"state": TicketState.DISPATCHED, "lead_unit": "U-LAMP"}
        self.ticket = a_ticket(contact_id=submission.contact_id, **here, **wishes)
        held = Assignment(self.ticket.ticket_no, "U-LAMP", "lead", DispatchMode.AUTO, MONDAY, "m1", "b")
        async with self.store.open_work() as work:
            await work.apply(Effects(new_tickets=[self.ticket], assignments=[held]), slot=0)

    async def reveal(self, actor, purpose="回电核实", ticket_no=None):
        """Ask for the contact data."""
        return await reveal_contact(
            ticket_no or self.ticket.ticket_no,
            actor=actor,
            purpose=purpose,
            vault=self.vault,
            open_work=self.store.open_work,
            clock=self.clock,
        )


@pytest.fixture
async def desk():
    """A desk with one ticket."""
    desk = Desk()
    await desk.open()
    return desk


@pytest.mark.parametrize("actor", [OPERATOR, SUPERVISOR, LAMPS])
async def test_who_may_sees_and_is_written_down(desk, actor):
    """The log names actor, ticket and purpose, and the look is counted."""
    personal = await desk.reveal(actor, "  回电核实 ")

    assert (personal.phone, personal.name) == (PHONE, NAME)
    assert desk.store.tables.accesses == [(str(actor), "reveal_contact", desk.ticket.ticket_no, "回电核实")]
    assert desk.store.count("hotline_contact_reveals_total", actor.role.value) == 1


@pytest.mark.parametrize(
    ("actor", "purpose", "error"),
    [
        (Actor(Role.ADMIN, "admin"), "好奇", Forbidden),
        (Actor(Role.CITIZEN, "citizen"), "好奇", Forbidden),
        (Actor(Role.SYSTEM, "intake"), "好奇", Forbidden),
        (OPERATOR, "", Rejected),
        (OPERATOR, " \u3000", Rejected),
        (WATER, "回电核实", NotFound),
    ],
)
async def test_who_may_not_sees_nothing(desk, actor, purpose, error):
    """A wrong role, no purpose, or a unit without a part in the ticket: refused, and no look is logged that was none."""
    with pytest.raises(error):
        await desk.reveal(actor, purpose)
    assert not desk.store.tables.accesses


@pytest.mark.parametrize("wish", ["confidential", "anonymous"])
async def test_no_unit_sees_who_wants_not_to_be_known(wish):
    """保密、匿名: the hotline may look, with a purpose and in the log; no unit may (domain.md A.11)."""
    desk = Desk()
    await desk.open(**{wish: True})

    with pytest.raises(Forbidden, match="no unit sees who called"):
        await desk.reveal(LAMPS)
    assert not desk.store.tables.accesses
    assert (await desk.reveal(SUPERVISOR)).phone == PHONE


async def test_a_unit_that_gave_the_ticket_back_sees_the_citizen_no_more(desk):
    """What is not its own any more is none of its business; while the hotline decides it still is."""
    async with desk.store.open_work() as work:
        marks = [AssignmentMark(desk.ticket.ticket_no, "U-LAMP", "returned", MONDAY)]
        await work.apply(Effects(assignment_marks=marks), slot=0)
    assert (await desk.reveal(LAMPS)).phone == PHONE
    async with desk.store.open_work() as work:
        marks = [AssignmentMark(desk.ticket.ticket_no, "U-LAMP", moment, MONDAY) for moment in ("accepted", "ended")]
        await work.apply(Effects(assignment_marks=marks), slot=0)

    with pytest.raises(Forbidden, match="returned"):
        await desk.reveal(LAMPS)
    assert len(desk.store.tables.accesses) == 1


async def test_an_unknown_ticket_is_not_found(desk):
    """A number that was never given has nobody behind it."""
    with pytest.raises(NotFound):
        await desk.reveal(OPERATOR, ticket_no="TT20260518P9999999")


async def test_nothing_is_shown_that_could_not_be_written_down(desk):
    """When the log cannot be written, the number stays in the vault."""

    def fail():
        if desk.store.tables.accesses:
            raise ConnectionError

    opened = []
    desk.vault.open = opened.append
    desk.store.before_commit = fail

    with pytest.raises(ConnectionError):
        await desk.reveal(OPERATOR)
    assert not opened
