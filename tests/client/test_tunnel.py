"""Ways through proxies: SOCKS in its versions, and CONNECT."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from harness.client.http import HttpTransport
from harness.client.message import ResolvedRequest
from harness.client.proxy import Proxies
from harness.client.transport import HopOptions, HopRequest, TransportFailure


@dataclass
class SocksServer:
    """Speaks SOCKS 4, 4a and 5 to one connection at a time, and leads all of them to `port`.

    `asked` holds what each wanted: version, name or address, user, password. `refuses` answers with no.
    """

    port: int
    login: tuple[bytes, bytes] | None = None
    refuses: bool = False
    asked: list[tuple[int, bytes, bytes, bytes]] = field(default_factory=list)

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as read:
            version = read.read(1)
            if version == b"\x04":
                address = read.read(7)[3:]
                user = self._text(read)
                name = self._text(read) if address[:3] == b"\0\0\0" else socket.inet_ntoa(address).encode()
                self.asked.append((4, name, user, b""))
                connection.sendall(b"\0" + (b"\x5b" if self.refuses else b"\x5a") + bytes(6))
            else:
                methods = read.read(read.read(1)[0])
                user = password = b""
                if self.login is not None and b"\x02" not in methods:
                    connection.sendall(b"\x05\xff")
                    return
                connection.sendall(b"\x05\x02" if self.login else b"\x05\x00")
                if self.login is not None:
                    read.read(1)
                    user, password = read.read(read.read(1)[0]), read.read(read.read(1)[0])
                    if (user, password) != self.login:
                        connection.sendall(b"\x01\x01")
                        return
                    connection.sendall(b"\x01\x00")
                head = read.read(4)
                name = (
                    read.read(read.read(1)[0])
                    if head[3:] == b"\x03"
                    else socket.inet_ntop(
                        socket.AF_INET if head[3:] == b"\x01" else socket.AF_INET6,
                        read.read(4 if head[3:] == b"\x01" else 16),
                    ).encode()
                )
                read.read(2)
                self.asked.append((5, name, user, password))
                connection.sendall(b"\x05" + (b"\x05" if self.refuses else b"\0") + b"\0\x01" + bytes(6))
            if self.refuses:
                return
            with socket.create_connection(("127.0.0.1", self.port)) as target:
                back = threading.Thread(target=self._pump, args=(target, connection), daemon=True)
                back.start()
                self._pump(connection, target)

    @staticmethod
    def _text(read) -> bytes:
        text = b""
        while (byte := read.read(1)) not in (b"\0", b""):
            text += byte
        return text

    @staticmethod
    def _pump(source: socket.socket, sink: socket.socket) -> None:
        try:
            while piece := source.recv(65536):
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            return


@pytest.fixture
def socks(server) -> Iterator[tuple[SocksServer, str]]:
    listener = socket.create_server(("127.0.0.1", 0))
    made = SocksServer(server.port)
    thread = threading.Thread(target=made.serve, args=(listener,), daemon=True)
    thread.start()
    yield made, f"127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


def sent(environment: dict[str, str], url: str) -> int:
    transport = HttpTransport(proxies=Proxies.of(environment))
    try:
        request = ResolvedRequest(method="GET", url=url, headers=(("Host", "x"),))
        return transport.send(HopRequest(request=request, options=HopOptions(timeout_s=20))).status
    finally:
        transport.close()


@pytest.mark.parametrize(
    ("scheme", "asked"),
    [
        ("socks4", (4, b"127.0.0.1", b"", b"")),
        ("socks4a", (4, b"api.localhost", b"", b"")),
        ("socks5", (5, b"127.0.0.1", b"", b"")),
        ("socks5h", (5, b"api.localhost", b"", b"")),
    ],
)
def test_socks_proxies_are_spoken_to_and_look_up_names_where_the_scheme_says_so(socks, server, scheme, asked):
    proxy, address = socks
    assert sent({"ALL_PROXY": f"{scheme}://{address}"}, "http://api.localhost/a%2f") == 200
    assert proxy.asked == [asked]
    assert server.lines()[0] == "GET /a%2f HTTP/1.1"


def test_a_socks_proxy_is_shown_user_and_password(socks):
    proxy, address = socks
    proxy.login = (b"us:er", b"p@ss")
    assert sent({"HTTP_PROXY": f"socks5://us%3Aer:p@ss@{address}"}, "http://127.0.0.1/") == 200
    with pytest.raises(TransportFailure) as wrong:
        sent({"HTTP_PROXY": f"socks5://us:p@{address}"}, "http://127.0.0.1/")
    assert wrong.value.failure.kind == "refused"
    with pytest.raises(TransportFailure) as none:
        sent({"HTTP_PROXY": f"socks5://{address}"}, "http://127.0.0.1/")
    assert none.value.failure.message.startswith("tunneling socket could not be established")


@pytest.mark.parametrize("scheme", ["socks4", "socks5"])
def test_a_socks_proxy_that_refuses_is_named(socks, scheme):
    proxy, address = socks
    proxy.refuses = True
    with pytest.raises(TransportFailure) as refused:
        sent({"http_proxy": f"{scheme}://me:word@{address}"}, "http://127.0.0.1/")
    failure = refused.value.failure
    assert failure.hint == (
        f"the proxy is {scheme}://{address}, from http_proxy; hosts in NO_PROXY are reached without it"
    )


def test_a_socks_proxy_that_is_not_there_is_a_refusal():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(TransportFailure) as refused:
        sent({"http_proxy": f"socks5://127.0.0.1:{port}"}, "http://127.0.0.1/")
    assert refused.value.failure.kind == "refused"


def test_a_proxy_that_is_none_fails_only_the_requests_that_need_it(server):
    environment = {"HTTP_PROXY": "http://p:x", "NO_PROXY": "127.0.0.1"}
    assert sent(environment, server.base) == 200
    with pytest.raises(TransportFailure) as failed:
        sent(environment, "http://example.test/")
    assert failed.value.failure.message.startswith("HTTP_PROXY is 'http://p:x'")


@pytest.mark.parametrize(
    ("status", "hint"), [(407, "http://USER:PASSWORD@HOST:PORT"), (502, "from HTTPS_PROXY")]
)
def test_a_tunnel_that_is_refused_says_what_to_do(server, status, hint):
    server.answer = lambda request: f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode()
    with pytest.raises(TransportFailure) as refused:
        sent({"HTTPS_PROXY": f"http://us%20er:pw@127.0.0.1:{server.port}"}, "https://example.test:8443/")
    assert refused.value.failure.message == f"tunneling socket could not be established, statusCode={status}"
    assert hint in refused.value.failure.hint
    assert server.lines() == [
        "CONNECT example.test:8443 HTTP/1.1",
        "Host: example.test:8443",
        "Proxy-Authorization: Basic dXMgZXI6cHc=",
    ]


def test_a_port_that_is_none_is_the_proxys_affair(server):
    assert sent({"HTTP_PROXY": server.base}, "http://about:blank/") == 200
    assert server.lines()[0] == "GET http://about:blank/ HTTP/1.1"
