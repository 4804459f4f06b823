"""``emergencies.toml``: who is told of an emergency besides the unit that leads it."""

from pathlib import Path

from config.profile_files import Problems, read_table


def read_linked(path: Path, problems: Problems) -> dict[str, tuple[str, ...]]:
    """Return the codes of the units that are told, by category code."""
    table = read_table(path, problems)
    linked = table.table("linked")
    found = {code: linked.texts(code) for code in list(linked.keys())}
    table.finish()
    return found
