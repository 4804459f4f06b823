"""Place: district and address in the citizen's own words."""

import pytest

from classifiers.place import PlaceReader
from models.profile import District, Place

READER = PlaceReader(
    {
        "E": District("E", "东湖区", "U-E", ("东湖",)),
        "W": District("W", "西岭区", "U-W", ("西岭",)),
    },
    [
        Place("解放路", "E", "道路"),
        Place("解放路小学", "E", "学校"),
        Place("竹山村", "W", "村"),
        Place("环城大道", None, "道路"),
        Place("人民公园", "E", "公园"),
        Place("人民公园", "W", "公园"),
    ],
)


def district(text: str) -> str | None:
    """Return the district that was read."""
    return READER.read(text).district_code


def address(text: str) -> str:
    """Return the address that was read."""
    place = READER.read(text)
    return text[place.start : place.end]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("我在东湖区", "E"),
        ("西岭这边停水", "W"),
        ("解放路路灯不亮", "E"),
        ("竹山村的井盖", "W"),
        ("路灯不亮", None),
        ("", None),
    ],
)
def test_a_district_is_told_by_its_name_or_by_what_lies_in_it(text: str, code: str | None):
    """Citizens name the road more often than the district."""
    assert district(text) == code


def test_two_districts_contradict_each_other():
    """Then a person asks."""
    assert district("东湖区和西岭区都停水") is None
    assert district("解放路到竹山村的班车") is None


def test_the_districts_own_name_outweighs_a_landmark():
    """Who says 西岭区 knows where he stands."""
    assert district("西岭区，就是解放路过来的那边") == "W"


def test_a_road_that_crosses_districts_decides_nothing():
    """It neither tells a district nor contradicts one."""
    assert district("环城大道") is None
    assert district("环城大道竹山村路口") == "W"


def test_a_name_that_two_districts_share_decides_nothing():
    """Two parks of one name are one doubt; a road nearby resolves it."""
    assert district("人民公园") is None
    assert district("人民公园对面解放路") == "E"


def test_a_road_named_after_a_district_is_not_the_district():
    """东湖大道 may run anywhere."""
    assert district("东湖大道堵车") is None
    assert district("东湖中路") is None


def test_the_address_runs_on_to_house_and_landmark():
    """The unit's crew needs more than the road."""
    assert address("喂，东湖区解放路88号旁边的灯坏了") == "东湖区解放路88号旁边"
    assert address("解放路小学门口很堵") == "解放路小学门口"


def test_the_address_stops_where_the_matter_begins():
    """路灯 is what broke, not where."""
    assert address("解放路路灯不亮") == "解放路"
    assert address("竹山村的路面坏了") == "竹山村"


def test_the_longest_address_is_taken():
    """Of two mentions the fuller one is the address."""
    assert address("解放路，就是解放路12号楼") == "解放路12号楼"
