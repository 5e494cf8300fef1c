"""Profile system jobs: removing a dataset's or a batch's data from profiles.

Source: the guide to the endpoint `/system/jobs`. The data lake keeps what it has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.catalog.datasets import Catalog
from harness.aep.catalog.lake import LAKE
from harness.aep.documents import Documents
from harness.aep.profile.profiles import Profiles
from harness.aep.registry.state import EVENT_CLASS, SchemaRegistry
from harness.twin.clock import iso
from harness.twin.message import ServedRequest, answer, empty

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform
    from harness.twin.routing import Endpoint


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the service."""
    return platform.service(SystemJobs).endpoints()


class SystemJobs(Documents):
    """Jobs of every sandbox. A job is done before the answer to its creation is sent."""

    base = "/data/core/ups/system/jobs"
    kind = "systemJob"
    noun = "system job"

    def list_all(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /system/jobs`: oldest first; `start` counts pages from 0."""
        query = request.query
        found = self.all(caller)
        limit = query.number("limit", 100, low=1)
        start = query.number("start", query.number("page", 0))
        shown = found[start * limit : (start + 1) * limit]
        page: dict[str, Any] = {"pageSize": len(shown), "start": str(start), "totalCount": len(found)}
        if (start + 1) * limit < len(found):
            page["next"] = start + 1
        return answer({"_page": page, "children": shown})

    def create(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /system/jobs {dataSetId}` or `{datasetId, batchId}`: answers the job as it began."""
        wanted = request.document()
        dataset_id = wanted.get("dataSetId", wanted.get("datasetId"))
        batch_id = wanted.get("batchId")
        tenant = caller.tenant
        if batch_id is not None:
            dataset_id = self._dataset_of(caller, batch_id, dataset_id)
        catalog = self._platform.service(Catalog)
        dataset = catalog.dataset(tenant, dataset_id) if isinstance(dataset_id, str) else None
        if dataset is None:
            raise problem.bad_request(f"There is no dataset {dataset_id!r}")
        properties = {"datasetId": dataset["id"]} | ({} if batch_id is None else {"batchId": batch_id})
        profiles = self._platform.service(Profiles)
        with self._store.transaction():
            if batch_id is None:
                profiles.forget_dataset(tenant, dataset["id"])
            else:
                self._check_events(caller, dataset)
                rows = self._store.records(tenant, LAKE, batch_id)
                profiles.forget_events(tenant, dataset["id"], {str(one.body.get("_id")) for one in rows})
            begun = self._begun(
                caller, "TRUNCATE_DATASET" if batch_id is None else "DELETE_EE_BATCH", properties
            )
            done = {**begun, "status": "SUCCESS", "updatedAt": self._now()}
            self._store.put(tenant, self.kind, done["requestId"], done)
        return answer(begun)

    def delete(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE /system/jobs/{id}`: 200 without a body; what was removed stays so."""
        self.forget(request, caller)
        return empty(200)

    def _now(self) -> str:
        return iso(self._platform.clock.now_ms(), millis=True)

    def _dataset_of(self, caller: Caller, batch_id: Any, named: Any) -> str:
        batch = self._store.get(caller.tenant, "batch", batch_id) if isinstance(batch_id, str) else None
        if batch is None:
            raise problem.bad_request(f"There is no batch {batch_id!r}")
        dataset_id = str(batch["relatedObjects"][0]["id"])
        if named not in (None, dataset_id):
            raise problem.bad_request(f"The batch {batch_id} is not of the dataset {named!r}")
        return dataset_id

    def _check_events(self, caller: Caller, dataset: dict[str, Any]) -> None:
        registry = self._platform.service(SchemaRegistry)
        schema = registry.schema(caller.tenant, dataset["schemaRef"]["id"])
        if schema is None or schema.get("meta:class") != EVENT_CLASS:
            raise problem.bad_request(
                "Batches of datasets with records cannot be deleted, only those with time series"
            )

    def _begun(self, caller: Caller, kind: str, properties: dict[str, str]) -> dict[str, Any]:
        from harness.aep.access.sandboxes import Sandboxes

        sandbox = self._platform.service(Sandboxes).describe(caller.tenant)
        now = self._now()
        return {
            "requestId": self._platform.ids.uuid(),
            "requestType": kind,
            "imsOrgId": caller.tenant.org,
            "sandbox": {"sandboxName": sandbox["sandboxName"], "sandboxId": sandbox["sandboxId"]},
            "status": "NEW",
            "properties": properties,
            "createdAt": now,
            "updatedAt": now,
        }
