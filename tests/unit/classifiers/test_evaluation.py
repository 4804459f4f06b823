"""Evaluation and its noise: the promise of ``hotline evaluate``."""

import json

import pytest

from classifiers.artifact import Artifact
from classifiers.evaluation import evaluate
from classifiers.noise import asr_noise, first_characters, traditional
from classifiers.rows import LabelledText
from models.codes import RequestType
from models.errors import Rejected
from tests.unit.classifiers.conftest import some_rows


def test_the_report_has_the_promised_shape(small_model: Artifact):
    """Other programs rely on these names."""
    report = json.loads(json.dumps(evaluate(small_model, some_rows()).to_dict()))

    assert {"accuracy", "macro_f1", "top3_accuracy", "per_class", "coverage_at_precision", "variants"} <= report.keys()
    assert report["variants"].keys() == {"traditional", "asr_noise", "first_40"}
    assert all(scores.keys() == {"accuracy", "macro_f1"} for scores in report["variants"].values())
    assert report["per_class"]["lamp"].keys() == {"precision", "recall", "f1", "support"}
    assert report["accuracy"] == 1.0


def test_a_row_of_an_unknown_label_counts_as_wrong(small_model: Artifact):
    """A model is not excused from what it never learned."""
    rows = [LabelledText("路灯不亮", "lamp"), LabelledText("送锦旗", "praise")]

    evaluation = evaluate(small_model, rows)

    assert evaluation.accuracy == 0.5
    assert evaluation.macro_f1 == 0.5
    assert evaluation.per_class["praise"].recall == 0


def test_types_are_measured_where_the_rows_have_them(small_model: Artifact):
    """A file without types is measured without them."""
    typed = [LabelledText("请问路灯找哪个部门", "lamp", RequestType.CONSULT), LabelledText("路灯没人管", "lamp")]

    assert evaluate(small_model, typed).type_accuracy == 1.0
    assert evaluate(small_model, some_rows(with_sides=False)).type_accuracy is None


def test_measuring_on_nothing_is_refused(small_model: Artifact):
    """Zero of zero is no score."""
    with pytest.raises(Rejected, match="no rows"):
        evaluate(small_model, [])


def test_recognised_speech_has_no_punctuation_but_fillers_and_homophones():
    """The noise is what recognisers make, the same each time."""
    text = "小区门口的路灯坏了，在那里的井盖也没有了！请问物业管理费可以不交吗？" * 3

    noisy = asr_noise(text)

    assert noisy == asr_noise(text)
    assert not set("，！？") & set(noisy)
    assert len(noisy) > len(text) * 1.05
    assert any(filler in noisy for filler in ("嗯", "呃", "那个", "就是", "啊"))


def test_traditional_and_short_variants_are_what_they_say():
    """The variants are easy to check by eye."""
    assert traditional("头发干了，干部来了") == "頭髮幹了，幹部來了"
    assert first_characters("路" * 99) == "路" * 40
