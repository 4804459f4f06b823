"""Models for the tests, trained on a profile's seed corpus once in a run, however many workers it has."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from classifiers.artifact import save_artifact
from classifiers.background import background_of
from classifiers.training import train
from config.profiles import find_profile, load_profile
from config.settings import load_settings
from hotline.bootstrap import profile_of, shelf_of
from hotline.learning import kept_apart, outside_test_part, own_rows
from hotline.model_at_hand import ensure_model
from hotline.shelf import Shelf


class TrainedModels:
    """Two artifact directories that fill themselves.

    Training takes 0.3 s for the small town and 10 s or more for the default profile, so tests that need no large city take the
    town. The worker that first asks for a model trains it, and others who want it wait.
    """

    def __init__(self, directory: Path) -> None:
        self._plain, self._shipped = directory / "plain", directory / "shipped"

    def directory(self, profile: str) -> Path:
        """Return the artifact directory in which a model of ``profile`` now stands; it splits no contact."""
        loaded = load_profile(find_profile(profile))
        target = Shelf(self._plain / loaded.name).serving
        with _alone(self._plain / f"{loaded.name}.lock"):
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
        return self._plain

    def shipped(self, profile: str) -> Path:
        """Return where the model lies that a new installation of ``profile`` trains; tests read it and change nothing."""
        settings = load_settings({"HOTLINE_PROFILE": profile, "HOTLINE_ARTIFACT_DIR": str(self._shipped)})
        loaded = profile_of(settings)
        with _alone(self._shipped / f"{loaded.name}.lock"):
            ensure_model(settings)
        return shelf_of(settings, loaded).serving


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
