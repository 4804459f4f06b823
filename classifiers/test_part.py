"""The test part: the fifth of all texts on which a model is measured, chosen by the text itself."""

from hashlib import sha256

_ONE_IN = 5


def in_test_part(text: str) -> bool:
    """Return whether ``text`` belongs to the test part: it does wherever it stands, and however the rest grows."""
    return sha256(text.encode("utf-8", "surrogatepass")).digest()[0] % _ONE_IN == 0
