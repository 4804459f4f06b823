"""Models for the tests: a small one of two towns' worth of rows, and the one that the program ships with."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import pytest

from classifiers.artifact import Artifact, load_artifact
from classifiers.rows import LabelledText
from classifiers.training import train
from classifiers.understand import Understander
from config.profiles import find_profile, load_profile
from hotline.bootstrap import splitter_of
from models.codes import Channel, RequestType, Urgency
from models.example import ExampleContact, ExampleRequest
from models.profile import Profile
from tests.services.models import TrainedModels

A_DAY = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)

_SUBJECTS = {
    "lamp": ("路灯", "灯杆", "灯不亮", "黑漆漆", "灯泡", "照明"),
    "water": ("停水", "水管", "自来水", "爆管", "水压", "水龙头"),
    "noise": ("噪音", "施工", "打桩", "吵", "半夜", "睡不着"),
}
_OCCASIONS = ("门口的{}三天了", "我们小区{}没人管", "请问{}找哪个部门", "{}又来了", "昨天反映的{}")


def some_rows(*, with_sides: bool = True) -> list[LabelledText]:
    """Return 90 rows of three categories; questions ask, the rest complain."""
    return [
        LabelledText(
            occasion.format(subject),
            category,
            (RequestType.CONSULT if "请问" in occasion else RequestType.COMPLAINT) if with_sides else None,
            (Urgency.URGENT if "又来了" in occasion else Urgency.NORMAL) if with_sides else None,
        )
        for category, subjects in _SUBJECTS.items()
        for subject in subjects
        for occasion in _OCCASIONS
    ]


def an_example(*requests: tuple[int, int, str], text: str = "") -> ExampleContact:
    """Return a contact with requests at these places, of these categories."""
    return ExampleContact(text, Channel.PHONE, tuple(ExampleRequest(*request, RequestType.HELP) for request in requests))


def some_examples() -> list[ExampleContact]:
    """Return 126 contacts: for each two subjects one that joins two requests, or one that adds to the first."""
    examples = []
    subjects = [(subject, category) for category, of_category in _SUBJECTS.items() for subject in of_category[:3]]
    for first, second in permutations(subjects, 2):
        if first[1] == second[1]:
            text = f"门口的{first[0]}三天了没人管，{second[0]}也不行"
            examples.append(an_example((0, len(text), first[1]), text=text))
        else:
            left, right = f"门口的{first[0]}三天了没人管", f"昨天反映的{second[0]}又来了"
            ends = len(left), len(left) + 3 + len(right)
            examples.append(an_example((0, ends[0], first[1]), (ends[0] + 3, ends[1], second[1]), text=f"{left}，还有{right}"))
            examples.append(an_example((0, len(left) + 7, first[1]), text=f"{left}，到现在也没来"))
    return examples


@pytest.fixture(scope="session")
def small_model() -> Artifact:
    """A model of ``some_rows``."""
    return train(some_rows(), seed=7, created_at=A_DAY)


@pytest.fixture(scope="session")
def haikou_directory() -> Path:
    """Where the default profile lies."""
    return find_profile("haikou")


@pytest.fixture(scope="session")
def haikou(haikou_directory: Path) -> Profile:
    """The default profile."""
    return load_profile(haikou_directory)


@pytest.fixture(scope="session")
def haikou_model(models: TrainedModels) -> Artifact:
    """The model that a new installation trains."""
    return load_artifact(models.serving("haikou"))


@pytest.fixture(scope="session")
def understander_for(haikou: Profile) -> Callable[[Artifact], Understander]:
    """A function that gives a model the default profile's facts."""

    def build(artifact: Artifact) -> Understander:
        return Understander(
            artifact,
            city=haikou.city,
            categories=haikou.categories,
            districts=haikou.districts,
            places=haikou.places,
            urgency=haikou.urgency,
            facts=haikou.facts,
            splitter=splitter_of(haikou, artifact),
        )

    return build


@pytest.fixture(scope="session")
def understander(haikou_model: Artifact, understander_for: Callable[[Artifact], Understander]) -> Understander:
    """What a worker of the default profile understands with."""
    return understander_for(haikou_model)
