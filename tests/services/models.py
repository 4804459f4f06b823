"""Models for the tests, trained on a profile's seed corpus once in a run, however many workers it has."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.settings import load_settings
from hotline.bootstrap import profile_of, shelf_of
from hotline.model_at_hand import ensure_model


class TrainedModels:
    """An artifact directory that fills itself with the models that a new installation trains; tests change nothing in it.

    Training takes 0.3 s for the small town and 60 s or more for the default profile, so tests that need no large city take the
    town. The worker that first asks for a model trains it, and others who want it wait.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def directory(self, profile: str) -> Path:
        """Return the artifact directory, in which a model of ``profile`` now stands."""
        self.serving(profile)
        return self._directory

    def serving(self, profile: str) -> Path:
        """Return where the model of ``profile`` lies."""
        settings = load_settings({"HOTLINE_PROFILE": profile, "HOTLINE_ARTIFACT_DIR": str(self._directory)})
        loaded = profile_of(settings)
        with _alone(self._directory / f"{loaded.name}.lock"):
            ensure_model(settings)
        return shelf_of(settings, loaded).serving


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
