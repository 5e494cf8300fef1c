"""Where the data lake is in the store: streams of records by batch, and what belongs to a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.twin.store import Store
    from harness.twin.tenant import Tenant

LAKE = "lake"
"""Stream of the records that were accepted, by batch."""

FAILED = "lake-failed"
"""Stream of the records that were refused, with the reason, by batch."""

BATCH_KIND = "batch"
FILE_KIND = "batch-file"


def batches_of(store: Store, tenant: Tenant, dataset_id: str) -> Iterator[str]:
    """Ids of a dataset's batches, oldest first."""
    for batch in store.find(tenant, BATCH_KIND):
        if batch["relatedObjects"][0]["id"] == dataset_id:
            yield batch["id"]


def discard_batch(store: Store, tenant: Tenant, batch_id: str) -> None:
    """Remove a batch with its records and uploaded files."""
    for stream in (LAKE, FAILED):
        store.forget_records(tenant, stream, batch_id)
    for file in store.find(tenant, FILE_KIND, batchId=batch_id):
        store.delete_blob(tenant, file["id"])
        for part in file.get("parts", ()):
            store.delete_blob(tenant, f"{file['id']}\0{part}")
        store.delete(tenant, FILE_KIND, file["id"])
    store.delete(tenant, BATCH_KIND, batch_id)
