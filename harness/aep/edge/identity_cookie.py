"""The value of the cookie `kndctr_{ORG}_identity`, in the Web SDK's own encoding.

Base64 with `-` and `_`, of a protocol buffers message whose first field is the ECID (`decodeKndctrProtobuf`
of @adobe/alloy 2.33.1). A page that can decode it knows its identity without asking the edge again.
"""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote

_ECID = re.compile(r"\d{38}")
_FIELD_1_BYTES = 0x0A
_VARINT, _EIGHT_BYTES, _LENGTH, _FOUR_BYTES = 0, 1, 2, 5


def pack(ecid: str) -> str:
    """Write an ECID as the cookie's value."""
    return base64.urlsafe_b64encode(bytes((_FIELD_1_BYTES, len(ecid))) + ecid.encode()).decode()


def unpack(value: str) -> str | None:
    """Read the ECID of a cookie's value; None when it holds none."""
    text = unquote(value).replace("+", "-").replace("/", "_").rstrip("=")
    try:
        message = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return _first_field(message)
    except (binascii.Error, ValueError, IndexError):
        return None


def _first_field(message: bytes) -> str | None:
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        wire = key & 7
        if wire == _VARINT:
            _, at = _varint(message, at)
        elif wire in (_EIGHT_BYTES, _FOUR_BYTES):
            at += 8 if wire == _EIGHT_BYTES else 4
        elif wire == _LENGTH:
            size, at = _varint(message, at)
            if key >> 3 == 1:
                text = message[at : at + size].decode("ascii")
                return text if _ECID.fullmatch(text) else None
            at += size
        else:
            return None
    return None


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """Read a number, seven bits a byte, and say where it ends."""
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80 or shift > 63:
            return value, at
