"""The companion of a collection: what the runner does besides sending its calls.

A companion file `NAME.harness.yaml` beside `NAME.postman_collection.json` leaves the collection as Postman
exported it. This module is what such a file says; `companion_file` reads it.
"""

import os
from collections.abc import Iterator
from dataclasses import field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, Literal

from harness.collection.model import Collection, Folder, Item
from harness.errors import InputError, Place
from harness.lazy_dataclass import dataclass

CompanionScope = Literal["environment", "collection", "globals", "local"]
ExtractSource = Literal["path", "header", "body"]
ExpectSubject = Literal["status", "header", "path"]
ExpectCheck = Literal["equals", "matches", "exists", "type", "count"]
RetryGoal = Literal["expect", "pass"]

ENDINGS: Final = (".harness.yaml", ".harness.yml")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractEntry:
    """A value to take out of the answer into a variable.

    `expression` is the JSONPath or the header's name, empty for the whole body; `regex` then picks a part of
    what was found: its first group, or all of it.
    """

    variable: str
    source: ExtractSource
    expression: str = ""
    regex: str | None = None
    scope: CompanionScope = "environment"
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectEntry:
    """One thing that has to hold for the answer.

    `target` is the header's name or the JSONPath; `wanted` what the check compares with, which may hold
    `{{name}}`. The status has a tuple of numbers and classes (`2xx`) as its `wanted`.
    """

    subject: ExpectSubject
    check: ExpectCheck
    wanted: Any
    target: str = ""
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryEntry:
    """Send again until the goal is reached: `expect` the companion's own, `pass` all that the call asserts.

    Times are in seconds; the first attempt is at 0, none begins after `for_s`.
    """

    until: RetryGoal = "expect"
    every_s: float = 1.0
    for_s: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoredRule:
    """Violations of an OpenAPI description that are known, and why they fail nothing.

    `rule` is a keyword of the schema (`additionalProperties`), or `status`, `content-type`, `required`,
    `json`; `at` where: `body /items/*/id`. An empty one is any.
    """

    reason: str
    rule: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractEntry:
    """What the companion says of checking a call, or all calls, against the OpenAPI description."""

    check: bool = True
    ignored: tuple[IgnoredRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OnceEntry:
    """A call, or all calls of a folder, of a run's set-up or teardown."""

    path: tuple[str, ...]
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEntry:
    """What the companion says of a call, or of all calls of a folder.

    `always` calls run also when the run was ended early; `only_platform` skips the call elsewhere; `needs`
    are the paths of calls that have to run before this one; `openapi` says how it is checked against the
    description; `tags` are words by which it is chosen. Where calls go side by side, `parallel` says that
    this one may, or must not, whatever it seems to do, and `after` which ones it waits for.
    """

    path: tuple[str, ...]
    extract: tuple[ExtractEntry, ...] = ()
    expect: tuple[ExpectEntry, ...] = ()
    retry: RetryEntry | None = None
    only_platform: str | None = None
    always: bool = False
    needs: tuple[tuple[str, ...], ...] = ()
    openapi: ContractEntry | None = None
    parallel: bool | None = None
    after: tuple[tuple[str, ...], ...] = ()
    tags: tuple[str, ...] = ()
    place: Place = field(default_factory=Place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """A companion file. Paths of files are relative to the working directory; addresses stay as they are.

    `openapi` is the description that the calls are checked against, `ignored` are violations that are known.
    `before` is the set-up of a run and `after` its teardown: calls that run once, whatever the iterations.
    """

    file: str = ""
    environment: str | None = None
    globals: str | None = None
    platform: str | None = None
    cassette: str | None = None
    openapi: str | None = None
    ignored: tuple[IgnoredRule, ...] = ()
    before: tuple[OnceEntry, ...] = ()
    after: tuple[OnceEntry, ...] = ()
    calls: tuple[CallEntry, ...] = ()


def companion_beside(collection: str | os.PathLike[str]) -> Path | None:
    """Return the companion file beside a collection, `None` when there is none."""
    path = Path(collection)
    if path.is_dir():
        path = path if path.name not in ("", "..") else path.resolve()
        return next(
            (one for ending in ENDINGS if (one := path.with_name(path.name + ending)).is_file()), None
        )
    candidates = (path.with_name(stem_of(path.name) + ending) for ending in ENDINGS)
    return next((one for one in candidates if one.is_file()), None)


def stem_of(name: str) -> str:
    """Return the name that a collection's file shares with what goes with it: companion, cassette."""
    return name.removesuffix(".json").removesuffix(".postman_collection")


def bind(companion: Companion, collection: Collection) -> tuple[CallEntry | None, ...]:
    """Return for each item of the collection, in its order, all that the companion says of it.

    An entry for a folder is for all of its calls; what is said of a call itself comes after and wins. Of
    folders or calls with the same name beside each other the second is called `Name [2]`. Raises
    `InputError` for an entry, or a need, that fits no call.
    """
    tree = tuple(numbered(collection.root))
    known = {path: index for index, (path, _) in enumerate(tree)}
    items = [(path, entry) for path, entry in tree if isinstance(entry, Item)]
    bound: list[CallEntry | None] = [None] * len(items)
    said: dict[tuple[str, ...], CallEntry] = {}
    for entry in companion.calls:
        if entry.path not in known:
            raise _unknown(entry.path, tuple(known), entry.place)
        if entry.path in said:
            other = said[entry.path].place.field
            raise InputError("this call has two entries", where=entry.place, hint=f"the other is at {other}")
        said[entry.path] = entry
        for key, paths in (("needs", entry.needs), ("after", entry.after)):
            for path in paths:
                if path not in known:
                    place = replace(entry.place, field=f"{key}, {entry.place.field}")
                    raise _unknown(path, tuple(known), place)
        if not any(_within(path, entry.path) for path, _ in items):
            raise InputError("this entry is used by nothing: the folder has no calls", where=entry.place)
    for entry in sorted(companion.calls, key=lambda one: len(one.path)):
        for index, (path, _) in enumerate(items):
            if _within(path, entry.path):
                bound[index] = _merged(bound[index], entry, path)
    return tuple(bound)


def once(companion: Companion, collection: Collection) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """Return the items of a run's set-up and of its teardown, in the order in which they run.

    Raises `InputError` for an entry that fits no call, and for a call that is named twice.
    """
    if not companion.before and not companion.after:
        return (), ()
    tree = tuple(numbered(collection.root))
    known = tuple(path for path, _ in tree)
    named: dict[int, str] = {}
    found: dict[str, list[Item]] = {"before": [], "after": []}
    for key, entries in (("before", companion.before), ("after", companion.after)):
        for entry in entries:
            if entry.path not in known:
                raise _unknown(entry.path, known, entry.place)
            items = [one for path, one in tree if isinstance(one, Item) and _within(path, entry.path)]
            if not items:
                raise InputError("this entry is used by nothing: the folder has no calls", where=entry.place)
            for item in items:
                if id(item) in named:
                    what = f"{' / '.join(item.path)!r} runs once, and is named twice"
                    raise InputError(what, where=entry.place, hint=f"it is in {named[id(item)]}, too")
                named[id(item)] = key
            found[key] += items
    return tuple(found["before"]), tuple(found["after"])


def _within(path: tuple[str, ...], folder: tuple[str, ...]) -> bool:
    return path[: len(folder)] == folder


def _merged(outer: CallEntry | None, inner: CallEntry, path: tuple[str, ...]) -> CallEntry:
    if outer is None:
        return replace(inner, path=path)
    return CallEntry(
        path=path,
        extract=outer.extract + inner.extract,
        expect=outer.expect + inner.expect,
        retry=inner.retry or outer.retry,
        only_platform=inner.only_platform or outer.only_platform,
        always=inner.always or outer.always,
        needs=outer.needs + inner.needs,
        openapi=_merged_contract(outer.openapi, inner.openapi),
        parallel=outer.parallel if inner.parallel is None else inner.parallel,
        after=outer.after + inner.after,
        tags=tuple(dict.fromkeys(outer.tags + inner.tags)),
        place=inner.place,
    )


def _merged_contract(outer: ContractEntry | None, inner: ContractEntry | None) -> ContractEntry | None:
    if outer is None or inner is None:
        return inner or outer
    return replace(inner, ignored=outer.ignored + inner.ignored)


def numbered(folder: Folder, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Folder | Item]]:
    """Walk folders and items with paths of which no two are the same: `Name [2]` is the second of a name."""
    seen: dict[str, int] = {}
    taken = {child.path[-1] for child in folder.children}
    for child in folder.children:
        name = child.path[-1]
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            number = seen[name]
            while f"{name} [{number}]" in taken:
                number += 1
            name = f"{name} [{number}]"
            taken.add(name)
        yield (*path, name), child
        if isinstance(child, Folder):
            yield from numbered(child, (*path, name))


def _unknown(path: tuple[str, ...], known: tuple[tuple[str, ...], ...], place: Place) -> InputError:
    spelled = {" / ".join(one): one for one in known}
    written = " / ".join(path)
    same_end = [name for name, one in spelled.items() if one[-1:] == path[-1:]]
    near = get_close_matches(written, spelled, n=3, cutoff=0.5)
    found = list(dict.fromkeys((*same_end, *near)))[:3]
    hint = "did you mean " + " or ".join(map(repr, found)) + "?" if found else ""
    top = ", ".join(one[0] for one in known if len(one) == 1)
    return InputError(
        f"there is no call or folder {written!r}", where=place, hint=hint or f"valid at the top: {top}"
    )
