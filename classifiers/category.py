"""The category of a request: the pipeline that learns it, with the hints that a profile's own words give."""

from collections.abc import Iterable

from sklearn.pipeline import Pipeline

from classifiers.features import TextFeatures
from classifiers.linear import LinearHead
from classifiers.normalise import normalise
from classifiers.words import cut_words
from models.profile import Category

HINT_REPEATS = 2
"""How many rows a category's hint stands for. Measured on 657 real messages, cold start: none .72 right, one .78, two .78."""


Hint = tuple[list[str], str]
"""Words that stand for a category, with its code."""


def category_pipeline(seed: int) -> Pipeline:
    """Return the untrained classifier of categories: lists of words in, category codes and probabilities out."""
    return Pipeline([("features", TextFeatures()), ("head", LinearHead(seed=seed))])


def hints_of(categories: Iterable[Category]) -> list[Hint]:
    """Return one short text, as words, for each category: its name with the words that its profile names for it.

    A category with few examples leans on them; they are learned from, never measured on.
    """
    return [
        (words_of("，".join((category.level2, *category.words, *category.urgent_words))), category.code)
        for category in categories
    ]


def words_of(raw: str) -> list[str]:
    """Return the words of a text as the citizen gave it."""
    return cut_words(normalise(raw).text)
