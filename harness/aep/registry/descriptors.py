"""Descriptors: what a schema's fields mean beside their type (identity, relationship, label…)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep.identity.namespaces import Namespaces
from harness.aep.registry.accept import Accept, only_unknown
from harness.aep.registry.accept import parse as parse_accept
from harness.aep.registry.listing import listed, next_link
from harness.aep.registry.resources import BASE
from harness.aep.registry.state import DESCRIPTOR_KIND, SchemaRegistry
from harness.twin.message import ServedRequest, answer, empty
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

_MOST = 4000
_SOURCE = ("xdm:sourceSchema", "xdm:sourceVersion", "xdm:sourceProperty")
_UNVERSIONED = ("xdm:sourceSchema", "xdm:sourceProperty")
_TYPES = {
    "xdm:descriptorIdentity": (*_SOURCE, "xdm:namespace", "xdm:property"),
    "xdm:alternateDisplayInfo": _SOURCE,
    "xdm:descriptorOneToOne": (*_SOURCE, "xdm:destinationSchema"),
    "xdm:descriptorRelationship": (*_SOURCE, "xdm:destinationSchema", "xdm:cardinality"),
    "xdm:descriptorReferenceIdentity": (*_SOURCE, "xdm:identityNamespace"),
    "xdm:descriptorDeprecated": _SOURCE,
    "xdm:descriptorLabel": (*_SOURCE, "xdm:labels"),
    "xdm:descriptorPrimaryKey": _UNVERSIONED,
    "xdm:descriptorVersion": _UNVERSIONED,
    "xdm:descriptorTimestamp": _UNVERSIONED,
    "xdm:descriptorTimeSeriesGranularity": ("xdm:sourceSchema", "xdm:sourceVersion", "xdm:granularity"),
    "xdm:descriptorRecommendation": _SOURCE,
}
"""Descriptor types, with the fields that each needs."""
_DISPLAY = {
    "xdm:title": "texts by language",
    "xdm:description": "texts by language",
    "meta:enum": "texts by value",
    "xdm:excludeMetaEnum": "texts by value",
    "meta:excludeMetaEnum": "texts by value",
}
"""What an alternate display says, of which it needs something."""
_CARDINALITIES = ("1:1", "1:0", "M:1", "M:0")
_PLURAL = frozenset({"xdm:descriptorPrimaryKey"})
_WHOLE = frozenset({"xdm:descriptorTimeSeriesGranularity"})
"""Types that say something of a whole schema, not of a field."""
_GRANULARITIES = ("day", "hour")


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
        Endpoint(method=method, path=BASE + path, handler=handler, json_only=method in {"POST", "PUT"})
        for method, path, handler in table
    ]


class Descriptors:
    """Creates, shows, replaces and deletes descriptors."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._registry = platform.service(SchemaRegistry)

    def list(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /tenant/descriptors`: grouped by type; `xdm-v2` gives pages."""
        header = request.headers.get("accept")
        accept = parse_accept(header) or Accept(family="xdm")
        if accept.family != "xdm" or accept.version is not None or only_unknown(header):
            raise self._registry.error(
                1008,
                400,
                "Accept header invalid",
                "A list of descriptors takes application/vnd.adobe.xdm+json, -id or -link.",
            )
        found = self._all(request, caller)
        # Only the second version of the list has pages.
        most = {} if "v2" in accept.variants else {"most": _MOST}
        page, about = listed(found, request.query, strict=self._platform.settings.strict, **most)
        if "v2" in accept.variants:
            here = f"{request.base_url}{request.path.rstrip('/')}"
            more = {} if about["next"] is None else {"next": {"href": next_link(here, request.query, about)}}
            shown = [_form(one, accept) for one in page]
            return answer({"results": shown, "_page": about, "_links": more})
        groups: dict[str, list[Any]] = {}
        for one in page:
            groups.setdefault(one["@type"], []).append(_form(one, accept))
        return answer(groups)

    def read(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /tenant/descriptors/{id}`; needs no Accept header."""
        header = request.headers.get("accept")
        accept = parse_accept(header)
        if only_unknown(header) or (accept is not None and accept.family != "xdm"):
            raise self._registry.error(
                1009, 400, "Accept header invalid", "A descriptor takes application/vnd.adobe.xdm+json."
            )
        return answer(self._get(request, caller))

    def create(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /tenant/descriptors`."""
        wanted = request.document()
        if self._platform.store.count(caller.tenant, DESCRIPTOR_KIND) >= _MOST:
            raise self._registry.refused(f"A sandbox holds at most {_MOST} descriptors")
        now = self._platform.clock.now_ms()
        body = {
            **wanted,
            "@id": self._platform.ids.hex(48),
            "meta:containerId": "tenant",
            "version": "1",
            "imsOrg": caller.tenant.org,
            "createdUser": caller.user_id,
            "createdClient": caller.client_id,
            "updatedUser": caller.user_id,
            "created": now,
            "updated": now,
        }
        self._check(caller, body)
        self._platform.store.put(caller.tenant, DESCRIPTOR_KIND, body["@id"], body)
        return answer(body, 201)

    def replace(self, request: ServedRequest, caller: Caller) -> Response:
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
            raise self._registry.refused("The @type of a descriptor cannot be changed")
        self._check(caller, body)
        self._platform.store.put(caller.tenant, DESCRIPTOR_KIND, body["@id"], body)
        return answer(body)

    def delete(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE /tenant/descriptors/{id}`."""
        current = self._get(request, caller)
        self._platform.store.delete(caller.tenant, DESCRIPTOR_KIND, current["@id"])
        return empty(204)

    def _all(self, request: ServedRequest, caller: Caller) -> Sequence[dict[str, Any]]:
        if request.params["container"] == "global":
            return []
        return self._platform.store.find(caller.tenant, DESCRIPTOR_KIND)

    def _get(self, request: ServedRequest, caller: Caller) -> dict[str, Any]:
        wanted = request.params["id"]
        found = self._platform.store.get(caller.tenant, DESCRIPTOR_KIND, wanted)
        if found is None or request.params.get("container") == "global":
            raise self._registry.error(
                1016, 404, "Resource Not Found", f"Requested resource {wanted} is not found"
            )
        return found

    def _check(self, caller: Caller, body: dict[str, Any]) -> None:
        # 1. form
        kind = body.get("@type")
        if not isinstance(kind, str) or kind not in _TYPES:
            raise self._registry.refused(f"@type must be one of {', '.join(_TYPES)}, not {kind!r}")
        for name in _TYPES[kind]:
            if name not in body:
                raise self._registry.refused(f"A descriptor of type {kind} needs {name}")
        # 2. the schema
        source = str(body["xdm:sourceSchema"])
        schema = self._registry.get(caller.tenant, source)
        version = body.get("xdm:sourceVersion", 1)
        if schema is None or str(version) != schema["version"].partition(".")[0]:
            raise self._registry.error(
                1012,
                404,
                "Resource Not Found",
                f"Requested resource {source} with version {version} is not found",
            )
        # 3. the field
        paths = body.get("xdm:sourceProperty", [] if kind in _WHOLE else None)
        for path in paths if isinstance(paths, list) and kind in _PLURAL | _WHOLE else [paths]:
            self._check_path(caller, source, path)
        # 4. the rest, by type
        if kind == "xdm:descriptorIdentity":
            self._check_identity(caller, body)
        elif kind in {"xdm:descriptorOneToOne", "xdm:descriptorRelationship"}:
            self._check_destination(caller, body)
        elif kind == "xdm:descriptorReferenceIdentity":
            self._check_namespace(caller, body["xdm:identityNamespace"])
        elif kind == "xdm:alternateDisplayInfo":
            self._check_display(body)
        elif kind == "xdm:descriptorTimeSeriesGranularity" and body["xdm:granularity"] not in _GRANULARITIES:
            raise self._registry.refused(f"xdm:granularity must be one of {', '.join(_GRANULARITIES)}")
        elif kind == "xdm:descriptorLabel":
            self._check_labels(caller, body)

    def _check_destination(self, caller: Caller, body: dict[str, Any]) -> None:
        target = str(body["xdm:destinationSchema"])
        if self._registry.schema(caller.tenant, target) is None:
            raise self._registry.error(
                1012, 404, "Resource Not Found", f"The destination schema {target} is not found"
            )
        if "xdm:destinationProperty" in body:
            self._check_path(caller, target, body["xdm:destinationProperty"], "xdm:destinationProperty")
        cardinality = body.get("xdm:cardinality", _CARDINALITIES[0])
        if cardinality not in _CARDINALITIES:
            raise self._registry.refused(
                f"xdm:cardinality must be one of {', '.join(_CARDINALITIES)}, not {cardinality!r}"
            )

    def _check_display(self, body: dict[str, Any]) -> None:
        # aepp sends an empty text for the values that it leaves alone.
        given = {name: body[name] for name in _DISPLAY if body.get(name) not in (None, "")}
        if not given:
            raise self._registry.refused(f"A display needs one of {', '.join(_DISPLAY)}")
        for name, value in given.items():
            if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
                raise self._registry.refused(f"{name} must be an object of {_DISPLAY[name]}")

    def _check_labels(self, caller: Caller, body: dict[str, Any]) -> None:
        labels = body["xdm:labels"]
        if not isinstance(labels, list) or not all(isinstance(one, str) for one in labels):
            raise self._registry.refused("xdm:labels must be an array of strings")
        if body["xdm:sourceProperty"] == f"/_{self._platform.settings.tenant_of(caller.tenant.org)}":
            raise self._registry.refused(
                "The namespace object of the tenant cannot be labelled; label the fields below it"
            )

    def _check_path(
        self, caller: Caller, schema_id: str, path: Any, name: str = "xdm:sourceProperty"
    ) -> None:
        if not isinstance(path, str) or not path.startswith("/") or path.endswith("/"):
            raise self._registry.refused(f"{name} must start with '/' and not end with it, not {path!r}")
        # A field within an array is named with or without a mark of its items.
        words = path.replace("[*]", "").strip("/").split("/")
        node: Any = self._registry.full(caller.tenant, schema_id)
        for given in words:
            # The guide writes fields of the standard as XDM does, with their prefix.
            word = given.removeprefix("xdm:").replace("@", "_") if ":" in given or "@" in given else given
            if node.get("type") == "array":
                node = node.get("items", {})
            inner = node.get("properties", {})
            if word not in inner and isinstance(node.get("additionalProperties"), dict):
                node = node["additionalProperties"]
                continue
            if word not in inner:
                hint = " (leave out 'properties')" if word == "properties" else ""
                raise self._registry.refused(f"{name} {path} is not a field of {schema_id}{hint}")
            node = inner[word]

    def _check_identity(self, caller: Caller, body: dict[str, Any]) -> None:
        if body["xdm:property"] not in ("xdm:id", "xdm:code"):
            raise self._registry.refused("xdm:property must be xdm:id or xdm:code")
        self._check_namespace(caller, body["xdm:namespace"], by_id=body["xdm:property"] == "xdm:id")
        primary = body.get("xdm:isPrimary", False)
        if not isinstance(primary, bool):
            raise self._registry.refused("xdm:isPrimary must be true or false")
        for other in self._registry.descriptors(caller.tenant, str(body["xdm:sourceSchema"])):
            if other["@id"] == body["@id"] or other["@type"] != body["@type"]:
                continue
            if primary and other.get("xdm:isPrimary"):
                raise self._registry.refused(
                    f"The schema has a primary identity already: {other['xdm:sourceProperty']}"
                )
            if other["xdm:sourceProperty"] == body["xdm:sourceProperty"]:
                raise self._registry.refused(
                    f"There is an identity descriptor for {body['xdm:sourceProperty']} already"
                )

    def _check_namespace(self, caller: Caller, namespace: Any, *, by_id: bool = False) -> None:
        namespaces = self._platform.service(Namespaces)
        if by_id and str(namespace).isdigit():
            known = namespaces.by_id(caller.tenant, int(namespace)) is not None
        else:
            known = isinstance(namespace, str) and namespaces.exists(caller.tenant, namespace)
        if not known:
            raise self._registry.refused(f"There is no identity namespace {namespace!r}")


def _form(descriptor: dict[str, Any], accept: Accept) -> Any:
    if "id" in accept.variants:
        return descriptor["@id"]
    if "link" in accept.variants:
        return f"/tenant/descriptors/{descriptor['@id']}"
    return descriptor
