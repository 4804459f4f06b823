"""Tickets over HTTP and in SQL: a unit sees its own, acts on what it has read, and leaves a trace when it asks for more."""

import asyncio
import re
from datetime import timedelta

import pytest

from dispatcher.store.database import open_pool
from dispatcher.store.reading import PostgresViews
from dispatcher.views import Decision
from models.codes import Channel, Role, Urgency
from models.command import CommandKind
from models.errors import NotFound
from models.ticket import Actor
from tests.builders import NAME, PHONE, an_understanding
from tests.integration.console_town import LEAD, OTHER, a_console
from tests.services.databases import Database

pytestmark = pytest.mark.integration


@pytest.fixture
async def console(database: Database):
    """A town's console."""
    async with a_console(database.app_url) as console:
        yield console


async def test_a_unit_cannot_see_another_units_ticket_and_the_try_is_logged(console):
    """404, as for a number that never was; the access log keeps who asked."""
    theirs = await console.town.hears("夜市占道经营油烟扰民")
    never = theirs.ticket_no[:-1] + str((int(theirs.ticket_no[-1]) + 1) % 10)
    path = f"/api/v1/tickets/{theirs.ticket_no}"
    async with console.program("other") as other, console.program("lead") as lead:
        answers = [
            await other.get(path),
            await other.post(f"{path}/commands", json={"command": "sign", "expected_version": theirs.version}),
            await other.post(f"{path}/reveal-contact", json={"purpose": "看看"}),
            await other.get(f"/api/v1/units/{LEAD}/stream"),
            await other.get("/api/v1/tickets", params={"unit": LEAD}),
        ]
        unknown = await other.get(f"/api/v1/tickets/{never}")
        own = await lead.get(path)

    assert {answer.status_code for answer in (*answers, unknown)} == {404}
    assert (own.status_code, own.json()["text"]) == (200, "夜市占道经营油烟扰民")
    log = await console.asks("SELECT actor, act, subject FROM access_log WHERE act IN ('reveal_contact', 'denied') ORDER BY id")
    assert log == [
        *[("unit_clerk:other", "denied", theirs.ticket_no)] * 3,
        *[("unit_clerk:other", "denied", f"unit {LEAD}")] * 2,
    ]


async def test_a_unit_lists_its_own_tickets_alone(console):
    """The list of a unit, with or without a filter, holds nothing of another."""
    mine = [await console.town.hears(f"第{n}条街有小广告") for n in range(3)]
    await console.town.hears("大棚卷帘机坏了", category="A6")
    async with console.program("lead") as lead, console.program("operator") as operator:
        own = (await lead.get("/api/v1/tickets")).json()["tickets"]
        all_of_them = (await operator.get("/api/v1/tickets")).json()["tickets"]
        of_other = (await operator.get("/api/v1/tickets", params={"unit": OTHER})).json()["tickets"]

    assert [ticket["ticket_no"] for ticket in own] == sorted((one.ticket_no for one in mine), reverse=True)
    assert len(all_of_them) == 4
    assert [ticket["category"] for ticket in of_other] == ["A6"]


async def test_pages_of_a_list_neither_overlap_nor_leave_out(console):
    """Keyset paging: the last number of a page leads to the next, and new tickets do not shift it."""
    numbers = {(await console.town.hears(f"第{n}条街有小广告")).ticket_no for n in range(5)}
    seen, after = [], None
    async with console.program("operator") as operator:
        while True:
            page = (await operator.get("/api/v1/tickets", params={"limit": 2, **({"after": after} if after else {})})).json()
            seen += [ticket["ticket_no"] for ticket in page["tickets"]]
            await console.town.hears(f"刚刚来的第{len(seen)}件")
            after = page["next"]
            if after is None:
                break

    assert seen == sorted(numbers, reverse=True)


async def test_row_security_holds_on_one_reused_connection(console, database):
    """Unit A, then unit B, then the application, on the same pooled connection: each sees its own (decision 11)."""
    a = await console.town.hears("夜市占道经营油烟扰民")
    b = await console.town.hears("大棚卷帘机坏了", category="A6")
    counts = "SELECT (SELECT count(*) FROM tickets), (SELECT count(*) FROM outbox), (SELECT count(*) FROM ticket_events)"
    async with open_pool(database.app_url, size=1) as pool:
        seen, backends = {}, set()
        for unit_code in (LEAD, OTHER, None, LEAD):
            async with pool.connection() as connection, connection.transaction():
                backends.add(connection.info.backend_pid)
                if unit_code:
                    await connection.execute("SELECT set_config('hotline.unit', %s, true)", [unit_code])
                    await connection.execute("SET LOCAL ROLE hotline_unit")
                rows = await (await connection.execute("SELECT ticket_no FROM tickets ORDER BY 1")).fetchall()
                totals = await (await connection.execute(counts)).fetchone()
                seen[unit_code] = ([number for (number,) in rows], totals)
        views = PostgresViews(pool)
        assert (await views.ticket(a.ticket_no, unit_code=LEAD)).ticket.ticket_no == a.ticket_no
        with pytest.raises(NotFound):
            await views.ticket(a.ticket_no, unit_code=OTHER)
        assert (await views.ticket(a.ticket_no)).ticket.ticket_no == a.ticket_no
        with pytest.raises(NotFound):
            await views.ticket(b.ticket_no, unit_code=LEAD)

    assert len(backends) == 1
    assert seen[LEAD] == ([a.ticket_no], (1, 1, 2))
    assert seen[OTHER] == ([b.ticket_no], (1, 1, 2))
    assert seen[None][0] == sorted([a.ticket_no, b.ticket_no])
    assert seen[None][1][1] > 2


async def test_a_unit_without_its_name_sees_nothing(console, database):
    """Should the unit's code ever be forgotten, the answer is empty, not everything."""
    await console.town.hears("夜市占道经营油烟扰民")
    async with open_pool(database.app_url, size=1) as pool, pool.connection() as connection, connection.transaction():
        await connection.execute("SET LOCAL ROLE hotline_unit")
        assert await (await connection.execute("SELECT ticket_no FROM tickets")).fetchall() == []


async def test_a_command_on_an_older_version_is_refused_and_changes_nothing(console):
    """409: two people decided from the same screen, the first one counts."""
    ticket = await console.town.hears("路上有个坑", category="A2", confidence=0.6)
    path = f"/api/v1/tickets/{ticket.ticket_no}/commands"
    confirm = {"command": "confirm", "data": {"category": "A1"}, "expected_version": 1}
    async with console.program("operator") as operator, console.program("supervisor") as supervisor:
        first, second = await asyncio.gather(operator.post(path, json=confirm), supervisor.post(path, json=confirm))
        detail = (await operator.get(f"/api/v1/tickets/{ticket.ticket_no}")).json()

    assert sorted([first.status_code, second.status_code]) == [200, 409]
    refused = first if first.status_code == 409 else second
    assert refused.json()["error"] == "stale_version"
    assert (detail["state"], detail["version"], detail["lead_unit"]) == ("dispatched", 2, LEAD)
    assert [event["type"] for event in detail["events"]] == ["ticket.registered", "ticket.dispatched"]


async def test_the_whole_life_of_a_ticket_over_http(console):
    """From the signature to the rating: each by the one who may, each step visible in the next reading."""
    ticket = await console.town.hears("夜市占道经营油烟扰民")
    path = f"/api/v1/tickets/{ticket.ticket_no}"
    reply = {"investigation": "到现场查看", "result": f"已清理，联系人：{NAME}", "contacted": True}
    steps = [
        ("lead", "sign", {}, "signed"),
        ("lead", "contact_citizen", {}, "handling"),
        ("lead", "request_extension", {"working_days": 2, "reason": "设备检修"}, "handling"),
        ("dispatcher", "approve_extension", {}, "handling"),
        ("lead", "reply", reply, "replied"),
        ("dispatcher", "fail_review", {"reason": "没有写明何时完成"}, "handling"),
        ("lead", "reply", reply, "replied"),
        ("dispatcher", "pass_review", {}, "awaiting_call_back"),
        ("caller", "call_back", {"reached": False}, "awaiting_call_back"),
        ("operator", "close", {}, "closed"),
        ("operator", "rate", {"rating": "满意"}, "closed"),
    ]
    version = ticket.version
    for who, command, data, state in steps:
        async with console.program(who) as program:
            answer = await program.post(
                f"{path}/commands", json={"command": command, "data": data, "expected_version": version}
            )
        assert answer.json() == {"ticket_no": ticket.ticket_no, "version": version + 1, "state": state}
        version += 1
    async with console.program("supervisor") as supervisor:
        detail = (await supervisor.get(path)).json()

    results = {one["stage"]: one["result"] for one in detail["deadlines"]}
    (work,) = (one for one in detail["deadlines"] if one["stage"] == "resolve")
    assert (detail["rating"], detail["rating_round"], detail["round"]) == ("满意", 1, 1)
    assert {stage: results[stage] for stage in ("dispatch", "sign", "first_contact", "resolve", "promise")} == dict.fromkeys(
        ("dispatch", "sign", "first_contact", "resolve", "promise"), "met"
    )
    assert (work["extension_days"], [one["changed_by"] for one in work["former"]]) == (2, ["extension"])
    assert [notice["kind"] for notice in detail["notices"]] == ["extension"]
    assert detail["first_closed_at"] is not None
    assert detail["assignments"][0]["contacted_at"] is not None
    assert detail["assignments"][0]["ended_at"] is not None
    assert NAME not in str(detail)


@pytest.mark.parametrize(
    ("order", "status", "error"),
    [
        (("operator", "sign", {}), 403, "forbidden"),
        (("lead", "confirm", {}), 403, "forbidden"),
        (("operator", "close", {}), 409, "illegal_transition"),
        (("operator", "dance", {}), 422, "bad_item"),
        (("lead", "reply", {"investigation": "看过"}), 422, "rejected"),
    ],
)
async def test_what_may_not_be_is_refused_with_its_reason(console, order, status, error):
    """Role, state, name and data are each told apart."""
    who, command, data = order
    ticket = await console.town.hears("夜市占道经营油烟扰民")
    if command == "reply":
        ticket = await console.town.signs(ticket)
    async with console.program(who) as program:
        answer = await program.post(
            f"/api/v1/tickets/{ticket.ticket_no}/commands",
            json={"command": command, "data": data, "expected_version": ticket.version},
        )

    assert (answer.status_code, answer.json()["error"]) == (status, error)


async def test_contact_data_are_shown_once_they_are_logged(console):
    """Who, when and why stand in the access log; the answer is never cached; an administrator never sees it."""
    async with console.program("operator") as operator:
        body = {"channel": "P", "text": "夜市占道经营油烟扰民", "phone": PHONE, "name": NAME}
        accepted = (await operator.post("/api/v1/contacts", json=body, headers={"Idempotency-Key": "k"})).json()
        again = (await operator.post("/api/v1/contacts", json=body, headers={"Idempotency-Key": "k"})).json()
    console.town._meant[body["text"]] = an_understanding("A1")
    await console.town.relays()
    ((number,),) = await console.asks("SELECT ticket_no FROM tickets")
    path = f"/api/v1/tickets/{number}/reveal-contact"
    async with console.program("lead") as lead, console.program("admin") as admin:
        shown = await lead.post(path, json={"purpose": "核实地点"})
        without = await lead.post(path, json={"purpose": ""})
        refused = await admin.post(path, json={"purpose": "好奇"})

    assert accepted[0]["contact_id"] == again[0]["contact_id"]
    assert again[0]["status"] == "already_accepted"
    assert shown.json() == {"phone": PHONE, "name": NAME, "openid": None}
    assert shown.headers["Cache-Control"] == "no-store"
    assert (without.status_code, refused.status_code) == (422, 403)
    log = await console.asks("SELECT actor, act, subject, purpose FROM access_log WHERE act IN ('reveal_contact', 'denied')")
    assert log == [("unit_clerk:lead", "reveal_contact", number, "核实地点")]


async def test_tokens_and_passwords_are_kept_as_hashes_and_end_with_their_user(console):
    """The table tells nobody's password or token; a program of a disabled user is shut out with its next request."""
    stored = str(await console.asks("SELECT password_hash, token_hash FROM users"))
    assert console.passwords["lead"] not in stored
    assert console.tokens["lead"] not in stored

    async with console.program("lead") as lead:
        assert (await lead.get("/api/v1/tickets")).status_code == 200
        await console.accounts.disable("lead", by="shell:root", at=console.town.clock.now())
        assert (await lead.get("/api/v1/tickets")).status_code == 401


async def test_a_supervisor_reads_what_is_open_due_and_overdue(console):
    """By unit and by ticket; a reply takes a ticket out of the overdue, and a pause does too."""
    town = console.town
    late = await town.signs(await town.hears("夜市占道经营油烟扰民"))
    answered = await town.replies(await town.signs(await town.hears("小广告贴满楼道")))
    still = await town.signs(await town.hears("路灯不亮"))
    clerk = Actor(Role.UNIT_CLERK, "clerk", still.lead_unit)
    await town.commands(still, CommandKind.PAUSE, clerk, reason="待诉求人补充材料")
    done = await town.finishes(await town.hears("垃圾没人清运"))
    waiting = await town.hears("路上有个坑", category="A2", confidence=0.6)
    await town.relays(b"not json")
    now = late.registered_at + timedelta(days=30)
    seen = await PostgresViews(town.pool).supervision(now=now, soon=now + timedelta(days=1), today=now.date())
    early = await PostgresViews(town.pool).supervision(now=late.registered_at, soon=now, today=now.date())

    assert [(load.unit_code, load.open, load.unsigned, load.due_soon, load.overdue) for load in seen.loads] == [
        (LEAD, 2, 0, 0, 1)
    ]
    assert [(load.due_soon, load.overdue) for load in early.loads] == [(1, 0)]
    assert [line.ticket.ticket_no for line in seen.overdue] == [late.ticket_no]
    reviews = (await PostgresViews(town.pool).waiting(limit=10))[Decision.REVIEW]
    assert [one.line.ticket.ticket_no for one in reviews.lines] == [answered.ticket_no]
    assert [ticket.ticket_no for ticket in early.unrated] == [done.ticket_no]
    assert (seen.pending_total, seen.oldest_pending) == (1, waiting.registered_at)
    assert [letter.cause for letter in seen.dead_letters] == ["malformed"]


async def test_a_unit_reads_who_else_works_on_its_ticket_and_nothing_of_who_did(console):
    """Lead and co-unit know of each other while both work on it; what the hotline told one stays with that one."""
    town = console.town
    ticket = await town.hears("夜市油烟倒进农田", confidence=0.6)
    ticket = await town.commands(ticket, CommandKind.DISPATCH, unit=OTHER, co_units=[LEAD])
    await town.commands(ticket, CommandKind.NUDGE)
    path = f"/api/v1/tickets/{ticket.ticket_no}"
    async with console.program("other") as lead, console.program("lead") as co_unit, console.program("operator") as operator:
        of_lead, of_co = (await lead.get(path)).json(), (await co_unit.get(path)).json()
        back = {"command": "return", "data": {"reason": "R1", "basis": "三定规定"}, "expected_version": of_lead["version"]}
        returned = (await lead.post(f"{path}/commands", json=back)).json()
        accept = {"command": "accept_return", "data": {}, "expected_version": returned["version"]}
        async with console.program("dispatcher") as dispatcher:
            await dispatcher.post(f"{path}/commands", json=accept)
        co_after, staff_after = (await co_unit.get(path)).json(), (await operator.get(path)).json()

    assert {one["unit"] for one in of_lead["assignments"]} == {one["unit"] for one in of_co["assignments"]} == {LEAD, OTHER}
    assert ([one["kind"] for one in of_lead["notices"]], of_co["notices"]) == (["nudge"], [])
    assert {one["unit"] for one in of_co["deadlines"]} == {LEAD}
    assert [one["unit"] for one in co_after["assignments"]] == [LEAD]
    assert {one["unit"]: one["return_result"] for one in staff_after["assignments"]} == {OTHER: "accepted", LEAD: None}


async def test_a_unit_is_not_told_who_asked_not_to_be_known(console):
    """Of a confidential or anonymous citizen neither salutation nor pseudonym; the staff reads both."""
    ticket = await console.town.hears("夜市占道经营油烟扰民")
    await console.asks("UPDATE tickets SET confidential = true, salutation = '符女士' RETURNING 1")
    path = f"/api/v1/tickets/{ticket.ticket_no}"
    async with console.program("lead") as lead, console.program("operator") as operator:
        of_unit, listed = (await lead.get(path)).json(), (await lead.get("/api/v1/tickets")).json()["tickets"][0]
        of_staff = (await operator.get(path)).json()

    assert (of_unit["salutation"], of_unit["caller_ref"]) == (listed["salutation"], listed["caller_ref"]) == (None, None)
    assert of_unit["confidential"]
    assert (of_staff["salutation"], of_staff["caller_ref"]) == ("符女士", ticket.caller_ref)


async def test_an_emergency_that_waits_for_a_person_stands_before_older_requests(console):
    """特急 whose unit nobody could tell is the first thing that the next operator sees."""
    town = console.town
    calm = await town.hears("路上有个坑", category="A2", confidence=0.6)
    urgent = await town.hears("快来人，电梯困人", category="A1", alarm_category="A5", urgency=Urgency.CRITICAL)

    queue = await PostgresViews(town.pool).pending(limit=10)

    assert [line.ticket.ticket_no for line in queue.lines] == [urgent.ticket_no, calm.ticket_no]


async def test_a_ticket_tells_who_was_told_besides_its_lead(console):
    """Emergency services that are linked with its category work on no ticket of ours, so nothing else shows them."""
    ticket = await console.town.hears("夜市占道经营油烟扰民")
    await console.asks("UPDATE tickets SET linked = ARRAY['SG-JT', lead_unit, 'SG-NY'] RETURNING ticket_no")
    async with console.browser("operator") as operator:
        panel = (await operator.get(f"/tickets/{ticket.ticket_no}")).text

    assert ticket.lead_unit == LEAD
    assert "同时通知 市交通运输局、市农业农村局" in panel


async def test_the_clocks_of_a_ticket_stand_in_the_order_of_its_life(console):
    """What began together stands in the order in which it is done: a table is read from the top."""
    ticket = await console.town.hears("夜市占道经营油烟扰民", channel=Channel.WECHAT)
    async with console.browser("operator") as operator:
        panel = (await operator.get(f"/tickets/{ticket.ticket_no}")).text
    stages = re.findall(r"<tr><td>([^<]+)</td>", panel.partition("<h3>时限</h3>")[2])

    assert stages == ["受理登记", "派单", "签收", "办理", "答复承诺"]
