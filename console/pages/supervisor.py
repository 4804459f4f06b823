"""督办员: rates with their basis, what is due and overdue by unit, cards, supervision, consultations, hotspots, emergencies.

Emergencies in calls that still run stand above everything else, as on the operator's page.
"""

from datetime import date, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from console.live import Billboard, Fragments
from console.pages.streaming import admission_of, board_frames, live_answer
from console.pages.surroundings import RESOLVE_SOON, SUPERVISORS, Surroundings
from console.pages.telling import CAUSES
from dispatcher.rules.calendar import covered_until
from dispatcher.rules.rates import rates
from dispatcher.rules.stars import ranking
from dispatcher.workflow.city import City
from models.codes import Stage

_DRAWN_EVERY = timedelta(seconds=3)


def _days_left(city: City, today: date) -> int | None:
    """Return how many days of the loaded calendar are left, None while there are enough."""
    facts = city.calendar.facts
    left = max((covered_until(facts, today) - today).days, 0)
    return left if left < facts.warn_days else None


def supervisor_routes(around: Surroundings) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/supervisor")
    doors, screen = around.doors, around.screen

    async def draw() -> Fragments:
        now = doors.clock.now()
        today = doors.city.local(now).date()
        seen = await doors.views.supervision(now=now, soon=now + RESOLVE_SOON, today=today)
        counts, rule = await doors.numbers.counts(None), doors.city.profile.stars
        stars = ranking(await doors.numbers.counts_by_unit(), rule) if rule.weights else ()
        return {
            "alerts": screen.html("_alerts.html", alerts=await doors.views.running_alerts()),
            "rates": screen.html(
                "_rates.html", rates=rates(counts), counts=counts, seen=seen, calendar_days=_days_left(doors.city, today)
            ),
            "loads": screen.html("_loads.html", loads=seen.loads),
            "overdue": screen.html("_overdue.html", lines=seen.overdue, stages=Stage, soon=RESOLVE_SOON),
            "emergencies": screen.html("_emergencies.html", tickets=seen.emergencies),
            "supervised": screen.html("_supervised.html", tickets=seen.supervised),
            "consultations": screen.html("_consultations.html", running=seen.consultations, causes=CAUSES, soon=RESOLVE_SOON),
            "hotspots": screen.html("_hotspots.html", running=seen.hotspots, soon=RESOLVE_SOON),
            "cards": screen.html("_cards.html", cards=seen.cards),
            "satisfied": screen.html("_satisfied.html", counts=counts),
            "stars": screen.html("_stars.html", ranking=stars, rule=rule),
            "unrated": screen.html("_unrated.html", tickets=seen.unrated),
            "letters": screen.html("_letters.html", letters=seen.dead_letters),
        }

    @routes.get("")
    async def page(request: Request) -> Response:
        session = await around.session(request, SUPERVISORS)
        return HTMLResponse(screen.page("supervisor.html", session, regions=await draw()))

    @routes.get("/stream")
    async def stream(request: Request) -> Response:
        session = await around.session(request, SUPERVISORS)
        board = around.board("supervisor", lambda: Billboard(draw, every=_DRAWN_EVERY))
        return live_answer(board_frames(board, admission_of(session, request, around)))

    return routes
