"""The files of an OpenAPI description, and where a `$ref` in them leads."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from harness.collection.document import Spot, decode, is_address, is_too_deep, parse_json, read_bytes
from harness.collection.yaml_document import core_scalar, parse_yaml
from harness.errors import InputError, Place, choices

MOST_HOPS: Final = 50
"""How many references may lead to one another before something that is not a reference."""

MOST_YAML_BYTES: Final = 16_000_000
"""Larger files of YAML take minutes to read. The largest public descriptions in YAML have 10 MB."""

_LONGEST_INDEX: Final = 12
_WHAT: Final = "the OpenAPI description"
_LITERALS: Final = frozenset({"example", "examples", "default", "enum", "const"})
_NAMED: Final = frozenset(
    {
        "$defs", "callbacks", "content", "definitions", "dependentSchemas", "headers", "links", "parameters",
        "pathItems", "paths", "patternProperties", "properties", "requestBodies", "responses", "schemas",
        "variables",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spotted:
    """A part of a description, and where it is."""

    value: Any
    spot: Spot


@dataclass(slots=True)
class DescriptionFiles:
    """The documents that a description consists of, each read when it is first needed.

    A description that is a file may refer to files in its own folder or the working directory, one that is
    an address to the same server.
    """

    root: str
    _read: dict[str, Any] = field(default_factory=dict)
    _anchors: dict[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    _resources: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def document(self, name: str) -> Any:
        """Return a document. Raises `InputError` when it cannot be read."""
        if name not in self._read:
            self._read[name] = _parsed(name)
        return self._read[name]

    def follow(self, given: Any, spot: Spot) -> Spotted:
        """Follow the references at a place to what they mean. Raises `InputError` where that is nothing."""
        begun = spot
        for _ in range(MOST_HOPS):
            if not isinstance(given, dict) or "$ref" not in given:
                return Spotted(given, spot)
            found = self.target(given["$ref"], spot)
            given, spot = found.value, found.spot
        return begun.at("$ref").refuse("this reference leads in a circle")

    def target(self, reference: Any, spot: Spot) -> Spotted:
        """Return what one reference at a place leads to, which may be a reference again."""
        here = spot.at("$ref")
        if not isinstance(reference, str):
            here.expect("a reference", reference)
        try:
            path, fragment = urldefrag(reference)
            name, roots = self._document_of(path, spot, here)
        except ValueError:
            # Brackets that hold no IPv6 address, or characters that no file's name can have.
            here.refuse(f"{reference!r} is neither an address nor the name of a file")
        try:
            document = self.document(name)
        except InputError as error:
            raise InputError(f"{reference!r}: {error.what}", where=error.where, hint=error.hint) from error
        pointer = unquote(fragment)
        if pointer and not pointer.startswith("/"):
            pointers = [self._anchor(name, pointer, roots, here)]
        else:
            # Many who give a schema an `$id` go on to count pointers from the document all the same.
            pointers = [root + pointer for root in roots]
        for last, one in enumerate(pointers, 1):
            found, at, missing = _inner(document, name, one)
            if missing is None:
                return Spotted(found, at)
            if last == len(pointers):
                names = found if isinstance(found, dict) else ()
                hint = choices(missing, list(names)[:20]) if names else ""
                where = at.pointer or name
                here.refuse(f"{reference!r} leads nowhere: there is no {missing!r} in {where}", hint)
        raise AssertionError("a reference without a place to look for it")

    def resource(self, spot: Spot) -> str:
        """Return the pointer of the schema with an `$id` that a place is in, empty for the whole document."""
        known = self._ids_of(spot.file)
        return _innermost(known, spot.pointer) if known else ""

    def _document_of(self, path: str, spot: Spot, here: Spot) -> tuple[str, list[str]]:
        """Return the document that a reference is for, and the pointers in it that it may count from."""
        own = self.resource(spot)
        if not path:
            return spot.file, [own, ""] if own else [""]
        base = self._ids_of(spot.file).get(own, spot.file)
        for name in {spot.file: None, self.root: None}:
            for pointer, known in self._ids_of(name).items():
                if known == _joined(base, path):
                    return name, [pointer]
        return self._file(path, here), [""]

    def _ids_of(self, name: str) -> Mapping[str, str]:
        """Return the schemas of a document that have an `$id`, by their pointers."""
        if name not in self._resources:
            found: dict[str, str] = {}
            for one, at in _walk(self.document(name), Spot(name), names=False):
                given = one.get("$id")
                if isinstance(given, str) and at.pointer:
                    outer = _innermost(found, at.pointer)
                    found[at.pointer] = _joined(found.get(outer, name), urldefrag(given)[0])
            self._resources[name] = found
        return self._resources[name]

    def references(self) -> Iterator[tuple[Any, Spot]]:
        """Walk all references of the documents read so far and of those that these lead to."""
        seen: set[str] = set()
        while left := [name for name in self._read if name not in seen]:
            for name in left:
                seen.add(name)
                yield from _references(self._read[name], Spot(name))

    def _anchor(self, name: str, anchor: str, roots: list[str], here: Spot) -> str:
        if name not in self._anchors:
            found: dict[str, tuple[str, ...]] = {}
            for word, pointer in _anchors(self.document(name), Spot(name)):
                found[word] = (*found.get(word, ()), pointer)
            self._anchors[name] = found
        pointers = self._anchors[name].get(anchor, ())
        for root in roots:
            for one in pointers:
                if self.resource(Spot(name, one)) == root:
                    return one
        return pointers[0] if pointers else here.refuse(f"there is no anchor {anchor!r} in {name}")

    def _file(self, path: str, here: Spot) -> str:
        if is_address(here.file) or is_address(path):
            target = urljoin(here.file, path)
            if not is_address(self.root) or urlsplit(target).netloc != urlsplit(self.root).netloc:
                here.refuse(
                    f"a reference may not lead to another server: {target}",
                    "save what it leads to beside the description, and refer to that file",
                )
            return target
        if urlsplit(path).scheme and os.sep == "/":
            here.refuse(f"a reference leads to a file beside the description, not to {path!r}")
        name = os.path.normpath(Path(here.file).parent / unquote(path))
        allowed = (Path(self.root).parent.resolve(), Path.cwd().resolve())
        if not any(Path(name).resolve().is_relative_to(folder) for folder in allowed):
            here.refuse(
                f"a reference may not leave the description's folder and the working directory: {path!r}",
                "run in a folder that holds all files of the description",
            )
        return name


def open_documents(source: str | os.PathLike[str]) -> DescriptionFiles:
    """Read a description and all that its references lead to.

    Raises `InputError` for a document that cannot be read, and for a reference that leads nowhere or in a
    circle.
    """
    root = os.fspath(source)
    documents = DescriptionFiles(root if is_address(root) else os.path.normpath(root))
    documents.document(documents.root)
    for holder, spot in documents.references():
        documents.follow(holder, spot)
    return documents


_NOTHING: Final = object()


def _parsed(name: str) -> Any:
    data = read_bytes(name, _WHAT)
    text = decode(data)
    if text.lstrip()[:1] in ("{", "["):
        try:
            return parse_json(text, name)
        except InputError:
            if name.lower().endswith(".json"):
                raise
    if len(data) > MOST_YAML_BYTES:
        raise InputError(
            f"the OpenAPI description is too large for YAML: {len(data) / 1e6:.0f} MB, "
            f"{MOST_YAML_BYTES / 1e6:.0f} MB at most",
            where=Place(file=name),
            hint="write it as JSON, which is read ten times as fast",
        )
    document = parse_yaml(text, name, schema=core_scalar, merge=True).data()
    if is_too_deep(document):
        raise InputError("the document is nested too deeply", where=Place(file=name))
    return document


def _innermost(pointers: Iterable[str], pointer: str) -> str:
    """Return the longest of some pointers that leads to a place or to what it is in; empty for none."""
    inside = (one for one in pointers if pointer == one or pointer.startswith(f"{one}/"))
    return max(inside, key=len, default="")


def _joined(base: str, path: str) -> str:
    """Return the address or file that a relative one means at another."""
    if is_address(base) or "://" in path:
        return urljoin(base, path)
    return os.path.normpath(Path(base).parent / unquote(path))


def _inner(document: Any, name: str, pointer: str) -> tuple[Any, Spot, str | None]:
    """Follow a pointer; return how far it leads, and the key that is not there."""
    found, at = document, Spot(name)
    for key in _keys(pointer):
        inner = _member(found, key)
        if inner is _NOTHING:
            return found, at, key
        found, at = inner, at.at(key)
    return found, at, None


def _keys(pointer: str) -> list[str]:
    return [key.replace("~1", "/").replace("~0", "~") for key in pointer.split("/")[1:]]


def _member(value: Any, key: str) -> Any:
    match value:
        case dict():
            return value.get(key, _NOTHING)
        case list() if key.isdecimal() and len(key) < _LONGEST_INDEX and int(key) < len(value):
            return value[int(key)]
        case _:
            return _NOTHING


def _walk(value: Any, spot: Spot, *, names: bool) -> Iterator[tuple[dict[str, Any], Spot]]:
    """Walk the objects of a document whose keys are words of OpenAPI, not names that the author chose."""
    if isinstance(value, list):
        for index, one in enumerate(value):
            yield from _walk(one, spot.at(index), names=False)
    elif isinstance(value, dict):
        if not names:
            yield value, spot
        for key, one in value.items():
            if names or not (key in _LITERALS or key.startswith("x-")):
                yield from _walk(one, spot.at(key), names=not names and key in _NAMED)


def _references(document: Any, spot: Spot) -> Iterator[tuple[Any, Spot]]:
    return ((one, at) for one, at in _walk(document, spot, names=False) if isinstance(one.get("$ref"), str))


def _anchors(document: Any, spot: Spot) -> Iterator[tuple[str, str]]:
    for one, at in _walk(document, spot, names=False):
        for word in ("$anchor", "$dynamicAnchor"):
            if isinstance(one.get(word), str):
                yield one[word], at.pointer
