"""What a body was packed in (`Content-Encoding`), undone; a body that would fill the memory is refused."""

import zlib
from typing import Final

from harness.client.answer import MOST_BODY, WireAnswer, too_large
from harness.client.message import Failure, header
from harness.client.transport import TransportFailure

_PIECE: Final = 256 * 1024
_GZIP: Final = b"\x1f\x8b"


def decode(answer: WireAnswer, *, most: int = MOST_BODY) -> bytes:
    """Undo gzip, deflate or br when that is the content coding; others are left as they are.

    A body that ends early gives what there is. Raises `TransportFailure` for one that is broken.
    """
    coding = (header(answer.headers, "content-encoding") or "").strip().lower()
    if not answer.body or not coding:
        return answer.body
    try:
        match coding:
            case "gzip":
                return _gunzip(answer.body, most)
            case "deflate":
                raw = answer.body[0] & 0x0F != 8
                return _inflate(answer.body, -15 if raw else 15, most)
            case "br":
                return _unbrotli(answer.body, most)
            case _:
                return answer.body
    except zlib.error as error:
        message = str(error).rpartition(": ")[2] or str(error)
        failure = Failure(kind="protocol", message=message, code="Z_DATA_ERROR")
        raise TransportFailure(failure) from None


def _inflate(body: bytes, window: int, most: int) -> bytes:
    plain = zlib.decompressobj(window).decompress(body, most + 1)
    if len(plain) > most:
        raise too_large()
    return plain


def _gunzip(body: bytes, most: int) -> bytes:
    """Undo gzip; members follow each other, and what follows the last of them does not count."""
    pieces: list[bytes] = []
    total = at = 0
    while True:
        stream = zlib.decompressobj(31)
        # Piece by piece: what a member leaves over is copied, and there may be very many of them.
        while at < len(body) and not stream.eof:
            piece = body[at : at + _PIECE]
            pieces.append(stream.decompress(piece, most + 1 - total))
            total += len(pieces[-1])
            if total > most:
                raise too_large()
            at += len(piece) - len(stream.unused_data)
        if not body.startswith(_GZIP, at):
            return b"".join(pieces)


def _unbrotli(body: bytes, most: int) -> bytes:
    import brotli

    stream = brotli.Decompressor()
    try:
        decoded: bytes = stream.process(body, output_buffer_limit=most + 1)
    except brotli.error:
        failure = Failure(kind="protocol", message="Decompression failed", code="ERR__ERROR_FORMAT")
        raise TransportFailure(failure) from None
    if len(decoded) > most:
        raise too_large()
    return decoded
