"""The profile's model, trained from its seed corpus when none is there yet."""

from pathlib import Path

from classifiers.artifact import BadArtifact, load_artifact, save_artifact
from classifiers.category import hints_of
from classifiers.rows import read_labelled
from classifiers.training import train
from config.profiles import corpus_files, find_profile
from config.settings import Settings
from hotline.bootstrap import SystemClock, artifact_directory, profile_of
from hotline.progress import progress_bars
from models.profile import Profile

SEED = 12345


def ensure_model(settings: Settings) -> bool:
    """Train the model that workers load, with a progress bar, unless a fitting one is there; return whether it was trained.

    One that an older release wrote, or that knows other categories than the profile, does not fit.

    Raises:
        Rejected: the seed corpus has an error or is missing.
    """
    profile = profile_of(settings)
    directory = artifact_directory(settings, profile)
    if directory.is_dir() and _fits(directory, profile):
        return False
    rows = read_labelled(corpus_files(find_profile(settings.profile)))
    with progress_bars() as progress:
        artifact = train(
            rows,
            seed=SEED,
            created_at=SystemClock().now(),
            hints=hints_of(profile.categories.values()),
            profile=profile.name,
            progress=progress,
        )
    directory.parent.mkdir(parents=True, exist_ok=True)
    save_artifact(artifact, directory)
    return True


def _fits(directory: Path, profile: Profile) -> bool:
    try:
        load_artifact(directory, profile.categories)
    except BadArtifact:
        return False
    return True
