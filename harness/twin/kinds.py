"""Finds platforms that are installed, by the name of their entry point in the group `harness.platforms`."""

from __future__ import annotations

from importlib.metadata import entry_points

from harness.twin.surface import Kind

GROUP = "harness.platforms"


def kind_names() -> tuple[str, ...]:
    """Names of the platforms that are installed, sorted."""
    return tuple(sorted({one.name for one in entry_points(group=GROUP)}))


def find_kind(name: str) -> Kind:
    """Return the platform of a name; LookupError for none, TypeError for what is no `Kind`."""
    for one in entry_points(group=GROUP, name=name):
        found = one.load()
        if not isinstance(found, Kind):
            raise TypeError(f"the entry point {name!r} ({one.value}) leads to no platform: it must be a Kind")
        return found
    raise LookupError(name)
