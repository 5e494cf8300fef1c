"""What happens in the platform that one service tells others: see `harness.twin.events`.

A record lands, so a profile is written, so its segments are evaluated, so flows export it. Each step knows
the event before it and publishes the one after it, and no other step.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.twin.tenant import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLanded:
    """A record was accepted into a dataset.

    `dataset` is the Catalog document with its `id`; `streamed` tells streaming from batch.
    """

    tenant: Tenant
    dataset: dict[str, Any]
    schema_id: str
    record: dict[str, Any]
    xaction_id: str
    received_ms: int
    streamed: bool
    batch_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileWritten:
    """A record changed a profile. `xid` is its identity, `written` the fields whose values it brought.

    Segments are evaluated at once only for what was `streamed`.
    """

    tenant: Tenant
    xid: str
    written: dict[str, Any]
    identities_changed: bool
    streamed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChange:
    """What happened to a profile as one merge policy shows it: `segments` are those it entered or left."""

    segments: frozenset[str] = frozenset()
    identities: bool = False
    record: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChanged:
    """A profile changed, by the ids of merge policies."""

    tenant: Tenant
    xid: str
    changes: Mapping[str, ProfileChange]


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentsMapped:
    """An enabled flow activates more segments than before."""

    tenant: Tenant
    flow: dict[str, Any]
    segments: tuple[str, ...]
