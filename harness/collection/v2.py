"""Collections of the formats v2.0.0 and v2.1.0.

Both are read by the same rules, those of the Postman SDK: what only one of them allows is taken in both,
and missing names, ids and parts are no mistake
(https://schema.getpostman.com/json/collection/v2.1.0/docs/index.html).
"""

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any, cast

from harness.collection.document import Spot, describe
from harness.collection.document_kind import document_kind
from harness.collection.javascript import as_boolean, as_text
from harness.collection.model import Collection, EventName, Folder, Item, Request, Script
from harness.collection.request_json import auth_from_json, description_text, request_from_json
from harness.collection.variable import misread, read_variables
from harness.warning_kinds import WarningText


def read_collection(document: Any, file: str, warnings: tuple[str, ...] = ()) -> Collection:
    """Translate a document. Raises `InputError` with a JSON pointer where it can be no collection."""
    spot = Spot(file)
    if not isinstance(document, Mapping):
        spot.expect("a collection (an object with `info` and `item`)", document)
    if "item" not in document and ("info" not in document or document_kind(document)):
        spot.refuse(
            f"this is not a Postman collection: {_what(document)}", "a collection has `info` and `item`"
        )
    info = document.get("info")
    head = info if isinstance(info, Mapping) else document
    reader = _V2Reader(file, list(warnings))
    name = _name(head)
    root = reader.folder(document, spot, (), name="", id=_id(head, "root"))
    return Collection(
        id=root.id,
        name=name,
        root=root,
        file=file,
        variables=read_variables(document.get("variable")),
        description=description_text(head.get("description")),
        source=document,
        warnings=(*reader.warnings, *misread(document.get("variable"))),
    )


class _V2Reader:
    """Reads folders and items, and gathers what it had to bend."""

    def __init__(self, file: str, warnings: list[str]) -> None:
        self.file = file
        self.warnings = warnings

    def folder(
        self, given: Mapping[str, Any], spot: Spot, path: tuple[str, ...], *, name: str, id: str
    ) -> Folder:
        entries = given.get("item")
        entries = [] if entries is None else entries
        if isinstance(entries, Mapping) and ("request" in entries or "item" in entries):
            entries = [entries]
        if not isinstance(entries, list):
            spot.at("item").expect("a list of requests and folders", entries)
        children = tuple(
            self.child(entry, spot.at("item", index), path, id, index)
            for index, entry in enumerate(entries)
            if entry is not None
        )
        return Folder(
            id=id,
            name=name,
            path=path,
            children=children,
            auth=auth_from_json(given.get("auth")),
            scripts=tuple(self.scripts(given.get("event"), spot.at("event"), path)),
            profile=_profile(given),
            description=description_text(given.get("description")),
        )

    def child(
        self, given: Any, spot: Spot, path: tuple[str, ...], parent_id: str, index: int
    ) -> Folder | Item:
        if not isinstance(given, Mapping):
            spot.expect("a request or a folder (an object)", given)
        name, own_id = _name(given), _id(given, parent_id, index)
        if _is_folder(given):
            here = (*path, name or f"folder {index + 1}")
            return self.folder(given, spot, here, name=name, id=own_id)
        request = request_from_json(given.get("request"), spot.at("request"))
        here = (*path, name or _label(request, index))
        if request.url.parsed and request.url.raw and not (request.url.host or request.url.path):
            self.warn(here, "url", "only `raw` is given, and Postman sends the parts: the URL is empty")
        return Item(
            id=own_id,
            name=name,
            path=here,
            request=request,
            scripts=tuple(self.scripts(given.get("event"), spot.at("event"), here)),
            profile=_profile(given),
            description=description_text(given.get("description")),
        )

    def scripts(self, given: Any, spot: Spot, path: tuple[str, ...]) -> Iterator[Script]:
        if not given:
            return
        if isinstance(given, Mapping):
            given = [given]
        if not isinstance(given, list):
            spot.expect("a list of events", given)
        for event in given:
            if not isinstance(event, Mapping) or as_boolean(event.get("disabled")):
                continue
            listen = event.get("listen")
            if listen not in ("prerequest", "test"):
                continue
            script = self.script(cast("EventName", listen), event.get("script"), path)
            if script is not None:
                yield script

    def script(self, event: EventName, given: Any, path: tuple[str, ...]) -> Script | None:
        """Read a script; one that has no lines is one all the same, as in newman's counts."""
        if isinstance(given, str | list):
            given = {"exec": given}
        if given is None:
            return None
        if not isinstance(given, Mapping):
            self.warn(
                path, f"{event} script", f"{describe(given)} is no script; it is left out, as in newman"
            )
            return None
        lines = given.get("exec")
        if "src" in given:
            text = "scripts from a file (`src`) are not run, as in newman"
            self.warn(path, f"{event} script", text, kind="script-file")
            lines = None
        if isinstance(lines, str):
            lines = lines.replace("\r\n", "\n").split("\n")
        if not isinstance(lines, list):
            lines = []
        script_id, packages = given.get("id"), given.get("packages")
        return Script(
            event=event,
            source="\n".join("" if line is None else as_text(line) for line in lines),
            id=as_text(script_id) if script_id else None,
            packages=_packages(packages) if isinstance(packages, Mapping) else {},
        )

    def warn(self, path: tuple[str, ...], field: str, message: str, *, kind: str = "odd-collection") -> None:
        place = ", ".join(part for part in (" / ".join(path), field) if part)
        text = f"{self.file}: {place}: {message}" if self.file else f"{place}: {message}"
        self.warnings.append(WarningText(text, kind=kind))


def _is_folder(given: Mapping[str, Any]) -> bool:
    entries = given.get("item")
    return isinstance(entries, list | Mapping) or bool(entries)


def _name(given: Mapping[str, Any]) -> str:
    name = given.get("name")
    return as_text(name) if name else ""


def _id(given: Mapping[str, Any], parent: str, index: int = 0) -> str:
    """Return the author's id, or one that stays the same as long as the item stays where it is."""
    for key in ("id", "_postman_id"):
        if given.get(key):
            return as_text(given[key])
    digest = blake2b(f"{parent}/{index}/{_name(given)}".encode("utf-8", "surrogatepass"), digest_size=16)
    text = digest.hexdigest()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _label(request: Request, index: int) -> str:
    """Name a request that has no name, for places and reports."""
    url = request.url
    address = url.raw or ".".join(url.host) + "".join(f"/{part}" for part in url.path or ())
    return f"{request.method} {address}" if address else f"request {index + 1}"


def _profile(given: Mapping[str, Any]) -> Mapping[str, Any]:
    profile = given.get("protocolProfileBehavior")
    return dict(profile) if isinstance(profile, Mapping) else {}


def _packages(given: Mapping[str, Any]) -> dict[str, str]:
    """Read a script's packages: a name with its id, as text or as an object."""
    ids = ((name, one.get("id") if isinstance(one, Mapping) else one) for name, one in given.items())
    return {as_text(name): as_text(found) for name, found in ids if found}


def _what(document: Mapping[str, Any]) -> str:
    """Say what a document is instead."""
    kind = document_kind(document)
    return f"it is {kind}" if kind else "it has neither `info` nor `item`"
