"""One regular expression for many fixed phrases."""

import re
from collections.abc import Iterable, Sequence


def any_of(phrases: Iterable[str]) -> str:
    """Return a pattern that matches the longest of the ``phrases`` that stands at a place; nothing where there are none.

    Common beginnings are written once, so that the time at a place of a text does not grow with their number.
    """
    known = sorted({phrase for phrase in phrases if phrase})
    return _branches(known, 0) if known else r"(?!)"


def _branches(known: Sequence[str], depth: int) -> str:
    """Return the alternatives for what follows the first ``depth`` characters, which the sorted phrases share."""
    is_optional = len(known[0]) == depth
    by_letter: dict[str, list[str]] = {}
    for phrase in known[1:] if is_optional else known:
        by_letter.setdefault(phrase[depth], []).append(phrase)
    branches = [re.escape(letter) + _branches(group, depth + 1) for letter, group in by_letter.items()]
    if not branches:
        return ""
    if is_optional:
        return f"(?:{'|'.join(branches)})?"
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
