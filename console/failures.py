"""Errors as answers: which status, which word, and the sentence a person reads."""

from typing import NamedTuple

from models.errors import Forbidden, HotlineError, IllegalTransition, NotFound, Rejected, StaleVersion, TryLater


class NotLoggedIn(HotlineError):
    """No valid session or token came with the request."""


class TooManyAttempts(HotlineError):
    """Too many wrong passwords; the next try is allowed later."""


class CrossSite(HotlineError):
    """A form was posted from elsewhere, or its page is too old."""


class BadItem(HotlineError):
    """One submission of a request can never be a ticket. ``index`` counts from 0 and is None outside a batch."""

    def __init__(self, index: int | None, detail: str) -> None:
        self.index = index
        super().__init__(detail if index is None else f"item {index}: {detail}")


class Failure(NamedTuple):
    """How an error is told. ``retry_after`` is in seconds."""

    status: int
    word: str
    sentence: str
    retry_after: int | None = None


_SENTENCES: tuple[tuple[type[HotlineError], Failure], ...] = (
    (NotFound, Failure(404, "not_found", "没有找到，或者它不属于您的单位。请核对工单号。")),
    (Forbidden, Failure(403, "forbidden", "您的角色不能做这一步。")),
    (StaleVersion, Failure(409, "stale_version", "这张工单刚刚被别人改动过。请看过最新内容再决定。")),
    (IllegalTransition, Failure(409, "illegal_transition", "工单的状态已经变了，这一步现在不能做。")),
    (TryLater, Failure(503, "try_later", "系统正忙，什么都没有改动。请过几秒再试一次。", 2)),
    (NotLoggedIn, Failure(401, "not_logged_in", "请先登录。")),
    (TooManyAttempts, Failure(429, "too_many_attempts", "密码错误次数太多，请五分钟后再试。", 300)),
    (CrossSite, Failure(403, "cross_site", "页面放得太久了，请刷新后再提交。")),
    (BadItem, Failure(422, "bad_item", "内容不能受理，请检查后重新提交。")),
)
_REJECTED = Failure(422, "rejected", "填写的内容不完整或有误，请检查后重新提交。")


def failure_of(error: HotlineError) -> Failure:
    """Return how ``error`` is told; a refusal's own sentence stands before that of its kind."""
    failure = next((failure for kind, failure in _SENTENCES if isinstance(error, kind)), _REJECTED)
    if isinstance(error, Rejected) and error.sentence is not None:
        return failure._replace(sentence=error.sentence)
    return failure


class FormProblem(Rejected):
    """A form lacks something; the sentence is for the person who filled it in, and repeats nothing personal."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, sentence)
