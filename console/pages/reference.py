"""/docs: the API's description for readers, made of the same OpenAPI that programs read."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from markupsafe import Markup, escape

from console.pages.rendering import environment

OpenApi = dict[str, Any]


def reference_routes(describe: Callable[[], OpenApi]) -> APIRouter:
    """Return the route; ``describe`` gives the OpenAPI document."""
    routes = APIRouter(include_in_schema=False)
    template = environment().get_template("reference.html")

    @routes.get("/docs")
    async def reference() -> HTMLResponse:
        document = describe()
        return HTMLResponse(template.render(info=document["info"], sections=_sections(document), prose=_prose))

    return routes


def _prose(text: str) -> Markup:
    """Return a description with what stands between backticks as code."""
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part) for place, part in enumerate(text.split("`"))
    )


def _sections(document: OpenApi) -> list[OpenApi]:
    """Return the operations under their tags, in the document's order."""
    operations = [
        {"method": method.upper(), "path": path, "example": _example(operation, document), **operation}
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return [{**tag, "operations": [one for one in operations if tag["name"] in one["tags"]]} for tag in document["tags"]]


def _example(operation: OpenApi, document: OpenApi) -> Any:
    """Return the first example of the body's first schema, or None."""
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    for choice in [schema, *schema.get("oneOf", ()), *schema.get("anyOf", ())]:
        name = choice.get("$ref", "").rpartition("/")[2]
        examples = document["components"]["schemas"].get(name, {}).get("examples")
        if examples:
            return examples[0]
    return None
