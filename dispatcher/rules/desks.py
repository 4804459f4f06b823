"""专席: the desk of a call by queue or key, and of a request by what it says (domain.md A.11)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from models.call import CallCourse
from models.codes import SubjectType
from models.profile import Category, Desk


def desk_of_call(desks: Iterable[Desk], *, queue: str | None, ivr: Sequence[Mapping[str, str]]) -> Desk | None:
    """Return the desk of a call: the queue that its platform names, else the last key pressed that leads to one.

    A key tells who should answer; what the request is about its words tell alone.
    """
    known = tuple(desks)
    for desk in known:
        if queue is not None and queue in (desk.name, *desk.queues):
            return desk
    if queue is not None:
        return None
    by_key = {key: desk for desk in known for key in desk.keys}
    return next((by_key[step["key"]] for step in reversed(ivr) if step.get("key") in by_key), None)


def desk_of_request(
    desks: Iterable[Desk], *, language: str, category: Category | None, subject: SubjectType | None
) -> Desk | None:
    """Return the desk whose people should handle a request: by its language before its category before its subject.

    Who speaks no Chinese needs that first; a request about talents is theirs even if an enterprise makes it.
    """
    known = tuple(desks)
    codes = {category.code, category.level1_code} if category else set()
    for fits in (
        lambda desk: language in desk.languages,
        lambda desk: bool(codes & {*desk.categories}),
        lambda desk: subject is not None and desk.subject is subject,
    ):
        found = next(filter(fits, known), None)
        if found is not None:
            return found
    return None


def with_queue(course: CallCourse, desks: Iterable[Desk]) -> CallCourse:
    """Return the course of a call with its desk as its queue, where its platform names none and a key tells it."""
    if course.queue is not None:
        return course
    desk = desk_of_call(desks, queue=None, ivr=course.ivr)
    return course if desk is None else replace(course, queue=desk.name)
