"""Calls on classes, field groups, data types and schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.registry.accept import parse as parse_accept
from harness.aep.registry.listing import listed, next_link
from harness.aep.registry.resource_checks import NOT_FOUND, ResourceChecks
from harness.aep.registry.resource_forms import ResourceForms
from harness.aep.registry.state import AUDIT, KIND, UNION, SchemaRegistry
from harness.twin.json_patch import PatchError, apply_patch, parse_patch
from harness.twin.message import ServedRequest, answer, empty
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

BASE = "/data/foundation/schemaregistry"
TYPES = {
    "schemas": "schemas",
    "mixins": "mixins",
    "fieldgroups": "mixins",
    "classes": "classes",
    "datatypes": "datatypes",
    "behaviors": "behaviors",
    "unions": "unions",
}
"""Path word to resource type: field groups are the newer word for mixins, over the same store."""
_DERIVED = (
    "$id",
    "meta:altId",
    "meta:resourceType",
    "version",
    "meta:class",
    "meta:containerId",
    "meta:tenantNamespace",
    "imsOrg",
    "meta:registryMetadata",
)


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the resource types."""
    resources = Resources(platform)
    found = [
        Endpoint(method="GET", path=f"{BASE}/{{container}}/{{type}}", handler=resources.list),
        Endpoint(method="GET", path=f"{BASE}/{{container}}/{{type}}/{{id}}", handler=resources.read),
    ]
    for method, path, handler in (
        ("POST", "{type}", resources.create),
        ("PUT", "{type}/{id}", resources.replace),
        ("PATCH", "{type}/{id}", resources.patch),
        ("DELETE", "{type}/{id}", resources.delete),
    ):
        found.append(
            Endpoint(
                method=method,
                path=f"{BASE}/{{container}}/{path}",
                handler=handler,
                json_only=method in {"POST", "PUT", "PATCH"},
            )
        )
    return found


class Resources:
    """Creates, shows, changes and deletes resources."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._registry = platform.service(SchemaRegistry)
        self._checks = ResourceChecks(platform)
        self._forms = ResourceForms(platform)

    # reading

    def list(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /{container}/{type}`."""
        container, kind = self._where(request)
        accept = parse_accept(request.headers.get("accept"))
        if accept is not None and accept.version is not None:
            raise self._accept_error(
                1006,
                f"The supplied Accept header is not valid: {request.headers.get('accept')} - A valid Accept"
                " value should look like application/vnd.adobe.{xed|xdm}+json, without a version",
                legacy_status=400,
            )
        if kind == "unions":
            found = self._registry.unions(caller.tenant)
        else:
            found = self._registry.of_type(caller.tenant, kind, container)
        page, about = listed(found, request.query, strict=self._platform.settings.strict)
        if accept is not None and "id" in accept.variants:
            names = ("title", "$id", "meta:altId", "version")
            page = [{name: one[name] for name in names} for one in page]
        here = f"{request.base_url}{request.path.rstrip('/')}"
        word = request.params["type"]
        links: dict[str, Any] = {f"global_{word}": {"href": f"{request.base_url}{BASE}/global/{word}"}}
        if about["next"] is not None:
            links["next"] = {"href": next_link(here, request.query, about)}
        return answer({"results": page, "_page": about, "_links": links})

    def read(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /{container}/{type}/{id}`; what comes back depends on the Accept header."""
        container, kind = self._where(request)
        header = request.headers.get("accept")
        accept = parse_accept(header)
        if accept is None or accept.variants & {"id", "link", "v2"}:
            detail = (
                f"Unknown Accept media supplied: {header}"
                if header
                else "Accept header parameter is required"
            )
            raise self._accept_error(1007, detail)
        if accept.version is None and accept.family == "xed":
            raise self._accept_error(1007, "version must be supplied in the accept header", legacy_status=400)
        document = self._find(request, caller, container, kind, reading=True)
        major, _, minor = document["version"].partition(".")
        if accept.version not in {None, int(major)}:
            raise self._not_found(kind, request.params["id"], str(accept.version))
        if accept.minor not in {None, int(minor)}:
            wanted = f"{accept.version}.{accept.minor}"
            earlier = self._forms.earlier(caller, document["$id"], wanted)
            if earlier is None:
                raise self._not_found(kind, request.params["id"], wanted)
            document = earlier
        return answer(self._forms.shown(caller, document, accept.variants))

    # writing

    def create(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /tenant/{type}`."""
        kind = self._writable(request)
        digits = self._platform.ids.hex(48)
        document = self._new(caller, kind, digits, request.document())
        self._checks.check(caller, document)
        self._checks.derive(caller, document)
        self._keep(caller, document, "add")
        return answer(document, 201, {"Location": f"{request.base_url}{BASE}/tenant/{kind}/{digits}"})

    def take_in(self, caller: Caller, exported: dict[str, Any]) -> dict[str, Any]:
        """Keep a resource under the id that it brings, checked as any other; Problem when it is refused.

        One that is there already is changed to it, as far as the rules of evolution let it.
        """
        kind, digits = exported["meta:resourceType"], exported["$id"].rpartition("/")[2]
        document = self._new(caller, kind, digits, exported)
        self._checks.check(caller, document)
        current = self._registry.get(caller.tenant, document["$id"])
        if current is not None:
            self._checks.check_tags(current, document)
        self._checks.derive(caller, document, current)
        if current is not None:
            self._checks.check_evolution(caller, current, document)
        self._keep(caller, document, "add" if current is None else "replace")
        return document

    def _new(self, caller: Caller, kind: str, digits: str, wanted: dict[str, Any]) -> dict[str, Any]:
        tenant_id = self._platform.settings.tenant_of(caller.tenant.org)
        now = self._platform.clock.now_ms()
        return {
            **{name: value for name, value in wanted.items() if name not in _DERIVED},
            "$id": f"https://ns.adobe.com/{tenant_id}/{kind}/{digits}",
            "meta:altId": f"_{tenant_id}.{kind}.{digits}",
            "meta:resourceType": kind,
            "version": "1.0",
            "imsOrg": caller.tenant.org,
            "meta:containerId": "tenant",
            "meta:tenantNamespace": f"_{tenant_id}",
            "meta:registryMetadata": {
                "repo:createdDate": now,
                "repo:lastModifiedDate": now,
                "xdm:createdClientId": caller.client_id,
                "xdm:lastModifiedClientId": caller.client_id,
                "xdm:createdUserId": caller.user_id,
                "xdm:lastModifiedUserId": caller.user_id,
                "eTag": self._platform.ids.hex(64),
                "meta:globalLibVersion": "1.0",
            },
        }

    def replace(self, request: ServedRequest, caller: Caller) -> Response:
        """`PUT /tenant/{type}/{id}`."""
        kind = self._writable(request)
        current = self._find(request, caller, "tenant", kind)
        return self._update(caller, current, request.document())

    def patch(self, request: ServedRequest, caller: Caller) -> Response:
        """`PATCH /tenant/{type}/{id}`: JSON Patch."""
        kind = self._writable(request)
        current = self._find(request, caller, "tenant", kind)
        try:
            changed = apply_patch(current, parse_patch(request.json()))
        except PatchError as error:
            raise self._registry.refused(f"The patch cannot be applied: {error}") from None
        if not isinstance(changed, dict):
            raise self._registry.refused("A patch must leave a JSON object")
        return self._update(caller, current, changed)

    def delete(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE /tenant/{type}/{id}`: refused while something depends on it."""
        kind = self._writable(request)
        current = self._find(request, caller, "tenant", kind)
        if kind == "schemas" and self._registry.in_use(caller.tenant, current):
            raise self._registry.refused(
                f"The schema {current['$id']} is enabled for Profile or used by a dataset"
                " and cannot be deleted."
            )
        users = self._registry.users(caller.tenant, current["$id"])
        if users:
            raise self._registry.refused(
                f"The resource {current['$id']} is used by {users[0]['$id']} and cannot be deleted."
            )
        with self._platform.store.transaction():
            for one in self._registry.descriptors(caller.tenant, current["$id"]):
                self._platform.store.delete(caller.tenant, "xdm-descriptor", one["@id"])
            self._platform.store.delete(caller.tenant, KIND, current["$id"])
            self._log(caller, current, "remove")
        return empty(204)

    def _update(self, caller: Caller, current: dict[str, Any], wanted: dict[str, Any]) -> Response:
        document = {name: value for name, value in wanted.items() if name not in _DERIVED}
        document.update({name: current[name] for name in _DERIVED if name in current})
        self._checks.check(caller, document)
        self._checks.check_tags(current, document)
        self._checks.derive(caller, document, current)
        self._checks.check_evolution(caller, current, document)
        major, _, minor = current["version"].partition(".")
        content = ("allOf", "definitions", "properties", "required")
        if any(document.get(name) != current.get(name) for name in content):
            document["version"] = f"{major}.{int(minor) + 1}"
        document["meta:registryMetadata"] = {
            **current["meta:registryMetadata"],
            "repo:lastModifiedDate": self._platform.clock.now_ms(),
            "xdm:lastModifiedClientId": caller.client_id,
            "xdm:lastModifiedUserId": caller.user_id,
            "eTag": self._platform.ids.hex(64),
        }
        self._keep(caller, document, "replace")
        return answer(document)

    def _keep(self, caller: Caller, document: dict[str, Any], action: str) -> None:
        with self._platform.store.transaction():
            self._platform.store.put(caller.tenant, KIND, document["$id"], document)
            self._log(caller, document, action)

    def _log(self, caller: Caller, document: dict[str, Any], action: str) -> None:
        now = self._platform.clock.now_ms()
        change = {
            "id": document["$id"],
            "xdmType": document["meta:resourceType"],
            "action": action,
            "path": "/",
            "value": document,
        }
        entry = {
            "id": document["$id"],
            "updatedUser": caller.user_id,
            "imsOrg": caller.tenant.org,
            "clientId": caller.client_id,
            "sandboxName": caller.tenant.sandbox,
            "updated": now,
            "version": document["version"],
            "updates": [change],
        }
        self._platform.store.append(caller.tenant, AUDIT, document["$id"], now, entry)

    # finding

    def _where(self, request: ServedRequest) -> tuple[str, str]:
        container, word = request.params["container"], request.params["type"]
        if container not in {"global", "tenant"} or word not in TYPES:
            raise problem.no_such_path(request.method, request.path)
        return container, TYPES[word]

    def _writable(self, request: ServedRequest) -> str:
        container, kind = self._where(request)
        if container != "tenant" or kind in {"behaviors", "unions"}:
            raise problem.method_not_allowed(request.method, request.path, ["GET"])
        return kind

    def _find(
        self, request: ServedRequest, caller: Caller, container: str, kind: str, *, reading: bool = False
    ) -> dict[str, Any]:
        """Resource that a path names; clients read Adobe's own through the tenant container, too."""
        wanted = request.params["id"]
        tenant = caller.tenant
        found = self._registry.get(tenant, wanted)
        if found is None and "/" not in wanted and not wanted.startswith("_"):
            tenant_id = self._platform.settings.tenant_of(tenant.org)
            found = self._registry.get(tenant, f"_{tenant_id}.{kind}.{wanted}")
        if found is None and kind in {"schemas", "unions"} and UNION in wanted:
            found = self._registry.union(tenant, wanted)
            kind = "unions"
        containers = {container, "global"} if reading else {container}
        if found is None or found["meta:resourceType"] != kind or found["meta:containerId"] not in containers:
            raise self._not_found(kind, wanted, "1")
        return found

    def _not_found(self, kind: str, wanted: str, version: str) -> problem.Problem:
        return self._registry.error(
            NOT_FOUND[kind],
            404,
            "Resource Not Found",
            f"Requested resource {wanted} with version {version} is not found",
        )

    def _accept_error(self, number: int, detail: str, *, legacy_status: int = 406) -> problem.Problem:
        legacy = self._platform.settings.xdm_errors == "legacy"
        status = legacy_status if legacy else 400
        return self._registry.error(number, status, "Accept header invalid", detail)
