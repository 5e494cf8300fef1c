"""The proxy writes requests down as they came, and passes them on."""

import http.client
import socket
import threading

import pytest

from harness.cli.parity_proxy import RecordingProxy


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
    assert (proxy.requests, proxy.tunnels) == ([], [f"{where[0]}:{where[2]}"])
    assert target.paths == ["/inside"]


def test_many_requests_at_once_are_all_kept(proxy, ask, target):
    ask_one = f"GET {target.url}/x HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    threads = [threading.Thread(target=ask, args=(ask_one,)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(proxy.requests) == len(target.requests) == 20
