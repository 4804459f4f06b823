"""A text that is no request is told from one, by rows that nothing was learned from."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from classifiers.artifact import Artifact
from classifiers.rows import read_labelled
from classifiers.test_part import in_test_part
from classifiers.understand import Understander
from config.profiles import corpus_files
from models.codes import Urgency

STRANGE = Path(__file__).parents[2] / "data" / "out_of_domain.csv"

Build = Callable[[Artifact], Understander]


@pytest.fixture(scope="module")
def understander(understander_for: Build, haikou_model: Artifact) -> Understander:
    """What a new installation understands with."""
    return understander_for(haikou_model)


def kinds_found(understander: Understander) -> dict[str, list[bool]]:
    """Return, for each kind of strange text, which of them were told."""
    with STRANGE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found: dict[str, list[bool]] = {}
    for row, understood in zip(rows, understander.understand([row["text"] for row in rows]), strict=True):
        found.setdefault(row["kind"], []).append(understood.out_of_domain)
    return found


def test_hardly_a_request_is_taken_for_something_else(understander: Understander, haikou_directory: Path):
    """At most 1 in 100 of the test part, of which the model has learned nothing."""
    texts = [row.text for row in read_labelled(corpus_files(haikou_directory)) if in_test_part(row.text)]
    taken = [understood.out_of_domain for understood in understander.understand(texts)]

    assert sum(taken) / len(taken) <= 0.01


def test_most_of_what_is_no_request_is_told(understander: Understander):
    """Code, verses and other languages; what sounds like a caller's chatter is a nuisance instead, and adverts are reported."""
    found = kinds_found(understander)
    every = [one for kind in found.values() for one in kind]

    assert sum(every) / len(every) >= 0.5
    assert sum(found["foreign"]) / len(found["foreign"]) >= 0.9
    assert sum(found["literature"]) / len(found["literature"]) >= 0.6


@pytest.mark.parametrize("text", ["", "。。。", "😂😂", "Доброе утро, помогите", "เปิดไฟถนน", "qqq www eee rrr"])
def test_what_has_no_known_word_is_told(understander: Understander, text: str):
    """Nothing was understood, and the operator reads so."""
    assert understander.understand([text])[0].out_of_domain


@pytest.mark.parametrize("text", ["路灯不亮", "没水", "The street light near my house is broken", "路燈壞了三天沒人修"])
def test_short_english_and_traditional_requests_are_requests(understander: Understander, text: str):
    """Few words, or words in another script of the same language, are not strange."""
    assert not understander.understand([text])[0].out_of_domain


def test_a_model_without_that_measure_knows_the_wholly_unknown(understander_for: Build, small_model: Artifact):
    """A small town has too few rows to count which share lies above a threshold."""
    understander = understander_for(small_model)

    assert small_model.card.bands.strange is None
    assert understander.understand(["锟斤拷"])[0].out_of_domain
    assert not understander.understand(["路灯不亮"])[0].out_of_domain


@pytest.mark.parametrize("text", ["Здравствуйте, в отеле не возвращают деньги", "12 34 56", "ホテルがお金を返してくれません"])
def test_a_script_that_nobody_taught_sounds_like_no_emergency(understander: Understander, text: str):
    """The tone was learned on Chinese and English: elsewhere it says nothing, and a person reads the text."""
    understood = understander.understand([text])[0]

    assert understood.urgency is Urgency.NORMAL
    assert understood.out_of_domain
