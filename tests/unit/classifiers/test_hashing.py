"""The hash table finds what is there, where it is, and nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.hashing import HashTable

HASH = st.integers(0, 2**64 - 1)


@given(st.lists(HASH, unique=True, max_size=60), st.lists(HASH, max_size=20))
def test_every_key_is_found_at_its_place_and_a_stranger_nowhere(keys, strangers):
    """Also keys that want the same slot, and 0."""
    asked = [*keys, *strangers]

    places = HashTable(np.array(keys, np.uint64)).places_of(np.array(asked, np.uint64))

    assert places.tolist() == [keys.index(each) if each in keys else -1 for each in asked]


@pytest.mark.parametrize("step", [1, 2**20, 2**40])
def test_keys_that_crowd_one_slot_are_all_found(step):
    """The worst keys make it slow, never wrong."""
    keys = np.arange(200, dtype=np.uint64) * np.uint64(step) + np.uint64(7)

    table = HashTable(keys)

    assert table.places_of(keys).tolist() == list(range(200))
    assert table.places_of(keys + np.uint64(1 << 50)).tolist() == [-1] * 200
