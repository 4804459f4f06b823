"""What every keeper of accounts promises."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from models.codes import Role
from models.errors import NotFound

AT = datetime(2026, 5, 18, 1, 30, tzinfo=UTC)
BY = "shell:root"


class AccountsContract:
    """Subclasses supply ``opened``: accounts with the enabled user ``clerk`` of the unit U-1, its password and its token.

    ``logged`` returns the access log so far, oldest first, as (actor, act, subject, purpose).
    """

    async def logged(self, accounts):
        """Return the access log."""
        raise NotImplementedError

    async def test_the_right_password_opens(self, opened):
        """Name and password together, and nothing else, are the user."""
        accounts, password, _ = opened
        user = await accounts.log_in("clerk", password, at=AT)

        assert (user.username, user.role, user.unit_code) == ("clerk", Role.UNIT_CLERK, "U-1")
        assert await accounts.log_in("clerk", password + "x", at=AT) is None
        assert await accounts.log_in("nobody", password, at=AT) is None

    async def test_a_token_opens_without_a_name(self, opened):
        """A token is one user's, and a password is no token."""
        accounts, password, token = opened

        assert (await accounts.by_token(token)).username == "clerk"
        assert await accounts.by_token(token + "x") is None
        assert await accounts.by_token(password) is None

    async def test_a_disabled_user_is_nobody(self, opened):
        """Neither password nor token nor an open session works any more; the list still knows the name."""
        accounts, password, token = opened
        await accounts.disable("clerk", by=BY, at=AT)

        assert await accounts.log_in("clerk", password, at=AT) is None
        assert await accounts.by_token(token) is None
        assert await accounts.by_name("clerk") is None
        assert [(user.username, user.disabled) for user in await accounts.all()] == [("clerk", True)]

    async def test_an_enabled_user_is_back_without_the_old_sessions(self, opened):
        """Password and token open again; what was open when the user was shut out stays shut."""
        accounts, password, token = opened
        before = await accounts.by_name("clerk")
        await accounts.disable("clerk", by=BY, at=AT)
        await accounts.enable("clerk", by=BY, at=AT)

        assert (await accounts.by_token(token)).username == "clerk"
        assert (await accounts.log_in("clerk", password, at=AT)).session_generation > before.session_generation

    async def test_a_reset_replaces_password_and_token_and_ends_sessions(self, opened):
        """What was lost or stolen opens nothing from now on."""
        accounts, password, token = opened
        before = await accounts.by_name("clerk")
        made = await accounts.reset("clerk", by=BY, at=AT)

        assert await accounts.log_in("clerk", password, at=AT) is None
        assert await accounts.by_token(token) is None
        assert (await accounts.by_token(made.token)).username == "clerk"
        assert (await accounts.log_in("clerk", made.password, at=AT)).session_generation > before.session_generation

    async def test_a_changed_user_has_another_role_and_unit(self, opened):
        """Everything else stays."""
        accounts, password, _ = opened
        before = await accounts.by_name("clerk")
        await accounts.change("clerk", role=Role.OPERATOR, unit_code=None, by=BY, at=AT)

        assert await accounts.log_in("clerk", password, at=AT) == replace(before, role=Role.OPERATOR, unit_code=None)

    async def test_a_person_changes_the_password_with_the_old_one(self, opened):
        """Sessions end with it, the token stays; with a wrong old one nothing changes."""
        accounts, password, token = opened
        before = await accounts.by_name("clerk")
        refused = await accounts.change_password("clerk", old="wrong", new="correct horse battery", at=AT)
        changed = await accounts.change_password("clerk", old=password, new="correct horse battery", at=AT)

        assert refused is None
        assert changed.session_generation > before.session_generation
        assert await accounts.log_in("clerk", password, at=AT) is None
        assert await accounts.log_in("clerk", "correct horse battery", at=AT) == changed
        assert await accounts.by_token(token) == changed

    async def test_a_session_that_was_ended_has_no_user(self, opened):
        """The person's other sessions have, and so has one that begins later."""
        accounts, password, _ = opened
        user = await accounts.log_in("clerk", password, at=AT)
        ended = {"session_id": "a", "ends_at": AT + timedelta(hours=12)}
        for _ in range(2):
            await accounts.log_out(user, **ended, at=AT)
        await accounts.log_out(user, session_id="c", ends_at=AT + timedelta(hours=14), at=AT + timedelta(hours=2))

        assert await accounts.in_session("clerk", "a") is None
        assert await accounts.in_session("clerk", "b") == user
        assert await accounts.in_session("nobody", "b") is None

    async def test_a_disabled_user_has_no_session(self, opened):
        """Whatever cookie is shown."""
        accounts, _, _ = opened
        await accounts.disable("clerk", by=BY, at=AT)

        assert await accounts.in_session("clerk", "b") is None

    @pytest.mark.parametrize("act", ["disable", "enable", "reset"])
    async def test_nobody_cannot_be_changed(self, opened, act):
        """A name that does not exist is told, and nothing is written."""
        accounts, _, _ = opened
        before = await self.logged(accounts)
        with pytest.raises(NotFound):
            await getattr(accounts, act)("nobody", by=BY, at=AT)
        with pytest.raises(NotFound):
            await accounts.change("nobody", role=Role.OPERATOR, unit_code=None, by=BY, at=AT)

        assert await self.logged(accounts) == before

    async def test_every_log_in_is_written_down(self, opened):
        """Who came and went; of a refusal only whether the name is one of ours, for what was typed may be anything."""
        accounts, password, _ = opened
        before = len(await self.logged(accounts))
        user = await accounts.log_in("clerk", password, at=AT)
        await accounts.log_out(user, session_id="a", ends_at=AT + timedelta(hours=1), at=AT)
        await accounts.log_in("clerk", "wrong", at=AT)
        await accounts.log_in("13900000001", "wrong", at=AT)
        await accounts.disable("clerk", by=BY, at=AT)
        await accounts.log_in("clerk", password, at=AT)

        assert (await self.logged(accounts))[before:] == [
            ("unit_clerk:clerk", "log_in", "user clerk", "password"),
            ("unit_clerk:clerk", "log_out", "user clerk", ""),
            ("nobody", "log_in_failed", "user clerk", "wrong password"),
            ("nobody", "log_in_failed", "no user", "unknown name"),
            (BY, "disable_user", "user clerk", ""),
            ("nobody", "log_in_failed", "user clerk", "disabled"),
        ]

    async def test_every_change_of_a_user_is_written_down(self, opened):
        """With what it was and what it is."""
        accounts, password, _ = opened
        before = len(await self.logged(accounts))
        await accounts.enable("clerk", by=BY, at=AT)
        await accounts.change("clerk", role=Role.UNIT_HEAD, unit_code="U-2", by=BY, at=AT)
        await accounts.change_password("clerk", old="wrong", new="correct horse battery", at=AT)
        await accounts.change_password("clerk", old=password, new="correct horse battery", at=AT)
        await accounts.reset("clerk", by=BY, at=AT)

        assert (await self.logged(accounts))[before:] == [
            (BY, "enable_user", "user clerk", ""),
            (BY, "change_user", "user clerk", "unit_clerk of U-1 -> unit_head of U-2"),
            ("unit_head:clerk", "change_password_failed", "user clerk", "wrong password"),
            ("unit_head:clerk", "change_password", "user clerk", ""),
            (BY, "reset_user", "user clerk", "new password and token"),
        ]
