"""The proxy writes requests down as they came, and passes them on."""

import gzip
import http.client
import socket
import socketserver
import ssl
import threading
from http.server import ThreadingHTTPServer

import pytest

from harness.adoption.certificate_authority import CertificateAuthority
from harness.adoption.recording_proxy import RecordingProxy, UpstreamRoute
from harness.client.proxy import Proxies


@pytest.fixture
def proxy():
    with RecordingProxy() as one:
        yield one


@pytest.fixture
def ask(proxy):
    """Send bytes to the proxy and return all that comes back."""

    def send(data: bytes) -> bytes:
        port = int(proxy.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), 10) as one:
            one.sendall(data)
            pieces = []
            while piece := one.recv(65536):
                pieces.append(piece)
        return b"".join(pieces)

    return send


def test_a_request_is_kept_as_sent_and_answered(proxy, ask, target):
    host = target.url.removeprefix("http://")
    answer = ask(
        f"POST {target.url}/a%2Fb?x=1 HTTP/1.1\r\nHost: {host}\r\nx-B: 1\r\nX-a: 2\r\n"
        "Content-Length: 3\r\nProxy-Connection: keep-alive\r\n\r\nabc".encode()
    )
    assert answer.startswith(b"HTTP/1.1 200 ")
    (kept,) = proxy.requests
    assert (kept.method, kept.url, kept.body) == ("POST", f"{target.url}/a%2Fb?x=1", b"abc")
    assert [name for name, _ in kept.headers] == ["Host", "x-B", "X-a", "Content-Length", "Proxy-Connection"]
    (got,) = target.requests
    assert (got["path"], got["body"], got["headers"]["x-B"]) == ("/a%2Fb?x=1", "abc", "1")
    assert "Proxy-Connection" not in got["headers"]


@pytest.mark.parametrize(("suffix", "path"), [("", "/"), ("?x=1", "/?x=1"), ("/?x", "/?x")])
def test_an_address_without_a_path_asks_for_the_root(ask, target, suffix, path):
    ask(f"GET {target.url}{suffix} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert target.paths == [path]


def test_a_chunked_body_is_put_together(proxy, ask, target):
    ask(
        f"POST {target.url}/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n".encode()
    )
    assert proxy.requests[0].body == b"abcde"


def test_a_target_that_is_down_looks_like_a_broken_connection(proxy, ask):
    assert ask(b"GET http://127.0.0.1:1/ HTTP/1.1\r\nHost: x\r\n\r\n") == b""
    assert len(proxy.requests) == 1


def test_any_method_is_passed_on(proxy, ask, target):
    assert ask(f"PURGE {target.url}/ HTTP/1.1\r\nHost: x\r\n\r\n".encode()).startswith(b"HTTP/1.1 501 ")
    assert proxy.requests[0].method == "PURGE"


def test_a_tunnel_is_passed_on_unread(proxy, target):
    host, _, port = proxy.url.removeprefix("http://").partition(":")
    tunnel = http.client.HTTPConnection(host, int(port), timeout=10)
    where = target.url.removeprefix("http://").partition(":")
    tunnel.set_tunnel(where[0], int(where[2]))
    tunnel.request("GET", "/inside")
    assert tunnel.getresponse().status == 200
    tunnel.close()
    assert (proxy.requests, proxy.tunnels) == ((), [f"{where[0]}:{where[2]}"])
    assert target.paths == ["/inside"]


def test_many_requests_at_once_are_all_kept(proxy, ask, target):
    ask_one = f"GET {target.url}/x HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    threads = [threading.Thread(target=ask, args=(ask_one,)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(proxy.requests) == len(target.requests) == 20


@pytest.fixture
def authority(tmp_path):
    return CertificateAuthority(tmp_path)


@pytest.fixture
def secure(tmp_path):
    """Serve one gzipped, chunked answer after another over TLS, with a certificate of its own authority."""
    theirs = CertificateAuthority(tmp_path)
    packed = gzip.compress(b'{"ok": true}')
    pieces = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (packed[:9], packed[9:])) + b"0\r\n\r\n"
    fields = b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\nX-Odd:  spaced \r\n"
    answer = b"HTTP/1.1 200 Fine\r\n" + fields + b"\r\n" + pieces

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            while self.rfile.readline().strip():
                while self.rfile.readline().strip():
                    pass
                self.wfile.write(answer)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    context = theirs.context("127.0.0.1")
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server.server_port, theirs, answer
    server.shutdown()
    thread.join()
    server.server_close()


def through(proxy, port, pem, count=1):
    """Send requests through a tunnel of the proxy, and return what comes back, as it comes."""
    context = ssl.create_default_context(cadata=pem)
    with socket.create_connection(("127.0.0.1", int(proxy.url.rpartition(":")[2])), 10) as plain:
        plain.sendall(f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\n".encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += plain.recv(1)
        with context.wrap_socket(plain, server_hostname="127.0.0.1") as tls:
            for _ in range(count):
                tls.sendall(b"GET /a?b HTTP/1.1\r\nHost: x\r\nX-a: 1\r\n\r\n")
                found = b""
                while not found.endswith(b"0\r\n\r\n"):
                    found += tls.recv(65536)
                yield found


def test_https_is_read_and_passed_back_to_the_byte(authority, secure):
    port, theirs, answer = secure
    trusting = ssl.create_default_context(cadata=theirs.pem)
    upstream = UpstreamRoute(proxies=Proxies(), trusting=trusting, authority=authority)
    with RecordingProxy(upstream) as proxy:
        assert list(through(proxy, port, authority.pem, count=2)) == [answer, answer]
    first, second = proxy.requests
    assert (first.method, first.url) == ("GET", f"https://127.0.0.1:{port}/a?b")
    assert first.headers == (("Host", "x"), ("X-a", "1"))
    assert (second.response.status, second.response.reason) == (200, "Fine")
    assert second.response.json() == {"ok": True}
    assert proxy.tunnels == []


def test_a_server_that_is_not_believed_goes_through_unread_and_shows_its_own_certificate(authority, secure):
    port, theirs, answer = secure
    trusting = ssl.create_default_context()
    upstream = UpstreamRoute(proxies=Proxies(), trusting=trusting, authority=authority)
    with RecordingProxy(upstream) as proxy:
        assert list(through(proxy, port, theirs.pem)) == [answer]
    assert (proxy.requests, proxy.tunnels) == ((), [f"127.0.0.1:{port}"])


def test_plain_answers_are_kept_and_passed_back_with_their_own_headers(proxy, ask, target):
    answer = ask(f"GET {target.url}/a HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    (kept,) = proxy.requests
    assert kept.response.status == 200
    assert answer.endswith(kept.response.body)
    assert b"Connection: close" not in answer
