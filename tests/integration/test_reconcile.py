"""The counters and the tables tell the same story, and a lie in either is found."""

import asyncio
import json
from datetime import timedelta

import psycopg
import pytest

from dispatcher.metrics import FAMILIES, STAGE_SECONDS
from dispatcher.store.reconciliation import NOT_RECOMPUTABLE, Difference, Reconciliation
from dispatcher.workflow.note_reload import note_reload
from dispatcher.workflow.return_call import note_call_back
from hotline.__main__ import main
from models.codes import Channel, Correction, ModelReload, RequestType, Role, Urgency
from models.command import CommandKind
from models.contact import Submission
from models.ticket import Actor, Ticket
from tests.integration.story import DISPATCHER, Town, a_town, clerk_of
from tests.services.databases import Database

pytestmark = pytest.mark.integration

SUPERVISOR = Actor(Role.SUPERVISOR, "supervisor1")


async def everything_happens(town: Town) -> None:
    """One of each: every family of counters is raised at least once, most of them under several labels."""
    done = await town.hears("夜市占道经营油烟扰民", caller="anna", waited=timedelta(seconds=1.0005))
    await town.hears("夜市占道经营油烟扰民。", caller="anna")
    await town.finishes(done, rating="非常满意")
    town.clock.passes(timedelta(minutes=7, microseconds=1500))
    unsure = await town.hears("路上有个坑", category="A2", confidence=0.6049999, channel=Channel.WECHAT)
    corrected = await town.commands(unsure, CommandKind.CONFIRM, category="A7", type="求助", unit="SG-ZHZF")
    await town.finishes(corrected, rating="不满意")
    wandering = await town.hears("渣土车洒落一路")
    await wanders(town, wandering)
    for caller in range(town.profile.incidents.hotspot):
        await town.hears("银海路夜市占道经营，油烟很大", address="银海路", caller=f"neighbour-{caller}")
    answered = await town.hears("几点上班", category="B1", confidence=0.3, kind=RequestType.CONSULT)
    await town.commands(answered, CommandKind.ANSWER, text="八点半")
    declined = await town.hears("法院判得不公", category="A5", confidence=0.5)
    await town.commands(declined, CommandKind.DECLINE, code="N1")
    alarm = await town.hears("闻到燃气味", category="A5", alarm_category="A3", urgency=Urgency.CRITICAL, confidence=0.2)
    late = await town.hears("暖气不热", category="A4", urgency=Urgency.URGENT, confidence=1.0)
    town.clock.passes(timedelta(days=9))
    assert await town.sweeps() > 0
    await town.signs(alarm)
    await town.finishes(late)
    await town.reveals(alarm)
    await town.is_called(answered_after=timedelta(seconds=8.0005))
    await town.is_called(answered_after=None)
    await town.is_called(answered_after=None, ani="anna")
    await town.is_called(answered_after=None, ani="berta")
    await calls_back(town, "anna", after=timedelta(minutes=40))
    await calls_back(town, "berta", after=timedelta(hours=3))
    await town.is_called_for_help("我家有燃气味", alert_after=timedelta(seconds=2.0005))
    await town.relays(b"not json", b'{"version": 9}')
    town.partition = 3
    await town.accepts(Submission("empty", Channel.WEB, "  ", town.clock.now()))
    await town.hears("没人管的垃圾堆", channel=Channel.SMS)
    await town.hears_again()
    await note_reload(ModelReload.LOADED, open_work=town.database.open_work)


async def calls_back(town: Town, ani: str, *, after: timedelta) -> None:
    """The hotline rings whom nobody had answered."""
    town.clock.passes(after)
    async with town.pool.connection() as connection:
        rows = await connection.execute("SELECT call_id FROM missed_calls WHERE call_id LIKE %s", (f"%{ani}",))
        ((call_id,),) = await rows.fetchall()
    await note_call_back(call_id, reached=True, actor=DISPATCHER, open_work=town.database.open_work, clock=town.clock)


async def wanders(town: Town, ticket: Ticket) -> None:
    """A ticket goes through all that can befall it: returns, an extension, a pause, more urgency, supervision."""
    minute = timedelta(minutes=1)
    for kind, actor, data in (
        (CommandKind.RETURN, clerk_of(ticket), {"reason": "R1", "basis": "三定方案"}),
        (CommandKind.REJECT_RETURN, DISPATCHER, {}),
        (CommandKind.RETURN, clerk_of(ticket), {"reason": "R2", "basis": "三定方案"}),
        (CommandKind.ACCEPT_RETURN, DISPATCHER, {"transfer_to": "SG-NY"}),
    ):
        town.clock.passes(minute)
        ticket = await town.commands(ticket, kind, actor, **data)
    unit = clerk_of(ticket)
    for kind, actor, data in (
        (CommandKind.SIGN, unit, {}),
        (CommandKind.CONTACT_CITIZEN, unit, {}),
        (CommandKind.REQUEST_EXTENSION, unit, {"working_days": 2, "reason": "需检测"}),
        (CommandKind.APPROVE_EXTENSION, DISPATCHER, {}),
        (CommandKind.PAUSE, unit, {"reason": "待诉求人补充材料"}),
        (CommandKind.RESUME, unit, {}),
        (CommandKind.CHANGE_URGENCY, DISPATCHER, {"urgency": "紧急"}),
        (CommandKind.SUPERVISE, SUPERVISOR, {}),
        (CommandKind.NUDGE, DISPATCHER, {}),
        (CommandKind.REPLY, unit, {"investigation": "已查看", "result": "已清扫"}),
        (CommandKind.FAIL_REVIEW, DISPATCHER, {"reason": "答非所问"}),
        (CommandKind.REPLY, unit, {"investigation": "已查看", "result": "已清扫"}),
        (CommandKind.PASS_REVIEW, DISPATCHER, {}),
        (CommandKind.CALL_BACK, DISPATCHER, {"reached": True, "solved": False}),
        (CommandKind.CHANGE_URGENCY, DISPATCHER, {"urgency": "一般"}),
    ):
        town.clock.passes(minute)
        ticket = await town.commands(ticket, kind, actor, **data)


async def differences(town: Town) -> list[Difference]:
    """What the reconciliation finds."""
    return await Reconciliation(town.pool, town.profile.categories).differences()


def tamper(database: Database, *statements: str) -> None:
    """Change rows behind the workflow's back, as only the owner can."""
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


class TestReconciliation:
    """Recomputing from the tables."""

    async def test_after_everything_that_can_happen_nothing_differs(self, database: Database) -> None:
        """Each family was counted, and each count is what contacts, tickets, deadlines, events and logs say."""
        async with a_town(database.app_url) as town:
            await everything_happens(town)

            assert await differences(town) == []
            async with town.pool.connection() as connection:
                rows = await (await connection.execute("SELECT DISTINCT family FROM rollups")).fetchall()
            assert {family for (family,) in rows} == {family.name for family in FAMILIES}

    @pytest.mark.parametrize(
        ("lie", "family"),
        [
            ("DELETE FROM contacts WHERE channel = 'N'", "hotline_contacts_total"),
            ("UPDATE contacts SET fate = 'nuisance' WHERE fate = 'merged'", "hotline_contacts_settled_total"),
            ("UPDATE tickets SET channel = 'Z' WHERE channel = 'W'", "hotline_tickets_registered_total"),
            ("DELETE FROM ticket_events WHERE kind = 'ticket.merged'", "hotline_repeats_merged_total"),
            ("UPDATE incidents SET hotspot_at = NULL", "hotline_burst_alerts_total"),
            ("UPDATE assignments SET mode = 'manual'", "hotline_dispatched_total"),
            ("UPDATE ticket_events SET data = data - 'corrected'", "hotline_corrections_total"),
            ("UPDATE deadlines SET result = 'met'", "hotline_deadline_total"),
            ("UPDATE tickets SET first_closed_at = NULL WHERE state = 'closed'", "hotline_closed_total"),
            ("UPDATE ticket_events SET kind = 'return.rejected' WHERE kind = 'return.accepted'", "hotline_returns_total"),
            ("DELETE FROM ticket_events WHERE kind = 'ticket.reopened'", "hotline_reopened_total"),
            ("UPDATE tickets SET lead_unit = 'SG-JT' WHERE lead_unit IS NULL", "hotline_direct_answers_total"),
            ("DELETE FROM ticket_events WHERE kind = 'ticket.declined'", "hotline_declined_total"),
            ("UPDATE ratings SET rating = '5'", "hotline_evaluations_total"),
            ("DELETE FROM dead_letters WHERE cause = 'malformed'", "hotline_dead_letters_total"),
            ("UPDATE calls SET result = 'answered'", "hotline_calls_total"),
            ("UPDATE missed_calls SET called_back_at = NULL", "hotline_missed_calls_total"),
            ("DELETE FROM missed_calls", "hotline_missed_calls_total"),
            ("UPDATE calls SET answered_at = queued_at", "hotline_call_wait_seconds"),
            ("UPDATE calls SET alarm_heard_at = alerted_at", "hotline_emergency_alert_seconds"),
            ("UPDATE calls SET alerted_at = NULL", "hotline_emergency_alert_seconds"),
            ("DELETE FROM access_log", "hotline_contact_reveals_total"),
            ("UPDATE deadlines SET done_at = done_at + interval '1 s'", "hotline_stage_seconds"),
            ("DELETE FROM ticket_events WHERE kind = 'urgency.changed'", "hotline_stage_seconds"),
            ("UPDATE tickets SET top = '[[\"A1\", 0.1]]'", "hotline_classify_confidence"),
        ],
    )
    async def test_a_row_changed_behind_our_back_is_found(self, database: Database, lie: str, family: str) -> None:
        """Whoever makes a unit look better in the tables, without its counters, is found out."""
        async with a_town(database.app_url) as town:
            await everything_happens(town)

            tamper(database, lie)

            assert family in {difference.family for difference in await differences(town)}

    async def test_a_difference_names_its_labels_and_both_amounts(self, database: Database) -> None:
        """One closed ticket too many on a unit's counter is told as exactly that."""
        async with a_town(database.app_url) as town:
            await everything_happens(town)

            tamper(
                database,
                "UPDATE rollups SET value = value + 1"
                " WHERE family = 'hotline_closed_total' AND labels = ARRAY['SG-ZHZF'] AND slot ="
                " (SELECT min(slot) FROM rollups WHERE family = 'hotline_closed_total' AND labels = ARRAY['SG-ZHZF'])",
            )

            assert await differences(town) == [Difference("hotline_closed_total", {"unit": "SG-ZHZF"}, 3, 2)]

    async def test_spans_and_confidences_are_rounded_as_they_were_counted(self, database: Database) -> None:
        """Halves of a millisecond, bounds hit exactly and clocks that jump back fall where the counters put them."""
        halves = [timedelta(microseconds=500 + 1000 * number) for number in range(12)]
        bounds = [timedelta(seconds=bound, microseconds=extra) for bound in STAGE_SECONDS.buckets for extra in (-1, 0, 1)]
        confidences = [0.0005, 0.0015, 0.1, 0.3, 0.1 + 0.2, 0.7, 0.85, 0.9, 0.9005, 0.9015, 0.9999999, 1.0]
        async with a_town(database.app_url) as town:
            for number, waited in enumerate([*halves, *bounds, timedelta(seconds=-3)]):
                confidence = confidences[number % len(confidences)]
                await town.hears(f"第{number}件事", waited=waited, confidence=max(confidence, 0.86))
                await town.hears(f"另外第{number}件事", waited=waited, confidence=confidence)

            assert await differences(town) == []

    async def test_a_correction_stands_under_what_was_proposed(self, database: Database) -> None:
        """Category, type and unit were changed at once: three counts under the first level that the engine had proposed."""
        async with a_town(database.app_url) as town:
            ticket = await town.hears("路上有个坑", category="A2", confidence=0.6)
            await town.commands(ticket, CommandKind.DISPATCH, category="A7", type="求助", unit="SG-NY")
            tamper(database, "DELETE FROM rollups WHERE family = 'hotline_corrections_total'")

            lost = [difference for difference in await differences(town) if difference.family == "hotline_corrections_total"]

            assert [(one.labels, one.rollup, one.recomputed) for one in lost] == [
                ({"level1": town.profile.categories["A2"].level1_code, "kind": kind.value}, 0, 1) for kind in sorted(Correction)
            ]

    async def test_contacts_may_flow_while_it_reads(self, database: Database) -> None:
        """It compares one moment: tickets that arrive meanwhile never look like a difference."""
        async with a_town(database.app_url) as town:
            flowing = asyncio.create_task(_flow(town, contacts=60))
            looks = 0
            while not flowing.done():
                assert await differences(town) == []
                looks += 1
            await flowing
            assert looks > 1

    async def test_a_corrected_emergency_keeps_the_category_it_was_registered_with(self, database: Database) -> None:
        """The alarm word chose a category without a lead unit; a person chose another; the counter names the first."""
        async with a_town(database.app_url) as town:
            alarm = await town.hears("电梯困人", category="A1", alarm_category="A5", urgency=Urgency.CRITICAL)
            registered_elsewhere = await town.hears("井盖没了", category="B1", alarm_category="A5", urgency=Urgency.CRITICAL)

            await town.commands(alarm, CommandKind.CONFIRM, category="A2")
            await town.commands(registered_elsewhere, CommandKind.CONFIRM, category="A2")

            assert await differences(town) == []


class TestRepair:
    """Making the counters agree again."""

    async def test_the_counters_agree_afterwards_and_it_says_what_it_changed(self, database: Database) -> None:
        """A counter that is too high and one that was lost both get their value back."""
        async with a_town(database.app_url) as town:
            await everything_happens(town)
            tamper(
                database,
                "UPDATE rollups SET value = value + 5 WHERE family = 'hotline_evaluations_total'",
                "DELETE FROM rollups WHERE family = 'hotline_stage_seconds'",
            )

            corrected = await Reconciliation(town.pool, town.profile.categories).correct()

            assert {difference.family for difference in corrected} == {
                "hotline_evaluations_total",
                "hotline_stage_seconds",
            }
            assert await differences(town) == []

    async def test_tickets_that_arrive_meanwhile_are_counted_once(self, database: Database) -> None:
        """A repair waits for those who are counting, and those who come wait for it."""
        async with a_town(database.app_url) as town:
            await everything_happens(town)
            tamper(database, "DELETE FROM rollups")
            flowing = asyncio.create_task(_flow(town, contacts=40))

            await Reconciliation(town.pool, town.profile.categories).correct()
            await flowing

            assert await differences(town) == []


class TestCommand:
    """``hotline reconcile``."""

    def test_agreement_exits_0_and_names_what_no_table_can_prove(
        self, database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """An operator's night job sees 0, and reads which family was not compared, and why."""
        asyncio.run(_live(database))
        _configure(monkeypatch, database)

        assert main(["reconcile"]) == 0

        said = capsys.readouterr().out
        assert "no difference" in said
        assert "hotline_duplicates_dropped_total" in said

    def test_a_difference_exits_1_until_it_is_repaired(
        self, database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The first run fails and shows the difference, the repair tells it again, the next run finds nothing."""
        asyncio.run(_live(database))
        _configure(monkeypatch, database)
        tamper(database, "DELETE FROM ratings WHERE rating = '1' OR rating = '2'")
        lost = {
            "family": "hotline_evaluations_total",
            "labels": {"unit": "SG-ZHZF", "score": "2"},
            "rollup": 1,
            "recomputed": 0,
        }

        assert main(["reconcile", "--json"]) == 1
        assert json.loads(capsys.readouterr().out)["differences"] == [lost]
        assert main(["reconcile", "--json", "--repair"]) == 0
        assert json.loads(capsys.readouterr().out)["differences"] == [lost]
        assert main(["reconcile", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["differences"] == []


def test_every_family_is_compared_or_excused() -> None:
    """A new counter is either recomputed or says why it cannot be."""
    assert {*Reconciliation.families, *NOT_RECOMPUTABLE} == {family.name for family in FAMILIES}


async def _flow(town: Town, *, contacts: int) -> None:
    for number in range(contacts):
        ticket = await town.hears(f"这是第{number}个不同的问题")
        if number % 3 == 0 and ticket is not None:
            await town.finishes(ticket, rating="满意")


async def _live(database: Database) -> None:
    async with a_town(database.app_url) as town:
        await everything_happens(town)


def _configure(monkeypatch: pytest.MonkeyPatch, database: Database) -> None:
    monkeypatch.setenv("HOTLINE_DATABASE_URL", database.app_url)
    monkeypatch.setenv("HOTLINE_PROFILE", "shouguang")
