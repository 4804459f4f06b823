"""``hotline classify``."""

import argparse
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

from hotline.commands import Subparsers

if TYPE_CHECKING:
    from classifiers.artifact import Artifact
    from hotline.describing import Describer
    from models.profile import Profile

_BATCH = 500

_DESCRIPTION = """\
Read one JSON object a line and write one for each, in the same order: id, category, confidence, top3, type, urgency,
district, language, issues, review (true: a person decides), reasons, evidence. Memory stays the same however long the
file is. The output appears when all lines are done, or not at all."""

_EXAMPLES = """\
examples:
  hotline classify --in texts.jsonl --out guesses.jsonl
  hotline classify --in texts.jsonl --out guesses.jsonl --model model/ --profile haikou

an input line is one of
  {"id": "1", "text": "路灯不亮"}
  {"id": "2", "segments": [{"spk": "caller", "text": "喂你好", "conf": 0.91}]}
Of segments the caller's are read, joined by line breaks; their mean recognition confidence may ask for a person.
Spans count characters from 0, the end not included.
"""


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "classify",
        help="guess categories of texts in a file",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--in", dest="source", required=True, type=Path, metavar="FILE.jsonl", help="the texts")
    parser.add_argument("--out", required=True, type=Path, metavar="FILE.jsonl", help="the guesses")
    parser.add_argument("--model", type=Path, metavar="DIR", help="an artifact (default: the profile's serving model)")
    parser.add_argument("--profile", metavar="NAME", help="whose districts and emergency words hold (default: the settings')")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Classify the file.

    Raises:
        Rejected: the input cannot be read (says which line), the output cannot be written, or there is no fitting model.
    """
    from hotline.bootstrap import bands_of, understander_of
    from hotline.describing import Describer

    artifact, profile = model_and_profile(arguments)
    bands = bands_of(profile, artifact.card)
    describe = Describer(understander_of(profile, artifact), profile, bands, artifact.card.labels)
    _write_whole(arguments.out, _described(arguments.source, describe))
    return 0


def model_and_profile(arguments: argparse.Namespace) -> "tuple[Artifact, Profile]":
    """Return what ``--model`` and ``--profile`` name; without them, what the settings name.

    Raises:
        Rejected: there is no such profile, or no fitting model.
    """
    from dataclasses import replace

    from classifiers.artifact import load_artifact
    from config.settings import load_settings
    from hotline.bootstrap import artifact_of, profile_of

    settings = load_settings(os.environ)
    if arguments.profile:
        settings = replace(settings, profile=arguments.profile)
    profile = profile_of(settings)
    return load_artifact(arguments.model) if arguments.model else artifact_of(settings, profile), profile


def _described(source: Path, describe: "Describer") -> Iterator[str]:
    from tqdm import tqdm

    from classifiers.batches import in_batches
    from classifiers.lines import read_lines

    with tqdm(unit=" texts", desc="classifying", leave=False, disable=None) as bar:
        for batch in in_batches(read_lines(source), _BATCH):
            yield from describe.batch(batch)
            bar.update(len(batch))


def _write_whole(path: Path, lines: Iterable[str]) -> None:
    """Write ``lines`` beside ``path`` and put the file in its place when it is complete."""
    from tempfile import NamedTemporaryFile

    from models.errors import Rejected

    try:
        with NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}.", delete=False) as scratch:
            _fill(scratch, lines)
        Path(scratch.name).replace(path)
    except OSError as error:
        raise Rejected(f"{path}: cannot be written: {error.strerror}") from error


def _fill(scratch: IO[bytes], lines: Iterable[str]) -> None:
    """Write ``lines``; on any error nothing remains."""
    try:
        for line in lines:
            # A lone surrogate of the input is written as the escape that it came as.
            scratch.write(line.encode("utf-8", "backslashreplace") + b"\n")
    except BaseException:
        Path(scratch.name).unlink()
        raise
