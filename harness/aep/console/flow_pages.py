"""Flows from source to destination, with what was delivered; inlets; segments."""

from __future__ import annotations

import base64
import binascii
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.aep.edge.datastreams import Datastreams
from harness.aep.flow.activation import DEAD_LETTERS
from harness.aep.flow.connections import destination_of
from harness.aep.flow.delivery import Deliveries
from harness.aep.flow.flows import Flows, mapped_attributes, mapped_segments
from harness.aep.flow.inlets import Inlet, Inlets
from harness.aep.flow.runs import FlowRuns
from harness.aep.flow.specs import connection_spec
from harness.aep.segmentation.segments import Segment, Segments
from harness.twin.console.paging import fits
from harness.twin.wires.sinks import LocalSinks

if TYPE_CHECKING:
    from harness.aep.console.sandbox_choice import SandboxChoice
    from harness.twin.store import Record

_MOST_MESSAGES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A message that arrived."""

    at_ms: int
    key: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A source or a target of a flow: its connection's name, what it leads to, and what arrived there."""

    name: str
    kind: str
    detail: str
    count: int | None = None
    messages: tuple[Delivered, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowCard:
    """A flow with its stations. Counts are of messages over all its runs."""

    id: str
    name: str
    state: str
    sources: tuple[Station, ...]
    targets: tuple[Station, ...]
    segments: tuple[str, ...]
    attributes: tuple[str, ...]
    delivered: int
    failed: int
    runs: int
    dead_letters: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatastreamRow:
    """A datastream with its event datasets by id and name."""

    id: str
    title: str
    enabled: bool
    datasets: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentRow:
    """A segment definition with how many are in it."""

    id: str
    name: str
    description: str
    expression: str
    modes: tuple[str, ...]
    realized: int
    exited: int


def flows(place: SandboxChoice, asked: str) -> list[dict[str, Any]]:
    """Flows whose name or id has a text in it, the newest first."""
    kind = place.platform.service(Flows).kind
    found = place.platform.store.find(place.tenant, kind)
    return [one for one in reversed(found) if fits(asked, one.get("name", ""), one["id"])]


def flow_cards(place: SandboxChoice, shown: list[dict[str, Any]]) -> list[FlowCard]:
    """Cards of some flows."""
    platform = place.platform
    names = {one.id: str(one.body["name"]) for one in platform.service(Segments).all(place.tenant)}
    runs: dict[str, list[dict[str, Any]]] = {}
    for run in platform.store.find(place.tenant, "flowservice.runs"):
        runs.setdefault(str(run["flowId"]), []).append(run["metrics"]["recordSummary"])
    found = []
    for flow in shown:
        counted = runs.get(flow["id"], [])
        letters = platform.store.latest_records(place.tenant, DEAD_LETTERS, flow["id"], limit=_MOST_MESSAGES)
        found.append(
            FlowCard(
                id=flow["id"],
                name=str(flow.get("name") or flow["id"]),
                state=flow["state"],
                sources=tuple(_source(place, one) for one in flow["sourceConnectionIds"]),
                targets=tuple(_target(place, flow, one) for one in flow["targetConnectionIds"]),
                segments=tuple(names.get(one, one) for one in mapped_segments(flow)),
                attributes=tuple(mapped_attributes(flow)),
                delivered=sum(one.get("outputRecordCount", 0) for one in counted),
                failed=sum(one.get("failedRecordCount", 0) for one in counted),
                runs=len(counted),
                dead_letters=tuple(
                    (str(one.body["error"]["code"]), str(one.body["error"]["message"])) for one in letters
                ),
            )
        )
    return found


def inlet_rows(place: SandboxChoice) -> list[Inlet]:
    """Inlets, the newest first."""
    return place.platform.service(Inlets).list(place.tenant)[::-1]


def datastream_rows(place: SandboxChoice) -> list[DatastreamRow]:
    """Datastreams, the newest first."""
    found = place.platform.store.find(place.tenant, "datastream")
    streams = place.platform.service(Datastreams)
    datasets = {one["id"]: str(one["name"]) for one in place.platform.store.find(place.tenant, "dataset")}
    rows = []
    for body in reversed(found):
        stream = streams.find(body["_system"]["id"])
        if stream is None:
            continue
        title = body["data"].get("title") or body["data"].get("name") or stream.id
        rows.append(
            DatastreamRow(
                id=stream.id,
                title=str(title),
                enabled=stream.enabled,
                datasets=tuple((one, datasets.get(one, one)) for one in stream.event_datasets),
            )
        )
    return rows


def segments(place: SandboxChoice, asked: str) -> list[Segment]:
    """Definitions whose name, id or expression has a text in it, the newest first."""
    found = place.platform.service(Segments).all(place.tenant)
    return [
        one
        for one in reversed(found)
        if fits(asked, one.body["name"], one.id, one.body["expression"]["value"])
    ]


def segment_rows(place: SandboxChoice, shown: list[Segment]) -> list[SegmentRow]:
    """Rows of some definitions, with the memberships there are."""
    counts: dict[str, dict[str, int]] = {}
    for held in place.platform.store.find(place.tenant, "segmentMembership"):
        for segment_id, (status, _) in held["segments"].items():
            own = counts.setdefault(segment_id, {})
            own[status] = own.get(status, 0) + 1
    return [
        SegmentRow(
            id=one.id,
            name=str(one.body["name"]),
            description=str(one.body.get("description", "")),
            expression=str(one.body["expression"]["value"]),
            modes=tuple(mode for mode, how in one.body["evaluationInfo"].items() if how["enabled"]),
            realized=counts.get(one.id, {}).get("realized", 0),
            exited=counts.get(one.id, {}).get("exited", 0),
        )
        for one in shown
    ]


def _source(place: SandboxChoice, source_id: str) -> Station:
    found = place.platform.store.get(place.tenant, "flowservice.sourceConnections", source_id)
    if found is None:
        return Station(name=source_id, kind="", detail="")
    return Station(name=str(found.get("name") or source_id), kind=_kind(found), detail="")


def _target(place: SandboxChoice, flow: dict[str, Any], target_id: str) -> Station:
    found = place.platform.store.get(place.tenant, "flowservice.targetConnections", target_id)
    if found is None:
        return Station(name=target_id, kind="", detail="")
    pairs = place.platform.service(Flows).route_of(place.tenant, flow)
    base = next((base for base, target in pairs if target["id"] == target_id), None)
    destination = None if base is None else destination_of(base, found)
    name, kind = str(found.get("name") or target_id), _kind(found)
    if destination is None:
        return Station(name=name, kind=kind, detail="")
    detail = f"{destination.place} / {destination.name}"
    if place.platform.service(Deliveries).goes_out(destination):
        count = place.platform.service(FlowRuns).delivered(place.tenant, flow["id"], target_id)
        return Station(name=name, kind=kind, detail=f"{detail}, over the network", count=count)
    sinks = place.platform.service(LocalSinks)
    return Station(
        name=name,
        kind=kind,
        detail=detail,
        count=sinks.count(destination),
        messages=tuple(map(_delivered, sinks.latest(destination, limit=_MOST_MESSAGES))),
    )


def _kind(connection: dict[str, Any]) -> str:
    return connection_spec(connection.get("connectionSpec")).name


def _delivered(record: Record) -> Delivered:
    text = str(record.body["data"])
    with suppress(binascii.Error, ValueError):
        text = base64.b64decode(text, validate=True).decode()
    with suppress(ValueError):
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return Delivered(at_ms=record.at, key=str(record.body["partitionKey"]), text=text)
