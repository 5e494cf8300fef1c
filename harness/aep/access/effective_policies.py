"""Access Control: what there is to permit, and what the caller may do.

Source: Adobe's guide to effective policies. Whoever has a good token may do everything here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.aep import problem
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

_BASE = "/data/foundation/access-control/acl"
_RESOURCES = (
    "classes",
    "connections",
    "data-types",
    "dataset-data",
    "datasets",
    "destinations",
    "dule-labels",
    "identity-descriptors",
    "identity-namespaces",
    "mixins",
    "monitoring",
    "profile-configs",
    "profile-datasets",
    "profiles",
    "relationship-descriptors",
    "reset-sandboxes",
    "sandboxes",
    "schemas",
    "segment-jobs",
    "segments",
)
_ALL = ("read", "write", "delete")
_PERMISSIONS: dict[str, tuple[str, ...]] = {
    "activate-destinations": ("destinations",),
    "export-audience-for-segment": ("segment-jobs",),
    "manage-datasets": ("connections", "dataset-data", "datasets"),
    "manage-destinations": ("destinations",),
    "manage-identity-namespaces": ("identity-namespaces",),
    "manage-profile-configs": ("profile-configs",),
    "manage-profiles": ("profiles",),
    "manage-sandboxes": ("sandboxes",),
    "manage-schemas": ("classes", "data-types", "identity-descriptors", "mixins", "schemas"),
    "manage-segments": ("segments",),
    "manage-sources": ("connections",),
    "reset-sandboxes": ("reset-sandboxes",),
    "view-datasets": ("datasets",),
    "view-destinations": ("destinations",),
    "view-identity-namespaces": ("identity-namespaces",),
    "view-monitoring-dashboard": ("monitoring",),
    "view-profiles": ("profiles",),
    "view-sandboxes": ("sandboxes",),
    "view-schemas": ("classes", "data-types", "mixins", "schemas"),
    "view-segments": ("segments",),
    "view-sources": ("connections",),
}


def routes(_: Platform) -> list[Endpoint]:
    """Endpoints of the service."""
    return [
        Endpoint(method="GET", path=f"{_BASE}/reference", handler=_reference),
        Endpoint(method="POST", path=f"{_BASE}/effective-policies", handler=_effective),
    ]


def _reference(_: ServedRequest, __: Caller) -> Response:
    """`GET /acl/reference`: the names of permissions, with what each is about, and of resource types."""
    permissions = {
        name: {resource: list(_actions(name)) for resource in resources}
        for name, resources in _PERMISSIONS.items()
    }
    return answer({"permissions": permissions, "resource-types": list(_RESOURCES)})


def _effective(request: ServedRequest, _: Caller) -> Response:
    """`POST /acl/effective-policies [url]`: what is active of it; what is not is left out."""
    wanted = request.json()
    if not isinstance(wanted, list) or not all(isinstance(one, str) for one in wanted):
        raise problem.bad_request("The body must be an array of /permissions/… and /resource-types/…")
    policies: dict[str, list[str]] = {}
    for one in wanted:
        kind, _, name = one.strip("/").partition("/")
        if kind == "permissions" and name in _PERMISSIONS:
            policies[one] = ["*"]
        elif kind == "resource-types" and name in _RESOURCES:
            policies[one] = list(_ALL)
    return answer({"policies": policies})


def _actions(permission: str) -> tuple[str, ...]:
    return ("read",) if permission.startswith("view-") else _ALL
