"""Fixtures for every test; the services behind them start only when a test asks."""

from hypothesis import settings

settings.register_profile("hotline", deadline=None)  # how long an example takes says what else the machine did
settings.load_profile("hotline")

pytest_plugins = ["tests.services.fixtures", "tests.services.stack_fixtures"]
