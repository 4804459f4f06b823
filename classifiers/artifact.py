"""The artifact: a trained model as a directory that any process can load, with the card that vouches for it.

``card.json`` tells what the model is, ``arrays.npz`` holds its numbers, terms by their hashes, and the names of the town that
its words were cut with: whatever a profile says later, a model is served with the words that it learned with.
Nothing in it is executed on loading: no pickle.
"""

import hashlib
import json
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from classifiers.confidence import Confidence
from classifiers.danger import Danger, DangerScale
from classifiers.features import TextFeatures
from classifiers.linear import LinearHead
from classifiers.split import SplitWeights
from models.errors import Rejected

FORMAT = 8
"""Raised when an older program could not read what a newer one writes."""

_CARD, _ARRAYS = "card.json", "arrays.npz"


class BadArtifact(Rejected):
    """A directory is not a model of ours, was changed since it was written, or does not fit the profile."""


@dataclass(frozen=True, slots=True)
class MeasuredBands:
    """Confidences read off held-out rows; None where no threshold keeps what it promises.

    At ``automatic`` or above the first guess is right in ``automatic_precision`` of the rows; between ``review`` and
    ``automatic`` the truth is among three guesses in ``review_precision`` of them. At ``critical`` or above the
    probability of an emergency is right in .9 of the rows (``calibration.EMERGENCY_PRECISION``); at ``urgent`` or above
    that of 紧急 or more in ``urgency_precision``.
    Above ``strange`` (``strangeness``) lie 1 in 200 of all rows.
    """

    automatic: float | None
    automatic_precision: float
    review: float | None
    review_precision: float
    critical: float | None
    urgent: float | None
    urgency_precision: float
    strange: float | None


@dataclass(frozen=True, slots=True)
class Card:
    """What a model is and how good it was when it was made.

    ``version`` is a hash of the model's content: the same rows and seed give the same one. ``split`` says on which rows
    ``scores`` were measured. ``thin_labels`` had too few rows to be measured.
    """

    version: str
    created_at: datetime
    seed: int
    profile: str | None
    labels: tuple[str, ...]
    side_labels: Mapping[str, tuple[str, ...]]
    rows_by_label: Mapping[str, int]
    thin_labels: tuple[str, ...]
    training_sha256: str
    packages: Mapping[str, str]
    split: str
    scores: Mapping[str, float]
    bands: MeasuredBands

    def to_json(self) -> str:
        """Return the card as people and programs read it."""
        fields = {"format": FORMAT, **asdict(self), "created_at": self.created_at.isoformat()}
        return json.dumps(fields, ensure_ascii=False, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Card":
        """Return the card that ``to_json`` wrote.

        Raises:
            BadArtifact: it is not such a card, or of another format.
        """
        try:
            fields: dict[str, Any] = json.loads(text)
            if (written_as := fields.pop("format", None)) != FORMAT:
                raise BadArtifact(f"the card has format {written_as}; this program reads format {FORMAT}; run `hotline train`")
            for name in ("labels", "thin_labels"):
                fields[name] = tuple(fields[name])
            fields["side_labels"] = {name: tuple(labels) for name, labels in fields["side_labels"].items()}
            fields["created_at"] = datetime.fromisoformat(fields["created_at"])
            fields["bands"] = MeasuredBands(**fields["bands"])
            return cls(**fields)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BadArtifact(f"the card is not one of ours: {error}") from error


@dataclass(frozen=True, slots=True, eq=False)
class Artifact:
    """A trained model: features shared by the heads.

    ``sides`` holds the heads ``type`` and ``urgency``, each only if the training rows had such labels; their labels are
    values of ``RequestType`` and ``Urgency``. Without a ``confidence`` the softmax of the margins tells how sure it is.
    ``danger`` hears emergencies, where the training rows had enough of them. ``local_words`` stay in one piece when a text is
    cut for this model.
    A model that had no example contacts to learn ``splitting`` from takes every contact for one request.
    """

    card: Card
    features: TextFeatures
    category: LinearHead
    sides: Mapping[str, LinearHead]
    confidence: Confidence | None
    danger: Danger | None = None
    local_words: tuple[str, ...] = ()
    splitting: SplitWeights | None = None

    def probabilities(self, margins: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the categories' ``margins`` as probabilities of the same shape; the first guess's is the confidence.

        The others share what the confidence leaves, each at most as much as the first; what is then left is doubt.
        """
        probabilities = self.category.probabilities(margins)
        if self.confidence is None:
            return probabilities
        rows, best = np.arange(len(margins)), margins.argmax(axis=1)
        sure = self.confidence.of(margins)
        others = 1 - probabilities[rows, best]
        shared = probabilities * ((1 - sure) / np.maximum(others, 1e-9))[:, None]
        shared = np.minimum(shared, sure[:, None])
        shared[rows, best] = sure
        return np.asarray(shared, np.float32)


def signed(artifact: Artifact) -> Artifact:
    """Return the artifact with the version that its content has: everything by which it guesses."""
    return replace(artifact, card=replace(artifact.card, version=_version_of(artifact)))


def _version_of(artifact: Artifact) -> str:
    """Return 12 hexadecimal digits that stand for the content."""
    digest = hashlib.sha256(json.dumps(asdict(artifact.card.bands)).encode())
    for name, values in sorted(_arrays_of(artifact).items()):
        digest.update(f"{name} {values.dtype.str} {values.shape}".encode())
        digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()[:12]


def save_artifact(artifact: Artifact, directory: Path) -> None:
    """Write ``artifact`` to ``directory``; what stood there before is replaced at once, or not at all.

    Raises:
        BadArtifact: ``directory`` holds something that is not an artifact.
    """
    if directory.exists() and not (directory / _CARD).is_file() and any(directory.iterdir()):
        raise BadArtifact(f"{directory}: holds other files; an artifact is not written over them")
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{directory.name}.", dir=directory.parent) as scratch:
        fresh, old = Path(scratch) / "fresh", Path(scratch) / "old"
        fresh.mkdir()
        _write(artifact, fresh)
        if directory.exists():
            directory.rename(old)
        fresh.rename(directory)


def load_artifact(directory: Path, categories: Collection[str] | None = None) -> Artifact:
    """Read an artifact back.

    Raises:
        BadArtifact: it is missing or broken, its card does not match its arrays, or it guesses codes that are not in
            ``categories``.
    """
    try:
        card = Card.from_json((directory / _CARD).read_text(encoding="utf-8"))
        with np.load(directory / _ARRAYS, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        artifact = _artifact_from(card, arrays)
    except BadArtifact as error:
        raise BadArtifact(f"{directory}: {error}") from error
    except FileNotFoundError as error:
        raise BadArtifact(f"{directory}: no trained model here ({Path(error.filename).name} is missing)") from error
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise BadArtifact(f"{directory}: cannot be read: {error}") from error
    if categories is not None and (unknown := sorted(set(card.labels) - set(categories))):
        raise BadArtifact(f"{directory}: guesses categories that the profile lacks: {', '.join(unknown[:5])}")
    return artifact


def _write(artifact: Artifact, directory: Path) -> None:
    (directory / _CARD).write_text(artifact.card.to_json(), encoding="utf-8")
    with (directory / _ARRAYS).open("wb") as file:
        np.savez(file, allow_pickle=False, **_arrays_of(artifact))


def _artifact_from(card: Card, arrays: Mapping[str, NDArray[Any]]) -> Artifact:
    features = TextFeatures().restore(arrays["terms"], arrays["idf"])
    category = _head_from("category", arrays)
    sides = {name: _head_from(name, arrays) for name in card.side_labels}
    labels = {name: tuple(head.classes_) for name, head in sides.items()}
    confidence = None
    if "confidence_weights" in arrays:
        weights, offsets, intercept = (arrays[f"confidence_{part}"] for part in ("weights", "offsets", "intercept"))
        confidence = Confidence().restore(weights, offsets, float(intercept))
    danger = None
    if "danger_scale" in arrays:
        scale = DangerScale().restore(arrays["danger_scale"], float(arrays["danger_scale_intercept"]))
        danger = Danger(_head_from("danger", arrays), scale)
    splitting = SplitWeights.from_arrays(arrays)
    local_words = tuple(arrays["local_words"].tolist())
    artifact = Artifact(card, features, category, sides, confidence, danger, local_words, splitting)
    if _version_of(artifact) != card.version or (tuple(category.classes_), labels) != (card.labels, card.side_labels):
        raise BadArtifact("the card does not belong to this model; train again")
    return artifact


def _arrays_of(artifact: Artifact) -> dict[str, NDArray[Any]]:
    confidence, danger = artifact.confidence, artifact.danger
    arrays: dict[str, NDArray[Any]] = {
        "terms": artifact.features.hashes_,
        "idf": artifact.features.idf_,
        "local_words": np.array(artifact.local_words, np.str_),
        **_head_arrays("category", artifact.category),
    }
    if confidence is not None:
        arrays |= {
            "confidence_weights": confidence.weights_,
            "confidence_offsets": confidence.offsets_,
            "confidence_intercept": np.array(confidence.intercept_),
        }
    if danger is not None:
        arrays |= _head_arrays("danger", danger.head)
        arrays |= {"danger_scale": danger.scale.weights_, "danger_scale_intercept": np.array(danger.scale.intercept_)}
    if artifact.splitting is not None:
        arrays |= artifact.splitting.arrays()
    for name, head in artifact.sides.items():
        arrays |= _head_arrays(name, head)
    return arrays


def _head_arrays(name: str, head: LinearHead) -> dict[str, NDArray[Any]]:
    return {
        f"{name}_labels": head.classes_,
        f"{name}_weights": head.weights_,
        f"{name}_intercepts": head.intercepts_,
        f"{name}_steepness": np.array(head.steepness_),
    }


def _head_from(name: str, arrays: Mapping[str, NDArray[Any]]) -> LinearHead:
    return LinearHead().restore(
        arrays[f"{name}_labels"],
        arrays[f"{name}_weights"],
        arrays[f"{name}_intercepts"],
        float(arrays[f"{name}_steepness"]),
    )
