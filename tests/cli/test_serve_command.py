"""`harness serve` as a process of its own, and what it refuses before it serves."""

import json
import signal
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.error import HTTPError

import pytest

from harness.errors import ExitCode


class Served:
    """A platform in a process: what it said, and requests to it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        self.first = process.stdout.readline()
        self.url = self.first.split()[3]

    def get(self, path: str, **headers: str) -> bytes:
        request = urllib.request.Request(self.url + path, headers=headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return bytes(answer.read())

    def post(self, path: str, body: object) -> dict[str, object]:
        request = urllib.request.Request(self.url + path, json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=20) as answer:
            return dict(json.loads(answer.read()))


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    with ExitStack() as stack:

        def start(*argv: object) -> Served:
            command = [sys.executable, "-m", "harness", "serve", "--port", "0", *map(str, argv)]
            process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
            stack.callback(process.terminate)
            return Served(process)

        yield start


def test_it_says_where_it_is_and_writes_an_environment(serve, tmp_path):
    file = tmp_path / "local.json"
    served = serve("--environment", file, "--tenant", "acme", "--org", "AAAAAAAAAAAAAAAAAAAAAAAA@AdobeOrg")
    assert served.url.startswith("http://127.0.0.1:")
    assert served.get("/_harness/health") == b'{"status":"up"}'
    values = {one["key"]: one["value"] for one in json.loads(file.read_text())["values"]}
    assert values["PLATFORM_GATEWAY"] == served.url
    assert values["TENANT_ID"] == "acme"
    assert values["IMS_ORG"] == "AAAAAAAAAAAAAAAAAAAAAAAA@AdobeOrg"


def test_it_ends_in_order_when_it_is_told_to(serve):
    served = serve()
    served.process.send_signal(signal.SIGINT)
    served.process.communicate(timeout=20)
    assert served.process.returncode in (int(ExitCode.INTERRUPTED), int(ExitCode.PASSED))


def test_a_file_is_answered_to_hosts_that_are_led_there_also_over_https(serve, tmp_path):
    library, certificate = tmp_path / "lib.js", tmp_path / "trust.pem"
    library.write_text("var A = 1;")
    served = serve(
        "--serve-file", f"http://library.example/js/lib.js={library}", "--certificate", certificate
    )
    assert served.get("/js/lib.js", Host="library.example") == b"var A = 1;"
    with pytest.raises(HTTPError, match="404"):
        served.get("/js/lib.js")
    with pytest.raises(HTTPError, match="404"):
        served.get("/js/../js/other.js", Host="library.example")
    trusting = ssl.create_default_context(cafile=str(certificate))
    address = served.url.replace("http:", "https:") + "/js/lib.js"
    request = urllib.request.Request(address, headers={"Host": "library.example"})
    with urllib.request.urlopen(request, timeout=20, context=trusting) as answer:
        assert answer.read() == b"var A = 1;"


def test_the_clock_starts_when_it_is_told_to(serve):
    served = serve("--clock", "2020-03-03T00:00:00Z")
    now = json.loads(served.get("/_harness/clock"))["now_ms"]
    assert 0 <= now - 1_583_193_600_000 < 60_000


def test_a_seed_makes_the_same_faults_and_ids(serve):
    def history(*argv: str) -> list[object]:
        served = serve("--seed", "7", "--fail", "50%", "--clock", "2020-03-03T00:00:00Z", *argv)
        found: list[object] = []
        for _ in range(12):
            try:
                served.get("/openapi.json")
                found.append(200)
            except HTTPError as error:
                found.append((error.code, error.headers["Retry-After"]))
        return found

    first = history()
    assert first == history()
    assert {200, (503, "1")} == set(first)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("--fail", "2"), "is not a share"),
        (("--fail", "often"), "is not a share"),
        (("--clock", "soon"), "is not a time"),
        (("--latency", "-1"), "is not a number of milliseconds"),
        (("--serve-file", "lib.js"), "needs URL=FILE"),
        (("--serve-file", "http://x.example/lib.js=gone.js"), "no such file"),
        (("--data", "/dev/null/x"), "cannot keep the state there"),
        (("--org", "acme"), "@AdobeOrg"),
        (("--host", "203.0.113.1"), "cannot listen on"),
    ],
)
def test_what_makes_no_sense_is_refused_before_it_serves(command, argv, said):
    answer = command("serve", "--port", "0", *argv)
    assert answer.code is ExitCode.USAGE
    assert said in answer.err


def test_a_file_that_holds_no_state_is_left_alone(command, workspace):
    file = Path(workspace.text("notes.txt", "not a database, but " * 100))
    before = file.read_bytes()
    answer = command("serve", "--port", "0", "--data", file)
    assert answer.code is ExitCode.USAGE
    assert "cannot keep the state there" in answer.err
    assert "name a file that is not there yet" in answer.err
    assert file.read_bytes() == before
