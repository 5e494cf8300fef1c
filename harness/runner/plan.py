"""The plan: which calls run, in which order, for how many iterations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.collection.model import Auth, Collection, Folder, Item, Script


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An item in the plan with all it inherits.

    `path` are the names from below the collection to the item; `scripts` pair a label with each script,
    the collection's first; `auth` is the nearest one; `profile` the merged `protocolProfileBehavior`.
    `parents` are the folders from the outermost to the innermost.
    """

    item: Item
    path: tuple[str, ...]
    parents: tuple[Folder, ...] = ()
    auth: Auth | None = None
    scripts: tuple[tuple[str, Script], ...] = ()
    profile: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The calls of one collection in running order, and the data rows, one an iteration."""

    collection: Collection
    calls: tuple[Call, ...]
    rows: Sequence[Mapping[str, Any]] = ()
    iterations: int = 1
