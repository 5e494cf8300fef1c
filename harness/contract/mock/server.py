"""A mock's HTTP server: HTTP/1.1 with kept connections, on one thread."""

import asyncio
import random
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from harness.client.message import Headers, ResolvedRequest
from harness.contract.mock.recording import Recording, Unknown, json_body

MOST_HEAD: Final = 64 * 1024
MOST_BODY: Final = 64 * 1024 * 1024

_LONGEST_LENGTH: Final = 20
_LONGEST_CHUNK_LINE: Final = 4096
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""What a header may be called (RFC 9110, 5.6.2); others are not sent."""

_OWN_HEADERS: Final = frozenset(
    {
        "connection",
        "content-encoding",
        "content-length",
        "keep-alive",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class MockBehaviour:
    """How a mock answers besides what was recorded.

    `latency` waits as long as the recorded answer took; `fault_rate` is the share of requests, 0 to 1, that
    are answered with `fault_status`.
    """

    latency: bool = False
    fault_rate: float = 0.0
    fault_status: int = 503


class MockServer:
    """Serves a recording from a thread of its own, until it is left.

    with MockServer(Recording([cassette])) as mock:
        requests.get(mock.url + "/orders/1")
    """

    def __init__(
        self,
        recording: Recording,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        behaviour: MockBehaviour | None = None,
    ) -> None:
        self.recording = recording
        self.behaviour = behaviour or MockBehaviour()
        self.host = host
        self.port = port
        self._loop = asyncio.new_event_loop()
        self._thread: threading.Thread | None = None
        self._server: asyncio.Server | None = None
        self._open: set[_Connection] = set()
        self._ended = threading.Event()

    @property
    def url(self) -> str:
        """Where it listens."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def __enter__(self) -> Self:
        try:
            self._server = self._loop.run_until_complete(
                self._loop.create_server(self._connection, self.host, self.port)
            )
        except BaseException:
            self._loop.close()
            raise
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._serve, name="mock", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread is not None and self._server is not None:
            self._loop.call_soon_threadsafe(self._server.close)
            self._loop.call_soon_threadsafe(self._end_connections)
            self._thread.join()
        self._loop.close()

    def _connection(self) -> "_Connection":
        return _Connection(self.recording, self.behaviour, self._loop, self._open)

    def _end_connections(self) -> None:
        for one in tuple(self._open):
            one.end()
        # The transports say that they are lost in the next round.
        self._loop.call_soon(lambda: self._loop.call_soon(self._loop.stop))

    def wait(self) -> None:
        """Serve until interrupted."""
        # A `join` that is interrupted takes the thread for one that has ended (CPython 3.11, 3.12).
        self._ended.wait()

    def _serve(self) -> None:
        try:
            self._loop.run_forever()
        finally:
            self._ended.set()


class _Connection(asyncio.Protocol):
    """One connection: reads requests one after the other."""

    def __init__(
        self,
        recording: Recording,
        behaviour: MockBehaviour,
        loop: asyncio.AbstractEventLoop,
        beside: "set[_Connection]",
    ) -> None:
        self.recording = recording
        self.behaviour = behaviour
        self.loop = loop
        self.beside = beside
        self.buffer = bytearray()
        self.transport: asyncio.Transport | None = None
        self.waiting = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self.transport = transport
            self.beside.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the seam's shape
        self.transport = None
        self.beside.discard(self)

    def end(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        self._read()

    def _read(self) -> None:
        while not self.waiting and self.transport is not None:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                if len(self.buffer) > MOST_HEAD:
                    self._refuse(431, "the head of the request is too long")
                return
            head = bytes(self.buffer[:end]).decode("latin-1")
            line, *lines = head.split("\r\n")
            words = line.split(" ")
            headers = tuple(
                (name.strip(), value.strip()) for name, _, value in (one.partition(":") for one in lines)
            )
            if len(words) != 3 or not words[2].startswith("HTTP/1."):
                self._refuse(400, "this is no request in HTTP/1.1")
                return
            found = _body(self.buffer, end + 4, headers)
            if isinstance(found, str):
                self._refuse(400, found)
                return
            if found is None:
                expects = any(name.lower() == "expect" for name, _ in headers)
                if expects and len(self.buffer) == end + 4:
                    self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                return
            body, used = found
            del self.buffer[:used]
            self._answer(words[0], words[1], headers, body)

    def _answer(self, method: str, target: str, headers: Headers, body: bytes) -> None:
        host = next((value for name, value in headers if name.lower() == "host"), "")
        url = target if "://" in target else f"http://{host}{target}"
        if self.behaviour.fault_rate and random.random() < self.behaviour.fault_rate:
            status = self.behaviour.fault_status
            self._write(method, status, "", (), json_body({"error": "a fault that was asked for"}))
            return
        request = ResolvedRequest(method=method, url=url, headers=headers, body=body or None)
        try:
            found = self.recording.answer(request)
        except ValueError:
            self._refuse(400, "this is no address")
            return
        if isinstance(found, Unknown):
            own = (("Content-Type", "application/json"),)
            self._write(method, 404, "Not Found", own, json_body(found.document))
            return
        response = found.response
        if response is None:
            # What was recorded is that no answer came.
            self.end()
            return

        def write() -> None:
            self._write(method, response.status, response.reason, response.headers, response.body)

        if self.behaviour.latency:
            self.waiting = True
            self.loop.call_later(found.elapsed_ms / 1000, self._go_on, write)
        else:
            write()

    def _go_on(self, write: Callable[[], None]) -> None:
        self.waiting = False
        write()
        self._read()

    def _write(self, method: str, status: int, reason: str, headers: Headers, body: bytes) -> None:
        if self.transport is None:
            return
        lines = [f"HTTP/1.1 {status} {_line(reason)}"]
        lines += (
            f"{name}: {_line(value)}"
            for name, value in headers
            if _NAME.fullmatch(name) and name.lower() not in _OWN_HEADERS
        )
        bodiless = status < 200 or status in (204, 304)
        if not bodiless:
            lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join((*lines, "", "")).encode("utf-8", "replace")
        self.transport.write(head if bodiless or method == "HEAD" else head + body)

    def _refuse(self, status: int, why: str) -> None:
        self._write("GET", status, "", (("Content-Type", "application/json"),), json_body({"error": why}))
        if self.transport is not None:
            self.transport.close()
        self.transport = None


def _body(buffer: bytearray, begin: int, headers: Headers) -> tuple[bytes, int] | str | None:
    """Return the body and where it ends; `None` while some of it is missing, a text for what is wrong."""
    named = {name.lower(): value for name, value in headers}
    if "chunked" in named.get("transfer-encoding", "").lower():
        return _chunks(buffer, begin)
    length = named.get("content-length", "0")
    if not length.isdecimal() or len(length) > _LONGEST_LENGTH or int(length) > MOST_BODY:
        return "the length of the body is none, or too large"
    end = begin + int(length)
    return (bytes(buffer[begin:end]), end) if len(buffer) >= end else None


def _chunks(buffer: bytearray, at: int) -> tuple[bytes, int] | str | None:
    body = bytearray()
    while True:
        line_end = buffer.find(b"\r\n", at)
        if line_end < 0:
            return None if len(buffer) - at < _LONGEST_CHUNK_LINE else "a chunk of the body has no length"
        try:
            size = int(bytes(buffer[at:line_end]).partition(b";")[0], 16)
        except ValueError:
            return "a chunk of the body has no length"
        if size < 0 or len(body) + size > MOST_BODY:
            return "the body is too large"
        begin = line_end + 2
        if size == 0:
            end = buffer.find(b"\r\n", begin)
            return None if end < 0 else (bytes(body), end + 2)
        if len(buffer) < begin + size + 2:
            return None
        body += buffer[begin : begin + size]
        at = begin + size + 2


def _line(text: str) -> str:
    """Let no recorded text end the line that it stands in."""
    return text.replace("\r", " ").replace("\n", " ")
