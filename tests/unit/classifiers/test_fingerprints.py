"""The same request in other writing is the same; what a model learned from is noted without its words."""

from pathlib import Path

import numpy as np
import pytest

from classifiers.fingerprints import bare_text, fingerprint, fingerprints_of, read_learned, write_learned


@pytest.mark.parametrize("other", ["路燈不亮，天天摸黑！", "路灯不亮 天天摸黑", "路灯不亮。天天摸黑……"])
def test_writing_and_punctuation_make_no_other_request(other: str):
    """Traditional characters, spaces and marks aside, both say the same."""
    assert fingerprints_of([other]) == fingerprints_of(["路灯不亮，天天摸黑"])


@pytest.mark.parametrize("odd", ["", "？！", "\ud800", "😀"])
def test_a_text_without_letters_has_a_fingerprint_of_its_own(odd: str):
    """No two of them are taken for the same, and none breaks."""
    assert bare_text(odd) == odd
    assert fingerprint(bare_text(odd)) != fingerprint(bare_text(odd + "。" * 2))


def test_what_was_learned_is_told_again_without_a_word_of_it(tmp_path: Path):
    """The note holds numbers alone."""
    write_learned(tmp_path, ["路灯不亮", "家里停水"])

    assert read_learned(tmp_path) == fingerprints_of(["家里停水", "路灯不亮"])
    (note,) = tmp_path.iterdir()
    assert np.load(note, allow_pickle=False).dtype == np.uint64


def test_a_model_without_a_note_says_nothing(tmp_path: Path):
    """Nobody knows what it learned from; neither is a broken note believed."""
    assert read_learned(tmp_path) is None
    write_learned(tmp_path, ["路灯不亮"])
    (note,) = tmp_path.iterdir()
    note.write_bytes(note.read_bytes()[:-3])

    assert read_learned(tmp_path) is None
