"""Rows of labelled requests, as training and evaluation read them from CSV files."""

import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from models.codes import RequestType, Urgency
from models.errors import Rejected

Code = TypeVar("Code", RequestType, Urgency)


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A request with its labels; None where the file does not say. ``category`` is a code of any label set.

    ``alternative`` is a second category that a reasonable dispatcher could also choose: it is measured by, never learned.
    """

    text: str
    category: str
    request_type: RequestType | None = None
    urgency: Urgency | None = None
    alternative: str | None = None


def read_labelled(paths: Iterable[Path]) -> list[LabelledText]:
    """Return the rows of CSV files with the columns ``text,category[,type,urgency,alt_category]``; others are passed over.

    ``type`` and ``urgency`` hold labels (投诉, 紧急) or codes (30, 2), or nothing.

    Raises:
        Rejected: a file, a column or a label is missing or unreadable; says where.
    """
    return [row for path in paths for row in _read_file(path)]


def _read_file(path: Path) -> Iterator[LabelledText]:
    csv.field_size_limit(sys.maxsize)  # the module's own limit of 128 KB is shorter than some letters
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            _check_header(path, reader.fieldnames or ())
            for fields in reader:
                yield _labelled(f"{path}, line {reader.line_num}", fields)
    except OSError as error:
        raise Rejected(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Rejected(f"{path}: byte {error.start} is not UTF-8") from error
    except csv.Error as error:
        raise Rejected(f"{path}, line {reader.line_num}: not CSV: {error}") from error


def _check_header(path: Path, columns: Sequence[str]) -> None:
    for column in ("text", "category"):
        if column not in columns:
            raise Rejected(f"{path}, line 1: the header lacks the column {column!r}; it has {', '.join(columns) or 'none'}")


def _labelled(where: str, fields: dict[str, str | None]) -> LabelledText:
    text, category = (fields["text"] or "").strip(), (fields["category"] or "").strip()
    if not text or not category:
        raise Rejected(f"{where}: {'text' if not text else 'category'} is empty")
    return LabelledText(
        text=text,
        category=category,
        request_type=_member(RequestType, fields.get("type"), where, "type"),
        urgency=_member(Urgency, fields.get("urgency"), where, "urgency"),
        alternative=(fields.get("alt_category") or "").strip() or None,
    )


def _member(codes: type[Code], value: str | None, where: str, column: str) -> Code | None:
    value = (value or "").strip()
    if not value:
        return None
    for member in codes:
        if value in {member.label, member.value}:
            return member
    raise Rejected(f"{where}: {column} {value!r} is none of {', '.join(member.label for member in codes)}")
