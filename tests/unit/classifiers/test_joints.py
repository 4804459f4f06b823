"""Joints: where a text could be cut, and what only looks like such a place."""

import pytest

from classifiers.joints import JointFinder, Mark
from models.profile import SplitCues

FINDER = JointFinder(
    SplitCues(
        another=("还有一个问题", "a second"),
        besides=("顺便", "also"),
        also=("还有", "另外"),
        then=("然后",),
        first=("第一", "1."),
        item=("第二", "第二个", "2.", "②"),
        several=("两件事",),
        single=("同一件事",),
        false_friends=("还有没有", "第二天"),
    )
)


def pieces(text: str) -> list[str]:
    """Return what stands between the cuts."""
    cuts = FINDER.find(text).cuts
    starts, ends = [0, *[end for _, end, _ in cuts]], [*[start for start, _, _ in cuts], len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("路灯不亮还有井盖松了", ["路灯不亮", "井盖松了"]),
        ("路灯不亮还有一个问题井盖松了", ["路灯不亮", "井盖松了"]),
        ("路灯不亮。另外，井盖松了", ["路灯不亮", "井盖松了"]),
        ("路灯不亮然后第二个呢井盖松了", ["路灯不亮", "井盖松了"]),
        ("路灯不亮还有那个就是顺便井盖松了", ["路灯不亮", "井盖松了"]),
        ("路灯不亮；②井盖松了", ["路灯不亮", "井盖松了"]),
        ("The lamp is dark. Also the lid is loose", ["The lamp is dark", " the lid is loose"]),
        ("路灯不亮\n井盖松了", ["路灯不亮", "井盖松了"]),
        ("路灯不亮 井盖松了", ["路灯不亮", "井盖松了"]),
        ("路灯不亮", ["路灯不亮"]),
        ("", [""]),
    ],
)
def test_a_text_can_be_cut_at_punctuation_and_at_cues(text: str, expected: list[str]):
    """Cues with fillers and punctuation around them are one joint; the longest phrase is taken."""
    assert pieces(text.lower()) == [piece.lower() for piece in expected]


@pytest.mark.parametrize("text", ["还有没有路灯", "第二天来修", "占道2.5米", "3,500元", "balsos", "wi fi 坏了"])
def test_what_only_looks_like_a_joint_is_none(text: str):
    """False friends, numbers and parts of Latin words join nothing."""
    assert pieces(text) == [text]


def test_what_announces_or_numbers_the_first_request_opens_it():
    """Nobody asks for 两件事."""
    joints = FINDER.find("反映两件事：第一路灯不亮，第二井盖松了")

    assert [(start, end) for start, end, _ in joints.openings] == [(2, 8)]
    assert [(start, end) for start, end, _ in joints.cuts] == [(12, 15)]
    assert joints.marks & Mark.SEVERAL


def test_a_joint_knows_what_it_is_made_of():
    """。另外 weighs otherwise than a comma."""
    ((_, _, marks),) = FINDER.find("路灯不亮。另外井盖松了").cuts

    assert marks == Mark.STOP | Mark.ALSO


@pytest.mark.parametrize("unit", ["，", "还有", "第二个呢", "那个", " ", "啊", "水 "])
def test_a_hostile_text_has_no_more_joints_than_a_long_letter(unit: str):
    """However long it is, little of it is considered."""
    assert len(FINDER.find(unit * (100_000 // len(unit))).cuts) <= 200
