"""A console on stores in memory."""

import pytest

from tests.console_fakes import Console


@pytest.fixture
def console():
    """The console of a small town."""
    return Console()
