"""Contacts to try the product with: the profile's seed corpus as citizens who call and write."""

import csv
from collections.abc import Iterator
from datetime import datetime

from config.profiles import corpus_files, find_profile
from models.codes import Channel
from models.contact import PersonalData, Submission


def corpus_contacts(profile: str, *, now: datetime) -> Iterator[Submission]:
    """Yield one contact for each text of the seed corpus, each from a caller of its own, all received ``now``."""
    for path in corpus_files(find_profile(profile)):
        with path.open(encoding="utf-8", newline="") as file:
            for number, row in enumerate(csv.DictReader(file), start=1):
                source_id = f"sample-{path.stem}-{number}"
                yield Submission(
                    source_id=source_id,
                    channel=Channel(row["channel"]),
                    text=row["text"],
                    received_at=now,
                    personal=PersonalData(openid=source_id),
                )
