"""How pages tell that something did not work: a sentence in place, a page of its own, or the way to the log-in."""

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from console.failures import NotLoggedIn, failure_of
from console.pages.rendering import environment
from models.errors import HotlineError

FRAGMENT_HEADER = "X-Fragment"
"""Set by our scripts: the answer is put into a page, so it must not be a whole one."""


def is_fragment(request: Request) -> bool:
    """Tell whether a script of ours asks for a part of a page."""
    return request.headers.get(FRAGMENT_HEADER) is not None


def page_failure(request: Request, error: HotlineError) -> Response:
    """Return the answer for a person."""
    if isinstance(error, NotLoggedIn) and not is_fragment(request):
        return RedirectResponse("/login", 303)
    failure = failure_of(error)
    headers = {"Retry-After": str(failure.retry_after)} if failure.retry_after else {}
    return HTMLResponse(_html(request, failure.sentence, failure.status), failure.status, headers=headers)


def page_bug(request: Request) -> Response:
    """Return what a person reads when we made a mistake."""
    return HTMLResponse(_html(request, "系统出错了，已记入日志。请稍后再试，或联系系统管理员。", 500), 500)


def _html(request: Request, sentence: str, status: int) -> str:
    template = "_failure.html" if is_fragment(request) else "failure.html"
    return environment().get_template(template).render(sentence=sentence, status=status)
