"""The judge finds what is missing, what must not be, and nothing else."""

from typing import Any

import pytest

from tests.acceptance.judge import fits, misses, unmatched

OUTCOME: dict[str, Any] = {
    "tickets": [{"ref": "T", "state": "办结", "due": "2026-07-09T09:00:00+08:00"}, {"ref": "U", "state": "撤诉", "due": None}],
    "notices": [{"kind": "黄牌"}, {"kind": "红牌"}],
    "replies": [{"text": "请拨打12345"}],
    "refusals": [{"reason": "13900000000"}],
    "rates": {"M24": {"value": 0.75, "basis": "…"}, "M25": {"value": 0.25, "basis": ""}},
    "counts": {"tickets": 2},
}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("2026-07-09T01:00:00+00:00", "2026-07-09T09:00:00+08:00"),
        ("~1234", "请拨打12345"),
        ("~name", {"name": "x"}),
        (2 / 3, 0.66667),
        (None, ""),
        (None, []),
        ([2, 1], [1, 2, 3]),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}, "d": 3}),
    ],
)
def test_a_partial_is_satisfied_by_what_has_it(wanted: object, found: object) -> None:
    """The same instant in another zone, a part of a text, nearly the same number, more than was asked."""
    assert fits(wanted, found)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("2026-07-09T09:00:00+08:00", "2026-07-09T09:00:01+08:00"),
        ("1234", "请拨打12345"),
        (1, True),
        (True, 1),
        (0.66, 0.67),
        (None, 0),
        (None, False),
        ([1, 4], [1, 2, 3]),
        ({"a": 1}, {}),
        ({"a": None, "b": 1}, {"a": None}),
        ({"a": 1}, [1]),
    ],
)
def test_a_partial_is_not_satisfied_by_less(wanted: object, found: object) -> None:
    """Truth is no number, null is no zero, and every element of a list must be found."""
    assert not fits(wanted, found)


def test_one_entry_serves_one_partial_whatever_their_order() -> None:
    """The wide partial gives the entry up that the narrow one needs."""
    assert unmatched([{}, {"a": 1}], [{"a": 1}, {"a": 2}]) == []
    assert unmatched([{"a": 1}, {"a": 1}], [{"a": 1}, {"a": 2}]) == [{"a": 1}]


@pytest.mark.parametrize(
    "expected",
    [
        {"count": {"tickets": 3}},
        {"has": {"tickets": [{"state": "归档"}]}},
        {"has": {"incidents": [{}]}},
        {"hasnt": {"tickets": [{"state": "撤诉"}]}},
        {"ordered": {"notices": [{"kind": "红牌"}, {"kind": "黄牌"}]}},
        {"ordered": {"notices": [{"kind": "督办单"}]}},
        {"ordered": {"notices": [{}]}},
        {"rates": {"M24": 0.8}},
        {"rates": {"M25": 0.25}},
        {"rates": {"M99": 0}},
        {"counts": {"tickets": 1}},
        {"counts": {"direct": 0}},
        {"nowhere": ["12345"]},
        {"hasn't": {"tickets": [{}]}},
    ],
)
def test_a_story_that_does_not_hold_is_told(expected: dict[str, Any]) -> None:
    """Each kind of expectation can fail, a misspelt one too."""
    assert len(list(misses(OUTCOME, expected))) == 1


def test_a_story_that_holds_leaves_nothing_to_tell() -> None:
    """What stands in a refusal has not left the house."""
    expected = {
        "count": {"tickets": 2, "incidents": 0},
        "has": {"tickets": [{"ref": "U", "due": None}, {"ref": "T"}]},
        "hasnt": {"tickets": [{"ref": "T", "state": "撤诉"}]},
        "ordered": {"notices": [{"kind": "黄牌"}, {"kind": "红牌"}]},
        "rates": {"M24": 0.75},
        "counts": {"tickets": 2},
        "nowhere": ["13900000000"],
    }
    assert list(misses(OUTCOME, expected)) == []
