"""PostgreSQL itself keeps the promises that no code could: who sees what, what never changes, who waits for whom."""

import asyncio
import re
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

import dispatcher.store
from dispatcher.metrics import Increment
from dispatcher.ports import Effects, NewContact, SealedData, StoredDeadline
from dispatcher.store import migrations
from dispatcher.store.database import Database, open_pool
from dispatcher.store.queries import load_queries, query_files
from dispatcher.workflow.commands import run_command
from dispatcher.workflow.intake import Intake
from dispatcher.workflow.receive import receive
from dispatcher.workflow.ring import ring
from models.codes import DispatchMode, TicketState
from models.command import CommandKind
from models.contact import PersonalData
from models.errors import NotFound, Rejected, StaleVersion, TryLater
from models.ticket import Assignment, EventKind, TicketEvent
from tests.builders import (
    LAMPS,
    MONDAY,
    OPERATOR,
    PHONE,
    POSITION,
    a_city,
    a_command,
    a_contact,
    a_deadline,
    a_record,
    a_submission,
    a_ticket,
    an_understanding,
)
from tests.fakes import FixedClock, OpenVault, Understands

pytestmark = pytest.mark.integration

SOURCES = Path(dispatcher.store.__file__).parent
QUERIES = [(file, name) for file in query_files() for name in load_queries(file)]


def a_ticket_of(unit_code, number):
    """Return a dispatched ticket with everything that a unit could see of it."""
    ticket = a_ticket(
        f"TT20260518P00000{number:02d}0",
        contact_id=UUID(int=number),
        state=TicketState.DISPATCHED,
        lead_unit=unit_code,
        caller_ref=f"caller-{number}",
    )
    event = TicketEvent(ticket.ticket_no, 1, EventKind.DISPATCHED, MONDAY, OPERATOR, None, ticket.state, "p1", {})
    return Effects(
        new_tickets=[ticket],
        assignments=[Assignment(ticket.ticket_no, unit_code, "lead", DispatchMode.AUTO, MONDAY, "m1", "b")],
        new_deadlines=[StoredDeadline(ticket.ticket_no, 1, a_deadline(unit_code=unit_code), rings_at=MONDAY)],
        events=[event],
    )


@pytest.fixture
async def store(database):
    """The application's store on one single connection, so that everybody gets the same one."""
    async with open_pool(database.app_url, size=1) as pool:
        yield Database(pool)


class TestWhoSeesWhat:
    """Row-level security and grants (decision 11)."""

    async def test_a_reused_connection_remembers_no_unit(self, store):
        """Unit after unit on one connection, with prepared statements: each sees its own, the application sees all."""
        async with store.open_work() as work:
            await work.apply(a_ticket_of("U-LAMP", 1), slot=0)
            await work.apply(a_ticket_of("U-WATER", 2), slot=0)
        lamps, water = "TT20260518P00000010", "TT20260518P00000020"

        for _ in range(10):
            async with store.open_work(unit_code="U-LAMP") as work:
                assert (await work.ticket(lamps)).lead_unit == "U-LAMP"
                with pytest.raises(NotFound):
                    await work.ticket(water)
            async with store.open_work() as work:
                assert {(await work.ticket(number)).lead_unit for number in (lamps, water)} == {"U-LAMP", "U-WATER"}
            async with store.open_work(unit_code="U-WATER") as work:
                with pytest.raises(NotFound):
                    await work.ticket(lamps)

    async def test_an_error_gives_the_unit_back(self, store):
        """After a unit's transaction has failed the connection is the application's again."""
        async with store.open_work() as work:
            await work.apply(a_ticket_of("U-LAMP", 1), slot=0)

        async def fail_as_water():
            async with store.open_work(unit_code="U-WATER"):
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fail_as_water()
        async with store.open_work() as work:
            assert (await work.ticket("TT20260518P00000010")).lead_unit == "U-LAMP"

    @pytest.mark.parametrize("table", ["tickets", "assignments", "deadlines", "ticket_events", "ratings", "outbox"])
    async def test_a_unit_reads_its_own_rows_of_every_table(self, store, database, table):
        """One row of two in each table that units may read at all; none without a unit."""
        async with store.open_work() as work:
            for number, unit in ((1, "U-LAMP"), (2, "U-WATER")):
                await work.apply(a_ticket_of(unit, number), slot=0)
        with psycopg.connect(database.app_url) as connection:
            connection.execute(
                "INSERT INTO ratings SELECT ticket_no, lead_unit, '5', registered_at, NULL FROM tickets;"
                "INSERT INTO outbox (event_id, topic, key, unit_code, envelope, written_at)"
                " SELECT gen_random_uuid(), 't', 'k', lead_unit, '{}', registered_at FROM tickets"
            )
            counted = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            assert connection.execute(counted).fetchone() == (2,)
            connection.execute("SET LOCAL ROLE hotline_unit")
            assert connection.execute(counted).fetchone() == (0,)
            connection.execute("SELECT set_config('hotline.unit', 'U-LAMP', true)")
            assert connection.execute(counted).fetchone() == (1,)

    @pytest.mark.parametrize(
        "table",
        [
            *("contacts", "vault", "users", "access_log", "dead_letters", "rollups", "stream_offsets", "ticket_keys"),
            *("unit_sequences", "ticket_sequences", "known_topics", "held_topics", "schema_migrations"),
        ],
    )
    def test_a_unit_reads_nothing_else(self, database, table):
        """Personal data, accounts, logs and the engine's own books are closed to units."""
        with psycopg.connect(database.app_url) as connection:
            connection.execute("SET ROLE hotline_unit")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)))

    @pytest.mark.parametrize("table", ["tickets", "assignments", "deadlines", "ticket_events", "ratings", "outbox"])
    def test_a_unit_writes_nothing(self, database, table):
        """Units act by commands; the database takes nothing from them."""
        with psycopg.connect(database.app_url, autocommit=True) as connection:
            connection.execute("SET ROLE hotline_unit")
            for statement in ("DELETE FROM {}", "INSERT INTO {} DEFAULT VALUES", "UPDATE {} SET ticket_no = 'x'"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(sql.SQL(statement).format(sql.Identifier(table)))

    @pytest.mark.parametrize("table", ["ticket_events", "access_log", "dead_letters", "ticket_keys"])
    def test_the_audit_is_append_only(self, database, table):
        """Not even the application changes or removes what was written down."""
        with psycopg.connect(database.app_url, autocommit=True) as connection:
            for statement in ("DELETE FROM {}", "UPDATE {} SET ticket_no = 'x'", "TRUNCATE {}"):
                text = statement.replace("ticket_no = 'x'", "actor = 'x'") if table == "access_log" else statement
                text = text.replace("ticket_no = 'x'", "cause = 'x'") if table == "dead_letters" else text
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(sql.SQL(text).format(sql.Identifier(table)))

    @pytest.mark.parametrize("table", ["tickets", "contacts", "vault", "assignments", "deadlines", "ratings", "users"])
    def test_nothing_of_a_citizen_or_a_ticket_is_ever_deleted(self, database, table):
        """The application has no right to delete; keeping and erasing are the owner's affair."""
        deletion = sql.SQL("DELETE FROM {}").format(sql.Identifier(table))
        with psycopg.connect(database.app_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(deletion)

    def test_the_owner_of_the_tables_is_no_superuser(self, database):
        """Row security is forced, and nobody who owns a table can step around it."""
        with psycopg.connect(database.owner_url) as connection:
            owners = connection.execute(
                "SELECT DISTINCT rolname, rolsuper FROM pg_tables JOIN pg_roles ON rolname = tableowner"
                " WHERE schemaname = 'public' AND tablename <> 'schema_migrations'"
            ).fetchall()
            guarded = connection.execute(
                "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity AND relkind IN ('r', 'p')"
            ).fetchall()
        assert owners == [("hotline_owner", False)]
        assert {name for (name,) in guarded} >= {"tickets", "assignments", "deadlines", "ticket_events", "ratings", "outbox"}


def _write_as_0_1_0(connection, ticket_no, *, state):
    """Write a ticket with the columns that release 0.1.0 knew; its resolve deadline is met where it is closed."""
    is_closed = state == "closed"
    connection.execute(
        "INSERT INTO tickets (ticket_no, month, contact_id, version, state, state_since, channel, request_type, category_code,"
        " urgency, text, caller_ref, lead_unit, top, review_reasons, machine_category, machine_type, received_at,"
        " registered_at, profile_version, matrix_version, model_version) VALUES (%s, 202605, gen_random_uuid(), 3, %s, %s,"
        " 'P', '20', '0703', '1', '路灯不亮', 'caller-1', 'U-LAMP', '[[\"0703\", 0.9]]', '{}', '0703', '20', %s, %s,"
        " 'p1', 'm1', 'x')",
        [ticket_no, state, MONDAY, MONDAY, MONDAY],
    )
    connection.execute(
        "INSERT INTO assignments (ticket_no, unit_code, role, mode, dispatched_at, signed_at, replied_at, matrix_version,"
        " basis) VALUES (%s, 'U-LAMP', 'lead', 'auto', %s, %s, %s, 'm1', '职责')",
        [ticket_no, MONDAY, MONDAY, MONDAY if is_closed else None],
    )
    connection.execute(
        "INSERT INTO deadlines (ticket_no, stage, unit_code, clock, start, due, provisional, days, calendar_version,"
        " profile_version, result) VALUES (%s, 'resolve', 'U-LAMP', 'WALL', %s, %s, false, '{}', 'c1', 'p1', %s)",
        [ticket_no, MONDAY, MONDAY + timedelta(hours=2), "met" if is_closed else None],
    )


class TestMigrations:
    """A migration is code with a promise."""

    def test_numbers_and_names_are_in_order(self):
        """Each number once, without a hole, each file before or after the code."""
        found = migrations.all_migrations()
        assert [migration.number for migration in found] == list(range(1, len(found) + 1))
        assert all(re.fullmatch(r"\d{4}_(pre|post)_[a-z_]+\.sql", migration.name) for migration in found)

    def test_a_second_run_applies_nothing(self, empty_database):
        """Every start of the product may migrate."""
        first = migrations.apply(empty_database.owner_url, today=date(2026, 5, 18))
        second = migrations.apply(empty_database.owner_url, today=date(2026, 5, 18))

        assert first == tuple(migration.name for migration in migrations.all_migrations())
        assert second == ()

    async def test_what_the_release_before_wrote_rings_and_counts_once_it_has_gone(self, empty_database, monkeypatch):
        """0.1.0 writes before and after the pre files; the post file fills in one ticket that runs and one that is closed."""
        every = migrations.all_migrations()
        with monkeypatch.context() as patched:
            patched.setattr(migrations, "all_migrations", lambda: every[:7])
            migrations.apply(empty_database.owner_url, today=MONDAY.date())
        with psycopg.connect(empty_database.app_url) as connection:
            _write_as_0_1_0(connection, "TT20260518P0000010", state="signed")
        migrations.apply(empty_database.owner_url, today=MONDAY.date(), pre_only=True)
        with psycopg.connect(empty_database.app_url) as connection:
            _write_as_0_1_0(connection, "TT20260518P0000028", state="signed")
            _write_as_0_1_0(connection, "TT20260518P0000036", state="closed")
        applied = migrations.apply(empty_database.owner_url, today=MONDAY.date())
        clock = FixedClock()
        clock.advance(days=30)
        async with open_pool(empty_database.app_url, size=2) as pool:
            await ring(city=a_city(), open_work=Database(pool).open_work, clock=clock)

        assert applied == tuple(each.name for each in every if each.is_post and each.number > 7)
        with psycopg.connect(empty_database.owner_url) as connection:
            results = connection.execute(
                "SELECT result, done_at IS NOT NULL FROM deadlines WHERE stage = 'resolve' ORDER BY ticket_no"
            ).fetchall()
            closed = connection.execute("SELECT first_closed_at IS NOT NULL FROM tickets ORDER BY ticket_no").fetchall()
        assert results == [("missed", False), ("missed", False), ("met", True)]
        assert closed == [(False,), (False,), (True,)]

    def test_a_file_that_changed_afterwards_is_refused(self, empty_database):
        """What a database was built from stays as it was; a correction is a new file."""
        migrations.apply(empty_database.owner_url, today=date(2026, 5, 18))
        with psycopg.connect(empty_database.owner_url) as connection:
            connection.execute("UPDATE schema_migrations SET checksum = 'of another text' WHERE number = 2")

        with pytest.raises(Rejected, match=r"0002_.*changed since"):
            migrations.apply(empty_database.owner_url, today=date(2026, 5, 18))

    def test_two_runs_at_once_wait_for_each_other(self, empty_database):
        """Two machines that start together migrate once."""
        applied, errors = [], []

        def run():
            try:
                applied.append(migrations.apply(empty_database.owner_url, today=date(2026, 5, 18)))
            except Exception as error:  # noqa: BLE001  told below
                errors.append(error)

        threads = [threading.Thread(target=run) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)

        assert not errors
        assert sorted(map(len, applied)) == [0, 0, len(migrations.all_migrations())]

    def test_the_months_ahead_have_their_partitions(self, empty_database):
        """From the month before to a year and a half ahead, over the turn of the year; made once however often asked."""
        for _ in range(2):
            migrations.apply(empty_database.owner_url, today=date(2026, 12, 31))
        with psycopg.connect(empty_database.owner_url) as connection:
            names = {name for (name,) in connection.execute("SELECT relname FROM pg_class WHERE relname ~ '^tickets_2'")}
        assert {"tickets_202611", "tickets_202612", "tickets_202701", "tickets_202806"} <= names
        assert len([name for name in names if re.fullmatch(r"tickets_\d{6}", name)]) == 20

    async def test_a_ticket_of_an_unforeseen_month_is_safe(self, store):
        """A month without a partition of its own falls into the default one and is found there."""
        far = a_ticket("TT20991231P0000015")
        async with store.open_work() as work:
            await work.apply(Effects(new_tickets=[far]), slot=0)
            assert await work.ticket(far.ticket_no) == far

    def test_an_unreachable_server_is_told_as_such(self):
        """Not a crash: try again later."""
        with pytest.raises(TryLater):
            migrations.apply("postgresql://nobody@127.0.0.1:1/none", today=date(2026, 5, 18))


class TestQueries:
    """SQL is text with names."""

    @pytest.mark.parametrize(("file", "name"), QUERIES)
    def test_every_query_is_used(self, file, name):
        """A query that nobody asks for is thrown away."""
        users = [path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.py")]
        assert any(f'"{file}"' in text and f'"{name}"' in text for text in users)

    @pytest.mark.parametrize("file", query_files())
    def test_every_query_fits_the_schema(self, file, database):
        """PostgreSQL prepares each on a migrated database: no column, table or function is misspelt."""
        with psycopg.connect(database.app_url) as connection:
            for name, query in load_queries(file).items():
                parameters: dict[str, str] = {}
                text = re.sub(
                    r"%\((\w+)\)s", lambda found, known=parameters: known.setdefault(found[1], f"${len(known) + 1}"), query
                ).replace("%%", "%")
                if re.match(r"(?i)(--.*\n|\s)*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", text):
                    types = ", ".join("int" if key in {"slot", "amount"} else "unknown" for key in parameters)
                    declared = f"({types})" if parameters else ""
                    connection.execute(f"PREPARE {name}{declared} AS {text}".encode())
                else:
                    connection.rollback()
                    connection.execute(text.encode())

    @pytest.mark.parametrize("file", query_files())
    def test_no_query_asks_for_time_or_chance(self, file):
        """Both are passed in (decision 16), so a replay is the same to the byte."""
        text = "\n".join(load_queries(file).values())
        code = re.sub(r"--.*", "", text)
        asked = r"(?i)\b(now|random|gen_random_uuid|uuidv7|clock_timestamp|statement_timestamp|transaction_timestamp)\s*\("
        assert not re.search(asked + r"|\bcurrent_(date|time|timestamp)\b|\blocaltime(stamp)?\b", code)

    def test_two_queries_of_one_name_are_refused(self, monkeypatch, tmp_path):
        """The second would silently hide the first."""
        (tmp_path / "twins.sql").write_text("-- name: a\nSELECT 1;\n-- name: a\nSELECT 2;\n")
        (tmp_path / "snippets.sql").write_text("")
        monkeypatch.setattr("dispatcher.store.queries.files", lambda package: tmp_path)

        with pytest.raises(ValueError, match="'a' twice"):
            load_queries("twins.sql")


class TestErrors:
    """Driver errors become ours at one door."""

    async def test_a_lost_connection_is_to_be_tried_later(self, database):
        """PostgreSQL goes away inside a transaction: nothing was written, and the next one works."""
        async with open_pool(database.app_url, size=1) as pool:
            store = Database(pool)

            async def lose():
                async with store.open_work() as work:
                    await work.apply(a_ticket_of("U-LAMP", 1), slot=0)
                    with psycopg.connect(database.owner_url, autocommit=True) as owner:
                        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'hotline_app'")
                    await work.ticket("TT20260518P00000010")

            with pytest.raises(TryLater):
                await lose()
            async with store.open_work() as work:
                assert await work.lock_tickets(["TT20260518P00000010"]) == {}

    async def test_a_refusal_quotes_no_values(self, store):
        """What the server says about a twin names the rule, not the citizen's words."""
        effects = a_ticket_of("U-LAMP", 1)
        effects.new_tickets[0] = replace(effects.new_tickets[0], text=f"电话{PHONE}", salutation="符先生/女士")
        async with store.open_work() as work:
            await work.apply(effects, slot=0)

        async def again():
            async with store.open_work() as work:
                await work.apply(effects, slot=0)

        with pytest.raises(Rejected) as refused:
            await again()
        assert "duplicate key" in str(refused.value)
        assert PHONE not in str(refused.value)
        assert refused.value.__cause__ is None


class TestWhoWaits:
    """Transactions that meet."""

    @pytest.fixture
    async def store(self, database):
        """The application's store with room for several at once."""
        async with open_pool(database.app_url, size=6) as pool:
            yield Database(pool)

    async def test_two_looks_of_the_timers_share_the_work(self, store):
        """What one holds the other passes over instead of waiting."""
        async with store.open_work() as work:
            await work.apply(a_ticket_of("U-LAMP", 1), slot=0)
            await work.apply(a_ticket_of("U-WATER", 2), slot=0)
        late = MONDAY + timedelta(days=1)
        async with store.open_work() as first:
            held = await first.lock_ringing(late, 1)
            async with store.open_work() as second:
                rest = await second.lock_ringing(late, 10)
        assert len(held) == len(rest) == 1
        assert held[0].ticket_no != rest[0].ticket_no

    async def test_a_ticket_being_closed_is_not_nudged(self, store):
        """Intake looks while a clerk closes: it waits for the clerk, and then sees no open ticket any more."""
        effects = a_ticket_of("U-LAMP", 1)
        (ticket,) = effects.new_tickets
        async with store.open_work() as work:
            await work.apply(effects, slot=0)
        looked = asyncio.Event()

        async def look():
            async with store.open_work() as work:
                looked.set()
                return await work.open_requests([ticket.caller_ref])

        async with store.open_work() as clerk:
            locked = (await clerk.lock_tickets([ticket.ticket_no]))[ticket.ticket_no]
            looking = asyncio.create_task(look())
            await looked.wait()
            await asyncio.sleep(0.1)
            assert not looking.done()
            await clerk.apply(Effects(changed_tickets=[replace(locked, state=TicketState.CLOSED)]), slot=40)
        assert await asyncio.wait_for(looking, 5) == []

    async def test_two_workers_settle_one_partition_once(self, store):
        """A zombie and its successor get the same batch: every contact has one ticket."""
        city, clock = a_city(), FixedClock()
        contacts = [a_contact(f"c-{n}", f"{n}号门前的路灯坏了", caller_ref=f"caller-{n}") for n in range(20)]
        await self._know(store, contacts)
        records = [a_record(n, contact) for n, contact in enumerate(contacts)]

        async def work_off():
            intake = self._intake(store, city, clock)
            await intake.settle(POSITION, await intake.understand(records))

        await asyncio.gather(*(work_off() for _ in range(4)))

        async with store.open_work() as work:
            assert await work.next_offsets([POSITION]) == {POSITION: 20}
            assert len(await work.open_requests([contact.caller_ref for contact in contacts])) == 20

    @pytest.mark.parametrize("what", ["callers", "counters", "contacts", "fates", "tickets", "offsets"])
    async def test_what_is_asked_for_in_any_order_is_locked_in_one(self, store, what):
        """Three writers name the same rows from opposite ends, again and again: they wait, and nobody is turned away."""
        contacts = [a_contact(f"c-{n}") for n in range(2000)]
        tickets = [ticket for n in range(1, 90) for ticket in a_ticket_of("U-LAMP", n).new_tickets]
        async with store.open_work() as work:
            await work.apply(Effects(new_tickets=tickets), slot=0)
            if what == "fates":
                await work.add_contacts([_row(contact) for contact in contacts])
        things, hold = {
            "callers": ([f"caller-{n}" for n in range(2000)], lambda work, some: work.lock_callers(some)),
            "counters": (
                [Increment("f", (str(n),), 1) for n in range(2000)],
                lambda work, some: work.apply(Effects(increments=some), slot=0),
            ),
            "contacts": ([_row(contact) for contact in contacts], lambda work, some: work.add_contacts(some)),
            "fates": ([contact.contact_id for contact in contacts], lambda work, some: work.lock_unsettled(some)),
            "tickets": ([ticket.ticket_no for ticket in tickets], lambda work, some: work.lock_tickets(some)),
            "offsets": (
                [replace(POSITION, partition=n) for n in range(500)],
                lambda work, some: work.next_offsets(some),
            ),
        }[what]

        async def write(in_order):
            for turn in range(8):
                share = things[turn * len(things) // 10 :]
                async with store.open_work() as work:
                    await hold(work, share if in_order else share[::-1])

        await asyncio.wait_for(asyncio.gather(write(True), write(False), write(False)), 60)

    async def test_writers_of_the_same_rows_never_lock_each_other_out(self, store):
        """Doors, three workers, clerks and timers at once, over the same callers, tickets and counters: no deadlock."""
        city, clock, vault = a_city(), FixedClock(), OpenVault()
        contacts = [a_contact(f"c-{n}", f"{n % 7}号门前的路灯坏了", caller_ref=f"caller-{n % 5}") for n in range(90)]
        await self._know(store, contacts)
        numbers: asyncio.Queue[str] = asyncio.Queue()

        async def work_off(partition):
            position = replace(POSITION, partition=partition * 32)  # one and the same slot of the counters
            intake = self._intake(store, city, clock)
            for start in range(0, 30, 10):
                mine = contacts[partition * 30 + start :][:10]
                records = [a_record(start + n, contact, position=position) for n, contact in enumerate(mine)]
                await intake.settle(position, await intake.understand(records))
                async with store.open_work() as work:
                    for request in await work.open_requests([contact.caller_ref for contact in mine]):
                        numbers.put_nowait(request.ticket_no)

        async def knock(door):
            for n in range(10):
                batch = [a_submission(f"{key}", personal=PersonalData(openid=f"u{key}")) for key in (n, n + 1, n + 2)]
                batch = batch if door else batch[::-1]
                await receive(batch, city=city, vault=vault, open_work=store.open_work, clock=clock)

        async def sign():
            for _ in range(15):
                async with store.open_work() as work:
                    ticket = await work.ticket(await asyncio.wait_for(numbers.get(), 20))
                with suppress(StaleVersion, Rejected):
                    await run_command(
                        a_command(ticket, CommandKind.SIGN, LAMPS), city=city, open_work=store.open_work, clock=clock
                    )

        async def look():
            for _ in range(10):
                late = FixedClock(MONDAY + timedelta(days=30))
                await ring(city=city, open_work=store.open_work, clock=late, limit=5)
                await asyncio.sleep(0.005)

        await asyncio.wait_for(asyncio.gather(*(work_off(n) for n in range(3)), knock(0), knock(1), sign(), sign(), look()), 60)

    async def _know(self, store, contacts):
        async with store.open_work() as work:
            await work.add_contacts([_row(contact) for contact in contacts])

    def _intake(self, store, city, clock):
        return Intake(
            city=city,
            understand=Understands({"路灯": an_understanding()}),
            open_work=store.open_work,
            reserve_numbers=store.reserve_numbers,
            clock=clock,
        )


def _row(contact):
    return NewContact(
        contact_id=contact.contact_id,
        channel=contact.channel,
        caller_ref=contact.caller_ref,
        received_at=contact.received_at,
        accepted_at=contact.received_at,
        raw_text=contact.text,
        asr_confidence=None,
        district=None,
        sealed=SealedData(contact.contact_id, contact.caller_ref, "k1", b""),
    )
