"""MD4 (RFC 1320), which NTLM needs and OpenSSL 3 no longer offers."""

import struct
from typing import Final

_ROUNDS: Final = (
    (0, (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), (3, 7, 11, 19)),
    (0x5A827999, (0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), (3, 5, 9, 13)),
    (0x6ED9EBA1, (0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15), (3, 9, 11, 15)),
)
_MASK: Final = 0xFFFFFFFF


def _mix(number: int, b: int, c: int, d: int) -> int:
    if number == 0:
        return (b & c) | (~b & d)
    if number == 1:
        return (b & c) | (b & d) | (c & d)
    return b ^ c ^ d


def md4(data: bytes) -> bytes:
    """Return the digest, 16 bytes."""
    state = [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476]
    padded = data + b"\x80" + bytes((55 - len(data)) % 64) + struct.pack("<Q", len(data) * 8)
    for start in range(0, len(padded), 64):
        words = struct.unpack_from("<16I", padded, start)
        a, b, c, d = state
        for number, (constant, order, shifts) in enumerate(_ROUNDS):
            for step, index in enumerate(order):
                total = (a + _mix(number, b, c, d) + words[index] + constant) & _MASK
                shift = shifts[step % 4]
                a, b, c, d = d, (total << shift | total >> (32 - shift)) & _MASK, b, c
        state = [(old + new) & _MASK for old, new in zip(state, (a, b, c, d), strict=True)]
    return struct.pack("<4I", *state)
