"""Raw data that streams in: the flow that is named says how it is mapped, and where it goes.

Source: Adobe's tutorial on streaming sources (`sources/tutorials/api/create/streaming/http.md`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.flow.connections import SourceConnections, TargetConnections
from harness.aep.flow.flows import Flows, mapping_of
from harness.aep.ingestion.landing import Landing
from harness.aep.mapping.sets import MappingSets

if TYPE_CHECKING:
    from harness.aep.flow.inlets import Inlet
    from harness.aep.ingestion.landing import Target
    from harness.aep.platform import Platform
    from harness.aep.problem import Problem


class RawMessages:
    """Reads messages of inlets whose connection takes raw data."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._landing = platform.service(Landing)
        self._sets = platform.service(MappingSets)

    def read(self, inlet: Inlet, flow_id: str | None, message: Any) -> tuple[Target, dict[str, Any]]:
        """Dataset and record of a message; a Problem when no flow takes it, or its mapping fails.

        Without a name the flow is the only one that the connection has.
        """
        flow = self._flow(inlet, flow_id)
        row = message if isinstance(message, dict) else None
        if row is None:
            raise _invalid(inlet, "The message is not a JSON object")
        target = self._target(inlet, flow)
        params = mapping_of(flow) or {}
        held = self._sets.get(inlet.tenant, str(params.get("mappingId")))
        if held is None:
            raise _invalid(inlet, f"There is no mapping set {params.get('mappingId')!r}")
        record, errors = self._sets.applied(inlet.tenant, held, row)
        if errors:
            first = errors[0]
            raise _invalid(inlet, f"The mapping to {first['destination']!r}: {first['message']}")
        return target, record

    def _flow(self, inlet: Inlet, flow_id: str | None) -> dict[str, Any]:
        flows = self._platform.service(Flows)
        found = [
            one
            for one in self._platform.store.find(inlet.tenant, flows.kind)
            if one["state"] == "enabled" and self._takes(inlet, one) and flow_id in (None, "", one["id"])
        ]
        if len(found) == 1:
            return found[0]
        if flow_id:
            raise _invalid(inlet, f"No enabled flow {flow_id[:80]!r} takes the data of this connection")
        raise _invalid(inlet, "The header x-adobe-flow-id must name the flow that takes the data")

    def _takes(self, inlet: Inlet, flow: dict[str, Any]) -> bool:
        sources = self._platform.service(SourceConnections)
        found = (
            self._platform.store.get(inlet.tenant, sources.kind, one) for one in flow["sourceConnectionIds"]
        )
        return any(one is not None and one.get("baseConnectionId") == inlet.connection_id for one in found)

    def _target(self, inlet: Inlet, flow: dict[str, Any]) -> Target:
        targets = self._platform.service(TargetConnections)
        for one in flow["targetConnectionIds"]:
            held = self._platform.store.get(inlet.tenant, targets.kind, one) or {}
            params = held.get("params") or {}
            named = params.get("dataSetId") or params.get("datasetId")
            target = None if named is None else self._landing.target(inlet.tenant, str(named))
            if target is not None:
                return target
        raise _invalid(inlet, "The flow's target names no dataset that there is")


def _invalid(inlet: Inlet, reason: str) -> Problem:
    where = f"inletId: [{inlet.inlet_id}] imsOrgId: [{inlet.tenant.org}]"
    return problem.dcs(400, "Invalid Message", f"{where} {reason}")
