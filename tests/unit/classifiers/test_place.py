"""Place: district and address in the citizen's own words."""

import pytest

from classifiers.normalise import normalise
from classifiers.place import PlaceGuess, PlaceReader
from models.profile import District, FactLexicon, Place

READER = PlaceReader(
    {
        "E": District("E", "东湖区", "U-E", ("东湖",)),
        "W": District("W", "西岭区", "U-W", ("西岭",)),
        "P": District("P", "梅园开发区", "U-P", ("梅园",), within=("E",)),
    },
    [
        Place("解放路", "E", "道路"),
        Place("解放路小学", "E", "学校"),
        Place("竹山村", "W", "村"),
        Place("环城大道", None, "道路"),
        Place("人民公园", "E", "公园"),
        Place("人民公园", "W", "公园"),
        Place("白鹭南路", "W", "道路"),
        Place("梅园大学城", "P", "学校"),
    ],
    city="江州市",
    lexicon=FactLexicon(
        place_homophones={"东胡": "东湖", "陆": "路"},
        sounds=("路陆录鹿", "南男难", "鹭", "解姐借", "湖胡糊", "区去"),
        not_places=("东湖鱼头",),
        elsewhere=("南州", "北县"),
        not_in_names=("我们", "你好", "附近"),
        common_places=("老旧",),
    ),
)


def read(text: str) -> PlaceGuess:
    """Return the place that was read."""
    return READER.read(normalise(text).text)


def district(text: str) -> str | None:
    """Return the district that was read."""
    return read(text).district_code


def address(text: str) -> str | None:
    """Return the address that was read."""
    return read(text).address_in(normalise(text))


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
    assert read("东湖区和西岭区都停水").rivals == ("E", "W")
    assert read("解放路到竹山村的班车").rivals == ("E", "W")


@pytest.mark.parametrize("text", ["东湖区停水", "停水了", "南州停水"])
def test_one_district_or_none_has_no_rivals(text: str):
    """A district that is not told is not in question between two."""
    assert read(text).rivals == ()


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


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("我住西岭区，东湖区解放路有人占道", "E"),
        ("西岭上班，东湖区解放路被贴条", "E"),
        ("从竹山村出来，在解放路被追尾", "E"),
        ("户口在西岭，孩子在解放路小学", "E"),
        ("不是西岭区，是东湖区", "E"),
        ("西岭区教育局不回电话，我在解放路", "E"),
        ("家住竹山村", "W"),
        ("西岭区教育局不回电话", "W"),
    ],
)
def test_where_it_happened_counts_before_where_one_lives_or_comes_from(text: str, code: str):
    """A second district that is only told by the way does not send the ticket to a person."""
    assert district(text) == code


def test_the_two_ends_of_a_way_tell_no_district():
    """What happened on the bus happened between them."""
    assert district("从竹山村坐车到解放路，空调坏了") is None


def test_a_park_inside_a_district_is_meant_where_both_are_named():
    """The park has a government of its own."""
    assert district("东湖区梅园开发区停电") == "P"
    assert district("我在东湖区，就是梅园大学城这边") == "P"
    assert district("西岭区梅园开发区停电") is None


@pytest.mark.parametrize("text", ["南州市解放路堵车", "在南州解放路被宰了，我是东湖区的", "北县解放路小学"])
def test_a_street_of_another_town_is_not_ours(text: str):
    """Every town has a 解放路."""
    assert district(text) is None


def test_a_person_from_elsewhere_may_speak_of_our_streets():
    """南州人 tells where he comes from."""
    assert district("我是南州人，在解放路被撞了") == "E"


def test_a_saying_that_holds_a_name_is_no_place():
    """东湖鱼头 is a dish."""
    assert read("饭店的东湖鱼头不新鲜") == PlaceGuess()


def test_a_misheard_name_is_repaired_and_the_repair_is_told():
    """The unit reads the right name; the audit says what was heard, what was taken, and where."""
    text = "嗯，就是白鹭男路12号，还有東胡区"
    place = read(text)

    [first, second] = place.repairs_in(normalise(text))

    assert place.street == "白鹭南路"
    assert address(text) == "白鹭南路12号，东湖区"
    assert (first.heard, first.taken, text[first.start : first.end]) == ("白鹭男路", "白鹭南路", "白鹭男路")
    assert (second.heard, second.taken, text[second.start : second.end]) == ("東胡区", "东湖区", "東胡区")


@pytest.mark.parametrize("text", ["白鹭男陆堵车", "姐湖路堵车", "东湖去停水", "难路"])
def test_what_sounds_only_half_like_a_name_is_not_repaired(text: str):
    """A wrong repair sends a crew to a wrong street: short names may differ in one sign, and their last one is sure."""
    assert read(text).misheard == ()


def test_an_address_has_an_end():
    """A text that says one street two thousand times has no address of ten thousand characters."""
    assert len(address("解放路一号竹山村" * 1_000) or "") < 150


def test_figures_in_a_name_are_another_spelling_and_no_repair():
    """海甸5西路 is how people type."""
    reader = PlaceReader({}, [Place("盐灶二横路", None, "道路")], city="江州市", lexicon=FactLexicon())
    place = reader.read("盐灶2横路8号")

    assert (place.street, place.spans, place.misheard) == ("盐灶二横路", ((0, 7),), ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("在东湖区解放路这边，就在人民公园对面", "东湖区解放路，人民公园对面"),
        ("江州市东湖区解放路18号阳光花园3栋2单元501室", "江州市东湖区解放路18号阳光花园3栋2单元501室"),
        ("解放路五栋三零二小孩发烧", "解放路五栋三零二"),
        ("解放路与白鹭南路交叉口积水", "解放路与白鹭南路交叉口"),
        ("解放路和海德路交界", "解放路和海德路交界"),
        ("解放路那边有人打架", "解放路"),
        ("解放路，解放路，解放路堵死了", "解放路"),
        ("枫丹雅苑二期停水", "枫丹雅苑二期"),
        ("我们老旧小区门口停满了车", None),
        ("你好小区附近很吵", None),
        ("我走路回家", None),
        ("西岭区教育局不回电话", None),
        ("", None),
    ],
)
def test_the_address_is_what_a_clerk_would_write_down(text: str, expected: str | None):
    """Two stretches at most, each down to the door, without the words around them."""
    assert address(text) == expected


@pytest.mark.parametrize(
    ("text", "street"),
    [
        ("解放路88号", "解放路"),
        ("竹山村口", None),
        ("竹山村新兴路12号", "新兴路"),
        ("在金花路口摔了一跤", "金花路"),
        ("东湖大道堵车", "东湖大道"),
        ("人民公园南路井盖响", "人民公园南路"),
        ("人民公园路灯不亮", None),
        ("路灯坏了，一路都是黑的", None),
    ],
)
def test_the_street_is_the_first_road_of_the_address(text: str, street: str | None):
    """Known or not, by its own name."""
    assert read(text).street == street
