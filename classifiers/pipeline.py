"""The scikit-learn pipeline that learns categories.

Only learning loads it: a process that works needs nothing of scikit-learn, and is 60 MB smaller without it.
"""

from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.pipeline import Pipeline

from classifiers.category_head import CategoryHead
from classifiers.features import TextFeatures


class FeatureStep(TransformerMixin, BaseEstimator, TextFeatures):  # type: ignore[misc]  # scikit-learn has no types
    """``TextFeatures`` as a step that scikit-learn's tools can copy and measure."""


class HeadStep(ClassifierMixin, BaseEstimator, CategoryHead):  # type: ignore[misc]  # scikit-learn has no types
    """``CategoryHead`` as a step that scikit-learn's tools can copy and measure."""


def category_pipeline(seed: int) -> Pipeline:
    """Return the untrained classifier of categories: lists of words in, category codes and probabilities out."""
    return Pipeline([("features", FeatureStep()), ("head", HeadStep(seed=seed))])
