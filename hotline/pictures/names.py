"""Names: how the labels of a model read to people."""

from collections.abc import Mapping
from typing import NamedTuple

from models.profile import Category

_OTHERS = ("", "其他标签")


class Group(NamedTuple):
    """A first level of the taxonomy."""

    code: str
    name: str


class LabelNames:
    """Names and groups of labels, by the categories of a profile.

    A label that is no category is its own name; all such labels are one group.
    """

    def __init__(self, categories: Mapping[str, Category]) -> None:
        self._categories = categories

    def name(self, label: str) -> str:
        """Return the name alone."""
        category = self._categories.get(label)
        return label if category is None else category.level2

    def full(self, label: str) -> str:
        """Return code and name, or the label alone where it has no other name."""
        return f"{label} {self.name(label)}" if label in self._categories else label

    def group(self, label: str) -> Group:
        """Return the group that the label belongs to."""
        category = self._categories.get(label)
        return Group(*_OTHERS) if category is None else Group(category.level1_code, category.level1)
