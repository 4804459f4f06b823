"""Callers who never lived: contacts made of the seed corpus, the same ones for the same seed."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from classifiers.rows import read_labelled
from config.profiles import corpus_files, find_profile
from models.codes import Channel
from models.contact import PersonalData, Submission

REPEATS = 0.05
"""Share of contacts in which a caller says again what they have said before."""

_CHANNELS = (Channel.PHONE, Channel.WECHAT, Channel.WEB, Channel.APP)


def contacts_of(profile: str, amount: int, *, seed: int, repeats: float = REPEATS, name: str = "contact") -> list[Submission]:
    """Return ``amount`` contacts with ids ``NAME-SEED-1`` and on; each caller is new but for the repeats.

    A repeat has the words of the caller's earlier contact and comes after it.
    """
    chance = random.Random(seed)  # noqa: S311 - tests need the same chance each time
    texts = [row.text for row in read_labelled(corpus_files(find_profile(profile)))]
    now = datetime.now(UTC)
    made: list[Submission] = []
    for number in range(1, amount + 1):
        repeated = chance.choice(made) if made and chance.random() < repeats else None
        made.append(
            Submission(
                source_id=f"{name}-{seed}-{number}",
                channel=chance.choice(_CHANNELS),
                text=repeated.text if repeated else chance.choice(texts),
                received_at=now - timedelta(seconds=amount - number),
                personal=repeated.personal if repeated else PersonalData(openid=f"caller-{name}-{seed}-{number}"),
            )
        )
    return made


def contact(text: str, *, name: str, caller: str = "", personal: PersonalData | None = None) -> Submission:
    """Return one contact with words of one's own; callers are told apart by ``caller``, or by ``name``."""
    return Submission(
        source_id=name,
        channel=Channel.WEB,
        text=text,
        received_at=datetime.now(UTC),
        personal=personal or PersonalData(openid=f"caller-{caller or name}"),
    )


def repeated(contacts: Sequence[Submission]) -> int:
    """Return how many of ``contacts`` say again what their caller has said before."""
    return len(contacts) - len({contact.personal.openid for contact in contacts})
