"""Ingest: many contacts through the receive workflow, until it is told to stop."""

import asyncio
import contextlib
from itertools import repeat
from types import SimpleNamespace
from typing import Any

import pytest

from hotline.ingest import ingest
from models.errors import TryLater

NOBODY: Any = SimpleNamespace(city=None, vault=None, clock=None, database=SimpleNamespace(open_work=None))


async def breaks(batch: list[Any], **_tools: Any) -> list[Any]:
    """A store whose cancelled query ends as a broken connection."""
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        raise TryLater("the connection broke") from None
    return batch


async def goes_on(batch: list[Any], **_tools: Any) -> list[Any]:
    """A store that was as good as done when it was cancelled."""
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.sleep(0.01)
    return [SimpleNamespace(is_new=True) for _ in batch]


@pytest.mark.parametrize("store", [breaks, goes_on])
async def test_a_cancellation_that_was_swallowed_ends_it_all_the_same(monkeypatch: pytest.MonkeyPatch, store: Any):
    """Ctrl-C is pressed once; samples that go on flowing would keep everything running."""
    monkeypatch.setattr("hotline.ingest.receive", store)
    flowing = asyncio.create_task(ingest(repeat(NOBODY, 5_000), NOBODY))
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    flowing.cancel()

    done, _ = await asyncio.wait([flowing], timeout=5)
    assert done == {flowing}
    assert flowing.cancelled()
