"""When a worker counts as stalled: messages wait and nothing moves, for longer than the patience."""

from datetime import timedelta

from streams.watchdog import StallDetector

PATIENCE = timedelta(seconds=90)


def test_a_partition_that_holds_messages_and_does_not_move_is_a_stall() -> None:
    """Only after the patience, not before."""
    detector = StallDetector(PATIENCE)
    assert not detector.is_stalled({0: 5}, {0: 9}, now=0)
    assert not detector.is_stalled({0: 5}, {0: 12}, now=90)
    assert detector.is_stalled({0: 5}, {0: 12}, now=91)


def test_any_movement_starts_the_patience_anew() -> None:
    """A slow worker is not a stalled one."""
    detector = StallDetector(PATIENCE)
    detector.is_stalled({0: 5}, {0: 9}, now=0)
    assert not detector.is_stalled({0: 6}, {0: 9}, now=80)
    assert not detector.is_stalled({0: 6}, {0: 9}, now=165)
    assert detector.is_stalled({0: 6}, {0: 9}, now=171)


def test_having_nothing_to_do_is_no_stall() -> None:
    """Nights are quiet; the first contact of the morning must not find an impatient dog."""
    detector = StallDetector(PATIENCE)
    detector.is_stalled({0: 9}, {0: 9}, now=0)
    assert not detector.is_stalled({0: 9}, {0: 9}, now=30_000)
    assert not detector.is_stalled({0: 9}, {0: 10}, now=30_015)


def test_a_rebalance_counts_as_movement() -> None:
    """Partitions that come and go need time to be read."""
    detector = StallDetector(PATIENCE)
    detector.is_stalled({0: 5}, {0: 9}, now=0)
    assert not detector.is_stalled({0: 5, 1: 0}, {0: 9, 1: 4}, now=100)


def test_a_worker_without_partitions_is_idle_not_stalled() -> None:
    """A third worker on two partitions waits for its turn."""
    assert not StallDetector(PATIENCE).is_stalled({}, {}, now=10_000)
