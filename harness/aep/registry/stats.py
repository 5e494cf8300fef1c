"""`GET /stats`: tenant id and how much of what there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep.registry.resources import BASE
from harness.aep.registry.state import KIND, SchemaRegistry
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

_RECENT = 10


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoint of the statistics."""
    registry = platform.service(SchemaRegistry)

    def stats(_: ServedRequest, caller: Caller) -> Response:
        """`GET /stats`: the tenant's id, and how many resources it has."""
        found = platform.store.find(caller.tenant, KIND)
        kinds = [one["meta:resourceType"] for one in found]
        usage: dict[str, list[dict[str, Any]]] = {}
        for one in found:
            if one["meta:resourceType"] == "schemas":
                usage.setdefault(one["meta:class"], []).append(
                    {
                        "$id": one["$id"],
                        "title": one["title"],
                        "description": one.get("description", ""),
                    }
                )
        return answer(
            {
                "imsOrg": caller.tenant.org,
                "tenantId": platform.settings.tenant_of(caller.tenant.org),
                "counts": {
                    **{kind: kinds.count(kind) for kind in ("schemas", "mixins", "datatypes", "classes")},
                    "unions": len(registry.unions(caller.tenant)),
                },
                "recentlyCreatedResources": _recent(found, "repo:createdDate"),
                "recentlyUpdatedResources": _recent(found, "repo:lastModifiedDate"),
                "classUsage": usage,
            }
        )

    return [Endpoint(method="GET", path=f"{BASE}/stats", handler=stats)]


def _recent(found: list[dict[str, Any]], field: str) -> list[dict[str, Any]]:
    ordered = sorted(found, key=lambda one: one["meta:registryMetadata"][field], reverse=True)
    return [
        {
            "title": one["title"],
            "$id": one["$id"],
            "meta:altId": one["meta:altId"],
            "version": one["version"],
            "meta:resourceType": one["meta:resourceType"],
            "meta:created": one["meta:registryMetadata"]["repo:createdDate"],
            "meta:updated": one["meta:registryMetadata"]["repo:lastModifiedDate"],
        }
        for one in ordered[:_RECENT]
    ]
