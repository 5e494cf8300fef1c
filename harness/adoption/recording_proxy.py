"""A forward proxy on loopback that writes down what goes through it.

Requests are written down as they were sent, with their answers, and passed on as they are. With an authority
that the client trusts it reads HTTPS as well. What it cannot read without changing what the client sees (a
server that cannot be verified, a client that shows a certificate) goes through a tunnel unread.
"""

import contextlib
import select
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from itertools import count
from types import TracebackType
from typing import Final, Self, cast
from urllib.parse import urlsplit

from harness.adoption.certificate_authority import CertificateAuthority
from harness.adoption.disk_list import DiskList
from harness.client.answer import WireAnswer
from harness.client.content_coding import decode
from harness.client.dial import Dialer
from harness.client.message import Headers, Response
from harness.client.proxy import Proxies
from harness.client.transport import TransportFailure
from harness.client.tunnel import ask_for_tunnel, dial_socks, proxy_authorization

_PIECE: Final = 65536
_LONGEST_LINE: Final = 1 << 18
_OF_THE_PROXY: Final = frozenset({"proxy-connection", "proxy-authorization"})
_TIMEOUT_S: Final = 300.0
_SETTLES_S: Final = 10.0
_WITHOUT_BODY: Final = frozenset({204, 304})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxiedRequest:
    """A request as the proxy got it: the method, the absolute address, headers in order, the body.

    `response` is its answer, `None` when there was none. Requests are numbered as they come; `at` is when, in
    seconds since the epoch.
    """

    method: str
    url: str
    headers: Headers
    body: bytes
    response: Response | None = None
    number: int = 0
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamRoute:
    """How the proxy reaches servers: through which proxies, and what it takes to believe them.

    Without an `authority` HTTPS is not read.
    """

    proxies: Proxies
    trusting: ssl.SSLContext | None = None
    authority: CertificateAuthority | None = None


class RecordingProxy:
    """The proxy, from `with` to its end. `requests` came so far; `tunnels` are where it read nothing."""

    def __init__(self, upstream: UpstreamRoute | None = None) -> None:
        self._requests: DiskList[ProxiedRequest] = DiskList()
        self.tunnels: list[str] = []
        self._under_way = _UnderWay()
        proxy, reached = self, upstream or UpstreamRoute(proxies=Proxies())

        class Handler(_ProxyHandler):
            requests = proxy._requests
            tunnels = proxy.tunnels
            upstream = reached
            numbers = count()
            under_way = proxy._under_way

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def requests(self) -> tuple[ProxiedRequest, ...]:
        """The requests so far, in the order in which they came."""
        return tuple(sorted(self.exchanges, key=lambda one: one.number))

    @property
    def exchanges(self) -> DiskList[ProxiedRequest]:
        """The same, on disk, in the order in which they were over.

        A client has its answer a moment before the proxy has written it down: that is waited for.
        """
        self._under_way.settle()
        return self._requests

    @property
    def url(self) -> str:
        """The address for HTTP_PROXY and HTTPS_PROXY."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _UnderWay:
    """Counts the requests that are being answered."""

    def __init__(self) -> None:
        self._count = 0
        self._changed = threading.Condition()

    def __enter__(self) -> None:
        with self._changed:
            self._count += 1

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._count -= 1
            self._changed.notify_all()

    def settle(self) -> None:
        """Wait until none is left, but not for ever: a server may never answer."""
        with self._changed:
            self._changed.wait_for(lambda: self._count == 0, _SETTLES_S)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that went away is no news, and stderr is newman's."""


class _ProxyHandler(BaseHTTPRequestHandler):
    """Handles one connection of a client."""

    protocol_version = "HTTP/1.1"
    wbufsize = 0
    requests: DiskList[ProxiedRequest]
    tunnels: list[str]
    upstream: UpstreamRoute
    numbers: Iterator[int]
    under_way: "_UnderWay"
    _origin = ""
    _server_side: ssl.SSLSocket | None = None

    def __getattr__(self, name: str) -> object:
        # http.server calls `do_<METHOD>`; any method is passed on.
        if name.startswith("do_"):
            return self._pass_on
        raise AttributeError(name)

    def do_CONNECT(self) -> None:
        """Open a tunnel, and read what goes through it when the server can be verified."""
        self.close_connection = True
        host, _, port = self.path.rpartition(":")
        host = host.strip("[]")
        try:
            server = self._dial("https:", host, int(port))
        except (OSError, ValueError, TransportFailure):
            return
        secured = self._secured(server, host)
        if secured is None:
            self.tunnels.append(self.path)
            with (
                contextlib.suppress(OSError, TransportFailure),
                self._dial("https:", host, int(port)) as plain,
            ):
                self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                _relay(self.connection, plain)
            return
        with secured:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            self._serve_tls(secured, host, int(port))

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""

    def handle_expect_100(self) -> bool:
        """Leave it to the server."""
        return True

    def _secured(self, server: socket.socket, host: str) -> ssl.SSLSocket | None:
        """Return the server's side of TLS; `None` where it is not to be read."""
        trusting = self.upstream.trusting
        if self.upstream.authority is None or trusting is None:
            server.close()
            return None
        try:
            return trusting.wrap_socket(server, server_hostname=host)
        except (OSError, ValueError):
            server.close()
            return None

    def _serve_tls(self, server: ssl.SSLSocket, host: str, port: int) -> None:
        authority = self.upstream.authority
        assert authority is not None, "HTTPS is read with an authority"  # noqa: S101 - an invariant
        try:
            client = authority.context(host).wrap_socket(self.connection, server_side=True)
        except OSError:
            # A client that does not trust the authority.
            self.tunnels.append(f"{host}:{port}")
            return
        name = f"[{host}]" if ":" in host else host
        self._origin = f"https://{name}" if port == 443 else f"https://{name}:{port}"
        self._server_side = server
        self.connection = client
        self.rfile, self.wfile = client.makefile("rb", -1), cast("BufferedIOBase", client.makefile("wb", 0))
        self.close_connection = False
        with contextlib.suppress(OSError), client:
            while not self.close_connection:
                self.handle_one_request()

    def _dial(self, protocol: str, host: str, port: int) -> socket.socket:
        """Connect to a server, for HTTPS through a tunnel of the user's proxy where there is one."""
        proxy = self.upstream.proxies.for_host(protocol, host, port)
        if proxy is None:
            sock = Dialer({}).dial(host, port, None).sock
        elif proxy.socks:
            sock = dial_socks(proxy, host, port, None).sock
        else:
            sock = Dialer({}).dial(proxy.host, proxy.port, None).sock
            if protocol == "https:":
                ask_for_tunnel(sock, proxy, host, port, None)
        sock.settimeout(_TIMEOUT_S)
        return sock

    def _pass_on(self) -> None:
        with self.under_way:
            self._exchange()

    def _exchange(self) -> None:
        body = b"".join(self._body())
        headers = tuple(self.headers.items())
        url = self._origin + self.path
        number = next(self.numbers)
        asked = ProxiedRequest(
            method=self.command, url=url, headers=headers, body=body, number=number, at=time.time()
        )
        response: Response | None = None
        begun = time.monotonic()
        try:
            response = self._answered(asked)
            response = replace(response, elapsed_ms=(time.monotonic() - begun) * 1000)
        except (OSError, ValueError, TransportFailure):
            # Without an answer the client sees a connection that failed, as it would without a proxy.
            self.close_connection = True
        finally:
            self.requests.append(replace(asked, response=response))

    def _answered(self, asked: ProxiedRequest) -> Response:
        """Pass a request on and its answer back."""
        lines = [f"{name}: {value}" for name, value in asked.headers if name.lower() not in _OF_THE_PROXY]
        if self._server_side is not None:
            head = [f"{asked.method} {self.path} HTTP/1.1", *lines]
            return self._through(self._server_side, head, asked)
        target = urlsplit(asked.url)
        host, port = target.hostname or "", target.port or 80
        proxy = self.upstream.proxies.for_host("http:", host, port)
        path = asked.url
        if proxy is None or proxy.socks:
            path = _origin_form(asked.url)
        else:
            lines += (f"{name}: {value}" for name, value in proxy_authorization(proxy))
        # One request for each connection: the next may be for another server.
        self.close_connection = True
        with self._dial("http:", host, port) as server:
            return self._through(server, [f"{asked.method} {path} HTTP/1.1", *lines], asked)

    def _through(self, server: socket.socket, head: list[str], asked: ProxiedRequest) -> Response:
        wire = ("\r\n".join(head) + "\r\n\r\n").encode("latin-1", "replace")
        server.sendall(wire + self._framed(asked.body))
        with server.makefile("rb") as answers:
            relay = _AnswerRelay(answers, self.wfile)
            answer = relay.pass_back(asked.method)
        if not answer.reusable:
            self.close_connection = True
        try:
            body = decode(answer)
        except TransportFailure:
            body = answer.body
        return Response(
            status=answer.status,
            reason=answer.reason,
            headers=answer.headers,
            body=body,
            wire_size=len(answer.body),
            http_version=answer.version,
        )

    def _body(self) -> Iterator[bytes]:
        if (self.headers.get("Transfer-Encoding") or "").lower() == "chunked":
            while size := int(self.rfile.readline().partition(b";")[0], 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
        elif self.headers.get("Content-Length"):
            yield self.rfile.read(int(self.headers["Content-Length"]))

    def _framed(self, body: bytes) -> bytes:
        if (self.headers.get("Transfer-Encoding") or "").lower() != "chunked":
            return body
        chunk = f"{len(body):x}\r\n".encode() + body + b"\r\n" if body else b""
        return chunk + b"0\r\n\r\n"


class _AnswerRelay:
    """Passes an answer back byte by byte as it comes, and keeps what it says."""

    def __init__(self, server: BufferedIOBase, client: BufferedIOBase) -> None:
        self._server = server
        self._client = client

    def pass_back(self, method: str) -> WireAnswer:
        """Pass one answer back. Raises `OSError` or `ValueError` when there is none, or a broken one."""
        while True:
            version, status, reason, headers = self._head()
            if not 100 <= status < 200 or status == 101:
                break
        fields = {name.lower(): value for name, value in headers}
        closes = "close" in fields.get("connection", "").lower() or version == "1.0"
        if method == "HEAD" or status in _WITHOUT_BODY:
            body = b""
        elif "chunked" in fields.get("transfer-encoding", "").lower():
            body = b"".join(self._chunks())
        elif "content-length" in fields:
            body = b"".join(self._exactly(int(fields["content-length"])))
        else:
            closes = True
            body = b"".join(self._rest())
        return WireAnswer(
            status=status, reason=reason, headers=headers, body=body, version=version, reusable=not closes
        )

    def _head(self) -> tuple[str, int, str, Headers]:
        first = self._line()
        if not first:
            raise OSError("the server said nothing")
        version, _, rest = first.decode("latin-1").strip().partition(" ")
        code, _, reason = rest.partition(" ")
        headers: list[tuple[str, str]] = []
        while (line := self._line()).strip():
            name, _, value = line.decode("latin-1").partition(":")
            headers.append((name.strip(), value.strip()))
        return version.removeprefix("HTTP/"), int(code), reason, tuple(headers)

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self._line().partition(b";")[0], 16):
            yield from self._exactly(size)
            self._line()
        while self._line().strip():
            pass

    def _exactly(self, size: int) -> Iterator[bytes]:
        left = size
        while left:
            piece = self._server.read(min(left, _PIECE))
            if not piece:
                raise OSError("the answer ends too early")
            self._client.write(piece)
            yield piece
            left -= len(piece)

    def _rest(self) -> Iterator[bytes]:
        while piece := self._server.read(_PIECE):
            self._client.write(piece)
            yield piece

    def _line(self) -> bytes:
        line = self._server.readline(_LONGEST_LINE)
        self._client.write(line)
        return line


def _origin_form(url: str) -> str:
    path = url.partition("://")[2]
    return path[path.find("/") :] if "/" in path else "/" + path.partition("?")[1] + path.partition("?")[2]


def _relay(client: socket.socket, upstream: socket.socket) -> None:
    """Pass bytes on in both directions until one side ends."""
    pairs = {client: upstream, upstream: client}
    try:
        while True:
            ready, _, _ = select.select(list(pairs), [], [], _TIMEOUT_S)
            if not ready:
                return
            for one in ready:
                piece = one.recv(_PIECE)
                if not piece:
                    return
                pairs[one].sendall(piece)
    except OSError:
        return
