"""The profile's model, trained from its seed corpus when none is there yet."""

from pathlib import Path

from classifiers.artifact import BadArtifact, load_artifact
from config.profiles import find_profile
from config.settings import Settings
from hotline.bootstrap import profile_of, shelf_of
from hotline.learning import kept_apart, learn, outside_test_part, own_rows, split_lessons_of
from models.profile import Profile


def ensure_model(settings: Settings) -> bool:
    """Train the model that workers load, with a progress bar, unless a fitting one is there; return whether it was trained.

    One that an older release wrote, or that knows other categories than the profile, does not fit.

    Raises:
        Rejected: the seed corpus has an error or is missing.
    """
    profile = profile_of(settings)
    directory = shelf_of(settings, profile).serving
    if directory.is_dir() and _fits(directory, profile):
        return False
    profile_directory = find_profile(settings.profile)
    own = own_rows(profile_directory)
    lessons = split_lessons_of(profile, profile_directory)
    learn(outside_test_part(own), profile, directory, unseen=kept_apart(own), lessons=lessons)
    return True


def _fits(directory: Path, profile: Profile) -> bool:
    try:
        load_artifact(directory, profile.categories)
    except BadArtifact:
        return False
    return True
