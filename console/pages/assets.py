"""Stylesheet and scripts; a browser keeps them and asks each time whether they are still the same."""

from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_DIRECTORY = Path(__file__).parents[1] / "static"


class Assets(StaticFiles):
    """The files of ``console/static``."""

    def __init__(self) -> None:
        super().__init__(directory=_DIRECTORY)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file; sources of the package itself are none of it."""
        if path.endswith((".py", ".pyc")):
            return Response(status_code=404)
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response
