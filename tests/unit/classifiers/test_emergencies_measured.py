"""How well emergencies are told on the test part of our own, which no model of the tests has seen."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from classifiers.rows import LabelledText, read_labelled
from classifiers.understand import Understander
from config.profiles import corpus_files
from hotline.learning import kept_apart
from models.codes import Urgency


def alarms(understander: Understander, rows: Sequence[LabelledText]) -> list[bool]:
    """Return which rows are taken for 特急."""
    return [each.urgency is Urgency.CRITICAL for each in understander.understand([row.text for row in rows])]


@pytest.fixture(scope="module")
def told(understander: Understander, haikou_directory: Path) -> list[tuple[bool, bool]]:
    """Whether each of the emergencies and false friends is 特急, and is taken for it."""
    files = [path for path in corpus_files(haikou_directory) if path.name.startswith("emergencies")]
    rows = kept_apart(read_labelled(files))
    return [(row.urgency is Urgency.CRITICAL, alarmed) for row, alarmed in zip(rows, alarms(understander, rows), strict=True)]


def test_emergencies_are_heard(told: list[tuple[bool, bool]]):
    """Of a hundred, most of them told without a single hot word, one is missed."""
    heard = [alarmed for is_emergency, alarmed in told if is_emergency]

    assert sum(heard) / len(heard) >= 0.985


def test_false_friends_are_told_apart(told: list[tuple[bool, bool]]):
    """Of four taken for 特急 three are it, though nearly half of these rows were written to mislead."""
    taken = [is_emergency for is_emergency, alarmed in told if alarmed]

    assert sum(taken) / len(taken) >= 0.755


def test_ordinary_requests_are_sent_as_such_or_looked_at(understander: Understander, haikou_directory: Path):
    """Many were written to sound dangerous: one of ninety calls out a unit in vain, a person looks at one of nine."""
    files = [path for path in corpus_files(haikou_directory) if not path.name.startswith("emergencies")]
    rows = [row for row in kept_apart(read_labelled(files)) if row.urgency is Urgency.NORMAL]

    understood = understander.understand([row.text for row in rows])

    assert sum(each.alarm_is_sure for each in understood) <= 0.014 * len(rows)
    assert sum(each.urgency is Urgency.CRITICAL for each in understood) <= 0.113 * len(rows)
