"""The plan: which calls run, in which order, for how many iterations."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any, Literal

from harness.collection.model import Auth, Collection, Folder, Item, Script
from harness.lazy_dataclass import dataclass


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
    """The calls of one collection in running order, and the data rows, one an iteration.

    `warnings` say what is odd about the rows and the choice of calls. The first `before` calls are the
    set-up of the run and the last `after` ones its teardown: those run in the first iteration alone, these in
    the last. Where iterations are `apart`, each is a run of its own and has both. `tags` are those that the
    companion gives, by position.
    """

    collection: Collection
    calls: tuple[Call, ...]
    rows: Sequence[Mapping[str, Any]] = ()
    iterations: int = 1
    warnings: tuple[str, ...] = ()
    before: int = 0
    after: int = 0
    apart: bool = False
    tags: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    def has(self, iteration: int, position: int) -> bool:
        """Whether an iteration has a call: those of set-up and teardown are in one alone."""
        if self.apart:
            return True
        if position < self.before:
            return iteration == 0
        return position < len(self.calls) - self.after or iteration == self.iterations - 1

    def part(self, position: int) -> Literal["before", "after"] | None:
        """Say whether a call is of the set-up or the teardown."""
        if position < self.before:
            return "before"
        return "after" if position >= len(self.calls) - self.after else None

    @property
    def steps(self) -> int:
        """How many calls all iterations have together."""
        once = 0 if self.apart else self.before + self.after
        return once + (len(self.calls) - once) * self.iterations

    @property
    def once(self) -> frozenset[tuple[int, int]]:
        """The steps of set-up and teardown: iteration and position of each."""
        count = len(self.calls)
        positions = (*range(self.before), *range(count - self.after, count))
        return frozenset(
            (iteration, position)
            for iteration in range(self.iterations if positions else 0)
            for position in positions
            if self.has(iteration, position)
        )


def calls_of(collection: Collection) -> tuple[Call, ...]:
    """Return every item of a collection as a call, with what it inherits, in collection order."""
    return tuple(_walk(collection.root, (), (), None, {}))


def _walk(
    folder: Folder,
    parents: tuple[Folder, ...],
    scripts: tuple[tuple[str, Script], ...],
    auth: Auth | None,
    profile: Mapping[str, Any],
) -> Iterator[Call]:
    label = " / ".join(folder.path)
    scripts = (*scripts, *((label, script) for script in folder.scripts))
    # An auth object on the way down replaces the inherited one, `noauth` included (postman.md 2).
    auth = folder.auth or auth
    profile = {**profile, **folder.profile}
    parents = (*parents, folder)
    for child in folder.children:
        if isinstance(child, Folder):
            yield from _walk(child, parents, scripts, auth, profile)
        else:
            own = tuple((" / ".join(child.path), script) for script in child.scripts)
            # A script for another protocol is not inherited.
            inherited = tuple(one for one in scripts if one[1].protocol in (None, child.protocol))
            yield Call(
                item=child,
                path=child.path,
                parents=parents[1:],
                auth=child.request.auth or auth,
                scripts=inherited + own,
                profile={**profile, **child.profile},
            )


def plan(
    collection: Collection,
    *,
    items: Sequence[Item] | None = None,
    rows: Sequence[Mapping[str, Any]] = (),
    iterations: int | None = None,
    warnings: tuple[str, ...] = (),
    before: int = 0,
    after: int = 0,
    apart: bool = False,
    tags: Mapping[int, tuple[str, ...]] | None = None,
) -> Plan:
    """Plan a run of the given items, in the order given, or of all of them; one given twice runs twice.

    The first `before` items are the run's set-up and the last `after` ones its teardown; `tags` are by the
    identity of items. Without a number of iterations there is one for each data row, and one when there are
    no rows.
    """
    calls = calls_of(collection)
    if items is not None:
        by_item = {id(call.item): call for call in calls}
        calls = tuple(by_item[id(item)] for item in items)
    return Plan(
        collection=collection,
        calls=calls,
        rows=rows,
        iterations=iterations if iterations is not None else max(1, len(rows)),
        warnings=warnings,
        before=before,
        after=after,
        apart=apart,
        tags={
            position: tags[id(call.item)]
            for position, call in enumerate(calls if tags else ())
            if tags and id(call.item) in tags
        },
    )


def row_of(rows: Sequence[Mapping[str, Any]], iteration: int) -> Mapping[str, Any]:
    """Return the data row of an iteration; when there are too few the last one repeats, as in newman."""
    if not rows:
        return {}
    return rows[min(iteration, len(rows) - 1)]
