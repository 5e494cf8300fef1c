"""What a hostile or broken client sends, over a socket."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING

import pytest

from harness.aep.serving.server import LocalPlatform
from harness.aep.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

HEALTH = b"GET /_harness/health HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture(scope="module")
def patient() -> Iterator[LocalPlatform]:
    with LocalPlatform() as local:
        yield local


@pytest.fixture(scope="module")
def hasty() -> Iterator[LocalPlatform]:
    """A platform that waits a fifth of a second for what is missing."""
    with LocalPlatform(Settings(patience_s=0.2)) as local:
        yield local


def connect(local: LocalPlatform) -> socket.socket:
    host, _, port = local.address.partition(":")
    return socket.create_connection((host, int(port)), timeout=20)


def told(connection: socket.socket) -> bytes:
    """All that the platform says until it closes."""
    found = b""
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65_536):
            found += part
    return found


def ask(local: LocalPlatform, content: bytes) -> bytes:
    with connect(local) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(content)
        return told(connection)


def test_a_client_that_says_nothing_is_let_go(hasty: LocalPlatform) -> None:
    assert ask(hasty, b"") == b""


@pytest.mark.parametrize("begun", [b"G", HEALTH, HEALTH + b"X-Slow: "])
def test_a_head_that_does_not_end_is_given_up(hasty: LocalPlatform, begun: bytes) -> None:
    assert ask(hasty, begun).startswith(b"HTTP/1.1 408 ")


def test_dribbling_does_not_prolong_a_head(hasty: LocalPlatform) -> None:
    with connect(hasty) as connection:
        connection.sendall(HEALTH)
        connection.settimeout(0.02)
        for _ in range(500):
            try:
                connection.sendall(b"X-Slow: 1\r\n")
                if connection.recv(100).startswith(b"HTTP/1.1 408 "):
                    return
            except TimeoutError:
                continue
        pytest.fail("the head was waited for all the time")


def test_a_body_that_stops_coming_is_given_up(hasty: LocalPlatform) -> None:
    head = b"POST /collection/0 HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345"
    assert ask(hasty, head) == b""


def test_a_connection_may_be_used_again(hasty: LocalPlatform) -> None:
    with connect(hasty) as connection:
        for _ in range(3):
            connection.sendall(HEALTH[:10])
            connection.sendall(HEALTH[10:] + b"\r\n")
            answer = b""
            while not answer.endswith(b'{"status":"up"}'):
                answer += connection.recv(65_536)
            assert answer.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("line", [b"X-Large: " + b"a" * 100_000, b"X: 1\r\n" * 40_000])
def test_a_head_that_is_too_large_is_refused(patient: LocalPlatform, line: bytes) -> None:
    answer = ask(patient, HEALTH + line)
    assert answer.startswith(b"HTTP/1.1 431 ")


def test_a_long_address_is_refused(patient: LocalPlatform) -> None:
    assert ask(patient, b"GET /" + b"a" * 200_000).startswith(b"HTTP/1.1 431 ")


def test_heads_that_follow_each_other_are_measured_one_by_one(patient: LocalPlatform) -> None:
    one = HEALTH + b"X-Long: " + b"a" * 40_000 + b"\r\n\r\n"
    last = HEALTH + b"Connection: close\r\n\r\n"
    assert ask(patient, one * 3 + last).count(b"HTTP/1.1 200 ") == 4


@pytest.mark.parametrize(
    "content",
    [
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /collection/0 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n12345",
        b"POST /collection/0 HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /collection/0 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nBad Name: 1\r\n\r\n",
        b"\x00\x01\x02\x03\r\n\r\n",
    ],
    ids=lambda content: repr(content[:20]),
)
def test_what_is_not_http_is_400(patient: LocalPlatform, content: bytes) -> None:
    assert ask(patient, content).startswith(b"HTTP/1.1 400 ")


def test_a_chunked_body_over_the_limit_is_refused_before_it_ends(patient: LocalPlatform) -> None:
    head = b"POST /collection/0 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"10000\r\n" + b"a" * 65_536 + b"\r\n"
    with connect(patient) as connection:
        connection.sendall(head)
        try:
            for _ in range(10_000):
                connection.sendall(chunk)
        except (BrokenPipeError, ConnectionResetError):
            return
        pytest.fail("ten times the limit of any body was read")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (b"Host: 127.0.0.1\r\n", 200),
        (b"Host: localhost:1\r\n", 200),
        (b"Host: [::1]:1\r\n", 200),
        (b"Host: rebound.example\r\n", 403),
        (b"Host: localhost\r\nOrigin: http://localhost\r\n", 200),
        (b"Host: localhost\r\nOrigin: http://elsewhere.example\r\n", 403),
        (b"Host: localhost\r\nOrigin: null\r\n", 403),
        (b"Host: localhost\r\nX-Forwarded-For: 203.0.113.5\r\n", 403),
    ],
)
def test_pages_of_other_sites_cannot_use_the_tools(
    patient: LocalPlatform, headers: bytes, status: int
) -> None:
    request = (
        b"POST /_harness/token HTTP/1.1\r\n" + headers + b"Connection: close\r\nContent-Length: 0\r\n\r\n"
    )
    assert ask(patient, request).startswith(b"HTTP/1.1 %d " % status)


def test_many_connections_do_not_shut_others_out(patient: LocalPlatform) -> None:
    held = [connect(patient) for _ in range(200)]
    for one in held:
        one.sendall(b"GET /")
    answer = ask(patient, HEALTH + b"Connection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")
    for one in held:
        one.close()


def test_nothing_is_read_of_who_is_not_let_in(patient: LocalPlatform) -> None:
    target = b"/data/foundation/import/batches/b/datasets/d/files/f"
    with connect(patient) as connection:
        connection.sendall(b"PUT " + target + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 200000000\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 403 ")
