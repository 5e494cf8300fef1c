"""The part of Thrift's compact protocol that Parquet's metadata needs, for writing."""

from __future__ import annotations

from typing import Any

BOOL_TRUE, BOOL_FALSE, I32, I64, BINARY, LIST, STRUCT = 1, 2, 5, 6, 8, 9, 12


def varint(number: int) -> bytes:
    """Unsigned number in groups of seven bits, lowest first."""
    out = bytearray()
    while True:
        low = number & 0x7F
        number >>= 7
        if not number:
            out.append(low)
            return bytes(out)
        out.append(low | 0x80)


def _zigzag(number: int) -> bytes:
    return varint((number << 1) ^ (number >> 63))


def struct(*fields: tuple[int, int, Any]) -> bytes:
    """Fields as (id, type, value), ids ascending; a None value is left out.

    Structs are given as their bytes, lists as (element type, values).
    """
    out = bytearray()
    last = 0
    for number, kind, value in fields:
        if value is None:
            continue
        if kind in {BOOL_TRUE, BOOL_FALSE}:
            kind = BOOL_TRUE if value else BOOL_FALSE  # noqa: PLW2901 - the value is the type here
        step = number - last
        out += bytes([step << 4 | kind]) if step < 16 else bytes([kind]) + _zigzag(number)
        if kind not in {BOOL_TRUE, BOOL_FALSE}:
            out += _value(kind, value)
        last = number
    out.append(0)
    return bytes(out)


def _value(kind: int, value: Any) -> bytes:
    if kind in {I32, I64}:
        return _zigzag(value)
    if kind == BINARY:
        data = value.encode() if isinstance(value, str) else value
        return varint(len(data)) + data
    if kind == LIST:
        element, values = value
        size = len(values)
        head = bytes([size << 4 | element]) if size < 15 else bytes([0xF0 | element]) + varint(size)
        return head + b"".join(_value(element, one) for one in values)
    return bytes(value)
