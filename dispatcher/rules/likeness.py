"""What two texts have in common: the terms of each that tell something.

A term is a pair of neighbouring Han characters, or a Latin word or number. Pairs need no cutter and survive a recogniser's
slips; terms that stand in any request (我们, 没有, 电话) tell nothing and are left out, so that what remains are the things a
request is about.
"""

import re
from collections.abc import Set as AbstractSet

_SPACE_INSIDE_HAN = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+")

_NO_TERMS: frozenset[str] = frozenset()


def telling_terms(text: str, common: AbstractSet[str] = _NO_TERMS) -> frozenset[str]:
    """Return the terms of ``text`` without those in ``common``. White space between Han characters counts as nothing."""
    terms: set[str] = set()
    for run in _RUN.findall(_SPACE_INSIDE_HAN.sub("", text.lower())):
        if run[0].isascii():
            terms.add(run)
        else:
            terms.update([run[i : i + 2] for i in range(len(run) - 1)])
    return frozenset(terms - common)


def likeness(first: AbstractSet[str], second: AbstractSet[str]) -> float:
    """Return how alike two texts are by their terms, 0 to 1: the Dice coefficient; 0 where one has no terms."""
    if not first or not second:
        return 0.0
    return 2 * len(first & second) / (len(first) + len(second))


def share_said_again(first: AbstractSet[str], second: AbstractSet[str]) -> float:
    """Return the share of the shorter text's terms that the other one has too, 0 to 1; 0 where one has no terms."""
    if not first or not second:
        return 0.0
    return len(first & second) / min(len(first), len(second))
