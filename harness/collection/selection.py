"""Which items run: `--folder` by the rules of newman, and `--exclude-folder`."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Final

from harness.collection.entry_pattern import fits
from harness.collection.model import Collection, Folder, Item
from harness.dialect import EXACT, InputAnswers
from harness.errors import UsageError
from harness.warning_kinds import WarningText

TreeEntry = Folder | Item

LISTED: Final = 20
"""How many names an error lists."""


def select(
    collection: Collection, names: Sequence[str], *, answers: InputAnswers = EXACT.inputs
) -> tuple[Item, ...]:
    """Return the items of the folders and requests that are named by id or name, in collection order.

    A single name means the first that fits, those of a folder before those of its folders; several mean the
    first of each in the order of the collection, each item once. No names, or one that is
    empty, select everything. `answers` say whether a path or a pattern will do
    (`Folder / Request`, `Folder/*`), which is for all that fit, whether an item
    selected by itself and by a folder two or more levels above runs twice, and how errors are worded.
    Of a collection with a `target` only what is in that can be selected. Raises `UsageError` for a name that
    nothing has.
    """
    if not names or list(names) == [""]:
        return tuple(collection.items() if collection.target is None else _items(collection.target))
    if len(names) == 1:
        found = _first(_start(collection), names[0])
        if found is None and answers.paths_select:
            found = _by_path(collection, names[0])
            if found is None and (several := _by_pattern(collection, names[0])):
                return _once(collection, several)
        if found is None and answers.bare_selection_errors:
            what = f'Unable to find a folder or request: "{names[0]}"'
            raise UsageError(what, hint=_candidates(collection, names))
        if found is None:
            raise _unknown(collection, names)
        return tuple(_items(found))
    wanted = dict.fromkeys(names)
    if answers.selects_once:
        return _several(collection, wanted)
    members: list[TreeEntry] = []
    _gather(_start(collection), wanted, members, collecting=True)
    if wanted:
        raise UsageError("Invalid entrypoint", hint=_candidates(collection, tuple(wanted)))
    return tuple(item for member in members for item in _items(member))


def _start(collection: Collection) -> Folder:
    """Return the folder whose entries are looked through: the one that the user named, if any."""
    if isinstance(collection.target, Item):
        return Folder(id="", name="", path=(), children=(collection.target,))
    return collection.root if collection.target is None else collection.target


def pick(
    collection: Collection, names: Sequence[str], *, answers: InputAnswers = EXACT.inputs
) -> tuple[Item, ...]:
    """Return the items of the folders and requests that are named by id or name, in the order given (`-i`).

    A name means the first that fits in the order of the collection, however deep it lies. What lies in a
    folder that is named, too, runs with that folder alone. Raises `UsageError` for a name that nothing has.
    """
    found: list[TreeEntry] = []
    unknown: list[str] = []
    for name in names:
        entry = next((one for one in _walk(_start(collection)) if name in (one.id, one.name)), None)
        if entry is None and answers.paths_select:
            entry = _by_path(collection, name)
        if entry is None:
            unknown.append(name)
        else:
            found.append(entry)
    if unknown:
        raise _unknown(collection, unknown)
    within = {id(inner) for entry in found if isinstance(entry, Folder) for inner in _walk(entry)}
    return tuple(item for entry in found if id(entry) not in within for item in _items(entry))


def passed_over(
    collection: Collection, names: Sequence[str], chosen: Sequence[Item]
) -> Iterator[WarningText]:
    """Warn of folders and requests that have a name which was asked for, and of which nothing was chosen.

    Names need not be unique, and `select` and `pick` take the first.
    """
    taken = {id(item) for item in chosen}
    for name in dict.fromkeys(names):
        called = [entry for entry in _walk(_start(collection)) if entry.name == name]
        items = [(entry, {id(item) for item in _items(entry)}) for entry in called]
        left = [" / ".join(entry.path) for entry, held in items if held and taken.isdisjoint(held)]
        if left and len(left) < len(called):
            more = f" and {len(left) - LISTED} more" if len(left) > LISTED else ""
            text = f"{len(called)} folders and requests are called {name!r}, and the first runs; these"
            yield WarningText(f"{text} do not: {', '.join(left[:LISTED])}{more}", kind="shared-name")


def leave_out(collection: Collection, items: Sequence[Item], names: Sequence[str]) -> tuple[Item, ...]:
    """Return the items that are in nothing that is named by id, name, path or pattern (`--exclude-folder`).

    A name means all folders and requests that have it. Raises `UsageError` for a name that nothing has.
    """
    out: set[int] = set()
    unknown: list[str] = []
    for name in names:
        found: list[TreeEntry] = [one for one in _walk(_start(collection)) if name in (one.id, one.name)]
        found = found or _at(collection, name)
        if not found:
            unknown.append(name)
        out.update(id(item) for entry in found for item in _items(entry))
    if unknown:
        raise _unknown(collection, unknown)
    return tuple(item for item in items if id(item) not in out)


def _first(folder: Folder, name: str) -> TreeEntry | None:
    for child in folder.children:
        if name in (child.id, child.name):
            return child
    for child in folder.children:
        found = _first(child, name) if isinstance(child, Folder) else None
        if found is not None:
            return found
    return None


def _several(collection: Collection, wanted: dict[str, None]) -> tuple[Item, ...]:
    members: list[TreeEntry] = []
    for entry in _walk(_start(collection)):
        name = next((one for one in (entry.id, entry.name) if one in wanted), None)
        if name is not None:
            del wanted[name]
            members.append(entry)
    found = {name: _at(collection, name) for name in wanted}
    unknown = tuple(name for name, entries in found.items() if not entries)
    if unknown:
        raise _unknown(collection, unknown)
    return _once(collection, [*members, *(entry for entries in found.values() for entry in entries)])


def _once(collection: Collection, members: Sequence[TreeEntry]) -> tuple[Item, ...]:
    chosen = {id(item) for member in members for item in _items(member)}
    return tuple(item for item in collection.items() if id(item) in chosen)


def _gather(folder: Folder, wanted: dict[str, None], members: list[TreeEntry], *, collecting: bool) -> None:
    """Gather as newman does, which looks no further up than one level for an entry already taken."""
    for child in folder.children:
        if not wanted:
            return
        name = next((one for one in (child.id, child.name) if one in wanted), None)
        if name is not None:
            del wanted[name]
            if collecting:
                members.append(child)
        if isinstance(child, Folder):
            _gather(child, wanted, members, collecting=name is None)


def _walk(folder: Folder) -> Iterator[TreeEntry]:
    for child in folder.children:
        yield child
        if isinstance(child, Folder):
            yield from _walk(child)


def _items(entry: TreeEntry) -> Iterator[Item]:
    return entry.items() if isinstance(entry, Folder) else iter((entry,))


def _by_path(collection: Collection, path: str) -> TreeEntry | None:
    return next((entry for entry in _walk(_start(collection)) if " / ".join(entry.path) == path), None)


def _by_pattern(collection: Collection, pattern: str) -> list[TreeEntry]:
    return [entry for entry in _walk(_start(collection)) if fits(entry.path, pattern)]


def _at(collection: Collection, path: str) -> list[TreeEntry]:
    """Return the entry that has a path, or else all that a pattern is for."""
    found = _by_path(collection, path)
    return _by_pattern(collection, path) if found is None else [found]


def _unknown(collection: Collection, names: Sequence[str]) -> UsageError:
    what = f"no folder or request is called {', '.join(map(repr, names))}"
    return UsageError(what, where=collection.file, hint=_candidates(collection, names))


def _candidates(collection: Collection, names: Sequence[str]) -> str:
    """Name what is nearly called like that, or what there is at the top."""
    known = {entry.name: " / ".join(entry.path) for entry in _walk(_start(collection))}
    near = [found for name in names for found in get_close_matches(name, known, n=3)]
    if near:
        return "did you mean " + ", ".join(repr(known[name]) for name in dict.fromkeys(near)) + "?"
    top = [child.path[-1] for child in _start(collection).children]
    more = f" and {len(top) - LISTED} more" if len(top) > LISTED else ""
    return "valid at the top: " + ", ".join(top[:LISTED]) + more if top else "the collection is empty"
