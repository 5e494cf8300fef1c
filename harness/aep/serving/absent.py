"""Services of AEP that are known but not here, or not completely: their calls are answered 501."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.aep import problem
from harness.aep.serving.hosts import ADOBE_HOSTS
from harness.twin.cross_origin import origin_headers, preflight
from harness.twin.message import answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

ABSENT = {
    "/data/foundation/access-control": "Access Control",
    "/data/foundation/audit": "Audit Query",
    "/data/foundation/conversion": "Data Prep",
    "/data/foundation/dulepolicy": "Policy Service",
    "/data/foundation/policy": "Policy Service",
    "/data/foundation/query": "Query Service",
    "/data/foundation/schemaregistry": "Schema Registry",
    "/data/foundation/catalog": "Catalog",
    "/data/foundation/dataset": "Dataset Service",
    "/data/foundation/import": "Data Ingestion",
    "/data/foundation/export": "Data Access",
    "/data/foundation/flowservice": "Flow Service",
    "/data/foundation/sandbox-management": "Sandbox",
    "/data/foundation/mlinput": "Sensei Machine Learning",
    "/data/infrastructure/observability": "Observability Insights",
    "/data/core/activation": "Destination Authoring",
    "/data/core/privacy": "Privacy Service",
    "/data/core/hygiene": "Data Hygiene",
    "/data/core/idnamespace": "Identity Namespace",
    "/data/core/identity": "Identity Service",
    "/data/core/ups": "Real-time Customer Profile",
    "/data/core/ca": "Real-time Customer Profile",
    "/data/core/edge": "Edge",
    "/data/core/ajo": "Journey Optimizer",
    "/data/core/xcore": "Edge Configuration",
    "/data/core/dps": "Offer Decisioning",
    "/data/core/ais": "Audience Ingestion",
    "/data/foundation/exim": "Sandbox Tooling",
    "/data/foundation/connectors": "Connectors",
    "/data/sensei": "Sensei Machine Learning",
    "/ajo": "Journey Optimizer",
    "/journey": "Journey Optimizer",
    "/authoring": "Destination Authoring",
    "/unifiedtags": "Unified Tags",
    "/unifiedfolders": "Unified Folders",
    "/ee": "Edge Network",
    "/ee-pre-prd": "Edge Network",
    "/ims": "Identity Management",
    "/metadata": "Edge Configuration",
    "/personalization": "Edge Network",
    "/companies": "Reactor",
    "/properties": "Reactor",
    "/audit_events": "Reactor",
    "/builds": "Reactor",
    "/callbacks": "Reactor",
    "/data_elements": "Reactor",
    "/environments": "Reactor",
    "/extension_package_usage_authorizations": "Reactor",
    "/extension_packages": "Reactor",
    "/extensions": "Reactor",
    "/hosts": "Reactor",
    "/libraries": "Reactor",
    "/notes": "Reactor",
    "/profile": "Reactor",
    "/profiles": "Reactor",
    "/rule_components": "Reactor",
    "/rules": "Reactor",
    "/app_configurations": "Reactor",
    "/search": "Reactor",
    "/secrets": "Reactor",
}
"""Services by path prefix; an unknown path below one is answered 501 and names it."""
_UNENCODED = re.compile("/https?:/")
"""A `$id` in a path: one whose slashes are not encoded is taken for several words."""
_REST = "Adobe Experience Platform"
"""What is named where a path is Adobe's, but of no service that is known by name."""


def absent_service(path: str) -> str | None:
    """Name of the service that a path belongs to, by the longest prefix; None for none."""
    words = path.split("/")
    for end in range(len(words), 1, -1):
        name = ABSENT.get("/".join(words[:end]))
        if name is not None:
            return name
    return _REST if path.startswith("/data/") else None


def absent(method: str, path: str, headers: Mapping[str, str]) -> Response | None:
    """Answer 501 for a call that Adobe may take and the platform does not; None for other paths.

    A page in a browser may read the answer, and asks before (`OPTIONS`).
    """
    host = headers.get("host", "").partition(":")[0].lower()
    service = absent_service(path) or (_REST if host in ADOBE_HOSTS else None)
    if service is None or path.startswith("/_"):
        return None
    if method == "OPTIONS" and "access-control-request-method" in headers:
        return preflight(headers)
    if service == "Schema Registry" and _UNENCODED.search(path):
        raised = problem.not_found("No resource has this path: a $id in a path has to be URL-encoded")
        return answer(raised.body, raised.status, origin_headers(headers))
    raised = problem.not_implemented(service, method, path)
    return answer(raised.body, raised.status, origin_headers(headers))
