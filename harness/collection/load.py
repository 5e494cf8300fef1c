"""Loading a collection of whatever format it is."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.collection.document import Fetch, Source, Spot, is_address, read_json
from harness.collection.model import Collection
from harness.collection.v2 import read_collection
from harness.errors import InputError


def load_collection(
    source: Source | Mapping[str, Any], *, fetch: Fetch | None = None, file: str | None = None
) -> Collection:
    """Load a collection from a path, an http(s) address or a document already read.

    Takes v2.0.0 and v2.1.0, and v1 with a warning, each also inside `{"collection": ...}` as Postman's API
    answers. `file` is what errors and reports call it. Raises `InputError`.
    """
    if isinstance(source, Mapping):
        document: Any = source
        name = file or ""
    else:
        name = file or os.fspath(source)
        _refuse_folder(os.fspath(source))
        document = read_json(source, "the collection", fetch)
    if isinstance(document, Mapping) and isinstance(document.get("collection"), Mapping):
        document = document["collection"]
    try:
        return _read(document, name)
    except RecursionError as error:
        raise InputError("the collection's folders are nested too deeply", where=name) from error


def _read(document: Any, name: str) -> Collection:
    if not isinstance(document, Mapping):
        return read_collection(document, name)
    if "$kind" in document:
        raise _v3(name)
    if "requests" in document and "item" not in document:
        from harness.collection import v1

        if v1.is_v1(document):
            what = "the collection has Postman's old format v1, and was converted; export it as v2.1"
            warning = f"{name}: {what}" if name else what
            return read_collection(v1.convert(document, Spot(name)), name, (warning,))
    return read_collection(document, name)


def _refuse_folder(source: str) -> None:
    if is_address(source):
        return
    if not source:
        raise InputError("the collection's name is empty", hint="name a collection file")
    folder = Path(source)
    if folder.is_dir():
        if _holds_v3(folder):
            raise _v3(source)
        what = "the collection is a folder, not a file"
        raise InputError(what, where=source, hint="name a collection file")
    if source.lower().endswith((".yaml", ".yml")):
        raise _v3(source)


def _holds_v3(folder: Path) -> bool:
    """Tell whether a folder has files of format v3: requests or a definition, each of which says its kind."""
    for pattern in ("*.y*ml", ".resources/*.y*ml", "*/.resources/*.y*ml", "*/*.request.y*ml"):
        for file in folder.glob(pattern):
            try:
                with file.open("rb") as content:
                    if any(line.startswith(b"$kind:") for line in content.read(65536).splitlines()):
                        return True
            except OSError:
                continue
    return False


def _v3(name: str) -> InputError:
    return InputError(
        "this collection has Postman's format v3 (YAML files in a folder), which is not read yet",
        where=name,
        hint="export it from Postman as Collection v2.1",
    )
