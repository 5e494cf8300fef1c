"""An HTTP/1.1 answer read from a socket (RFC 9112), by the parser that Node has, too.

llhttp decides what is an answer, so that what newman refuses is refused: two lengths, a length beside chunks,
NUL in a header, lines that end in a bare line feed. Headers keep order, spelling and duplicates.
"""

import socket
import time
from typing import Final

from httptools import HttpParserCallbackError, HttpParserError, HttpParserUpgrade, HttpResponseParser

from harness.client.message import Failure, Headers, header
from harness.client.transport import TransportFailure
from harness.lazy_dataclass import dataclass

_MOST_HEAD: Final = 16 * 1024
"""How many bytes names and values of a head may have, and those behind the chunks: as many as in Node."""

_MOST_QUIET: Final = 64 * 1024
"""How many bytes may come without an end of the head, or a byte of the body."""

_PIECE: Final = 64 * 1024
_LARGE_PIECE: Final = 1024 * 1024
# How llhttp's reasons begin -> Node's codes; what httptools raises holds only the reason.
_CODES: Final = {
    "Expected HTTP/": "HPE_INVALID_CONSTANT",
    "Invalid HTTP version": "HPE_INVALID_VERSION",
    "Invalid major version": "HPE_INVALID_VERSION",
    "Invalid minor version": "HPE_INVALID_VERSION",
    "Expected dot": "HPE_INVALID_VERSION",
    "Invalid status code": "HPE_INVALID_STATUS",
    "Invalid response status": "HPE_INVALID_STATUS",
    "Duplicate Content-Length": "HPE_UNEXPECTED_CONTENT_LENGTH",
    "Content-Length overflow": "HPE_INVALID_CONTENT_LENGTH",
    "Empty Content-Length": "HPE_INVALID_CONTENT_LENGTH",
    "Invalid character in Content-Length": "HPE_INVALID_CONTENT_LENGTH",
    "Content-Length can't be present": "HPE_INVALID_CONTENT_LENGTH",
    "Transfer-Encoding can't be present": "HPE_INVALID_TRANSFER_ENCODING",
    "Request has invalid `Transfer-Encoding`": "HPE_INVALID_TRANSFER_ENCODING",
    "Missing expected CR": "HPE_CR_EXPECTED",
    "Missing expected LF": "HPE_LF_EXPECTED",
    "Expected LF": "HPE_LF_EXPECTED",
    "Unexpected space after start line": "HPE_UNEXPECTED_SPACE",
    "Invalid character in chunk size": "HPE_INVALID_CHUNK_SIZE",
    "Chunk size overflow": "HPE_INVALID_CHUNK_SIZE",
    "Invalid character in chunk": "HPE_STRICT",
    "Data after `Connection: close`": "HPE_CLOSED_CONNECTION",
}
_NO_HTTP: Final = "Expected HTTP/, RTSP/ or ICE/"
_HTTP: Final = b"HTTP/"
_QUICKACK: Final[int | None] = getattr(socket, "TCP_QUICKACK", None)

MOST_BODY: Final = 512 * 1024 * 1024
"""The largest body that is taken in, in bytes, as sent and as decoded. No answer may fill the memory."""


class Hangup(Exception):
    """The other side closed the connection before the first byte of an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WireAnswer:
    """An answer as read: `body` is without its transfer coding, but still in its content coding.

    `first_byte_at` and `complete_at` are times of `time.monotonic`.
    """

    status: int
    reason: str
    headers: Headers
    body: bytes
    version: str
    reusable: bool
    first_byte_at: float = 0.0
    complete_at: float = 0.0


def too_large() -> TransportFailure:
    """Say that a body is larger than any that is taken in."""
    failure = Failure(kind="protocol", message="Maximum response size reached", code="EMSGSIZE")
    return TransportFailure(failure)


def _broken(reason: str) -> TransportFailure:
    code = next((code for start, code in _CODES.items() if reason.startswith(start)), "")
    failure = Failure(
        kind="protocol",
        message=f"Parse Error: {reason}",
        code=code or "HPE_INVALID_HEADER_TOKEN",
        hint="the server's answer is not valid HTTP/1.1, and may mean something else to every reader",
    )
    return TransportFailure(failure)


def _reset(message: str) -> TransportFailure:
    return TransportFailure(Failure(kind="reset", message=message, code="ECONNRESET"))


class _Parsing:
    """What the parser has told so far of one answer; interim answers (1xx) are forgotten."""

    __slots__ = (
        "bodiless",
        "body",
        "done",
        "garbled",
        "headed",
        "headers",
        "most",
        "overfull",
        "overlong",
        "parser",
        "quiet",
        "reason",
        "status",
        "surplus",
        "trailing",
        "version",
    )  # fmt: skip

    def __init__(self, *, bodiless: bool, most: int) -> None:
        self.bodiless = bodiless
        self.most = most
        self.headers: list[tuple[str, str]] = []
        self.reason = b""
        self.status = 0
        self.version = ""
        self.body = bytearray()
        self.headed = self.done = self.surplus = self.garbled = self.overfull = self.overlong = False
        self.trailing = 0
        # How many bytes have come since the last one that belongs to a body.
        self.quiet = 0
        self.parser: HttpResponseParser | None = HttpResponseParser(self)

    def on_message_begin(self) -> None:
        if self.done:
            self.surplus = True
            return
        self.headers = []
        self.reason = b""

    def on_status(self, reason: bytes) -> None:
        if not self.surplus:
            self.reason += reason

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.headed:
            self.headers.append((name.decode("latin-1"), value.rstrip(b" \t").decode("latin-1")))
        else:  # what follows the chunks is no header of the answer
            self.trailing += len(name) + len(value)
            self.overlong = self.overlong or self.trailing >= _MOST_HEAD

    def on_headers_complete(self) -> None:
        if self.surplus:
            return
        if self.quiet >= _MOST_HEAD:
            told = len(self.reason) + sum(len(name) + len(value) for name, value in self.headers)
            self.overlong = told >= _MOST_HEAD
        assert self.parser is not None  # noqa: S101 - it calls
        self.status = self.parser.get_status_code()
        if self.status < 200 and self.status != 101:
            return
        self.version = self.parser.get_http_version()
        self.headed = True
        length = header(tuple(self.headers), "content-length")
        if self.bodiless or self.status in {101, 204, 304}:
            self.done = True
        elif length is not None and int(length) > self.most:
            self.overfull = True

    def on_body(self, piece: bytes) -> None:
        self.quiet = 0
        if self.surplus:
            return
        if self.done:
            # The parser does not know that there is none, and takes for a body what would be the next answer.
            self.surplus = True
            self.garbled = not _HTTP.startswith(piece.lstrip(b"\r\n")[: len(_HTTP)])
        elif len(self.body) + len(piece) > self.most:
            self.overfull = True
        else:
            self.body += piece

    def on_message_complete(self) -> None:
        self.done = self.done or self.headed

    def ends_with_the_connection(self) -> bool:
        """Whether nothing but the end of the connection says where the body ends."""
        if not self.headed:
            return False
        headers = tuple(self.headers)
        codings = [value for key, value in headers if key.lower() == "transfer-encoding"]
        if codings:
            return codings[-1].rpartition(",")[2].strip().lower() != "chunked"
        return header(headers, "content-length") is None


class AnswerReader:
    """Reads one answer from a socket until a deadline (of `time.monotonic`; `None` waits for ever).

    `begun` says whether a byte of it has come.
    """

    __slots__ = ("_deadline", "_most", "_sock", "begun")

    def __init__(self, sock: socket.socket, deadline: float | None, *, most_body: int = MOST_BODY) -> None:
        self._sock = sock
        self._most = most_body
        self._deadline = deadline
        self.begun = False

    def read(self, method: str) -> WireAnswer:
        """Read an answer. Raises `Hangup`, `TimeoutError`, `OSError` or `TransportFailure`."""
        parsing = _Parsing(bodiless=method == "HEAD", most=self._most)
        try:
            return self._read(parsing)
        finally:
            # The parser holds on to what it calls: without this every answer is a circle for the collector.
            parsing.parser = None

    def _read(self, parsing: _Parsing) -> WireAnswer:
        parser = parsing.parser
        assert parser is not None  # noqa: S101 - made with it
        first_byte_at = 0.0
        size = _PIECE
        while True:
            piece = self._receive(size)
            if not piece:
                if not self.begun:
                    raise Hangup
                if not parsing.ends_with_the_connection():
                    raise _reset("aborted" if parsing.headed else "socket hang up")
                break
            if not self.begun:
                self.begun = True
                first_byte_at = time.monotonic()
            parsing.quiet += len(piece)
            try:
                parser.feed_data(piece)
            except HttpParserCallbackError as error:
                # The answer is not to blame: Ctrl-C or a time limit came while the parser was calling.
                raise error.__context__ or error from None
            except HttpParserError as error:
                if not (parsing.bodiless and parsing.done):
                    raise _broken(str(error)) from None
            except HttpParserUpgrade:
                parsing.surplus = True
            if parsing.garbled:
                raise _broken(_NO_HTTP)
            if parsing.overfull:
                raise too_large()
            if parsing.overlong or (parsing.quiet > _MOST_QUIET and not parsing.done):
                raise _broken("Header overflow")
            if parsing.done:
                break
            if len(piece) == size:
                size = _LARGE_PIECE
            if _QUICKACK is not None:
                # A server that waits for an acknowledgement before it writes on is not to wait 40 ms for it.
                self._acknowledge()
        return self._answer(parsing, first_byte_at)

    def _answer(self, parsing: _Parsing, first_byte_at: float) -> WireAnswer:
        headers = tuple(parsing.headers)
        keep = (header(headers, "connection") or "").lower()
        reusable = "close" not in keep and (parsing.version == "1.1" or "keep-alive" in keep)
        return WireAnswer(
            status=parsing.status,
            reason=parsing.reason.decode("utf-8", "replace"),
            headers=headers,
            body=bytes(parsing.body),
            version=parsing.version,
            reusable=reusable and parsing.done and not parsing.surplus and parsing.status != 101,
            first_byte_at=first_byte_at,
            complete_at=time.monotonic(),
        )

    def _receive(self, size: int) -> bytes:
        if self._deadline is not None:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._sock.settimeout(left)
        return self._sock.recv(size)

    def _acknowledge(self) -> None:
        try:
            self._sock.setsockopt(socket.IPPROTO_TCP, _QUICKACK or 0, 1)
        except OSError:
            return  # no TCP, or closed by now, which the next read tells
