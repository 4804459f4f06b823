"""Named SQL: text in ``.sql`` files, one ``-- name:`` a query."""

from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import LiteralString

_MARK = "-- name:"


def load_queries(filename: str) -> Mapping[str, LiteralString]:
    """Return the file's queries by name.

    Raises:
        ValueError: two queries share a name.
    """
    queries: dict[str, LiteralString] = {}
    for part in files(__package__).joinpath(filename).read_text(encoding="utf-8").split(_MARK)[1:]:
        name, _, sql = part.partition("\n")
        if name.strip() in queries:
            raise ValueError(f"{filename} names {name.strip()!r} twice")
        queries[name.strip()] = sql.strip()
    return MappingProxyType(queries)


def query_files() -> tuple[str, ...]:
    """Return the names of all query files."""
    return tuple(sorted(entry.name for entry in files(__package__).iterdir() if entry.name.endswith(".sql")))
