"""Description of the platform in OpenAPI's form, made from its routing table, at `/openapi.json`."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any

from harness.aep.serving.request_bodies import BODIES, COUNT, FORMS, MEDIA_TYPES, TEXT, WORDS
from harness.aep.serving.services import SERVICES, every_endpoint, service_of
from harness.twin.message import Request, answer
from harness.twin.routing import Endpoint
from harness.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

_WORD = re.compile(r"\{([^}]+?)(?:\.\.\.)?\}")
_QUERY = re.compile(r"\?([\w.|~=&%-]+)`")
_CALL = re.compile(r"^`[^`]*`[,:;.]?\s*")
_NUMBERS = frozenset({"limit", "start", "offset", "page", "nrow"})
_LISTS = ("limit", "start", "property", "orderBy")


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoint of the description."""

    def read(request: Request, _: Caller) -> Response:
        """`GET /openapi.json`: this description."""
        return answer(description(every_endpoint(platform), request.base_url))

    return [Endpoint(method="GET", path="/openapi.json", handler=read, door="open")]


def description(endpoints: Iterable[Endpoint], base_url: str) -> dict[str, Any]:
    """Describe endpoints that are for everybody, those of this machine alone left out."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        if endpoint.door in ("harness", "console") or not service_of(endpoint.path):
            continue
        path = _WORD.sub(r"{\1}", endpoint.path)
        paths.setdefault(path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Local platform",
            "description": "The calls of Adobe Experience Platform that the local platform answers.",
            "version": __version__,
        },
        "servers": [{"url": base_url}],
        "tags": [{"name": name} for name in dict.fromkeys(name for _, name in SERVICES)],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
                "organisation": {"type": "apiKey", "in": "header", "name": "x-gw-ims-org-id"},
            }
        },
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    text = inspect.getdoc(endpoint.handler) or ""
    first = text.partition("\n")[0]
    summary = _CALL.sub("", first) or first.strip("`.")
    found: dict[str, Any] = {
        "operationId": _operation_id(endpoint),
        "tags": [service_of(endpoint.path)],
        "summary": summary[:1].upper() + summary[1:].rstrip("."),
        "parameters": _parameters(endpoint, text),
        "responses": {
            "2XX": {"description": "As asked for"},
            "4XX": {
                "description": "What is wrong with the request",
                "content": {"application/json": {}, "application/problem+json": {}},
            },
        },
    }
    key = (endpoint.method, endpoint.path)
    media = next(
        (kind for start, kind in MEDIA_TYPES.items() if endpoint.path.startswith(start)), "application/json"
    )
    if key in BODIES:
        found["requestBody"] = {"required": True, "content": {media: {"schema": BODIES[key]}}}
    elif key in FORMS:
        kinds = ("application/x-www-form-urlencoded", "multipart/form-data")
        found["requestBody"] = {"content": {kind: {"schema": FORMS[key]} for kind in kinds}}
    elif endpoint.limit is not None and endpoint.method in ("PUT", "PATCH"):
        octets = {"schema": {"type": "string", "format": "binary"}}
        found["requestBody"] = {"content": {"application/octet-stream": octets}}
    if endpoint.door == "gateway":
        found["security"] = [{"token": [], "key": [], "organisation": []}]
    return found


def _operation_id(endpoint: Endpoint) -> str:
    words = re.findall(r"[A-Za-z0-9]+", endpoint.path)
    return endpoint.method.lower() + "".join(word[:1].upper() + word[1:] for word in words)


def _parameters(endpoint: Endpoint, text: str) -> list[dict[str, Any]]:
    found = [
        {"name": name, "in": "path", "required": True, "schema": WORDS.get(name, {**TEXT, "minLength": 1})}
        for name in _WORD.findall(endpoint.path)
    ]
    if endpoint.door == "gateway" and endpoint.in_sandbox:
        found.append({"name": "x-sandbox-name", "in": "header", "required": False, "schema": TEXT})
    if endpoint.method == "PATCH" and "If-Match" in text:
        found.append({"name": "If-Match", "in": "header", "required": True, "schema": TEXT})
    names: dict[str, None] = {}
    for match in _QUERY.finditer(text):
        for one in match[1].split("&"):
            names.update(dict.fromkeys(one.partition("=")[0].split("|")))
    if endpoint.method == "GET" and not endpoint.path.endswith("}"):
        names.update(dict.fromkeys(_LISTS))
    for name in names:
        schema = COUNT if name in _NUMBERS else TEXT
        found.append({"name": name, "in": "query", "required": False, "schema": schema})
    return found
