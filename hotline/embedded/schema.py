"""The database schema as one readable file, made from the migrations: ``make schema`` writes docs/schema.sql."""

import re
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from dispatcher.store import migrations
from hotline.embedded.postgres import EmbeddedPostgres, server_programs

_ANY_DAY = date(2026, 1, 1)  # the monthly partitions it leads to are left out


def schema() -> str:
    """Return tables, indexes, policies and grants as ``pg_dump`` tells them, without the monthly partitions."""
    with tempfile.TemporaryDirectory(prefix="hotline-schema-") as folder, EmbeddedPostgres(Path(folder)) as server:
        migrations.apply(server.owner_url, today=_ANY_DAY)
        dump = subprocess.run(  # noqa: S603  our own program, our own arguments
            [
                str(server_programs() / "pg_dump"),
                "--schema-only",
                "--no-owner",
                "--exclude-table=tickets_2*",
                "--exclude-table=ticket_events_2*",
                "--dbname",
                server.owner_url,
            ],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    return _without_noise(dump)


def _without_noise(dump: str) -> str:
    """Leave out session settings, version remarks and the random key of newer ``pg_dump``s."""
    kept = (
        line
        for line in dump.splitlines()
        if not re.match(r"SET |SELECT pg_catalog\.set_config|-- Dumped |\\(un)?restrict ", line)
    )
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip() + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema())
