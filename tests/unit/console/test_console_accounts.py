"""The accounts in memory keep the promises of the real ones."""

import pytest

from dispatcher.accounts import User
from models.codes import Role
from tests.console_fakes import MemoryAccounts
from tests.contracts.accounts import AccountsContract


class TestMemoryAccounts(AccountsContract):
    """In memory."""

    @pytest.fixture
    def opened(self):
        """One clerk; see ``MemoryAccounts`` for password and token."""
        return MemoryAccounts({"clerk": User("clerk", "经办", Role.UNIT_CLERK, "U-1")}), "krelc", "token of clerk"

    async def logged(self, accounts):
        """What it wrote down."""
        return list(accounts.accesses)
