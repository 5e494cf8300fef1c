"""Edge projections: which fields of profiles are kept at which edges.

Source: the guide to the endpoints `/config/destinations` and `/config/projections`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.twin.message import ServedRequest, answer, empty
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

_DESTINATIONS = "/data/core/ups/config/destinations"
_PROJECTIONS = "/data/core/ups/config/projections"
_DESTINATION_KIND = "projectionDestination"
_PROJECTION_KIND = "projectionConfig"
_DATA_CENTERS = ("OR1", "VA5", "NLD1")
_POLICIES = ("PROACTIVE", "REACTIVE")
_SHORTEST_TTL_S, _LONGEST_TTL_S = 600, 604_800
_SCHEMA = re.compile(r"_?[A-Za-z0-9._-]+")
_SELECTOR = re.compile(r"[A-Za-z0-9_.,()-]+")


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of destinations and of projections."""
    projections = platform.service(EdgeProjections)
    table = (
        ("GET", _DESTINATIONS, projections.list_destinations),
        ("POST", _DESTINATIONS, projections.create_destination),
        ("GET", f"{_DESTINATIONS}/{{id}}", projections.read_destination),
        ("PUT", f"{_DESTINATIONS}/{{id}}", projections.replace_destination),
        ("DELETE", f"{_DESTINATIONS}/{{id}}", projections.delete_destination),
        ("GET", _PROJECTIONS, projections.list_projections),
        ("POST", _PROJECTIONS, projections.create_projection),
        ("GET", f"{_PROJECTIONS}/{{id}}", projections.read_projection),
        ("PUT", f"{_PROJECTIONS}/{{id}}", projections.replace_projection),
        ("DELETE", f"{_PROJECTIONS}/{{id}}", projections.delete_projection),
    )
    return [Endpoint(method=method, path=path, handler=handler) for method, path, handler in table]


class EdgeProjections:
    """Destinations and the projections that lead to them; kept and shown, there are no edges here."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store

    # destinations

    def list_destinations(self, _: ServedRequest, caller: Caller) -> Response:
        """`GET /config/destinations`."""
        found = self._store.find(caller.tenant, _DESTINATION_KIND)
        inner = [{"_links": {"self": _link(f"{_DESTINATIONS}/{one['id']}")}, **one} for one in found]
        return answer(_listed(_DESTINATIONS, "projectionDestinations", inner))

    def create_destination(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /config/destinations` with a content type of its own: else 415."""
        _check_type(request, "projectionDestination")
        body = {"id": self._platform.ids.uuid(), **_destination(request.document(), 3600), "version": 1}
        self._store.put(caller.tenant, _DESTINATION_KIND, body["id"], body)
        return answer(_shown(body), 201)

    def read_destination(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /config/destinations/{id}`."""
        return answer(_shown(self._get(request, caller, _DESTINATION_KIND)))

    def replace_destination(self, request: ServedRequest, caller: Caller) -> Response:
        """`PUT /config/destinations/{id}`: `currentVersion` must be the one held."""
        held = self._get(request, caller, _DESTINATION_KIND)
        _check_type(request, "projectionDestination")
        wanted = request.document()
        _check_version(wanted, held)
        body = {"id": held["id"], **_destination(wanted, held["ttl"]), "version": held["version"] + 1}
        self._store.put(caller.tenant, _DESTINATION_KIND, held["id"], body)
        return answer(_shown(body))

    def delete_destination(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE /config/destinations/{id}`: 204; 400 while a projection leads to it."""
        held = self._get(request, caller, _DESTINATION_KIND)
        used = self._store.find(caller.tenant, _PROJECTION_KIND, destinationId=held["id"])
        if used:
            raise problem.bad_request(f"The destination is used by the projection {used[0]['id']}")
        self._store.delete(caller.tenant, _DESTINATION_KIND, held["id"])
        return empty()

    # projections

    def list_projections(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /config/projections?schemaName=&name=`; a name is unique within a schema class."""
        schema, name = request.query.get("schemaName"), request.query.get("name")
        if name and not schema:
            raise problem.bad_request("schemaName is required with name")
        found = self._store.find(caller.tenant, _PROJECTION_KIND)
        found = [
            one
            for one in found
            if schema in (None, "", one["schemaName"]) and name in (None, "", one["name"])
        ]
        return answer(
            _listed(_PROJECTIONS, "projectionConfigs", [self._with_destination(caller, one) for one in found])
        )

    def create_projection(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /config/projections?schemaName=` with a content type of its own: else 415."""
        _check_type(request, "projectionConfig")
        schema = request.query.get("schemaName") or ""
        if _SCHEMA.fullmatch(schema) is None:
            raise problem.bad_request("The query parameter schemaName is required")
        body = {
            "id": self._platform.ids.uuid(),
            **self._projection(caller, request.document(), schema),
            "version": 1,
        }
        self._store.put(caller.tenant, _PROJECTION_KIND, body["id"], body)
        return answer(self._with_destination(caller, body), 201)

    def read_projection(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /config/projections/{id}`."""
        return answer(self._with_destination(caller, self._get(request, caller, _PROJECTION_KIND)))

    def replace_projection(self, request: ServedRequest, caller: Caller) -> Response:
        """`PUT /config/projections/{id}`: `currentVersion` must be the one held, where it is given."""
        held = self._get(request, caller, _PROJECTION_KIND)
        _check_type(request, "projectionConfig")
        wanted = request.document()
        _check_version(wanted, held)
        body = {
            "id": held["id"],
            **self._projection(caller, wanted, held["schemaName"], own_id=held["id"]),
            "version": held["version"] + 1,
        }
        self._store.put(caller.tenant, _PROJECTION_KIND, held["id"], body)
        return answer(self._with_destination(caller, body))

    def delete_projection(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE /config/projections/{id}`: 204."""
        held = self._get(request, caller, _PROJECTION_KIND)
        self._store.delete(caller.tenant, _PROJECTION_KIND, held["id"])
        return empty()

    # parts

    def _get(self, request: ServedRequest, caller: Caller, kind: str) -> dict[str, Any]:
        held = self._store.get(caller.tenant, kind, request.params["id"])
        if held is None:
            raise problem.not_found(f"There is no {kind} {request.params['id']}")
        return held

    def _projection(
        self, caller: Caller, wanted: dict[str, Any], schema: str, own_id: str = ""
    ) -> dict[str, Any]:
        selector, name = wanted.get("selector"), wanted.get("name")
        if not isinstance(selector, str) or _SELECTOR.fullmatch(selector) is None:
            raise problem.bad_request("selector must be a list of fields, with commas and without spaces")
        if selector.count("(") != selector.count(")"):
            raise problem.bad_request("selector has a parenthesis without its other half")
        if not isinstance(name, str) or not name:
            raise problem.bad_request("name is required")
        for one in self._store.find(caller.tenant, _PROJECTION_KIND, schemaName=schema):
            if one["name"] == name and one["id"] != own_id:
                raise problem.bad_request(f"There is a projection {name!r} of {schema} already: {one['id']}")
        destination_id = wanted.get("destinationId")
        if not isinstance(destination_id, str) or not self._destination_of(caller, destination_id):
            raise problem.bad_request(f"There is no projection destination {destination_id!r}")
        return {"selector": selector, "schemaName": schema, "name": name, "destinationId": destination_id}

    def _destination_of(self, caller: Caller, destination_id: str) -> dict[str, Any] | None:
        return self._store.get(caller.tenant, _DESTINATION_KIND, destination_id)

    def _with_destination(self, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
        destination = self._destination_of(caller, body["destinationId"])
        return {
            "_links": {
                "destination": _link(f"{_DESTINATIONS}/{body['destinationId']}"),
                "self": _link(f"{_PROJECTIONS}/{body['id']}"),
            },
            "_embedded": {"destination": {} if destination is None else _shown(destination)},
            **body,
        }


def _link(path: str) -> dict[str, Any]:
    return {"href": path, "templated": False}


def _listed(path: str, name: str, found: list[dict[str, Any]]) -> dict[str, Any]:
    return {"_links": {"self": _link(path)}, "_embedded": {name: found}}


def _shown(destination: dict[str, Any]) -> dict[str, Any]:
    return {"self": _link(f"{_DESTINATIONS}/{destination['id']}"), **destination}


def _destination(wanted: dict[str, Any], ttl_s: int) -> dict[str, Any]:
    if wanted.get("type") != "EDGE":
        raise problem.bad_request("type must be EDGE")
    centers = wanted.get("dataCenters")
    if not isinstance(centers, list) or not centers or not all(one in _DATA_CENTERS for one in centers):
        raise problem.bad_request(f"dataCenters must be an array of some of {', '.join(_DATA_CENTERS)}")
    ttl = wanted.get("ttl", ttl_s)
    if isinstance(ttl, bool) or not isinstance(ttl, int) or not _SHORTEST_TTL_S <= ttl <= _LONGEST_TTL_S:
        raise problem.bad_request(f"ttl must be a number from {_SHORTEST_TTL_S} to {_LONGEST_TTL_S}")
    policy = wanted.get("replicationPolicy", "REACTIVE")
    if policy not in _POLICIES:
        raise problem.bad_request(f"replicationPolicy must be one of {', '.join(_POLICIES)}")
    return {"type": "EDGE", "dataCenters": centers, "ttl": ttl, "replicationPolicy": policy}


def _check_type(request: ServedRequest, name: str) -> None:
    wanted = f"application/vnd.adobe.platform.{name}+json"
    if request.media_type != wanted.lower():
        raise problem.classic(415, "UnsupportedMediaTypeError", f"Content-Type must be {wanted}")


def _check_version(wanted: dict[str, Any], held: dict[str, Any]) -> None:
    if wanted.get("currentVersion", held["version"]) != held["version"]:
        raise problem.classic(409, "ConflictError", f"The current version is {held['version']}")
