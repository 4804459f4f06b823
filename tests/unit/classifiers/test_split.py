"""Splitting: what it learns, and how often it is right on contacts that it has not learned from."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifiers.artifact import Artifact, load_artifact, save_artifact
from classifiers.courtesies import without_courtesies
from classifiers.normalise import normalise
from classifiers.rows import read_labelled
from classifiers.split import Splitter, SplitWeights
from classifiers.split_lessons import SplitLessons
from classifiers.split_scores import score_splits
from classifiers.split_training import FALSE_SPLITS, learn_to_split
from classifiers.test_part import in_test_part
from classifiers.training import train
from classifiers.understand import Understander
from classifiers.words import cut_together, cut_words, fastest_cutter
from config.profiles import corpus_files, load_example_contacts
from hotline.learning import kept_apart
from models.codes import RequestType
from models.example import ExampleContact
from models.profile import Profile
from models.understanding import Guess, Issue, Understanding
from tests.unit.classifiers.conftest import A_DAY, an_example, some_examples, some_rows


@pytest.fixture(scope="module")
def learn(small_model: Artifact, haikou: Profile) -> Callable[[Sequence[ExampleContact]], SplitWeights | None]:
    """A function that learns to split from examples of three categories."""

    def learn_from(examples: Sequence[ExampleContact]) -> SplitWeights | None:
        return learn_to_split(
            SplitLessons(examples, level1={}, cues=haikou.split_cues),
            [replace(row, text=f"{row.text}，到现在也没来") for row in some_rows()],
            features=small_model.features,
            category=small_model.category,
            request_type=small_model.sides["type"],
            seed=7,
        )

    return learn_from


@pytest.fixture(scope="module")
def understood(
    understander: Understander, haikou: Profile, haikou_directory: Path
) -> list[tuple[ExampleContact, Understanding]]:
    """The test part of the default profile's example contacts with what is made of each."""
    examples = load_example_contacts(haikou_directory, haikou.categories)
    measured = [example for example in examples if in_test_part(example.text)]
    return list(zip(measured, understander.understand([example.text for example in measured]), strict=True))


def spans_of(understanding: Understanding) -> list[tuple[int, int]]:
    """Return where its requests stand."""
    return [(issue.start, issue.end) for issue in understanding.issues]


def test_a_contact_with_two_requests_is_cut_between_them(understander: Understander, haikou: Profile):
    """Both stand in the citizen's own characters, each with its category and type."""
    text = "嗯，你好我反映兩個事，第一個是凤翔路路灯全都不亮了，第二個是，小区电梯坏了三天没有人修"

    [understanding] = understander.understand([text])

    assert [text[issue.start : issue.end] for issue in understanding.issues] == [
        "凤翔路路灯全都不亮了",
        "小区电梯坏了三天没有人修",
    ]
    assert [haikou.categories[issue.top[0].category_code].level2 for issue in understanding.issues] == ["路灯故障", "电梯故障"]
    assert {issue.request_type for issue in understanding.issues} <= {RequestType.HELP, RequestType.COMPLAINT}


@pytest.mark.parametrize(
    "text",
    [
        "路灯不亮",
        "",
        "自来水又黄又臭，洗菜都不敢用，水压也小",
        "工地晚上吵，白天灰尘大，车还把路堵了",
        "物业：1、不修门禁；2、不清楼道；3、不接电话",
        "还有" * 5_000,
        "，" * 10_000,
    ],
)
def test_one_matter_stays_whole(understander: Understander, text: str):
    """Several harms of one event are one request; text that says nothing holds none."""
    [understanding] = understander.understand([text])

    assert understanding.issues == ()


def test_issues_stand_in_order_and_apart(understood: Sequence[tuple[ExampleContact, Understanding]]):
    """A person may read them one after the other; one alone is no splitting."""
    for example, understanding in understood:
        spans = [position for issue in understanding.issues for position in (issue.start, issue.end)]
        assert spans == sorted(spans)
        assert len(understanding.issues) != 1
        assert all(0 <= issue.start < issue.end <= len(example.text) and issue.top for issue in understanding.issues)


@pytest.mark.parametrize("closing", ["\n好的明白了谢谢", "\n好的好的，谢谢你们，再见", "，辛苦了谢谢"])
def test_a_closing_is_no_request(
    understander: Understander, understood: Sequence[tuple[ExampleContact, Understanding]], closing: str
):
    """谢谢 behind a question is no praise: what stands before it is split as it would be alone."""
    told = [without_courtesies(normalise(example.text).text) for example, _ in understood]
    told = ["我想问一下灵活就业人员社保怎么交要带什么材料", *[text for text in told if text[-1] not in "，。！？!?."]]

    alone, closed = understander.understand(told), understander.understand([text + closing for text in told])

    assert [spans_of(each) for each in closed] == [spans_of(each) for each in alone]
    assert not alone[0].issues


def test_a_contact_is_split_the_same_way_in_any_batch(
    understander: Understander, understood: Sequence[tuple[ExampleContact, Understanding]]
):
    """What others say does not matter."""
    for example, together in understood[:40]:
        [alone] = understander.understand([example.text])
        assert spans_of(alone) == spans_of(together)


def test_three_of_five_contacts_of_several_requests_are_split_rightly(
    understood: Sequence[tuple[ExampleContact, Understanding]],
):
    """On contacts that nothing was learned from; bench.classifier prints the figures of today, the target is .90."""
    scores = score_splits([example for example, _ in understood], [each.issues for _, each in understood])

    assert scores.found >= 0.6
    assert scores.false_splits <= 0.1


def test_ordinary_requests_stay_whole(understander: Understander, haikou_directory: Path):
    """Of a hundred, three at most are split in vain."""
    files = [path for path in corpus_files(haikou_directory) if not path.name.startswith("emergencies")]
    texts = [row.text for row in kept_apart(read_labelled(files))]

    assert sum(bool(each.issues) for each in understander.understand(texts)) / len(texts) <= FALSE_SPLITS


def test_a_small_model_splits_nothing(small_model: Artifact, understander_for: Callable[[Artifact], Understander]):
    """It had no examples to learn from."""
    [understanding] = understander_for(small_model).understand(["反映两个事第一个是路灯不亮第二个是停水了"])

    assert understanding.issues == ()


def test_what_was_learned_travels_in_the_artifact(haikou: Profile, tmp_path: Path):
    """It comes back bit by bit, and the model's version stands for it, too."""
    lessons = SplitLessons(some_examples(), level1={}, cues=haikou.split_cues)
    model = train(some_rows(), seed=7, created_at=A_DAY, lessons=lessons)
    save_artifact(model, tmp_path / "model")

    restored = load_artifact(tmp_path / "model").splitting

    assert model.splitting is not None
    assert restored is not None
    for name, values in model.splitting.arrays().items():
        assert np.array_equal(restored.arrays()[name], values)
    assert model.card.version != train(some_rows(), seed=7, created_at=A_DAY).card.version


def test_a_few_examples_teach_nothing(learn: Callable[[Sequence[ExampleContact]], SplitWeights | None]):
    """A label set of one's own comes without examples; then every contact is one request."""
    assert learn(some_examples()[:30]) is None
    assert learn([]) is None


def test_splitting_can_be_learned_for_any_labels(
    learn: Callable[[Sequence[ExampleContact]], SplitWeights | None], small_model: Artifact, haikou: Profile
):
    """Nothing in it knows the default profile's categories."""
    weights = learn(some_examples())
    assert weights is not None
    splitter = Splitter(
        weights,
        features=small_model.features,
        category=small_model.category,
        request_type=small_model.sides["type"],
        level1={},
        cues=haikou.split_cues,
    )
    texts = ["门口的路灯三天了没人管，还有我们小区停水找不到人", "门口的路灯三天了没人管，灯杆也歪了"]
    features = small_model.features.transform([cut_words(text) for text in texts])
    terms = small_model.features.terms_of(cut_together(texts, fastest_cutter()))

    margins = small_model.category.decision_function(features)
    spans = splitter.split(texts, terms, features, margins, np.zeros(len(texts), np.int64))

    assert {number: [texts[number][start:end] for start, end in of_text] for number, of_text in spans.items()} == {
        0: ["门口的路灯三天了没人管", "我们小区停水找不到人"]
    }


def test_a_contact_is_found_when_each_request_has_its_span():
    """As many issues as requests, and half of the characters in common; the first guesses count apart."""
    example = an_example((0, 10, "A"), (10, 20, "B"))

    def an_issue(start: int, end: int, category: str) -> Issue:
        return Issue(start, end, (Guess(category, 0.9),), RequestType.HELP)

    exact = an_issue(0, 10, "A"), an_issue(10, 20, "B")
    shifted = an_issue(0, 12, "A"), an_issue(14, 20, "C")
    beside = an_issue(0, 4, "A"), an_issue(4, 20, "B")
    three = an_issue(0, 10, "A"), an_issue(10, 18, "B"), an_issue(18, 20, "B")
    single = an_example((0, 20, "A"))

    scores = score_splits([example] * 5 + [single] * 2, [exact, shifted, beside, three, (), exact, ()])

    assert (scores.n_several, scores.n_single, scores.false_splits) == (5, 2, 0.5)
    assert (scores.found, scores.with_categories, scores.noticed) == (2 / 5, 1 / 5, 4 / 5)
    assert score_splits([example], [shifted], least_overlap=0.7).found == 0
