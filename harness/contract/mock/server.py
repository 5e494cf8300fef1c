"""A mock's server: HTTP/1.1 with kept connections, plain and over TLS on one port, on one thread."""

import asyncio
import random
import re
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Final, Self

from harness.cassettes.file.interaction import Interaction
from harness.client.message import Headers, ResolvedRequest, Response
from harness.client.transport import TransportFailure
from harness.contract.mock.recorded_answers import RecordedAnswers, Unknown, json_body
from harness.contract.mock.upstream import Upstream
from harness.errors import HarnessError
from harness.twin.certificate import LazyCertificate
from harness.twin.first_byte import HANDSHAKE, first_byte

MOST_HEAD: Final = 64 * 1024
MOST_BODY: Final = 64 * 1024 * 1024

_PATIENCE_S: Final = 60.0
_PAUSE_S: Final = 0.05
_ASKED_AT_ONCE: Final = 8
_LONGEST_LENGTH: Final = 20
_LONGEST_CHUNK_LINE: Final = 4096
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""What a header may be called (RFC 9110, 5.6.2); others are not sent."""

_JSON: Final = (("Content-Type", "application/json"),)
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

    with MockServer(RecordedAnswers([cassette])) as mock:
        requests.get(mock.url + "/orders/1")

    The port answers `https://` too; a client trusts it by `certificate_pem`, which is good for this machine
    and the hosts that were recorded. What is not recorded is asked of `upstream`, when there is one.
    """

    def __init__(
        self,
        recording: RecordedAnswers,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        behaviour: MockBehaviour | None = None,
        upstream: Upstream | None = None,
    ) -> None:
        self.recording = recording
        self.upstream = upstream
        self.behaviour = behaviour or MockBehaviour()
        self.host = host
        self.port = port
        self._certificate = LazyCertificate(sorted(recording.names))
        # The first byte of a connection is looked at by watching its socket.
        self._loop = asyncio.SelectorEventLoop()
        self._thread: threading.Thread | None = None
        self._listener: socket.socket | None = None
        self._open: set[_Connection] = set()
        self._greeted: set[asyncio.Task[None]] = set()
        self._asking = ThreadPoolExecutor(_ASKED_AT_ONCE, "mock-upstream")
        self._ended = threading.Event()

    @property
    def address(self) -> str:
        """Host and port, where other hosts can be led to."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{self.address}"

    @property
    def certificate_pem(self) -> str:
        """Certificate of the port for `https://`, made on first use."""
        return self._certificate.pem

    def __enter__(self) -> Self:
        try:
            family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
            self._listener = socket.create_server((self.host, self.port), family=family, backlog=128)
        except BaseException:
            self._loop.close()
            raise
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, name="mock", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._end)
            self._thread.join()
        self._asking.shutdown(cancel_futures=True)
        self._loop.close()

    def _end(self) -> None:
        for task in tuple(self._greeted):
            task.cancel()
        for one in tuple(self._open):
            one.end()
        # The transports say that they are lost in the next round.
        self._loop.call_soon(lambda: self._loop.call_soon(self._loop.stop))

    async def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = await self._loop.sock_accept(listener)
            except OSError:
                # No file descriptor is left: some connection has to end first.
                await asyncio.sleep(_PAUSE_S)
                continue
            self._keep(self._loop.create_task(self._greet(connection)))

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._greeted.add(task)
        task.add_done_callback(self._greeted.discard)

    async def _greet(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        try:
            async with asyncio.timeout(_PATIENCE_S):
                secure = await first_byte(self._loop, connection) == HANDSHAKE
            context = self._certificate.context if secure else None
            protocol = partial(_Connection, self, "https" if secure else "http")
            await self._loop.connect_accepted_socket(protocol, connection, ssl=context)
        except (OSError, asyncio.CancelledError):
            # Gone or silent (TimeoutError is an OSError), or a client that does not trust the certificate.
            connection.close()

    def wait(self) -> None:
        """Serve until interrupted."""
        # A `join` that is interrupted takes the thread for one that has ended (CPython 3.11, 3.12).
        self._ended.wait()

    def _serve(self) -> None:
        listener = self._listener
        try:
            if listener is not None:
                self._keep(self._loop.create_task(self._accept(listener)))
            self._loop.run_forever()
        finally:
            if listener is not None:
                listener.close()
            self._ended.set()


class _Connection(asyncio.Protocol):
    """One connection: reads requests one after the other."""

    def __init__(self, mock: MockServer, scheme: str) -> None:
        self.mock = mock
        self.recording = mock.recording
        self.behaviour = mock.behaviour
        self.scheme = scheme
        self.buffer = bytearray()
        self.transport: asyncio.Transport | None = None
        self.waiting = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self.transport = transport
            self.mock._open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the seam's shape
        self.transport = None
        self.mock._open.discard(self)

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
        url = target if "://" in target else f"{self.scheme}://{host}{target}"
        if self.behaviour.fault_rate and random.random() < self.behaviour.fault_rate:
            status = self.behaviour.fault_status
            self._write(method, status, "", (), json_body({"error": "a fault that was asked for"}))
            return
        request = ResolvedRequest(method=method, url=url, headers=headers, body=body or None)
        upstream = self.mock.upstream
        try:
            found = None if upstream is not None and upstream.always else self.recording.answer(request)
        except ValueError:
            self._refuse(400, "this is no address")
            return
        if found is None or (isinstance(found, Unknown) and not found.gone and upstream is not None):
            self._ask(request)
        elif isinstance(found, Unknown):
            self._write(method, 404, "Not Found", _JSON, json_body(found.document))
        elif found.response is None:
            # What was recorded is that no answer came.
            self.end()
        elif self.behaviour.latency:
            self.waiting = True
            write = partial(self._write_response, method, found.response)
            self.mock._loop.call_later(found.elapsed_ms / 1000, self._go_on, write)
        else:
            self._write_response(method, found.response)

    def _write_response(self, method: str, response: Response) -> None:
        self._write(method, response.status, response.reason, response.headers, response.body)

    def _ask(self, request: ResolvedRequest) -> None:
        """Ask the live service, in a thread of its own; other connections go on."""
        upstream = self.mock.upstream
        if upstream is None:
            return
        self.waiting = True
        asked = self.mock._loop.run_in_executor(self.mock._asking, upstream.send, request)
        asked.add_done_callback(lambda done: self._answered(request, done))

    def _answered(
        self, request: ResolvedRequest, done: "asyncio.Future[tuple[ResolvedRequest, Response]]"
    ) -> None:
        if done.cancelled():
            return
        error = done.exception()
        upstream = self.mock.upstream
        if isinstance(error, TransportFailure | HarnessError):
            told = {"error": "the live service did not answer", "reason": str(error)}
            self._go_on(partial(self._write, request.method, 502, "Bad Gateway", _JSON, json_body(told)))
            return
        sent, response = done.result()
        if upstream is not None and upstream.keeps:
            self.recording.add(Interaction(request=sent, response=response, elapsed_ms=response.elapsed_ms))
        self._go_on(partial(self._write_response, request.method, response))

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
        self._write("GET", status, "", _JSON, json_body({"error": why}))
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
