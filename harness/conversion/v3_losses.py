"""What a document of format v2.1 does not hold of the folder of format v3 that it was made from.

The list is made by writing the folder again and comparing: what differs is on it, and nothing else. Equal is
what says the same: the order of keys, the numbers of `order` as long as the order itself is the same, and
comments are free.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from harness.collection.model import Notice
from harness.collection.v3.directory import RESOURCES, request_stem
from harness.collection.yaml_document import core_scalar, parse_yaml
from harness.conversion.difference import differences
from harness.conversion.to_v3 import to_v3
from harness.conversion.to_v21 import V21Document
from harness.conversion.v3_form import v3_form, with_all_types

_EXAMPLES: Final = (".example.yaml", ".example.yml")


def losses(root: str, read: V21Document) -> tuple[Notice, ...]:
    """List what is lost, by files and keys as the user has them."""
    again = to_v3(read.document)
    said = {(one.file, one.field): one.message for one in reversed(read.left_out)}
    kept = {os.path.realpath(file) for file, _ in read.files.values()}
    lost = [one for one in read.left_out if os.path.realpath(one.file) not in kept]
    for pointer, (file, node) in read.files.items():
        path = again.places[pointer]
        lost += _renamed(file, path, of_collection=not pointer)
        before = v3_form(node, _stem(file))
        after = v3_form(parse_yaml(again.texts[path], path, schema=core_scalar, merge=True), _stem(path))
        if node is None:
            before.data["$kind"] = after.data["$kind"]
        if not pointer and (node is None or "name" not in node.value):
            # A collection is called what its directory is, which is no part of it.
            before.data["name"] = after.data["name"]
        with_all_types(before, after)
        with_all_types(after, before)
        for one in differences(before.data, after.data):
            added = one.message.endswith(" is added")
            name, line = before.place(one.pointer.rpartition("/")[0] if added else one.pointer)
            message = said.get((file, name), one.message)
            if added and one.pointer.startswith("/scripts/"):
                name, line = "scripts", before.place("/scripts")[1]
                message = "a script for requests of the other protocol is added"
            lost.append(Notice(message=message, file=file, line=line, field=name))
    return tuple(dict.fromkeys((*lost, *_unnamed_examples(root, kept))))


def _stem(file: str) -> str:
    """Return what a definition, request or example is called by its path alone."""
    path = Path(file)
    if path.parent.name == RESOURCES:
        return path.parent.parent.name
    for ending in _EXAMPLES:
        if path.name.endswith(ending):
            return path.name.removesuffix(ending)
    stem = request_stem(path.name)
    return path.name if stem is None else stem


def _renamed(file: str, path: str, *, of_collection: bool) -> Iterator[Notice]:
    """Tell of a file or folder that is called something else afterwards."""
    old, new = Path(file), Path(path)
    if new.parent.name == RESOURCES and new.name == "definition.yaml":
        directory = old.parent.parent if old.parent.name == RESOURCES else old
        if not of_collection and directory.name != new.parent.parent.name:
            message = f"the folder's name on disk is lost: it becomes {new.parent.parent.name}"
            yield Notice(message=message, file=str(directory))
        if old.parent.name != RESOURCES:
            return
    if old.name != new.name:
        yield Notice(message=f"the name of the file is lost: it becomes {new.name}", file=file)


def _unnamed_examples(root: str, kept: set[str]) -> Iterator[Notice]:
    """Tell of examples that no request names."""
    for folder, _, files in os.walk(root):
        if RESOURCES not in Path(folder).parts:
            continue
        for name in sorted(files):
            file = os.path.join(folder, name)  # noqa: PTH118 - spelled as the others are
            if name.endswith(_EXAMPLES) and os.path.realpath(file) not in kept:
                yield Notice(message="no request names the example; it is lost", file=file)
