"""The private identity graph: which identities belong to one person.

Two identities belong together when a record named both. A group of linked identities is a cluster;
its id is that of the identity it started from, and the smaller cluster joins the larger one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.aep.identity.identities import Identity
from harness.aep.xid import xid as xid_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.aep.platform import Platform
    from harness.twin.tenant import Tenant

_NODE = "identity"
_CLUSTER = "identityCluster"
_MOST_MOVES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What taking identities in came to.

    `cluster` is theirs now, `absorbed` were clusters of their own before, `grown` tells that the
    cluster has members it had not before.
    """

    cluster: str
    absorbed: tuple[str, ...]
    grown: bool


class IdentityGraph:
    """Identities and clusters of every sandbox."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store

    def take(self, tenant: Tenant, identities: Iterable[Identity]) -> Link:
        """Make sure the identities are there and belong to one cluster."""
        clusters: dict[str, list[str]] = {}
        new: set[str] = set()
        for identity in identities:
            xid = xid_of(tenant.org, identity.namespace, identity.value)
            node = self._store.get(tenant, _NODE, xid)
            if node is None:
                new.add(xid)
                body = {
                    "namespace": identity.namespace,
                    "value": identity.value,
                    "cluster": xid,
                    "moves": [[xid, self._platform.clock.now_ms()]],
                }
                self._store.put(tenant, _NODE, xid, body)
                clusters[xid] = [xid]
            elif node["cluster"] not in clusters:
                clusters[node["cluster"]] = self._members(tenant, node["cluster"])
        if not clusters:
            raise ValueError("no identities given")
        # The largest cluster keeps its id; of equals, the one named first.
        keeper = max(clusters, key=lambda cluster: len(clusters[cluster]))
        joining = [cluster for cluster in clusters if cluster != keeper]
        if joining or new:
            moved = [member for cluster in joining for member in clusters[cluster]]
            self._write(tenant, keeper, clusters[keeper] + moved)
            for cluster in joining:
                self._store.delete(tenant, _CLUSTER, cluster)
            for member in moved:
                self._point(tenant, member, keeper)
        absorbed = tuple(cluster for cluster in joining if cluster not in new)
        return Link(cluster=keeper, absorbed=absorbed, grown=bool(joining or new))

    def cluster_of(self, tenant: Tenant, xid: str) -> str | None:
        """Id of the cluster of an identity; None when the identity is not known."""
        node = self._store.get(tenant, _NODE, xid)
        return None if node is None else str(node["cluster"])

    def history(self, tenant: Tenant, xid: str) -> list[tuple[str, int]]:
        """Clusters that an identity was in and since when (epoch ms), the present one first."""
        node = self._store.get(tenant, _NODE, xid)
        moves = [] if node is None else node.get("moves", [])
        return [(str(cluster), int(at_ms)) for cluster, at_ms in reversed(moves)]

    def members(self, tenant: Tenant, cluster: str) -> list[str]:
        """XIDs of a cluster in the order they joined; empty for a cluster that is not there."""
        found = self._store.get(tenant, _CLUSTER, cluster)
        return [] if found is None else list(found["members"])

    def identity(self, tenant: Tenant, xid: str) -> Identity | None:
        """Identity behind an XID."""
        node = self._store.get(tenant, _NODE, xid)
        return None if node is None else _identity(node)

    def identities(self, tenant: Tenant, xids: Iterable[str]) -> list[Identity]:
        """Identities behind XIDs, those that are known."""
        found = (self._store.get(tenant, _NODE, xid) for xid in xids)
        return [_identity(node) for node in found if node is not None]

    def clusters(self, tenant: Tenant) -> Iterator[str]:
        """Ids of all clusters, oldest first."""
        return (body["id"] for body in self._store.each(tenant, _CLUSTER))

    def everyone(self, tenant: Tenant) -> Iterator[str]:
        """XIDs of all identities, oldest first."""
        return (
            xid_of(tenant.org, body["namespace"], body["value"]) for body in self._store.each(tenant, _NODE)
        )

    def forget(self, tenant: Tenant, cluster: str) -> None:
        """Remove a cluster with its identities."""
        for member in self._members(tenant, cluster):
            self._store.delete(tenant, _NODE, member)
        self._store.delete(tenant, _CLUSTER, cluster)

    def _members(self, tenant: Tenant, cluster: str) -> list[str]:
        return self.members(tenant, cluster) or [cluster]

    def _write(self, tenant: Tenant, cluster: str, members: list[str]) -> None:
        self._store.put(tenant, _CLUSTER, cluster, {"id": cluster, "members": members})

    def _point(self, tenant: Tenant, xid: str, cluster: str) -> None:
        node = self._store.get(tenant, _NODE, xid)
        if node is not None:
            moves = [*node.get("moves", []), [cluster, self._platform.clock.now_ms()]]
            moved = {**node, "cluster": cluster, "moves": moves[-_MOST_MOVES:]}
            self._store.put(tenant, _NODE, xid, moved)


def _identity(node: dict[str, Any]) -> Identity:
    return Identity(namespace=node["namespace"], value=node["value"])
