"""What an expression is worked out over: a row, and the time and ids of the platform."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Where `now()` (epoch milliseconds) and `uuid()` are drawn from."""

    now_ms: Callable[[], int]
    new_id: Callable[[], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingScope:
    """A row of source data and its surroundings."""

    row: dict[str, Any]
    surroundings: Surroundings


MACHINE = Surroundings(now_ms=lambda: time.time_ns() // 1_000_000, new_id=lambda: str(uuid.uuid4()))
"""Surroundings of an expression that no platform works out."""
