"""What every keeper of accounts promises."""

from models.codes import Role


class AccountsContract:
    """Subclasses supply ``opened``: accounts with the enabled user ``clerk`` of the unit U-1, its password and its token."""

    async def test_the_right_password_opens(self, opened):
        """Name and password together, and nothing else, are the user."""
        accounts, password, _ = opened
        user = await accounts.by_password("clerk", password)

        assert (user.username, user.role, user.unit_code) == ("clerk", Role.UNIT_CLERK, "U-1")
        assert await accounts.by_password("clerk", password + "x") is None
        assert await accounts.by_password("nobody", password) is None

    async def test_a_token_opens_without_a_name(self, opened):
        """A token is one user's, and a password is no token."""
        accounts, password, token = opened

        assert (await accounts.by_token(token)).username == "clerk"
        assert await accounts.by_token(token + "x") is None
        assert await accounts.by_token(password) is None

    async def test_a_disabled_user_is_nobody(self, opened):
        """Neither password nor token nor an open session works any more; the list still knows the name."""
        accounts, password, token = opened
        await accounts.disable("clerk")

        assert await accounts.by_password("clerk", password) is None
        assert await accounts.by_token(token) is None
        assert await accounts.by_name("clerk") is None
        assert [(user.username, user.disabled) for user in await accounts.all()] == [("clerk", True)]
