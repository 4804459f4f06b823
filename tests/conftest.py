"""Fixtures for every test; the services behind them start only when a test asks."""

pytest_plugins = ["tests.services.fixtures", "tests.services.stack_fixtures"]
