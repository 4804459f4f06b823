"""Never skip silently where the run promised a service."""

import os
from typing import NoReturn

import pytest


def missing(service: str, reason: str) -> NoReturn:
    """Skip on a laptop that lacks the service; fail in continuous integration (``CI=true``)."""
    message = f"{service} is not available: {reason}"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)
