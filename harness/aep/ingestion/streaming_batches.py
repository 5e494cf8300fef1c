"""Batches that hold what was streamed: one per dataset and quarter of an hour, good and bad apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.aep.ingestion.batches import Batches

if TYPE_CHECKING:
    from harness.aep.platform import Platform
    from harness.twin.tenant import Tenant

_WINDOW_MS = 15 * 60 * 1000


class StreamingBatches:
    """Gives the batch that a streamed record belongs to."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._batches = platform.service(Batches)
        self._open: dict[tuple[Tenant, str, bool], tuple[int, str]] = {}

    def batch_for(self, tenant: Tenant, dataset_id: str, received_ms: int, *, good: bool) -> str:
        """Id of the batch; a new one is made when a window begins."""
        window = received_ms // _WINDOW_MS
        key = (tenant, dataset_id, good)
        held = self._open.get(key)
        if held is not None and held[0] == window and self._exists(tenant, held[1]):
            return held[1]
        if len(self._open) > 10_000:
            self._open.clear()
        batch = self._batches.make(
            tenant,
            dataset_id,
            status="success" if good else "failure",
            streamed=True,
        )
        self._open[key] = (window, batch["id"])
        return str(batch["id"])

    def _exists(self, tenant: Tenant, batch_id: str) -> bool:
        return self._platform.store.version(tenant, "batch", batch_id) > 0
