"""派单 by a person: confirm the engine's proposal, or choose."""

from collections.abc import Sequence
from dataclasses import replace

from dispatcher import metrics
from dispatcher.rules.routing import Route
from dispatcher.workflow.acting import Act
from dispatcher.workflow.assign import put_on_stream
from dispatcher.workflow.consult import settle_by_dispatch
from dispatcher.workflow.incidents import end_help
from dispatcher.workflow.joining import goes_alone
from dispatcher.workflow.supervise import supervise_reported, supervise_returned
from models.codes import Correction, DispatchMode, NoticeKind, RequestType, Stage, TicketState
from models.errors import Rejected
from models.ticket import EventKind, Ticket


def confirm(act: Act) -> Ticket:
    """Dispatch as proposed; ``category``, ``type``, ``district`` and ``unit`` in the data correct the proposal.

    ``simple`` says that an enterprise's request is a simple one.

    Raises:
        Rejected: no unit leads this category there, so ``unit`` must be given; a code is unknown; or a unit is closed, or a
            街镇 on whose list the category does not stand.
    """
    category_code = act.optional_text("category") or act.ticket.category_code
    category = act.city.category(category_code)
    given_type = act.optional_text("type")
    request_type = _type(given_type) if given_type else act.ticket.request_type
    district_code = act.optional_text("district") or act.ticket.district_code
    if district_code is not None and district_code not in act.city.profile.districts:
        raise Rejected(f"district {district_code!r} is not in profile {act.city.profile.name}")
    on = act.city.local(act.at).date()
    by_matrix = act.city.routes.choose(category.code, district_code=district_code, subject=act.ticket.subject, on=on)
    route = _chosen(act, by_matrix, category.code)
    _refuse_loop(act, route.lead)
    if route.lead is None:
        raise Rejected(
            f"no unit leads category {category.code} ({category.level2}) here; name one with 'unit'",
            "派单目录没有写明这类事项在这里由谁主办：请选择区，或直接选择承办单位。",
        )
    changed = {
        Correction.CATEGORY: category.code != act.ticket.category_code,
        Correction.TYPE: request_type is not act.ticket.request_type,
        Correction.UNIT: by_matrix.lead not in (None, route.lead),  # where the matrix names nobody there is nothing to correct
    }
    return _send(
        act,
        route,
        category_code=category.code,
        request_type=request_type,
        district_code=district_code,
        corrections=[kind for kind, is_changed in changed.items() if is_changed],
    )


def dispatch(act: Act) -> Ticket:
    """Send to the unit named in the data, whatever the matrix says; the event keeps that a person chose it.

    Raises:
        Rejected: ``unit`` is missing, unknown or closed, or a 街镇 on whose list the category does not stand.
    """
    act.text("unit")
    return confirm(act)


def _refuse_loop(act: Act, unit_code: str | None) -> None:
    """Refuse to let the matrix send a ticket back to a unit that has rightly returned it, or the lead of its incident.

    A person may still name that unit: the hotline decides. Source: domain.md A.8.5.

    Raises:
        Rejected: it would, and a unit must be named.
    """
    if act.optional_text("unit") is not None:
        return
    holds = (*act.holds, *act.beside.lead_holds) if act.beside.follows else act.holds
    if unit_code is not None and any(hold.unit_code == unit_code for hold in holds if hold.return_result == "accepted"):
        raise Rejected(
            f"unit {unit_code} has rightly returned ticket {act.ticket.ticket_no}; name one with 'unit'",
            f"{act.city.unit_name(unit_code)}的退单已经准予：请选择其他承办单位。",
        )


def _chosen(act: Act, by_matrix: Route, category_code: str) -> Route:
    chosen = act.optional_text("unit")
    if chosen is None:
        return by_matrix
    unit = act.city.unit_for(chosen, category_code)
    if unit.code == by_matrix.lead and not act.command.data.get("co_units"):
        return by_matrix
    co_units = tuple(code for code in _co_units(act, category_code) if code != unit.code)
    return Route(unit.code, co_units, "人工指定主办单位", None)


def _co_units(act: Act, category_code: str) -> tuple[str, ...]:
    given = act.command.data.get("co_units") or ()
    if not isinstance(given, list | tuple):
        raise Rejected("'co_units' must be a list of unit codes")
    return tuple(dict.fromkeys(act.city.unit_for(str(code), category_code).code for code in given))


def _type(label: str) -> RequestType:
    try:
        return RequestType(RequestType.from_label(label))
    except ValueError as error:
        raise Rejected(f"{label!r} is not a request type; one of {[kind.label for kind in RequestType]}") from error


def _send(
    act: Act,
    route: Route,
    *,
    category_code: str,
    request_type: RequestType,
    district_code: str | None,
    corrections: Sequence[Correction],
) -> Ticket:
    unit_code = route.lead or ""
    settle_by_dispatch(act, unit_code)
    again = act.ticket.accepted_returns > 0
    mode = DispatchMode.TRANSFER if again else DispatchMode.MANUAL
    act.require_state(TicketState.PENDING, TicketState.DISPATCHED)
    after = act.ticket.moved_to(
        TicketState.DISPATCHED,
        act.at,
        category_code=category_code,
        request_type=request_type,
        district_code=district_code,
        lead_unit=unit_code,
        self_service=False,
        profile_version=act.city.profile.version,
        matrix_version=act.city.routes.version,
    )
    act.finish_stage(Stage.DISPATCH, None)
    place, lead = act.beside.membership, act.beside.lead
    if place is not None and lead is not None and act.beside.follows and lead.lead_unit is not None:
        has_it = lead.lead_unit == unit_code  # the unit has the work already, with the lead of the incident
        if has_it and not goes_alone(act.ticket.urgency, lead):
            end_help(act)
            data = {"incident": place.incident.incident, "lead": place.incident.lead_ticket, "unit": unit_code}
            return act.record(after, EventKind.FOLLOWED, data)
        act.effects.incident_links.append(replace(place.link, follows=False))
    act.void_stages(Stage.RESOLVE)  # what the machine had begun is a unit's work now
    helping = {hold.unit_code for hold in act.running_holds()}  # co-units of a lead that returned the ticket
    if unit_code in helping:
        act.release(unit_code)
    put_on_stream(
        after,
        unit_code=unit_code,
        co_units=tuple(code for code in route.co_units if code not in helping),
        basis=route.basis,
        mode=mode,
        actor=act.command.actor,
        at=act.at,
        city=act.city,
        effects=act.effects,
        earlier=act.deadlines,
        again_of=act.beside.again_of,
        beside=len(helping - {unit_code}),
        simple=act.flag("simple"),
    )
    if again:
        act.notify(after, NoticeKind.TRANSFER)
        corrections = ()  # what is corrected now is a person's choice, or was returned as the engine's
    level1 = _proposed_level1(act)
    act.effects.increments.extend(metrics.count(metrics.CORRECTIONS, level1, kind.value) for kind in corrections)
    machine_type_changed = request_type is not act.ticket.machine_type
    dispatched = act.record(
        after,
        EventKind.DISPATCHED,
        {
            "mode": mode.value,
            "basis": route.basis,
            "category_changed": category_code != act.ticket.machine_category,
            "type_changed": machine_type_changed,
            "corrected": [kind.value for kind in corrections],
        },
    )
    return supervise_reported(act, supervise_returned(act, dispatched), act.beside.reports)


def _proposed_level1(act: Act) -> str:
    """Return the first level of what was proposed; a category that the profile has lost stands for itself."""
    category = act.city.profile.categories.get(act.ticket.category_code)
    return act.ticket.category_code if category is None else category.level1_code
