"""All pages under one roof; none of them stands in the API's description."""

from fastapi import APIRouter

from console.doors import Doors
from console.identity import Sessions
from console.pages.callers import caller_routes
from console.pages.knowledge import knowledge_routes
from console.pages.login import login_routes
from console.pages.matrix import matrix_routes
from console.pages.operator import operator_routes
from console.pages.password import password_routes
from console.pages.rendering import Screen
from console.pages.supervisor import supervisor_routes
from console.pages.surroundings import Surroundings
from console.pages.tickets import ticket_routes
from console.pages.unit import unit_routes
from console.similar import SimilarTickets
from console.watch import UnitWatch


def page_routes(doors: Doors, sessions: Sessions, watch: UnitWatch, similar: SimilarTickets) -> APIRouter:
    """Return the routes of the pages."""
    around = Surroundings(doors, sessions, Screen(doors.city, doors.clock), watch, similar)
    routes = APIRouter(include_in_schema=False)
    parts = (
        login_routes,
        password_routes,
        operator_routes,
        caller_routes,
        unit_routes,
        supervisor_routes,
        matrix_routes,
        ticket_routes,
        knowledge_routes,
    )
    for part in parts:
        routes.include_router(part(around))
    return routes
