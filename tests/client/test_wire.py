"""Reading answers that mean harm: they fill no memory, and what is wrong with them is a failure."""

import gzip
import socket
import threading
import zlib

import brotli
import pytest

from harness.client.transport import TransportFailure
from harness.client.wire import Answer, AnswerReader, decode


@pytest.fixture
def read():
    """Read an answer of these bytes; the body may have 1000 bytes."""
    ours, theirs = socket.socketpair()

    def read(data: bytes) -> Answer:
        def send() -> None:
            with theirs:
                theirs.sendall(data)

        writer = threading.Thread(target=send)
        writer.start()
        try:
            return AnswerReader(ours, None, most_body=1000).read("GET")
        finally:
            ours.close()
            writer.join()

    return read


def encoded(coding: str, body: bytes) -> Answer:
    headers = (("Content-Encoding", coding),)
    return Answer(status=200, reason="OK", headers=headers, body=body, version="1.1", reusable=True)


@pytest.mark.parametrize(
    "rest",
    [
        b"\r\n" + b"x" * 1001,
        b"Content-Length: 1001\r\n\r\n",
        b"Content-Length: 999999999999999999\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n3E9\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n3E8\r\n" + b"x" * 1000 + b"\r\n1\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFFFFFFFFFFFF\r\n",
    ],
)
def test_a_body_larger_than_the_bound_is_not_taken_in(read, rest):
    with pytest.raises(TransportFailure) as raised:
        read(b"HTTP/1.1 200 OK\r\n" + rest)
    assert raised.value.failure.message == "Maximum response size reached"


def test_a_body_as_large_as_the_bound_is_read(read):
    assert len(read(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1000).body) == 1000


@pytest.mark.parametrize("length", ["9" * 5000, "²", "-1", "+5", "1 1", ""])
def test_a_content_length_that_is_none_is_a_failure(read, length):
    with pytest.raises(TransportFailure) as raised:
        read(f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\nabc".encode("latin-1"))
    assert raised.value.failure.code == "HPE_INVALID_CONTENT_LENGTH"


@pytest.mark.parametrize(
    ("coding", "encode"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress)]
)
def test_a_bomb_is_not_blown_up(coding, encode):
    for size, fits in ((1000, True), (1001, False), (10_000_000, False)):
        answer = encoded(coding, encode(bytes(size)))
        if fits:
            assert len(decode(answer, "GET", most=1000)) == size
            continue
        with pytest.raises(TransportFailure) as raised:
            decode(answer, "GET", most=1000)
        assert raised.value.failure.code == "EMSGSIZE"


def test_many_members_of_gzip_are_put_together_and_what_follows_does_not_count():
    body = gzip.compress(b"a") * 20_000 + gzip.compress(b"x" * 300_000) + b"no gzip"
    assert decode(encoded("gzip", body), "GET") == b"a" * 20_000 + b"x" * 300_000
