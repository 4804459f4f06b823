"""``hotline explain-route``: which line of the 派单目录 decides, and why no other does."""

import json
from collections.abc import Callable

import pytest

from hotline.__main__ import main

ExplainRoute = Callable[..., str]


@pytest.fixture
def explain(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> ExplainRoute:
    """A function that runs the command without a database and returns what it prints."""
    monkeypatch.delenv("HOTLINE_DATABASE_URL", raising=False)

    def printed(*words: str) -> str:
        assert main(["explain-route", "--profile", "haikou", *words]) == 0
        return capsys.readouterr().out

    return printed


def test_the_line_of_the_park_goes_before_the_citys_and_both_are_told(explain: ExplainRoute) -> None:
    """An enterprise in 江东新区: the park's line for enterprises; every other line of the category with its reason."""
    words = ("--category", "1802", "--district", "江东新区", "--subject", "企业", "--on", "2026-07-07", "--json")
    told = json.loads(explain(*words))

    assert (told["unit"]["code"], [unit["code"] for unit in told["co_units"]]) == ("HK-JDXQ", ["HK-CZJ"])
    assert (told["line"]["district"], told["line"]["subject"], told["line"]["change"]) == ("JDXQ", "企业", None)
    assert told["matrix_version"] == "2026.1"
    assert "园区企业服务由园区管理机构牵头" in told["basis"]
    assert {line["lead"]: line["reason"] for line in told["passed_over"]} == {
        "HK-GXQ": "other_district",
        "HK-ZBQ": "other_district",
        "HK-GLY": "other_district",
        "HK-KGX": "less_exact",
        "HK-ZWJ": "less_exact",
    }


def test_a_citizen_is_not_sent_where_enterprises_are(explain: ExplainRoute) -> None:
    """The lines for enterprises are passed over for their subject."""
    told = json.loads(explain("--category", "1802", "--district", "JDXQ", "--subject", "个人", "--json"))

    assert told["unit"]["code"] == "HK-ZWJ"
    assert {line["why"] for line in told["passed_over"]} == {"属地不符", "主体类型不符"}


def test_the_fallback_to_the_district_government_is_told_as_one(explain: ExplainRoute) -> None:
    """属地区政府兜底: by the place; without one a person must say where."""
    told = json.loads(explain("--category", "0202", "--district", "龙华", "--json"))
    unknown = json.loads(explain("--category", "0202", "--json"))

    assert (told["unit"]["code"], told["fallback"], told["line"]["lead"]) == ("HK-LHQ", True, "@district")
    assert (unknown["unit"], unknown["doubt"]) == (None, "district_unknown")


def test_a_clerk_reads_it_in_chinese(explain: ExplainRoute) -> None:
    """Lead, co-units, basis, version, the line, and what was passed over."""
    printed = explain("--category", "1802", "--district", "江东新区", "--subject", "企业", "--on", "2026-07-07")

    for line in (
        "事项  1802 惠企政策兑现 · 江东新区 · 企业 · 2026-07-07",
        "主办  江东新区管理局",
        "协办  市财政局",
        "目录  2026.1",
        "条目  1802 惠企政策兑现 · 江东新区 · 企业 → 江东新区管理局（配置文件，2010-01-01 起）",
    ):
        assert line in printed.splitlines()
    assert "（配置文件，2010-01-01 起）：另有更具体的条目" in printed


def test_a_day_before_every_line_finds_none(explain: ExplainRoute) -> None:
    """The lines begin in 2010; the day when each begins is told."""
    printed = explain("--category", "0703", "--on", "2009-12-31")

    assert "主办  待人工指定（派单目录无主办单位）" in printed
    assert "条目  没有适用的条目" in printed
    assert "尚未生效，2010-01-01 起" in printed


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "a TEXT or --category CODE is needed"),
        (("--category", "9999"), "category '9999' is not in profile haikou-default"),
        (("--category", "0703", "--district", "火星"), "district '火星' is not in profile haikou-default"),
    ],
)
def test_what_is_unknown_is_refused(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 2, with what is known."""
    monkeypatch.delenv("HOTLINE_DATABASE_URL", raising=False)

    assert main(["explain-route", "--profile", "haikou", *words]) == 2
    assert said in capsys.readouterr().err
