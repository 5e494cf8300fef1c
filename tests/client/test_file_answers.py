from dataclasses import dataclass, field
from pathlib import Path

import pytest

from harness.client.file_answers import FileAnswers
from harness.client.files import FilePolicy, FileRefused
from harness.client.http import HttpTransport
from harness.client.message import ResolvedRequest, Response
from harness.client.transport import HopRequest, TransportFailure


@dataclass
class Behind:
    """A transport that keeps what it is given."""

    sent: list[str] = field(default_factory=list)
    closed: bool = False

    def send(self, hop: HopRequest) -> Response:
        self.sent.append(hop.request.url)
        return Response(status=204, reason="No Content")

    def close(self) -> None:
        self.closed = True


def hop(url: str, method: str = "GET") -> HopRequest:
    return HopRequest(request=ResolvedRequest(method=method, url=url))


@pytest.fixture
def library(tmp_path: Path) -> Path:
    path = tmp_path / "lib.js"
    path.write_bytes(b"var A = 1;")
    return path


def test_an_address_is_answered_with_the_file_and_everything_else_is_sent(library):
    behind = Behind()
    transport = FileAnswers(behind, {"HTTP://Library.example:80/a/lib.js": library})
    answer = transport.send(hop("http://library.example/a/lib.js?v=2"))
    assert (answer.status, answer.body) == (200, b"var A = 1;")
    assert answer.header("content-type") == "application/javascript"
    assert transport.send(hop("http://library.example/a/lib.js", "HEAD")).body == b""
    others = [
        "http://library.example/a/",
        "https://library.example/a/lib.js",
        "http://other.example/a/lib.js",
    ]
    for url in others:
        assert transport.send(hop(url)).status == 204
    assert transport.send(hop("http://library.example/a/lib.js", "POST")).status == 204
    assert behind.sent == [*others, "http://library.example/a/lib.js"]
    transport.close()
    assert behind.closed


def test_an_address_with_a_query_answers_that_query_alone(library):
    transport = FileAnswers(Behind(), {"http://library.example/get?name=lib": library})
    assert transport.send(hop("http://library.example/get?name=lib")).status == 200
    assert transport.send(hop("http://library.example/get?name=other")).status == 204


def test_a_file_that_is_gone_is_a_failure_of_the_request(library):
    transport = FileAnswers(Behind(), {"http://library.example/lib.js": library})
    library.unlink()
    with pytest.raises(TransportFailure, match=r"http://library\.example/lib\.js cannot be read"):
        transport.send(hop("http://library.example/lib.js"))


def test_a_file_chosen_for_a_name_is_read_wherever_it_is(library, tmp_path):
    folder = tmp_path / "work"
    policy = FilePolicy(working_dir=folder, allow_outside=False, instead={"data 2.json": library})
    for source in ("data 2.json", "/home/author/data 2.json", r"C:\Users\author\data 2.json"):
        assert policy.read(source) == (library, b"var A = 1;")
    with pytest.raises(FileRefused):
        policy.read("/home/author/data 3.json")


@pytest.mark.parametrize("mapped", ["127.0.0.1:{port}", "[::ffff:127.0.0.1]:{port}"])
def test_a_host_may_be_led_to_another_port(server, mapped):
    hosts = {"Elsewhere.example": mapped.format(port=server.port)}
    transport = HttpTransport(hosts=hosts)
    try:
        assert transport.send(hop("http://elsewhere.example/x")).status == 200
    finally:
        transport.close()


def test_a_host_and_port_that_are_led_elsewhere_leave_its_other_ports_alone(server):
    transport = HttpTransport(hosts={"localhost:81": f"127.0.0.1:{server.port}"})
    try:
        assert transport.send(hop("http://localhost:81/")).status == 200
        assert transport.send(hop(f"http://localhost:{server.port}/")).status == 200
    finally:
        transport.close()
