"""A collection of format v3 as the model: folders, requests, what they inherit, and what was left out.

The order of siblings is their `order`, then their name by code units, folders and requests alike. A file that
is no YAML is a fault of the collection; below a definition that cannot be read nothing is kept, since nobody
knows with which authorization it would be sent.
"""

import gc
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from harness.collection.model import Collection, Folder, Item, Notice, Request, Url
from harness.collection.request_json import request_from_json
from harness.collection.schemas import V21_SCHEMA
from harness.collection.v3.definition import Definition, read_definition
from harness.collection.v3.directory import RESOURCES, Directory, read_file, request_stem, scan
from harness.collection.v3.entries import script_json
from harness.collection.v3.fields import Notes
from harness.collection.v3.request import RequestFile, read_request
from harness.collection.yaml_document import YamlNode, core_scalar, parse_yaml
from harness.errors import InputError, Place


def read_directory(root: str, target: str | None = None) -> Collection:
    """Read the collection that a directory is.

    `target` is a folder or a request file below it, the only one that is to run. Raises `InputError` for a
    directory that holds no part of a collection.
    """
    directory, notes = scan(root)
    if directory.empty:
        raise InputError(
            "the folder is no collection: it holds neither a request nor .resources/definition.yaml",
            where=root,
            hint=_instead_of(Path(root)),
        )
    reader = _CollectionReader(root, target)
    reader.notices += notes.notices
    with _uncollected():
        found = reader.folder(directory, "", (), of_collection=True)
    if target is not None and reader.target is None:
        # What was named is left out, as a notice says: nothing is to run in its place.
        reader.target = Folder(id="", name="", path=())
    document = {
        "info": {"_postman_id": found.entry.id, "name": found.name, "schema": V21_SCHEMA},
        **found.json,
    }
    assert isinstance(found.entry, Folder)  # noqa: S101 - it was read as one
    return Collection(
        id=found.entry.id,
        name=found.name,
        root=found.entry,
        file=root,
        variables=found.definition.variables,
        description=found.definition.description,
        source=document,
        notices=tuple(one for one in reader.notices if reader.concerns(one.file)),
        target=reader.target,
    )


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from looking for circles among thousands of objects that form none.

    What was made counts as old afterwards, or the next small collection would look at all of it.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
            gc.enable()


@dataclass(slots=True, kw_only=True)
class _Found:
    """A folder or item with what its parent needs to place it."""

    entry: Folder | Item
    name: str
    order: int | float
    json: dict[str, Any]
    definition: Definition = field(default_factory=Definition)

    @property
    def rank(self) -> tuple[int | float, bytes]:
        return self.order, self.name.encode("utf-16-be", "surrogatepass")


def _instead_of(folder: Path) -> str:
    """Name the collections that are files in a folder, where there are any."""
    for pattern in ("*.postman_collection.json", "*.json"):
        found = sorted(folder.glob(pattern))
        if found:
            named = ", ".join(repr(str(one)) for one in found[:_NAMED])
            more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
            return f"did you mean {named}{more}?"
    return "name the folder of a collection (its requests are called NAME.request.yaml), or a file"


class _CollectionReader:
    """Reads directories, and gathers what was left out and what cannot be read."""

    def __init__(self, root: str, target: str | None) -> None:
        self.root = root
        self.wanted = None if target is None else os.path.realpath(target)
        self.target: Folder | Item | None = None
        self.notices: list[Notice] = []

    def folder(
        self, directory: Directory, relative: str, path: tuple[str, ...], *, of_collection: bool = False
    ) -> _Found:
        definition = Definition()
        unreadable: _Found | None = None
        if directory.definition is not None:
            try:
                definition = self.definition(directory, of_collection=of_collection)
            except InputError as error:
                fault = _fault(f"{directory.path}/{directory.definition}", error, "nothing below it is sent")
                above = () if of_collection else (*path, directory.name)
                unreadable = _unreadable("definition.yaml", fault, relative, above)
                if self.within(directory.path):
                    self.target = unreadable.entry
        name = definition.name or directory.name
        here = () if of_collection else (*path, name)
        found = [unreadable] if unreadable is not None else list(self.children(directory, relative, here))
        found.sort(key=lambda one: one.rank)
        folder = Folder(
            id=definition.id or made_up_id(relative),
            name="" if of_collection else name,
            path=here,
            children=tuple(one.entry for one in found),
            auth=definition.auth,
            scripts=definition.scripts,
            description=definition.description,
            file=directory.path,
        )
        json = {**definition.json, "item": [one.json for one in found]}
        if not of_collection:
            json = {"id": folder.id, "name": name, **json}
        placed = _Found(entry=folder, name=name, order=definition.order, json=json, definition=definition)
        if not of_collection:
            self.aim(directory.path, placed)
        return placed

    def children(self, directory: Directory, relative: str, path: tuple[str, ...]) -> Iterator[_Found]:
        for inner in directory.folders:
            yield self.folder(inner, f"{relative}/{inner.name}", path)
        for file in directory.requests:
            found = self.item(f"{directory.path}/{file}", file, f"{relative}/{file}", path)
            if found is not None:
                yield found

    def definition(self, directory: Directory, *, of_collection: bool) -> Definition:
        file = f"{directory.path}/{directory.definition}"
        notes = Notes(file)
        definition = read_definition(read_yaml(file), notes, of_collection=of_collection)
        self.notices += notes.notices
        return definition

    def item(self, file: str, base: str, relative: str, path: tuple[str, ...]) -> _Found | None:
        notes = Notes(file)
        try:
            read = read_request(read_yaml(file), notes)
        except InputError as error:
            stem = request_stem(base) or base
            found = _unreadable(stem, _fault(file, error, "the request is not sent"), relative, path)
            self.aim(file, found)
            return found
        self.notices += notes.notices
        if read is None:
            return None
        stem = request_stem(base) or ""
        name = read.name or stem
        item = _item(read, file, name, read.id or made_up_id(relative), (*path, name))
        found = _Found(entry=item, name=name, order=read.order, json=_item_json(item, read))
        self.aim(file, found)
        return found

    def within(self, directory: str) -> bool:
        """Whether what the user named is in a directory."""
        if self.wanted is None:
            return False
        real = os.path.realpath(directory)
        return self.wanted == real or self.wanted.startswith(real + os.sep)

    def concerns(self, file: str) -> bool:
        """Whether a file has to do with what the user named: it is that, part of it, or around it."""
        if self.wanted is None:
            return True
        real = os.path.realpath(file)
        if real == self.wanted or real.startswith(self.wanted + os.sep):
            return True
        folder, _, inner = real.rpartition(f"{os.sep}{RESOURCES}{os.sep}")
        return bool(inner) and self.within(folder)

    def aim(self, path: str, found: _Found) -> None:
        """Remember what was found at the path that the user named."""
        if self.wanted is not None and os.path.realpath(path) == self.wanted:
            self.target = found.entry


def _unreadable(name: str, fault: Notice, relative: str, path: tuple[str, ...]) -> _Found:
    """Stand in for a file that cannot be read."""
    item = Item(
        id=made_up_id(f"{relative}/{name}"),
        name=name,
        path=(*path, name),
        request=Request(url=Url()),
        unreadable=fault,
        file=fault.file,
    )
    json = {"id": item.id, "name": name, "request": {"url": "", "method": "GET"}, "response": []}
    return _Found(entry=item, name=name, order=0, json=json)


def _fault(file: str, error: InputError, consequence: str) -> Notice:
    """Say why a file cannot be read, and what comes of it."""
    place = error.where if isinstance(error.where, Place) else Place()
    found = _LINE.match(place.field)
    return Notice(
        message=f"{error.what}; {consequence}",
        file=file,
        line=int(found[1]) if found else None,
        column=int(found[2]) if found and found[2] else None,
    )


_NAMED: Final = 3
_LINE: Final = re.compile(r"line (\d+)(?:, column (\d+))?")


def read_yaml(file: str) -> YamlNode:
    """Read a YAML file of a collection. Raises `InputError` with its line."""
    try:
        data = read_file(file)
    except OSError as error:
        raise InputError(f"it cannot be read: {error.strerror}", where=Place(file=file)) from error
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            "it is not UTF-8, as YAML has to be", where=Place(file=file, field=f"line {line}")
        ) from error
    return parse_yaml(text, file, schema=core_scalar, merge=True)


def made_up_id(relative: str) -> str:
    """Make an id that stays the same as long as the file stays where it is."""
    text = blake2b(relative.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _item(read: RequestFile, file: str, name: str, id: str, path: tuple[str, ...]) -> Item:
    return Item(
        id=id,
        name=name,
        path=path,
        request=request_from_json(read.json),
        scripts=read.scripts,
        profile=read.profile,
        description=read.description,
        protocol=read.protocol,
        skipped=read.skipped,
        file=file,
    )


def _item_json(item: Item, read: RequestFile) -> dict[str, Any]:
    json: dict[str, Any] = {"id": item.id, "name": item.name, "request": read.json, "response": []}
    if read.scripts:
        json["event"] = [script_json(script) for script in read.scripts]
    if read.profile:
        json["protocolProfileBehavior"] = read.profile
    return json
