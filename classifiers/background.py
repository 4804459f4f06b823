"""What a profile lends to a model before it learns from examples."""

from collections.abc import Sequence
from dataclasses import dataclass

from classifiers.category import Hint, hints_of
from classifiers.local_words import local_words_of
from classifiers.request_type import type_hints_of
from classifiers.urgency import UrgencyReader
from models.profile import Profile


@dataclass(frozen=True, slots=True)
class Background:
    """Words and phrases that no example holds, and what a lexicon finds.

    ``hints`` (``hints_of``) lend words to the categories, ``type_hints`` (``type_hints_of``) phrases to the types.
    ``local_words`` are cut in one piece, here and wherever the model is used; the hints must have been cut so, too.
    ``urgency`` tells what a profile's lexicon finds; whoever understands with the model must find with the same lexicon.
    """

    profile: str | None = None
    hints: Sequence[Hint] = ()
    type_hints: Sequence[Hint] = ()
    local_words: tuple[str, ...] = ()
    urgency: UrgencyReader | None = None


NO_BACKGROUND = Background()
"""For a label set that belongs to no profile."""


def background_of(profile: Profile) -> Background:
    """Return what ``profile`` lends."""
    local_words = local_words_of(profile)
    return Background(
        profile=profile.name,
        hints=hints_of(profile.categories.values(), local_words),
        type_hints=type_hints_of(profile.type_words, local_words),
        local_words=local_words,
        urgency=UrgencyReader(profile.urgency, profile.categories),
    )
