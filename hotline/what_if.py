"""What if another dispatch matrix had held: the same period's tickets, asked again; nothing is written."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from dispatcher.rules.routing import RouteTable
from dispatcher.views import RoutedRequest, RoutedRequests
from dispatcher.workflow.city import City
from hotline.explaining import name_of_category, name_of_unit
from hotline.matrix_telling import name_of_district

_PAGE = 5000
_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Move:
    """A ticket that would have gone elsewhere; None for a unit means that a person would choose it."""

    request: RoutedRequest
    before: str | None
    after: str | None


@dataclass(slots=True)
class WhatIf:
    """What another matrix would have changed between two days, both included.

    ``before`` and ``after`` count tickets by the lead that each matrix names, under None what a person must choose. ``by_hand``
    are tickets that another unit led first than the matrix of the day names: people chose it, and no matrix would have.
    """

    first: date
    last: date
    matrix_before: str
    matrix_after: str
    tickets: int = 0
    by_hand: int = 0
    before: Counter[str | None] = field(default_factory=Counter)
    after: Counter[str | None] = field(default_factory=Counter)
    moves: list[Move] = field(default_factory=list)


async def what_if(
    reads: RoutedRequests, city: City, other: RouteTable, *, first: date, last: date, as_of: date | None = None
) -> WhatIf:
    """Ask the matrix in force and ``other`` for every ticket registered from ``first`` to ``last`` that a unit led.

    Each is asked for the day of registration; ``other`` for the day ``as_of`` where one is given, so that lines that hold only
    from then on can be tried on what has been. The category is the one that the ticket has now, corrected or not.

    Raises:
        TryLater: the store is away.
    """
    found = WhatIf(first, last, city.routes.version, other.version)
    zone = city.profile.timezone
    since = datetime.combine(first, time(), zone)
    until = datetime.combine(last + timedelta(days=1), time(), zone)
    after: str | None = None
    while True:
        page = await reads.routed(since=since, until=until, after=after, limit=_PAGE)
        for request in page:
            _ask(request, city, other, as_of, found)
        if len(page) < _PAGE:
            return found
        after = page[-1].ticket_no


def _ask(request: RoutedRequest, city: City, other: RouteTable, as_of: date | None, found: WhatIf) -> None:
    on = city.local(request.registered_at).date()
    before, after = (
        table.choose(request.category_code, district_code=request.district_code, subject=request.subject, on=day).lead
        for table, day in ((city.routes, on), (other, as_of or on))
    )
    found.tickets += 1
    found.by_hand += before != request.first_lead
    found.before[before] += 1
    found.after[after] += 1
    if before != after:
        found.moves.append(Move(request, before, after))


def what_if_fields(found: WhatIf, city: City) -> dict[str, Any]:
    """Return the differences ready for JSON; ``unit`` None stands for what a person must choose."""
    return {
        "from": found.first.isoformat(),
        "to": found.last.isoformat(),
        "matrix_before": found.matrix_before,
        "matrix_after": found.matrix_after,
        "tickets": found.tickets,
        "moved": len(found.moves),
        "by_hand": found.by_hand,
        "units": [
            {"unit": code, "name": _name(code, city), "before": before, "after": after, "difference": after - before}
            for code, before, after in _units(found)
        ],
        "moves": [
            {
                "ticket_no": move.request.ticket_no,
                "registered_at": city.local(move.request.registered_at).isoformat(timespec="seconds"),
                "category": move.request.category_code,
                "district": move.request.district_code,
                "subject": move.request.subject.label if move.request.subject else None,
                "before": move.before,
                "after": move.after,
                "first_lead": move.request.first_lead,
            }
            for move in found.moves
        ],
    }


def what_if_lines(found: WhatIf, city: City) -> Iterator[str]:
    """Yield the differences as lines for people; units whose count stays are left out."""
    yield f"{found.first} 至 {found.last}：{found.matrix_before} → {found.matrix_after}"
    yield f"派单 {found.tickets} 件，改派 {len(found.moves)} 件；其中 {found.by_hand} 件当时由人工另行指定主办单位"
    for code, before, after in _units(found):
        if before != after:
            yield f"  {_name(code, city)}  {before} → {after}（{after - before:+d}）"
    for move in found.moves[:_SHOWN]:
        request = move.request
        where = name_of_district(request.district_code, city) if request.district_code else "属地不明"
        yield (
            f"  {request.ticket_no}  {request.category_code} {name_of_category(request.category_code, city)} · {where}："
            f"{_name(move.before, city)} → {_name(move.after, city)}"
        )
    if len(found.moves) > _SHOWN:
        yield f"  另有 {len(found.moves) - _SHOWN} 件，--json 列出全部"


def _units(found: WhatIf) -> list[tuple[str | None, int, int]]:
    """Return every unit with its counts, the greatest difference first."""
    rows = [(code, found.before[code], found.after[code]) for code in {*found.before, *found.after}]
    return sorted(rows, key=lambda row: (-abs(row[2] - row[1]), -row[1], row[0] or ""))


def _name(code: str | None, city: City) -> str:
    return "待人工指定" if code is None else name_of_unit(code, city)
