"""Flows of Flow Service: from sources to targets, with the segments and attributes they activate."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from harness.aep.events import SegmentsMapped
from harness.aep.flow import flow_query
from harness.aep.flow.connections import Connections, SourceConnections, TargetConnections
from harness.aep.flow.entities import COMMON_FIELDS, FlowEntities, missing, unknown_reference, wrong
from harness.aep.flow.flow_query import invalid
from harness.aep.flow.runs import FlowRuns
from harness.aep.flow.specs import (
    DATASET_EXPORT_FLOW,
    FILE_FLOWS,
    PROFILE_DESTINATION_FLOW,
    STREAMING_TRANSFORMATION_FLOW,
    flow_spec,
    invalid_spec,
)
from harness.aep.mapping.sets import MappingSets
from harness.twin.message import ServedRequest, empty
from harness.twin.tenant import Tenant

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform
    from harness.twin.routing import Endpoint

PATCH_STATUS_HEADER = "x-harness-patch-status"
"""Header of the local platform alone: `202` has a flow's PATCH answered as in Adobe's older tutorials."""

_TRANSFORMATION: dict[str, Any] = {
    "name": "GeneralTransform",
    "params": {"profileSelectors": {"selectors": []}, "segmentSelectors": {"selectors": []}},
}
_SELECTORS = {"segmentSelectors": "PLATFORM_SEGMENT", "profileSelectors": "JSON_PATH"}
_FREQUENCIES = ("once", "minute", "hour", "day", "week")


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of flows."""
    return platform.service(Flows).endpoints()


def selectors(flow: dict[str, Any], group: str) -> list[dict[str, Any]]:
    """Selectors of `segmentSelectors` or `profileSelectors` over all transformations of a flow."""
    found: list[dict[str, Any]] = []
    for transformation in flow.get("transformations") or []:
        held = (transformation.get("params") or {}).get(group) or {}
        found.extend(held.get("selectors") or [])
    return found


def mapping_of(flow: dict[str, Any]) -> dict[str, Any] | None:
    """Parameters of a flow's transformation by Data Prep; None for a flow without one."""
    for one in flow.get("transformations") or []:
        if isinstance(one, dict) and one.get("name") == "Mapping":
            params = one.get("params")
            return params if isinstance(params, dict) else {}
    return None


def mapped_segments(flow: dict[str, Any]) -> list[str]:
    """Ids of the segments that a flow activates, without repetition."""
    return list(dict.fromkeys(one["value"]["id"] for one in selectors(flow, "segmentSelectors")))


def mapped_attributes(flow: dict[str, Any]) -> list[str]:
    """Paths of the profile attributes that a flow activates, without repetition."""
    paths = (str(one["value"]["path"]) for one in selectors(flow, "profileSelectors"))
    return list(dict.fromkeys(path.removeprefix("$.").removeprefix("xdm:") for path in paths))


class Flows(FlowEntities):
    """Flows of every sandbox."""

    word = "flows"
    what = "flow"
    known = COMMON_FIELDS | {
        "flowSpec",
        "sourceConnectionIds",
        "targetConnectionIds",
        "transformations",
        "scheduleParams",
        "runs",
        "lastOperation",
        "lastRunDetails",
    }
    patchable = ("name", "description", "transformations", "scheduleParams")

    def compose(self, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
        """Check flow spec, connections and transformations."""
        strict = self.platform.settings.strict
        if "state" in body:
            raise flow_query.invalid(1410, "The state cannot be given when a flow is created.")
        reference = body.get("flowSpec")
        spec = flow_spec(reference)
        if not isinstance(body.get("name", ""), str) or not isinstance(body.get("description", ""), str):
            raise wrong("'name' and 'description' must be strings.")
        if strict and not body.get("name"):
            raise missing("name")
        sources = self._members(caller, body, "sourceConnectionIds", SourceConnections, spec)
        targets = self._members(caller, body, "targetConnectionIds", TargetConnections, spec)
        transformations = body.get("transformations")
        if spec["id"] == PROFILE_DESTINATION_FLOW and transformations in (None, []):
            # The API reference demands it; Adobe's tutorials leave it out and patch into it later.
            if strict and transformations is None:
                raise missing("transformations")
            transformations = [copy.deepcopy(_TRANSFORMATION)]
        fields: dict[str, Any] = {name: body[name] for name in ("name", "description") if name in body}
        fields |= {
            "flowSpec": {"id": spec["id"], "version": str(body["flowSpec"].get("version", "1.0"))},
            "state": "enabled",
            "sourceConnectionIds": sources,
            "targetConnectionIds": targets,
            "transformations": [] if transformations is None else transformations,
        }
        if body.get("scheduleParams") is not None:
            fields["scheduleParams"] = body["scheduleParams"]
        self._check(fields)
        self._check_mapping(caller, fields)
        return fields

    def check_change(self, caller: Caller, old: dict[str, Any], new: dict[str, Any]) -> None:
        """Check transformations and schedule that a patch has made."""
        del old
        self._check(new)
        self._check_mapping(caller, new)

    def saved(self, caller: Caller, entity: dict[str, Any], old: dict[str, Any] | None) -> None:
        """Note the operation, and export who qualifies already for a newly mapped segment."""
        now = self.platform.clock.now_ms()
        operation = "create" if old is None else "update"
        if old is not None and old.get("state") != entity.get("state"):
            operation = "enable" if entity["state"] == "enabled" else "disable"
        entity["lastOperation"] = {"started": now, "updated": now, "operation": operation}
        self.platform.store.put(caller.tenant, self.kind, entity["id"], entity)
        known = [] if old is None or old.get("state") != "enabled" else mapped_segments(old)
        fresh = [segment for segment in mapped_segments(entity) if segment not in known]
        if fresh and entity["state"] == "enabled":
            self.platform.events.publish(
                SegmentsMapped(tenant=caller.tenant, flow=entity, segments=tuple(fresh))
            )

    def is_destination(self, entity: dict[str, Any]) -> bool:
        """Whether the flow exports profiles."""
        return bool(entity["flowSpec"]["id"] in (PROFILE_DESTINATION_FLOW, DATASET_EXPORT_FLOW))

    def shown(self, entity: dict[str, Any]) -> dict[str, Any]:
        """Add what a flow inherits from its connections, and where its runs are."""
        shown = {**entity, "runs": f"/runs?property=flowId=={entity['id']}"}
        tenant = Tenant(entity["imsOrgId"], entity["sandboxName"])
        last_run = self.platform.service(FlowRuns).last(tenant, entity["id"])
        if last_run is not None:
            shown["lastRunDetails"] = last_run
        inherited: dict[str, Any] = {}
        sides = (
            ("sourceConnections", "sourceConnectionIds", SourceConnections),
            ("targetConnections", "targetConnectionIds", TargetConnections),
        )
        for member, ids, kind in sides:
            connections = self.platform.service(kind)
            found = (self.platform.store.get(tenant, connections.kind, one) for one in entity[ids])
            inherited[member] = [_summary(one) for one in found if one is not None]
        exports = self.is_destination(entity)
        inherited["properties"] = {
            "isDestinationFlow": exports,
            **({"isSourceFlow": not exports} if entity["flowSpec"]["id"] in FILE_FLOWS else {}),
        }
        return {**shown, "inheritedAttributes": inherited}

    def patch_answer(self, request: ServedRequest, entity: dict[str, Any]) -> Response:
        """200 with the new etag, or 202 without a body where the caller or the settings want it."""
        wanted = request.headers.get(PATCH_STATUS_HEADER) or str(self.platform.settings.patch_flow_status)
        if wanted == "202":
            return empty(202)
        return super().patch_answer(request, entity)

    def route_of(self, tenant: Tenant, flow: dict[str, Any]) -> list[tuple[Any, Any]]:
        """Pairs of base and target connection that a flow writes to."""
        store = self.platform.store
        bases = self.platform.service(Connections).kind
        targets = self.platform.service(TargetConnections).kind
        found = []
        for target_id in flow["targetConnectionIds"]:
            target = store.get(tenant, targets, target_id)
            base_id = None if target is None else target.get("baseConnectionId")
            base = None if base_id is None else store.get(tenant, bases, base_id)
            if base is not None:
                found.append((base, target))
        return found

    def _check_mapping(self, caller: Caller, flow: dict[str, Any]) -> None:
        """Check that a mapping is there, of the target's schema; raw data cannot do without one."""
        params = mapping_of(flow)
        if params is None:
            if self._is_raw(caller, flow):
                raise invalid(
                    1419,
                    "The data of a raw streaming connection needs a transformation named 'Mapping' with a"
                    f" 'mappingId', in a flow of the flow spec {STREAMING_TRANSFORMATION_FLOW}.",
                )
            return
        held = self.platform.service(MappingSets).get(caller.tenant, str(params.get("mappingId")))
        if held is None:
            raise invalid(1419, f"There is no mapping set {params.get('mappingId')!r}.")
        version = params.get("mappingVersion", 0)
        if not isinstance(version, int | str) or str(version) not in map(str, range(held["version"] + 1)):
            raise invalid(1412, f"The mapping set {held['id']} has no version {version!r}.")
        for target_id in flow["targetConnectionIds"]:
            target = (
                self.platform.store.get(
                    caller.tenant, self.platform.service(TargetConnections).kind, target_id
                )
                or {}
            )
            schema = (target.get("data") or {}).get("schema")
            named = schema.get("id") if isinstance(schema, dict) else None
            if named is not None and named != held["xdmSchema"]:
                raise invalid(1425, "The schema of the target and that of the mapping set differ.")

    def _is_raw(self, caller: Caller, flow: dict[str, Any]) -> bool:
        for source_id in flow["sourceConnectionIds"]:
            source = (
                self.platform.store.get(
                    caller.tenant, self.platform.service(SourceConnections).kind, source_id
                )
                or {}
            )
            base = self.platform.store.get(
                caller.tenant, self.platform.service(Connections).kind, str(source.get("baseConnectionId"))
            )
            params = ((base or {}).get("auth") or {}).get("params") or {}
            if params.get("dataType") == "raw":
                return True
        return False

    def _members(
        self,
        caller: Caller,
        body: dict[str, Any],
        member: str,
        kind: type[SourceConnections | TargetConnections],
        spec: dict[str, Any],
    ) -> list[str]:
        ids = body.get(member)
        if not ids:
            raise missing(member)
        if not isinstance(ids, list):
            raise wrong(f"'{member}' must be an array of IDs.")
        connections = self.platform.service(kind)
        allowed = spec[member.removesuffix("Ids").removesuffix("Connection") + "ConnectionSpecIds"]
        for one in ids:
            found = connections.find(caller, one)
            if found is None:
                raise unknown_reference(connections.what, one)
            if found["connectionSpec"]["id"] not in allowed:
                raised = invalid_spec()
                raised.body["detail"] = (
                    f"The flow spec {spec['id']} does not take the connection spec"
                    f" {found['connectionSpec']['id']} of the {connections.what} {one}."
                )
                raise raised
        return [str(one) for one in ids]

    def _check(self, flow: dict[str, Any]) -> None:
        transformations = flow.get("transformations")
        if not isinstance(transformations, list):
            raise _unfit("'transformations' must be an array")
        for transformation in transformations:
            if not isinstance(transformation, dict) or not isinstance(transformation.get("name"), str):
                raise _unfit("a transformation is an object with a 'name'")
            params = transformation.get("params", {})
            if not isinstance(params, dict):
                raise _unfit("'params' of a transformation must be an object")
            for group, kind in _SELECTORS.items():
                _check_selectors(group, kind, params.get(group))
        schedule = flow.get("scheduleParams")
        if schedule is not None:
            given = schedule if isinstance(schedule, dict) else {}
            frequency = given.get("frequency")
            if frequency is None and flow["flowSpec"]["id"] == DATASET_EXPORT_FLOW:
                frequency = given.get("timeUnit")
            if frequency not in _FREQUENCIES:
                raise _unfit(f"'scheduleParams.frequency' must be one of {', '.join(_FREQUENCIES)}")


def _check_selectors(group: str, kind: str, held: Any) -> None:
    if held is None:
        return
    if not isinstance(held, dict) or not isinstance(held.get("selectors", []), list):
        raise _unfit(f"'{group}.selectors' must be an array")
    key = "id" if kind == "PLATFORM_SEGMENT" else "path"
    for selector in held.get("selectors", []):
        if not isinstance(selector, dict) or selector.get("type") != kind:
            raise _unfit(f"a selector of '{group}' must have the type {kind}")
        value = selector.get("value")
        if not isinstance(value, dict) or not isinstance(value.get(key), str) or not value[key]:
            raise _unfit(f"the value of a selector of '{group}' must have '{key}'")


def _unfit(why: str) -> Exception:
    return flow_query.invalid(1455, f"An error has occurred while validating patch instructions: {why}.")


def _summary(connection: dict[str, Any]) -> dict[str, Any]:
    spec = connection["connectionSpec"]
    summary: dict[str, Any] = {"id": connection["id"], "connectionSpec": spec}
    if connection.get("baseConnectionId"):
        summary["baseConnection"] = {"id": connection["baseConnectionId"], "connectionSpec": spec}
    if "typeInfo" in connection:
        summary["typeInfo"] = connection["typeInfo"]
    return summary
