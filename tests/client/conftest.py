"""A tiny HTTP server on a raw socket: it keeps the bytes that came and answers what it is told."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

Answerer = Callable[[bytes], bytes]


def ok(body: bytes = b"ok", *headers: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass
class RawServer:
    """`requests` are the whole requests as received; `answer` makes the answer to one (empty: hang up)."""

    answer: Answerer = lambda request: ok()
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection: socket.socket) -> None:
        held = b""
        with connection:
            while True:
                while (request := self.whole(held)) is None:
                    try:
                        piece = connection.recv(65536)
                    except OSError:
                        return
                    if not piece:
                        return
                    held += piece
                held = held[len(request) :]
                self.requests.append(request)
                answer = self.answer(request)
                if not answer:
                    return
                connection.sendall(answer)

    @staticmethod
    def whole(held: bytes) -> bytes | None:
        head, end, body = held.partition(b"\r\n\r\n")
        if not end:
            return None
        if re.search(rb"(?im)^transfer-encoding:.*chunked", head):
            stop = body.find(b"0\r\n\r\n")
            return None if stop < 0 else head + end + body[: stop + 5]
        match = re.search(rb"(?im)^content-length: *(\d+)", head)
        length = int(match[1]) if match else 0
        return head + end + body[:length] if len(body) >= length else None

    def lines(self, index: int = -1) -> list[str]:
        """Return request line and headers of a request."""
        return self.requests[index].partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")

    def body(self, index: int = -1) -> bytes:
        return self.requests[index].partition(b"\r\n\r\n")[2]


@pytest.fixture
def server() -> Iterator[RawServer]:
    listener = socket.create_server(("127.0.0.1", 0))
    raw = RawServer(port=listener.getsockname()[1])
    thread = threading.Thread(target=raw.serve, args=(listener,), daemon=True)
    thread.start()
    yield raw
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)
