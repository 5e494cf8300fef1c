"""Records that have landed in the data lake and are not in profiles yet: eventual consistency.

Kept in the store, so that they survive the process; worked off by the platform's clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.aep.catalog.datasets import Catalog
from harness.aep.events import RecordLanded
from harness.twin.tenant import NOWHERE, Tenant

if TYPE_CHECKING:
    from harness.aep.platform import Platform

_STREAM = "landing-queue"
_KEPT = ("schema_id", "record", "xaction_id", "received_ms", "streamed", "batch_id")
_AT_ONCE = 200


class LandingQueue:
    """Lets what follows from a record follow when the settings' delay has passed."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store
        self._waiting = self._store.count_records(NOWHERE, _STREAM)
        platform.at_settle(lambda: self.catch_up(everything=True))

    def put(self, landed: RecordLanded) -> None:
        """Keep what landed until the delay has passed."""
        due_ms = landed.received_ms + self._platform.settings.ingest_delay_ms
        kept = {name: getattr(landed, name) for name in _KEPT}
        document = {**landed.tenant._asdict(), "dataset_id": landed.dataset["id"], **kept}
        self._store.append(NOWHERE, _STREAM, landed.xaction_id, due_ms, document)
        self._waiting += 1

    def catch_up(self, *, everything: bool = False) -> None:
        """Work off what is due by the platform's clock, in the order it came, or all there is."""
        while self._waiting:
            now = self._platform.clock.now_ms()
            found = self._store.records(NOWHERE, _STREAM, limit=_AT_ONCE)
            if not found:
                self._waiting = 0
            for record in found:
                if record.at > now and not everything:
                    return
                body = dict(record.body)
                tenant, dataset_id = Tenant(body.pop("org"), body.pop("sandbox")), body.pop("dataset_id")
                with self._store.transaction():
                    dataset = self._platform.service(Catalog).dataset(tenant, dataset_id)
                    if dataset is not None:
                        self._platform.events.publish(RecordLanded(tenant=tenant, dataset=dataset, **body))
                    self._store.forget_records(NOWHERE, _STREAM, record.key)
                self._waiting -= 1
