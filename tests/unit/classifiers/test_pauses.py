"""Pauses: where a call that was written down without punctuation would have some."""

import numpy as np
import pytest

from classifiers.joints import Mark
from classifiers.pauses import JointReader, learn_pauses
from models.profile import SplitCues

WRITTEN = [
    f"{place}的路灯坏了，{what}没有人管，请来修" for place in ("门口", "村里", "路边") for what in ("晚上", "水管", "树枝")
] * 20


@pytest.fixture(scope="module")
def reader() -> JointReader:
    """What has read a few written messages."""
    return JointReader(SplitCues(also=("还有",)), learn_pauses(WRITTEN))


def pieces(reader: JointReader, text: str) -> list[str]:
    """Return what stands between the joints."""
    cuts = reader.read(text).cuts
    starts, ends = [0, *[end for _, end, _ in cuts]], [*[start for start, _, _ in cuts], len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


def test_a_call_pauses_where_a_writer_puts_a_comma(reader: JointReader):
    """A recogniser writes none."""
    assert pieces(reader, "小区的路灯坏了树枝没有人管") == ["小区的路灯坏了", "树枝没有人管"]


def test_a_text_with_punctuation_pauses_there_alone(reader: JointReader):
    """Who writes commas puts them where they belong."""
    assert pieces(reader, "小区的路灯坏了树枝没有人管，谢谢") == ["小区的路灯坏了树枝没有人管", "谢谢"]


def test_a_letter_is_parted_at_its_sentences(reader: JointReader):
    """From two of them on, a comma parts what belongs together."""
    assert pieces(reader, "路灯坏了，没人修。水管也漏，请来看！还有树枝，挡住了路") == [
        "路灯坏了，没人修",
        "水管也漏，请来看",
        "树枝，挡住了路",
    ]


def test_a_cue_is_not_parted_from_what_it_joins(reader: JointReader):
    """The words around 还有 make no pause of their own."""
    assert pieces(reader, "小区的路灯坏了还有水管没有人管") == ["小区的路灯坏了", "水管没有人管"]
    assert all(marks == Mark.ALSO for _, _, marks in reader.read("小区的路灯坏了还有水管没有人管").cuts)


def test_an_endless_call_is_read_for_its_beginning_alone(reader: JointReader):
    """However long it is, a few hundred words are considered."""
    assert len(reader.read("路灯坏了" * 25_000).cuts) <= 300
    assert reader.read("").cuts == []


def test_the_same_messages_teach_the_same():
    """A model's version stands for everything that it does."""
    assert np.array_equal(learn_pauses(WRITTEN), learn_pauses(WRITTEN))
