"""The subject of the measurements: the profile, its corpus, and the models that are trained from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifiers.artifact import Artifact
from classifiers.background import background_of
from classifiers.lines import RequestLine
from classifiers.rows import LabelledText, read_labelled
from classifiers.training import train
from classifiers.understand import Understander
from config.profiles import corpus_files, find_profile, load_profile
from dispatcher.rules.deciding import Judgement
from hotline.bootstrap import bands_of, understander_of
from hotline.describing import Describer
from hotline.learning import SEED, kept_apart, outside_test_part, split_lessons_of
from hotline.progress import progress_bars
from models.understanding import Understanding


@dataclass(frozen=True, slots=True)
class Answers:
    """What a model made of some texts, and as what the engine would take them."""

    understandings: Sequence[Understanding]
    judgements: Sequence[Judgement]

    def confidences(self) -> NDArray[np.float64]:
        """Return the probability of each first guess."""
        return np.array([each.best.probability for each in self.understandings])


class Subject:
    """A profile with its own corpus; models are trained when they are first asked for.

    ``taidi`` and ``leaf`` are files of real messages that were given; None where they were not.
    """

    def __init__(self, profile_name: str, *, taidi: Path | None, leaf: Path | None) -> None:
        self.directory = find_profile(profile_name)
        self.profile = load_profile(self.directory)
        self.taidi = taidi
        self.leaf = leaf

    @cached_property
    def rows(self) -> list[LabelledText]:
        """The whole corpus."""
        return read_labelled(corpus_files(self.directory))

    @cached_property
    def test_rows(self) -> list[LabelledText]:
        """The stable fifth of the corpus."""
        return kept_apart(self.rows)

    def test_rows_of(self, pattern: str) -> dict[str, list[LabelledText]]:
        """Return the test part of each file of the corpus whose name matches ``pattern``."""
        files = [path for path in corpus_files(self.directory) if path.match(pattern)]
        return {path.name: kept_apart(read_labelled([path])) for path in files}

    @cached_property
    def model(self) -> Artifact:
        """The model that a new installation trains: from the corpus without the test part, on which it is measured."""
        with progress_bars() as progress:
            return train(
                outside_test_part(self.rows),
                seed=SEED,
                created_at=datetime.now(UTC),
                unseen=self.test_rows,
                background=background_of(self.profile),
                lessons=split_lessons_of(self.profile, self.directory),
                progress=progress,
            )

    def understander(self, artifact: Artifact) -> Understander:
        """Return what a worker understands with."""
        return understander_of(self.profile, artifact)

    def answers(self, artifact: Artifact, texts: Sequence[str]) -> Answers:
        """Return what the model makes of ``texts``, judged by the rules that the engine dispatches by."""
        understander = self.understander(artifact)
        describer = Describer(understander, self.profile, bands_of(self.profile, artifact.card), artifact.card.labels)
        understandings = understander.understand(texts)
        judgements = [
            describer.judge(RequestLine(None, text, None), understanding)
            for text, understanding in zip(texts, understandings, strict=True)
        ]
        return Answers(understandings, judgements)
