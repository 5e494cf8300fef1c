"""Connections that are kept: what is told of them, and when one is left."""

import socket
import threading
from contextlib import suppress

import pytest

from harness.client.http import HttpTransport
from harness.client.message import ResolvedRequest
from harness.client.proxy import Proxies
from harness.client.transport import HopOptions, HopRequest, TransportFailure

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture
def transport():
    made = HttpTransport(proxies=Proxies())
    yield made
    made.close()


def ask(transport: HttpTransport, base: str, method: str = "GET"):
    request = ResolvedRequest(method=method, url=base, headers=(("Host", "x"),))
    return transport.send(HopRequest(request=request, options=HopOptions(timeout_s=20)))


def test_phases_are_told_and_those_of_opening_only_once(server, transport):
    first = ask(transport, server.base).timings
    assert first.tcp_ms > 0
    assert first.first_byte_ms > 0
    assert first.tls_ms == 0
    assert not first.reused
    second = ask(transport, server.base)
    assert second.timings.reused
    assert (second.timings.dns_ms, second.timings.tcp_ms) == (0, 0)
    for timings, whole_ms in ((first, None), (second.timings, second.elapsed_ms)):
        phases = (timings.prepare_ms, timings.wait_ms, timings.first_byte_ms, timings.download_ms)
        assert all(ms >= 0 for ms in phases)
        assert whole_ms is None or sum(phases) <= whole_ms


def test_a_new_connection_that_is_reset_is_not_tried_again(server, transport):
    """Only on a kept one may the server have gone before it saw the request."""
    ask(transport, server.base)
    server.answer = lambda request: b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    ask(transport, server.base)

    def reset(connection: socket.socket) -> None:
        server.requests.append(connection.recv(65536))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()

    server.talk = reset
    with pytest.raises(TransportFailure) as failed:
        ask(transport, server.base)
    assert failed.value.failure.code == "ECONNRESET"
    assert len(server.requests) == 3


def test_what_comes_unasked_on_a_kept_connection_is_nobodys_answer(server, transport):
    told = threading.Event()

    def talk(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65536)
            connection.sendall(OK)
            if server.connections == 1:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
                told.set()
            connection.recv(65536)

    server.talk = talk
    assert ask(transport, server.base).body == b"ok"
    assert told.wait(10)
    assert ask(transport, server.base).body == b"ok"
    assert server.connections == 2


def test_more_hosts_than_are_kept_leave_no_connection_open(server):
    hosts = {f"h{number}.test": f"127.0.0.1:{server.port}" for number in range(200)}
    transport = HttpTransport(proxies=Proxies(), hosts=hosts)
    for host in hosts:
        assert ask(transport, f"http://{host}/").body == b"ok"
    assert ask(transport, "http://h199.test/").timings.reused
    assert not ask(transport, "http://h0.test/").timings.reused
    transport.close()
