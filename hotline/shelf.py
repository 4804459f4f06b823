"""The shelf on which a profile's models stand: the serving one, a candidate for its place, the one that served before."""

import ctypes
import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from classifiers.artifact import Artifact, BadArtifact, Card, load_artifact
from models.errors import Rejected

SERVING, CANDIDATE, PREVIOUS = "serving", "candidate", "previous"

_CARD = "card.json"
_RELATIVE_TO_HERE = -100  # AT_FDCWD of fcntl.h
_RENAME_EXCHANGE = 2  # of linux/fs.h

Mark = tuple[int, int]
"""Tells whether another card stands in a directory: when the card was written, and its number in the file system."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The places of one profile's models, each a directory; any may be empty."""

    directory: Path

    @property
    def serving(self) -> Path:
        """What workers and web processes load."""
        return self.directory / SERVING

    @property
    def candidate(self) -> Path:
        """What may be promoted."""
        return self.directory / CANDIDATE

    @property
    def previous(self) -> Path:
        """What served before the last promotion."""
        return self.directory / PREVIOUS

    def promote(self) -> None:
        """Let the candidate serve, at once or not at all: nobody finds the place empty. What served becomes the previous.

        Raises:
            Rejected: the file system cannot exchange two directories.
        """
        if not self.serving.exists():
            self.candidate.rename(self.serving)
            return
        _exchange(self.candidate, self.serving)
        with TemporaryDirectory(prefix=f".{PREVIOUS}.", dir=self.directory) as scratch:
            if self.previous.exists():
                self.previous.rename(Path(scratch) / "old")
            self.candidate.rename(self.previous)

    def roll_back(self) -> None:
        """Let the previous model serve again, as ``promote`` does; a second call takes it back.

        Raises:
            Rejected: the file system cannot exchange two directories.
        """
        _exchange(self.previous, self.serving)


def card_in(directory: Path) -> Card:
    """Return the card of the model in ``directory``, without the model.

    Raises:
        BadArtifact: there is none, or it is not one of ours.
    """
    try:
        return Card.from_json((directory / _CARD).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadArtifact(f"{directory}: no trained model here") from error
    except (OSError, UnicodeDecodeError, BadArtifact) as error:
        raise BadArtifact(f"{directory}: {error}") from error


def version_in(directory: Path) -> str | None:
    """Return the version of the model in ``directory``; None where no card can be read."""
    try:
        return card_in(directory).version
    except BadArtifact:
        return None


def mark_in(directory: Path) -> Mark | None:
    """Return the mark of the card in ``directory``; None without one."""
    try:
        found = (directory / _CARD).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino


def load_standing(directory: Path, categories: Collection[str]) -> Artifact:
    """Load the model in ``directory``; one that was exchanged while it was read is read again.

    Raises:
        BadArtifact: it is missing, broken, or guesses codes that are not in ``categories``.
    """
    while True:
        mark = mark_in(directory)
        try:
            return load_artifact(directory, categories)
        except BadArtifact:
            if mark_in(directory) == mark:
                raise


def _exchange(one: Path, other: Path) -> None:
    """Let two directories trade places in one step; Python's own renaming would leave one place empty for a moment."""
    libc = ctypes.CDLL(None, use_errno=True)
    places = _RELATIVE_TO_HERE, os.fsencode(one), _RELATIVE_TO_HERE, os.fsencode(other)
    if libc.renameat2(*places, _RENAME_EXCHANGE) != 0:
        reason = os.strerror(ctypes.get_errno())
        raise Rejected(f"{one} and {other} cannot be exchanged ({reason}); HOTLINE_ARTIFACT_DIR wants a local file system")
