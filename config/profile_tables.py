"""The CSV files of a profile, read into the words of ``models.profile``.

A twin of a code is noted here, since the mappings that leave this module could not show it.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from config.profile_codes import listed_code_fault, unit_code_fault
from config.profile_files import Problems, Row, read_rows
from config.profile_layers import Layers
from models.codes import RequestType, SubjectType
from models.profile import Category, Desk, District, Handling, MatrixEntry, Place, Unit

T = TypeVar("T")

SEVERAL_DISTRICTS = "跨区"
"""In ``places.csv`` instead of a district code: the road or river runs through several."""

_CATEGORY_COLUMNS = (
    *("code", "level1_code", "level1", "level2", "default_type"),
    *("urgent_words", "words", "handling", "source"),
)
_WAYS_TO_A_DESK = ("keys", "queues", "languages", "categories")
_MATRIX_COLUMNS = ("category", "district", "subject", "lead", "co_units", "basis", "valid_from", "valid_to")


def _by_code(rows: Sequence[Row], build: Callable[[Row], T], fault_of: Callable[[str], str | None]) -> dict[str, T]:
    """Return what ``build`` makes of each row, by its code; the first of two twins stays.

    ``fault_of`` tells why a code cannot be one.
    """
    found: dict[str, T] = {}
    lines: dict[str, int] = {}
    for row in rows:
        code = row.text("code")
        if code in found:
            row.note("code", f"{code!r} stands already in line {lines[code]}")
        elif code:
            found[code] = build(row)
            lines[code] = row.line
            if fault := fault_of(code):
                row.note("code", fault)
    return found


def read_categories(layers: Layers, problems: Problems) -> dict[str, Category]:
    """Return the 事项分类 by code, of ``taxonomy.csv`` and, where there is one, ``vocabulary.csv``."""
    vocabulary = _read_vocabulary(layers.file("vocabulary.csv"), problems)
    types = "one of " + " ".join(member.label for member in RequestType)
    handlings = "one of " + " ".join(Handling)

    def build(row: Row) -> Category:
        return Category(
            code=row.text("code"),
            level1_code=row.text("level1_code"),
            level1=row.text("level1"),
            level2=row.text("level2"),
            default_type=row.parsed("default_type", RequestType.from_label, RequestType.HELP, types),
            words=row.words("words"),
            urgent_words=row.words("urgent_words"),
            handling=row.parsed("handling", Handling, Handling.DISPATCH, handlings),
            source=row.text("source"),
            vocabulary=vocabulary.pop(row.text("code"), ()),
        )

    categories = _by_code(read_rows(layers.file("taxonomy.csv"), _CATEGORY_COLUMNS, problems), build, listed_code_fault)
    for code in vocabulary:
        problems.add("vocabulary.csv", code, "is not in taxonomy.csv")
    return categories


def _read_vocabulary(path: Path, problems: Problems) -> dict[str, tuple[str, ...]]:
    if not path.exists():
        return {}
    words: dict[str, tuple[str, ...]] = {}
    for row in read_rows(path, ("category", "words"), problems):
        code = row.text("category")
        if code in words:
            row.note("category", f"{code!r} stands twice")
        words[code] = row.words("words")
    return words


def read_units(path: Path, problems: Problems) -> dict[str, Unit]:
    """Return the 成员单位 by code."""

    def build(row: Row) -> Unit:
        return Unit(
            code=row.text("code"),
            name=row.text("name"),
            kind=row.text("kind"),
            duties=row.text("duties"),
            active=row.yes("active"),
        )

    rows = read_rows(path, ("code", "name", "kind", "duties", "active"), problems)
    _note_topics_alike(rows)
    return _by_code(rows, build, unit_code_fault)


def _note_topics_alike(rows: Sequence[Row]) -> None:
    """Note codes that differ in . and _ alone: Kafka refuses the second topic of such a pair."""
    first: dict[str, tuple[str, int]] = {}
    for row in rows:
        code = row.optional("code") or ""
        other, line = first.setdefault(code.replace(".", "_"), (code, row.line))
        if other != code:
            reason = f"{code!r} and {other!r} in line {line} differ in . and _ alone, which is one topic to Kafka"
            row.note("code", reason)


def read_districts(path: Path, problems: Problems) -> dict[str, District]:
    """Return the 行政区 and 园区 by code."""

    def build(row: Row) -> District:
        return District(
            code=row.text("code"),
            name=row.text("name"),
            government=row.text("government"),
            aliases=row.words("aliases"),
            within=row.words("within"),
        )

    rows = read_rows(path, ("code", "name", "government", "aliases"), problems, optional_columns=("within",))
    return _by_code(rows, build, listed_code_fault)


def read_places(path: Path, problems: Problems) -> tuple[Place, ...]:
    """Return the gazetteer. A place that stands twice is noted; one that lies in several districts says 跨区."""
    places: dict[str, tuple[Place, int]] = {}
    for row in read_rows(path, ("name", "district", "kind"), problems):
        district = row.text("district")
        place = Place(
            name=row.text("name"),
            district_code=None if district == SEVERAL_DISTRICTS else district,
            kind=row.text("kind"),
        )
        twin, line = places.setdefault(place.name, (place, row.line))
        if line == row.line:
            continue
        if twin.district_code == place.district_code:
            row.note("name", f"{place.name!r} stands already in line {line}")
        else:
            row.note("district", f"{place.name!r} is in {place.district_code} here, in {twin.district_code} in line {line}")
    return tuple(place for place, _ in places.values())


def read_street_duties(path: Path, problems: Problems) -> dict[tuple[str, str], str]:
    """Return the basis of each duty of the 履职事项清单, by unit and category; without the file no street has any."""
    if not path.exists():
        return {}
    duties: dict[tuple[str, str], str] = {}
    for row in read_rows(path, ("unit", "category", "basis"), problems):
        duty = (row.text("unit"), row.text("category"))
        if duty in duties:
            row.note("category", f"{duty[1]!r} of {duty[0]} stands twice")
        duties[duty] = row.text("basis")
    return duties


def read_desks(path: Path, problems: Problems) -> tuple[Desk, ...]:
    """Return the 专席; a city without the file has none. A key, queue, language, category or subject leads to one desk."""
    if not path.exists():
        return ()
    desks: list[Desk] = []
    leads_to: dict[tuple[str, str], str] = {}
    subjects = "one of " + " ".join(member.label for member in SubjectType)
    for row in read_rows(path, ("desk", "keys", "queues", "languages", "categories", "subject", "source"), problems):
        subject: SubjectType | None = None
        if row.optional("subject"):
            subject = row.parsed("subject", SubjectType.from_label, SubjectType.CITIZEN, subjects)
        name = row.text("desk")
        desk = Desk(
            name=name,
            keys=row.words("keys"),
            queues=row.words("queues"),
            languages=row.words("languages"),
            categories=row.words("categories"),
            subject=subject,
            source=row.text("source"),
        )
        ways = [("queues", name), *((column, word) for column in _WAYS_TO_A_DESK for word in row.words(column))]
        for way in (*ways, *([("subject", subject.label)] if subject else ())):
            other = leads_to.setdefault(way, name)
            if other != name:
                row.note(way[0], f"{way[1]!r} leads to {other} already")
        desks.append(desk)
    return tuple(desks)


def read_matrix(path: Path, problems: Problems) -> tuple[MatrixEntry, ...]:
    """Return the lines of the 派单目录. An empty district or subject means any; an empty ``valid_to``, no end."""
    subjects = "one of " + " ".join(member.label for member in SubjectType)
    entries: list[MatrixEntry] = []
    for row in read_rows(path, _MATRIX_COLUMNS, problems):
        subject: SubjectType | None = None
        if row.optional("subject"):
            subject = row.parsed("subject", SubjectType.from_label, SubjectType.CITIZEN, subjects)
        entry = MatrixEntry(
            category_code=row.text("category"),
            district_code=row.optional("district"),
            subject=subject,
            lead=row.text("lead"),
            co_units=row.words("co_units"),
            basis=row.text("basis"),
            valid_from=row.day("valid_from"),
            valid_to=row.optional_day("valid_to"),
        )
        if entry.valid_to is not None and entry.valid_to < entry.valid_from:
            row.note("valid_to", f"{entry.valid_to} is before valid_from {entry.valid_from}")
        entries.append(entry)
    return tuple(entries)
