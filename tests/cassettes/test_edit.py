"""Tools for whole cassettes."""

import json
from dataclasses import replace

import pytest

from harness.cassettes.edit import diff, finish_journal, merge, prune, redact, save, scan, show
from harness.cassettes.file.format import load
from harness.cassettes.file.journal_path import journal_path
from harness.cassettes.record.plan import RecordingPlan
from harness.cassettes.replay.transport import open_replay
from harness.errors import InputError
from harness.secrets.redactor import Redactor


@pytest.fixture
def record(recorder, ask):
    """Record paths into a cassette and return it as loaded."""

    def make(name, answers, paths, seed=1):
        recording = recorder(answers, name=name, plan=RecordingPlan(seed=seed))
        for path in paths:
            recording.transport.send(ask(path, call=(path,)))
        return load(recording.finish(complete=True).path)

    return make


def test_a_cassette_is_shown_with_indented_json(record, answer):
    text = "\n".join(show(record("x.yaml", {"/a": answer({"näme": [1]})}, ["/a"])))
    assert "1. /a, iteration 1, attempt 1" in text
    assert "   GET https://api.example/a" in text
    assert '      |   "näme": [' in text


def test_cassettes_are_compared_request_by_request(record, answer):
    old = record("old.yaml", {"/a": answer({"v": 1})}, ["/a", "/b"])
    new = record("new.yaml", {"/a": answer({"v": 2})}, ["/a", "/c"])
    changes = diff(old, new)
    assert [str(one) for one in changes[0].differences] == ["body/v: sent 2, recorded 1"]
    assert (changes[1].old, changes[1].new.request.url) == (None, "https://api.example/c")
    assert (changes[2].old.request.url, changes[2].new) == ("https://api.example/b", None)
    assert diff(old, old) == ()


@pytest.fixture
def chained(record, recorder, ask, answer):
    """Record a call that makes an order and one that reads it by its id."""

    def make(name, order, path="/orders/{}", **more):
        path = path.format(order)
        recording = recorder(
            {"/orders": answer({"id": order}), path: answer({"id": order, **more})},
            name=name, plan=RecordingPlan(seed=1),
        )  # fmt: skip
        recording.transport.send(ask("/orders", call=("Make",)))
        recording.transport.send(ask(path, call=("Read",)))
        return load(recording.finish(complete=True).path)

    return make


_ONE, _OTHER = "6f1f9b1c-0000-4000-8000-00000000000a", "c2a4e6d8-0000-4000-8000-00000000000b"


def test_requests_that_hold_another_id_of_the_same_answer_are_the_same(chained):
    assert diff(chained("old.yaml", _ONE), chained("new.yaml", _OTHER)) == ()


def test_what_a_chained_request_was_answered_is_compared(chained):
    (change,) = diff(chained("old.yaml", _ONE, total=1), chained("new.yaml", _OTHER, total=2))
    assert [str(one) for one in change.differences] == ["body/total: sent 2, recorded 1"]


def test_what_a_call_asks_differently_is_a_difference_of_its_request(chained):
    (change,) = diff(chained("old.yaml", _ONE), chained("new.yaml", _OTHER, "/orders/{}?full=1"))
    assert change.differences[0].pointer == "request/url/query/full"


def test_merged_the_later_file_counts_for_equal_requests(record, answer):
    one = record("one.yaml", {"/a": answer({"v": 1})}, ["/a", "/b"])
    two = record("two.yaml", {"/a": answer({"v": 2})}, ["/a", "/c"])
    merged = merge([one, two])
    assert [(each.request.url[-1], each.number) for each in merged.interactions] == [
        ("a", 0),
        ("b", 1),
        ("c", 2),
    ]
    assert merged.interactions[0].response.body == b'{"v": 2}'


def test_recordings_of_different_seeds_are_merged_and_each_call_keeps_its_own(record, tmp_path):
    one, two = record("one.yaml", {}, ["/a", "/b"], seed=1), record("two.yaml", {}, ["/b", "/c"], seed=2)
    save(merge([one, two]), tmp_path / "both.yaml")
    merged = load(tmp_path / "both.yaml")
    assert merged.metadata.seed == 1
    assert merged.metadata.seeds == {("/b",): 2, ("/c",): 2}
    assert [each.request.url[-1] for each in merged.interactions] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("clocks", "earliest"),
    [((70.0, 30.0), 30.0), ((30.0, 70.0), 30.0), ((None, 30.0), 30.0), ((None, None), None)],
)
def test_merged_recordings_start_at_the_earliest_clock(record, clocks, earliest):
    recorded = record("x.yaml", {}, ["/a"])
    made = [replace(recorded, metadata=replace(recorded.metadata, clock_ms=clock)) for clock in clocks]
    assert merge(made).metadata.clock_ms == earliest


def test_pruned_only_what_was_played_is_left(record, ask, tmp_path):
    cassette = record("x.yaml", {}, ["/a", "/b"])
    replay = open_replay(tmp_path / "x.yaml")
    replay.transport.send(ask("/b", call=("/b",)))
    save(prune(cassette, replay.unused()), tmp_path / "x.yaml")
    assert [one.request.url for one in load(tmp_path / "x.yaml").interactions] == ["https://api.example/b"]


STOCK = """interactions:
- request: {body: '{"password": "hunter2-x"}', method: POST, uri: 'https://a.example/?k=hunter2-x',
    headers: {Authorization: [Bearer abcdef123456]}}
  response: {body: {string: '{"access_token": "tok-987654", "pin": 1, "pwd": 44556677}'},
    headers: {Set-Cookie: [session=s3ss10n-id; Path=/]}, status: {code: 200, message: OK}}
version: 1
"""


def test_a_scan_names_places_and_redaction_clears_them(tmp_path):
    path = tmp_path / "stock.yaml"
    path.write_text(STOCK)
    findings = scan(load(path))
    assert [(one.interaction, one.pointer) for one in findings] == [(0, "/request/uri")]
    cleared = redact(load(path))
    assert scan(cleared) == ()
    save(cleared, path)
    text = path.read_text()
    assert not any(one in text for one in ("hunter2", "abcdef12", "tok-98", "s3ss10n", "44556677"))
    assert redact(cleared) == cleared


def test_saving_refuses_secrets_and_foreign_files(tmp_path):
    path = tmp_path / "stock.yaml"
    path.write_text(STOCK)
    with pytest.raises(InputError, match="holds secrets") as raised:
        save(load(path), path)
    assert "hunter2" not in str(raised.value)
    foreign = tmp_path / "notes.yaml"
    foreign.write_text("my: notes\n")
    with pytest.raises(InputError, match="not a cassette"):
        save(redact(load(path)), foreign)
    assert foreign.read_text() == "my: notes\n"


def test_a_journal_left_behind_becomes_a_cassette_that_says_it_is_not_complete(recorder, ask, tmp_path):
    recording = recorder()
    recording.transport.send(ask("/a", "POST", body=b"x known-later-1"))
    journal = recording.finish(complete=False).journal
    redactor = Redactor()
    redactor.learn("known-later-1", "KEY")
    path = finish_journal(journal, redactor)
    assert path == tmp_path / "x.yaml"
    assert not load(path).metadata.complete
    assert "known-later-1" not in path.read_text()
    assert not journal_path(path).exists()


def test_the_shapes_of_json_and_yaml_are_exchanged(record, tmp_path, answer):
    cassette = record("x.yaml", {"/a": answer({"v": "ü"})}, ["/a"])
    save(cassette, tmp_path / "x.json")
    json.loads((tmp_path / "x.json").read_text("utf-8"))
    assert load(tmp_path / "x.json").interactions == cassette.interactions
