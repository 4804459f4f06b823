"""A caller who says the same again is heard once, and nudges; who says something else has a ticket of their own."""

from datetime import timedelta

import pytest

from dispatcher.rules.merging import RepeatFinder
from models.codes import RequestType, TicketState, Urgency
from models.profile import MergeRule, RepeatLexicon, SelfServiceRule
from models.ticket import OpenRequest
from models.understanding import Facts, Guess
from tests.builders import MONDAY, a_contact, an_understanding

RULE = MergeRule(window=timedelta(days=30), similarity=0.82, retold_terms=3, retold_share=0.15)
LEXICON = RepeatLexicon(
    common=("我们", "你们", "没有", "现在", "昨天", "晚上", "电话"),
    again=("打过", "还在", "还没"),
    changed=("另外", "现在是"),
)
CARS = SelfServiceRule(move_car="0501", move_car_again=timedelta(hours=1))
FINDER = RepeatFinder(RULE, LEXICON, CARS)

TEXT = "中山路的路灯坏了三天没人修"
SITE = "国贸花园对面一个工地每天晚上十一点多还在打桩吵得小孩没法睡觉连续三天了"
SITE_AGAIN = "我前几天就打过电话国贸花园对面那个工地昨天晚上十二点还在打桩你们到底管不管"
ESTATE = "国贸花园对面"


def open_request(ticket_no="TT1", text=TEXT, **changes):
    """Return an open ticket of the caller."""
    values = {
        "category_code": "0703",
        "machine_category": "0703",
        "district_code": None,
        "address": None,
        "received_at": MONDAY,
        "urgency": Urgency.NORMAL,
    }
    return OpenRequest(ticket_no=ticket_no, caller_ref="caller-1", text=text, **{**values, **changes})


def repeated(text, requests, *, finder=FINDER, district_code=None, understood=None, **changes):
    """Return the number of the ticket that a contact repeats."""
    understanding = an_understanding(**(understood or {}))
    found = finder.repeated_request(a_contact(text=text, **changes), understanding, requests, district_code=district_code)
    return found.ticket_no if found else None


def told_anew(first=SITE, second=SITE_AGAIN, *, address=ESTATE, address_again=ESTATE, understood=None, **ticket):
    """Return whether ``second`` is taken for ``first`` told anew; each names its place unless it is None."""
    request = open_request(text=first, address=address, **ticket)
    return repeated(second, [request], understood={"address": address_again, **(understood or {})}) is not None


class TestInTheSameWords:
    """What a second recogniser, a second finger on the button or a copied message brings."""

    def test_the_same_words_are_a_repeat(self):
        """Also with other white space and capitals."""
        assert repeated(TEXT, [open_request()]) == "TT1"
        assert repeated("中山路 的路灯坏了 三天没人修", [open_request()]) == "TT1"
        assert repeated("KTV 太吵", [open_request(text="ktv太吵")]) == "TT1"

    def test_other_words_are_a_new_request(self):
        """The same caller may have two troubles."""
        assert repeated("家里停水两天了", [open_request()]) is None
        assert repeated(TEXT, []) is None

    def test_one_thing_put_for_another_is_a_new_request(self):
        """Nearly all the words are the same, but not the one that counts."""
        assert repeated("我要举报有人在朋友圈里面卖假药", [open_request(text="我要举报有人在朋友圈里面卖假烟")]) is None

    def test_another_number_is_another_matter(self):
        """Whoever sends the same letter for each of his orders has as many requests; one number more is the same one."""
        letter = "我在网上买的家具一直没有发货商家说没有货又不肯退钱要求尽快处理订单号{}"
        orders = [letter.format("尾数8812"), letter.format("尾数7731"), letter.format("尾数8812金额300元")]

        assert repeated(orders[1], [open_request(text=orders[0])]) is None
        assert repeated(orders[2], [open_request(text=orders[0])]) == "TT1"
        assert repeated("第3条街有小广告", [open_request(text="第5条街有小广告")]) is None

    def test_a_word_more_is_no_new_request(self):
        """Who adds a plea says nothing new."""
        assert repeated(TEXT + "请尽快", [open_request()]) == "TT1"

    @pytest.mark.parametrize(("days", "is_repeat"), [(30, True), (31, False), (-30, True), (-31, False)])
    def test_the_window_counts_to_both_sides(self, days, is_repeat):
        """An old file may come after a newer call: what lies a month apart is not compared, whichever came first."""
        found = repeated(TEXT, [open_request()], received_at=MONDAY + timedelta(days=days))

        assert (found == "TT1") is is_repeat

    def test_the_most_similar_ticket_is_meant(self):
        """Of two open tickets the nearer one is nudged; of two alike the younger."""
        nearer, farther = open_request("TT1"), open_request("TT2", TEXT + "请尽快")

        assert repeated(TEXT, [nearer, farther]) == "TT1"
        assert repeated(TEXT, [farther, nearer]) == "TT1"
        assert repeated(TEXT, [open_request("TT1"), open_request("TT2")]) == "TT2"

    def test_an_emergency_is_never_a_mere_repeat(self):
        """Who first reported smoke and now reports fire is heard anew, unless the ticket is an emergency already."""
        critical, urgent = {"urgency": Urgency.CRITICAL}, {"urgency": Urgency.URGENT}

        assert repeated(TEXT, [open_request()], understood=critical) is None
        assert repeated(TEXT, [open_request(urgency=Urgency.CRITICAL)], understood=critical) == "TT1"
        assert repeated(TEXT, [open_request(urgency=Urgency.CRITICAL)]) == "TT1"
        assert repeated(TEXT, [open_request()], understood=urgent) == "TT1"

    def test_texts_that_tell_nothing_are_repeats_only_when_equal(self):
        """A single sign, or nothing but words that any request may contain, is compared as it stands."""
        assert repeated("水", [open_request(text="水")]) == "TT1"
        assert repeated("水", [open_request(text="电")]) is None
        assert repeated("我们，电话", [open_request(text="你们，电话")]) is None

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ("请挪车琼A·IO12I堵在花园车库出口动不了", "请挪车琼A·OI34O堵在花园车库出口动不了"),
            ("名门世家五栋水管爆了往楼下漏水漏了一夜", "名门世家十一栋水管爆了往楼下漏水漏了一夜"),
            ("投诉4路公交车司机开车一直打手机很危险", "投诉41路公交车司机开车一直打手机很危险"),
            ("和平大道下雨积水到膝盖车都熄火了没人管", "国贸北路下雨积水到膝盖车都熄火了没人管"),
        ],
    )
    def test_another_plate_house_line_or_road_is_another_matter(self, first, second):
        """However alike the rest is, also for a rule that asks for less."""
        lenient = RepeatFinder(MergeRule(RULE.window, 0.3, 1, 0.0), LEXICON)

        assert repeated(second, [open_request(text=first)], finder=lenient) is None

    def test_another_district_is_another_place(self):
        """Also when the citizen chose it; a district that is not known contradicts nothing."""
        there = open_request(district_code="D-EAST")

        assert repeated(TEXT, [there], district_code="D-WEST") is None
        assert repeated(TEXT, [there], district_code="D-EAST") == "TT1"
        assert repeated(TEXT, [there]) == "TT1"


class TestToldAnew:
    """Hardly anybody says a thing twice in the same words (story S09)."""

    def test_the_same_matter_at_the_same_place_is_a_repeat(self):
        """Half of the words are new, but the site is still there, and so is the pile driver."""
        assert told_anew()

    def test_the_place_may_be_named_in_another_way(self):
        """The first call named the road as its place, the second the estate, of which the first call spoke too."""
        assert told_anew(SITE.replace("国贸花园", "国贸路国贸花园"), address="国贸路", address_again="国贸花园对面那个工地")

    def test_a_house_is_the_same_in_digits_and_in_words(self):
        """六栋 and 6栋 do not contradict each other; 六栋 and 8栋 do."""
        first, again = "绿色佳园六栋楼道灯坏了", "打过电话的绿色佳园{}栋楼道灯还在坏"
        there = {"address": "绿色佳园六栋", "address_again": "绿色佳园"}

        assert told_anew(first, again.format(6), **there)
        assert not told_anew(first, again.format(8), **there)

    def test_another_category_is_another_matter(self):
        """The lamp in front of the same estate; but one of three guesses is enough where the place is the same."""
        assert not told_anew(understood={"top": (Guess("0801", 0.9),)})
        assert told_anew(understood={"top": (Guess("0801", 0.5), Guess("0802", 0.3), Guess("0703", 0.1))})

    def test_a_ticket_that_a_person_recoded_is_found_all_the_same(self):
        """The engine errs the second time as it did the first time, and a person had set the category right."""
        assert told_anew(category_code="0801", machine_category="0703")
        assert not told_anew(category_code="0801", machine_category="0801")

    def test_another_place_is_another_matter(self):
        """The same words about another site."""
        assert not told_anew(second=SITE_AGAIN.replace("国贸花园", "滨海公寓"), address_again="滨海公寓对面")

    def test_who_does_not_say_that_it_was_told_before_is_heard_anew(self):
        """It may be a neighbour on the same line, or another night's other noise."""
        assert not told_anew(second="国贸花园对面那个工地十二点多打桩小孩没法睡觉")

    def test_who_says_that_it_has_become_something_else_is_heard_anew(self):
        """另外 and 现在是 announce another matter, unless the first call used the same word."""
        assert not told_anew(second=SITE_AGAIN + "另外马路上全是泥")
        assert told_anew(SITE + "另外全是泥", SITE_AGAIN + "另外马路上全是泥")

    def test_praise_repeats_no_complaint(self):
        """It names the same things and thanks for them."""
        assert not told_anew(understood={"request_type": RequestType.PRAISE})

    def test_where_no_place_is_named_more_must_come_again(self):
        """And the first guess must be the ticket's category."""
        enough = "我打过电话那家餐饮公司无故辞退不签劳动合同的事还没有人理"
        first = "餐饮公司一直不签劳动合同五月无故辞退我不给补偿"
        nowhere = {"address": None, "address_again": None}

        assert told_anew(first, enough, **nowhere)
        assert not told_anew(first, "我打过电话那家餐饮公司的事还没有人理", **nowhere)
        assert not told_anew(first, enough, **nowhere, understood={"top": (Guess("0801", 0.5), Guess("0703", 0.4))})

    def test_a_common_introduction_is_no_common_matter(self):
        """Callers introduce themselves and their street in the same words whatever they call about."""
        introduction = "我打过电话我是凤翔东路绿色佳园业主委员会的代表"

        assert not told_anew(
            introduction + "楼道灯还没修", introduction + "大门还没装", address="凤翔东路", address_again="凤翔东路"
        )

    @pytest.mark.parametrize("piece", ["停水了，国贸路", "小区", "一二三四", "路", "a1", "琼a", "还在", "门口"])
    def test_a_long_text_of_any_make_is_compared(self, piece):
        """Two texts of 100,000 signs are one look, not a minute: every pattern's repetition is bounded."""
        longest = piece * (100_000 // len(piece))

        assert repeated(longest, [open_request(text=longest)], understood={"address": longest[:5000]}) == "TT1"


CAR = {"category_code": "0501", "machine_category": "0501", "plate": "琼A6T887", "address": "振东街八号院门口"}


@pytest.mark.parametrize(
    ("text", "understood", "minutes", "state", "is_repeat"),
    [
        ("琼A6T887 还没挪走", {}, 10, TicketState.PENDING, True),
        ("琼A六T887堵住振东街八号院", {"address": "振东街八号院"}, 60, TicketState.SIGNED, True),
        ("琼A6T887 停在海府路幼儿园门口", {"address": "海府路幼儿园门口"}, 10, TicketState.PENDING, False),
        ("琼A6T887 还没挪走", {}, 61, TicketState.DISPATCHED, False),
        ("琼A6T887 又停过来了", {}, 40, TicketState.AWAITING_CALL_BACK, False),
        ("琼A6T888 还没挪走", {"plate": "琼A6T888"}, 10, TicketState.PENDING, False),
        ("那辆车还没挪走", {"plate": None}, 10, TicketState.PENDING, False),
        ("琼A6T887 是黑车，要举报", {"category_code": "0601"}, 10, TicketState.PENDING, False),
    ],
    ids=["no place", "same place", "another place", "too late", "answered", "another car", "no plate", "another matter"],
)
def test_a_car_that_is_asked_for_again_is_the_same_matter(text, understood, minutes, state, is_repeat):
    """The plate tells the car, whatever the words; where it stands and when tell the occasion."""
    earlier = open_request(text="挪车 琼A6T887 挡在振东街八号院门口", state=state, **CAR)
    facts = Facts(plate=understood.get("plate", CAR["plate"]))
    meant = {"category_code": "0501", **{name: value for name, value in understood.items() if name != "plate"}, "facts": facts}
    found = repeated(text, [earlier], understood=meant, received_at=MONDAY + timedelta(minutes=minutes))

    assert (found == "TT1") is is_repeat
