"""What the tests of cassettes share: a server that is none, and short ways to ask and to record."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Lock

import pytest

from harness.cassettes.record.plan import RecordingPlan
from harness.cassettes.record.recording import Recording, open_recording
from harness.client.message import Failure, Headers, ResolvedRequest, Response
from harness.client.transport import HopContext, HopRequest, TransportFailure

JSON_TYPE = (("Content-Type", "application/json"),)


class ScriptedTransport:
    """Answers by the request's path: a response, a failure, or what a function makes of the request."""

    def __init__(self, answers: Mapping[str, object] | None = None) -> None:
        self.answers = dict(answers or {})
        self.sent: list[ResolvedRequest] = []
        self.closed = False
        self._lock = Lock()

    def send(self, hop: HopRequest) -> Response:
        with self._lock:
            self.sent.append(hop.request)
        path = "/" + hop.request.url.partition("://")[2].partition("/")[2].partition("?")[0]
        answer = self.answers.get(path, _answer({"path": path}))
        if callable(answer):
            answer = answer(hop.request)
        if isinstance(answer, Failure):
            raise TransportFailure(answer)
        assert isinstance(answer, Response)
        return answer

    def close(self) -> None:
        self.closed = True


def _answer(value: object, *, headers: Headers = (), status: int = 200, elapsed_ms: float = 5.0) -> Response:
    body = json.dumps(value, ensure_ascii=False).encode()
    return Response(
        status=status,
        reason="OK",
        headers=(*JSON_TYPE, *headers),
        body=body,
        elapsed_ms=elapsed_ms,
        wire_size=len(body),
    )


def _ask(
    url: str,
    method: str = "GET",
    *,
    body: bytes | None = None,
    headers: Headers = (),
    call: tuple[str, ...] = ("Folder", "Call"),
    iteration: int = 0,
    attempt: int = 1,
    origin: str = "call",
) -> HopRequest:
    if url.startswith("/"):
        url = "https://api.example" + url
    return HopRequest(
        request=ResolvedRequest(method=method, url=url, headers=headers, body=body),
        context=HopContext(call=call, iteration=iteration, attempt=attempt, origin=origin),
    )


Ask = Callable[..., HopRequest]
Answer = Callable[..., Response]
Recorder = Callable[..., Recording]


@pytest.fixture
def ask() -> Ask:
    """Make a hop; an address that begins with `/` is one of https://api.example."""
    return _ask


@pytest.fixture
def answer() -> Answer:
    """Make an answer of JSON."""
    return _answer


@pytest.fixture
def scripted() -> type[ScriptedTransport]:
    """Return the class of the transport that answers by path."""
    return ScriptedTransport


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    """Open recordings in the test's folder; those a test leaves open are ended, not written."""
    opened: list[Recording] = []

    def open_one(
        answers: Mapping[str, object] | None = None,
        *,
        name: str = "x.yaml",
        plan: RecordingPlan | None = None,
        **options: object,
    ) -> Recording:
        recording = open_recording(tmp_path / name, ScriptedTransport(answers), plan=plan, **options)
        opened.append(recording)
        return recording

    yield open_one
    for recording in opened:
        recording.finish(complete=False)
