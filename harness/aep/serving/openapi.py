"""Description of the platform in OpenAPI's form, at `/openapi.json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep.serving.request_bodies import BODIES, FORMS, MEDIA_TYPES, WORDS
from harness.aep.serving.surface import AepSurface
from harness.twin import openapi
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

SHAPES = openapi.Shapes(
    bodies=BODIES,
    forms=FORMS,
    media_types=MEDIA_TYPES,
    words=WORDS,
    security={
        "token": {"type": "http", "scheme": "bearer"},
        "key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
        "organisation": {"type": "apiKey", "in": "header", "name": "x-gw-ims-org-id"},
    },
    sandbox_header="x-sandbox-name",
)


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoint of the description."""

    def read(request: ServedRequest, _: Caller) -> Response:
        """`GET /openapi.json`: this description."""
        return answer(description(platform, request.base_url))

    return [Endpoint(method="GET", path="/openapi.json", handler=read, door="open")]


def description(platform: Platform, base_url: str) -> dict[str, Any]:
    """Describe the endpoints of the platform that are for everybody."""
    return openapi.description(AepSurface(platform), base_url, SHAPES)
