"""Puts a platform together: who is told of what happens."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from harness.aep.events import ProfileChanged, ProfileWritten, RecordLanded, SegmentsMapped
from harness.aep.platform import Platform
from harness.twin.control import Moved

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.aep.settings import Settings
    from harness.twin.clock import SettableClock

SUBSCRIBERS: tuple[tuple[type[Any], str, str], ...] = (
    (RecordLanded, "harness.aep.profile.intake", "record_landed"),
    (ProfileWritten, "harness.aep.segmentation.streaming_evaluation", "profile_written"),
    (ProfileChanged, "harness.aep.flow.activation", "profile_changed"),
    (SegmentsMapped, "harness.aep.flow.activation", "segments_mapped"),
    (Moved, "harness.aep.jobs.scheduler", "clock_moved"),
)
"""Functions `(platform, event)` by module, imported with the first event: starting is fast."""


def assemble(settings: Settings, clock: SettableClock | None = None) -> Platform:
    """Make a platform whose services hear of one another."""
    platform = Platform(settings, clock=clock)
    for kind, module, name in SUBSCRIBERS:
        platform.events.subscribe(kind, _late(platform, module, name))
    return platform


def _late(platform: Platform, module: str, name: str) -> Callable[[Any], None]:
    known: list[Callable[[Platform, Any], None]] = []

    def tell(event: Any) -> None:
        if not known:
            known.append(getattr(import_module(module), name))
        known[0](platform, event)

    return tell
