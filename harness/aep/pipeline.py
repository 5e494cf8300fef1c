"""What follows when a record has landed in the data lake."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.aep.platform import Platform
    from harness.aep.store import Json


def record_landed(
    platform: Platform,
    *,
    org: str,
    sandbox: str,
    dataset: dict[str, Json],
    schema_id: str,
    record: dict[str, Json],
    xaction_id: str,
    received_ms: int,
    streamed: bool,
) -> None:
    """Take a record that was accepted into a dataset.

    `dataset` is the Catalog document with its `id`; `streamed` tells streaming from batch.
    """
    del platform, org, sandbox, dataset, schema_id, record, xaction_id, received_ms, streamed
