"""Reading a profile's files: cells, keys and words, with every problem noted instead of raised.

A getter that meets a bad value notes it and returns a harmless stand-in, so that one look at a profile reports all of
its problems. The stand-ins never leave ``config``: a profile with problems is not loaded.
"""

import csv
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, time
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

LIST_SEPARATOR = ";"
"""Separates the words of one CSV cell."""

DIRECTORIES = frozenset({"calendar", "lexicons", "corpus", "knowledge"})
"""The directories inside a profile."""

SHARED_LEXICONS = Path(__file__).parent / "lexicons"
"""The language's lists; a profile's list of the same name takes its place."""


class Problems:
    """What is wrong with a profile, in the order found; each line names file, key and reason."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def add(self, file: str, key: str, reason: str) -> None:
        """Note one problem."""
        self._lines.append(f"{file}: {key}: {reason}")

    @property
    def lines(self) -> tuple[str, ...]:
        """The problems so far."""
        return tuple(self._lines)


class Row:
    """One line of a CSV file. Getters take the column's name."""

    def __init__(self, file: str, line: int, cells: Mapping[str, str], problems: Problems) -> None:
        self.line = line
        self._file = file
        self._cells = cells
        self._problems = problems

    def note(self, column: str, reason: str) -> None:
        """Note a problem of this row."""
        self._problems.add(self._file, f"line {self.line}, {column}", reason)

    def optional(self, column: str) -> str | None:
        """Return the cell without outer blanks, None when it is empty."""
        return self._cells.get(column, "").strip() or None

    def text(self, column: str) -> str:
        """Return the cell, which must not be empty."""
        value = self.optional(column)
        if value is None:
            self.note(column, "is empty")
        return value or ""

    def words(self, column: str) -> tuple[str, ...]:
        """Return the words of a cell such as ``油烟;烧烤``; a word given twice is noted."""
        found = tuple(word.strip() for word in (self.optional(column) or "").split(LIST_SEPARATOR) if word.strip())
        for word in sorted({word for word in found if found.count(word) > 1}):
            self.note(column, f"{word!r} is given twice")
        return found

    def parsed(self, column: str, parse: Callable[[str], T], stand_in: T, wanted: str) -> T:
        """Return ``parse(cell)``; ``wanted`` tells the clerk what would have been right."""
        value = self.text(column)
        try:
            return parse(value) if value else stand_in
        except ValueError:
            self.note(column, f"{value!r} is not {wanted}")
            return stand_in

    def day(self, column: str) -> date:
        """Return an ISO date."""
        return self.parsed(column, date.fromisoformat, date.min, "a date such as 2026-03-01")

    def optional_day(self, column: str) -> date | None:
        """Return an ISO date, None when the cell is empty."""
        return self.day(column) if self.optional(column) else None

    def yes(self, column: str) -> bool:
        """Return whether the cell says 是 and not 否."""
        return self.parsed(column, _is_yes, False, "是 or 否")


def _is_yes(text: str) -> bool:
    if text not in ("是", "否"):
        raise ValueError(text)
    return text == "是"


class Table:
    """One table of a TOML file. Getters take the key; ``finish`` notes the keys that nobody asked for."""

    def __init__(self, file: str, path: str, values: Mapping[str, object], problems: Problems) -> None:
        self._file = file
        self._path = path
        self._values = values
        self._problems = problems
        self._asked: set[str] = set()

    def note(self, key: str, reason: str) -> None:
        """Note a problem of this table."""
        self._problems.add(self._file, f"{self._path}{key}", reason)

    def has(self, key: str) -> bool:
        """Return whether the key is there; this alone does not count as asking for it."""
        return key in self._values

    def keys(self) -> Iterator[str]:
        """Iterate over the keys in the order of the file."""
        return iter(self._values)

    def get(self, key: str, kind: type[T] | tuple[type[T], ...], stand_in: T, wanted: str) -> T:
        """Return the value, which must be there and be of ``kind``."""
        self._asked.add(key)
        value = self._values.get(key)
        if value is None:
            self.note(key, "is missing")
            return stand_in
        # In Python True is an int; in a profile it is a mistake wherever a number is wanted.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.note(key, f"{value!r} is not {wanted}")
            return stand_in
        return value

    def text(self, key: str) -> str:
        """Return a text that is not blank."""
        value = self.get(key, str, "", "a text")
        if self.has(key) and isinstance(self._values[key], str) and not value.strip():
            self.note(key, "is empty")
        return value

    def whole(self, key: str, *, least: int) -> int:
        """Return a whole number of at least ``least``."""
        value = self.get(key, int, least, "a whole number")
        if value < least:
            self.note(key, f"{value} is below {least}")
            return least
        return value

    def share(self, key: str) -> float:
        """Return a number from 0 to 1."""
        value = float(self.get(key, (int, float), 0.0, "a number from 0 to 1"))
        if not 0 <= value <= 1:
            self.note(key, f"{value} is not a number from 0 to 1")
            return 0.0
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        values: list[object] = self.get(key, list, [], "a list of texts")
        if not all(isinstance(value, str) for value in values):
            self.note(key, f"{values!r} is not a list of texts")
        return tuple(value for value in values if isinstance(value, str))

    def wholes(self, key: str) -> tuple[int, ...]:
        """Return a list of whole numbers above 0."""
        values: list[object] = self.get(key, list, [], "a list of whole numbers")
        good = tuple(value for value in values if isinstance(value, int) and not isinstance(value, bool) and value > 0)
        if len(good) != len(values):
            self.note(key, f"{values!r} is not a list of whole numbers above 0")
        return good

    def spans(self, key: str) -> tuple[tuple[time, time], ...]:
        """Return a list of spans such as ``[[08:30:00, 12:00:00]]``, rising and apart."""
        values: list[object] = self.get(key, list, [], "a list of spans such as [[08:30:00, 12:00:00]]")
        found: list[tuple[time, time]] = []
        for number, value in enumerate(values, start=1):
            match value:
                case [time() as opening, time() as closing] if opening < closing:
                    if found and opening < found[-1][1]:
                        self.note(key, f"{opening} begins before the span ahead of it ends")
                    found.append((opening, closing))
                case _:
                    self.note(key, f"span {number} is not one such as [08:30:00, 12:00:00]")
        if not found:
            self.note(key, "names no span")
        return tuple(found)

    def table(self, key: str) -> "Table":
        """Return a table inside this one; a missing one is noted and empty."""
        values: Mapping[str, object] = self.get(key, dict, {}, "a table")
        return Table(self._file, f"{self._path}{key}.", values, self._problems)

    def tables(self, key: str) -> "list[Table]":
        """Return a list of tables inside this one."""
        values: list[object] = self.get(key, list, [], "a list of tables")
        found = [
            Table(self._file, f"{self._path}{key}.{number}.", value, self._problems)
            for number, value in enumerate(values, start=1)
            if isinstance(value, dict)
        ]
        if len(found) != len(values):
            self.note(key, f"{values!r} is not a list of tables")
        return found

    def finish(self, known: Collection[str] = ()) -> None:
        """Note every key that was neither asked for nor ``known``: most often it is a slip of the pen."""
        for key in self._values:
            if key not in self._asked and key not in known:
                self.note(key, "is not a key of this table")


def label_of(path: Path) -> str:
    """Return the file's name as a problem tells it, with its directory inside the profile."""
    return f"{path.parent.name}/{path.name}" if path.parent.name in DIRECTORIES else path.name


def text_of(path: Path, problems: Problems) -> str | None:
    """Return a file's text; a missing or undecodable file is noted."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        problems.add(label_of(path), "file", "is missing")
    except UnicodeDecodeError as error:
        problems.add(label_of(path), "file", f"is not UTF-8 (byte {error.start}); save it as UTF-8")
    return None


def read_rows(path: Path, columns: Sequence[str], problems: Problems, *, optional_columns: Sequence[str] = ()) -> list[Row]:
    """Return the rows of a CSV file with a header; its columns may stand in any order.

    Missing and unknown columns are noted, as are rows with too many or too few cells. Empty lines are skipped.
    """
    text = text_of(path, problems)
    if text is None:
        return []
    reader = csv.reader(text.splitlines(), strict=True)
    rows: list[Row] = []
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(label_of(path), header, columns, optional_columns, problems)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            row = Row(label_of(path), reader.line_num, dict(zip(header, cells, strict=False)), problems)
            if len(cells) != len(header):
                row.note("row", f"has {len(cells)} cells; the header has {len(header)}")
            rows.append(row)
    except csv.Error as error:
        problems.add(label_of(path), f"line {reader.line_num}", str(error))
    return rows


def _check_header(
    file: str, header: Sequence[str], columns: Sequence[str], optional_columns: Sequence[str], problems: Problems
) -> None:
    for column in columns:
        if column not in header:
            problems.add(file, column, "is a missing column")
    for position, column in enumerate(header):
        if column not in columns and column not in optional_columns:
            problems.add(file, column or f"column {position + 1}", "is not a column of this file")
        elif column in header[:position]:
            problems.add(file, column, "is a column twice")


def read_table(path: Path, problems: Problems) -> Table:
    """Return a TOML file as a table; a file that cannot be read is noted and empty."""
    text = text_of(path, problems)
    values: Mapping[str, object] = {}
    if text is not None:
        try:
            values = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            problems.add(label_of(path), "file", str(error))
    return Table(label_of(path), "", values, problems)


def read_own_or_shared_words(own: Path, problems: Problems) -> tuple[str, ...]:
    """Return the words of a profile's list, or of the language's list of that name where the profile has none."""
    return read_words(own if own.is_file() else SHARED_LEXICONS / own.name, problems)


def read_words(path: Path, problems: Problems) -> tuple[str, ...]:
    """Return the words of a list, one a line; ``_`` stands for a blank. A word given twice is noted."""
    return tuple(" ".join(words) for words in _word_lines(path, 1, problems))


def read_word_pairs(path: Path, problems: Problems) -> tuple[tuple[str, str], ...]:
    """Return the pairs of a list, two words a line with a blank between; ``_`` in a word stands for a blank."""
    return tuple((words[0], words[1]) for words in _word_lines(path, 2, problems))


def read_lines(path: Path, problems: Problems) -> Iterator[tuple[int, str]]:
    """Yield number and content of each line that holds more than a remark; ``#`` begins one."""
    for number, line in enumerate((text_of(path, problems) or "").splitlines(), start=1):
        content = line.partition("#")[0].strip()
        if content:
            yield number, content


def read_marked_phrases(path: Path, marks: Collection[str], problems: Problems) -> dict[str, tuple[str, ...]]:
    """Return the phrases of a list by their mark: a line is one of ``marks``, a blank and a phrase.

    A phrase given twice is noted, whatever its marks: it can mean but one thing.
    """
    found: dict[str, list[str]] = {mark: [] for mark in marks}
    lines: dict[str, int] = {}
    for number, line in read_lines(path, problems):
        mark, _, phrase = line.partition(" ")
        phrase = phrase.strip()
        if mark not in found:
            problems.add(label_of(path), f"line {number}", f"{mark!r} is none of {' '.join(marks)}")
        elif not phrase:
            problems.add(label_of(path), f"line {number}", "has no phrase")
        elif phrase in lines:
            problems.add(label_of(path), f"line {number}", f"{phrase!r} stands already in line {lines[phrase]}")
        else:
            lines[phrase] = number
            found[mark].append(phrase)
    return {mark: tuple(phrases) for mark, phrases in found.items()}


def _word_lines(path: Path, width: int, problems: Problems) -> list[tuple[str, ...]]:
    found: dict[tuple[str, ...], int] = {}
    for number, line in read_lines(path, problems):
        words = tuple(word.replace("_", " ") for word in line.split())
        if len(words) != width:
            problems.add(label_of(path), f"line {number}", f"has {len(words)} words; {width} wanted")
        elif words in found:
            problems.add(label_of(path), f"line {number}", f"{' '.join(words)!r} stands already in line {found[words]}")
        else:
            found[words] = number
    return list(found)
