"""What if another matrix had held: asked of what has been, and nothing written."""

from collections import Counter
from datetime import date, timedelta

import pytest

from dispatcher.rules.routing import RouteTable
from dispatcher.views import RoutedRequest
from hotline import what_if as module
from hotline.what_if import what_if, what_if_fields, what_if_lines
from models.codes import SubjectType
from models.profile import DispatchMatrix
from tests.builders import MONDAY, a_city, an_entry

CITY = a_city()
TODAY = date(2026, 5, 18)


class Archive:
    """``views.RoutedRequests`` over a list."""

    def __init__(self, *requests: RoutedRequest) -> None:
        self.requests = sorted(requests, key=lambda one: one.ticket_no)

    async def routed(self, *, since, until, after, limit):
        """Return a page."""
        found = [one for one in self.requests if since <= one.registered_at < until and one.ticket_no > (after or "")]
        return found[:limit]


def a_request(number: int, category: str = "0703", lead: str = "U-LAMP", **changes) -> RoutedRequest:
    """Return a request that a unit led."""
    values = {"district_code": None, "subject": SubjectType.CITIZEN, "registered_at": MONDAY, "matrix_version": "m1"}
    return RoutedRequest(f"TT20260518P{number:07d}", category, first_lead=lead, **{**values, **changes})


def a_matrix(*entries) -> RouteTable:
    """Return another matrix of the same town."""
    return RouteTable(DispatchMatrix("new.csv", entries), CITY.profile.districts, CITY.profile.units)


async def asked(other: RouteTable, *requests: RoutedRequest, **when):
    """Ask on the Monday."""
    return await what_if(Archive(*requests), CITY, other, first=TODAY, last=TODAY, **when)


async def test_units_before_and_after_and_who_would_have_gone_elsewhere():
    """Two lamps would have gone to the water company, the pipe stays."""
    other = a_matrix(an_entry("0703", "U-WATER"), an_entry("0801", "U-WATER"))
    found = await asked(other, a_request(1), a_request(2), a_request(3, "0801", "U-WATER"))

    assert (found.tickets, found.by_hand) == (3, 0)
    assert found.before == Counter({"U-LAMP": 2, "U-WATER": 1})
    assert found.after == Counter({"U-WATER": 3})
    assert [(move.request.ticket_no[-1], move.before, move.after) for move in found.moves] == [
        ("1", "U-LAMP", "U-WATER"),
        ("2", "U-LAMP", "U-WATER"),
    ]


async def test_the_same_matrix_changes_nothing_whoever_chose_the_unit():
    """What people sent elsewhere by hand is told apart, and is no difference between matrices."""
    found = await asked(CITY.routes, a_request(1), a_request(2, lead="U-WEST"))

    assert (found.moves, found.by_hand) == ([], 1)


async def test_a_line_that_begins_later_is_tried_as_of_its_day():
    """Next year's matrix on this year's tickets."""
    other = a_matrix(an_entry("0703", "U-LAMP"), an_entry("0703", "U-WATER", valid_from=date(2027, 1, 1)))

    assert (await asked(other, a_request(1))).moves == []
    assert len((await asked(other, a_request(1), as_of=date(2027, 1, 1))).moves) == 1


async def test_days_are_the_citys_and_both_are_included():
    """From midnight to midnight in China."""
    moments = [MONDAY.replace(hour=16, minute=0) - timedelta(days=1), MONDAY.replace(hour=15, minute=59)]
    outside = [moments[0] - timedelta(seconds=1), MONDAY.replace(hour=16, minute=0)]
    requests = [a_request(number, registered_at=at) for number, at in enumerate([*moments, *outside])]

    assert (await asked(CITY.routes, *requests)).tickets == 2


async def test_every_page_is_read(monkeypatch: pytest.MonkeyPatch):
    """A month may hold half a million tickets."""
    monkeypatch.setattr(module, "_PAGE", 2)

    assert (await asked(CITY.routes, *map(a_request, range(1, 6)))).tickets == 5
    assert (await asked(CITY.routes, *map(a_request, range(1, 5)))).tickets == 4


async def test_programs_and_people_are_told():
    """Counts by unit, the greatest difference first; a person instead of a unit has no code."""
    found = await asked(a_matrix(an_entry("0801", "U-WATER")), a_request(1), a_request(2, "0801", "U-WATER"))
    fields, lines = what_if_fields(found, CITY), list(what_if_lines(found, CITY))

    assert (fields["from"], fields["to"], fields["moved"]) == ("2026-05-18", "2026-05-18", 1)
    assert {row["unit"]: row["difference"] for row in fields["units"]} == {"U-LAMP": -1, None: 1, "U-WATER": 0}
    assert (fields["moves"][0]["before"], fields["moves"][0]["after"]) == ("U-LAMP", None)
    assert lines[0] == "2026-05-18 至 2026-05-18：m1 → new.csv"
    assert any("待人工指定  0 → 1（+1）" in line for line in lines)
    assert any("TT20260518P0000001" in line and "→ 待人工指定" in line for line in lines)
