"""HTTP/1.1 on a socket: writes a request as it was spelled, reads an answer as it was sent (RFC 9112).

Headers keep order, spelling and duplicates. Failures carry the words of Node's parser, as newman's users know
them.
"""

import re
import socket
import time
import zlib
from dataclasses import dataclass
from typing import Final

from harness.client.message import Failure, Headers, ResolvedRequest, header
from harness.client.transport import TransportFailure

_HEAD_END: Final = re.compile(rb"\r?\n\r?\n")
_STATUS: Final = re.compile(rb"HTTP/(\d)\.(\d) +(\d{3})(?: +(.*?))?\s*\Z")
_CHUNKED: Final = re.compile(r"(?:^|\W)chunked(?:$|\W)", re.IGNORECASE)
_CHUNK_SIZE: Final = re.compile(rb"[0-9A-Fa-f]+")
_NAME: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_MOST_HEAD: Final = 256 * 1024
_LENGTH: Final = re.compile(r"[0-9]{1,18}", re.ASCII)
_PIECE: Final = 256 * 1024
_HTTP: Final = b"HTTP/"
_GZIP: Final = b"\x1f\x8b"

MOST_BODY: Final = 512 * 1024 * 1024
"""The largest body that is taken in, in bytes, as sent and as decoded. No answer may fill the memory."""


class Hangup(Exception):
    """The other side closed the connection before the first byte of an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer as read: `body` is without its transfer coding, but still in its content coding."""

    status: int
    reason: str
    headers: Headers
    body: bytes
    version: str
    reusable: bool


def request_bytes(request: ResolvedRequest, target: str, extra: Headers = ()) -> bytes:
    """Write a request with the given target; a body is chunked when its headers say so."""
    lines = [f"{request.method} {target} HTTP/1.1"]
    lines += [f"{key}: {value}" for key, value in request.headers]
    lines += [f"{key}: {value}" for key, value in extra]
    head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
    body = request.body or b""
    if _CHUNKED.search(header(request.headers, "transfer-encoding") or ""):
        body = (b"%x\r\n%b\r\n" % (len(body), body) if body else b"") + b"0\r\n\r\n"
    return head + body


def _broken(reason: str, code: str) -> TransportFailure:
    return TransportFailure(Failure(kind="protocol", message=f"Parse Error: {reason}", code=code))


def _bound(length: int, most: int) -> None:
    if length > most:
        failure = Failure(kind="protocol", message="Maximum response size reached", code="EMSGSIZE")
        raise TransportFailure(failure)


def _blank(held: bytearray) -> int:
    """Return how many line ends stand before a status line; Node's parser passes over them."""
    return len(held) - len(held.lstrip(b"\r\n"))


class AnswerReader:
    """Reads one answer from a socket until a deadline (of `time.monotonic`; `None` waits for ever).

    `begun` says whether a byte of it has come.
    """

    def __init__(self, sock: socket.socket, deadline: float | None, *, most_body: int = MOST_BODY) -> None:
        self._sock = sock
        self._most = most_body
        self._deadline = deadline
        self._held = bytearray()
        self.begun = False

    def read(self, method: str) -> Answer:
        """Read an answer. Raises `Hangup`, `TimeoutError`, `OSError` or `TransportFailure`."""
        while True:
            version, status, reason, headers = self._head()
            if status >= 200 or status == 101:
                break
        keep = (header(headers, "connection") or "").lower()
        reusable = "close" not in keep and (version == "1.1" or "keep-alive" in keep)
        if method == "HEAD" or status in {101, 204, 304}:
            body = b""
        elif _CHUNKED.search(header(headers, "transfer-encoding") or ""):
            body = self._chunks()
        elif (length := header(headers, "content-length")) is not None:
            if not _LENGTH.fullmatch(length.strip()):
                raise _broken("Invalid character in Content-Length", "HPE_INVALID_CONTENT_LENGTH")
            body = self._exactly(int(length))
        else:
            body, reusable = self._rest(), False
        return Answer(
            status=status,
            reason=reason,
            headers=headers,
            body=body,
            version=version,
            reusable=reusable and not self._held and status != 101,
        )

    def _fill(self) -> bool:
        if self._deadline is not None:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._sock.settimeout(left)
        piece = self._sock.recv(_PIECE)
        self._held += piece
        self.begun |= bool(piece)
        return bool(piece)

    def _head(self) -> tuple[str, int, str, Headers]:
        held = self._held
        while not (match := _HEAD_END.search(held, _blank(held))):
            if len(held) > _MOST_HEAD:
                raise _broken("Header overflow", "HPE_HEADER_OVERFLOW")
            start = bytes(held[_blank(held) : _blank(held) + len(_HTTP)])
            if not _HTTP.startswith(start):
                raise _broken("Expected HTTP/", "HPE_INVALID_CONSTANT")
            if not self._fill():
                if held:
                    raise TransportFailure(Failure(kind="reset", message="socket hang up", code="ECONNRESET"))
                raise Hangup
        lines = bytes(held[_blank(held) : match.start()]).split(b"\n")
        del held[: match.end()]
        first = _STATUS.match(lines[0].rstrip(b"\r"))
        if first is None:
            raise _broken("Expected HTTP/", "HPE_INVALID_CONSTANT")
        headers: list[tuple[str, str]] = []
        for line in (line.rstrip(b"\r") for line in lines[1:]):
            if line[:1] in (b" ", b"\t") and headers:
                key, value = headers[-1]
                headers[-1] = key, f"{value} {line.strip().decode('latin-1')}".strip()
                continue
            name, colon, text = line.partition(b":")
            if not colon or not _NAME.match(name):
                raise _broken("Invalid header token", "HPE_INVALID_HEADER_TOKEN")
            headers.append((name.decode("ascii"), text.strip(b" \t").decode("latin-1")))
        reason = (first[4] or b"").decode("utf-8", "replace")
        return f"{first[1].decode()}.{first[2].decode()}", int(first[3]), reason, tuple(headers)

    def _exactly(self, length: int) -> bytes:
        held = self._held
        _bound(length, self._most)
        while len(held) < length:
            if not self._fill():
                raise TransportFailure(Failure(kind="reset", message="aborted", code="ECONNRESET"))
        with memoryview(held) as view:
            body = bytes(view[:length])
        del held[:length]
        return body

    def _line(self) -> bytes:
        while (end := self._held.find(b"\n")) == -1:
            if len(self._held) > _MOST_HEAD:
                raise _broken("Invalid character in chunk size", "HPE_INVALID_CHUNK_SIZE")
            if not self._fill():
                raise TransportFailure(Failure(kind="reset", message="aborted", code="ECONNRESET"))
        line = bytes(self._held[:end]).rstrip(b"\r")
        del self._held[: end + 1]
        return line

    def _chunks(self) -> bytes:
        pieces = []
        total = 0
        while True:
            size = _CHUNK_SIZE.match(self._line())
            if size is None:
                raise _broken("Invalid character in chunk size", "HPE_INVALID_CHUNK_SIZE")
            length = int(size[0], 16)
            if length == 0:
                break
            total += length
            _bound(total, self._most)
            pieces.append(self._exactly(length))
            self._line()
        while self._line():
            pass
        return b"".join(pieces)

    def _rest(self) -> bytes:
        while self._fill():
            _bound(len(self._held), self._most)
        _bound(len(self._held), self._most)
        body, self._held = bytes(self._held), bytearray()
        return body


def decode(answer: Answer, method: str, *, most: int = MOST_BODY) -> bytes:
    """Undo gzip, deflate or br when that is the content coding; others are left as they are.

    A body that ends early gives what there is. Raises `TransportFailure` for one that is broken.
    """
    coding = (header(answer.headers, "content-encoding") or "").strip().lower()
    if not answer.body or not coding or method == "HEAD" or answer.status in {204, 304}:
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
    _bound(len(plain), most)
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
            _bound(total, most)
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
    _bound(len(decoded), most)
    return decoded
