"""What can be chosen about any platform."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinSettings:
    """Where state is kept, what time it is, how much a client may send, and which faults there are.

    Times are in the unit their name ends with. `latency_ms` is how long every answer takes at least,
    `fail_rate` which share of the calls is answered 503. `served_files` are files by address, answered
    whatever the path means here: a host mapping leads to them.
    """

    data_file: Path | None = None
    seed: int | None = None
    clock_start_ms: int | None = None
    latency_ms: int = 0
    fail_rate: float = 0.0
    body_limit_bytes: int = 10 * 1_048_576
    patience_s: float = 30.0
    platform_url: str | None = None
    served_files: tuple[tuple[str, Path], ...] = ()

    def but(self, **changes: object) -> Self:
        """Return a copy with the changes."""
        return replace(self, **changes)  # type: ignore[arg-type]  # names are checked by replace
