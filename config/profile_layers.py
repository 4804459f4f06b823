"""Where the files of a profile stand: in its own directory, else in that of the profile it extends."""

import tomllib
from pathlib import Path

SHIPPED = Path(__file__).resolve().parent / "profiles"
"""The profiles that come with the program."""

_HEAD = "profile.toml"


class Layers:
    """The directories of a profile, its own first; what one has stands before what the next has.

    They remember what was asked for: a file that no reader knows is found without a list of those that they know.
    """

    def __init__(self, directories: tuple[Path, ...]) -> None:
        self.directories = directories
        self._asked: set[tuple[str, ...]] = set()

    def file(self, *parts: str) -> Path:
        """Return the file that counts; where there is none, the place in the profile's own directory."""
        self._asked.add(parts)
        paths = [directory.joinpath(*parts) for directory in self.directories]
        return next((path for path in paths if path.is_file()), paths[0])

    def unasked(self, *folder: str) -> tuple[Path, ...]:
        """Return what stands in ``folder`` of the profile's own directory and nobody asked for; hidden files are left alone."""
        present = sorted(self.directories[0].joinpath(*folder).glob("[!.]*"))
        return tuple(path for path in present if (*folder, path.name) not in self._asked)

    def files(self, folder: str, pattern: str) -> tuple[Path, ...]:
        """Return the files of the first directory that has any in ``folder``, in the order of their names."""
        found = (tuple(sorted((directory / folder).glob(pattern))) for directory in self.directories)
        return next((files for files in found if files), ())


def layers_of(directory: Path) -> Layers:
    """Return the profile in ``directory`` with those that it extends, directly or by way of another.

    One that cannot be found, or that comes again, ends the list; ``extension_problem`` says so.
    """
    directories = [directory]
    seen = {directory.resolve()}
    while (base := _base_of(directories[-1])) is not None and base not in seen:
        directories.append(base)
        seen.add(base)
    return Layers(tuple(directories))


def extension_problem(directory: Path, extends: str) -> str | None:
    """Return what is wrong with the name of the profile that the one in ``directory`` extends; None when nothing is."""
    base = _directory_of(extends, directory)
    if base is None:
        return f"{extends!r} is neither a profile that comes with the program nor a directory beside this one"
    seen = {directory.resolve()}
    while base is not None:
        if base in seen:
            return f"{extends!r} leads back to this profile"
        seen.add(base)
        base = _base_of(base)
    return None


def shipped_names() -> tuple[str, ...]:
    """Return the names of the directories of the profiles that come with the program."""
    return tuple(sorted(path.name for path in SHIPPED.iterdir() if (path / _HEAD).is_file()))


def shipped_directory(name: str) -> Path | None:
    """Return the profile that comes with the program under ``name``: its directory's, or the one that it gives itself."""
    if name in shipped_names():
        return SHIPPED / name
    return next((SHIPPED / each for each in shipped_names() if _head_of(SHIPPED / each).get("name") == name), None)


def _base_of(directory: Path) -> Path | None:
    extends = _head_of(directory).get("extends")
    return _directory_of(extends, directory) if isinstance(extends, str) else None


def _directory_of(extends: str, directory: Path) -> Path | None:
    # Resolved, so that a profile that leads back to itself by another spelling is known again.
    beside = (directory.resolve().parent / extends).resolve()
    return shipped_directory(extends) or (beside if extends and beside.is_dir() else None)


def _head_of(directory: Path) -> dict[str, object]:
    """Return ``profile.toml`` as it stands; an unreadable one is empty, and ``hotline check`` says why."""
    try:
        return tomllib.loads((directory / _HEAD).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return {}
