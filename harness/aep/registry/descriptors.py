"""Descriptors: what a schema's fields mean beside their type (identity, relationship, label…)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.message import Request, answer, empty
from harness.aep.namespaces import Namespaces
from harness.aep.registry.accept import Accept
from harness.aep.registry.accept import parse as parse_accept
from harness.aep.registry.listing import listed
from harness.aep.registry.resources import BASE
from harness.aep.registry.state import DESCRIPTOR_KIND, SchemaRegistry
from harness.aep.routing import Endpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from harness.aep.gateway import Caller
    from harness.aep.platform import Platform

_MOST = 4000
_TYPES = {
    "xdm:descriptorIdentity": ("xdm:namespace", "xdm:property"),
    "xdm:alternateDisplayInfo": (),
    "xdm:descriptorOneToOne": ("xdm:destinationSchema",),
    "xdm:descriptorRelationship": ("xdm:destinationSchema",),
    "xdm:descriptorReferenceIdentity": ("xdm:identityNamespace",),
    "xdm:descriptorDeprecated": (),
    "xdm:descriptorLabel": ("xdm:labels",),
    "xdm:descriptorPrimaryKey": (),
    "xdm:descriptorVersion": (),
    "xdm:descriptorTimestamp": (),
    "xdm:descriptorRecommendation": (),
}
"""Descriptor types, with the fields each needs beside the source."""
_PLURAL = frozenset({"xdm:descriptorPrimaryKey"})


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of descriptors."""
    descriptors = Descriptors(platform)
    table = (
        ("GET", "/{container}/descriptors", descriptors.list),
        ("GET", "/{container}/descriptors/{id}", descriptors.read),
        ("POST", "/tenant/descriptors", descriptors.create),
        ("PUT", "/tenant/descriptors/{id}", descriptors.replace),
        ("DELETE", "/tenant/descriptors/{id}", descriptors.delete),
    )
    return [
        Endpoint(method=method, path=BASE + path, handler=handler, json_only=method == "POST")
        for method, path, handler in table
    ]


class Descriptors:
    """Creates, shows, replaces and deletes descriptors."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._registry = platform.service(SchemaRegistry)

    def list(self, request: Request, caller: Caller) -> Response:
        """`GET /tenant/descriptors`: grouped by type; `xdm-v2` gives pages."""
        accept = parse_accept(request.headers.get("accept")) or Accept(family="xdm")
        if accept.family != "xdm" or accept.version is not None:
            raise self._registry.error(
                1008,
                400,
                "Accept header invalid",
                "A list of descriptors takes application/vnd.adobe.xdm+json, -id or -link.",
            )
        found = self._all(request, caller)
        if "v2" in accept.variants:
            page, about = listed(found, request.query)
            shown = [_form(one, accept) for one in page]
            return answer({"results": shown, "_page": about, "_links": {}})
        page, _ = listed(found, request.query)
        groups: dict[str, list[Any]] = {}
        for one in page:
            groups.setdefault(one["@type"], []).append(_form(one, accept))
        return answer(groups)

    def read(self, request: Request, caller: Caller) -> Response:
        """`GET /tenant/descriptors/{id}`; needs no Accept header."""
        accept = parse_accept(request.headers.get("accept"))
        if accept is not None and accept.family != "xdm":
            raise self._registry.error(
                1009, 400, "Accept header invalid", "A descriptor takes application/vnd.adobe.xdm+json."
            )
        return answer(self._get(request, caller))

    def create(self, request: Request, caller: Caller) -> Response:
        """`POST /tenant/descriptors`."""
        wanted = request.document()
        if self._platform.store.count(caller.org, caller.sandbox, DESCRIPTOR_KIND) >= _MOST:
            raise problem.bad_request(f"A sandbox holds at most {_MOST} descriptors")
        now = self._platform.clock.now_ms()
        body = {
            **wanted,
            "@id": self._platform.ids.hex(48),
            "meta:containerId": "tenant",
            "version": "1",
            "imsOrg": caller.org,
            "createdUser": caller.user_id,
            "createdClient": caller.client_id,
            "updatedUser": caller.user_id,
            "created": now,
            "updated": now,
        }
        self._check(caller, body)
        self._platform.store.put(caller.org, caller.sandbox, DESCRIPTOR_KIND, body["@id"], body)
        return answer(body, 201)

    def replace(self, request: Request, caller: Caller) -> Response:
        """`PUT /tenant/descriptors/{id}`: a full rewrite."""
        current = self._get(request, caller)
        kept = ("@id", "meta:containerId", "version", "imsOrg", "createdUser", "createdClient", "created")
        body = {
            **request.document(),
            **{name: current[name] for name in kept},
            "updatedUser": caller.user_id,
            "updated": self._platform.clock.now_ms(),
        }
        if body.get("@type") != current["@type"]:
            raise problem.bad_request("The @type of a descriptor cannot be changed")
        self._check(caller, body)
        self._platform.store.put(caller.org, caller.sandbox, DESCRIPTOR_KIND, body["@id"], body)
        return answer(body)

    def delete(self, request: Request, caller: Caller) -> Response:
        """`DELETE /tenant/descriptors/{id}`."""
        current = self._get(request, caller)
        self._platform.store.delete(caller.org, caller.sandbox, DESCRIPTOR_KIND, current["@id"])
        return empty(204)

    def _all(self, request: Request, caller: Caller) -> Sequence[dict[str, Any]]:
        if request.params["container"] == "global":
            return []
        return self._platform.store.find(caller.org, caller.sandbox, DESCRIPTOR_KIND)

    def _get(self, request: Request, caller: Caller) -> dict[str, Any]:
        wanted = request.params["id"]
        found = self._platform.store.get(caller.org, caller.sandbox, DESCRIPTOR_KIND, wanted)
        if found is None or request.params.get("container") == "global":
            raise self._registry.error(
                1016, 404, "Resource Not Found", f"Requested resource {wanted} is not found"
            )
        return found

    def _check(self, caller: Caller, body: dict[str, Any]) -> None:
        # 1. form
        kind = body.get("@type")
        if not isinstance(kind, str) or kind not in _TYPES:
            raise problem.bad_request(f"@type must be one of {', '.join(_TYPES)}, not {kind!r}")
        for name in ("xdm:sourceSchema", "xdm:sourceVersion", *_TYPES[kind]):
            if name not in body:
                raise problem.bad_request(f"A descriptor of type {kind} needs {name}")
        # 2. the schema
        source = str(body["xdm:sourceSchema"])
        schema = self._registry.get(caller.org, caller.sandbox, source)
        if schema is None:
            raise self._registry.error(
                1012,
                404,
                "Resource Not Found",
                f"Requested resource {source} with version {body['xdm:sourceVersion']} is not found",
            )
        # 3. the field
        paths = body.get("xdm:sourceProperty")
        for path in paths if isinstance(paths, list) and kind in _PLURAL else [paths]:
            self._check_path(caller, source, path)
        # 4. the rest, by type
        if kind == "xdm:descriptorIdentity":
            self._check_identity(caller, body)
        elif kind in {"xdm:descriptorOneToOne", "xdm:descriptorRelationship"}:
            target = str(body["xdm:destinationSchema"])
            if self._registry.schema(caller.org, caller.sandbox, target) is None:
                raise self._registry.error(
                    1526,
                    400,
                    "Union descriptor validation error",
                    f"The destination schema {target} is not found",
                )
        elif kind == "xdm:descriptorReferenceIdentity":
            self._check_namespace(caller, body["xdm:identityNamespace"])

    def _check_path(self, caller: Caller, schema_id: str, path: Any) -> None:
        if not isinstance(path, str) or not path.startswith("/") or path.endswith("/"):
            raise problem.bad_request(
                f"xdm:sourceProperty must start with '/' and not end with it, not {path!r}"
            )
        words = path.strip("/").split("/")
        node: Any = self._registry.full(caller.org, caller.sandbox, schema_id)
        for word in words:
            if node.get("type") == "array":
                node = node.get("items", {})
            inner = node.get("properties", {})
            if word not in inner and isinstance(node.get("additionalProperties"), dict):
                node = node["additionalProperties"]
                continue
            if word not in inner:
                hint = " (leave out 'properties')" if word == "properties" else ""
                raise problem.bad_request(f"xdm:sourceProperty {path} is not a field of {schema_id}{hint}")
            node = inner[word]

    def _check_identity(self, caller: Caller, body: dict[str, Any]) -> None:
        if body["xdm:property"] not in {"xdm:id", "xdm:code"}:
            raise problem.bad_request("xdm:property must be xdm:id or xdm:code")
        self._check_namespace(caller, body["xdm:namespace"], by_id=body["xdm:property"] == "xdm:id")
        primary = body.get("xdm:isPrimary", False)
        if not isinstance(primary, bool):
            raise problem.bad_request("xdm:isPrimary must be true or false")
        for other in self._registry.descriptors(caller.org, caller.sandbox, str(body["xdm:sourceSchema"])):
            if other["@id"] == body["@id"] or other["@type"] != body["@type"]:
                continue
            if primary and other.get("xdm:isPrimary"):
                raise problem.bad_request(
                    f"The schema has a primary identity already: {other['xdm:sourceProperty']}"
                )
            if other["xdm:sourceProperty"] == body["xdm:sourceProperty"]:
                raise problem.bad_request(
                    f"There is an identity descriptor for {body['xdm:sourceProperty']} already"
                )

    def _check_namespace(self, caller: Caller, namespace: Any, *, by_id: bool = False) -> None:
        namespaces = self._platform.service(Namespaces)
        if by_id and str(namespace).isdigit():
            known = namespaces.by_id(caller.org, caller.sandbox, int(namespace)) is not None
        else:
            known = isinstance(namespace, str) and namespaces.exists(caller.org, caller.sandbox, namespace)
        if not known:
            raise problem.bad_request(f"There is no identity namespace {namespace!r}")


def _form(descriptor: dict[str, Any], accept: Accept) -> Any:
    if "id" in accept.variants:
        return descriptor["@id"]
    if "link" in accept.variants:
        return f"{BASE}/tenant/descriptors/{descriptor['@id']}"
    return descriptor
