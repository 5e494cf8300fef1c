"""Loading a collection of whatever format it is."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.collection.document import DocumentSource, Fetch, Spot, is_address, read_json
from harness.collection.model import Collection
from harness.collection.v2 import read_collection
from harness.errors import InputError, choices
from harness.warning_kinds import WarningText


def load_collection(
    source: DocumentSource | Mapping[str, Any], *, fetch: Fetch | None = None, file: str | None = None
) -> Collection:
    """Load a collection from a path, an http(s) address or a document already read.

    Takes v2.0.0 and v2.1.0, and v1 with a warning, each also inside `{"collection": ...}` as Postman's API
    answers, and v3: the folder of a collection, a folder in it or one request file. `file` is what errors and
    reports call it. Raises `InputError`.
    """
    if not isinstance(source, str | os.PathLike):
        document: Any = source
        name = file or ""
    else:
        name = file or os.fspath(source)
        source = _located(os.fspath(source))
        if _is_directory_format(source):
            return _load_directory(source)
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
            warning = WarningText(f"{name}: {what}" if name else what, kind="old-collection")
            return read_collection(v1.convert(document, Spot(name)), name, (warning,))
    return read_collection(document, name)


def whole_collection(source: str) -> str:
    """Return the file or folder of the collection that a source is, or is a part of."""
    source = _located(source)
    if not _is_directory_format(source):
        return source
    from harness.collection.v3.location import root_of

    return root_of(source)[0]


def _located(source: str) -> str:
    """Return the path of a source; a name that is no path may be that of a collection of the workspace."""
    if not source:
        raise InputError("the collection's name is empty", hint="name a collection file or folder")
    if is_address(source) or source.lower().endswith(".json") or Path(source).exists():
        return source
    from harness.collection.v3.workspace import collection_names, find_collection

    found = find_collection(source, Path())
    if found is not None:
        return str(found)
    names = collection_names(Path())
    if names and not Path(source).suffix:
        raise InputError("there is no such collection", where=source, hint=choices(source, names))
    return source


def _is_directory_format(source: str) -> bool:
    """Whether a source is a part of a collection of format v3."""
    if is_address(source):
        return False
    if source.lower().endswith(".json") and Path(source).is_file():
        return False
    from harness.collection.v3.location import is_v3

    if is_v3(source):
        return True
    if source.lower().endswith((".yaml", ".yml")) and Path(source).is_file():
        raise InputError(
            "a YAML file alone is no collection",
            where=source,
            hint="name the folder of a collection, or one request of it (NAME.request.yaml)",
        )
    return False


def _load_directory(source: str) -> Collection:
    from harness.collection.v3.location import root_of
    from harness.collection.v3.reader import read_directory

    return read_directory(*root_of(source))


def _v3(name: str) -> InputError:
    return InputError(
        "this is one part of a collection of format v3, which is a folder of YAML files",
        where=name,
        hint="name the folder of the collection",
    )
