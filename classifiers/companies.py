"""Companies: the name of the company or shop that a request is about."""

import re

from classifiers.names import LONGEST_NAME, words_of_name
from classifiers.phrases import LongestPhraseFinder
from models.profile import FactLexicon

_QUOTED = re.compile(r"[“「『\"]([\u4e00-\u9fffa-z0-9]{2,14})[”」』\"]\Z")
_MAY_NAME = re.compile("叫|名|某某|在|投诉|举报")
_CALLED = ("叫", "叫做", "名为", "名称是", "名称为", "名称")
_VISITED = ("在", "投诉", "举报")
_SHORT = 4
"""A name that only 在 or 投诉 announces is believed up to this length: longer ones are mostly half a sentence."""

_LEGAL = ("有限", "股份")
_SOME = "某某"
"""Stands for the name in a text from which names were taken out."""


class CompanyReader:
    """Reads names by how they end and what stands before them, by a profile's words."""

    def __init__(self, lexicon: FactLexicon) -> None:
        self._ending = LongestPhraseFinder(lexicon.businesses)
        self._strangers = frozenset(lexicon.not_in_names)
        self._trades = frozenset(lexicon.trades)

    def read(self, text: str) -> tuple[int, int] | None:
        """Return where the first name stands in a normalised ``text``, a company's before a shop's; None without one."""
        first = None
        for ending, end, phrase in self._ending.all_in(text):
            start = self._start(text, ending, end)
            if start is None:
                continue
            if phrase.endswith("公司"):
                return start, end
            first = first or (start, end)
        return first

    def _start(self, text: str, ending: int, end: int) -> int | None:
        """Return where the name begins that ends in ``text[ending:end]``; None where it is no name of its own."""
        earliest = max(0, ending - LONGEST_NAME)
        quoted = _QUOTED.search(text, earliest, ending)
        if quoted is not None:
            return quoted.start(1)
        is_legal = text.startswith(_LEGAL, ending)
        if not is_legal and _MAY_NAME.search(text, earliest, ending) is None:
            return None
        words = words_of_name(text, ending, end, earliest=earliest, strangers=self._strangers)
        length = sum(map(len, words))
        if length < 2 or all(word in self._trades for word in words):
            return None
        start = ending - length
        before = text[max(0, start - 3) : start]
        is_visited = length <= _SHORT and before.endswith(_VISITED) and not text.startswith("公司", ending)
        is_own = is_legal or is_visited or _SOME in words or before.endswith(_CALLED)
        return start if is_own else None
