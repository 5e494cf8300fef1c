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


class Reader:
    """Reads structs back as `{field id: value}`; a struct's lists and structs are nested alike."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self._data = data
        self.at = at

    def struct(self) -> dict[int, Any]:
        """One struct from here on; IndexError or ValueError when there is none."""
        found: dict[int, Any] = {}
        number = 0
        while True:
            head = self._byte()
            if head == 0:
                return found
            kind, step = head & 15, head >> 4
            number = number + step if step else self._signed()
            found[number] = self._read(kind)

    def varint(self) -> int:
        """Unsigned number."""
        number = shift = 0
        while True:
            byte = self._byte()
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                return number
            shift += 7

    def _byte(self) -> int:
        byte = self._data[self.at]
        self.at += 1
        return byte

    def _signed(self) -> int:
        number = self.varint()
        return (number >> 1) ^ -(number & 1)

    def _read(self, kind: int) -> Any:
        if kind in {BOOL_TRUE, BOOL_FALSE}:
            return kind == BOOL_TRUE
        if kind == 3:
            return self._byte()
        if kind in {4, I32, I64}:
            return self._signed()
        if kind == 7:
            self.at += 8
            return None
        if kind == BINARY:
            size = self.varint()
            self.at += size
            return self._data[self.at - size : self.at]
        if kind in {LIST, 10}:
            head = self._byte()
            size = head >> 4 if head >> 4 < 15 else self.varint()
            element = head & 15
            if element in {BOOL_TRUE, BOOL_FALSE}:
                return [self._byte() == BOOL_TRUE for _ in range(size)]
            return [self._read(element) for _ in range(size)]
        if kind == STRUCT:
            return self.struct()
        raise ValueError(f"no Thrift type has the number {kind}")
