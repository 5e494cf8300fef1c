"""Reads Smile, the binary form of JSON that streaming ingestion takes as `application/x-jackson-smile`.

Source: Smile Format Specification 1.0 (https://github.com/FasterXML/smile-format-specification). Binary
values become Base64 text, as they are in JSON.
"""

from __future__ import annotations

import base64
import math
import struct
from typing import Any

_HEADER = b":)\n"
_MOST_SHARED = 1024
_DEEPEST = 200
_LONGEST_NUMBER = 415
"""Bytes of a number of a thousand digits, the longest that Jackson reads."""
_END = 0xFC


class SmileError(ValueError):
    """Bytes that are not a document in Smile."""


def parse_smile(content: bytes) -> Any:
    """Read one document; SmileError for all else."""
    reader = _SmileReader(content)
    try:
        value = reader.value(0)
    except IndexError:
        raise SmileError("the document ends too early") from None
    except (UnicodeDecodeError, OverflowError) as error:
        raise SmileError(str(error)) from None
    reader.finish()
    return value


class _SmileReader:
    def __init__(self, content: bytes) -> None:
        if content[:3] != _HEADER or len(content) < 4 or content[3] >> 4:
            raise SmileError("the header of Smile, version 0, is missing")
        self._content = content
        self._at = 4
        self._names: list[str] | None = [] if content[3] & 1 else None
        self._texts: list[str] | None = [] if content[3] & 2 else None

    def finish(self) -> None:
        rest = self._content[self._at :]
        if rest not in (b"", b"\xff"):
            raise SmileError("something follows the document")

    # values

    def value(self, depth: int) -> Any:
        if depth > _DEEPEST:
            raise SmileError("the document is nested too deeply")
        token = self._byte()
        if 0x01 <= token <= 0x1F:
            return self._shared(self._texts, token - 1)
        if 0x40 <= token <= 0x7F:
            return self._text(token - 0x40 + 1)
        if 0x80 <= token <= 0xBF:
            return self._text(token - 0x80 + 2)
        if 0xC0 <= token <= 0xDF:
            return _signed(token & 0x1F)
        if 0xEC <= token <= 0xEF:
            return self._shared(self._texts, (token & 3) << 8 | self._byte())
        if token == 0xF8:
            return self._array(depth)
        if token == 0xFA:
            return self._object(depth)
        return self._scalar(token)

    def _scalar(self, token: int) -> Any:
        match token:
            case 0x20:
                return ""
            case 0x21:
                return None
            case 0x22 | 0x23:
                return token == 0x23
            case 0x24 | 0x25:
                return _signed(self._whole())
            case 0x26:
                return self._integer()
            case 0x28:
                return self._float(">f", 5, 4)
            case 0x29:
                return self._float(">d", 10, 8)
            case 0x2A:
                scale = _signed(self._whole())
                digits = self._integer()
                if abs(scale) > 400:
                    raise SmileError("a decimal is out of range")
                return _finite(digits / 10**scale if scale >= 0 else float(digits * 10**-scale))
            case 0xE0 | 0xE4:
                return self._long_text()
            case 0xE8:
                return base64.b64encode(self._packed()).decode()
            case 0xFD:
                return base64.b64encode(self._bytes(self._whole())).decode()
        raise SmileError(f"byte 0x{token:02x} is no value")

    def _array(self, depth: int) -> list[Any]:
        found: list[Any] = []
        while self._content[self._at] != 0xF9:
            found.append(self.value(depth + 1))
        self._at += 1
        return found

    def _object(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while self._content[self._at] != 0xFB:
            name = self._name()
            found[name] = self.value(depth + 1)
        self._at += 1
        return found

    def _name(self) -> str:
        token = self._byte()
        if token == 0x20:
            return ""
        if 0x30 <= token <= 0x33:
            return self._shared(self._names, (token & 3) << 8 | self._byte())
        if token == 0x34:
            return self._long_text()
        if 0x40 <= token <= 0x7F:
            return self._shared(self._names, token - 0x40)
        if 0x80 <= token <= 0xBF:
            name = self._bytes(token - 0x80 + 1).decode()
        elif 0xC0 <= token <= 0xF7:
            name = self._bytes(token - 0xC0 + 2).decode()
        else:
            raise SmileError(f"byte 0x{token:02x} is no name")
        _share(self._names, name)
        return name

    # parts

    def _text(self, size: int) -> str:
        text = self._bytes(size).decode()
        _share(self._texts, text)
        return text

    def _long_text(self) -> str:
        end = self._content.find(_END, self._at)
        if end < 0:
            raise SmileError("a text has no end")
        text = self._content[self._at : end].decode()
        self._at = end + 1
        return text

    def _float(self, form: str, encoded: int, size: int) -> float:
        bits = 0
        for byte in self._bytes(encoded):
            bits = bits << 7 | (byte & 0x7F)
        if bits >> (size * 8):
            raise SmileError("a number has too many bits")
        return _finite(struct.unpack(form, bits.to_bytes(size, "big"))[0])

    def _integer(self) -> int:
        content = self._packed()
        if len(content) > _LONGEST_NUMBER:
            raise SmileError("a number has too many digits")
        return int.from_bytes(content, "big", signed=True)

    def _packed(self) -> bytes:
        """Bytes that are sent seven bits at a time; the last byte holds what is left over."""
        size = self._whole()
        groups, left = divmod(size, 7)
        bits = 0
        made = bytearray()
        for _ in range(groups):
            bits = 0
            for byte in self._bytes(8):
                bits = bits << 7 | (byte & 0x7F)
            made += bits.to_bytes(7, "big")
        if left:
            *head, last = self._bytes(left + 1)
            bits = 0
            for byte in head:
                bits = bits << 7 | (byte & 0x7F)
            made += (bits << left | last & ((1 << left) - 1)).to_bytes(left, "big")
        return bytes(made)

    def _whole(self) -> int:
        value = 0
        for _ in range(10):
            byte = self._byte()
            if byte & 0x80:
                return value << 6 | (byte & 0x3F)
            value = value << 7 | byte
        raise SmileError("a number is too long")

    def _byte(self) -> int:
        value = self._content[self._at]
        self._at += 1
        return value

    def _bytes(self, size: int) -> bytes:
        found = self._content[self._at : self._at + size]
        if len(found) < size:
            raise SmileError("the document ends too early")
        self._at += size
        return found

    @staticmethod
    def _shared(table: list[str] | None, index: int) -> str:
        if table is None or index >= len(table):
            raise SmileError(f"there is no shared text {index}")
        return table[index]


def _share(table: list[str] | None, text: str) -> None:
    if table is not None:
        if len(table) == _MOST_SHARED:
            table.clear()
        table.append(text)


def _signed(value: int) -> int:
    """Undo zigzag, which counts 0, -1, 1, -2 and so on."""
    return value >> 1 ^ -(value & 1)


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise SmileError("a number is not finite")
    return value
