"""Every story of ours, played through the replay, comes to what it expects."""

import json
from pathlib import Path

import pytest

from config.settings import load_settings
from hotline.replay.events import read_events
from hotline.replay.run import play
from hotline.replay.stage import Props, props_of, stage_on
from tests.acceptance.judge import misses
from tests.services.databases import Database, DatabaseServer
from tests.services.models import TrainedModels

pytestmark = pytest.mark.integration

STORIES = Path(__file__).parent / "stories"


@pytest.fixture(scope="session")
def props(models: TrainedModels) -> Props:
    """The default profile and its model, for every story."""
    return props_of(load_settings({"HOTLINE_PROFILE": "haikou", "HOTLINE_ARTIFACT_DIR": str(models.directory("haikou"))}))


async def _played(story: Path, props: Props, database: Database) -> bytes:
    events = read_events(story)
    async with stage_on(database.owner_url, database.app_url, props, begins_at=events[0].at) as stage:
        return await play(events, stage)


@pytest.mark.parametrize("story", sorted(STORIES.glob("*.jsonl")), ids=lambda story: story.stem)
async def test_a_story_comes_to_what_it_expects(story: Path, props: Props, database: Database) -> None:
    """Each on a database of its own; every miss is told, not the first alone."""
    outcome = json.loads(await _played(story, props, database))
    expected = json.loads(story.with_suffix(".expect.json").read_text(encoding="utf-8"))
    assert list(misses(outcome, expected)) == []


async def test_the_same_story_told_twice_gives_the_same_bytes(props: Props, postgres_server: DatabaseServer) -> None:
    """Call, letters, timers and commands of three stories, each on two databases that know nothing of one another."""
    for name in ("emergency-in-a-running-call", "progress-with-lock", "repeat-merged"):
        outcomes = []
        for _ in range(2):
            with postgres_server.fresh_database() as database:
                outcomes.append(await _played(STORIES / f"{name}.jsonl", props, database))
        assert outcomes[0] == outcomes[1], name


def test_every_story_has_an_expectation_and_the_reverse() -> None:
    """A story without one would pass whatever came of it."""
    stories = {story.stem for story in STORIES.glob("*.jsonl")}
    assert stories == {expectation.name.removesuffix(".expect.json") for expectation in STORIES.glob("*.expect.json")}
    assert len(stories) >= 60
