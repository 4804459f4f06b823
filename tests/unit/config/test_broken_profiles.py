"""Every mistake in a profile is named by file, key and reason: one test breaks one thing in a good profile."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from config.profiles import check_profile, find_profile, load_profile
from models.errors import BadProfile


@pytest.fixture
def directory(tmp_path) -> Path:
    """A good profile that may be broken."""
    return Path(shutil.copytree(find_profile("shouguang"), tmp_path / "town"))


def replacing(old: str, new: str) -> Callable[[str], str]:
    """Return an edit; it fails when there is nothing to replace, so that no test passes by accident."""

    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return edit


def adding(line: str) -> Callable[[str], str]:
    """Return an edit that appends a line."""
    return lambda text: f"{text}{line}\n"


CASES = {
    "a unit code that no topic can carry": (
        "units.csv",
        adding("市局,市局,市直部门,无,是"),
        "units.csv: line 18, code: '市局' is part of a topic's name: letters a-z A-Z, digits, . _ - alone",
    ),
    "a unit code with a slash": (
        "units.csv",
        adding("SG/XX,市局,市直部门,无,是"),
        "units.csv: line 18, code: 'SG/XX' is part of a topic's name: letters a-z A-Z, digits, . _ - alone",
    ),
    "a unit code too long for its topic": (
        "units.csv",
        adding("U" * 233 + ",市局,市直部门,无,是"),
        "units.csv: line 18, code: has 233 characters; a unit code is part of a topic's name, which leaves it 232",
    ),
    "two unit codes that are one topic to Kafka": (
        "units.csv",
        adding("SG.FG,市局,市直部门,无,是\nSG_FG,市局,市直部门,无,是"),
        "units.csv: line 19, code: 'SG_FG' and 'SG.FG' in line 18 differ in . and _ alone, which is one topic to Kafka",
    ),
    "a unit code that stands for the hotline itself": (
        "units.csv",
        adding("hotline,热线,市直部门,无,是"),
        "units.csv: line 18, code: 'hotline' stands in the statistics for the hotline itself",
    ),
    "a category code with a blank": (
        "taxonomy.csv",
        replacing("A1,", "A 1,"),
        "taxonomy.csv: line 2, code: 'A 1' holds a blank or a ;, which ends a code elsewhere",
    ),
    "a district code with a separator": (
        "districts.csv",
        replacing("\n", "\nX;Y,新区,SG-XF,新区\n"),
        "districts.csv: line 2, code: 'X;Y' holds a blank or a ;, which ends a code elsewhere",
    ),
    "a name that leaves the directory of the models": (
        "profile.toml",
        replacing('name = "shouguang"', 'name = "../x"'),
        "profile.toml: name: '../x' is no name of a directory, and the models' is called so",
    ),
    "unknown lead": (
        "matrix.csv",
        replacing("A4,,,SG-ZJ", "A4,,,SG-ZZ"),
        "matrix.csv: A4 any district any subject from 2010-01-01: lead 'SG-ZZ' is not in units.csv",
    ),
    "inactive lead": (
        "units.csv",
        replacing("大棚、种子种苗、农药化肥、农产品质量,是", "大棚、种子种苗、农药化肥、农产品质量,否"),
        "matrix.csv: A6 any district any subject from 2010-01-01: lead 'SG-NY' is not active",
    ),
    "unknown co-unit": (
        "matrix.csv",
        replacing("SG-JT,SG-JJ", "SG-JT,SG-JX"),
        "matrix.csv: A2 any district any subject from 2010-01-01: co-unit 'SG-JX' is not in units.csv",
    ),
    "unit helps itself": (
        "matrix.csv",
        replacing("SG-JT,SG-JJ", "SG-JT,SG-JT"),
        "matrix.csv: A2 any district any subject from 2010-01-01: 'SG-JT' is lead and co-unit",
    ),
    "unknown category in the matrix": (
        "matrix.csv",
        adding("A0,,,SG-RX,,basis,2010-01-01,"),
        "matrix.csv: A0 any district any subject from 2010-01-01: category 'A0' is not in taxonomy.csv",
    ),
    "unknown district in the matrix": (
        "matrix.csv",
        adding("A4,XX,,SG-RX,,basis,2010-01-01,"),
        "matrix.csv: A4 XX any subject from 2010-01-01: district 'XX' is not in districts.csv",
    ),
    "category without a line": (
        "matrix.csv",
        replacing("A4,,,SG-ZJ,,供热行业监管，本项目默认,2010-01-01,\n", ""),
        "matrix.csv: A4: has no lead unit",
    ),
    "category whose line ran out": (
        "matrix.csv",
        replacing("供热行业监管，本项目默认,2010-01-01,", "供热行业监管，本项目默认,2010-01-01,2026-06-30"),
        "matrix.csv: A4: has no lead unit for district unknown, subject 个人, from 2026-07-01",
    ),
    "category led in one district only": (
        "matrix.csv",
        replacing("A4,,,", "A4,SC,,"),
        "matrix.csv: A4: has no lead unit for district unknown, subject 个人, from 0001-01-01",
    ),
    "hole between two versions of a line": (
        "matrix.csv",
        replacing(
            "供热行业监管，本项目默认,2010-01-01,",
            "basis,2010-01-01,2026-03-31\nA4,,,SG-ZHZF,,basis,2026-05-01,",
        ),
        "matrix.csv: A4: has no lead unit for district unknown, subject 个人, from 2026-04-01",
    ),
    "overlapping lines": (
        "matrix.csv",
        adding("A4,,,SG-ZHZF,,basis,2026-01-01,"),
        (
            "matrix.csv: A4 any district any subject from 2026-01-01: "
            "overlaps with the entry A4 any district any subject from 2010-01-01"
        ),
    ),
    "rival lines": (
        "matrix.csv",
        adding("A6,SC,,SG-SC,,basis,2010-01-01,"),
        (
            "matrix.csv: A6 SC any subject from 2010-01-01: "
            "decides the same requests as the entry A6 any district 企业 from 2010-01-01, and neither is more exact"
        ),
    ),
    "street led by the matrix outside its list": (
        "matrix.csv",
        adding("A1,SC,,SG-SC,,basis,2010-01-01,"),
        (
            "matrix.csv: A1 SC any subject from 2010-01-01: "
            "'SG-SC' is a street or town, and the category is not on its 履职事项清单 (street_duties.csv)"
        ),
    ),
    "street as co-unit outside its list": (
        "matrix.csv",
        replacing("A8,,,SG-JY,,", "A8,,,SG-JY,SG-HZ,"),
        (
            "matrix.csv: A8 any district any subject from 2010-01-01: "
            "'SG-HZ' is a street or town, and the category is not on its 履职事项清单 (street_duties.csv)"
        ),
    ),
    "street that stands for the district outside its list": (
        "street_duties.csv",
        replacing("SG-HZ,A5,街镇履职事项清单：物业管理纠纷属地调处；本项目默认，待城市核定\n", ""),
        (
            "matrix.csv: A5 any district any subject from 2010-01-01: "
            "'SG-HZ' is a street or town, and the category is not on its 履职事项清单 (street_duties.csv)"
        ),
    ),
    "duty of an unknown category": (
        "street_duties.csv",
        adding("SG-HZ,A0,basis"),
        "street_duties.csv: SG-HZ A0: category 'A0' is not in taxonomy.csv",
    ),
    "duty of an unknown street": (
        "street_duties.csv",
        adding("SG-XX,A5,basis"),
        "street_duties.csv: SG-XX A5: unit 'SG-XX' is not in units.csv",
    ),
    "duty of a bureau": (
        "street_duties.csv",
        adding("SG-NY,A6,basis"),
        "street_duties.csv: SG-NY A6: 'SG-NY' is no street or town: its kind is none of 乡镇 街道 镇街",
    ),
    "duty told twice": (
        "street_duties.csv",
        adding("SG-HZ,A5,basis"),
        "street_duties.csv: line 8, category: 'A5' of SG-HZ stands twice",
    ),
    "line that ends before it begins": (
        "matrix.csv",
        adding("A4,SC,,SG-SC,,basis,2026-02-01,2026-01-01"),
        "matrix.csv: line 13, valid_to: 2026-01-01 is before valid_from 2026-02-01",
    ),
    "unreadable date": (
        "matrix.csv",
        adding("A4,SC,,SG-SC,,basis,2026/02/01,"),
        "matrix.csv: line 13, valid_from: '2026/02/01' is not a date such as 2026-03-01",
    ),
    "unknown subject": (
        "matrix.csv",
        adding("A4,SC,公司,SG-SC,,basis,2026-02-01,"),
        "matrix.csv: line 13, subject: '公司' is not one of 个人 企业",
    ),
    "park within an unknown district": (
        "districts.csv",
        lambda text: "".join(
            f"{line},{('within', 'XX')[number] if number < 2 else ''}\n" for number, line in enumerate(text.splitlines())
        ),
        "districts.csv: SC: within 'XX' is no other district of this file",
    ),
    "homophone of no name": (
        "lexicons/place_homophones.txt",
        adding("国帽 国贸"),
        "lexicons/place_homophones.txt: 国帽: '国贸' is in no name of this profile",
    ),
    "homophone that is a name": (
        "lexicons/place_homophones.txt",
        adding("弥河 圣城"),
        "lexicons/place_homophones.txt: 弥河: is a name of this profile itself",
    ),
    "homophone of two names": (
        "lexicons/place_homophones.txt",
        lambda text: text + "农剩 农圣\n农剩 文圣\n",
        "lexicons/place_homophones.txt: 农剩: is taken for 农圣 and for 文圣",
    ),
    "phrase without a place": (
        "lexicons/not_places.txt",
        adding("细水长流"),
        "lexicons/not_places.txt: 细水长流: holds no name of this profile, so it does nothing",
    ),
    "own town elsewhere": (
        "lexicons/elsewhere.txt",
        adding("洛城"),
        "lexicons: 洛城: is a name of this profile, so it is neither elsewhere nor no place",
    ),
    "category twice": (
        "taxonomy.csv",
        adding("A4,A,民生诉求,供热,投诉,,暖气,dispatch,D"),
        "taxonomy.csv: line 12, code: 'A4' stands already in line 5",
    ),
    "unknown type": (
        "taxonomy.csv",
        replacing("教育,咨询", "教育,询问"),
        "taxonomy.csv: line 9, default_type: '询问' is not one of 咨询 求助 投诉 举报 建议 表扬 无效",
    ),
    "unknown handling": (
        "taxonomy.csv",
        replacing("unclassified", "unclasified"),
        "taxonomy.csv: line 11, handling: 'unclasified' is not one of dispatch nuisance unclassified decline",
    ),
    "two names for one first level": (
        "taxonomy.csv",
        replacing("A4,A,民生诉求", "A4,A,民生"),
        "taxonomy.csv: A4: level1 A is called 民生 here and 民生诉求 before",
    ),
    "urgent word without a level": (
        "taxonomy.csv",
        replacing("暖气爆;", "暖气爆炸裂;"),
        "taxonomy.csv: A4: urgent word '暖气爆炸裂' is neither in lexicons/critical.txt nor in lexicons/urgent.txt",
    ),
    "word twice in a cell": (
        "taxonomy.csv",
        replacing("暖气;供暖", "暖气;暖气"),
        "taxonomy.csv: line 5, words: '暖气' is given twice",
    ),
    "misspelt column": (
        "units.csv",
        replacing("duties", "dutys"),
        "units.csv: dutys: is not a column of this file",
    ),
    "missing column": ("units.csv", replacing("duties", "dutys"), "units.csv: duties: is a missing column"),
    "cell too many": ("units.csv", adding("SG-X,名,类,责,是,多"), "units.csv: line 18, row: has 6 cells; the header has 5"),
    "empty name": ("units.csv", adding("SG-X,,类,责,是"), "units.csv: line 18, name: is empty"),
    "neither active nor not": (
        "units.csv",
        adding("SG-X,名,类,责,yes"),
        "units.csv: line 18, active: 'yes' is not 是 or 否",
    ),
    "district without a government": (
        "districts.csv",
        replacing("SG-DT", "SG-DTZ"),
        "districts.csv: DT: government 'SG-DTZ' is not in units.csv",
    ),
    "alias of two districts": (
        "districts.csv",
        replacing("田柳镇,SG-TL,田柳", "田柳镇,SG-TL,稻田"),
        "districts.csv: TL: name '稻田' belongs to DT already",
    ),
    "place in an unknown district": (
        "places.csv",
        adding("化龙镇,HL,镇"),
        "places.csv: 化龙镇: district 'HL' is not in districts.csv",
    ),
    "place in two districts": (
        "places.csv",
        adding("三元朱村,LC,村"),
        "places.csv: line 16, district: '三元朱村' is in LC here, in SJJ in line 2",
    ),
    "place twice": (
        "places.csv",
        adding("三元朱村,SJJ,村"),
        "places.csv: line 16, name: '三元朱村' stands already in line 2",
    ),
    "place that is another district's name": (
        "places.csv",
        adding("田柳,DT,村"),
        "places.csv: 田柳: is a name of district TL",
    ),
    "missing urgency": (
        "deadlines.toml",
        replacing('"紧急" = { clock = "WALL", hours = 2, source = "D" }\n', ""),
        "deadlines.toml: sign.紧急: is missing",
    ),
    "types that do not cover": (
        "deadlines.toml",
        replacing('"一般" = { clock = "WD", days = 5, source = "D: 与办理时限同数" }\n', ""),
        "deadlines.toml: promise.by_type: has no 求助 投诉 表扬 无效, and there is no 一般 to fall back on",
    ),
    "unknown clock": (
        "deadlines.toml",
        replacing('clock = "WH"', 'clock = "HW"'),
        "deadlines.toml: dispatch.一般.clock: 'HW' is not one of WALL WH WD ND",
    ),
    "hours on a clock of days": (
        "deadlines.toml",
        replacing('clock = "WD", days = 1,', 'clock = "WD", hours = 8,'),
        "deadlines.toml: sign.一般.hours: is not a key of this table",
    ),
    "no time at all": (
        "deadlines.toml",
        replacing("minutes = 10", "minutes = 0"),
        "deadlines.toml: dispatch.特急.minutes: 0 is below 1",
    ),
    "deadline without a source": (
        "deadlines.toml",
        replacing('minutes = 30, source = "D"', 'minutes = 30, source = ""'),
        "deadlines.toml: sign.特急.source: is empty",
    ),
    "unknown type of deadline": (
        "deadlines.toml",
        replacing('"建议" =', '"意见" ='),
        "deadlines.toml: promise.by_type.意见: is not one of 咨询 求助 投诉 举报 建议 表扬 无效",
    ),
    "deadline of an unknown category": (
        "deadlines.toml",
        replacing('"A4" =', '"A0" ='),
        "deadlines.toml: resolve.by_category.A0: is not in taxonomy.csv",
    ),
    "misspelt stage": (
        "deadlines.toml",
        adding('[sing]\n"一般" = { clock = "WD", days = 1, source = "D" }'),
        "deadlines.toml: sing: is not a key of this table",
    ),
    "misspelt key": (
        "profile.toml",
        replacing("review =", "reveiw ="),
        "profile.toml: bands.reveiw: is not a key of this table",
    ),
    "missing key": ("profile.toml", replacing("review =", "reveiw ="), "profile.toml: bands.review: is missing"),
    "bands upside down": (
        "profile.toml",
        replacing("review = 0.50", "review = 0.95"),
        "profile.toml: bands.review: 0.95 is above automatic 0.85",
    ),
    "share above one": (
        "profile.toml",
        replacing("similarity = 0.82", "similarity = 82"),
        "profile.toml: merge.similarity: 82.0 is not a number from 0 to 1",
    ),
    "repeat without a number of terms": (
        "profile.toml",
        replacing("retold_terms = 3", "retold_terms = 0"),
        "profile.toml: merge.retold_terms: 0 is below 1",
    ),
    "prefix of three letters": (
        "profile.toml",
        replacing('ticket_prefix = "SG"', 'ticket_prefix = "SGX"'),
        "profile.toml: ticket_prefix: 'SGX' is not two capital letters",
    ),
    "unknown zone": (
        "profile.toml",
        replacing("Asia/Shanghai", "Asia/Haikou"),
        "profile.toml: timezone: 'Asia/Haikou' is not a time zone such as Asia/Shanghai",
    ),
    "office that closes before it opens": (
        "profile.toml",
        replacing("[13:30:00, 17:30:00]", "[17:30:00, 13:30:00]"),
        "profile.toml: calendar.office_hours: span 2 is not one such as [08:30:00, 12:00:00]",
    ),
    "office hours that overlap": (
        "profile.toml",
        replacing("[13:30:00,", "[11:30:00,"),
        "profile.toml: calendar.office_hours: 11:30:00 begins before the span ahead of it ends",
    ),
    "year without holidays": (
        "profile.toml",
        replacing("years = [2024, 2025, 2026]", "years = [2024, 2025, 2026, 2027]"),
        "profile.toml: calendar.years: 2027 has no 元旦 春节 清明节 劳动节 端午节 中秋节 国庆节 in the calendar files",
    ),
    "hole between years": (
        "profile.toml",
        replacing("years = [2024, 2025, 2026]", "years = [2024, 2026]"),
        "profile.toml: calendar.years: there is a hole between 2024 and 2026",
    ),
    "missing calendar file": (
        "profile.toml",
        replacing("cn_2024_2026.csv", "cn_2027.csv"),
        "cn_2027.csv: file: is missing",
    ),
    "not TOML": ("profile.toml", replacing('name = "', "name = "), "profile.toml: file: Invalid value (at line 2, column 8)"),
    "unknown field in a message": (
        "messages.toml",
        replacing("{date}", "{day}"),
        "messages.toml: received: names {day}; it may name date ticket_no title",
    ),
    "stray brace in a message": (
        "messages.toml",
        replacing("{date}", "{date"),
        "messages.toml: received: has a stray brace (expected '}' before end of string)",
    ),
    "missing message": ("messages.toml", replacing("declined =", "refused ="), "messages.toml: declined: is missing"),
    "message nobody sends": (
        "messages.toml",
        lambda text: f'refused = "不受理"\n{text}',
        "messages.toml: refused: is not a key of this table",
    ),
    "safety script of no category": (
        "messages.toml",
        adding('A0 = "请撤离"'),
        "messages.toml: safety.A0: is not in taxonomy.csv",
    ),
    "no safety script": (
        "messages.toml",
        replacing("any = ", "A1 = "),
        "messages.toml: safety.any: is missing",
    ),
    "safety script too long for a receipt": (
        "messages.toml",
        adding(f'A1 = "{"跑" * 590}"'),
        "messages.toml: safety.A1: has 648 characters with wechat_received behind it; a WeChat reply holds 600",
    ),
    "phone number in a safety script": (
        "messages.toml",
        adding(f'A1 = "请拨{"139" + "0000" + "0001"}"'),
        "messages.toml: safety.A1: holds a mobile number",
    ),
    "phone number in a message": (
        "messages.toml",
        replacing("请用文字", "请联系" + "139" + "0000" + "0001"),
        "messages.toml: wechat_text_only: holds a mobile number",
    ),
    "message too long for WeChat": (
        "messages.toml",
        replacing("请用文字说明事情、地点和时间，也可以拨打12345。", "请" * 600),
        "messages.toml: wechat_text_only: has 603 characters; a WeChat reply holds 600",
    ),
    "word in two lists": (
        "lexicons/urgent.txt",
        adding("自杀"),
        "lexicons/urgent.txt: 自杀: stands in critical.txt too",
    ),
    "word of one character": (
        "lexicons/critical.txt",
        adding("炸"),
        "lexicons: 炸: a single character stands inside too many harmless words",
    ),
    "word twice in a list": (
        "lexicons/critical.txt",
        adding("自杀"),
        "lexicons/critical.txt: line 31: '自杀' stands already in line 2",
    ),
    "pair of three": (
        "lexicons/critical_pairs.txt",
        adding("小孩 锁 车"),
        "lexicons/critical_pairs.txt: line 8: has 3 words; 2 wanted, or a class (name = words)",
    ),
    "pair twice": (
        "lexicons/critical_pairs.txt",
        adding("小孩 锁车"),
        "lexicons/critical_pairs.txt: line 8: stands already in line 2",
    ),
    "pair of an unknown class": (
        "lexicons/critical_pairs.txt",
        adding("@老小 锁车"),
        "lexicons/critical_pairs.txt: line 8: names the class 老小, which no line above tells",
    ),
    "class without a pair": (
        "lexicons/critical_pairs.txt",
        adding("老小 = 老人 小孩"),
        "lexicons/critical_pairs.txt: 老小: is a class that no line uses",
    ),
    "pair of an unknown category": (
        "lexicons/critical_pairs.txt",
        adding("A0: 煤气 头晕"),
        "lexicons/critical_pairs.txt: A0: is not in taxonomy.csv",
    ),
    "false friend that silences an alarm": (
        "lexicons/false_friends.txt",
        adding("跳楼"),
        "lexicons/false_friends.txt: 跳楼: is an alarming word or a part of one and would silence it",
    ),
    "false friend without an alarm": (
        "lexicons/false_friends.txt",
        adding("打折"),
        "lexicons/false_friends.txt: 打折: holds no alarming word, so it does nothing",
    ),
    "repair of a repair": (
        "lexicons/homophones.txt",
        adding("然气 天然气"),
        "lexicons/homophones.txt: 然气: is repaired to 燃气 and to 天然气",
    ),
    "cue of an unknown kind": (
        "lexicons/split_cues.txt",
        lambda _: "also 另外\ntoo 还有\n",
        "lexicons/split_cues.txt: line 2: 'too' is none of another besides also then first item several single false_friends",
    ),
    "cue without a phrase": (
        "lexicons/split_cues.txt",
        lambda _: "also # 另外\n",
        "lexicons/split_cues.txt: line 1: has no phrase",
    ),
    "cue of two kinds": (
        "lexicons/split_cues.txt",
        lambda _: "also 另外\nthen 另外\n",
        "lexicons/split_cues.txt: line 2: '另外' stands already in line 1",
    ),
    "cue that no text can hold": (
        "lexicons/split_cues.txt",
        adding("also Also"),
        "lexicons/split_cues.txt: Also: has capitals; texts are searched in lower case",
    ),
    "common word of one character": (
        "lexicons/common.txt",
        adding("的"),
        "lexicons/common.txt: 的: a single character is never compared, so it does nothing",
    ),
    "phrase that holds another": (
        "lexicons/again.txt",
        adding("打过电话"),
        "lexicons/again.txt: 打过电话: holds 打过, so it does nothing",
    ),
    "phrase of a change that holds another": (
        "lexicons/changed.txt",
        adding("另外一件"),
        "lexicons/changed.txt: 另外一件: holds 另外, so it does nothing",
    ),
    "corpus of an unknown category": (
        "corpus/seed.csv",
        lambda _: "text,category,type,urgency,channel\n有人吗,A0,咨询,一般,P\n",
        "corpus/seed.csv: line 2, category: 'A0' is not in taxonomy.csv",
    ),
    "corpus with an unknown label": (
        "corpus/seed.csv",
        lambda _: "text,category,type,urgency,channel\n有人吗,A1,咨询,普通,P\n",
        "corpus/seed.csv: line 2, urgency: '普通' is not 一般, 紧急 or 特急",
    ),
    "corpus with an unknown channel": (
        "corpus/seed.csv",
        lambda _: "text,category,type,urgency,channel\n有人吗,A1,咨询,一般,X\n",
        "corpus/seed.csv: line 2, channel: 'X' is not a letter of 诉求来源",
    ),
    "corpus with an unknown second category": (
        "corpus/seed.csv",
        lambda _: "text,category,type,urgency,channel,alt_category\n有人吗,A1,咨询,一般,P,A0\n",
        "corpus/seed.csv: line 2, alt_category: 'A0' is not in taxonomy.csv",
    ),
    "example contact whose part is not copied": (
        "corpus/several.jsonl",
        lambda _: (
            '{"text": "路灯坏了，还停水", "channel": "P", "parts": [{"text": "路灯灭了", "category": "A1", "type": "求助"}]}\n'
        ),
        "corpus/several.jsonl: line 1: part '路灯灭了' does not stand in the text, after the part before it",
    ),
    "example contact of an unknown category": (
        "corpus/several.jsonl",
        lambda _: '{"text": "路灯坏了", "channel": "P", "parts": [{"text": "路灯坏了", "category": "A0", "type": "求助"}]}\n',
        "corpus/several.jsonl: line 1: category 'A0' is not in taxonomy.csv",
    ),
    "example contact that the corpus holds": (
        "corpus/several.jsonl",
        lambda _: (
            '{"text": "早市散了以后满地烂菜叶子没人扫，下雨一泡臭得慌，圣城街菜市场东门", "channel": "W", "parts": '
            '[{"text": "早市散了以后满地烂菜叶子没人扫", "category": "A1", "type": "投诉"}]}\n'
        ),
        "corpus/several.jsonl: line 1: '早市散了以后满地烂菜叶子没人扫，下雨一泡' stands already in corpus/seed.csv line 3",
    ),
    "example contact that is no JSON": (
        "corpus/several.jsonl",
        lambda _: "路灯坏了\n",
        "corpus/several.jsonl: line 1: Expecting value: line 1 column 1 (char 0)",
    ),
    "vocabulary of an unknown category": (
        "vocabulary.csv",
        adding("A0,烧烤炉"),
        "vocabulary.csv: A0: is not in taxonomy.csv",
    ),
    "vocabulary of a category twice": (
        "vocabulary.csv",
        adding("A1,烧烤炉"),
        "vocabulary.csv: line 12, category: 'A1' stands twice",
    ),
    "word twice in a vocabulary": (
        "vocabulary.csv",
        replacing("A1,地摊;", "A1,地摊;地摊;"),
        "vocabulary.csv: line 2, words: '地摊' is given twice",
    ),
    "text twice in the corpus": (
        "corpus/seed.csv",
        lambda _: "text,category,type,urgency,channel\n有人吗,A1,咨询,一般,P\n有人吗,A2,咨询,一般,P\n",
        "corpus/seed.csv: line 3, text: stands already in corpus/seed.csv line 2",
    ),
}


@pytest.mark.parametrize(("file", "edit", "problem"), CASES.values(), ids=CASES.keys())
def test_a_mistake_is_named(directory, file, edit, problem):
    """The clerk reads which file, which key, and why."""
    path = directory / file
    path.write_text(edit(path.read_text(encoding="utf-8")), encoding="utf-8")

    assert problem in check_profile(directory)


def test_a_profile_with_mistakes_is_not_loaded_and_all_are_told_at_once(directory):
    """Two mistakes in two files: the error holds both."""
    for file, old, new in (("units.csv", "SG-GD", "SG-GDX"), ("messages.toml", "{date}", "{day}")):
        path = directory / file
        path.write_text(replacing(old, new)(path.read_text(encoding="utf-8")), encoding="utf-8")

    with pytest.raises(BadProfile) as error:
        load_profile(directory)

    assert error.value.problems == (
        "messages.toml: received: names {day}; it may name date ticket_no title",
        "matrix.csv: A3 any district any subject from 2010-01-01: co-unit 'SG-GD' is not in units.csv",
    )


def test_two_mistakes_in_one_line_are_both_told(directory):
    """A clerk who corrects a line wants to correct it once."""
    path = directory / "matrix.csv"
    path.write_text(path.read_text(encoding="utf-8") + "A4,SC,公司,SG-SC,,,2026-02-30,\n", encoding="utf-8")

    problems = check_profile(directory)

    for key in ("subject", "basis", "valid_from"):
        assert any(problem.startswith(f"matrix.csv: line 13, {key}: ") for problem in problems)


@pytest.mark.parametrize(
    "file",
    [
        "profile.toml",
        "taxonomy.csv",
        "units.csv",
        "places.csv",
        "lexicons/denials.txt",
        "lexicons/elsewhere.txt",
        "messages.toml",
    ],
)
def test_a_missing_file_is_named(directory, file):
    """No file of a profile is optional."""
    (directory / file).unlink()

    assert f"{file}: file: is missing" in check_profile(directory)


def test_a_file_that_nothing_reads_is_named(directory):
    """``place.csv`` beside ``places.csv`` is a slip, not a gift."""
    (directory / "place.csv").write_text("name\n", encoding="utf-8")

    assert check_profile(directory) == ("place.csv: file: is not part of a profile",)


def test_a_word_list_that_nothing_reads_is_named(directory):
    """``criticl.txt`` beside ``critical.txt`` would alarm nobody; a list of the language's may be given by every town."""
    (directory / "lexicons" / "criticl.txt").write_text("自焚\n", encoding="utf-8")
    (directory / "lexicons" / "trades.txt").write_text("电焊\n", encoding="utf-8")

    assert check_profile(directory) == ("lexicons/criticl.txt: file: is not part of a profile",)


def test_a_directory_that_nothing_reads_is_named(directory):
    """``lexicon`` beside ``lexicons`` would silence nobody; what an editor hides is nobody's business."""
    (directory / "lexicon").mkdir()
    (directory / ".git").mkdir()
    (directory / "lexicons" / ".units.txt.swp").touch()

    assert check_profile(directory) == ("lexicon: file: is not part of a profile",)


def test_a_table_saved_in_the_old_chinese_encoding_is_named(directory):
    """Spreadsheets save CSV as GBK unless they are told not to."""
    path = directory / "units.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gbk"))

    assert any(problem.startswith("units.csv: file: is not UTF-8 (byte ") for problem in check_profile(directory))


def test_a_table_saved_by_a_spreadsheet_is_read(directory):
    """A byte-order mark and CRLF line ends do no harm."""
    path = directory / "units.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))

    assert check_profile(directory) == ()


def test_a_category_without_an_example_is_named(directory):
    """A model that never saw a category can never choose it."""
    path = directory / "corpus" / "seed.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if ",A4," not in line), encoding="utf-8")

    assert check_profile(directory) == ("corpus: A4: has no example",)


def test_a_profile_without_a_corpus_is_good(directory):
    """A town may train on its own data and ship none."""
    shutil.rmtree(directory / "corpus")

    assert check_profile(directory) == ()


def test_a_closed_unit_may_stand_in_a_line_that_has_run_out(directory):
    """Old tickets keep their explanation: the unit was right then."""
    path = directory / "matrix.csv"
    text = path.read_text(encoding="utf-8")
    old = "A4,,,SG-ZJ,,供热行业监管，本项目默认,2010-01-01,\n"
    new = "A4,,,SG-ZHZF,,basis,2010-01-01,2025-12-31\nA4,,,SG-ZJ,,basis,2026-01-01,\n"
    path.write_text(replacing(old, new)(text).replace("A1,,,SG-ZHZF", "A1,,,SG-RX"), encoding="utf-8")
    units = directory / "units.csv"
    closing = replacing("占道经营、违建、油烟、市容环卫,是", "占道经营、违建、油烟、市容环卫,否")
    units.write_text(closing(units.read_text(encoding="utf-8")), encoding="utf-8")

    assert check_profile(directory) == ()


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("2026-04-03,holiday,三月三\n2026-04-03,holiday,三月三", "line 3, date: 2026-04-03 is given twice"),
        ("2026-04-08,workday,补班", "line 2, date: 2026-04-08 is a Wednesday: a weekday is worked anyway"),
        ("2027-04-08,holiday,三月三", "line 2, date: 2027-04-08 is outside the years that profile.toml names"),
        ("2026-04-08,feast,三月三", "line 2, kind: 'feast' is not holiday or workday"),
    ],
)
def test_a_mistake_in_a_towns_own_calendar_is_named(directory, lines, problem):
    """Days that contradict each other would make deadlines that contradict each other."""
    add_calendar(directory, lines)

    assert check_profile(directory) == (f"calendar/local.csv: {problem}",)


def test_a_day_forgotten_inside_a_break_is_named(directory):
    """National Day without its third day is a typing error, not a rule."""
    national = find_profile("shouguang").parents[1] / "calendars" / "cn_2024_2026.csv"
    (directory / "calendar").mkdir()
    without = replacing("2026-10-03,holiday,国庆节\n", "")(national.read_text(encoding="utf-8"))
    (directory / "calendar" / national.name).write_text(without, encoding="utf-8")

    assert check_profile(directory) == ("profile.toml: calendar.files: 国庆节 has a hole at 2026-10-03",)


def test_a_towns_own_holiday_is_rested(directory):
    """A province adds its 三月三 to the nation's days without copying them."""
    add_calendar(directory, "2026-04-20,holiday,三月三")

    calendar = load_profile(directory).calendar

    assert set(calendar.holidays.values()) >= {"三月三", "国庆节"}


def add_calendar(directory: Path, lines: str) -> None:
    """Give the town a calendar file of its own."""
    (directory / "calendar").mkdir()
    (directory / "calendar" / "local.csv").write_text(f"date,kind,name\n{lines}\n", encoding="utf-8")
    path = directory / "profile.toml"
    edit = replacing('files = ["cn_2024_2026.csv"]', 'files = ["cn_2024_2026.csv", "local.csv"]')
    path.write_text(edit(path.read_text(encoding="utf-8")), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "words", "problem"),
    [
        ("sounds.txt", "路陆\n鹿路", "lexicons/sounds.txt: 路: stands twice, in 路陆 and in 鹿路"),
        ("sounds.txt", "路", "lexicons/sounds.txt: 路: is alone in its group, so it does nothing"),
        ("satisfied.txt", "不满意", "lexicons/dissatisfied.txt: 不满意: stands in satisfied.txt too"),
        ("trades.txt", "物业 装修", "lexicons/trades.txt: line 1: has 2 words; 1 wanted"),
        ("type_praise.txt", "咨询", "lexicons/type_praise.txt: 咨询: stands in type_consult.txt too"),
    ],
)
def test_a_towns_own_list_takes_the_place_of_the_shared_one(directory, file, words, problem):
    """A dialect has words of its own; what is wrong with them is told like anything else."""
    (directory / "lexicons" / file).write_text(f"{words}\n", encoding="utf-8")

    assert check_profile(directory) == (problem,)


def test_a_town_without_lists_of_its_own_has_the_shared_ones(directory):
    """What the language says everywhere is written once."""
    lexicon = load_profile(directory).facts

    assert "我司" in lexicon.enterprise
    assert any({"路", "陆"} <= set(group) for group in lexicon.sounds)


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("专席甲,1,,,,,D\n专席乙,1,,,,,D", "desks.csv: line 3, keys: '1' leads to 专席甲 already"),
        ("专席甲,1,,,,,D\n专席乙,2,专席甲,,,,D", "desks.csv: line 3, queues: '专席甲' leads to 专席甲 already"),
        ("专席甲,1,,,,企业,D\n专席乙,2,,,,企业,D", "desks.csv: line 3, subject: '企业' leads to 专席甲 already"),
        ("专席甲,1,,,XX,,D", "desks.csv: 专席甲: category 'XX' is in neither level of taxonomy.csv"),
        ("专席甲,1,,,,公司,D", "desks.csv: line 2, subject: '公司' is not one of 个人 企业"),
        ("专席甲,1,,,,,", "desks.csv: line 2, source: is empty"),
    ],
)
def test_a_desk_that_cannot_be_right_is_named(directory, lines, problem):
    """专席 may be missing; those that are there lead somewhere, and each way to one of them."""
    (directory / "desks.csv").write_text(f"desk,keys,queues,languages,categories,subject,source\n{lines}\n", encoding="utf-8")

    assert check_profile(directory) == (problem,)
