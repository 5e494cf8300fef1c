"""Export jobs: profiles, all of them or those in segments, written to a dataset as a batch.

Source: the guide to the endpoint `/export/jobs`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.catalog.datasets import Catalog
from harness.aep.catalog.lake import LAKE
from harness.aep.documents import Documents
from harness.aep.ingestion.batches import Batches
from harness.aep.jobs.job_status import with_status
from harness.aep.pql.moments import moment_of
from harness.aep.profile.memberships import EXITED, REALIZED, Membership, Memberships, written
from harness.aep.profile.merge_policies import PROFILE
from harness.aep.profile.profiles import Profiles, ProfileView
from harness.aep.projection import project
from harness.aep.segmentation.segments import Segments
from harness.twin.message import ServedRequest, answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform
    from harness.twin.routing import Endpoint
    from harness.twin.tenant import Tenant

_STATUSES = ("NEW", "SUCCEEDED", "FAILED")
_MEMBER = {"realized": REALIZED, "existing": REALIZED, "exited": EXITED}


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the service."""
    return platform.service(ExportJobs).endpoints()


class ExportJobs(Documents):
    """Jobs of every sandbox. A job is done before the answer to its creation is sent."""

    base = "/data/core/ups/export/jobs"
    kind = "exportJob"
    noun = "export job"

    def list_all(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /export/jobs?limit=&offset=&status=`: newest first."""
        query = request.query
        found = self.all(caller)[::-1]
        found = with_status(found, query.get("status"), _STATUSES)
        limit = query.number("limit", 100, low=1)
        offset = query.number("offset", 0)
        shown = found[offset : offset + limit]
        more = offset + limit < len(found)
        return answer(
            {
                "records": shown,
                "page": {
                    "sortField": "createdTime",
                    "sort": "desc",
                    "pageOffset": str(offset),
                    "pageSize": len(shown),
                },
                "link": {"next": f"/export/jobs?offset={offset + limit}&limit={limit}"} if more else {},
            }
        )

    def create(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /export/jobs {destination, schema, filter?, …}`: answers the job as it began."""
        return answer(self.run(caller, request.document()))

    def run(self, caller: Caller, wanted: dict[str, Any]) -> dict[str, Any]:
        """Export profiles to a dataset as a request's body wants it; gives the job as it began."""
        tenant = caller.tenant
        dataset_id = self._dataset(caller, wanted.get("destination"))
        schema = wanted.get("schema")
        if not isinstance(schema, dict) or schema.get("name") != PROFILE:
            raise problem.bad_request(f"schema.name must be {PROFILE}")
        fields = wanted.get("fields", "")
        if not isinstance(fields, str):
            raise problem.bad_request("fields must be a list of fields with commas between them")
        filters = wanted.get("filter", {})
        if not isinstance(filters, dict):
            raise problem.bad_request("filter must be an object")
        segments = self._segments(caller, filters)
        policy = self._policy(caller, wanted.get("mergePolicy"), segments)
        times = _span(filters)
        started = self._platform.clock.now_ms()
        with self._store.transaction():
            exported = self._exported(tenant, policy, segments, times, fields)
            batch_id, count = self._write(caller, dataset_id, exported, started)
            begun = self._begun(caller, wanted, dataset_id, batch_id, policy)
            self._store.put(tenant, self.kind, str(begun["id"]), self._done(begun, started, count))
        return begun

    def _exported(
        self,
        tenant: Tenant,
        policy: dict[str, Any] | None,
        segments: dict[str, frozenset[str]],
        times: tuple[float, float],
        fields: str,
    ) -> Iterator[dict[str, Any]]:
        """Yield the records of the profiles that qualify, one at a time, however many there are."""
        memberships = self._platform.service(Memberships)
        for view in () if policy is None else self._platform.service(Profiles).everyone(tenant, policy):
            held = memberships.held(tenant, view.key)
            if not segments or _qualifies(held, segments, times):
                yield _record(view, held, fields)

    def delete(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE /export/jobs/{id}`: 200 with a message; the batch that was written stays."""
        self.forget(request, caller)
        return answer({"status": True, "message": "Export job has been marked for cancelling"})

    def _dataset(self, caller: Caller, destination: Any) -> str:
        dataset_id = destination.get("datasetId") if isinstance(destination, dict) else None
        catalog = self._platform.service(Catalog)
        if not isinstance(dataset_id, str) or catalog.dataset(caller.tenant, dataset_id) is None:
            raise problem.bad_request(f"destination.datasetId must be that of a dataset, not {dataset_id!r}")
        return dataset_id

    def _segments(self, caller: Caller, filters: dict[str, Any]) -> dict[str, frozenset[str]]:
        """Wanted statuses by segment id."""
        found: dict[str, frozenset[str]] = {}
        given = filters.get("segments", [])
        for one in given if isinstance(given, list) else [None]:
            segment_id = one.get("segmentId") if isinstance(one, dict) else None
            if not isinstance(one, dict) or not isinstance(segment_id, str):
                raise problem.bad_request("filter.segments must be an array of objects with a segmentId")
            if self._platform.service(Segments).get(caller.tenant, segment_id) is None:
                raise problem.not_found(f"There is no segment definition {segment_id}")
            statuses = one.get("status", ["realized"])
            if not isinstance(statuses, list) or not all(
                isinstance(name, str) and name in _MEMBER for name in statuses
            ):
                raise problem.bad_request(f"status must be an array of some of {', '.join(_MEMBER)}")
            found[segment_id] = frozenset(_MEMBER[name] for name in statuses)
        return found

    def _policy(
        self, caller: Caller, given: Any, segments: dict[str, frozenset[str]]
    ) -> dict[str, Any] | None:
        """Merge policy that is named, else that of the first segment, else the default one."""
        profiles = self._platform.service(Profiles)
        policy_id = given.get("id") if isinstance(given, dict) else None
        if policy_id is not None:
            policy = profiles.policy(caller.tenant, str(policy_id))
            if policy is None:
                raise problem.bad_request(f"There is no merge policy {policy_id!r}")
            return policy
        for segment_id in segments:
            segment = self._platform.service(Segments).get(caller.tenant, segment_id)
            if segment is not None:
                return profiles.policy(caller.tenant, segment.policy_id)
        return profiles.policy(caller.tenant)

    def _write(
        self, caller: Caller, dataset_id: str, records: Iterator[dict[str, Any]], at_ms: int
    ) -> tuple[str, int]:
        """Write a batch; gives its id and how many records it has."""
        batches, count = self._platform.service(Batches), 0
        batch = batches.make(
            caller.tenant,
            dataset_id,
            status="success",
            user=caller.user_id,
            client=caller.client_id,
            inputFormat={"format": "json"},
        )
        for record in records:
            self._store.append(caller.tenant, LAKE, batch["id"], at_ms, record)
            count += 1
        metrics = {"inputRecordCount": count, "outputRecordCount": count, "failedRecordCount": 0}
        batches.keep(caller.tenant, {**batch, "metrics": metrics})
        self._platform.service(Catalog).note_batch(caller.tenant, dataset_id, batch["id"], success=True)
        return str(batch["id"]), count

    def _begun(
        self,
        caller: Caller,
        wanted: dict[str, Any],
        dataset_id: str,
        batch_id: str,
        policy: dict[str, Any] | None,
    ) -> dict[str, Any]:
        ids, now = self._platform.ids, self._platform.clock.now_ms()
        number = 1 + max((one["id"] for one in self.all(caller)), default=99)
        merge: dict[str, Any] = (
            {} if policy is None else {"mergePolicy": {"id": policy["id"], "version": policy["version"]}}
        )
        given: dict[str, Any] = {
            name: wanted[name] for name in ("fields", "filter", "additionalFields") if name in wanted
        }
        return {
            "id": number,
            "jobType": "BATCH",
            "destination": {"datasetId": dataset_id, "segmentPerBatch": False, "batchId": batch_id},
            **given,
            "schema": {"name": PROFILE},
            "imsOrgId": caller.tenant.org,
            "status": "NEW",
            **merge,
            "profileInstanceId": "ups",
            "errors": [],
            "metrics": {},
            "computeGatewayJobId": {"exportJob": ids.uuid()},
            "creationTime": now,
            "updateTime": now,
            "requestId": ids.uuid(),
        }

    def _done(self, begun: dict[str, Any], started: int, count: int) -> dict[str, Any]:
        now = self._platform.clock.now_ms()
        took = {"startTimeInMs": started, "endTimeInMs": now, "totalTimeInMs": now - started}
        metrics = {
            "totalTime": took,
            "profileExportTime": took,
            "aCPDatasetWriteTime": took,
            "exportedProfiles": count,
        }
        return {**begun, "status": "SUCCEEDED", "metrics": metrics, "updateTime": now}


def _record(view: ProfileView, held: dict[str, Membership], fields: str) -> dict[str, Any]:
    entity = {**view.entity, "identityMap": view.identity_map}
    if held:
        entity["segmentMembership"] = written(held)
    names = [name.strip() for name in fields.split(",") if name.strip()]
    return project(entity, names) if names else entity


def _span(filters: dict[str, Any]) -> tuple[float, float]:
    """From when to when a qualification counts, epoch milliseconds."""
    given = filters.get("segmentQualificationTime") or {}
    bounds = []
    for name, default in (("startTime", float("-inf")), ("endTime", float("inf"))):
        text = given.get(name) if isinstance(given, dict) else None
        moment = moment_of(text)
        if text is not None and moment is None:
            raise problem.bad_request(f"segmentQualificationTime.{name} must be an RFC 3339 time")
        bounds.append(default if moment is None else moment.timestamp() * 1000)
    return bounds[0], bounds[1]


def _qualifies(
    held: dict[str, Membership], segments: dict[str, frozenset[str]], times: tuple[float, float]
) -> bool:
    return any(
        segment_id in held
        and held[segment_id].status in statuses
        and times[0] <= held[segment_id].at_ms <= times[1]
        for segment_id, statuses in segments.items()
    )
