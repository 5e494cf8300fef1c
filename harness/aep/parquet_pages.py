"""Bytes of Parquet pages into levels and values: compression and encodings."""

from __future__ import annotations

import struct
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

from harness.aep.thrift_compact import Reader

BOOLEAN, INT32, INT64, INT96, FLOAT, DOUBLE, BYTE_ARRAY, FIXED = range(8)
_NUMBERS = {INT32: ("i", 4), INT64: ("q", 8), FLOAT: ("f", 4), DOUBLE: ("d", 8)}
_JULIAN_EPOCH = 2_440_588


class PageError(Exception):
    """Bytes that are not Parquet, or use a part of it that is not read here."""


def decompress(data: bytes, codec: int, size: int) -> bytes:
    """Content of a page; codecs are none, Snappy and gzip."""
    if codec == 0:
        return data
    if codec == 1:
        return _unsnap(data)
    if codec == 2:
        inflater = zlib.decompressobj(wbits=31)
        return inflater.decompress(data, size)
    raise PageError(f"the compression codec {codec} is not read; none, Snappy and gzip are")


def _unsnap(data: bytes) -> bytes:
    # https://github.com/google/snappy/blob/main/format_description.txt
    reader = Reader(data)
    size = reader.varint()
    at, out = reader.at, bytearray()
    while at < len(data):
        tag = data[at]
        at += 1
        if tag & 3 == 0:
            length = (tag >> 2) + 1
            if length > 60:
                extra = length - 60
                length = int.from_bytes(data[at : at + extra], "little") + 1
                at += extra
            out += data[at : at + length]
            at += length
            continue
        if tag & 3 == 1:
            length, offset = (tag >> 2 & 7) + 4, (tag >> 5) << 8 | data[at]
            at += 1
        else:
            width = 2 if tag & 3 == 2 else 4
            length, offset = (tag >> 2) + 1, int.from_bytes(data[at : at + width], "little")
            at += width
        if not 0 < offset <= len(out):
            raise PageError("a Snappy copy reaches before the beginning")
        if offset >= length:
            start = len(out) - offset
            out += out[start : start + length]
        else:
            for _ in range(length):
                out.append(out[-offset])
    if len(out) != size:
        raise PageError("a Snappy block has another length than it says")
    return bytes(out)


def hybrid(data: bytes, width: int, count: int) -> list[int]:
    """`count` numbers of `width` bits in the mix of runs and bit-packed groups."""
    if width == 0:
        return [0] * count
    found: list[int] = []
    reader = Reader(data)
    step = (width + 7) // 8
    mask = (1 << width) - 1
    while len(found) < count:
        head = reader.varint()
        if head & 1:
            groups = head >> 1
            size = groups * width
            packed = int.from_bytes(data[reader.at : reader.at + size], "little")
            reader.at += size
            wanted = min(groups * 8, count - len(found))
            found.extend(packed >> index * width & mask for index in range(wanted))
        else:
            value = int.from_bytes(data[reader.at : reader.at + step], "little")
            reader.at += step
            found.extend([value] * min(head >> 1, count - len(found)))
    return found


def plain(data: bytes, physical: int, count: int, length: int) -> list[Any]:
    """`count` values one after the other; `length` is that of a fixed-length array."""
    if physical == BOOLEAN:
        return [bool(data[index // 8] >> index % 8 & 1) for index in range(count)]
    if physical in _NUMBERS:
        form, size = _NUMBERS[physical]
        return list(struct.unpack_from(f"<{count}{form}", data[: count * size]))
    if physical == INT96:
        return [_int96(data[12 * index : 12 * index + 12]) for index in range(count)]
    if physical == FIXED:
        return [data[length * index : length * (index + 1)] for index in range(count)]
    found, at = [], 0
    for _ in range(count):
        (size,) = struct.unpack_from("<I", data, at)
        found.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return found


def _int96(data: bytes) -> str:
    nanos, day = struct.unpack("<qi", data)
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(
        days=day - _JULIAN_EPOCH, microseconds=nanos // 1000
    )
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
