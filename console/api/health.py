"""/healthz and /readyz: does this process live, and can it work."""

from fastapi import APIRouter

from console.api.asking import problems
from console.doors import Doors


def health_routes(doors: Doors) -> APIRouter:
    """Return the routes that a supervisor of processes asks."""
    routes = APIRouter(tags=["health"])

    @routes.get("/healthz", summary="The process lives")
    async def healthz() -> dict[str, str]:
        """Answer without touching anything else."""
        return {"status": "alive"}

    @routes.get("/readyz", summary="The store answers", responses=problems())
    async def readyz() -> dict[str, str]:
        """Answer 503 while PostgreSQL is away: send people to another process meanwhile."""
        await doors.views.ping()
        return {"status": "ready"}

    return routes
