"""Description of a platform in OpenAPI's form, made from its routing table."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.twin.provenance import Provenance
    from harness.twin.routing import Endpoint
    from harness.twin.surface import Surface

TEXT = {"type": "string"}
COUNT = {"type": "integer", "minimum": 0}

_WORD = re.compile(r"\{([^}]+?)(?:\.\.\.)?\}")
_QUERY = re.compile(r"\?([\w.|~=&%-]+)`")
_CALL = re.compile(r"^`[^`]*`[,:;.]?\s*")
_NUMBERS = frozenset({"limit", "start", "offset", "page", "nrow"})
_LISTS = ("limit", "start", "property", "orderBy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shapes:
    """What requests hold, as JSON Schemas: of JSON bodies and of forms by method and path.

    `media_types` are content types other than JSON's own, by the start of a path; `words` schemas of words
    in paths, where they are not any text; `headers` the names of headers that a caller proves itself with.
    """

    bodies: Mapping[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    forms: Mapping[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    media_types: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    security: Mapping[str, dict[str, str]] = field(default_factory=dict)
    sandbox_header: str = ""


def description(surface: Surface, base_url: str, shapes: Shapes) -> dict[str, Any]:
    """Describe the endpoints that are for everybody, those of this machine alone left out.

    `x-provenance` of a response says where it is known from that the platform answers so.
    """
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in surface.every_endpoint():
        if endpoint.door in ("harness", "console") or not surface.service_of(endpoint.path):
            continue
        path = _WORD.sub(r"{\1}", endpoint.path)
        paths.setdefault(path, {})[endpoint.method.lower()] = _operation(surface, endpoint, shapes)
    return {
        "openapi": "3.0.3",
        "info": {"title": surface.title, "description": surface.description, "version": __version__},
        "servers": [{"url": base_url}],
        "tags": [{"name": name} for name in dict.fromkeys(name for _, name in surface.services)],
        "paths": paths,
        "components": {"securitySchemes": dict(shapes.security)},
    }


def _operation(surface: Surface, endpoint: Endpoint, shapes: Shapes) -> dict[str, Any]:
    text = inspect.getdoc(endpoint.handler) or ""
    first = text.partition("\n")[0]
    summary = _CALL.sub("", first) or first.strip("`.")
    found: dict[str, Any] = {
        "operationId": _operation_id(endpoint),
        "tags": [surface.service_of(endpoint.path)],
        "summary": summary[:1].upper() + summary[1:].rstrip("."),
        "parameters": _parameters(endpoint, text, shapes),
        "responses": {
            "2XX": {
                "description": "As asked for",
                "x-provenance": _provenance(surface.provenance(endpoint)),
            },
            "4XX": {
                "description": "What is wrong with the request",
                "x-provenance": _provenance(surface.provenance(endpoint, refused=True)),
                "content": {"application/json": {}, "application/problem+json": {}},
            },
        },
    }
    key = (endpoint.method, endpoint.path)
    kinds = (kind for start, kind in shapes.media_types.items() if endpoint.path.startswith(start))
    if key in shapes.bodies:
        media = next(kinds, "application/json")
        found["requestBody"] = {"required": True, "content": {media: {"schema": shapes.bodies[key]}}}
    elif key in shapes.forms:
        forms = ("application/x-www-form-urlencoded", "multipart/form-data")
        found["requestBody"] = {"content": {kind: {"schema": shapes.forms[key]} for kind in forms}}
    elif endpoint.limit is not None and endpoint.method in ("PUT", "PATCH"):
        octets = {"schema": {"type": "string", "format": "binary"}}
        found["requestBody"] = {"content": {"application/octet-stream": octets}}
    if endpoint.door == "gateway" and shapes.security:
        found["security"] = [{name: [] for name in shapes.security}]
    return found


def _provenance(known: Provenance) -> dict[str, str]:
    return {"source": known.source.value, "detail": known.detail}


def _operation_id(endpoint: Endpoint) -> str:
    words = re.findall(r"[A-Za-z0-9]+", endpoint.path)
    return endpoint.method.lower() + "".join(word[:1].upper() + word[1:] for word in words)


def _parameters(endpoint: Endpoint, text: str, shapes: Shapes) -> list[dict[str, Any]]:
    found = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": shapes.words.get(name, {**TEXT, "minLength": 1}),
        }
        for name in _WORD.findall(endpoint.path)
    ]
    if shapes.sandbox_header and endpoint.door == "gateway" and endpoint.in_sandbox:
        found.append({"name": shapes.sandbox_header, "in": "header", "required": False, "schema": TEXT})
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
