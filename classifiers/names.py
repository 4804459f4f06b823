"""Names: the words of a name that ends in a known word, found by going back from there."""

from collections.abc import Collection

from classifiers.words import cut_words

LONGEST_NAME = 16
"""Characters before the known word that may belong to a name."""

_SEPARATORS = frozenset(" \n，。！？；：、“”‘’《》【】,.!?;:'\"[]")
_NO_END = frozenset("的了在是着过里上后个点")
"""What a word ends in that stands before a name: 村里, 十一点."""


def words_of_name(text: str, start: int, end: int, *, earliest: int, strangers: Collection[str]) -> list[str]:
    """Return the words right before ``text[start:end]``, the word that ends the name, as far as they may belong to it.

    ``strangers`` are words that are no part of a name; what stands before ``earliest`` is none either. A word of one more
    sign than its ending is no name (走路).
    """
    first = start
    while first > max(earliest, start - LONGEST_NAME) and text[first - 1] not in _SEPARATORS:
        first -= 1
    words = cut_words(text[first:end])
    at = end
    name: list[str] = []
    for word in reversed(words):
        at -= len(word)
        if at >= start:
            continue
        own = word[: start - at]
        if own in strangers or own[-1] in _NO_END or (own != word and len(own) == 1):
            break
        name.insert(0, own)
    return name
