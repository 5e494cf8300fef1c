"""Drift compares live answers with recorded ones, and accepts what is chosen."""

import json

import pytest

from harness.cassettes.compare.answers import Ignore
from harness.cassettes.compare.drift import DriftTransport, accept, open_drift
from harness.cassettes.file.format import load
from harness.cassettes.record.plan import RecordingPlan
from harness.client.message import Failure
from harness.client.transport import TransportFailure
from harness.collection.model import Variable
from harness.secrets.redactor import Redactor


@pytest.fixture
def drift(recorder, ask, scripted):
    """Record paths, ask live for others, and return the report with the cassette."""

    def run(before, after, paths=("/a",), ignore=None, asked=None):
        recording = recorder(before)
        for path in paths:
            recording.transport.send(ask(path, call=(path,)))
        cassette = load(recording.finish(complete=True).path)
        live = DriftTransport(scripted(after), cassette, redactor=Redactor(), ignore=ignore)
        for path in paths if asked is None else asked:
            live.send(ask(path, call=(path,)))
        return live.report(), cassette

    return run


def test_the_same_answers_are_no_drift_whatever_the_date(drift, answer):
    before = answer({"a": 1}, headers=(("Date", "then"), ("X-Request-Id", "1")))
    after = answer({"a": 1}, headers=(("Date", "now"), ("X-Request-Id", "2")))
    report, _ = drift({"/a": before}, {"/a": after})
    assert (report.compared, report.drifted) == (1, False)


def test_a_changed_answer_is_told_by_pointer(drift, answer):
    report, _ = drift(
        {"/a": answer({"items": [{"id": 1, "name": "x"}], "gone": 1})},
        {"/a": answer({"items": [{"id": 2, "name": "x"}], "new": 1}, status=201)},
    )
    found = {one.pointer: (one.sent, one.recorded) for one in report.drifts[0].differences}
    assert found == {
        "status": ("201", "200"),
        "body/items/0/id": ("2", "1"),
        "body/new": ("1", None),
        "body/gone": (None, "1"),
    }


def test_made_up_ids_and_times_are_no_drift_and_the_requests_that_hold_them_are_compared(
    recorder, ask, scripted, answer
):
    def system(id, when):
        return {
            "/new": answer({"id": id, "at": when, "href": f"/things/{id}", "status": "draft"}),
            f"/things/{id}": answer({"id": id, "status": "active" if when.endswith("1Z") else "failed"}),
        }

    def run(transport):
        made = json.loads(transport.send(ask("/new", "POST", call=("Make",))).body)
        transport.send(ask(made["href"], call=("Read",)))

    recording = recorder(system("0f8fad5b-d9cb-469f-a165-70867728950e", "2026-01-01T00:00:01Z"))
    run(recording.transport)
    path = recording.finish(complete=True).path
    live = scripted(system("7c9e6679-7425-40de-944b-e07fc1f90ae7", "2026-02-02T00:00:02Z"))
    drift = open_drift(path, live)
    run(drift.transport)
    report = drift.report()
    assert [(one.pointer, one.sent) for found in report.drifts for one in found.differences] == [
        ("body/status", '"failed"')
    ]
    assert report.compared == 2


@pytest.mark.parametrize(
    ("pointer", "left"),
    [
        ("body/items/*/id", ["body/deep/etag"]),
        ("body/**/id", ["body/deep/etag"]),
        ("body/items", ["body/deep/etag"]),
        ("body/**/etag", ["body/items/0/id"]),
        ("body", []),
    ],
)
def test_ignored_places_do_not_count(drift, answer, pointer, left):
    before = {"/a": answer({"items": [{"id": 1}], "deep": {"etag": "a"}})}
    after = {"/a": answer({"items": [{"id": 2}], "deep": {"etag": "b"}})}
    report, _ = drift(before, after, ignore=Ignore(pointers=(pointer,)))
    assert [one.pointer for found in report.drifts for one in found.differences] == left


def test_new_tokens_are_no_drift(drift, answer):
    report, _ = drift(
        {"/a": answer({"access_token": "token-of-then"})}, {"/a": answer({"access_token": "token-of-now"})}
    )
    assert not report.drifted


def test_requests_that_were_not_recorded_or_not_sent_are_told(drift):
    report, _ = drift({}, {}, paths=("/a", "/b"), asked=("/b", "/c"))
    assert [(one.recorded is None, one.live is None) for one in report.drifts] == [
        (True, False),
        (False, True),
    ]


def test_a_failure_where_an_answer_was_is_drift(recorder, ask, scripted):
    recording = recorder()
    recording.transport.send(ask("/a"))
    cassette = load(recording.finish(complete=True).path)
    down = scripted({"/a": Failure(kind="refused", message="no")})
    live = DriftTransport(down, cassette, redactor=Redactor())
    with pytest.raises(TransportFailure):
        live.send(ask("/a"))
    difference = live.report().drifts[0].differences[0]
    assert (difference.sent, difference.recorded) == ("failure refused", "status 200")


def test_accepting_writes_the_chosen_changes_only(drift, answer):
    before = {path: answer({"v": 1}) for path in ("/a", "/b", "/c")}
    after = {path: answer({"v": 2}) for path in ("/a", "/b", "/d")}
    report, cassette = drift(before, after, paths=("/a", "/b", "/c"), asked=("/a", "/b", "/d"))
    accepted = accept(cassette, [report.drifts[0], *report.drifts[2:]], recorded_at="2026-01-01T00:00:00Z")
    assert [(one.request.url[-1], one.response.body) for one in accepted.interactions] == [
        ("a", b'{"v": 2}'),
        ("b", b'{"v": 1}'),
        ("d", b'{"v": 2}'),
    ]
    assert [one.number for one in accepted.interactions] == [0, 1, 2]


UUIDS = ("0f8fad5b-d9cb-469f-a165-70867728950e", "7c9e6679-7425-40de-944b-e07fc1f90ae7")


@pytest.mark.parametrize(("then", "now"), [("o-1", "o-7"), (41, 47), UUIDS])
def test_an_accepted_answer_keeps_the_ids_that_recorded_requests_hold(
    recorder, ask, scripted, answer, then, now
):
    def system(id, state):
        made = answer(
            {"id": id, "state": state, "href": f"/things/{id}"}, headers=(("Location", f"/t/{id}"),)
        )
        return {"/new": made, f"/things/{id}": answer({"id": id})}

    def run(transport):
        made = json.loads(transport.send(ask("/new", "POST", call=("Make",))).body)
        transport.send(ask(made["href"], call=("Read",)))

    recording = recorder(system(then, "draft"))
    run(recording.transport)
    path = recording.finish(complete=True).path
    drift = open_drift(path, scripted(system(now, "active")))
    run(drift.transport)
    accepted = accept(load(path), drift.report().drifts[:1], recorded_at="2026-01-01T00:00:00Z")
    made, read = accepted.interactions
    assert json.loads(made.response.body) == {"id": then, "state": "active", "href": f"/things/{then}"}
    assert ("Location", f"/t/{then}") in made.response.headers
    assert read.request.url.endswith(f"/things/{then}")


def test_an_accepted_new_request_holds_the_ids_of_the_recording(recorder, ask, scripted, answer):
    def system(id):
        return {
            "/new": answer({"id": id}),
            f"/things/{id}": answer({}),
            f"/things/{id}/more": answer({"of": id}),
        }

    recording = recorder(system("o-1"))
    for path in ("/new", "/things/o-1"):
        recording.transport.send(ask(path, call=(path[:4],)))
    path = recording.finish(complete=True).path
    drift = open_drift(path, scripted(system("o-7")))
    for path_now, call in (("/new", "/new"), ("/things/o-7", "/thi"), ("/things/o-7/more", "More")):
        drift.transport.send(ask(path_now, call=(call,)))
    accepted = accept(load(path), drift.report().drifts, recorded_at="2026-01-01T00:00:00Z")
    assert [one.request.url.rpartition("/things/")[2] for one in accepted.interactions[1:]] == [
        "o-1",
        "o-1/more",
    ]


def test_an_answer_that_names_todays_address_is_no_drift(recorder, ask, scripted, answer):
    plan = RecordingPlan(environment=(Variable(key="BASE", value="https://then.example/v1"),))
    recording = recorder({"/v1/a": answer({"self": "https://then.example/v1/a"})}, plan=plan)
    recording.transport.send(ask("https://then.example/v1/a"))
    path = recording.finish(complete=True).path
    now = "http://127.0.0.1:9"
    live = scripted({"/a": answer({"self": f"{now}/a"}, headers=())})
    drift = open_drift(path, live, environment={"BASE": now})
    drift.transport.send(ask(f"{now}/a"))
    assert not drift.report().drifted


def attempts(transport, ask, numbers, *, call=("Poll",)):
    for number in numbers:
        transport.send(ask("/job", call=call, attempt=number))


@pytest.mark.parametrize(("then", "now"), [((1, 2, 3), (1,)), ((1,), (1, 2)), ((1, 2), (1, 2, 3, 4))])
def test_of_a_retried_call_the_last_attempt_is_compared(recorder, ask, scripted, answer, then, now):
    def system(tries, last):
        states = iter(["pending"] * (tries - 1) + [last])
        return {"/job": lambda request: answer({"state": next(states)})}

    recording = recorder(system(len(then), "done"))
    attempts(recording.transport, ask, then)
    path = recording.finish(complete=True).path
    for last, drifted in (("done", False), ("failed", True)):
        drift = open_drift(path, scripted(system(len(now), last)))
        attempts(drift.transport, ask, now)
        assert drift.report().drifted is drifted


@pytest.mark.parametrize(("then", "now"), [(3, 1), (1, 4)])
def test_of_a_call_that_polls_by_itself_the_last_answers_are_compared(
    recorder, ask, scripted, answer, then, now
):
    def system(tries):
        states = iter(["pending"] * (tries - 1) + ["done"])
        return {"/job": lambda request: answer({"state": next(states)})}

    recording = recorder(system(then))
    attempts(recording.transport, ask, [1] * then)
    drift = open_drift(recording.finish(complete=True).path, scripted(system(now)))
    attempts(drift.transport, ask, [1] * now)
    assert not drift.report().drifted


def test_an_earlier_visit_of_a_retried_call_is_compared_too(recorder, ask, scripted, answer):
    def run(transport, clock=None):
        attempts(transport, ask, [1])
        attempts(transport, ask, [1, 2])

    recording = recorder({"/job": answer({"state": "done"})})
    run(recording.transport)
    drift = open_drift(recording.finish(complete=True).path, scripted({"/job": answer({"state": "failed"})}))
    run(drift.transport)
    assert len(drift.report().drifts) == 2


def test_a_request_that_is_not_sent_any_more_is_told_although_others_of_its_call_are(recorder, ask, scripted):
    recording = recorder()
    recording.transport.send(ask("/a", call=("A",)))
    recording.transport.send(ask("/b", "POST", call=("A",)))
    drift = open_drift(recording.finish(complete=True).path, scripted())
    drift.transport.send(ask("/a", call=("A",)))
    assert [one.live for one in drift.report().drifts] == [None]
