"""Edges of the identity graph: which identities were named together, when, and by whose records."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.aep.xid import xid as xid_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harness.aep.identity.identities import Identity
    from harness.aep.platform import Platform
    from harness.twin.store import Json
    from harness.twin.tenant import Tenant

_KIND = "identityEdge"
_MOST_BATCHES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityEdge:
    """Two identities, by XID, that records named together; times are epoch milliseconds."""

    one: str
    other: str
    first_ms: int
    last_ms: int
    datasets: tuple[str, ...]
    batches: tuple[str, ...]


class IdentityEdges:
    """Edges of every sandbox. The primary identity of a record is linked with each other one."""

    def __init__(self, platform: Platform) -> None:
        self._store = platform.store

    def note(
        self,
        tenant: Tenant,
        identities: Sequence[Identity],
        *,
        dataset_id: str,
        batch_id: str,
        at_ms: int,
    ) -> None:
        """Keep that a record named these identities; the first is its primary one."""
        primary, *others = (xid_of(tenant.org, one.namespace, one.value) for one in identities)
        for other in others:
            one, two = sorted((primary, other))
            key = f"{one}|{two}"
            held = self._store.get(tenant, _KIND, key)
            datasets = held["datasets"] if held else []
            batches = held["batches"] if held else []
            body = {
                "one": one,
                "other": two,
                "first_ms": held["first_ms"] if held else at_ms,
                "last_ms": at_ms,
                "datasets": datasets if dataset_id in datasets else [*datasets, dataset_id],
                "batches": batches if batch_id in batches else [*batches, batch_id][-_MOST_BATCHES:],
            }
            self._store.put(tenant, _KIND, key, body)

    def among(self, tenant: Tenant, xids: Iterable[str]) -> list[IdentityEdge]:
        """Edges between members of a cluster, oldest first."""
        wanted = set(xids)
        if len(wanted) < 2:
            return []
        found = [
            IdentityEdge(
                one=body["one"],
                other=body["other"],
                first_ms=body["first_ms"],
                last_ms=body["last_ms"],
                datasets=tuple(body["datasets"]),
                batches=tuple(body["batches"]),
            )
            for xid in wanted
            for body in self._from(tenant, xid)
            if body["other"] in wanted
        ]
        return sorted(found, key=lambda edge: (edge.first_ms, edge.one, edge.other))

    def forget(self, tenant: Tenant, xids: Iterable[str]) -> None:
        """Remove the edges between identities that are removed."""
        for edge in self.among(tenant, xids):
            self._store.delete(tenant, _KIND, f"{edge.one}|{edge.other}")

    def _from(self, tenant: Tenant, xid: str) -> list[dict[str, Json]]:
        """Read the edges whose id begins with an XID; the sign after `|` ends the range."""
        rows = self._store.rows(
            "SELECT body FROM document WHERE kind = ? AND id > ? AND id < ? AND org = ? AND sandbox = ?",
            (_KIND, f"{xid}|", f"{xid}{chr(ord('|') + 1)}", *tenant),
        )
        return [json.loads(body) for (body,) in rows]

    def seen(self, tenant: Tenant, xids: Iterable[str]) -> dict[str, int]:
        """When members of a cluster were last linked, epoch milliseconds by XID."""
        times: dict[str, int] = {}
        for edge in self.among(tenant, xids):
            for xid in (edge.one, edge.other):
                times[xid] = max(times.get(xid, 0), edge.last_ms)
        return times
