"""Named SQL: text in ``.sql`` files, one ``-- name:`` a query."""

from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import LiteralString

_MARK = "-- name:"
_SNIPPETS = "snippets.sql"


def load_queries(filename: str) -> Mapping[str, LiteralString]:
    """Return the file's queries by name, with ``{name}`` replaced by the snippet of that name.

    Raises:
        ValueError: two queries share a name.
    """
    snippets = _named(_SNIPPETS)
    return MappingProxyType({name: _filled(query, snippets) for name, query in _named(filename).items()})


def query_files() -> tuple[str, ...]:
    """Return the names of all query files."""
    names = (entry.name for entry in files(__package__).iterdir() if entry.name.endswith(".sql"))
    return tuple(sorted(name for name in names if name != _SNIPPETS))


def _named(filename: str) -> dict[str, LiteralString]:
    found: dict[str, LiteralString] = {}
    for part in files(__package__).joinpath(filename).read_text(encoding="utf-8").split(_MARK)[1:]:
        name, _, sql = part.partition("\n")
        if name.strip() in found:
            raise ValueError(f"{filename} names {name.strip()!r} twice")
        found[name.strip()] = sql.strip()
    return found


def _filled(query: LiteralString, snippets: Mapping[str, LiteralString]) -> LiteralString:
    for name, snippet in snippets.items():
        query = query.replace(f"{{{name}}}", snippet)
    return query
