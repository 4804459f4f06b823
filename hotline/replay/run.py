"""One replay from file to file."""

from pathlib import Path

import orjson

from config.settings import Settings
from hotline.replay.driver import Replay
from hotline.replay.events import read_events
from hotline.replay.outcome import outcome_of
from hotline.replay.stage import open_stage
from models.errors import Rejected


async def replay_file(source: Path, target: Path, settings: Settings) -> None:
    """Play the events of ``source`` and write what came of them to ``target``, at once or not at all.

    Raises:
        Rejected: the file holds no event, or one is wrong; file, line and reason are named.
        TryLater: the scratch database does not come up.
    """
    events = read_events(source)
    if not events:
        raise Rejected(f"{source}: the file holds no event")
    async with open_stage(settings, begins_at=events[0].at) as stage:
        replay = Replay(stage)
        await replay.play(events)
        outcome = await outcome_of(replay, stage)
    written = target.with_name(f"{target.name}.part")
    written.write_bytes(orjson.dumps(outcome, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")
    written.replace(target)
