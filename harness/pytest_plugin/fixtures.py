"""Fixtures for hand-written tests that start where a collection ended."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from harness.api import RunResult


class PostmanRun(Protocol):
    """Runs a collection as the options say; see `postman_run`."""

    def __call__(self, collection: str | Path | None = None, **options: Any) -> "RunResult":
        """Run it, or return what came of it when it was run already in this session."""


@pytest.fixture
def postman_run(request: pytest.FixtureRequest) -> Iterator[PostmanRun]:
    """Run a collection to its end: `postman_run("shop.postman_collection.json").environment["ORDER_ID"]`.

    It is replayed from its cassette, or sent when pytest was asked to send (`--postman-live`). Paths are
    relative to the test's file; without one, the test's marker `@pytest.mark.postman(PATH)` names it. A
    collection that ran as a whole in this session is not run again, unless options are given; these are the
    fields of `harness.api.RunConfig`. What it is against is there until the session ends.

    The test's marks `vcr`, `default_cassette`, `block_network` and `allowed_hosts` mean for the run what they
    mean for pytest-recording.
    """
    from harness.pytest_plugin.finished_runs import EndedRuns, ended_runs
    from harness.pytest_plugin.own_run import OwnRun
    from harness.pytest_plugin.session_report import new_log

    own = EndedRuns()

    def run(collection: str | Path | None = None, **options: Any) -> "RunResult":
        path = _collection(request, collection)
        opening = OwnRun(request, path, options)
        runs = own if opening.is_own else ended_runs(request.config)
        known = None if opening.is_own else runs.find(path)
        if known is not None:
            return known
        live = opening.open()
        return runs.run(path, live, new_log(request.config, live, f"{request.node.nodeid}: {path.name}"))

    yield run
    own.close()


class PostmanMock(Protocol):
    """Serves recordings; see `postman_mock`."""

    def __call__(self, *cassettes: str | Path) -> str:
        """Serve them until the test ends, and return the address."""


@pytest.fixture
def postman_mock(request: pytest.FixtureRequest) -> Iterator[PostmanMock]:
    """Serve recordings to the code under test: the fixture is called with cassettes and returns an address.

    `url = postman_mock("cassettes/shop.yaml")`; it is there until the test ends. Paths are relative to the
    test's file.
    """
    from harness.cassettes.file.parts import Parts
    from harness.contract.mock.recorded_answers import RecordedAnswers
    from harness.contract.mock.server import MockServer

    with ExitStack() as stack:

        def serve(*cassettes: str | Path) -> str:
            files = [request.path.parent / one for one in cassettes]
            recording = RecordedAnswers([Parts(path=file).load() for file in files])
            return stack.enter_context(MockServer(recording)).url

        yield serve


@pytest.fixture
def postman_environment(postman_run: PostmanRun) -> dict[str, Any]:
    """Return the environment as a collection left it: the one that `@pytest.mark.postman(PATH)` names.

    A test fails when the collection did, since what it hands on may be missing.
    """
    result = postman_run()
    if not result.passed:
        failures = "\n".join(
            f"  {' / '.join(one.path)}: {one.assertion or one.kind}: {one.message}"
            for one in result.summary.failures
        )
        pytest.fail(f"the collection did not pass\n{failures}", pytrace=False)
    return result.environment


def _collection(request: pytest.FixtureRequest, given: str | Path | None) -> Path:
    mark = request.node.get_closest_marker("postman")
    if given is None and mark is not None and mark.args:
        given = mark.args[0]
    if given is None:
        raise pytest.UsageError(
            f"{request.node.nodeid}: which collection? mark the test with "
            '@pytest.mark.postman("shop.postman_collection.json"), or name it: postman_run(PATH)'
        )
    return (request.path.parent / given).resolve()
