"""Understanding: all that is made of a request, on the shipped profile."""

import math
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from classifiers.artifact import Artifact
from classifiers.courtesies import without_courtesies
from classifiers.normalise import normalise
from classifiers.rows import read_labelled
from classifiers.training import train
from classifiers.understand import Understander
from config.profiles import corpus_files
from hotline.learning import kept_apart
from models.codes import RequestType, Urgency
from models.profile import Profile
from models.understanding import Facts, Repair, Understanding
from tests.unit.classifiers.conftest import A_DAY, some_rows


def test_a_plain_request_is_understood_whole(understander: Understander, haikou: Profile):
    """Category, urgency, district and address come out of one sentence."""
    [understood] = understander.understand(["龙华区国贸路88号对面路灯不亮，麻烦来修"])

    assert haikou.categories[understood.best.category_code].level2 == "路灯故障"
    assert haikou.districts[understood.district_code or ""].name == "龙华区"
    assert understood.address == "龙华区国贸路88号对面"
    assert understood.street == "国贸路"
    assert (understood.urgency, understood.alarm, understood.language) == (Urgency.NORMAL, None, "zh")


def test_facts_and_repairs_come_with_the_understanding(understander: Understander):
    """What the clerk would otherwise type is there, in the citizen's own characters where it is quoted."""
    [understood] = understander.understand(["嗯，白龍男路那家店昨天收了我三千二，不要告訴他們是我打的"])

    assert (understood.street, understood.address) == ("白龙南路", "白龙南路")
    assert understood.repairs == (Repair("白龍男路", "白龙南路", 2, 6),)
    assert understood.facts == Facts(amount=Decimal(3200), when="昨天", confidential=True)


def test_who_was_answered_is_heard_in_every_spelling(understander: Understander):
    """The rules ask whether a question is still one; how it was written down is not theirs to know."""
    told, asks = understander.understand(["靈活就業社保怎麼交 嗯嗯好的明白了，謝謝", "我想知道灵活就业社保怎么交"])

    assert (told.answered, asks.answered) == (True, False)


@pytest.mark.parametrize(
    ("greeting", "closing"),
    [("喂你好请问是政府热线吗", ""), ("", "好的谢谢再见"), ("喂听得到吗那个我跟你说啊", "大概就是这样听清楚了吗")],
)
def test_courtesies_change_nothing(understander: Understander, haikou_directory: Path, greeting: str, closing: str):
    """A drowning child is heard behind any greeting, and 谢谢 behind a question is no praise."""
    rows = kept_apart(read_labelled(corpus_files(haikou_directory)))[::20]
    texts = [told for row in rows if (told := without_courtesies(normalise(row.text).text)) and told[-1] not in "，。！？!?. "]

    alone, framed = understander.understand(texts), understander.understand([f"{greeting}{text}{closing}" for text in texts])

    same = [_told_by(each) == _told_by(other, len(greeting)) for each, other in zip(framed, alone, strict=True)]
    assert sum(same) >= 0.99 * len(same)  # some words are cut otherwise beside a courtesy


def _told_by(understood: Understanding, shift: int = 0) -> tuple[object, ...]:
    issues = [(issue.start + shift, issue.end + shift) for issue in understood.issues]
    return understood.best.category_code, understood.urgency, understood.alarm_is_sure, understood.request_type, issues


def test_evidence_stands_behind_the_greeting(understander: Understander):
    """Its places are those of the text as it was said."""
    greeting, told = "喂你好是12345吗", "凤翔路路灯不亮"

    evidence = understander.evidence(greeting + told)

    shift = len(greeting)
    assert evidence
    assert evidence == tuple(
        replace(each, start=each.start + shift, end=each.end + shift) for each in understander.evidence(told)
    )


def test_guesses_come_best_first_and_are_probabilities(understander: Understander):
    """The operator sees three, and the numbers mean something."""
    [understood] = understander.understand(["楼下烧烤店油烟太大，晚上还很吵"])
    probabilities = [guess.probability for guess in understood.top]

    assert len(probabilities) == 3
    assert probabilities == sorted(probabilities, reverse=True)
    assert 0 < sum(probabilities) <= 1.00001


def test_a_batch_gives_what_each_text_gives_alone(understander: Understander):
    """Nothing leaks from one citizen's text into another's."""
    texts = ["停水两天了", "", "公交车不停站", "the street lamp is broken", "厨房好大煤气味"]

    together = understander.understand(texts)

    for text, understood in zip(texts, together, strict=True):
        [alone] = understander.understand([text])
        assert alone.best.category_code == understood.best.category_code
        assert math.isclose(alone.best.probability, understood.best.probability, rel_tol=1e-4)
        assert (alone.urgency, alone.district_code, alone.request_type) == (
            understood.urgency,
            understood.district_code,
            understood.request_type,
        )


def test_no_texts_are_no_trouble(understander: Understander):
    """An empty batch is an empty answer."""
    assert understander.understand([]) == []


@pytest.mark.parametrize(
    "text",
    ["", " ", "😀😀", "\x00\x07\x1b", "\ud800", "<div><p></p></div>", "a" * 100_000, "嗯" * 50_000, "停水了，" * 25_000],
    ids=["empty", "blank", "emoji", "control", "surrogate", "markup", "letters", "fillers", "100 KB"],
)
def test_whatever_arrives_gets_a_guess(understander: Understander, text: str):
    """No input stops a worker; what says nothing gets a low confidence."""
    [understood] = understander.understand([text])

    assert understood.top
    assert understander.evidence(text) is not None
    if "停水" not in text:
        assert understood.best.probability < 0.5


def test_evidence_is_quoted_from_the_citizens_own_text(understander: Understander):
    """The words that decided stand where the span says, in the citizen's own spelling."""
    text = "嗯，我我想反映一下，海甸島的路燈壞了，路燈三天沒亮"

    evidence = understander.evidence(text)

    assert any("燈" in each.word for each in evidence[:2])
    assert all(text[each.start : each.end] == each.word for each in evidence)
    assert [each.weight for each in evidence] == sorted((each.weight for each in evidence), reverse=True)
    assert all(each.weight > 0 for each in evidence)


def test_traditional_characters_change_nothing(understander: Understander):
    """The same request in either script goes the same way."""
    [simplified, traditional] = understander.understand(["小区电梯坏了没人修", "小區電梯壞了沒人修"])

    assert simplified.best == traditional.best


@pytest.mark.parametrize(
    ("text", "category"),
    [("电梯里困人了快来", "电梯故障"), ("厨房好大煤气味", "燃气泄漏"), ("有人站在楼顶要跳楼", "扬言极端")],
)
def test_an_emergency_is_critical_and_knows_its_category(understander: Understander, haikou: Profile, text: str, category: str):
    """These cannot wait for an operator."""
    [understood] = understander.understand([text])
    code = understood.emergency_category

    assert understood.urgency is Urgency.CRITICAL
    assert understood.alarm
    assert haikou.categories[code].level2 == category


@pytest.mark.parametrize(
    ("text", "is_sure"),
    [
        ("厨房好大煤气味", True),
        ("没有煤气味", False),
        ("上个月闻到煤气味", False),
        ("跳楼价大甩卖", False),
        ("路灯不亮", False),
    ],
)
def test_a_running_call_is_interrupted_for_what_surely_is_an_emergency(understander: Understander, text: str, is_sure: bool):
    """A danger that is denied or past waits for the ticket."""
    assert understander.understand([text])[0].alarm_is_sure is is_sure


def test_only_emergencies_interrupt(understander: Understander, haikou_directory):
    """What the ticket will not call an emergency alarms nobody while the call runs."""
    texts = [row.text for row in read_labelled(corpus_files(haikou_directory))][::7]

    sure = [understood for understood in understander.understand(texts) if understood.alarm_is_sure]

    assert sure
    assert {understood.urgency for understood in sure} == {Urgency.CRITICAL}


def test_few_calm_requests_of_the_corpus_are_taken_for_emergencies(
    understander: Understander, haikou: Profile, haikou_directory
):
    """Crews that are sent out for nothing are missing elsewhere. What was written to sound alarming is measured elsewhere."""
    ordinary = [path for path in corpus_files(haikou_directory) if not path.name.startswith("emergencies")]
    calm = [row.text for row in read_labelled(ordinary) if row.urgency is Urgency.NORMAL]

    understood = understander.understand(calm)

    assert sum(each.urgency is Urgency.CRITICAL for each in understood) < 0.071 * len(calm)
    assert sum(each.alarm_is_sure for each in understood) < 0.008 * len(calm)


def test_every_understanding_names_its_model(understander: Understander, haikou_model: Artifact):
    """An audit finds the model behind each dispatch."""
    assert understander.understand(["停水"])[0].model_version == haikou_model.card.version


def test_a_model_without_types_takes_the_categorys_usual_one(
    understander_for: Callable[[Artifact], Understander], haikou: Profile
):
    """A label set of one's own needs no types; an unknown category means help."""
    rows = [row.__class__(row.text, {"lamp": "2302"}.get(row.category, row.category)) for row in some_rows()]
    plain = understander_for(train(rows, seed=1, created_at=A_DAY))

    praise, water = plain.understand(["路灯灯杆", "停水了"])

    assert praise.request_type is haikou.categories["2302"].default_type is RequestType.PRAISE
    assert water.best.category_code == "water"
    assert water.request_type is RequestType.HELP
