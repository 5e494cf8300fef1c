"""Reading answers that mean harm: they fill no memory, and what is wrong with them is a failure."""

import socket
import sys
import threading
from contextlib import suppress
from types import FrameType

import pytest

from harness.client.answer import AnswerReader, WireAnswer
from harness.client.transport import TransportFailure

_TWICE = "Content-Length: 2\r\ncontent-length: "


@pytest.fixture
def read():
    """Read an answer of these bytes; the body may have 1000 bytes."""
    ours, theirs = socket.socketpair()

    def read(data: bytes, method: str = "GET") -> WireAnswer:
        def send() -> None:
            # Who refuses an answer hangs up before all of it is written.
            with theirs, suppress(ConnectionError):
                theirs.sendall(data)

        writer = threading.Thread(target=send)
        writer.start()
        try:
            return AnswerReader(ours, None, most_body=1000).read(method)
        finally:
            ours.close()
            writer.join()

    return read


@pytest.mark.parametrize(
    "rest",
    [
        b"\r\n" + b"x" * 1001,
        b"Content-Length: 1001\r\n\r\n",
        b"Content-Length: 999999999999999999\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n3E9\r\n" + b"x" * 1001,
        b"Transfer-Encoding: chunked\r\n\r\n3E8\r\n" + b"x" * 1000 + b"\r\n1\r\ny",
        b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\ny\r\n" * 1001,
    ],
)
def test_a_body_larger_than_the_bound_is_not_taken_in(read, rest):
    with pytest.raises(TransportFailure) as raised:
        read(b"HTTP/1.1 200 OK\r\n" + rest)
    assert raised.value.failure.message == "Maximum response size reached"


def test_a_body_as_large_as_the_bound_is_read(read):
    assert len(read(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1000).body) == 1000


def test_a_head_may_be_as_long_as_in_node(read):
    assert read(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 16_300 + b"\r\n\r\n" + b"y" * 9).status == 200


@pytest.mark.parametrize(
    "rest",
    [
        b"Transfer-Encoding: chunked\r\n\r\n1;" + b"x" * 300_000,
        b"Transfer-Encoding: chunked\r\n\r\n0\r\nT: " + b"x" * 300_000,
        b"X: " + b"x" * 300_000,
        b"X: y\r\n" * 50_000,
        b"X: " + b"x" * 16_383 + b"\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n0\r\nT: " + b"x" * 16_383 + b"\r\n\r\n",
    ],
)
def test_a_head_or_trailer_without_end_is_not_taken_in(read, rest):
    with pytest.raises(TransportFailure) as raised:
        read(b"HTTP/1.1 200 OK\r\n" + rest)
    assert raised.value.failure.message == "Parse Error: Header overflow"


@pytest.mark.parametrize(
    ("answer", "message", "code"),
    [
        (
            "Content-Length: 2\r\nContent-Length: 3\r\n\r\nokk",
            "Duplicate Content-Length",
            "UNEXPECTED_CONTENT_LENGTH",
        ),
        (
            "Content-Length: 2\r\ncontent-length: 2\r\n\r\nok",
            "Duplicate Content-Length",
            "UNEXPECTED_CONTENT_LENGTH",
        ),
        (
            "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding can't be present with Content-Length",
            "INVALID_TRANSFER_ENCODING",
        ),
        (
            "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
            "Content-Length can't be present with Transfer-Encoding",
            "INVALID_CONTENT_LENGTH",
        ),
        ("X: a\0b\r\n\r\n", "Invalid header value char", "INVALID_HEADER_TOKEN"),
        ("X: a\x01b\r\n\r\n", "Invalid header value char", "INVALID_HEADER_TOKEN"),
        ("X\0: a\r\n\r\n", "Invalid header token", "INVALID_HEADER_TOKEN"),
        ("X : a\r\n\r\n", "Invalid header token", "INVALID_HEADER_TOKEN"),
        ("X: a\r\n b\r\n\r\n", "Unexpected whitespace after header value", "INVALID_HEADER_TOKEN"),
        (" X: a\r\n\r\n", "Unexpected space after start line", "UNEXPECTED_SPACE"),
        ("X: a\rb\r\n\r\n", "Missing expected LF after header value", "LF_EXPECTED"),
        ("X: a\n\r\n", "Missing expected CR after header value", "CR_EXPECTED"),
        (
            "Transfer-Encoding: chunked\r\n\r\n2\nok\n0\n\n",
            "Missing expected CR after chunk size",
            "CR_EXPECTED",
        ),
        ("Transfer-Encoding: chunked\r\n\r\nzz\r\n", "Invalid character in chunk size", "INVALID_CHUNK_SIZE"),
        ("Transfer-Encoding: chunked\r\n\r\n" + "F" * 28, "Chunk size overflow", "INVALID_CHUNK_SIZE"),
    ],
)
def test_an_answer_that_can_be_read_in_two_ways_is_refused_as_node_does(read, answer, message, code):
    with pytest.raises(TransportFailure) as raised:
        read(b"HTTP/1.1 200 OK\r\n" + answer.encode("latin-1"))
    failure = raised.value.failure
    assert (failure.message, failure.code) == (f"Parse Error: {message}", f"HPE_{code}")
    assert "not valid HTTP/1.1" in failure.hint


@pytest.mark.parametrize(
    ("first", "code"),
    [
        (b"HTTP/1.1 200 OK\nX: y\n\n", "HPE_CR_EXPECTED"),
        (b"HTTP/1.2 200 OK\r\n\r\n", "HPE_INVALID_VERSION"),
        (b"HTTP/1.1 99 OK\r\n\r\n", "HPE_INVALID_STATUS"),
        (b"http/1.1 200 OK\r\n\r\n", "HPE_INVALID_CONSTANT"),
    ],
)
def test_a_status_line_that_is_none_is_refused(read, first, code):
    with pytest.raises(TransportFailure) as raised:
        read(first)
    assert raised.value.failure.code == code


@pytest.mark.parametrize("after", ["", "HTTP/1.1 200 OK\r\n\r\n"])
@pytest.mark.parametrize("length", [5, 5000])
@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_that_has_no_body_ends_with_its_head_whatever_length_it_names(read, status, length, after):
    answer = read(f"HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n\r\n{after}".encode())
    assert answer.body == b""
    assert answer.reusable is (not after)  # what follows is nobody's answer


@pytest.mark.parametrize(
    ("head", "reusable"),
    [
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", True),
        ("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", False),
        ("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n", True),
        ("HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n", False),
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", False),
        ("HTTP/1.1 101 X\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n", False),
        ("HTTP/1.1 200 OK\r\n\r\n", False),
    ],
)
def test_a_connection_is_kept_only_when_nothing_can_follow_the_answer(read, head, reusable):
    answer = read(head.encode())
    assert answer.reusable is reusable
    assert answer.body == b""


@pytest.mark.parametrize(
    ("method", "head"),
    [
        ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        ("GET", "HTTP/1.1 204 OK\r\n\r\n"),
        ("GET", "HTTP/1.1 304 OK\r\nContent-Length: 4\r\n\r\n"),
        ("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"),
    ],
)
def test_what_follows_an_answer_at_once_must_be_another(read, method, head):
    with pytest.raises(TransportFailure) as raised:
        read(f"{head}more".encode(), method)
    assert raised.value.failure.message == "Parse Error: Expected HTTP/, RTSP/ or ICE/"


def test_an_answer_to_head_may_be_followed_by_another(read):
    answer = read(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "HEAD")
    assert (answer.body, answer.reusable) == (b"", False)


def test_trailers_are_no_headers_of_the_answer(read):
    answer = read(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX: y\r\n\r\n")
    assert answer.headers == (("Transfer-Encoding", "chunked"),)
    assert answer.body == b"ok"


def test_a_coding_that_is_not_chunked_ends_with_the_connection(read):
    assert read(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc").body == b"abc"


@pytest.mark.parametrize(
    ("cut", "message"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", "aborted"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "aborted"),
        (b"HTTP/1.1 200 OK\r\nX: a", "socket hang up"),
    ],
)
def test_an_answer_that_is_cut_short_is_a_failure(read, cut, message):
    with pytest.raises(TransportFailure) as raised:
        read(cut)
    assert (raised.value.failure.kind, raised.value.failure.message) == ("reset", message)


@pytest.mark.parametrize("length", ["9" * 5000, "²", "-1", "+5", "1 1", ""])
def test_a_content_length_that_is_none_is_a_failure(read, length):
    with pytest.raises(TransportFailure) as raised:
        read(f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\nabc".encode("latin-1"))
    assert raised.value.failure.code == "HPE_INVALID_CONTENT_LENGTH"


class _Apart:
    """A socket of a server that writes head and body apart, and waits for an acknowledgement in between."""

    def __init__(self) -> None:
        self.pieces = [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", b"ok"]
        self.acknowledged: list[tuple[int, int, int]] = []

    def recv(self, size: int) -> bytes:
        return self.pieces.pop(0)

    def setsockopt(self, *option: int) -> None:
        self.acknowledged.append(option)


def test_a_head_without_its_body_is_acknowledged_at_once():
    sock = _Apart()
    assert AnswerReader(sock, None).read("GET").body == b"ok"
    quick = getattr(socket, "TCP_QUICKACK", None)
    assert sock.acknowledged == ([(socket.IPPROTO_TCP, quick, 1)] if quick is not None else [])


class _Stop(BaseException):
    """What a signal's handler raises, such as Ctrl-C's."""


@pytest.mark.parametrize(
    "method", ["on_message_begin", "on_status", "on_header", "on_headers_complete", "on_body"]
)
def test_what_a_signal_raises_while_the_parser_calls_is_no_fault_of_the_answer(read, method):
    def interrupt(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_name == method:
            raise _Stop

    sys.setprofile(interrupt)
    try:
        with pytest.raises(_Stop):
            read(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    finally:
        sys.setprofile(None)
