"""Exports: what a flow to a destination sends when a profile changes, and what comes of it.

A profile is exported when a mapped segment gains or loses it, and, while it is in a mapped segment,
when its identities change or a mapped attribute is written, be it with the same value. A newly mapped
segment sends those that are in it already.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.flow.connections import destination_of
from harness.aep.flow.delivery import Deliveries
from harness.aep.flow.flows import Flows, mapped_attributes, mapped_segments
from harness.aep.flow.outbox import Parcel
from harness.aep.flow.runs import DeliveryAttempt, FlowRuns
from harness.aep.profile.memberships import REALIZED, Membership, Memberships, written
from harness.aep.profile.profiles import Profiles, ProfileView
from harness.aep.segmentation.external_audiences import ExternalAudiences
from harness.aep.segmentation.segments import Segments
from harness.twin.clock import iso
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint
from harness.twin.store import encode
from harness.twin.wires.sinks import DeliveryError

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.events import ProfileChanged, SegmentsMapped
    from harness.aep.platform import Platform
    from harness.twin.tenant import Tenant

DEAD_LETTERS = "deadLetters"
"""Stream of messages that could not be delivered, by flow id."""


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoint of the local platform alone: `GET /_harness/dead-letters/{flowId}`."""

    def dead_letters(request: ServedRequest, _: Caller) -> Response:
        flow_id = request.params["flowId"]
        flow = platform.store.anywhere(platform.service(Flows).kind, flow_id)
        if flow is None:
            raise problem.not_found(f"There is no flow {flow_id}")
        found = platform.store.records(flow.tenant, DEAD_LETTERS, flow_id)
        return answer({"deadLetters": [{"at": iso(one.at), **one.body} for one in found]})

    path = "/_harness/dead-letters/{flowId}"
    return [Endpoint(method="GET", path=path, handler=dead_letters, door="harness")]


def profile_changed(platform: Platform, event: ProfileChanged) -> None:
    """Export a profile that changed."""
    platform.service(Activation).changed(event)


def segments_mapped(platform: Platform, event: SegmentsMapped) -> None:
    """Export who is in a newly mapped segment already."""
    platform.service(Activation).backfill(event)


def message(view: ProfileView, attributes: list[str], memberships: dict[str, Membership]) -> dict[str, Any]:
    """Compose an export: mapped attributes that are there, memberships, all identities."""
    composed: dict[str, Any] = {}
    for path in attributes:
        names = path.split(".")
        # Identities and memberships have their own place in the message.
        if names[0] in ("identityMap", "segmentMembership"):
            continue
        present, value = _at(view.entity, names)
        if present:
            _place(composed, names, value)
    composed["segmentMembership"] = written(memberships) or {"ups": {}}
    composed["identityMap"] = view.identity_map
    return composed


def touches(record: dict[str, Any], attributes: list[str]) -> bool:
    """Whether a record writes one of the attributes."""
    return any(_at(record, path.split("."))[0] for path in attributes)


class Activation:
    """Delivers what enabled flows export."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store
        self._deliveries = platform.service(Deliveries)
        self._outbox = self._deliveries.outbox(self._report)
        self._flows: dict[Tenant, list[dict[str, Any]]] = {}
        self._generation = -1

    def changed(self, event: ProfileChanged) -> None:
        """Export a profile after a change."""
        tenant, xid = event.tenant, event.xid
        for flow in self._active(tenant):
            attributes, segments = mapped_attributes(flow), mapped_segments(flow)
            policy = self._policy(tenant, segments)
            what = None if policy is None else event.changes.get(policy["id"])
            if policy is None or what is None:
                continue
            key = self._platform.service(Profiles).key(tenant, xid, policy)
            held = self._platform.service(Memberships).held(tenant, key)
            entered_or_left = not what.segments.isdisjoint(segments)
            inside = any(one in held and held[one].status == REALIZED for one in segments)
            if entered_or_left or (inside and (what.identities or touches(what.record, attributes))):
                self._export(tenant, flow, xid, policy)

    def backfill(self, event: SegmentsMapped) -> None:
        """Export the profiles that are in newly mapped segments already."""
        tenant, flow = event.tenant, event.flow
        policy = self._policy(tenant, mapped_segments(flow))
        if policy is None or not self._platform.service(Flows).is_destination(flow):
            return
        memberships = self._platform.service(Memberships)
        for view in self._platform.service(Profiles).everyone(tenant, policy):
            held = memberships.held(tenant, view.key)
            if any(one in held and held[one].status == REALIZED for one in event.segments):
                self._export(tenant, flow, view.xids[0], policy)

    def _active(self, tenant: Tenant) -> list[dict[str, Any]]:
        flows = self._platform.service(Flows)
        generation = self._store.generation(flows.kind)
        if generation != self._generation:
            self._flows.clear()
            self._generation = generation
        if tenant not in self._flows:
            self._flows[tenant] = [
                flow
                for flow in self._store.find(tenant, flows.kind)
                if flow["state"] == "enabled" and flows.is_destination(flow) and mapped_segments(flow)
            ]
        return self._flows[tenant]

    def _policy(self, tenant: Tenant, segments: list[str]) -> dict[str, Any] | None:
        """Merge policy of the first mapped segment there is: memberships are kept under it.

        That of an audience from outside is the default one.
        """
        definitions = self._platform.service(Segments)
        profiles = self._platform.service(Profiles)
        for segment_id in segments:
            segment = definitions.get(tenant, segment_id)
            if segment is not None:
                return profiles.policy(tenant, segment.policy_id)
            if self._platform.service(ExternalAudiences).get(tenant, segment_id) is not None:
                return profiles.policy(tenant)
        return None

    def _export(self, tenant: Tenant, flow: dict[str, Any], xid: str, policy: dict[str, Any]) -> None:
        view = self._platform.service(Profiles).view(tenant, xid, policy)
        if view is None:
            return
        held = self._platform.service(Memberships).held(tenant, view.key)
        data = encode(message(view, mapped_attributes(flow), held))
        for base, target in self._platform.service(Flows).route_of(tenant, flow):
            destination = destination_of(base, target)
            if destination is None:
                continue
            parcel = Parcel(
                tenant=tenant,
                flow={name: flow[name] for name in ("id", "flowSpec", "sandboxId", "sourceConnectionIds")},
                target_id=target["id"],
                destination=destination,
                # The identity that came first stays the same when others are joined to the profile.
                partition_key=view.xids[0],
                data=data,
            )
            if self._outbox is not None and self._deliveries.goes_out(destination):
                self._outbox.put(parcel)
            else:
                self._deliver(parcel)

    def _deliver(self, parcel: Parcel) -> None:
        outcome: DeliveryError | None = None
        try:
            self._deliveries.sink.send(parcel.destination, parcel.partition_key, parcel.data.encode())
        except DeliveryError as error:
            outcome = error
        with self._store.transaction():
            self._report(parcel, outcome)

    def _report(self, parcel: Parcel, error: DeliveryError | None) -> None:
        """Count a message in its flow's run; one that was not taken is kept with the reason."""
        tenant, flow = parcel.tenant, parcel.flow
        if error is not None:
            letter = {
                "flowId": flow["id"],
                "targetConnectionId": parcel.target_id,
                "error": {"code": error.code, "message": error.message},
                "message": json.loads(parcel.data),
            }
            now = self._platform.clock.now_ms()
            self._store.append(tenant, DEAD_LETTERS, flow["id"], now, letter)
        attempt = DeliveryAttempt(
            source_id=flow["sourceConnectionIds"][0],
            target_id=parcel.target_id,
            size=len(parcel.data.encode()),
            error=None if error is None else (error.code, error.message),
        )
        self._platform.service(FlowRuns).record(tenant, flow, attempt)


def _at(entity: Any, names: list[str]) -> tuple[bool, Any]:
    for name in names:
        if not isinstance(entity, dict) or name not in entity:
            return False, None
        entity = entity[name]
    return True, entity


def _place(composed: dict[str, Any], names: list[str], value: Any) -> None:
    for name in names[:-1]:
        inner = composed.setdefault(name, {})
        if not isinstance(inner, dict):
            return
        composed = inner
    composed[names[-1]] = value
