"""A server that keeps what it is sent, byte for byte, and answers alike whoever asks."""

import json
import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import responses
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

AUTOMATIC: Final = frozenset(
    {
        "accept", "accept-encoding", "authorization", "cache-control", "connection", "content-length",
        "content-type", "cookie", "expect", "host", "postman-token", "referer", "transfer-encoding",
        "user-agent",
    }
)  # fmt: skip
"""Headers that programs add by themselves: no answer tells of them, or scripts would see a difference."""

_LINE_END: Final = re.compile(r"[\r\n]+")
_STATUS: Final = re.compile(r"/status/(\d{3})\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A request as it came: headers in their order and spelling."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def values(self, name: str) -> list[str]:
        """Return the values of a header."""
        return [value for key, value in self.headers if key.lower() == name]


class Recorder(socketserver.ThreadingTCPServer):
    """Listens on a free port of 127.0.0.1."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.received: list[Received] = []

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def take(self) -> list[Received]:
        """Return what came since the last time."""
        taken, self.received = self.received, []
        return taken


@contextmanager
def recorder() -> Iterator[Recorder]:
    """Keep a recorder listening."""
    with Recorder() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server
        server.shutdown()


class _Handler(socketserver.StreamRequestHandler):
    server: Recorder
    timeout = 30
    disable_nagle_algorithm = True

    def handle(self) -> None:
        try:
            while (one := self._read()) is not None:
                self.server.received.append(one)
                self.wfile.write(_answer(one))
        except (OSError, ValueError):
            return

    def _read(self) -> Received | None:
        line = self.rfile.readline().decode("latin-1").rstrip("\r\n")
        if not line:
            return None
        method, _, rest = line.partition(" ")
        headers = []
        while head := self.rfile.readline().decode("latin-1").rstrip("\r\n"):
            name, _, value = head.partition(":")
            headers.append((name, value.strip()))
        one = Received(method=method, target=rest.rpartition(" ")[0], headers=tuple(headers), body=b"")
        if one.values("expect"):
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if one.values("transfer-encoding"):
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            body = b"".join(parts)
        else:
            body = self.rfile.read(int((one.values("content-length") or ["0"])[0]))
        return Received(method=method, target=one.target, headers=one.headers, body=body)


def _answer(one: Received) -> bytes:
    url = urlsplit(one.target)
    given = parse_qsl(url.query, keep_blank_values=True)
    query = {name: _LINE_END.sub(" ", value) for name, value in given}
    status, headers = 200, ["Content-Type: application/json; charset=utf-8", "X-Recorded: yes"]
    if found := _STATUS.search(url.path):
        status = int(found[1])
    elif url.path.endswith("/redirect-to") and "url" in query:
        status = 302
        headers.append(f"Location: {query['url']}")
    elif url.path.endswith("/cookies/set"):
        headers += [f"Set-Cookie: {name}={value}; Path=/" for name, value in query.items()]
    elif url.path.endswith("/digest-auth") and not one.values("authorization"):
        status = 401
        headers.append('WWW-Authenticate: Digest realm="Users", nonce="ni1LiL0O37PRRhof", qop="auth"')
    # Postman CLI alone sends bodies with these, which no script is to see.
    text = "" if one.method in ("GET", "HEAD") else one.body.decode("utf-8", "replace")
    try:
        data = json.loads(text) if text else None
    except ValueError:
        data = None
    told = {
        "args": query,
        "path": unquote(url.path),
        "method": one.method,
        "headers": {name.lower(): value for name, value in one.headers if name.lower() not in AUTOMATIC},
        "json": data,
        "id": "1",
        "token": "t",
        "items": [{"id": "1", "name": "one"}],
    }
    body = json.dumps(told).encode()
    if status in (204, 304) or status < 200:
        body = b""
    else:
        headers.append(f"Content-Length: {len(body)}")
    reason = responses.get(status, "Answered")
    head = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status} {reason}", *headers, ""))
    return head.encode("latin-1", "replace") + (b"" if one.method == "HEAD" else body)
