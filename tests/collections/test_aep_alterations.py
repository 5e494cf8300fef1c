"""Every assertion of the numbered collection fails when the platform's answer is altered.

The journey runs through a proxy that alters all answers in one way, and undoes the alteration in the
requests that follow: ids travel on, so each call still gets its answer. What survives every way is an
assertion that asserts nothing.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from harness.aep.serving.server import LocalPlatform
from harness.api import run

Answer = tuple[int, bytes]

# What the companion's filters look for is left as it is: else nothing would be found, and nothing learned.
FOUND_BY_NAME = [("name", "Amazon Kinesis"), ("name", "Azure Event Hubs")]
FOUND_IN_LISTS = ["8a9c3494-9708-43d7-ae3f-cda01e5030e1", "86043421-563b-46ec-8e6c-e23184711bf6"]


@dataclass
class Alteration:
    """A way to alter answers. `words` undoes it: what stands in later requests, and what it stood for."""

    words: dict[str, str] = field(default_factory=dict)

    def alter(self, status: int, body: bytes) -> Answer:
        """Return the altered answer."""
        return status, body

    def undo(self, text: str) -> str:
        """Return a request's text as the platform would know it."""
        return re.sub(r"altered-\d+-", lambda found: self.words[found[0]], text)


class Status(Alteration):
    """Another status, the body as it was."""

    def alter(self, status: int, body: bytes) -> Answer:
        return 418, body


class Values(Alteration):
    """Every text, number and truth value another one."""

    def alter(self, status: int, body: bytes) -> Answer:
        return status, _changed(body, self._value)

    def _value(self, value: Any) -> Any:
        match value:
            case dict():
                return {
                    key: member if (key, member) in FOUND_BY_NAME else self._value(member)
                    for key, member in value.items()
                }
            case list():
                return [member if member in FOUND_IN_LISTS else self._value(member) for member in value]
            case bool():
                return not value
            case int() | float():
                return -value - 1
            case str():
                return self._text(value)
        return value

    def _text(self, value: str) -> str:
        # What a later call needs in front of the id stays: the address of the proxy, the kind of reference.
        lead = re.match(r"https?://127\.0\.0\.1:\d+/|@/dataSets/|", value)[0]
        word = f"altered-{len(self.words)}-"
        self.words[word] = value[len(lead) :]
        return lead + word


class Keys(Alteration):
    """Every key that is an id another one."""

    def alter(self, status: int, body: bytes) -> Answer:
        return status, _changed(body, self._value)

    def _value(self, value: Any) -> Any:
        match value:
            case dict():
                return {self._key(key): self._value(member) for key, member in value.items()}
            case list():
                return [self._value(member) for member in value]
        return value

    def _key(self, key: str) -> str:
        if not _is_id(key):
            return key
        word = f"altered-{len(self.words)}-"
        self.words[word] = key
        return word


class Additions(Alteration):
    """Members that nobody asked for, and each list twice as long."""

    MEMBERS: ClassVar = {"id": "added", "access_token": "added", "xactionId": "added"}

    def alter(self, status: int, body: bytes) -> Answer:
        # An answer that has no body gets one, and a status that may have one.
        return (status, _changed(body, self._value)) if body else (200, b"{}")

    def _value(self, value: Any) -> Any:
        match value:
            case dict():
                # An object keyed by ids gets none: the companion expects one id there.
                added = {} if any(map(_is_id, value)) else self.MEMBERS
                return added | {key: self._value(member) for key, member in value.items()}
            case list():
                return [self._value(member) for member in value] + [dict(self.MEMBERS)] * max(1, len(value))
        return value


def _is_id(key: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{24}|[\w-]{26,}", key) is not None


def _changed(body: bytes, change: Callable[[Any], Any]) -> bytes:
    return json.dumps(change(json.loads(body))).encode() if body else body


class AlteringProxy:
    """Stands between the runner and a platform; `address` is where the runner calls."""

    def __init__(self, alteration: Alteration, variables: dict[str, str]) -> None:
        self.alteration = alteration
        self.platform = ""
        self.statuses: list[int] = []
        key_id, key = variables["KINESIS_ACCESS_KEY_ID"], variables["KINESIS_SECRET_KEY"]
        self._signer = SigV4Auth(Credentials(key_id, key), "kinesis", variables["KINESIS_REGION"])
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Answer as long as the context lasts."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    def forward(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[Answer, str]:
        """Send a request on as it would have been, and alter what comes back."""
        target, body = self.alteration.undo(target), self.alteration.undo(body.decode()).encode()
        headers = {name: self.alteration.undo(value) for name, value in headers.items()}
        headers["Content-Length"] = str(len(body))
        if headers.get("Authorization", "").startswith("AWS4"):
            headers = self._signed(method, target, headers, body)
        connection = HTTPConnection(self.platform.removeprefix("http://"), timeout=10)
        try:
            connection.request(method, target, body, headers)
            response = connection.getresponse()
            self.statuses.append(response.status)
            answer = self.alteration.alter(response.status, response.read())
            return answer, response.getheader("Content-Type", "")
        finally:
            connection.close()

    def _signed(self, method: str, target: str, headers: dict[str, str], body: bytes) -> dict[str, str]:
        """Sign a request to Kinesis anew: the one that came was signed over altered texts."""
        kept = {name: headers[name] for name in headers if name in ("Content-Type", "X-Amz-Target")}
        request = AWSRequest(method, f"{self.platform}{target}", kept, body)
        self._signer.add_auth(request)
        return dict(request.headers.items()) | {"Content-Length": str(len(body))}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {
                    name: value for name, value in self.headers.items() if name.lower() != "content-length"
                }
                (status, altered), kind = proxy.forward(self.command, self.path, headers, body)
                self.send_response_only(status)
                if kind:
                    self.send_header("Content-Type", kind)
                if status != 204:
                    self.send_header("Content-Length", str(len(altered)))
                self.end_headers()
                if status != 204:
                    self.wfile.write(altered)

            def log_message(self, *_: object) -> None:
                pass

        for method in ("GET", "POST", "PATCH", "DELETE"):
            setattr(Handler, f"do_{method}", Handler.answer)
        return Handler


@dataclass(frozen=True)
class Journey:
    """A run of all calls: the assertions that passed and failed, and what the platform really answered."""

    passed: frozenset[tuple[str, ...]]
    failed: frozenset[tuple[str, ...]]
    statuses: list[int]


@pytest.fixture(scope="module")
def journey(shipped, tmp_path_factory) -> Callable[[type[Alteration]], Journey]:
    """Run the collection with all answers altered in one way."""
    path = shipped.companion_for_any_platform(tmp_path_factory.mktemp("altered"))
    local = shipped.values("local")

    def run_altered(kind: type[Alteration]) -> Journey:
        proxy = AlteringProxy(kind(), local)
        with LocalPlatform() as platform, proxy.serving():
            proxy.platform, platform.platform.url = platform.base_url, proxy.address
            result = run(
                shipped.collection_path,
                environment=shipped.local_path,
                companion=path,
                env_vars={name: proxy.address for name, value in local.items() if value.startswith("http")},
            )
        with closing(result.calls):
            ran = [
                ((*call.call.path, one.name), one.error) for call in result.calls for one in call.assertions
            ]
        return Journey(
            passed=frozenset(name for name, error in ran if error is None),
            failed=frozenset(name for name, error in ran if error is not None),
            statuses=proxy.statuses,
        )

    return run_altered


def test_every_assertion_fails_when_the_answer_is_altered(journey):
    unaltered = journey(Alteration)
    assert unaltered.failed == frozenset()

    survivors = unaltered.passed
    for kind in (Status, Values, Keys, Additions):
        altered = journey(kind)
        # The platform saw the same requests: what fails does so because of its own answer.
        assert altered.statuses == unaltered.statuses, kind.__name__
        survivors -= altered.failed
    assert survivors == frozenset()
