#!/usr/bin/env python3
"""Prove on a corpus that conversions list what they lose, all of it, and nothing else.

    python tests/proofs/conversion_proof.py FOLDER...

Every JSON file below the folders that is a collection goes to v3 and back; every folder that is a collection
of format v3, and every one packed as `{name: {path: text}}` in a JSON file, goes to v2.1. The claims:

- v2.1 to v3 and back: the pointers that differ are those on the list, and the way back loses nothing.
- v3 to v2.1, nothing is missing from the list: any text, number or flag that is changed in a file changes the
  document, or is on the list.
- v3 to v2.1, nothing is on the list that is held: without the members that are listed as lost, the document
  is the same, and so is what is left of the list.

Exit code 1 when one of them does not hold.
"""

import copy
import json
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from harness.collection.model import Notice
from harness.collection.v3.directory import RESOURCES, request_stem
from harness.collection.yaml_document import core_scalar, parse_yaml
from harness.conversion.convert import Converted, as_v21, write_v3
from harness.conversion.difference import differences
from harness.errors import InputError

FREE = ("order", "$kind")
"""Keys whose values may change while the document stays: the order of siblings is what counts."""

CHANGED = re.compile(r" is added$| becomes ")
"""What is told of members that are there afterwards, in another form."""

Path_ = tuple[str | int, ...]


def there_and_back(source: Path, scratch: Path) -> list[str]:
    """Convert a v2.1 file to v3 and back, and return what is wrong with the list."""
    converted = as_v21(str(source))
    lost = write_v3(str(source), converted, scratch / "V3")
    back = as_v21(str(scratch / "V3"))
    before, after = json.loads(json.dumps(converted.document)), json.loads(json.dumps(back.document))
    differ = set(changed(before, after))
    listed = {one.field for one in lost[len(converted.lost) :]}
    return [
        *(f"{one} differs and is not listed" for one in sorted(differ - listed)),
        *(f"{one} is listed and does not differ" for one in sorted(listed - differ)),
        *(f"the way back loses something: {one.told}" for one in back.lost),
    ]


def changed(before: Any, after: Any, pointer: str = "") -> Iterator[str]:
    """Walk two documents whose lists are as long, and name the members that differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in {**before, **after}:
            inner = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
            if key not in before or key not in after:
                yield inner
            else:
                yield from changed(before[key], after[key], inner)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (left, right) in enumerate(zip(before, after, strict=True)):
            yield from changed(left, right, f"{pointer}/{index}")
    elif isinstance(before, list) and isinstance(after, list):
        # Which entries were left out is a matter of alignment, and so of what tells it.
        yield from (one.pointer for one in differences(before, after, pointer))
    elif type(before) is not type(after) or before != after:
        yield pointer


class Kept:
    """A folder of format v3 as data, whose members can be changed one by one."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.first = as_v21(str(root))
        self.files = {
            path: data
            for path in sorted(root.rglob("*.y*ml"))
            if isinstance(data := self.read(path), dict) and self.read_by_us(path)
        }

    def read(self, path: Path) -> Any:
        try:
            node = parse_yaml(path.read_text("utf-8-sig"), str(path), schema=core_scalar, merge=True)
        except (InputError, UnicodeDecodeError):
            return None
        return node.data()

    def read_by_us(self, path: Path) -> bool:
        """Whether the file is part of the document, and not listed as lost as a whole."""
        lost = any(
            Path(one.file) == path
            and one.field in ("", "$kind", "body.type")
            and "the name of the file" not in one.message
            for one in self.first.lost
        )
        example = path.name.endswith(".example.yaml") and RESOURCES in path.parts
        definition = path.parent.name == RESOURCES and path.stem == "definition"
        return not lost and (request_stem(path.name) is not None or example or definition)

    def converted_with(self, path: Path, data: Any) -> Converted | None:
        """Convert with other data in one of the files; `None` when that cannot be read."""
        before = path.read_bytes()
        path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        try:
            return as_v21(str(self.root))
        except InputError:
            return None
        finally:
            path.write_bytes(before)

    def unlisted(self) -> Iterator[str]:
        """Name the members that can change without a change of document or list."""
        known = outcome(self.first)
        for path, data in self.files.items():
            listed = [one.field for one in self.first.lost if Path(one.file) == path]
            for at, value in leaves(data):
                name = spelled(at)
                if at[-1] in FREE or any(covers(one, name) for one in listed):
                    continue
                other = self.converted_with(path, replaced(data, at, another(value)))
                if other is not None and outcome(other) == known:
                    yield f"{path.relative_to(self.root)}: {name} is not in the document and not listed"

    def listed_in_vain(self) -> Iterator[str]:
        """Name the files from which what is listed as lost cannot be taken without a change."""
        for path, data in self.files.items():
            mine = [one for one in self.first.lost if Path(one.file) == path]
            gone = [one.field for one in mine if one.field and not CHANGED.search(one.message)]
            without = data
            for name in sorted(gone, key=indexes, reverse=True):
                without = removed(without, name)
            again = self.converted_with(path, without)
            if again is None or again.document != self.first.document:
                yield f"{path.relative_to(self.root)}: a member that is listed is in the document: {gone}"
            elif any(one.field in gone for one in again.lost if Path(one.file) == path):
                yield f"{path.relative_to(self.root)}: what is listed is listed without being there: {gone}"


def outcome(converted: Converted) -> tuple[Any, Any]:
    """Return what a conversion gives and tells."""
    return converted.document, sorted((one.file, one.field, one.message) for one in converted.lost)


def leaves(data: Any, at: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Walk all scalars but null, with the way to each."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield from leaves(value, (*at, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from leaves(value, (*at, index))
    elif data is not None and at:
        yield at, data


def another(value: Any) -> Any:
    """Return another value of the same type."""
    return (
        not value if isinstance(value, bool) else value + 1 if isinstance(value, int | float) else f"{value}x"
    )


def replaced(data: Any, at: Path_, value: Any) -> Any:
    """Return data with another value at one place."""
    fresh = copy.deepcopy(data)
    inner = fresh
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = value
    return fresh


def spelled(at: Path_) -> str:
    """Spell a way through data as the list spells its fields."""
    return "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in at).removeprefix(".")


def covers(listed: str, name: str) -> bool:
    """Whether a field of the list is a member or around it; a single entry needs no index."""
    bare = re.sub(r"^(auth|scripts)\[0\]", r"\1", name)
    return any(one == listed or one.startswith((f"{listed}.", f"{listed}[")) for one in (name, bare))


def indexes(name: str) -> list[int]:
    """Return the indexes in a field, so that the last entries of a list go first."""
    return [int(one) for one in re.findall(r"\[(\d+)\]", name)]


def removed(data: Any, name: str) -> Any:
    """Return data without one member."""
    fresh = copy.deepcopy(data)
    keys = [int(one[1:-1]) if one[0] == "[" else one for one in re.findall(r"\[\d+\]|[^.\[\]]+", name)]
    inner = fresh
    for key in keys[:-1]:
        if isinstance(inner, list) and isinstance(key, str):
            inner = inner[-1]
        inner = inner[key]
    if isinstance(inner, list) and isinstance(keys[-1], str):
        inner = inner[-1]
    del inner[keys[-1]]
    return fresh


def told(notices: tuple[Notice, ...]) -> str:
    """Say what was lost, for a failure."""
    return "; ".join(one.told for one in notices)


def v3_folders(folder: Path, scratch: Path) -> Iterator[tuple[str, Path]]:
    """Find collections of format v3: folders, and those that are packed into JSON files."""
    for definition in sorted(folder.rglob(f"{RESOURCES}/definition.yaml")):
        root = definition.parent.parent
        if not any((above / RESOURCES).exists() for above in root.parents):
            copied = scratch / "copied" / root.name
            shutil.rmtree(copied.parent, ignore_errors=True)
            shutil.copytree(root, copied, symlinks=True)
            yield str(root), copied
    for file in sorted(folder.rglob("*.json")):
        packed = json_of(file)
        for name, texts in packed.items() if isinstance(packed, dict) else ():
            if isinstance(texts, dict) and f"{RESOURCES}/definition.yaml" in texts:
                root = scratch / "packed" / "Collection"
                shutil.rmtree(root.parent, ignore_errors=True)
                for path, text in texts.items():
                    (root / path).parent.mkdir(parents=True, exist_ok=True)
                    (root / path).write_text(text, encoding="utf-8")
                yield f"{file}: {name}", root


def json_of(file: Path) -> Any:
    """Read JSON, or nothing."""
    try:
        document = json.loads(file.read_text("utf-8-sig"))
    except (ValueError, OSError):
        return None
    return document.get("collection", document) if isinstance(document, dict) else document


def main() -> int:
    """Prove it for all collections below the folders."""
    counts: Counter[str] = Counter()
    wrong = 0
    for folder in map(Path, sys.argv[1:]):
        for file in sorted(folder.rglob("*.json")):
            document = json_of(file)
            if not isinstance(document, dict) or not {"info", "item"} <= document.keys():
                continue
            with TemporaryDirectory() as made:
                found = there_and_back(file, Path(made))
            counts["v2.1"] += 1
            wrong += len(found)
            for one in found:
                print(f"{file}: {one}")
        with TemporaryDirectory() as made:
            for name, root in v3_folders(folder, Path(made)):
                try:
                    kept = Kept(root)
                except InputError:
                    counts["v3 that cannot be read"] += 1
                    continue
                found = [*kept.unlisted(), *kept.listed_in_vain()]
                counts["v3"] += 1
                wrong += len(found)
                for one in found:
                    print(f"{name}: {one}")
    print(", ".join(f"{count} {kind}" for kind, count in counts.items()), f"{wrong} wrong", sep=", ")
    return 1 if wrong or not counts else 0


if __name__ == "__main__":
    sys.exit(main())
