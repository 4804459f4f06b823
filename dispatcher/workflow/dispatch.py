"""派单 by a person: confirm the engine's proposal, or choose."""

from datetime import date

from dispatcher.rules.routing import Route
from dispatcher.workflow.acting import Act
from dispatcher.workflow.assign import put_on_stream
from models.codes import DispatchMode, RequestType, Stage, TicketState
from models.errors import Rejected
from models.ticket import EventKind, Ticket


def confirm(act: Act) -> Ticket:
    """Dispatch as proposed; ``category``, ``type``, ``district`` and ``unit`` in the data correct the proposal.

    Raises:
        Rejected: no unit leads this category there, so ``unit`` must be given; or a code is unknown.
    """
    category_code = act.optional_text("category") or act.ticket.category_code
    category = act.city.category(category_code)
    given_type = act.optional_text("type")
    request_type = _type(given_type) if given_type else act.ticket.request_type
    district_code = act.optional_text("district") or act.ticket.district_code
    if district_code is not None and district_code not in act.city.profile.districts:
        raise Rejected(f"district {district_code!r} is not in profile {act.city.profile.name}")
    route = _route(act, category.code, district_code)
    if route.lead is None:
        raise Rejected(f"no unit leads category {category.code} ({category.level2}) here; name one with 'unit'")
    return _send(act, route, category_code=category.code, request_type=request_type, district_code=district_code)


def dispatch(act: Act) -> Ticket:
    """Send to the unit named in the data, whatever the matrix says; the event keeps that a person chose it.

    Raises:
        Rejected: ``unit`` is missing, unknown or closed.
    """
    act.text("unit")
    return confirm(act)


def _route(act: Act, category_code: str, district_code: str | None) -> Route:
    on: date = act.city.local(act.at).date()
    route = act.city.routes.choose(category_code, district_code=district_code, subject=None, on=on)
    chosen = act.optional_text("unit")
    if chosen is None:
        return route
    unit = act.city.active_unit(chosen)
    if unit.code == route.lead:
        return route
    co_units = tuple(code for code in _co_units(act) if code != unit.code)
    return Route(unit.code, co_units, "人工指定主办单位", None)


def _co_units(act: Act) -> tuple[str, ...]:
    given = act.command.data.get("co_units") or ()
    if not isinstance(given, list | tuple):
        raise Rejected("'co_units' must be a list of unit codes")
    return tuple(dict.fromkeys(act.city.active_unit(str(code)).code for code in given))


def _type(label: str) -> RequestType:
    try:
        return RequestType(RequestType.from_label(label))
    except ValueError as error:
        raise Rejected(f"{label!r} is not a request type; one of {[kind.label for kind in RequestType]}") from error


def _send(act: Act, route: Route, *, category_code: str, request_type: RequestType, district_code: str | None) -> Ticket:
    unit_code = route.lead or ""
    after = act.ticket.moved_to(
        TicketState.DISPATCHED,
        act.at,
        category_code=category_code,
        request_type=request_type,
        district_code=district_code,
        lead_unit=unit_code,
        profile_version=act.city.profile.version,
        matrix_version=act.city.routes.version,
    )
    act.settle_deadline(Stage.DISPATCH)
    put_on_stream(
        after,
        unit_code=unit_code,
        co_units=route.co_units,
        basis=route.basis,
        mode=DispatchMode.MANUAL,
        actor=act.command.actor,
        at=act.at,
        city=act.city,
        effects=act.effects,
    )
    machine_type_changed = request_type is not act.ticket.machine_type
    return act.record(
        after,
        EventKind.DISPATCHED,
        {
            "mode": DispatchMode.MANUAL.value,
            "basis": route.basis,
            "category_changed": category_code != act.ticket.machine_category,
            "type_changed": machine_type_changed,
        },
    )
