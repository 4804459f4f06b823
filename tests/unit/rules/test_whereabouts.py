"""Two citizens name one place in different ways, and two places in nearly the same one."""

import pytest

from dispatcher.rules.whereabouts import Whereabouts, compare_places, place_names


def compared(first, second, address=None, address_again=None):
    """Return how the places of two texts stand to each other."""
    return compare_places(first, place_names(address), second, place_names(address_again))


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("龙华区国贸路", ("国贸路",)),
        ("海口市龙华区国贸路国贸花园对面", ("国贸路", "国贸花园")),
        ("琼山区人民医院", ("琼山区人",)),
        ("凤翔东路绿色佳园六栋", ("凤翔东路", "绿色佳园")),
        ("滨濂新村二巷", ("滨濂新村",)),
        ("国贸花园对面那个工地", ("国贸花园",)),
        ("演丰镇 林市村", ("演丰镇", "林市村")),
        ("府城", ()),
        ("", ()),
        (None, ()),
    ],
)
def test_names_are_what_an_address_calls_its_places(address, names):
    """Without the districts above and without what is only relative; long names by their first four characters."""
    assert place_names(address) == names


def test_a_name_said_in_the_other_text_makes_it_the_same_place():
    """Whichever of the two has it as its address."""
    first, second = "国贸路一个工地就在国贸花园对面", "国贸花园对面那个工地"

    assert compared(first, second, "国贸路", "国贸花园对面") is Whereabouts.SAME
    assert compared(second, first, "国贸花园对面", None) is Whereabouts.SAME


def test_two_names_that_have_nothing_in_common_are_two_places():
    """And without a name on one side nobody knows."""
    assert compared("万绿园放烟花", "世纪公园放烟花", "万绿园", "世纪公园") is Whereabouts.OTHER
    assert compared("万绿园放烟花", "有人放烟花", "万绿园") is Whereabouts.UNKNOWN
    assert compared("有人放烟花", "有人放烟花") is Whereabouts.UNKNOWN


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("文昌街垃圾没人收", "盐灶路垃圾没人收"),
        ("灵山镇大林村篮球场没有灯", "灵山镇爱群村篮球场没有灯"),
        ("坡博村七巷有人加盖", "坡博村二巷有人加盖"),
        ("海垦路28号院的树倒了", "海垦路一百零二号院的树倒了"),
        ("名门世家五栋漏水", "名门世家11栋漏水"),
        ("琼aio12i堵住车库", "琼a·oi34o堵住车库"),
        ("坐四路车等了很久", "坐三十四路公交等了很久"),
    ],
)
def test_what_has_a_number_or_a_road_of_its_own_is_another_place(first, second):
    """Roads, villages, lanes, houses, plates and bus lines; also where the address names the same town."""
    assert compared(first, second, "灵山镇", "灵山镇") is Whereabouts.OTHER


def test_one_number_in_common_is_enough():
    """A second telling may name one house more."""
    assert compared("名门世家五栋漏水", "名门世家5栋漏水滴到六栋", "名门世家", "名门世家") is Whereabouts.SAME


@pytest.mark.parametrize("generic", ["我们村", "这条路", "那条街", "水泥路", "路灯", "村委会", "马路", "四路车"])
def test_words_that_name_no_road_and_no_village_contradict_nothing(generic):
    """那条路 is not another road than 国贸路."""
    assert compared("国贸路施茶村停电", f"{generic}停电") is Whereabouts.UNKNOWN
