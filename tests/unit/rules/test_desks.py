"""专席: who should answer a call, and whose people should handle a request (domain.md A.11)."""

import pytest

from dispatcher.rules.calls import course_of
from dispatcher.rules.desks import desk_of_call, desk_of_request, with_queue
from models.call import CallStep
from models.codes import CallState, SubjectType
from models.profile import Desk
from tests.builders import MONDAY, a_profile

GENERAL = Desk("综合", ("1",), ("综合坐席",), (), (), None, "D")
BUSINESS = Desk("营商环境专席", ("3",), ("营商",), (), ("08",), SubjectType.ENTERPRISE, "D")
TALENTS = Desk("人才专席", ("4",), (), (), ("0703",), None, "D")
FOREIGN = Desk("外语专席", ("9",), (), ("en",), (), None, "D")
DESKS = (GENERAL, BUSINESS, TALENTS, FOREIGN)
CATEGORIES = a_profile().categories


def keys(*pressed):
    """Return pressed keys as a call platform tells them."""
    return tuple({"key": key} for key in pressed)


@pytest.mark.parametrize(
    ("queue", "pressed", "desk"),
    [
        ("营商", (), BUSINESS),
        ("营商环境专席", ("1",), BUSINESS),
        (None, ("3",), BUSINESS),
        (None, ("3", "0"), BUSINESS),
        (None, ("1", "9"), FOREIGN),
        (None, ("0", "*"), None),
        (None, (), None),
        ("夜间值班", ("3",), None),
    ],
)
def test_a_call_is_its_queues_or_its_last_keys(queue, pressed, desk):
    """What the platform names stands before the keys; keys that lead nowhere (重听, 查询) are passed over."""
    assert desk_of_call(DESKS, queue=queue, ivr=keys(*pressed)) is desk


@pytest.mark.parametrize(
    ("language", "category", "subject", "desk"),
    [
        ("en", "0703", SubjectType.ENTERPRISE, FOREIGN),
        ("zh", "0703", SubjectType.ENTERPRISE, TALENTS),
        ("zh", "0801", SubjectType.CITIZEN, BUSINESS),
        ("zh", "0901", SubjectType.ENTERPRISE, BUSINESS),
        ("zh", "0901", SubjectType.CITIZEN, None),
        ("zh", "0901", None, None),
    ],
)
def test_a_request_is_the_desks_of_its_language_category_or_subject(language, category, subject, desk):
    """In this order; a level of the taxonomy counts for all of its categories."""
    assert desk_of_request(DESKS, language=language, category=CATEGORIES[category], subject=subject) is desk


def test_a_category_that_the_profile_has_lost_has_no_desk():
    """The subject may still have one."""
    assert desk_of_request(DESKS, language="zh", category=None, subject=SubjectType.ENTERPRISE) is BUSINESS


def test_a_call_without_a_queue_has_that_of_its_key():
    """A queue that the platform named stays as it is named there."""

    def course(queue, *pressed):
        return with_queue(course_of([CallStep(1, CallState.OFFERED, MONDAY, ivr=keys(*pressed), queue=queue)]), DESKS)

    assert course(None, "3").queue == "营商环境专席"
    assert course("夜间值班", "3").queue == "夜间值班"
    assert course(None, "7").queue is None
