"""What a cassette holds: interactions, and what is known about the recording as a whole."""

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any

from harness.client.message import Failure, ResolvedRequest, Response
from harness.client.transport import HopContext
from harness.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStart:
    """When an attempt of a call began to read its clock, in milliseconds since the epoch.

    `variables` are the values, by scope and name, that calls before it changed.
    """

    call: tuple[str, ...]
    iteration: int
    attempt: int
    start_ms: float
    variables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """A request and what came of it: a response, or the failure to get one.

    `recorded_at` is ISO 8601 in UTC, empty when unknown. `clock_ms` is when the call attempt began, `None`
    for cassettes that others made; `number` counts the interactions of a recording from 0.
    """

    request: ResolvedRequest
    response: Response | None = None
    failure: Failure | None = None
    context: HopContext = field(default_factory=HopContext)
    recorded_at: str = ""
    elapsed_ms: float = 0.0
    clock_ms: float | None = None
    number: int = 0

    def numbered(self, number: int) -> "Interaction":
        """Return the same interaction at another place."""
        return replace(self, number=number)


@dataclass(frozen=True, slots=True, kw_only=True)
class CassetteMetadata:
    """What is known about a recording.

    `base_addresses` are variables and the addresses they held; `environment` all variables of the
    environment with placeholders for secrets; `shapes` says of secrets what their stand-ins must look like.
    `clock_ms` is when the recording began. `clocks` are the starts of attempts that sent nothing
    or found changed variables. `seeds` are those of calls, by path, that were recorded apart and drew from
    another one.
    """

    harness: str = ""
    collection: str = ""
    collection_hash: str = ""
    note: str = ""
    complete: bool = True
    seed: int | None = None
    seeds: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    clock_ms: float | None = None
    clocks: tuple[ClockStart, ...] = ()
    base_addresses: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    shapes: Mapping[str, str] = field(default_factory=dict)
    other: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cassette:
    """Interactions in the order they were recorded. `file` is the path as the user gave it."""

    interactions: tuple[Interaction, ...] = ()
    metadata: CassetteMetadata = field(default_factory=CassetteMetadata)
    file: str = ""
