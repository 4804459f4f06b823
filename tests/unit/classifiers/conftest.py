"""Models for the tests: a small one of two towns' worth of rows, and the one that the program ships with."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from classifiers.artifact import Artifact
from classifiers.category import hints_of
from classifiers.local_words import local_words_of
from classifiers.rows import LabelledText, read_labelled
from classifiers.test_part import in_test_part
from classifiers.training import train
from classifiers.understand import Understander
from config.profiles import corpus_files, find_profile, load_profile
from models.codes import RequestType, Urgency
from models.profile import Profile

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
def haikou_model(haikou: Profile, haikou_directory: Path) -> Artifact:
    """The model that a new installation trains."""
    own = read_labelled(corpus_files(haikou_directory))
    return train(
        [row for row in own if not in_test_part(row.text)],
        seed=12345,
        created_at=A_DAY,
        unseen=[row for row in own if in_test_part(row.text)],
        hints=hints_of(haikou.categories.values(), local_words_of(haikou)),
        local_words=local_words_of(haikou),
        profile=haikou.name,
    )


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
        )

    return build


@pytest.fixture(scope="session")
def understander(haikou_model: Artifact, understander_for: Callable[[Artifact], Understander]) -> Understander:
    """What a worker of the default profile understands with."""
    return understander_for(haikou_model)
