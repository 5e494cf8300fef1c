"""Content codings of bodies (gzip, deflate, br): what a coded body says."""

import zlib
from typing import Final, Protocol

MOST: Final = 64 * 1024 * 1024
"""The largest body that is decoded, in bytes: a small one may say a lot."""

_GZIP: Final = 31
_ZLIB: Final = 15
_RAW: Final = -15
_PIECE: Final = 4096


class Sent(Protocol):
    """A request as far as it tells how its body is coded."""

    @property
    def body(self) -> bytes | None:
        """The body as sent."""
        ...

    def header(self, name: str) -> str | None:
        """Return the first value of a header, the name in any case."""
        ...


def decoded(body: bytes, encoding: str, *, most: int = MOST) -> bytes | None:
    """Return what a body says that is coded as its `Content-Encoding` tells.

    `None` when it is not coded so, in a way not known here, or says more than `most` bytes.
    """
    codings = [one.strip().lower() for one in encoding.split(",") if one.strip()]
    plain: bytes | None = body
    for coding in reversed(codings):
        if plain is None:
            return None
        plain = _decoded(plain, coding.removeprefix("x-"), most)
    return plain if codings else None


def plain_body(request: Sent) -> bytes | None:
    """Return what a request's body says; the body itself when it is not coded, or was decoded already."""
    if not request.body:
        return request.body
    encoding = request.header("content-encoding")
    if encoding is None:
        return request.body
    plain = decoded(request.body, encoding)
    return request.body if plain is None else plain


def _decoded(body: bytes, coding: str, most: int) -> bytes | None:
    match coding:
        case "identity":
            return body
        case "gzip":
            return _inflated(body, _GZIP, most)
        case "deflate":
            # Many send it without the frame that the name stands for.
            plain = _inflated(body, _ZLIB, most)
            return plain if plain is not None else _inflated(body, _RAW, most)
        case "br":
            return _unbrotlied(body, most)
        case _:
            return None


def _inflated(body: bytes, window: int, most: int) -> bytes | None:
    parts: list[bytes] = []
    left = most
    at = 0
    try:
        while at < len(body):
            inflater = zlib.decompressobj(window)
            # Piece by piece: what a member leaves over is copied, and there may be very many of them.
            while at < len(body) and not inflater.eof:
                piece = body[at : at + _PIECE]
                parts.append(inflater.decompress(piece, left))
                left -= len(parts[-1])
                if left <= 0:
                    return None
                at += len(piece) - len(inflater.unused_data)
            if not inflater.eof:
                return None
            # Several members may follow each other, in gzip alone.
            if at < len(body) and window != _GZIP:
                return None
    except zlib.error:
        return None
    return b"".join(parts)


def _unbrotlied(body: bytes, most: int) -> bytes | None:
    import brotli

    try:
        unpacker = brotli.Decompressor()
        plain: bytes = unpacker.process(body, output_buffer_limit=most)
        return plain if unpacker.is_finished() and len(plain) <= most else None
    except brotli.error:
        return None
