"""Profiles: who there is, what is known of one, and how their identities hang together."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.aep.console.lake_pages import leaves
from harness.aep.identity.edges import IdentityEdges
from harness.aep.identity.graph import IdentityGraph
from harness.aep.identity.namespaces import Namespaces
from harness.aep.profile.memberships import Memberships
from harness.aep.profile.profiles import Profiles, ProfileView
from harness.aep.segmentation.segments import Segments
from harness.aep.xid import xid as xid_of

if TYPE_CHECKING:
    from harness.aep.console.sandbox_choice import SandboxChoice
    from harness.aep.identity.identities import Identity

_WIDTH, _HEIGHT = 640, 360
_MOST_DRAWN = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """A profile in the list."""

    xid: str
    label: str
    identities: tuple[Identity, ...]
    attributes: int
    datasets: int
    segments: int
    last_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipRow:
    """Where a profile stands with a segment."""

    name: str
    segment_id: str
    status: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphNode:
    """An identity as it is drawn: its middle in the drawing's units."""

    x: float
    y: float
    namespace: str
    value: str
    centre: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphLine:
    """A line between two identities that a record named together."""

    x1: float
    y1: float
    x2: float
    y2: float
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphDrawing:
    """The identity graph of a profile; `hidden` identities are more than can be drawn."""

    width: int
    height: int
    nodes: tuple[GraphNode, ...]
    lines: tuple[GraphLine, ...]
    hidden: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """All that is shown of one profile; its events are the newest first."""

    row: PersonRow
    attributes: tuple[tuple[str, str], ...]
    sources: tuple[tuple[str, str], ...]
    memberships: tuple[MembershipRow, ...]
    events: tuple[dict[str, Any], ...]
    drawing: GraphDrawing


def people_rows(place: SandboxChoice, start: int, size: int) -> list[PersonRow]:
    """Profiles, the newest first, from an index on."""
    profiles = place.platform.service(Profiles)
    policy = profiles.policy(place.tenant)
    if policy is None:
        return []
    clusters = place.platform.store.rows(
        "SELECT id FROM document WHERE org = ? AND sandbox = ? AND kind = ?"
        " ORDER BY seq DESC LIMIT ? OFFSET ?",
        (*place.tenant, "identityCluster", size, start),
    )
    views = (profiles.view(place.tenant, str(cluster), policy) for (cluster,) in clusters)
    return [_row(place, view) for view in views if view is not None]


def people_named(place: SandboxChoice, value: str) -> list[PersonRow]:
    """Profiles that have an identity of exactly this value, in whatever namespace."""
    profiles = place.platform.service(Profiles)
    policy = profiles.policy(place.tenant)
    if policy is None:
        return []
    codes = [str(one["code"]) for one in place.platform.service(Namespaces).all(place.tenant)]
    views: dict[str, ProfileView] = {}
    for xid in (value, *(xid_of(place.tenant.org, code, value) for code in codes)):
        view = profiles.view(place.tenant, xid, policy)
        if view is not None:
            views.setdefault(view.key, view)
    return [_row(place, one) for one in views.values()]


def person(place: SandboxChoice, xid: str) -> Person | None:
    """Profile of an identity; None when it is not known."""
    profiles = place.platform.service(Profiles)
    policy = profiles.policy(place.tenant)
    view = None if policy is None else profiles.view(place.tenant, xid, policy)
    if view is None:
        return None
    held = place.platform.service(Memberships).held(place.tenant, view.key)
    names = {one.id: str(one.body["name"]) for one in place.platform.service(Segments).all(place.tenant)}
    datasets = {one["id"]: str(one["name"]) for one in place.platform.store.find(place.tenant, "dataset")}
    events = profiles.events(place.tenant, view.xids)
    return Person(
        row=_row(place, view),
        attributes=tuple(sorted(leaves(view.entity).items())) if view.entity else (),
        sources=tuple((one, datasets.get(one, one)) for one in view.sources),
        memberships=tuple(
            MembershipRow(
                name=names.get(one.segment_id, one.segment_id),
                segment_id=one.segment_id,
                status=one.status,
                at_ms=one.at_ms,
            )
            for one in sorted(held.values(), key=lambda one: -one.at_ms)
        ),
        events=tuple(one.entity for one in reversed(events)),
        drawing=_drawing(place, view),
    )


def _row(place: SandboxChoice, view: ProfileView) -> PersonRow:
    held = place.platform.service(Memberships).held(place.tenant, view.key)
    return PersonRow(
        xid=view.xids[0],
        label=_label(view),
        identities=view.identities,
        attributes=len(leaves(view.entity)) if view.entity else 0,
        datasets=len(view.sources),
        segments=sum(one.status == "realized" for one in held.values()),
        last_ms=view.last_modified_ms,
    )


def _label(view: ProfileView) -> str:
    name = (
        view.entity.get("person", {}).get("name", {}) if isinstance(view.entity.get("person"), dict) else {}
    )
    words = [
        str(name[part]) for part in ("firstName", "lastName") if isinstance(name, dict) and name.get(part)
    ]
    return " ".join(words) or (view.identities[0].value if view.identities else view.xids[0])


def _drawing(place: SandboxChoice, view: ProfileView) -> GraphDrawing:
    """Place the identity with the most neighbours in the middle, the others around it."""
    graph = place.platform.service(IdentityGraph)
    edges = place.platform.service(IdentityEdges).among(place.tenant, view.xids)
    degree = dict.fromkeys(view.xids, 0)
    for edge in edges:
        degree[edge.one] += 1
        degree[edge.other] += 1
    ordered = sorted(view.xids, key=lambda xid: -degree[xid])
    drawn, hidden = ordered[:_MOST_DRAWN], max(0, len(ordered) - _MOST_DRAWN)
    # Somebody with one identity needs no room for a circle.
    height = _HEIGHT if len(drawn) > 1 else 120
    places: dict[str, tuple[float, float]] = {}
    for index, xid in enumerate(drawn):
        if index == 0:
            places[xid] = (_WIDTH / 2, height / 2)
            continue
        angle = 2 * math.pi * (index - 1) / (len(drawn) - 1) - math.pi / 2
        places[xid] = (
            round(_WIDTH / 2 + math.cos(angle) * (_WIDTH / 2 - 110), 1),
            round(height / 2 + math.sin(angle) * (height / 2 - 40), 1),
        )
    nodes = []
    for xid, (x, y) in places.items():
        identity = graph.identity(place.tenant, xid)
        nodes.append(
            GraphNode(
                x=x,
                y=y,
                namespace="" if identity is None else identity.namespace,
                value=xid if identity is None else identity.value,
                centre=xid == drawn[0],
            )
        )
    lines = [
        GraphLine(
            x1=places[edge.one][0],
            y1=places[edge.one][1],
            x2=places[edge.other][0],
            y2=places[edge.other][1],
            title=f"{len(edge.datasets)} dataset(s), {len(edge.batches)} batch(es)",
        )
        for edge in edges
        if edge.one in places and edge.other in places
    ]
    return GraphDrawing(width=_WIDTH, height=height, nodes=tuple(nodes), lines=tuple(lines), hidden=hidden)
