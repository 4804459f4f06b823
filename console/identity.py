"""Who is asking: sessions for pages, tokens for programs, and what keeps forged forms out."""

import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from fastapi import Request, Response
from itsdangerous import BadData, URLSafeSerializer

from console.failures import CrossSite, NotLoggedIn, TooManyAttempts
from dispatcher.accounts import Accounts, User
from dispatcher.ports import Clock

COOKIE = "hotline_session"
SESSION_LASTS = timedelta(hours=12)
"""One shift with its handover."""

CSRF_HEADER, CSRF_FIELD = "X-CSRF-Token", "csrf"


@dataclass(frozen=True, slots=True)
class Session:
    """A logged-in user with the token that this session's forms must carry. It ends by itself at ``ends_at``."""

    user: User
    csrf: str
    session_id: str
    ends_at: datetime


class Sessions:
    """Signed cookies. The cookie names itself, its user and the generation of sessions that it belongs to.

    Role and unit are read anew from the users with every request, and so are which generation holds and whether the user
    has ended the session: a copy of its cookie ends with it.
    """

    def __init__(self, key: bytes, accounts: Accounts, clock: Clock) -> None:
        self._serializer = URLSafeSerializer(key, salt="session", signer_kwargs={"digest_method": sha256})
        self._key = key
        self._accounts = accounts
        self._clock = clock

    def open(self, answer: Response, request: Request, user: User) -> None:
        """Give a new session's cookie along with ``answer``."""
        ends = self._clock.now() + SESSION_LASTS
        named = [user.username, int(ends.timestamp()), user.session_generation, secrets.token_hex(8)]
        answer.set_cookie(
            COOKIE,
            str(self._serializer.dumps(named)),
            max_age=int(SESSION_LASTS.total_seconds()),
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )

    async def of(self, request: Request) -> Session | None:
        """Return the session that a request belongs to, if it has one that still holds."""
        cookie = request.cookies.get(COOKIE)
        if not cookie:
            return None
        try:
            username, ends, generation, session_id = self._serializer.loads(cookie)
        except (BadData, ValueError, TypeError):
            return None
        ends_at = datetime.fromtimestamp(ends, UTC)
        if self._clock.now() >= ends_at:
            return None
        user = await self._accounts.in_session(username, session_id)
        if user is None or user.session_generation != generation:
            return None
        return Session(user, self._csrf(cookie), session_id, ends_at)

    async def close(self, answer: Response, session: Session) -> None:
        """End the session for every copy of its cookie, and take the cookie back with ``answer``."""
        user, at = session.user, self._clock.now()
        await self._accounts.log_out(user, session_id=session.session_id, ends_at=session.ends_at, at=at)
        answer.delete_cookie(COOKIE, httponly=True, samesite="strict")

    async def require(self, request: Request) -> Session:
        """Return the session, and for a POST make sure that a page of ours sent it.

        Raises:
            NotLoggedIn: there is no session, it ended or was ended, or the user was disabled or has a new password.
            CrossSite: the form came from elsewhere or without its token.
        """
        session = await self.of(request)
        if session is None:
            raise NotLoggedIn("no session")
        if request.method not in ("GET", "HEAD"):
            refuse_other_sites(request)
            given = request.headers.get(CSRF_HEADER) or str((await request.form()).get(CSRF_FIELD) or "")
            if not hmac.compare_digest(given.encode(), session.csrf.encode()):
                raise CrossSite("the form's token does not fit the session")
        return session

    def _csrf(self, cookie: str) -> str:
        return hmac.new(self._key, b"csrf:" + cookie.encode(), sha256).hexdigest()


def refuse_other_sites(request: Request) -> None:
    """Refuse a form that another site's page posted; browsers tell by Sec-Fetch-Site, older ones by Origin.

    Raises:
        CrossSite: the page that sent it is not ours.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise CrossSite("the form was posted from another site")
        return
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("Host"):
        raise CrossSite("the form was posted from another site")


async def user_of_token(accounts: Accounts, authorization: str | None) -> User:
    """Return the user of an ``Authorization: Bearer`` header.

    Raises:
        NotLoggedIn: there is none, or the token is unknown.
    """
    scheme, _, token = (authorization or "").partition(" ")
    user = await accounts.by_token(token.strip()) if scheme.lower() == "bearer" and token.strip() else None
    if user is None:
        raise NotLoggedIn("a valid token is needed: Authorization: Bearer TOKEN")
    return user


class Throttle:
    """Slows down guessing: after some wrong passwords a name is refused for a while. Kept per web process."""

    def __init__(self, clock: Clock, *, attempts: int = 5, within: timedelta = timedelta(minutes=5)) -> None:
        self._clock = clock
        self._attempts = attempts
        self._within = within
        self._failures: OrderedDict[tuple[str, str], list[datetime]] = OrderedDict()

    def check(self, username: str, address: str) -> None:
        """Return when one more try is allowed.

        Raises:
            TooManyAttempts: this name failed too often from this address.
        """
        recent = self._recent(username, address)
        if len(recent) >= self._attempts:
            raise TooManyAttempts("too many wrong passwords")

    def failed(self, username: str, address: str) -> None:
        """Remember a wrong password; the oldest names are forgotten first."""
        self._failures[(username, address)] = [*self._recent(username, address), self._clock.now()]
        self._failures.move_to_end((username, address))
        while len(self._failures) > 10_000:
            self._failures.popitem(last=False)

    def succeeded(self, username: str, address: str) -> None:
        """Forget the wrong passwords of a name that logged in."""
        self._failures.pop((username, address), None)

    def _recent(self, username: str, address: str) -> list[datetime]:
        since = self._clock.now() - self._within
        return [at for at in self._failures.get((username, address), ()) if at > since]
