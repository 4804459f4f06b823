"""派单目录 changes by two people: proposed, reviewed, in force from their day (domain.md A.8.1)."""

from dataclasses import replace
from datetime import date

import pytest

from config.profiles import matrix_problems
from dispatcher.workflow.amend import Draft, approve_change, is_idle, propose_change, refresh_matrix, refuse_change
from models.codes import ProposalOrigin, ProposalState, Role, SubjectType, TicketState
from models.command import CommandKind
from models.errors import Forbidden, NotFound, Rejected
from models.profile import DispatchMatrix, District, StreetRule, Unit
from models.ticket import Actor
from tests.builders import LAMPS, OPERATOR, SUPERVISOR, WATER, a_city, a_profile, an_entry
from tests.unit.workflow.office import DISPATCHER, Office

OTHER_SUPERVISOR = Actor(Role.SUPERVISOR, "supervisor-2")
TODAY, TOMORROW = date(2026, 5, 18), date(2026, 5, 19)
TO_WATER = Draft("0703", "U-WATER", "市政设施移交纪要")


@pytest.fixture
def desk():
    """An empty office with a matrix of its own."""
    return Desk(a_city())


class Desk(Office):
    """An office where changes of the matrix are proposed and reviewed."""

    async def propose(self, draft=TO_WATER, actor=DISPATCHER):
        """Propose a change."""
        return await propose_change(draft, actor=actor, city=self.city, open_work=self.store.open_work, clock=self.clock)

    async def approve(self, number=1, actor=SUPERVISOR, **given):
        """Approve a proposal."""
        return await approve_change(
            number,
            actor=actor,
            city=self.city,
            check=matrix_problems,
            open_work=self.store.open_work,
            clock=self.clock,
            **given,
        )

    async def refuse(self, number=1, actor=SUPERVISOR, reason="职责未移交"):
        """Refuse a proposal."""
        return await refuse_change(number, actor=actor, reason=reason, open_work=self.store.open_work, clock=self.clock)

    def lead(self, category="0703", on=TODAY, district=None, subject=None):
        """Ask the matrix in force."""
        return self.city.routes.choose(category, district_code=district, subject=subject, on=on).lead

    @property
    def proposals(self):
        """Every proposal."""
        return list(self.store.tables.proposals.values())


class TestTwoPeople:
    """草拟 → 审核 → 生效."""

    async def test_a_proposal_changes_nothing_until_it_is_approved(self, desk):
        """A wish is only written down."""
        proposal = await desk.propose()

        assert (proposal.number, proposal.state(TODAY)) == (1, ProposalState.PROPOSED)
        assert (desk.lead(), desk.city.routes.version) == ("U-LAMP", "m1")

    async def test_an_approved_change_decides_and_its_version_says_so(self, desk):
        """From the day of the approval, where no other day is given."""
        await desk.propose()
        approved = await desk.approve(note="已与单位核对")

        assert approved.state(TODAY) is ProposalState.EFFECTIVE
        assert (approved.review.version, approved.review.base, approved.review.by) == (1, "m1", "supervisor:supervisor-1")
        assert (desk.lead(), desk.city.routes.version) == ("U-WATER", "m1+1")

    async def test_a_change_waits_for_its_day(self, desk):
        """What holds from the first of the month holds from then."""
        await desk.propose(replace(TO_WATER, holds_from=TOMORROW))
        approved = await desk.approve()

        assert (desk.lead(on=TODAY), desk.lead(on=TOMORROW)) == ("U-LAMP", "U-WATER")
        assert (approved.state(TODAY), approved.state(TOMORROW)) == (ProposalState.APPROVED, ProposalState.EFFECTIVE)

    async def test_who_approves_may_choose_another_day_but_none_that_has_passed(self, desk):
        """What was dispatched yesterday was dispatched rightly."""
        await desk.propose(replace(TO_WATER, holds_from=TOMORROW))

        with pytest.raises(Rejected, match="cannot hold from 2026-05-17"):
            await desk.approve(holds_from=date(2026, 5, 17))
        await desk.approve(holds_from=date(2026, 6, 1))
        assert (desk.lead(on=date(2026, 5, 31)), desk.lead(on=date(2026, 6, 1))) == ("U-LAMP", "U-WATER")

    async def test_a_wish_whose_day_has_passed_meanwhile_holds_from_its_approval(self, desk):
        """It lay two days; nothing holds backwards."""
        await desk.propose(replace(TO_WATER, holds_from=TODAY))
        desk.clock.advance(days=2)

        assert (await desk.approve()).review.holds_from == date(2026, 5, 20)

    async def test_nobody_reviews_an_own_proposal(self, desk):
        """Neither approved nor refused by who wrote it; another supervisor may."""
        await desk.propose(actor=SUPERVISOR)

        for review in (desk.approve, desk.refuse):
            with pytest.raises(Forbidden, match="须由他人审核"):
                await review()
        assert (await desk.approve(actor=OTHER_SUPERVISOR)).review.approved

    async def test_who_joined_a_proposal_does_not_review_it(self, desk):
        """The same wish of a second person is one proposal of both."""
        await desk.propose()
        again = await desk.propose(actor=SUPERVISOR)

        assert (again.number, again.proposed_by) == (1, ("dispatcher:dispatcher-1", "supervisor:supervisor-1"))
        with pytest.raises(Forbidden):
            await desk.approve()

    @pytest.mark.parametrize("actor", [OPERATOR, Actor(Role.UNIT_HEAD, "head-1", "U-LAMP"), Actor(Role.ADMIN, "admin-1")])
    async def test_who_may_not_propose_is_refused(self, desk, actor):
        """domain.md I.1: dispatchers and units' clerks propose, supervisors too."""
        with pytest.raises(Forbidden, match="不能草拟"):
            await desk.propose(actor=actor)
        assert (await desk.propose(actor=LAMPS)).proposed_by == ("unit_clerk:lamps-1",)

    @pytest.mark.parametrize("actor", [DISPATCHER, LAMPS, Actor(Role.ADMIN, "admin-1")])
    async def test_supervisors_alone_review(self, desk, actor):
        """domain.md I.1."""
        await desk.propose(actor=WATER)

        for review in (desk.approve, desk.refuse):
            with pytest.raises(Forbidden, match="不能审核"):
                await review(actor=actor)

    async def test_a_refused_proposal_keeps_its_reason_and_may_come_again(self, desk):
        """Nothing is decided twice."""
        await desk.propose()
        refused = await desk.refuse()

        assert (refused.state(TODAY), refused.review.note) == (ProposalState.REFUSED, "职责未移交")
        for review in (desk.approve, desk.refuse):
            with pytest.raises(Rejected, match="was decided on 2026-05-18"):
                await review()
        assert (await desk.propose()).number == 2

    async def test_a_review_needs_a_proposal_and_a_refusal_a_reason(self, desk):
        """Refusals are read by who proposed."""
        with pytest.raises(NotFound, match="no proposal 7"):
            await desk.approve(7)
        await desk.propose()
        with pytest.raises(Rejected, match="needs a reason"):
            await desk.refuse(reason=" ")

    async def test_other_processes_take_an_approved_change_over(self, desk):
        """A worker that looks has the matrix of the process that approved; a second look finds nothing new."""
        worker = a_city()
        await desk.propose()
        await desk.approve()

        assert await refresh_matrix(city=worker, open_work=desk.store.open_work)
        assert not await refresh_matrix(city=worker, open_work=desk.store.open_work)
        assert worker.routes.version == "m1+1"
        assert worker.routes.choose("0703", district_code=None, subject=None, on=TODAY).lead == "U-WATER"

    async def test_versions_count_the_approved_changes_of_all_lines(self, desk):
        """Three changes are 1, 2 and 3, a refused one has none."""
        for draft in (TO_WATER, Draft("0805", "U-LAMP", "纪要"), Draft("0801", "U-LAMP", "纪要")):
            await desk.propose(draft)
        await desk.approve(3)
        await desk.refuse(1)
        await desk.approve(2)

        assert [(line.category_code, line.change) for line in desk.city.matrix.changes] == [("0801", 1), ("0805", 2)]
        assert desk.city.routes.version == "m1+2"

    async def test_a_second_change_of_one_line_counts_from_its_day(self, desk):
        """The newer rule replaces the older."""
        await desk.propose()
        await desk.approve()
        await desk.propose(Draft("0703", "U-LAMP", "移交取消", holds_from=TOMORROW))
        await desk.approve(2)

        assert (desk.lead(on=TODAY), desk.lead(on=TOMORROW)) == ("U-WATER", "U-LAMP")


class TestWhatIsRefused:
    """A change passes what ``hotline check`` asks of the profile's own matrix."""

    @pytest.mark.parametrize(
        ("draft", "reason"),
        [
            (Draft("9999", "U-WATER", "纪要"), "category '9999'"),
            (Draft("0703", "U-NEVER", "纪要"), "unit 'U-NEVER'"),
            (Draft("0703", "U-GONE", "纪要"), "is closed"),
            (Draft("0703", "U-WATER", "纪要", district_code="D-NOWHERE"), "district 'D-NOWHERE'"),
            (Draft("0703", "U-WATER", "纪要", co_units=("U-WATER",)), "beside the lead"),
            (Draft("0703", "U-WATER", "纪要", co_units=("@district",)), "beside the lead"),
            (Draft("0703", "U-WATER", "  "), "needs a basis"),
            (Draft("0703", "U-WATER", "纪要", holds_from=TOMORROW, holds_to=TODAY), "cannot end on 2026-05-18"),
        ],
    )
    async def test_a_draft_that_cannot_be_right_is_not_written(self, desk, draft, reason):
        """Whoever drafts it learns why at once."""
        with pytest.raises(Rejected, match=reason):
            await desk.propose(draft)
        assert desk.proposals == []

    async def test_a_change_that_contradicts_another_line_is_not_approved(self, desk):
        """District alone against subject alone: neither is more exact."""
        await desk.propose(Draft("0703", "U-WATER", "纪要", subject=SubjectType.ENTERPRISE))
        await desk.approve()
        await desk.propose(Draft("0703", "U-EAST", "纪要", district_code="D-EAST"))

        with pytest.raises(Rejected, match=r"proposal 2 cannot take effect: .*neither is more exact"):
            await desk.approve(2)
        assert desk.proposals[1].review is None
        assert desk.city.routes.version == "m1+1"

    async def test_a_change_that_changes_nothing_is_not_approved(self, desk):
        """The fault lay elsewhere: with the category, or with whoever chose the unit."""
        await desk.propose(Draft("0703", "U-LAMP", "纪要", district_code="D-EAST"))

        with pytest.raises(Rejected, match="changes nothing: matrix m1 names U-LAMP already"):
            await desk.approve()

    @pytest.mark.parametrize(
        ("draft", "idle"),
        [
            (Draft("0703", "U-LAMP", "纪要"), True),
            (Draft("0703", "U-LAMP", "纪要", co_units=("U-WATER",)), False),
            (Draft("0801", "U-WATER", "纪要", co_units=("U-LAMP",)), True),
            (Draft("0801", "U-WATER", "纪要"), False),
            (Draft("0901", "U-EAST", "纪要", district_code="D-EAST"), True),
            (Draft("0901", "U-EAST", "纪要", district_code="D-WEST"), False),
            (Draft("0901", "@district", "纪要"), True),
            (Draft("0703", "@district", "纪要"), False),
        ],
    )
    async def test_what_the_matrix_says_already_is_seen_before_the_review(self, desk, draft, idle):
        """By lead and co-units; the district's government stands for the unit that it is."""
        assert is_idle(await desk.propose(draft), desk.city, TODAY) is idle

    async def test_a_unit_that_closed_meanwhile_is_not_given_a_line(self, desk):
        """A proposal may lie; what it names is asked for again."""
        await desk.propose()
        units = dict(desk.city.profile.units)
        units["U-WATER"] = replace(units["U-WATER"], active=False)
        desk.city = a_city(units=units, matrix=DispatchMatrix("m2", (an_entry("0703", "U-LAMP"),)))

        with pytest.raises(Rejected, match="is closed"):
            await desk.approve()


class TestStreets:
    """街镇 receive only what stands on their 履职事项清单 (国办函〔2025〕66号)."""

    @pytest.fixture
    def desk(self):
        """A town with a street that may be given disputes in housing estates, and nothing else."""
        profile = a_profile()
        street = Unit("U-STREET", "东街街道办事处", "街道", "属地事务")
        return Desk(
            a_city(
                units={**profile.units, street.code: street},
                streets=StreetRule(frozenset({"街道"}), {("U-STREET", "0901"): "东街履职清单第12项"}),
            )
        )

    async def test_a_street_is_given_what_is_on_its_list(self, desk):
        """By the matrix, and by a person."""
        await desk.propose(Draft("0901", "U-STREET", "履职清单第12项", district_code="D-EAST"))
        await desk.approve()

        assert desk.lead("0901", district="D-EAST") == "U-STREET"
        await desk.open(category_code="0901", machine_category="0901")
        assert (await desk.act(CommandKind.DISPATCH, data={"unit": "U-STREET"})).lead_unit == "U-STREET"

    @pytest.mark.parametrize(
        "draft", [Draft("0703", "U-STREET", "下沉"), Draft("0703", "U-WATER", "下沉", co_units=("U-STREET",))]
    )
    async def test_a_street_is_not_given_anything_else_by_the_matrix(self, desk, draft):
        """应由职能部门办理的不得分派给基层: as lead or co-unit."""
        with pytest.raises(Rejected, match="not on its 履职事项清单"):
            await desk.propose(draft)

    async def test_an_approval_asks_again(self, desk):
        """The list was shortened while the proposal lay."""
        await desk.propose(Draft("0901", "U-STREET", "履职清单第12项", district_code="D-EAST"))
        desk.city = a_city(units=desk.city.profile.units, streets=StreetRule(frozenset({"街道"}), {}))

        with pytest.raises(Rejected, match="not on its 履职事项清单"):
            await desk.approve()

    async def test_a_street_does_not_stand_in_for_the_district_either(self, desk):
        """Where the street is the district's government, the fallback sends it what is on its list alone."""
        districts = {"D-EAST": District("D-EAST", "东区", "U-STREET", ())}
        desk.city = a_city(units=desk.city.profile.units, streets=desk.city.profile.streets, districts=districts)
        await desk.propose(Draft("0703", "@district", "属地管理"))

        with pytest.raises(Rejected, match="'U-STREET' is a street or town"):
            await desk.approve()

    @pytest.mark.parametrize("data", [{"unit": "U-STREET"}, {"unit": "U-WATER", "co_units": ["U-STREET"]}])
    async def test_a_person_does_not_send_it_anything_else(self, desk, data):
        """Neither as lead nor as co-unit; the ticket keeps waiting."""
        await desk.open()
        with pytest.raises(Rejected, match="is a street or town, and category 0703 is not on its 履职事项清单"):
            await desk.act(CommandKind.DISPATCH, data=data)
        assert desk.ticket.state is TicketState.PENDING

    async def test_nor_is_it_given_what_another_unit_returns(self, desk):
        """A transfer is a dispatch."""
        await desk.reach(TicketState.RETURN_REQUESTED)
        with pytest.raises(Rejected, match="not on its 履职事项清单"):
            await desk.act(CommandKind.ACCEPT_RETURN, data={"transfer_to": "U-STREET"})


class TestFromReturns:
    """A right return shows that the matrix may be wrong (domain.md A.8.5)."""

    async def returned(self, desk, reason="R1", to="U-WATER", **changes):
        """Let the lamps return a ticket, and the hotline transfer it."""
        await desk.reach(TicketState.DISPATCHED, **changes)
        await desk.act(CommandKind.RETURN, LAMPS, {"reason": reason, "basis": "三定方案第三条"})
        await desk.act(CommandKind.ACCEPT_RETURN, DISPATCHER, {"transfer_to": to} if to else {})

    @pytest.mark.parametrize("reason", ["R1", "R2"])
    async def test_a_transfer_proposes_its_unit_for_the_category_there(self, desk, reason):
        """Not our duty, not our area: the basis is the one that the unit gave."""
        await self.returned(desk, reason, district_code="D-EAST")

        (proposal,) = desk.proposals
        wish = proposal.wish
        assert (wish.category_code, wish.district_code, wish.lead) == ("0703", "D-EAST", "U-WATER")
        assert (wish.basis, wish.origin) == ("三定方案第三条", ProposalOrigin.RETURN)
        assert (proposal.tickets, proposal.proposed_by) == ((desk.ticket.ticket_no,), ("dispatcher:dispatcher-1",))
        assert proposal.state(TODAY) is ProposalState.PROPOSED

    @pytest.mark.parametrize("reason", ["R3", "R4", "R5", "R6", "R7"])
    async def test_other_reasons_say_nothing_about_the_matrix(self, desk, reason):
        """Too little told, told twice, elsewhere already: the line may be right."""
        await self.returned(desk, reason)

        assert desk.proposals == []

    async def test_a_return_that_waits_for_a_person_proposes_nothing(self, desk):
        """Nobody has said yet who should have had it."""
        await self.returned(desk, to=None)

        assert desk.proposals == []

    async def test_a_second_ticket_is_counted_with_the_first(self, desk):
        """The more tickets, the surer the reviewer."""
        await self.returned(desk)
        first = desk.ticket.ticket_no
        second = Desk(desk.city)
        second.store.tables.proposals = desk.store.tables.proposals
        await self.returned(second, ticket_no="TT20260518P0000028")

        (proposal,) = desk.proposals
        assert proposal.tickets == (first, "TT20260518P0000028")

    async def test_the_co_units_of_the_line_stay(self, desk):
        """What is wished otherwise is the lead."""
        await desk.open(category_code="0801", machine_category="0801")
        await desk.act(CommandKind.CONFIRM)
        await desk.act(CommandKind.RETURN, WATER, {"reason": "R1", "basis": "三定方案"})
        await desk.act(CommandKind.ACCEPT_RETURN, DISPATCHER, {"transfer_to": "U-WEST"})

        (proposal,) = desk.proposals
        assert (proposal.wish.lead, proposal.wish.co_units) == ("U-WEST", ("U-LAMP",))

    async def test_once_approved_the_next_ticket_goes_there_at_once(self, desk):
        """The circle is closed: the citizen of tomorrow is not sent round."""
        await self.returned(desk, district_code="D-EAST")
        await desk.approve()

        assert desk.lead(district="D-EAST") == "U-WATER"
        assert desk.lead(district="D-WEST") == "U-LAMP"
