"""The head of categories: borders, and how often each category is told in which words."""

import numpy as np

from classifiers.category_head import CategoryHead
from classifiers.features import TextFeatures
from classifiers.linear import LinearHead

_LAMPS = [["路灯", word] for word in ("不亮", "坏了", "闪", "灭了", "歪了", "太暗")]
_WATER = [["停水", word] for word in ("两天", "没人管", "通知", "小区", "抢修", "整栋")]
_WORDS = [*_LAMPS, *_WATER]
_LABELS = ["0703"] * len(_LAMPS) + ["0801"] * len(_WATER)


def test_a_category_is_guessed_from_rows_of_words():
    """It is a linear head like any other."""
    features = TextFeatures().fit(_WORDS)

    head = CategoryHead().fit(features.transform(_WORDS), _LABELS)

    assert head.predict(features.transform([["路灯", "灭了"], ["小区", "停水"]])).tolist() == ["0703", "0801"]


def test_what_is_often_told_of_a_category_speaks_for_it_more_than_at_the_border_alone():
    """An SVM stops weighing words once the border is clear; how often they are said counts on."""
    features = TextFeatures().fit(_WORDS)
    rows, asked = features.transform(_WORDS), features.transform([["路灯"]])

    border = LinearHead(CategoryHead().inverse_regularisation).fit(rows, _LABELS).decision_function(asked)
    both = CategoryHead().fit(rows, _LABELS).decision_function(asked)

    assert np.diff(border)[0, 0] > np.diff(both)[0, 0]
