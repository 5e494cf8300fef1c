import gzip
import os
import socket
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import brotli
import pytest

from harness.client.http import HttpTransport
from harness.client.message import ResolvedRequest
from harness.client.proxy import Proxies
from harness.client.transport import HopOptions, HopRequest, TransportFailure

_NO_HTTP = "Parse Error: Expected HTTP/, RTSP/ or ICE/"


@pytest.fixture
def transport():
    made = HttpTransport(proxies=Proxies())
    yield made
    made.close()


def hop(url: str, method: str = "GET", headers=(("Host", "x"),), body=None, **options) -> HopRequest:
    request = ResolvedRequest(method=method, url=url, headers=headers, body=body)
    return HopRequest(request=request, options=HopOptions(**options))


def failure_of(transport: HttpTransport, sent: HopRequest):
    with pytest.raises(TransportFailure) as caught:
        transport.send(sent)
    return caught.value.failure


def test_bytes_go_out_as_they_are_spelled(server, transport):
    headers = (("x-B", "é"), ("X-a", ""), ("x-B", "2"), ("Content-Length", "2"))
    transport.send(hop(server.base + "/%2f{|}[]?", "POST", headers, b"\xff\x00"))
    assert server.requests[0] == (
        b"POST /%2f{|}[]? HTTP/1.1\r\nx-B: \xe9\r\nX-a: \r\nx-B: 2\r\nContent-Length: 2\r\n\r\n\xff\x00"
    )


def test_a_chunked_body_is_chunked(server, transport):
    transport.send(hop(server.base, "POST", (("Transfer-Encoding", "chunked"),), b"hello"))
    assert server.body() == b"5\r\nhello\r\n0\r\n\r\n"


def test_headers_keep_order_spelling_and_duplicates(server, transport):
    server.answer = lambda request: (
        b"HTTP/1.1 207 Multi Stat\xc3\xbcs\r\nSET-Cookie: a=1\r\nX: \xe9\r\nset-cookie: b=2\r\n"
        b"Content-Length:  2 \r\nTabbed:\ta \t\r\nEmpty:\r\n\r\nok"
    )
    response = transport.send(hop(server.base))
    assert (response.status, response.reason, response.body) == (207, "Multi Statüs", b"ok")
    assert response.headers == (
        ("SET-Cookie", "a=1"),
        ("X", "é"),
        ("set-cookie", "b=2"),
        ("Content-Length", "2"),
        ("Tabbed", "a"),
        ("Empty", ""),
    )
    assert response.elapsed_ms > 0


def test_a_connection_is_kept_and_a_closed_one_replaced(server, transport):
    for _ in range(3):
        transport.send(hop(server.base))
    assert server.connections == 1
    server.answer = lambda request: b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    transport.send(hop(server.base))
    transport.send(hop(server.base))
    assert server.connections == 2


def test_a_body_without_a_length_ends_with_the_connection(server, transport):
    def talk(connection: socket.socket) -> None:
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.0 200 OK\r\n\r\nall of it")

    server.talk = talk
    response = transport.send(hop(server.base))
    assert (response.body, response.http_version) == (b"all of it", "1.0")


def test_chunks_arrive_whole_however_they_are_cut(server, transport):
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer += b"5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nT: r\r\n\r\n"

    def talk(connection: socket.socket) -> None:
        with connection:
            connection.recv(65536)
            for index in range(len(answer)):
                connection.sendall(answer[index : index + 1])
            connection.recv(65536)

    server.talk = talk
    assert transport.send(hop(server.base)).body == b"hello world"


@pytest.mark.parametrize(
    ("coding", "encode"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda body: zlib.compress(body)[2:-4]),
        ("br", brotli.compress),
        ("x-other", lambda body: body),
        ("gzip", lambda body: gzip.compress(body)[:-4]),
        ("gzip", lambda body: gzip.compress(body[:5]) + gzip.compress(body[5:])),
    ],
)
def test_content_codings_are_undone(server, transport, coding, encode):
    body = b"hello hello hello hello"
    wire = encode(body)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {len(wire)}\r\n\r\n"
    server.answer = lambda request: head.encode() + wire
    response = transport.send(hop(server.base))
    assert (response.body, response.wire_size) == (body, len(wire))


def test_a_broken_content_coding_is_a_failure(server, transport):
    server.answer = lambda request: (
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain"
    )
    failure = failure_of(transport, hop(server.base))
    assert (failure.kind, failure.message) == ("protocol", "incorrect header check")


def test_answers_that_have_no_body_do_not_wait_for_one(server, transport):
    server.answer = lambda request: b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n"
    assert transport.send(hop(server.base, timeout_s=5)).body == b""
    server.answer = lambda request: b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
    assert transport.send(hop(server.base, "HEAD", timeout_s=5)).body == b""


def test_interim_answers_are_passed_over(server, transport):
    server.answer = lambda request: (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    )
    assert transport.send(hop(server.base)).body == b"ok"


def test_line_ends_before_the_status_are_passed_over(server, transport):
    server.answer = lambda request: b"\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    assert transport.send(hop(server.base)).body == b"ok"


@pytest.mark.parametrize(
    ("answer", "kind", "message", "code"),
    [
        (b"", "reset", "socket hang up", "ECONNRESET"),
        (b"SSH-2.0-x", "protocol", _NO_HTTP, "HPE_INVALID_CONSTANT"),
        (
            b"HTTP/1.1 100 Continue\r\n\r\n{}",
            "protocol",
            _NO_HTTP,
            "HPE_INVALID_CONSTANT",
        ),
        (
            b"SSH-2.0-x\r\n\r\n",
            "protocol",
            _NO_HTTP,
            "HPE_INVALID_CONSTANT",
        ),
        (
            b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            "protocol",
            "Parse Error: Invalid header token",
            "HPE_INVALID_HEADER_TOKEN",
        ),
    ],
)
def test_nonsense_is_a_failure_in_nodes_words(server, transport, answer, kind, message, code):
    server.answer = lambda request: answer
    failure = failure_of(transport, hop(server.base, timeout_s=5))
    assert (failure.kind, failure.message, failure.code) == (kind, message, code)


def test_a_body_cut_short_is_a_failure(server, transport):
    def talk(connection: socket.socket) -> None:
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort")

    server.talk = talk
    assert failure_of(transport, hop(server.base)).code == "ECONNRESET"


def test_the_time_limit_bounds_the_whole_hop(server, transport):
    done = threading.Event()

    def talk(connection: socket.socket) -> None:
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while not done.wait(0.05):
                connection.sendall(b".")

    server.talk = talk
    failure = failure_of(transport, hop(server.base, timeout_s=0.3))
    done.set()
    assert (failure.kind, failure.code) == ("timeout", "ESOCKETTIMEDOUT")


@pytest.mark.skipif(os.name == "nt", reason="there an end cannot be told from a reset")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_kept_connection_that_was_closed_before_the_request_came_is_replaced(transport, method):
    listener = socket.create_server(("127.0.0.1", 0))
    requests = []

    def serve() -> None:
        # An answer that does not say so, and the end of the connection.
        for _ in range(100):
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                requests.append(connection.recv(65536))
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        for _ in range(100):
            transport.send(hop(f"http://127.0.0.1:{listener.getsockname()[1]}", method))
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
    assert len(requests) == 100


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_request_is_sent_once_also_when_the_kept_connection_dies_under_it(server, transport, method):
    server.answer = lambda request: (
        b"" if len(server.requests) > 1 else b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    )
    transport.send(hop(server.base, method))
    assert failure_of(transport, hop(server.base, method)).code == "ECONNRESET"
    assert len(server.requests) == 2


def test_unknown_names_fail_as_dns(transport):
    failure = failure_of(transport, hop("http://no-such-host.invalid/"))
    assert (failure.kind, failure.message) == ("dns", "getaddrinfo ENOTFOUND no-such-host.invalid")


@pytest.mark.parametrize("port", ["99999", "abc"])
def test_a_port_that_is_none_fails_before_anything_is_sent(transport, port):
    failure = failure_of(transport, hop(f"http://127.0.0.1:{port}/"))
    assert failure.code == "ERR_SOCKET_BAD_PORT"
    assert failure.name == "RangeError"


def test_names_below_localhost_are_this_machine(server, transport):
    assert transport.send(hop(f"http://api.localhost:{server.port}/")).status == 200


@pytest.mark.parametrize("name", ["Example.test", "example.test:{port}"])
@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.1:{port}"])
def test_hosts_can_be_mapped_to_addresses(server, name, address):
    hosts = {name.format(port=server.port): address.format(port=server.port)}
    mapped = HttpTransport(hosts=hosts, proxies=Proxies())
    assert mapped.send(hop(f"http://example.test:{server.port}/")).status == 200
    mapped.close()


def test_several_threads_share_the_transport(server, transport):
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: transport.send(hop(server.base)).status, range(40)))
    assert statuses == [200] * 40
    assert server.connections <= 8


def test_a_proxy_gets_the_absolute_target_and_its_credentials(server):
    proxies = Proxies.of({"HTTP_PROXY": f"http://us%20er:pw@127.0.0.1:{server.port}"})
    proxied = HttpTransport(proxies=proxies)
    proxied.send(hop("http://example.test/a?b"))
    proxied.close()
    assert server.lines()[0] == "GET http://example.test/a?b HTTP/1.1"
    assert server.lines()[-1] == "Proxy-Authorization: Basic dXMgZXI6cHc="


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_is_asked_for_no_host_with_a_blank(server, scheme):
    proxied = HttpTransport(proxies=Proxies.of({f"{scheme}_proxy": server.base}))
    failure = failure_of(proxied, hop(f"{scheme}://example.test /x"))
    proxied.close()
    assert failure.code == "ERR_UNESCAPED_CHARACTERS"
    assert server.connections == 0


def test_https_asks_the_proxy_for_a_tunnel(server):
    server.answer = lambda request: b"HTTP/1.1 502 Bad Gateway\r\n\r\n"
    proxied = HttpTransport(proxies=Proxies.of({"https_proxy": server.base}))
    failure = failure_of(proxied, hop("https://example.test/"))
    proxied.close()
    assert server.lines()[0].startswith("CONNECT example.test:443 ")
    assert failure.message.startswith("tunneling socket could not be established")


@pytest.mark.parametrize(
    ("no_proxy", "host", "port", "proxied"),
    [
        ("", "a.org", 80, True),
        ("*", "a.org", 80, False),
        ("a.org", "a.org", 80, False),
        ("a.org", "www.a.org", 80, False),
        ("a.org", "ba.org", 80, True),
        (".a.org:81, b.org", "a.org", 80, True),
        (".a.org:81, b.org", "a.org", 81, False),
        (".a.org:81, b.org", "b.org", 5, False),
    ],
)
def test_exempt_hosts_go_direct(no_proxy, host, port, proxied):
    proxies = Proxies.of({"http_proxy": "http://p:1", "NO_PROXY": no_proxy})
    assert (proxies.for_host("http:", host, port) is not None) is proxied


def test_close_gives_the_connections_back(server):
    made = HttpTransport(proxies=Proxies())
    made.send(hop(server.base))
    made.close()
    deadline = time.monotonic() + 5
    made.send(hop(server.base))
    made.close()
    assert server.connections == 2
    assert time.monotonic() < deadline


def test_plain_http_on_a_tls_port_is_a_tls_failure(server, transport):
    server.answer = lambda request: b"HTTP/1.1 200 OK\r\n\r\n"

    def talk(connection: socket.socket) -> None:
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    server.talk = talk
    failure = failure_of(transport, hop(f"https://127.0.0.1:{server.port}/"))
    assert failure.kind == "tls"
    assert failure.code.startswith("ERR_SSL")


@pytest.mark.parametrize("name", ["%zz%", "a b", "[object object]"])
def test_a_name_that_cannot_be_one_is_not_found(transport, name):
    failure = failure_of(transport, hop(f"http://{name}/"))
    assert (failure.kind, failure.code) == ("dns", "ENOTFOUND")
