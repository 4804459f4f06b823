"""One replay from file to file."""

from collections.abc import Sequence
from pathlib import Path

import orjson

from config.settings import Settings
from hotline.replay.driver import Replay
from hotline.replay.events import Event, read_events
from hotline.replay.outcome import outcome_of
from hotline.replay.stage import Stage, open_stage, props_of
from models.errors import Rejected


async def replay_file(source: Path, target: Path, settings: Settings) -> None:
    """Play the events of ``source`` and write what came of them to ``target``, at once or not at all.

    Raises:
        Rejected: the file holds no event, one is wrong, or profile or model are; file, line and reason are named.
        TryLater: the scratch database does not come up.
    """
    events = read_events(source)
    if not events:
        raise Rejected(f"{source}: the file holds no event")
    async with open_stage(props_of(settings), begins_at=events[0].at) as stage:
        outcome = await play(events, stage)
    written = target.with_name(f"{target.name}.part")
    written.write_bytes(outcome)
    written.replace(target)


async def play(events: Sequence[Event], stage: Stage) -> bytes:
    """Play events on an empty stage and return what came of them, as JSON.

    Raises:
        Rejected: an event names something that the profile or the replay does not have; file and line are named.
        TryLater: the store is away.
    """
    replay = Replay(stage)
    await replay.play(events)
    return orjson.dumps(await outcome_of(replay, stage), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"
