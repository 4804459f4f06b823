"""Notes what became of a contact, with the counter of its fate."""

from dispatcher import metrics
from dispatcher.ports import Effects, Settled


def settle(settled: Settled, effects: Effects) -> None:
    """Add the fate of a contact to ``effects``, and count it."""
    effects.settled_contacts.append(settled)
    effects.increments.append(metrics.count(metrics.CONTACTS_SETTLED, settled.fate.value))
