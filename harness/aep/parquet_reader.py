"""Parquet files into records: what a batch of Parquet holds.

Reads flat and nested columns, plain and dictionary encoding, pages of both versions, uncompressed
or packed with Snappy or gzip. A null is an absent field.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from harness.aep.parquet_pages import BYTE_ARRAY, PageError, decompress, hybrid, plain
from harness.aep.thrift_compact import Reader

_MAGIC = b"PAR1"
_PLAIN, _PLAIN_DICTIONARY, _RLE, _RLE_DICTIONARY = 0, 2, 3, 8
_DATA, _DICTIONARY, _DATA_V2 = 0, 2, 3
_UTF8, _MAP, _MAP_KEY_VALUE, _LIST, _ENUM = 0, 1, 2, 3, 4
_DATE, _TIMESTAMP_MILLIS, _TIMESTAMP_MICROS, _JSON = 6, 9, 10, 19
_TEXTS = frozenset({_UTF8, _ENUM, _JSON})
_MOST_ROWS = 10_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ParquetError(Exception):
    """A file that cannot be read; the message says why."""


@dataclass(slots=True, kw_only=True)
class _Node:
    name: str
    repetition: int
    definition: int
    repeats: int
    physical: int | None
    length: int
    converted: int | None
    logical: dict[int, Any]
    children: list[_Node] = field(default_factory=list)


def read_parquet(content: bytes) -> list[dict[str, Any]]:
    """Read the records of a file, in order; ParquetError when it is none or uses what is not read here."""
    try:
        return _read(content)
    except PageError as error:
        raise ParquetError(str(error)) from None
    except (IndexError, KeyError, ValueError, TypeError, struct.error, OverflowError) as error:
        raise ParquetError(f"the file is damaged: {error!r}") from None


def _read(content: bytes) -> list[dict[str, Any]]:
    if len(content) < 12 or content[:4] != _MAGIC or content[-4:] != _MAGIC:
        raise ParquetError("the file does not begin and end with PAR1")
    (size,) = struct.unpack("<I", content[-8:-4])
    meta = Reader(content, len(content) - 8 - size).struct()
    elements = iter(meta[2])
    root = _tree(next(elements), elements, None)
    leaves = _leaves(root, ())
    records: list[dict[str, Any]] = []
    if meta[3] > _MOST_ROWS or any(chunk[3][5] > _MOST_ROWS for group in meta[4] for chunk in group[1]):
        raise ParquetError(f"a file may hold at most {_MOST_ROWS} values in a column")
    for group in meta[4]:
        rows: list[dict[str, Any]] = [{} for _ in range(group[3])]
        for chunk in group[1]:
            path = tuple(part.decode() for part in chunk[3][3])
            _fill(rows, leaves[path], content, chunk[3])
        records.extend(_plain_object(root, row) for row in rows)
    return records


def _tree(element: dict[int, Any], rest: Any, parent: _Node | None) -> _Node:
    repetition = element.get(3, 0) if parent else 0
    node = _Node(
        name=element[4].decode(),
        repetition=repetition,
        definition=(parent.definition if parent else 0) + (repetition != 0),
        repeats=(parent.repeats if parent else 0) + (repetition == 2),
        physical=element.get(1),
        length=element.get(2, 0),
        converted=element.get(6),
        logical=element.get(10) or {},
    )
    for _ in range(element.get(5) or 0):
        node.children.append(_tree(next(rest), rest, node))
    return node


def _leaves(node: _Node, above: tuple[_Node, ...]) -> dict[tuple[str, ...], tuple[_Node, ...]]:
    found = {}
    for child in node.children:
        path = (*above, child)
        if child.children:
            found.update(_leaves(child, path))
        else:
            found[tuple(one.name for one in path)] = path
    return found


# one column of a row group


def _fill(rows: list[dict[str, Any]], path: tuple[_Node, ...], content: bytes, meta: dict[int, Any]) -> None:
    row = -1
    places = [0] * (path[-1].repeats + 1)
    for repetition, definition, value in _entries(path[-1], content, meta):
        if repetition == 0:
            row += 1
            places = [0] * len(places)
        else:
            places[repetition] += 1
            places[repetition + 1 :] = [0] * (len(places) - repetition - 1)
        _place(rows[row], path, places, definition, value)


def _place(holder: Any, path: tuple[_Node, ...], places: list[int], definition: int, value: Any) -> None:
    for node in path:
        if node.repetition == 2:
            entries = holder.setdefault(node.name, [])
            if node.definition > definition:
                return
            index = places[node.repeats]
            while len(entries) <= index:
                entries.append({})
            if not node.children:
                entries[index] = value
                return
            holder = entries[index]
        elif node.definition > definition:
            return
        elif node.children:
            holder = holder.setdefault(node.name, {})
        else:
            holder[node.name] = value


def _entries(leaf: _Node, content: bytes, meta: dict[int, Any]) -> list[tuple[int, int, Any]]:
    # Some writers give the dictionary's place as 0 when there is none.
    at = min(meta.get(11) or meta[9], meta[9])
    dictionary: list[Any] = []
    found: list[tuple[int, int, Any]] = []
    while len(found) < meta[5]:
        if at >= len(content):
            raise PageError("a column ends before its last value")
        reader = Reader(content, at)
        header = reader.struct()
        body = content[reader.at : reader.at + header[3]]
        at = reader.at + header[3]
        if header[1] == _DICTIONARY:
            data = decompress(body, meta[4], header[2])
            dictionary = _values(leaf, plain(data, _physical(leaf), header[7][1], leaf.length))
        elif header[1] == _DATA:
            data = decompress(body, meta[4], header[2])
            count = min(header[5][1], meta[5])
            found.extend(_page(leaf, data, count, header[5][2], dictionary))
        elif header[1] == _DATA_V2:
            found.extend(_page_v2(leaf, body, header, meta[4], dictionary))
        else:
            raise PageError(f"pages of the type {header[1]} are not read")
    return found


def _page(
    leaf: _Node, data: bytes, count: int, encoding: int, dictionary: list[Any]
) -> list[tuple[int, int, Any]]:
    levels = []
    for highest in (leaf.repeats, leaf.definition):
        if highest:
            (size,) = struct.unpack_from("<I", data)
            levels.append(hybrid(data[4 : 4 + size], highest.bit_length(), count))
            data = data[4 + size :]
        else:
            levels.append([0] * count)
    return _joined(leaf, levels[0], levels[1], data, encoding, dictionary)


def _page_v2(
    leaf: _Node, body: bytes, header: dict[int, Any], codec: int, dictionary: list[Any]
) -> list[tuple[int, int, Any]]:
    page = header[8]
    count, first, second = min(page[1], _MOST_ROWS), page[6], page[5]
    repetitions = hybrid(body[:first], leaf.repeats.bit_length(), count)
    definitions = hybrid(body[first : first + second], leaf.definition.bit_length(), count)
    data = body[first + second :]
    if page.get(7, True):
        data = decompress(data, codec, header[2] - first - second)
    return _joined(leaf, repetitions, definitions, data, page[4], dictionary)


def _joined(
    leaf: _Node,
    repetitions: list[int],
    definitions: list[int],
    data: bytes,
    encoding: int,
    dictionary: list[Any],
) -> list[tuple[int, int, Any]]:
    present = sum(one == leaf.definition for one in definitions)
    if encoding == _PLAIN:
        values = _values(leaf, plain(data, _physical(leaf), present, leaf.length))
    elif encoding in {_PLAIN_DICTIONARY, _RLE_DICTIONARY}:
        numbers = hybrid(data[1:], data[0], present) if present else []
        values = [dictionary[number] for number in numbers]
    elif encoding == _RLE:
        values = [bool(one) for one in hybrid(data[4:], 1, present)]
    else:
        raise PageError(f"the encoding {encoding} is not read; plain and dictionary are")
    following = iter(values)
    return [
        (repetition, definition, next(following) if definition == leaf.definition else None)
        for repetition, definition in zip(repetitions, definitions, strict=True)
    ]


# values and groups


def _physical(leaf: _Node) -> int:
    return BYTE_ARRAY if leaf.physical is None else leaf.physical


def _values(leaf: _Node, values: list[Any]) -> list[Any]:
    if leaf.converted == _DATE or 6 in leaf.logical:
        return [(date(1970, 1, 1) + timedelta(days=one)).isoformat() for one in values]
    unit = _microseconds(leaf)
    if unit is not None:
        return [_moment(one * unit) for one in values]
    if leaf.physical == BYTE_ARRAY:
        return [one.decode() for one in values]
    return [one.hex() if isinstance(one, bytes) else one for one in values]


def _microseconds(leaf: _Node) -> float | None:
    """How many microseconds one unit of a timestamp has; None for other values."""
    if 8 in leaf.logical:
        unit = leaf.logical[8].get(2, {})
        return 1000 if 1 in unit else 1 if 2 in unit else 0.001
    return {_TIMESTAMP_MILLIS: 1000, _TIMESTAMP_MICROS: 1}.get(leaf.converted or -1)


def _moment(microseconds: float) -> str:
    moment = _EPOCH + timedelta(microseconds=microseconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _plain_object(node: _Node, held: dict[str, Any]) -> dict[str, Any]:
    return {
        child.name: _plain_value(child, held[child.name]) for child in node.children if child.name in held
    }


def _plain_value(node: _Node, value: Any) -> Any:
    if node.repetition == 2:
        return [_plain_item(node, one) for one in value]
    return _plain_item(node, value)


def _plain_item(node: _Node, value: Any) -> Any:
    if not node.children:
        if node.converted == _JSON:
            return json.loads(value)
        return value
    if len(node.children) == 1 and node.children[0].repetition == 2:
        entry = node.children[0]
        if node.converted == _LIST or 3 in node.logical:
            return _list(entry, value.get(entry.name, []))
        if node.converted in {_MAP, _MAP_KEY_VALUE} or 2 in node.logical:
            key, inner = entry.children
            return {
                one[key.name]: _plain_value(inner, one[inner.name])
                for one in value.get(entry.name, [])
                if inner.name in one
            }
    return _plain_object(node, value)


def _list(entry: _Node, entries: list[Any]) -> list[Any]:
    # Three levels are the rule; two, where the repeated node is the element, are older.
    if len(entry.children) == 1:
        inner = entry.children[0]
        return [_plain_value(inner, one[inner.name]) for one in entries if inner.name in one]
    return [_plain_item(entry, one) for one in entries]
