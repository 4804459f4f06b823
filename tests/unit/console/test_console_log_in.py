"""Who may come in, for how long, and what a foreign page cannot do."""

import re
from importlib.resources import files

import pytest

from console.failures import TooManyAttempts
from console.identity import COOKIE, Sessions, Throttle
from tests.fakes import FixedClock


async def test_a_log_in_leads_to_ones_own_page(console):
    """The cookie cannot be read by scripts nor sent along by other sites."""
    client = console.client()
    answer = await client.post("/login", data={"username": "lamps-1", "password": "1-spmal"})

    cookie = answer.headers["set-cookie"].lower()
    assert (answer.status_code, answer.headers["location"]) == (303, "/unit")
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert (await client.get("/")).headers["location"] == "/unit"


@pytest.mark.parametrize("username", ["lamps-1", "nobody"])
async def test_a_wrong_password_and_an_unknown_name_read_the_same(console, username):
    """Nobody learns which names exist."""
    answer = await console.client().post("/login", data={"username": username, "password": "wrong"})

    assert answer.status_code == 403
    assert "用户名或密码不对" in answer.text
    assert COOKIE not in answer.cookies


async def test_guessing_is_slowed_down_and_ends(console):
    """After five wrong passwords even the right one waits five minutes."""
    client = console.client()
    for _ in range(5):
        await client.post("/login", data={"username": "lamps-1", "password": "wrong"})
    right = {"username": "lamps-1", "password": "1-spmal"}

    assert (await client.post("/login", data=right)).status_code == 429
    console.clock.advance(minutes=5, seconds=1)
    assert (await client.post("/login", data=right)).status_code == 303


def test_one_names_guesser_does_not_shut_out_another_place():
    """Whoever guesses from elsewhere cannot lock the clerk out."""
    throttle = Throttle(FixedClock())
    for _ in range(5):
        throttle.failed("lamps-1", "198.51.100.7")

    throttle.check("lamps-1", "192.0.2.1")
    with pytest.raises(TooManyAttempts):
        throttle.check("lamps-1", "198.51.100.7")


async def test_a_session_ends_after_a_shift(console):
    """Twelve hours, then log in again."""
    client = await console.browser("operator-1")
    assert (await client.get("/")).headers["location"] == "/operator"

    console.clock.advance(hours=12)
    assert (await client.get("/")).headers["location"] == "/login"


async def test_a_disabled_user_is_out_at_once(console):
    """The users are asked with every request, so a session dies with its user."""
    client = await console.browser("operator-1")
    await console.accounts.disable("operator-1", by="shell:root", at=console.clock.now())

    assert (await client.get("/")).headers["location"] == "/login"


async def test_a_cookie_that_was_changed_is_worth_nothing(console):
    """One cannot become somebody else by editing."""
    client = await console.browser("operator-1")
    value = client.cookies[COOKIE]
    client.cookies.set(COOKIE, value[:-4] + "AAAA", domain="console.local")
    client.cookies.clear()
    answer = await client.get("/", headers={"Cookie": f"{COOKIE}={value[:-4]}AAAA"})

    assert answer.headers["location"] == "/login"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"X-CSRF-Token": "forged"}, 403),
        ({"X-CSRF-Token": "right", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"X-CSRF-Token": "right", "Origin": "http://elsewhere"}, 403),
        ({"X-CSRF-Token": "right", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"X-CSRF-Token": "right", "Origin": "http://console"}, 200),
    ],
)
async def test_a_form_needs_its_token_and_our_own_page(console, headers, status):
    """A page elsewhere cannot act in a logged-in person's name."""
    client = await console.browser("operator-1")
    token = _token_of(console, client)
    given = {name: token if value == "right" else value for name, value in headers.items()}
    answer = await client.post("/operator/suggest", data={"text": "灯"}, headers={"X-Fragment": "1", **given})

    assert answer.status_code == status


def _token_of(console, client):
    return Sessions(console.doors.session_key, console.accounts, console.clock)._csrf(client.cookies[COOKIE])


async def test_every_answer_is_guarded(console):
    """No foreign script, no frame, no cache, no referrer: on pages, in the API and on refusals."""
    async with console.client() as client:
        answers = [await client.get(path) for path in ("/login", "/api/v1/tickets", "/nowhere", "/healthz")]

    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_templates_hold_nothing_that_the_policy_would_block():
    """No inline script, no inline style, no handler in an attribute, nothing from elsewhere."""
    for entry in files("console.pages.templates").iterdir():
        text = entry.read_text(encoding="utf-8")

        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|https?://", text), entry.name


async def test_roles_stay_on_their_pages(console):
    """A unit's clerk sees neither the operators' nor the supervisors' page."""
    client = await console.browser("lamps-1")

    for path in ("/operator", "/supervisor"):
        assert (await client.get(path)).status_code == 403


_NEW = "correct horse battery"


async def _changes(client, console, *, old="1-rotarepo", new=_NEW, again=_NEW):
    form = {"csrf": _token_of(console, client), "old": old, "new": new, "again": again}
    return await client.post("/password", data=form)


async def test_a_person_changes_the_password(console):
    """The page goes on in this session; what was open elsewhere ends, and the old password opens nothing."""
    here, elsewhere = await console.browser("operator-1"), await console.browser("operator-1")
    answer = await _changes(here, console)
    told = await here.get(answer.headers["location"])
    old = await console.client().post("/login", data={"username": "operator-1", "password": "1-rotarepo"})
    new = await console.client().post("/login", data={"username": "operator-1", "password": _NEW})

    assert (answer.status_code, told.status_code) == (303, 200)
    assert "密码已修改" in told.text
    assert (await here.get("/")).headers["location"] == "/operator"
    assert (await elsewhere.get("/")).headers["location"] == "/login"
    assert (old.status_code, new.status_code) == (403, 303)


@pytest.mark.parametrize(
    ("form", "status", "told"),
    [
        ({"old": "wrong"}, 403, "当前密码不对"),
        ({"again": "something else"}, 422, "两次输入的新密码不一样"),
        ({"new": "short", "again": "short"}, 422, "12 到 128 个字符"),
    ],
)
async def test_a_refused_password_is_told_with_its_reason(console, form, status, told):
    """The form stands again without what was typed, and nothing has changed."""
    client = await console.browser("operator-1")
    answer = await _changes(client, console, **form)

    assert (answer.status_code, told in answer.text) == (status, True)
    assert all(typed not in answer.text for typed in form.values())
    assert (await client.get("/")).headers["location"] == "/operator"


async def test_guessing_the_old_password_is_slowed_down(console):
    """Whoever finds an open page does not find out the password either."""
    client = await console.browser("operator-1")
    for _ in range(5):
        await _changes(client, console, old="wrong")

    assert (await _changes(client, console)).status_code == 429


async def test_a_reset_ends_every_session(console):
    """Role and name are the same, the session is not."""
    client = await console.browser("operator-1")
    await console.accounts.reset("operator-1", by="shell:root", at=console.clock.now())

    assert (await client.get("/")).headers["location"] == "/login"


async def test_a_log_out_ends_the_session_wherever_its_cookie_is(console):
    """What was copied before opens nothing afterwards; the same person's other shift at another desk goes on."""
    here, elsewhere = await console.browser("operator-1"), await console.browser("operator-1")
    copied = here.cookies[COOKIE]
    left = await here.post("/logout", data={"csrf": _token_of(console, here)})
    here.cookies.clear()
    again = await here.get("/", headers={"Cookie": f"{COOKIE}={copied}"})

    assert (left.status_code, left.headers["location"]) == (303, "/login")
    assert again.headers["location"] == "/login"
    assert (await elsewhere.get("/")).headers["location"] == "/operator"


async def test_coming_and_going_is_written_down(console):
    """Log-in, wrong password and log-out reach the access log."""
    client = await console.browser("operator-1")
    await client.post("/logout", data={"csrf": _token_of(console, client)})
    await client.post("/login", data={"username": "13900000001", "password": "wrong"})

    assert [access[:3] for access in console.accounts.accesses] == [
        ("operator:operator-1", "log_in", "user operator-1"),
        ("operator:operator-1", "log_out", "user operator-1"),
        ("nobody", "log_in_failed", "no user"),
    ]


@pytest.mark.parametrize("username", ["operator-1", "lamps-1", "supervisor-1"])
async def test_everybody_finds_the_way_to_the_password(console, username):
    """The page's head leads there, beside the log-out."""
    client = await console.browser(username)
    page = await client.get("/password")

    assert '<a class="button plain" href="/password"' in page.text
    assert 'autocomplete="new-password"' in page.text
