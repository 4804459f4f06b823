"""Example contacts of a profile, of which many hold several requests: what splitting is learned from and measured on."""

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from config.profile_files import Problems, label_of, text_of
from config.profile_layers import Layers, layers_of
from models.codes import Channel, RequestType
from models.errors import BadProfile
from models.example import ExampleContact, ExampleRequest
from models.profile import Category

_FILE = Path("corpus", "several.jsonl")


def load_example_contacts(directory: Path, categories: Collection[str]) -> tuple[ExampleContact, ...]:
    """Return the example contacts of the profile in ``directory``, in the order of the file; none when it has no such file.

    A line is ``{"text", "channel", "parts": [{"text", "category", "type"}, …]}``: each part is copied from the text word for
    word and carries one request; what joins the requests is part of none.

    Raises:
        BadProfile: a line breaks this form or names a category that is not in ``categories``.
    """
    problems = Problems()
    contacts = tuple(contact for _, contact in _read(layers_of(directory).file(*_FILE.parts), categories, problems))
    if problems.lines:
        raise BadProfile(problems.lines)
    return contacts


def check_example_contacts(
    layers: Layers, categories: Mapping[str, Category], corpus: Mapping[str, str], problems: Problems
) -> None:
    """Note what breaks the form of ``corpus/several.jsonl``, and texts given twice; a profile may do without the file.

    ``corpus`` tells where each text of the seed corpus stands. A part that stands there too would be measured on what was
    learned.
    """
    seen = dict(corpus)
    for number, contact in _read(layers.file(*_FILE.parts), categories, problems):
        here = f"{label_of(_FILE)} line {number}"
        requests = {contact.text[request.start : request.end] for request in contact.requests}
        for text in sorted({contact.text} | requests):
            first = seen.setdefault(text, here)
            if first != here:
                problems.add(label_of(_FILE), f"line {number}", f"{text[:20]!r} stands already in {first}")


def _read(path: Path, categories: Collection[str], problems: Problems) -> Iterator[tuple[int, ExampleContact]]:
    """Yield the good lines with their numbers; the others are noted."""
    if not path.exists():
        return
    for number, line in enumerate((text_of(path, problems) or "").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield number, _contact_from(json.loads(line), categories)
        except (ValueError, RecursionError) as error:
            problems.add(label_of(path), f"line {number}", str(error))


def _contact_from(fields: object, categories: Collection[str]) -> ExampleContact:
    """Return the contact of one line.

    Raises:
        ValueError: it has another form; says which.
    """
    text, parts = _field(fields, "text"), fields.get("parts") if isinstance(fields, dict) else None
    if not isinstance(parts, list) or not parts:
        raise ValueError("'parts' is not a list of requests")
    requests: list[ExampleRequest] = []
    for part in parts:
        words, category_code = _field(part, "text"), _field(part, "category")
        start = text.find(words, requests[-1].end if requests else 0)
        if start < 0:
            raise ValueError(f"part {words[:20]!r} does not stand in the text, after the part before it")
        if category_code not in categories:
            raise ValueError(f"category {category_code!r} is not in taxonomy.csv")
        request_type = RequestType.from_label(_field(part, "type"))
        requests.append(ExampleRequest(start, start + len(words), category_code, request_type))
    return ExampleContact(text, Channel(_field(fields, "channel")), tuple(requests))


def _field(fields: object, name: str) -> str:
    value = fields.get(name) if isinstance(fields, dict) else None
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name!r} is missing or not a text")
    return value
