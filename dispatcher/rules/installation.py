"""Whether a database is the one of this installation: its city, and the keys that its personal data were sealed with."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType


class Fact(StrEnum):
    """What is noted of an installation. Of a key it is what tells it from another, never the key."""

    PROFILE = "profile"
    TICKET_PREFIX = "ticket_prefix"
    VAULT_KEY = "vault_key"
    INDEX_KEY = "index_key"


Facts = Mapping[Fact, str]
"""A process that was given no keys knows nothing of them."""

_KEYS: Mapping[Fact, str] = MappingProxyType({Fact.VAULT_KEY: "HOTLINE_VAULT_KEY", Fact.INDEX_KEY: "HOTLINE_INDEX_KEY"})


def misfit(noted: Facts, ours: Facts) -> str | None:
    """Return why we may not work on a database of which this is noted, and what to do; None where we may."""
    if any(noted[fact] != ours[fact] for fact in (Fact.PROFILE, Fact.TICKET_PREFIX)):
        return (
            f"this database belongs to profile {noted[Fact.PROFILE]} with ticket numbers {noted[Fact.TICKET_PREFIX]}…; "
            f"HOTLINE_PROFILE names {ours[Fact.PROFILE]} with {ours[Fact.TICKET_PREFIX]}…: give it that city's profile, or "
            "another database"
        )
    for fact, variable in _KEYS.items():
        if fact in noted and fact in ours and noted[fact] != ours[fact]:
            return (
                f"{variable} is not the key that this database's personal data were sealed with; set that one again "
                "(`hotline up` keeps it in keys.json of its state directory: restore that file)"
            )
    return None


def misfit_of_tickets(prefixes: Collection[str], ours: Facts) -> str | None:
    """Return why we may not be noted as the city of a database in which these letters begin tickets' numbers."""
    if not prefixes or ours[Fact.TICKET_PREFIX] in prefixes:
        return None
    return (
        f"this database holds tickets {'…, '.join(sorted(prefixes))}…; HOTLINE_PROFILE names {ours[Fact.PROFILE]}, whose "
        f"tickets are {ours[Fact.TICKET_PREFIX]}…: give it that city's profile, or another database"
    )
