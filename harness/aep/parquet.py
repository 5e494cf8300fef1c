"""Records of a dataset as a Parquet file: nested columns, one row group, plain encoding.

After the format's definition (https://parquet.apache.org/docs/file-format/). Lists and maps have
the three-level form that readers expect. Columns are those fields of the schema that occur in the
records; what a schema leaves open is kept as JSON text.
"""

from __future__ import annotations

import json
import struct as packing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from harness.aep.thrift_compact import BINARY, I32, I64, LIST, STRUCT, struct, varint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MAGIC = b"PAR1"
_BOOLEAN, _INT32, _INT64, _DOUBLE, _BYTE_ARRAY = 0, 1, 2, 5, 6
_REQUIRED, _OPTIONAL, _REPEATED = 0, 1, 2
_UTF8, _MAP, _LIST, _DATE, _TIMESTAMP_MILLIS, _JSON = 0, 1, 3, 6, 9, 19
_PLAIN, _RLE = 0, 3
_EPOCH = date(1970, 1, 1)


@dataclass(slots=True, kw_only=True)
class _Column:
    """A node of the file's schema; leaves collect levels and values.

    `key` is how a value is reached from its parent: a field name, or `*` for each element, `#k` and
    `#v` for the two halves of a map's entry, and None for the value itself.
    """

    name: str
    key: str | None
    repetition: int
    definition: int
    repeats: int
    converted: int | None = None
    physical: int | None = None
    path: tuple[str, ...] = ()
    children: list[_Column] = field(default_factory=list)
    definitions: list[int] = field(default_factory=list)
    repetitions: list[int] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def leaves(self) -> Iterator[_Column]:
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()

    def nodes(self) -> Iterator[_Column]:
        yield self
        for child in self.children:
            yield from child.nodes()


def parquet(records: Sequence[dict[str, Any]], schema: dict[str, Any]) -> bytes:
    """Bytes of a file with these records, in order; `schema` is a resolved XDM schema."""
    root = _Column(name="schema", key=None, repetition=_REQUIRED, definition=0, repeats=0)
    _add_fields(root, schema, records)
    for record in records:
        for child in root.children:
            _shred(child, record.get(child.key or ""), 0, 0)
    out = bytearray(_MAGIC)
    chunks = []
    for leaf in root.leaves():
        if leaf is root:
            continue
        page = _page(leaf)
        start = len(out)
        out += page
        chunks.append(_chunk(leaf, start, len(page)))
    size = len(out) - len(_MAGIC)
    group = struct((1, LIST, (STRUCT, chunks)), (2, I64, size), (3, I64, len(records)))
    elements = [_element(node) for node in root.nodes()]
    footer = struct(
        (1, I32, 1),
        (2, LIST, (STRUCT, elements)),
        (3, I64, len(records)),
        (4, LIST, (STRUCT, [group])),
        (6, BINARY, "harness local platform"),
    )
    return bytes(out) + footer + packing.pack("<I", len(footer)) + _MAGIC


# the file's schema


def _add_fields(parent: _Column, schema: dict[str, Any], values: Sequence[Any]) -> None:
    for name, sub in schema.get("properties", {}).items():
        present = [one[name] for one in values if isinstance(one, dict) and one.get(name) is not None]
        if present:
            _add(parent, name, name, sub, present)


def _add(parent: _Column, name: str, key: str, schema: dict[str, Any], values: Sequence[Any]) -> None:
    kind = schema.get("type")
    node = _child(parent, name, key, _OPTIONAL)
    others = schema.get("additionalProperties")
    if kind == "object" and schema.get("properties"):
        _add_fields(node, schema, values)
        if node.children:
            parent.children.append(node)
        return
    if kind == "object" and isinstance(others, dict):
        inner = [one for value in values for one in value.values() if one is not None]
        node.converted = _MAP
        entry = _child(node, "key_value", "*", _REPEATED)
        key_leaf = _child(entry, "key", "#k", _REQUIRED)
        key_leaf.physical, key_leaf.converted = _BYTE_ARRAY, _UTF8
        entry.children.append(key_leaf)
        _add(entry, "value", "#v", others, inner)
        node.children.append(entry)
        parent.children.append(node)
        return
    if kind == "array":
        inner = [one for value in values for one in value if one is not None]
        node.converted = _LIST
        entry = _child(node, "list", "*", _REPEATED)
        _add(entry, "element", "", schema.get("items", {}), inner)
        if entry.children:
            node.children.append(entry)
            parent.children.append(node)
        return
    node.physical, node.converted = _leaf_type(schema)
    parent.children.append(node)


def _child(parent: _Column, name: str, key: str, repetition: int) -> _Column:
    return _Column(
        name=name,
        key=key,
        repetition=repetition,
        definition=parent.definition + (repetition != _REQUIRED),
        repeats=parent.repeats + (repetition == _REPEATED),
        path=(*parent.path, name),
    )


def _leaf_type(schema: dict[str, Any]) -> tuple[int, int | None]:
    kind, form = schema.get("type"), schema.get("format")
    if kind == "string" and form == "date-time":
        return _INT64, _TIMESTAMP_MILLIS
    if kind == "string" and form == "date":
        return _INT32, _DATE
    if kind == "integer":
        return _INT64, None
    if kind == "number":
        return _DOUBLE, None
    if kind == "boolean":
        return _BOOLEAN, None
    return _BYTE_ARRAY, _UTF8 if kind == "string" else _JSON


# records into columns


def _shred(node: _Column, value: Any, repetition: int, definition: int) -> None:
    """Write one value below a node; `definition` is how deep it was defined so far."""
    if value is None:
        for leaf in node.leaves():
            leaf.repetitions.append(repetition)
            leaf.definitions.append(definition)
        return
    if node.repetition == _REPEATED:
        entries = list(value.items()) if isinstance(value, dict) else list(value)
        if not entries:
            _shred(node, None, repetition, definition)
            return
        for index, entry in enumerate(entries):
            again = repetition if index == 0 else node.repeats
            for child in node.children:
                _shred(child, _part(child, entry), again, node.definition)
        return
    level = node.definition
    if not node.children:
        node.repetitions.append(repetition)
        node.definitions.append(level)
        node.values.append(value)
        return
    for child in node.children:
        inner = value if child.key == "*" else value.get(child.key)
        _shred(child, inner, repetition, level)


def _part(child: _Column, entry: Any) -> Any:
    if child.key == "#k":
        return entry[0]
    return entry[1] if child.key == "#v" else entry


# columns into bytes


def _page(leaf: _Column) -> bytes:
    body = b""
    if leaf.repeats:
        body += _levels(leaf.repetitions, leaf.repeats)
    if leaf.definition:
        body += _levels(leaf.definitions, leaf.definition)
    body += _plain(leaf)
    data = struct((1, I32, len(leaf.definitions)), (2, I32, _PLAIN), (3, I32, _RLE), (4, I32, _RLE))
    header = struct((1, I32, 0), (2, I32, len(body)), (3, I32, len(body)), (5, STRUCT, data))
    return header + body


def _levels(levels: list[int], highest: int) -> bytes:
    width = (highest.bit_length() + 7) // 8
    out = bytearray()
    index = 0
    while index < len(levels):
        end = index
        while end < len(levels) and levels[end] == levels[index]:
            end += 1
        out += varint((end - index) << 1) + levels[index].to_bytes(width, "little")
        index = end
    return packing.pack("<I", len(out)) + bytes(out)


def _plain(leaf: _Column) -> bytes:
    if leaf.physical == _BOOLEAN:
        bits = bytearray((len(leaf.values) + 7) // 8)
        for index, value in enumerate(leaf.values):
            bits[index // 8] |= (value is True) << (index % 8)
        return bytes(bits)
    if leaf.physical == _INT64:
        timed = leaf.converted == _TIMESTAMP_MILLIS
        numbers = [_millis(one) if timed else _in_range(int(one)) for one in leaf.values]
        return packing.pack(f"<{len(numbers)}q", *numbers)
    if leaf.physical == _INT32:
        days = [(date.fromisoformat(one) - _EPOCH).days for one in leaf.values]
        return packing.pack(f"<{len(days)}i", *days)
    if leaf.physical == _DOUBLE:
        return packing.pack(f"<{len(leaf.values)}d", *map(float, leaf.values))
    out = bytearray()
    for value in leaf.values:
        kept = isinstance(value, str) and leaf.converted != _JSON
        text = value if kept else json.dumps(value, ensure_ascii=False)
        data = text.encode()
        out += packing.pack("<I", len(data)) + data
    return bytes(out)


def _in_range(number: int) -> int:
    return min(max(number, -(2**63)), 2**63 - 1)


def _millis(text: str) -> int:
    # A leap second is RFC 3339, but datetime knows none.
    moment = datetime.fromisoformat(text.upper().replace(":60", ":59"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def _chunk(leaf: _Column, start: int, size: int) -> bytes:
    meta = struct(
        (1, I32, leaf.physical),
        (2, LIST, (I32, [_PLAIN, _RLE])),
        (3, LIST, (BINARY, list(leaf.path))),
        (4, I32, 0),
        (5, I64, len(leaf.definitions)),
        (6, I64, size),
        (7, I64, size),
        (9, I64, start),
    )
    return struct((2, I64, start), (3, STRUCT, meta))


def _element(node: _Column) -> bytes:
    root = node.key is None
    return struct(
        (1, I32, node.physical),
        (3, I32, None if root else node.repetition),
        (4, BINARY, node.name),
        (5, I32, len(node.children) if node.children or root else None),
        (6, I32, node.converted),
    )
