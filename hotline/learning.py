"""Training as the commands do it: from the seed corpus without its test part, noting what was learned."""

from collections.abc import Sequence
from pathlib import Path

from classifiers.artifact import Artifact, save_artifact
from classifiers.background import NO_BACKGROUND, background_of
from classifiers.fingerprints import write_learned
from classifiers.rows import LabelledText, read_labelled
from classifiers.split_lessons import SplitLessons
from classifiers.test_part import in_test_part
from classifiers.training import train
from config.profiles import corpus_files, load_example_contacts
from hotline.bootstrap import SystemClock, level1_of
from hotline.progress import progress_bars
from models.errors import Rejected
from models.profile import Profile

SEED = 12345
"""Of folds and solver. Fixed, so that the same rows give the same model anywhere."""


def own_rows(profile_directory: Path) -> list[LabelledText]:
    """Return the seed corpus.

    Raises:
        Rejected: a file has an error.
    """
    return read_labelled(corpus_files(profile_directory))


def outside_test_part(rows: Sequence[LabelledText]) -> list[LabelledText]:
    """Return the rows that a profile's models learn from; models are compared on the others.

    A category that would have no row left keeps all of its own.
    """
    outside = [not in_test_part(row.text) for row in rows]
    known = {row.category for row, is_outside in zip(rows, outside, strict=True) if is_outside}
    return [row for row, is_outside in zip(rows, outside, strict=True) if is_outside or row.category not in known]


def kept_apart(rows: Sequence[LabelledText]) -> list[LabelledText]:
    """Return the rows on which a profile's models are measured and compared."""
    return [row for row in rows if in_test_part(row.text)]


def split_lessons_of(profile: Profile, profile_directory: Path) -> SplitLessons:
    """Return the example contacts from which the profile's models learn to split: those outside the test part.

    Raises:
        BadProfile: a line of the file breaks its form.
    """
    examples = load_example_contacts(profile_directory, profile.categories)
    shown = [example for example in examples if not in_test_part(example.text)]
    return SplitLessons(shown, level1_of(profile), profile.split_cues)


def learn(
    rows: Sequence[LabelledText],
    profile: Profile | None,
    out: Path,
    *,
    unseen: Sequence[LabelledText] = (),
    lessons: SplitLessons | None = None,
) -> Artifact:
    """Train a model of ``rows``, with progress bars on stderr, and put it in ``out``; ``profile`` lends its categories' words.

    It is measured on ``unseen`` where these are enough, and learns to split from ``lessons``.

    Raises:
        Rejected: a row's category is not the profile's, there is too little to learn from, or ``out`` holds other files.
    """
    if profile is not None and (unknown := sorted({row.category for row in rows} - profile.categories.keys())):
        raise Rejected(f"the rows have categories that profile {profile.name} lacks: {', '.join(unknown[:5])}")
    with progress_bars() as progress:
        artifact = train(
            rows,
            seed=SEED,
            created_at=SystemClock().now(),
            unseen=unseen,
            background=NO_BACKGROUND if profile is None else background_of(profile),
            lessons=lessons,
            progress=progress,
        )
    save_artifact(artifact, out)
    write_learned(out, (row.text for row in rows))
    return artifact
