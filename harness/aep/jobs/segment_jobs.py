"""Segment jobs: batch evaluation of definitions over all profiles."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.child_pages import child_page
from harness.aep.documents import Documents
from harness.aep.events import ProfileChange, ProfileChanged
from harness.aep.jobs.job_status import with_status
from harness.aep.profile.memberships import EXITED, REALIZED, Memberships
from harness.aep.profile.merge_policies import PROFILE
from harness.aep.profile.profiles import Profiles, ProfileView
from harness.aep.segmentation.qualification import Qualification
from harness.aep.segmentation.segments import Segment, Segments
from harness.twin.message import ServedRequest, answer, empty
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform
    from harness.twin.tenant import Tenant

STATUSES = ("NEW", "QUEUED", "PROCESSING", "SUCCEEDED", "FAILED", "CANCELLING", "CANCELLED")
_BY_SEGMENT = "segments~segmentId"


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the service."""
    return platform.service(SegmentJobs).endpoints()


class SegmentJobs(Documents):
    """Jobs of every sandbox. A job is done before the answer to its creation is sent."""

    base = "/data/core/ups/segment/jobs"
    kind = "segmentJob"
    noun = "segment job"

    def endpoints(self) -> list[Endpoint]:
        """Endpoints of all calls."""
        path = f"{self.base}/bulk-get"
        return [*super().endpoints(), Endpoint(method="POST", path=path, handler=self.bulk_get)]

    def list_all(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /segment/jobs`: newest first; `status` and `property=segments~segmentId==x` filter."""
        query = request.query
        found = self.all(caller)[::-1]
        found = with_status(found, query.get("status"), STATUSES)
        for text in query.all("property"):
            name, operator, wanted = text.partition("==")
            if name != _BY_SEGMENT or not operator:
                raise problem.bad_request(f"The filter {text!r} is not understood; use {_BY_SEGMENT}==id")
            found = [job for job in found if wanted in [one["segmentId"] for one in job["segments"]]]
        if query.get("sort"):
            field, _, direction = (query.get("sort") or "").partition(":")
            if direction not in ("asc", "desc") or any(
                not isinstance(job.get(field), int | str) for job in found
            ):
                raise problem.bad_request(f"The sort {query.get('sort')!r} is not understood")
            found = found if direction == "desc" else found[::-1]
            found = sorted(found, key=lambda job: job[field], reverse=direction == "desc")
        return answer(child_page(found, query, "/segment/jobs"))

    def create(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /segment/jobs [{segmentId}]`: answers the job as it began."""
        wanted = request.json()
        if not isinstance(wanted, list) or not wanted:
            raise problem.bad_request("The body must be a non-empty array of objects with a 'segmentId'")
        definitions = self._platform.service(Segments)
        segments: list[Segment] = []
        for one in wanted:
            segment_id = one.get("segmentId") if isinstance(one, dict) else None
            if not isinstance(segment_id, str):
                raise problem.bad_request("Every member of the body must have a 'segmentId'")
            segment = definitions.get(caller.tenant, segment_id)
            if segment is None:
                raise problem.not_found(f"There is no segment definition {segment_id}")
            if segment not in segments:
                segments.append(segment)
        return answer(self.run(caller, segments))

    def run(self, caller: Caller, segments: list[Segment], schedule_id: str = "") -> dict[str, Any]:
        """Evaluate definitions over all profiles, for a schedule or a caller; gives the job as it began."""
        begun = self._begin(caller, segments, schedule_id)
        with self._store.transaction():
            metrics = self._evaluate(caller, segments, begun["creationTime"])
            now = self._platform.clock.now_ms()
            done = {
                **begun,
                "status": "SUCCEEDED",
                "metrics": metrics,
                "updateTime": now,
                "updateEpoch": now // 1000,
            }
            self._store.put(caller.tenant, self.kind, done["id"], done)
        return begun

    def delete(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE /segment/jobs/{id}`: 204."""
        self.forget(request, caller)
        return empty(204)

    def bulk_get(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /segment/jobs/bulk-get {ids: [{id}]}`: 207."""
        ids = request.document().get("ids")
        if not isinstance(ids, list) or not all(
            isinstance(one, dict) and isinstance(one.get("id"), str) for one in ids
        ):
            raise problem.bad_request("'ids' must be an array of objects with an 'id'")
        found = (self._store.get(caller.tenant, self.kind, one["id"]) for one in ids)
        return answer({"results": {job["id"]: job for job in found if job is not None}}, 207)

    def _begin(self, caller: Caller, segments: list[Segment], schedule_id: str) -> dict[str, Any]:
        from harness.aep.access.sandboxes import Sandboxes

        ids = self._platform.ids
        now = self._platform.clock.now_ms()
        job_id = ids.uuid()
        href = f"/segment/jobs/{job_id}"
        return {
            "id": job_id,
            "imsOrgId": caller.tenant.org,
            "sandbox": self._platform.service(Sandboxes).describe(caller.tenant),
            "profileInstanceId": "ups",
            "source": "scheduler",
            "status": "NEW",
            "batchId": ids.uuid(),
            "computeJobId": ids.number(1, 99_999),
            "computeGatewayJobId": ids.uuid(),
            "segments": [self._segment(caller, one) for one in segments],
            "metrics": {"totalTime": {"startTimeInMs": now, "endTimeInMs": 0, "totalTimeInMs": 0}},
            "requestId": f"{ids.uuid()}-{now}",
            "schema": {"name": PROFILE},
            "properties": {"scheduleId": schedule_id, "runId": ids.uuid() if schedule_id else ""},
            "_links": {
                "cancel": {"href": href, "method": "DELETE"},
                "checkStatus": {"href": href, "method": "GET"},
            },
            "updateTime": now,
            "creationTime": now,
            "updateEpoch": now // 1000,
        }

    def _segment(self, caller: Caller, segment: Segment) -> dict[str, Any]:
        policy = self._platform.service(Profiles).policy(caller.tenant, segment.policy_id)
        return {
            "segmentId": segment.id,
            "segment": {
                "id": segment.id,
                "expression": segment.body["expression"],
                "mergePolicyId": segment.policy_id,
                "mergePolicy": {
                    "id": segment.policy_id,
                    "version": 1 if policy is None else policy["version"],
                },
            },
        }

    def _evaluate(self, caller: Caller, segments: list[Segment], started: int) -> dict[str, Any]:
        tenant = caller.tenant
        profiles = self._platform.service(Profiles)
        counted: dict[str, Counter[str]] = {one.id: Counter() for one in segments}
        spaces: dict[str, Counter[str]] = {one.id: Counter() for one in segments}
        totals: dict[str, int] = {}
        for policy_id in dict.fromkeys(one.policy_id for one in segments):
            policy = profiles.policy(tenant, policy_id)
            if policy is None:
                continue
            totals[policy_id] = 0
            due = [one for one in segments if one.policy_id == policy_id]
            for view in profiles.everyone(tenant, policy):
                totals[policy_id] += 1
                self._evaluate_one(tenant, view, due, counted, spaces)
        now = self._platform.clock.now_ms()
        took = {"startTimeInMs": started, "endTimeInMs": now, "totalTimeInMs": now - started}
        return {
            "totalTime": took,
            "profileSegmentationTime": took,
            "totalProfiles": max(totals.values(), default=0),
            "segmentedProfileCounter": {key: counts[REALIZED] for key, counts in counted.items()},
            "segmentedProfileByNamespaceCounter": {key: dict(counts) for key, counts in spaces.items()},
            "segmentedProfileByStatusCounter": {
                key: {REALIZED: counts[REALIZED], EXITED: counts[EXITED]} for key, counts in counted.items()
            },
            "totalProfilesByMergePolicy": totals,
        }

    def _evaluate_one(
        self,
        tenant: Tenant,
        view: ProfileView,
        segments: list[Segment],
        counted: dict[str, Counter[str]],
        spaces: dict[str, Counter[str]],
    ) -> None:
        changed = self._platform.service(Qualification).evaluate(tenant, view, segments)
        held = self._platform.service(Memberships).held(tenant, view.key)
        for segment in segments:
            if segment.id not in held:
                continue
            counted[segment.id][held[segment.id].status] += 1
            if held[segment.id].status == REALIZED:
                spaces[segment.id].update({one.namespace.lower() for one in view.identities})
        if changed:
            changes = {
                view.policy["id"]: ProfileChange(segments=frozenset(one.segment_id for one in changed))
            }
            self._platform.events.publish(ProfileChanged(tenant=tenant, xid=view.xids[0], changes=changes))
