"""Converting a collection of any format: what comes of it, and what is lost."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from harness.collection import v1
from harness.collection.document import Spot, read_json
from harness.collection.load import load_collection
from harness.collection.model import Notice
from harness.conversion.difference import differences
from harness.conversion.folder_swap import write_folder
from harness.conversion.to_v3 import to_v3
from harness.conversion.to_v21 import to_v21
from harness.conversion.v3_losses import losses
from harness.conversion.v21_form import in_v21_form
from harness.errors import InputError

_V1_REQUEST: Final = frozenset(
    (
        "id", "name", "description", "method", "url", "headers", "headerData", "queryParams", "pathVariables",
        "pathVariableData", "data", "dataMode", "rawModeData", "dataOptions", "dataDisabled",
        "graphqlModeData", "auth", "currentHelper", "helperAttributes", "events", "tests", "preRequestScript",
        "protocolProfileBehavior", "collectionId", "folder",
    )
)  # fmt: skip
"""What a v1 request says that the conversion keeps; folder and collection are its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """A document of format v2.1, with what was lost on the way to it."""

    document: Mapping[str, Any]
    lost: tuple[Notice, ...] = ()


def as_v21(source: str) -> Converted:
    """Read a collection of any format as v2.1. Raises `InputError`."""
    if Path(source).is_dir():
        read = to_v21(source)
        return Converted(document=read.document, lost=losses(source, read))
    document = read_json(source, "the collection")
    if isinstance(document, Mapping) and isinstance(document.get("collection"), Mapping):
        document = document["collection"]
    load_collection(document, file=source)
    lost: list[Notice] = []
    if "requests" in document and "item" not in document and v1.is_v1(document):
        lost = _v1_losses(document, source)
        document = v1.convert(document, Spot(source))
    return Converted(document=in_v21_form(document), lost=tuple(lost))


def write_v3(source: str, converted: Converted, target: Path) -> tuple[Notice, ...]:
    """Write a collection as a folder of format v3, and return what the folder does not hold.

    What was written is read again: the list names all that differs, and nothing else.
    """
    lost: list[Notice] = []

    def check(fresh: Path) -> None:
        back = to_v21(str(fresh)).document
        before = json.loads(json.dumps(converted.document))
        lost.extend(
            Notice(message=one.message, file=source, field=one.pointer) for one in differences(before, back)
        )

    files = to_v3(converted.document)
    if target.suffix == ".json":
        raise InputError("a folder cannot be called .json", where=str(target))
    write_folder(target, files.texts, check)
    return (*converted.lost, *lost)


def _v1_losses(document: Mapping[str, Any], file: str) -> list[Notice]:
    lost = []
    for index, request in enumerate(document["requests"]):
        for key in request if isinstance(request, Mapping) else ():
            if key not in _V1_REQUEST and request[key] not in (None, [], {}, ""):
                place = f"/requests/{index}/{key}"
                lost.append(Notice(message="it is lost", file=file, field=place))
    return lost
