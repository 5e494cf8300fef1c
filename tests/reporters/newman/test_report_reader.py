"""Reading newman's JSON report. The documents are what newman 6.2 writes, cut to what is read."""

import json

import pytest

from harness.errors import InputError
from harness.reporters.newman.report_reader import read_newman_report
from harness.runner.events import CallFinished, IterationStarted, RunFinished, RunStarted

URL = {
    "protocol": "http",
    "port": "8080",
    "path": ["a"],
    "host": ["api", "example"],
    "query": [{"key": "x", "value": "1"}, {"key": "y", "value": None}],
    "variable": [],
}
ITEM = {
    "id": "i1",
    "name": "Read",
    "request": {"url": URL, "method": "POST"},
    "event": [{"listen": "test", "script": {"id": "s", "exec": ["pm.test('ok')"]}}],
}


def execution(iteration=0, ref="r1", **more):
    return {
        "cursor": {"position": 0, "iteration": iteration, "length": 1, "cycles": 2, "ref": ref},
        "item": ITEM,
        "request": {
            "url": URL,
            "method": "POST",
            "header": [{"key": "X-A", "value": "1"}],
            "body": {"mode": "raw", "raw": '{"n": 1}'},
        },
        "id": "i1",
        **more,
    }


ANSWER = {
    "status": "OK",
    "code": 200,
    "header": [{"key": "content-type", "value": "text/plain"}],
    "stream": {"type": "Buffer", "data": [104, 195, 164]},
    "responseTime": 9,
    "responseSize": 3,
}


@pytest.fixture
def read(tmp_path):
    """Write a report of executions and return its events."""

    def make(*executions, **run):
        report = {
            "collection": {"info": {"name": "Shop"}, "item": [{"id": "f", "name": "F", "item": [ITEM]}]},
            "environment": {"id": "e", "name": "E", "values": [{"key": "k", "value": "v"}]},
            "globals": {"id": "g", "values": []},
            "run": {"executions": list(executions), "timings": {"started": 1000, "completed": 1500}, **run},
        }
        path = tmp_path / "report.json"
        path.write_text(json.dumps(report))
        return list(read_newman_report(path))

    return make


def test_a_call_is_told_with_its_request_and_answer(read):
    (result,) = (
        event.result for event in read(execution(response=ANSWER)) if isinstance(event, CallFinished)
    )
    assert result.call.path == ("F", "Read")
    assert (result.exchange.request.method, result.exchange.request.url) == (
        "POST",
        "http://api.example:8080/a?x=1&y",
    )
    assert result.exchange.request.body == b'{"n": 1}'
    assert result.exchange.response.body == "hä".encode()
    assert (result.exchange.response.elapsed_ms, result.started_ms) == (9, 1000)


def test_assertions_and_script_errors_are_told(read):
    events = read(
        execution(
            response=ANSWER,
            assertions=[
                {"assertion": "ok", "skipped": False},
                {
                    "assertion": "bad",
                    "skipped": False,
                    "error": {"name": "AssertionError", "index": 1, "message": "expected 1 to equal 2"},
                },
                {"assertion": "later", "skipped": True},
            ],
            testScript=[{"error": {"name": "TypeError", "message": "boom"}}],
        )
    )
    (result,) = (event.result for event in events if isinstance(event, CallFinished))
    assert [(one.name, one.passed, one.skipped) for one in result.assertions] == [
        ("ok", True, False),
        ("bad", False, False),
        ("later", False, True),
    ]
    assert result.test[0].error.message == "boom"
    assert [one.kind for one in events[-1].summary.failures] == ["assertion", "test-script"]


def test_what_newman_repeats_for_each_request_of_a_script_is_one_call(read):
    events = read(execution(response=ANSWER), execution(response=ANSWER), execution(1, "r2", response=ANSWER))
    assert [event.result.iteration for event in events if isinstance(event, CallFinished)] == [0, 1]
    assert [event.iteration for event in events if isinstance(event, IterationStarted)] == [0, 1]


def test_an_error_without_a_message_is_told_as_node_does(read):
    error = {"errno": -111, "code": "ECONNREFUSED", "syscall": "connect", "address": "127.0.0.1", "port": 1}
    (result,) = (e.result for e in read(execution(requestError=error)) if isinstance(e, CallFinished))
    assert result.exchange.failure.kind == "refused"
    assert result.exchange.failure.message == "connect ECONNREFUSED 127.0.0.1:1"


def test_the_run_begins_and_ends_with_its_numbers_and_variables(read):
    events = read(execution(response=ANSWER))
    assert isinstance(events[0], RunStarted)
    assert (events[0].collection.name, events[0].calls, events[0].iterations) == ("Shop", 1, 2)
    assert isinstance(events[-1], RunFinished)
    assert events[-1].summary.elapsed_ms == 500
    assert [(one.key, one.value) for one in events[-1].scopes.environment] == [("k", "v")]


def test_a_run_that_broke_says_why(read):
    assert read(error={"name": "Error", "message": "callback timed out"})[-1].error == "callback timed out"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("{", "no report"),
        ("[]", "run.executions"),
        ('{"run": {"executions": []}}', "collection"),
    ],
)
def test_what_is_no_report_is_an_error(tmp_path, text, word):
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(InputError, match=word):
        list(read_newman_report(path))


def test_an_execution_that_cannot_be_read_is_named(read):
    with pytest.raises(InputError, match="cannot be read") as raised:
        read({**execution(), "item": {"id": "unknown"}})
    assert "call 1" in str(raised.value)
