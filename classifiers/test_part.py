"""The test part: the stable fifth of our own texts that nothing learns from."""

import hashlib

_ONE_IN = 5


def in_test_part(text: str) -> bool:
    """Return whether ``text`` belongs to the test part; the answer depends on its characters alone."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[0] % _ONE_IN == 0
