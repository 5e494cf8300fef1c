"""A forward proxy on loopback that writes down what goes through it.

HTTP requests are written down as they were sent, and passed on over a connection of their own. What goes
through a tunnel (CONNECT, for HTTPS) is passed on unread.
"""

import select
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

from harness.client.message import Headers

_PIECE: Final = 65536
_OF_THE_PROXY: Final = frozenset({"proxy-connection", "proxy-authorization", "connection", "keep-alive"})
_TIMEOUT_S: Final = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxiedRequest:
    """A request as the proxy got it: the method, the absolute address, headers in order, the body."""

    method: str
    url: str
    headers: Headers
    body: bytes


class RecordingProxy:
    """The proxy, from `with` to its end. `requests` came so far; `tunnels` are where CONNECT led to."""

    def __init__(self) -> None:
        self.requests: list[ProxiedRequest] = []
        self.tunnels: list[str] = []
        proxy = self

        class Handler(_ProxyHandler):
            requests = proxy.requests
            tunnels = proxy.tunnels

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

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


class _ProxyHandler(BaseHTTPRequestHandler):
    """Handles one connection of a client; each request is answered and ends the connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = 0
    requests: list[ProxiedRequest]
    tunnels: list[str]

    def __getattr__(self, name: str) -> object:
        # http.server calls `do_<METHOD>`; any method is passed on.
        if name.startswith("do_"):
            return self._pass_on
        raise AttributeError(name)

    def do_CONNECT(self) -> None:
        """Open a tunnel."""
        self.close_connection = True
        self.tunnels.append(self.path)
        host, _, port = self.path.rpartition(":")
        try:
            upstream = socket.create_connection((host.strip("[]"), int(port)), _TIMEOUT_S)
        except (OSError, ValueError):
            return
        with upstream:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            _relay(self.connection, upstream)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""

    def _pass_on(self) -> None:
        self.close_connection = True
        body = b"".join(self._body())
        headers = tuple(self.headers.items())
        self.requests.append(ProxiedRequest(method=self.command, url=self.path, headers=headers, body=body))
        target = urlsplit(self.path)
        try:
            upstream = socket.create_connection((target.hostname or "", target.port or 80), _TIMEOUT_S)
        except (OSError, ValueError):
            # Without an answer the client sees a connection that failed, as it would without a proxy.
            return
        path = self.path.partition("://")[2]
        path = (
            path[path.find("/") :] if "/" in path else "/" + path.partition("?")[1] + path.partition("?")[2]
        )
        lines = [f"{self.command} {path} HTTP/1.1"]
        lines += (f"{name}: {value}" for name, value in headers if name.lower() not in _OF_THE_PROXY)
        lines += ["Connection: close", "", ""]
        with upstream:
            upstream.sendall("\r\n".join(lines).encode("latin-1", "replace") + self._framed(body))
            try:
                while piece := upstream.recv(_PIECE):
                    self.wfile.write(piece)
            except OSError:
                return

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
