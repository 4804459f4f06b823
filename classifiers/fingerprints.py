"""Fingerprints: what tells two requests apart that say the same in other writing, and which ones a model has learned from."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from classifiers.normalise import normalise

_LEARNED = "learned.npy"
_BYTES = 8


def bare_text(text: str) -> str:
    """Return the letters and digits of a text in one writing; a text without any stays as it is."""
    return "".join(filter(str.isalnum, normalise(text).text)) or text


def fingerprint(bare: str) -> int:
    """Return 64 bits that stand for a bare text; nobody reads the text in them."""
    return int.from_bytes(hashlib.sha256(bare.encode("utf-8", "surrogatepass")).digest()[:_BYTES])


def fingerprints_of(texts: Iterable[str]) -> frozenset[int]:
    """Return the fingerprints of texts as they were written."""
    return frozenset(fingerprint(bare_text(text)) for text in texts)


def write_learned(directory: Path, texts: Iterable[str]) -> None:
    """Note beside the artifact in ``directory`` from which ``texts`` it learned."""
    np.save(directory / _LEARNED, np.array(sorted(fingerprints_of(texts)), np.uint64), allow_pickle=False)


def read_learned(directory: Path) -> frozenset[int] | None:
    """Return the fingerprints of what the artifact in ``directory`` learned from; None where nobody noted it."""
    try:
        return frozenset(np.load(directory / _LEARNED, allow_pickle=False).tolist())
    except (OSError, ValueError):
        return None
