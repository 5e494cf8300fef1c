"""Real-time Customer Profile: fragments, events, and the views that merge policies give of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.aep.identity.edges import IdentityEdges
from harness.aep.identity.graph import IdentityGraph
from harness.aep.identity.identities import Identity, RecordIdentities, identity_map
from harness.aep.pql.moments import moment_of
from harness.aep.profile.computed_values import ComputedValues, with_computed
from harness.aep.profile.memberships import Memberships
from harness.aep.profile.merge import Fragment, lay_over, merge_fragments, rank
from harness.aep.profile.merge_policies import MergePolicies, rule_of, stitches
from harness.aep.xid import xid as xid_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from harness.aep.platform import Platform
    from harness.twin.tenant import Tenant

_FRAGMENTS = "profileFragments"
_EVENTS = "profileEvents"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileEvent:
    """An experience event of an identity. `at_ms` is its own timestamp."""

    xid: str
    event_id: str
    at_ms: int
    received_ms: int
    dataset_id: str
    entity: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileView:
    """A profile as one merge policy shows it.

    `key` is under what its memberships are kept: the cluster where the policy stitches, else the
    identity. `entity` has neither `identityMap` nor `segmentMembership`.
    """

    key: str
    xids: tuple[str, ...]
    identities: tuple[Identity, ...]
    policy: dict[str, Any]
    entity: dict[str, Any]
    sources: tuple[str, ...]
    tags: tuple[str, ...]
    last_modified_ms: int

    @property
    def identity_map(self) -> dict[str, list[dict[str, str]]]:
        """All identities, as XDM writes them."""
        return identity_map(self.identities)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileLink:
    """What a record did to profiles: whose it was, and whether their identities changed."""

    xid: str
    cluster: str
    absorbed: tuple[str, ...] = field(default=())
    identities_changed: bool


class Profiles:
    """Fragments and events by the XID of their primary identity."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store
        self.graph = platform.service(IdentityGraph)

    # what comes in

    def link(self, tenant: Tenant, found: RecordIdentities, *, stitch: bool) -> ProfileLink:
        """Take the identities of a record into the graph: all together, or only the primary one."""
        if found.primary is None:
            raise ValueError("a record without a primary identity belongs to no profile")
        primary = found.primary
        others = [one for one in found.all if one.key != primary.key] if stitch else []
        link = self.graph.take(tenant, [primary, *others])
        return ProfileLink(
            xid=xid_of(tenant.org, primary.namespace, primary.value),
            cluster=link.cluster,
            absorbed=link.absorbed,
            identities_changed=link.grown,
        )

    def put_fragment(
        self,
        tenant: Tenant,
        xid: str,
        dataset_id: str,
        record: dict[str, Any],
        xaction_id: str,
        received_ms: int,
        *,
        upsert: bool = False,
    ) -> None:
        """Keep what a dataset says of an identity in place of what it said before; `upsert` adds to that."""
        updated = moment_of(record.get("lastUpdatedDate"))
        held = self._store.get(tenant, _FRAGMENTS, xid) or {"fragments": {}}
        entity = {name: value for name, value in record.items() if name != "identityMap"}
        if upsert and dataset_id in held["fragments"]:
            before = held["fragments"][dataset_id]["entity"]
            lay_over(before, entity)
            entity = before
        held["fragments"][dataset_id] = {
            "entity": entity,
            "xaction_id": xaction_id,
            "received_ms": received_ms,
            "updated_ms": received_ms if updated is None else int(updated.timestamp() * 1000),
        }
        self._store.put(tenant, _FRAGMENTS, xid, held)

    def add_event(
        self, tenant: Tenant, xid: str, dataset_id: str, record: dict[str, Any], received_ms: int
    ) -> None:
        """Keep an event of an identity."""
        moment = moment_of(record.get("timestamp"))
        body = {
            "dataset_id": dataset_id,
            "at_ms": received_ms if moment is None else int(moment.timestamp() * 1000),
            "entity": record,
        }
        self._store.append(tenant, _EVENTS, xid, received_ms, body)

    # what is known

    def xids(self, tenant: Tenant, xid: str, policy: dict[str, Any] | None) -> tuple[str, ...]:
        """XIDs that make up a profile; empty when the identity is not known."""
        cluster = self.graph.cluster_of(tenant, xid)
        if cluster is None:
            return ()
        if policy is None or not stitches(policy):
            return (xid,)
        return tuple(self.graph.members(tenant, cluster))

    def key(self, tenant: Tenant, xid: str, policy: dict[str, Any]) -> str:
        """Under what the memberships of a profile are kept."""
        cluster = self.graph.cluster_of(tenant, xid)
        return f"pdg/{cluster}" if stitches(policy) else f"none/{xid}"

    def view(
        self, tenant: Tenant, xid: str, policy: dict[str, Any], *, computed: bool = True
    ) -> ProfileView | None:
        """Show the profile of an identity, with its computed attributes; None for one that is not known."""
        xids = self.xids(tenant, xid, policy)
        if not xids:
            return None
        rule = rule_of(policy)
        fragments = rank(self.fragments(tenant, xids), rule)
        entity = merge_fragments(fragments, rule)
        attributes = self._platform.service(ComputedValues).attributes(tenant) if computed else []
        if attributes:
            look_back = any(one.looks_at_events for one in attributes)
            events = self.events(tenant, xids) if look_back else []
            now_ms = self._platform.clock.now_ms()
            entity = with_computed(entity, attributes, [(one.at_ms, one.entity) for one in events], now_ms)
        return ProfileView(
            key=self.key(tenant, xid, policy),
            xids=xids,
            identities=tuple(self.graph.identities(tenant, xids)),
            policy=policy,
            entity=entity,
            sources=tuple(dict.fromkeys(one.dataset_id for one in fragments)),
            tags=tuple(dict.fromkeys(one.xaction_id for one in fragments)),
            last_modified_ms=max((one.received_ms for one in fragments), default=0),
        )

    def fragments(self, tenant: Tenant, xids: Iterable[str]) -> list[Fragment]:
        """Fragments of identities."""
        found = []
        for xid in xids:
            held = self._store.get(tenant, _FRAGMENTS, xid)
            for dataset_id, body in (held or {"fragments": {}})["fragments"].items():
                found.append(Fragment(dataset_id=dataset_id, xid=xid, **body))
        return found

    def events(self, tenant: Tenant, xids: Iterable[str]) -> list[ProfileEvent]:
        """Events of identities in time order; of two with one `_id`, the later received counts.

        Events of one moment stay in the order in which they were received.
        """
        found: dict[str, tuple[int, ProfileEvent]] = {}
        for xid in xids:
            for record in self._store.records(tenant, _EVENTS, xid):
                entity = record.body["entity"]
                event_id = str(entity.get("_id", record.seq))
                if event_id in found and found[event_id][0] > record.seq:
                    continue
                event = ProfileEvent(
                    xid=xid,
                    event_id=event_id,
                    at_ms=record.body["at_ms"],
                    received_ms=record.at,
                    dataset_id=record.body["dataset_id"],
                    entity=entity,
                )
                found[event_id] = (record.seq, event)
        in_order = sorted(found.values(), key=lambda one: (one[1].at_ms, one[0]))
        return [event for _, event in in_order]

    def everyone(self, tenant: Tenant, policy: dict[str, Any]) -> Iterator[ProfileView]:
        """All profiles that have data, under a policy; one at a time, however many there are."""
        seeds = self.graph.clusters(tenant) if stitches(policy) else self.graph.everyone(tenant)
        views = (self.view(tenant, seed, policy) for seed in seeds)
        return (
            view for view in views if view is not None and (view.sources or self.has_other_data(tenant, view))
        )

    def has_events(self, tenant: Tenant, xids: Iterable[str]) -> bool:
        """Whether there is an event of one of the identities."""
        return any(self._store.count_records(tenant, _EVENTS, xid) for xid in xids)

    def has_other_data(self, tenant: Tenant, view: ProfileView) -> bool:
        """Whether somebody without attributes has events, or is in an audience from outside."""
        return self.has_events(tenant, view.xids) or bool(
            self._platform.service(Memberships).held(tenant, view.key)
        )

    def delete(self, tenant: Tenant, xid: str) -> bool:
        """Remove the profile of an identity with all its data; False when it is not known."""
        cluster = self.graph.cluster_of(tenant, xid)
        if cluster is None:
            return False
        with self._store.transaction():
            members = self.graph.members(tenant, cluster)
            for member in members:
                self._store.delete(tenant, _FRAGMENTS, member)
                self._store.forget_records(tenant, _EVENTS, member)
            if len(members) > 1:
                self._platform.service(IdentityEdges).forget(tenant, members)
            self.graph.forget(tenant, cluster)
        return True

    def forget_dataset(self, tenant: Tenant, dataset_id: str) -> None:
        """Remove what a dataset said of profiles: fragments and events. Identities stay linked."""
        for xid in self.graph.everyone(tenant):
            held = self._store.get(tenant, _FRAGMENTS, xid)
            if held is not None and held["fragments"].pop(dataset_id, None) is not None:
                self._store.put(tenant, _FRAGMENTS, xid, held)
        self._forget_events(tenant, lambda body: body["dataset_id"] == dataset_id)

    def forget_events(self, tenant: Tenant, dataset_id: str, event_ids: set[str]) -> None:
        """Remove events of a dataset by their `_id`."""

        def named(body: dict[str, Any]) -> bool:
            return body["dataset_id"] == dataset_id and str(body["entity"].get("_id")) in event_ids

        self._forget_events(tenant, named)

    def _forget_events(self, tenant: Tenant, unwanted: Callable[[dict[str, Any]], bool]) -> None:
        for xid in {one.key for one in self._store.records(tenant, _EVENTS)}:
            events = self._store.records(tenant, _EVENTS, xid)
            kept = [one for one in events if not unwanted(one.body)]
            if len(kept) < len(events):
                self._store.forget_records(tenant, _EVENTS, xid)
                for one in kept:
                    self._store.append(tenant, _EVENTS, xid, one.at, one.body)

    def policy(self, tenant: Tenant, policy_id: str | None = None) -> dict[str, Any] | None:
        """Policy by its id, or the default one for profiles."""
        policies = self._platform.service(MergePolicies)
        if policy_id:
            return policies.get(tenant, policy_id)
        return policies.default(tenant)
