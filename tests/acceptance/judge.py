"""Compares what a replay came to with what a story expects. Shapes of both: docs/replay.md."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

Json = Mapping[str, Any]

PUBLIC = ("dispatches", "alerts", "notices", "replies")
"""What leaves the house. Nothing that a story lists under ``nowhere`` may occur in it."""

_CLOSE_ENOUGH = 1e-4


def misses(outcome: Json, expected: Json) -> Iterator[str]:
    """Iterate over everything in which an outcome falls short, as sentences; none when the story holds."""
    unknown = set(expected) - set(_CHECKS)
    if unknown:
        yield f"the expectation says {sorted(unknown)}, which nobody checks"
    for name, check in _CHECKS.items():
        if name in expected:
            yield from check(outcome, expected[name])


def fits(wanted: object, found: object) -> bool:
    """Return whether what was found satisfies what is wanted of it.

    An object is satisfied by one that has at least its fields; a list by one that has something for each of its elements; a
    text that begins with ``~`` by one that contains the rest; a time by the same instant; null by an empty value.
    """
    match wanted:
        case None:
            return found is None or found in ("", [], {})
        case bool():
            return found is wanted
        case int() | float():
            return _is_number(found, wanted)
        case str():
            return _text_fits(wanted, found)
        case Mapping():
            return isinstance(found, Mapping) and all(fits(value, found.get(key)) for key, value in wanted.items())
        case list():
            return isinstance(found, list) and all(any(fits(one, other) for other in found) for one in wanted)
    raise ValueError(f"an expectation cannot hold {wanted!r}")


def unmatched(partials: Sequence[object], entries: Sequence[object]) -> list[object]:
    """Return the partials that get no entry of their own, however the entries are dealt out."""
    holder: dict[int, int] = {}

    def takes_one(partial: int, asked: set[int]) -> bool:
        """Give a partial an entry; whoever holds it is asked to take another."""
        for entry, found in enumerate(entries):
            if entry in asked or not fits(partials[partial], found):
                continue
            asked.add(entry)
            if entry not in holder or takes_one(holder[entry], asked):
                holder[entry] = partial
                return True
        return False

    return [partials[partial] for partial in range(len(partials)) if not takes_one(partial, set())]


def _is_number(found: object, wanted: float) -> bool:
    if isinstance(found, bool) or not isinstance(found, int | float):
        return False
    return abs(found - wanted) <= _CLOSE_ENOUGH * max(1.0, abs(wanted))


def _text_fits(wanted: str, found: object) -> bool:
    if wanted.startswith("~"):
        return wanted[1:] in (found if isinstance(found, str) else _written(found))
    moment = _moment(wanted)
    if moment is not None and isinstance(found, str):
        return _moment(found) == moment
    return found == wanted


def _moment(text: str) -> datetime | None:
    """Return the instant that a text names, None when it is no time with an offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _count(outcome: Json, wanted: Mapping[str, int]) -> Iterator[str]:
    for name, number in wanted.items():
        found = len(outcome.get(name, ()))
        if found != number:
            yield f"{name}: {found} of them, {number} expected"


def _has(outcome: Json, wanted: Mapping[str, Sequence[object]]) -> Iterator[str]:
    for name, partials in wanted.items():
        for partial in unmatched(partials, outcome.get(name, ())):
            yield f"{name}: nothing fits {_written(partial)}"


def _hasnt(outcome: Json, wanted: Mapping[str, Sequence[object]]) -> Iterator[str]:
    for name, partials in wanted.items():
        for partial in partials:
            if any(fits(partial, entry) for entry in outcome.get(name, ())):
                yield f"{name}: something fits {_written(partial)}, which must not be"


def _ordered(outcome: Json, wanted: Mapping[str, Sequence[object]]) -> Iterator[str]:
    for name, partials in wanted.items():
        before = -1
        for partial in partials:
            places = [place for place, entry in enumerate(outcome.get(name, ())) if fits(partial, entry)]
            if len(places) != 1:
                yield f"{name}: {len(places)} fit {_written(partial)}, one expected"
                continue
            if places[0] <= before:
                yield f"{name}: {_written(partial)} comes too early"
            before = places[0]


def _rates(outcome: Json, wanted: Mapping[str, float]) -> Iterator[str]:
    for code, value in wanted.items():
        rate = outcome.get("rates", {}).get(code, {})
        if not fits(value, rate.get("value")):
            yield f"rate {code}: {rate.get('value')}, {value} expected"
        elif not rate.get("basis"):
            yield f"rate {code} does not say what it is taken of"


def _counts(outcome: Json, wanted: Mapping[str, int]) -> Iterator[str]:
    for name, number in wanted.items():
        found = outcome.get("counts", {}).get(name)
        if not fits(number, found):
            yield f"counts: {name} is {found}, {number} expected"


def _nowhere(outcome: Json, texts: Sequence[str]) -> Iterator[str]:
    public = _written([outcome.get(name) for name in PUBLIC])
    for text in texts:
        if text in public:
            yield f"{text!r} got out"


_CHECKS = {
    "count": _count,
    "has": _has,
    "hasnt": _hasnt,
    "ordered": _ordered,
    "rates": _rates,
    "counts": _counts,
    "nowhere": _nowhere,
}
