"""Segment search: definitions by words of their name and description.

Source: the guide to the endpoints `/search`. Of Lucene's syntax words, phrases, `field:`, `*`, `?`,
AND, OR and NOT are understood.
"""

from __future__ import annotations

import base64
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.segmentation.segments import Segments
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

_BASE = "/data/core/ups/search"
_SCHEMA = "_xdm.context.segmentdefinition"
_NAMESPACE = "AEPSegments"
_ROOT = "root"
_SUCCESS = {"message": "Success"}
_TERM = re.compile(r'(?:(?P<field>[A-Za-z]+):\s*)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"()]+))')
_FIELDS = {
    "segmentid": ("id",),
    "segmentname": ("name",),
    "name": ("name",),
    "segmentdescription": ("description",),
    "folderid": (),
    "folderlocation": (),
    "parentfolderid": (),
}


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the service."""
    search = SegmentSearch(platform)
    table = (
        ("/namespaces", search.namespaces),
        ("/entities", search.entities),
        ("/taxonomy", search.taxonomy),
    )
    return [Endpoint(method="GET", path=_BASE + path, handler=handler) for path, handler in table]


class SegmentSearch:
    """Finds definitions; there are no folders, so each lies in the root."""

    def __init__(self, platform: Platform) -> None:
        self._segments = platform.service(Segments)

    def namespaces(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /search/namespaces?schema.name=&s=`: how many match, by namespace."""
        _check_schema(request)
        found = self._found(request, caller)
        listed = [{"namespace": _NAMESPACE, "displayName": _NAMESPACE, "count": len(found)}] if found else []
        return answer({"namespaces": listed, "totalCount": len(listed), "status": _SUCCESS})

    def entities(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /search/entities?schema.name=&namespace=&s=&entityId=&limit=&page=`."""
        _check_schema(request)
        self._check_namespace(request)
        folder = request.query.get("entityId")
        found = self._found(request, caller) if folder in (None, "", _ROOT) else []
        limit = request.query.number("limit", 50, low=1)
        page = request.query.number("page", 0)
        shown = found[page * limit : (page + 1) * limit]
        return answer(
            {
                "entities": [_entity(one) for one in shown],
                "page": {
                    "totalCount": len(found),
                    "totalPages": -(-len(found) // limit),
                    "pageOffset": page,
                    "pageSize": limit,
                },
                "status": _SUCCESS,
            }
        )

    def taxonomy(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /search/taxonomy?schema.name=&namespace=&entityId=`: the way from the root."""
        _check_schema(request)
        self._check_namespace(request)
        entity_id = request.query.get("entityId")
        if not entity_id:
            raise problem.bad_request("The query parameter entityId is required")
        segment = self._segments.get(caller.tenant, entity_id)
        if segment is None:
            raise problem.not_found(f"There is no segment definition {entity_id}")
        root = {"id": _ROOT, "base64EncodedSourceId": _base64(_ROOT), "name": _NAMESPACE}
        own = {name: value for name, value in _entity(segment.body).items() if name != "isFolder"}
        return answer({"taxonomy": [root, own], "status": _SUCCESS})

    def _found(self, request: ServedRequest, caller: Caller) -> list[dict[str, Any]]:
        text = request.query.get("s") or ""
        bodies = [one.body for one in self._segments.all(caller.tenant)]
        return [body for body in bodies if _matches(text, body)]

    @staticmethod
    def _check_namespace(request: ServedRequest) -> None:
        if not request.query.get("namespace"):
            raise problem.bad_request("The query parameter namespace is required")
        if request.query.get("namespace") != _NAMESPACE:
            raise problem.not_found(f"There is no namespace {request.query.get('namespace')}")


def _check_schema(request: ServedRequest) -> None:
    # The published collection calls it schemaClass.
    named = request.query.get("schema.name") or request.query.get("schemaClass")
    if named != _SCHEMA:
        raise problem.bad_request(f"The query parameter schema.name must be {_SCHEMA}")


def _entity(body: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": body["id"],
        "base64EncodedSourceId": _base64(body["id"]),
        "sourceId": body["id"],
        "isFolder": False,
        "parentFolderId": _ROOT,
        "name": body["name"],
        "description": body.get("description", ""),
    }


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _matches(text: str, body: dict[str, Any]) -> bool:
    """Whether a definition matches: OR parts what AND and plain sequence join; no term matches all."""
    field = ""
    alternatives: list[bool] = []
    matches, negated, any_term = True, False, False
    for term in _TERM.finditer(text):
        word = term["phrase"] if term["word"] is None else term["word"]
        if term["word"] in ("AND", "OR", "NOT"):
            if word == "OR":
                alternatives.append(matches and any_term)
                matches, any_term = True, False
            negated = word == "NOT"
            continue
        field = (term["field"] or field).lower()
        found = _has(word, term["word"] is not None, body, field)
        matches = matches and (found is not negated)
        negated, any_term = False, True
    return any([*alternatives, matches])


def _has(word: str, single: bool, body: dict[str, Any], field: str) -> bool:
    names = _FIELDS.get(field, ("id", "name", "description"))
    for name in names:
        held = str(body.get(name, "")).lower()
        if not single:
            if word.lower() in held:
                return True
        elif any(
            fnmatchcase(one, word.lower().replace("[", "[[]")) for one in [held, *re.split(r"\W+", held)]
        ):
            return True
    return False
