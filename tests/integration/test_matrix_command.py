"""``hotline matrix`` on PostgreSQL: proposed, reviewed, in force, and tried on what has been."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config.profiles import find_profile, load_profile
from dispatcher.store.accounts import PostgresAccounts
from dispatcher.store.database import Database as Store
from dispatcher.store.database import open_pool
from dispatcher.workflow.city import City
from dispatcher.workflow.enter import Entry, enter_ticket
from hotline.__main__ import main
from hotline.bootstrap import SystemClock
from models.codes import Channel, RequestType, Role, Urgency
from models.contact import PersonalData, Submission
from models.ticket import Actor
from tests.fakes import OpenVault
from tests.services.databases import Database

pytestmark = pytest.mark.integration

TOWN = City.of(load_profile(find_profile("shouguang")))
PROPOSE = ("propose", "--by", "chen.li", "--category", "A4", "--lead", "SG-ZHZF", "--basis", "供热监管移交纪要")


@pytest.fixture
def installation(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A town's database with a dispatcher, two supervisors and an operator; three tickets about heating, one of a shop."""
    monkeypatch.setenv("HOTLINE_DATABASE_URL", database.app_url)
    monkeypatch.setenv("HOTLINE_PROFILE", "shouguang")
    asyncio.run(_fill(database))
    return database


async def _fill(database: Database) -> None:
    clock = SystemClock()
    async with open_pool(database.app_url, size=2) as pool:
        users = (
            ("chen.li", Role.DISPATCHER),
            ("zhou.min", Role.SUPERVISOR),
            ("wu.hai", Role.SUPERVISOR),
            ("op.1", Role.OPERATOR),
        )
        for name, role in users:
            await PostgresAccounts(pool).add(
                name, display_name=name, role=role, unit_code=None, by="shell:root", at=clock.now()
            )
        store = Store(pool)
        for number, category, unit in ((1, "A4", "SG-ZJ"), (2, "A4", "SG-ZJ"), (3, "A4", "SG-GD"), (4, "A1", "SG-ZHZF")):
            submission = Submission(f"W-{number}", Channel.WEB, f"第{number}件诉求：不热", clock.now(), PersonalData(), None)
            await enter_ticket(
                submission,
                Entry(RequestType.COMPLAINT, category, Urgency.NORMAL, "SC", unit_code=unit),
                actor=Actor(Role.OPERATOR, "op.1"),
                city=TOWN,
                vault=OpenVault(),
                open_work=store.open_work,
                reserve_numbers=store.reserve_numbers,
                clock=clock,
            )


Matrix = Callable[..., Any]


@pytest.fixture
def matrix(installation: Database, capsys: pytest.CaptureFixture[str]) -> Matrix:
    """A function that runs an act and returns its JSON."""

    def told(*words: str) -> Any:
        assert main(["matrix", *words, "--json"]) == 0, capsys.readouterr().err
        return json.loads(capsys.readouterr().out)

    return told


def refusal_of(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Run an act that is refused, and return why."""
    assert main(["matrix", *words]) == 2
    return capsys.readouterr().err


def test_a_change_from_its_proposal_to_its_effect(matrix: Matrix, capsys: pytest.CaptureFixture[str]) -> None:
    """Proposed by one, approved by another, and asked of the next command."""
    proposed = matrix(*PROPOSE, "--co-unit", "SG-ZJ")
    assert (proposed["number"], proposed["state"], proposed["unit"]) == (1, "proposed", "SG-ZHZF")
    assert proposed["proposed_by"] == ["dispatcher:chen.li"]
    assert matrix("list")["version"] == "2026.1"

    assert "派单审核员不能审核" in refusal_of(capsys, "approve", "1", "--by", "chen.li")
    assert "there is no user 'nobody'" in refusal_of(capsys, "approve", "1", "--by", "nobody")
    approved = matrix("approve", "1", "--by", "zhou.min", "--note", "已核对")
    assert (approved["state"], approved["version"], approved["base"]) == ("effective", 1, "2026.1")
    assert (approved["reviewed_by"], approved["note"]) == ("supervisor:zhou.min", "已核对")

    assert matrix("list")["version"] == "2026.1+1"
    assert main(["explain-route", "--category", "A4", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["unit"]["code"], told["line"]["change"], told["matrix_version"]) == ("SG-ZHZF", 1, "2026.1+1")
    assert [(line["lead"], line["reason"]) for line in told["passed_over"]] == [("SG-ZJ", "replaced")]


def test_a_refused_change_stays_in_the_list(matrix: Matrix, capsys: pytest.CaptureFixture[str]) -> None:
    """With the reason, for people too."""
    matrix(*PROPOSE)
    assert "不能审核" in refusal_of(capsys, "refuse", "1", "--by", "op.1", "--reason", "不同意")
    assert matrix("refuse", "1", "--by", "wu.hai", "--reason", "职责未移交")["state"] == "refused"

    assert matrix("list", "--state", "proposed")["proposals"] == []
    (listed,) = matrix("list", "--state", "refused")["proposals"]
    assert listed == matrix("show", "1")
    assert main(["matrix", "show", "1"]) == 0
    printed = capsys.readouterr().out
    assert "第 1 号变更  未通过" in printed
    assert "审核  supervisor:wu.hai" in printed
    assert "：职责未移交" in printed
    assert main(["matrix", "list"]) == 0
    assert "A4 供暖 · 不限属地 · 不限主体 → 市综合行政执法局（人工草拟）" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--lead", "SG-SC"), "SG-SC (圣城街道办事处) is a street or town, and category A4 is not on its 履职事项清单"),
        (("--lead", "SG-XX"), "unit 'SG-XX' is not in profile shouguang"),
        (("--district", "火星"), "district '火星' is not in profile shouguang"),
        (("--by", "op.1"), "话务员不能草拟"),
    ],
)
def test_what_may_not_be_proposed(
    installation: Database, words: tuple[str, ...], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A street outside its list first of all (国办函〔2025〕66号)."""
    assert reason in refusal_of(capsys, *PROPOSE, *words)


def test_a_period_under_another_matrix(matrix: Matrix, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By a file and by a proposal; what a person chose is told apart, and nothing is written."""
    today = TOWN.local(SystemClock().now()).date().isoformat()
    period = ("--from", today, "--to", today)
    own = (find_profile("shouguang") / "matrix.csv").read_text(encoding="utf-8")
    file = tmp_path / "new.csv"
    file.write_text(own.replace("A4,,,SG-ZJ", "A4,,,SG-RX"), encoding="utf-8")

    told = matrix("what-if", "--matrix", str(file), *period)
    assert (told["tickets"], told["moved"], told["by_hand"]) == (4, 3, 1)
    assert (told["matrix_before"], told["matrix_after"]) == ("2026.1", "new.csv")
    assert {row["unit"]: (row["before"], row["after"]) for row in told["units"]} == {
        "SG-ZJ": (3, 0),
        "SG-RX": (0, 3),
        "SG-ZHZF": (1, 1),
    }
    assert [move["first_lead"] for move in told["moves"]] == ["SG-ZJ", "SG-ZJ", "SG-GD"]

    matrix(*PROPOSE)
    tried = matrix("what-if", "--proposal", "1", *period)
    assert (tried["moved"], {move["after"] for move in tried["moves"]}) == (3, {"SG-ZHZF"})
    assert matrix("list")["version"] == "2026.1"
    assert main(["matrix", "what-if", "--proposal", "1", *period]) == 0
    assert "派单 4 件，改派 3 件；其中 1 件当时由人工另行指定主办单位" in capsys.readouterr().out


def test_another_matrix_is_checked_like_ones_own(
    installation: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """File, place and reason; nothing is asked of a matrix with a hole."""
    file = tmp_path / "new.csv"
    file.write_text("category,district,subject,lead,co_units,basis,valid_from,valid_to\nA4,,,SG-HZ,,纪要,2010-01-01,\n")

    refused = refusal_of(capsys, "what-if", "--matrix", str(file), "--from", "2026-01-01", "--to", "2026-01-31")
    assert "new.csv: A4 any district any subject from 2010-01-01: 'SG-HZ' is a street or town" in refused
    assert "new.csv: A1: has no lead unit" in refused
    backwards = refusal_of(capsys, "what-if", "--matrix", str(file), "--from", "2026-02-01", "--to", "2026-01-31")
    assert "the period ends on 2026-01-31, before it begins on 2026-02-01" in backwards
