"""Models for the tests: one for each profile, trained on its seed corpus once in a run."""

from datetime import UTC, datetime
from pathlib import Path

from classifiers.artifact import save_artifact
from classifiers.background import background_of
from classifiers.training import train
from config.profiles import find_profile, load_profile
from hotline.learning import kept_apart, outside_test_part, own_rows
from hotline.shelf import Shelf


class TrainedModels:
    """An artifact directory that fills itself.

    Training takes 0.3 s for the small town and 10 s for the default profile, so tests that need no large city take the town.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def directory(self, profile: str) -> Path:
        """Return the artifact directory, in which the model of ``profile`` now stands."""
        loaded = load_profile(find_profile(profile))
        target = Shelf(self._directory / loaded.name).serving
        if not target.exists():
            own = own_rows(find_profile(profile))
            artifact = train(
                outside_test_part(own),
                seed=1,
                created_at=datetime.now(UTC),
                unseen=kept_apart(own),
                background=background_of(loaded),
            )
            target.parent.mkdir(parents=True, exist_ok=True)
            save_artifact(artifact, target)
        return self._directory
