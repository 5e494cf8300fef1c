"""Access Control: what there is to permit, and what the caller may do.

Source: Adobe's guide to effective policies, and its description of the API. Whoever has a good token
may do everything here.
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
_LOOK = ("read",)
_MODEL = ("classes", "data-types", "identity-descriptors", "mixins", "relationship-descriptors", "schemas")
_LAKE = ("connections", "dataset-data", "datasets", "dule-labels")
_PERMISSIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "activate-destinations": {"destinations": _ALL},
    "export-audience-for-segment": {"segments": _LOOK},
    "manage-datasets": {**dict.fromkeys(_LAKE, _ALL), "schemas": _LOOK},
    "manage-destinations": {"destinations": _ALL},
    "manage-identity-namespaces": {"identity-namespaces": _ALL},
    "manage-profile-configs": {"profile-configs": _ALL},
    "manage-profiles": {
        "datasets": ("read", "write"),
        "profile-configs": _ALL,
        "profile-datasets": _ALL,
        "profiles": _ALL,
        "schemas": _LOOK,
        "segment-jobs": ("write",),
        "segments": _ALL,
    },
    "manage-sandboxes": {"sandboxes": _ALL},
    "manage-schemas": dict.fromkeys(_MODEL, _ALL),
    "manage-segments": {"segments": _ALL},
    "manage-sources": {"connections": _ALL},
    "reset-sandboxes": {"reset-sandboxes": ("read", "write")},
    "view-datasets": dict.fromkeys((*_LAKE, "schemas"), _LOOK),
    "view-destinations": {"destinations": _LOOK},
    "view-identity-namespaces": {"identity-namespaces": _LOOK},
    "view-monitoring-dashboard": dict.fromkeys(("dataset-data", "datasets", "monitoring"), _LOOK),
    "view-profiles": {
        **dict.fromkeys(("datasets", "profile-configs", "profiles", "schemas", "segments"), _LOOK),
        "profile-datasets": _ALL,
    },
    "view-sandboxes": {"sandboxes": _LOOK},
    "view-schemas": dict.fromkeys(_MODEL, _LOOK),
    "view-segments": {"segments": _LOOK},
    "view-sources": {"connections": _LOOK},
}
"""What each permission lets its holder do with which resources.

Those of destinations, sources, segments and profile configurations are assumed; the rest is Adobe's
description of the API, with the names of resources as the guide spells them.
"""


def routes(_: Platform) -> list[Endpoint]:
    """Endpoints of the service."""
    return [
        Endpoint(method="GET", path=f"{_BASE}/reference", handler=_reference),
        Endpoint(method="POST", path=f"{_BASE}/effective-policies", handler=_effective),
    ]


def _reference(_: ServedRequest, __: Caller) -> Response:
    """`GET /acl/reference`: the names of permissions, with what each is about, and of resource types."""
    permissions = {
        name: {resource: list(actions) for resource, actions in resources.items()}
        for name, resources in _PERMISSIONS.items()
    }
    return answer({"permissions": permissions, "resource-types": {name: list(_ALL) for name in _RESOURCES}})


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
