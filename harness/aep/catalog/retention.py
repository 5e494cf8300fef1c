"""How long rows of a dataset of events are kept, in the lake and in the profile store.

Source: Adobe's guide to the retention of experience event datasets (`datasets/ttl-management`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.catalog.datasets import Catalog
from harness.aep.catalog.expiration import SHORTEST_DAYS, STORES
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

_LIMITS = {"defaultValue": None, "maxValue": None, "minValue": f"P{SHORTEST_DAYS}D"}


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoint of the limits; a value is set with the dataset itself."""
    return [
        Endpoint(
            method="GET",
            path="/data/foundation/catalog/ttl/{id}",
            handler=Retention(platform).read,
            any_case=True,
        )
    ]


class Retention:
    """Limits and values of datasets."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def read(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /catalog/ttl/{datasetId}`: what may be set for a dataset of events, and what is."""
        catalog = self._platform.service(Catalog)
        dataset = catalog.dataset(caller.tenant, request.params["id"])
        if dataset is None:
            raise problem.not_found(f"The dataset {request.params['id']} does not exist")
        if catalog.behavior(caller.tenant, dataset) != "time-series":
            raise problem.bad_request(
                f"The dataset {dataset['id']} holds records; only rows of events expire"
            )
        found = {store: {"rowExpiration": {**_LIMITS, **_held(dataset, store)}} for store in STORES}
        return answer({"extensions": found})


def _held(dataset: dict[str, Any], store: str) -> dict[str, Any]:
    held = (dataset.get("extensions") or {}).get(store)
    found = held.get("rowExpiration") if isinstance(held, dict) else None
    return found if isinstance(found, dict) else {}
