"""newman's JSON reports read, whole and broken."""

import json

import pytest

from harness.adoption.newman_report import read_newman_run
from harness.errors import InputError


def test_calls_are_read_with_their_answers_and_assertions(report):
    run = read_newman_run(report({"name": "a", "body": '{"x": 1}', "passes": ["ok"]}, {"name": "b"}))
    first, second = run.visits
    assert (first.name, first.request["method"], first.sent) == ("a", "GET", 1)
    assert first.response.body == b'{"x": 1}'
    assert first.assertions == (("ok", "passed"),)
    assert second.item == "id-b"
    assert run.items["id-b"].path == ("b",)
    assert (run.collection_id, run.collection_name, run.environment_name) == ("shop-id", "Shop", "env")
    assert run.started_ms == 1_700_000_000_000
    assert not run.failed
    assert not run.broken


def test_repeated_entries_of_one_call_are_one_visit_with_their_number(report):
    run = read_newman_run(report({"name": "a", "ref": "r"}, {"name": "a", "ref": "r"}, {"name": "a"}))
    assert [visit.sent for visit in run.visits] == [2, 1]


def test_failures_are_those_of_their_visits(report):
    cursor = {"ref": "ref-0"}
    failures = [
        {"at": "assertion:0 in test-script", "cursor": cursor, "error": {"name": "AssertionError"}},
        {"at": "test-script:3:4", "cursor": cursor, "error": {"name": "TypeError"}},
        {"at": "request", "cursor": cursor, "error": {"name": "Error", "message": "getaddrinfo ENOTFOUND x"}},
    ]
    run = read_newman_run(report({"name": "a"}, failures=failures))
    assert [(one.at, one.name) for one in run.troubles["ref-0"]] == [
        ("test-script", "TypeError"),
        ("request", "Error"),
    ]
    assert run.unanswered["ref-0"] == ("Error", "getaddrinfo ENOTFOUND x")
    assert run.failed


def test_an_answer_whose_body_is_left_out_is_marked(report):
    run = read_newman_run(report({"name": "a", "told": False}, {"name": "b", "told": False, "body": ""}))
    assert [visit.body_told for visit in run.visits] == [False, True]


def test_disabled_variables_are_no_values(tmp_path, report):
    file = report({"name": "a"})
    document = json.loads(file.read_text())
    document["environment"]["values"] = [
        {"key": "on", "value": "1"},
        {"key": "off", "value": "2", "enabled": False},
        {"key": "list", "value": [1, 2]},
    ]
    file.write_text(json.dumps(document))
    assert read_newman_run(file).environment == {"on": "1", "list": [1, 2]}


def test_what_stands_before_the_break_counts(report):
    file = report({"name": "a"}, {"name": "b"}, {"name": "c"})
    text = file.read_text()
    file.write_text(text[: text.rindex('"code"')])
    run = read_newman_run(file)
    assert [visit.name for visit in run.visits] == ["a", "b"]
    assert "breaks off" in run.broken


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file is empty"),
        ("<!DOCTYPE html><html></html>", "newman-reporter-htmlextra"),
        ('<?xml version="1.0"?><testsuites/>', "-r junit"),
        ('{"info": {"name": "x"}, "item": []}', "it is a collection"),
        ('{"name": "x", "values": []}', "it is an environment"),
        ('{"log": {"entries": []}}', "HAR"),
        ('{"run": {"summary": {}}}', "Postman CLI"),
        ('{"results": []}', "another tool"),
        ("[1]", "no object"),
        ('{"run": 3}', "run.executions"),
        ("nonsense", "no JSON"),
    ],
)
def test_other_files_are_refused_by_what_they_are(tmp_path, text, told):
    file = tmp_path / "x.json"
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        read_newman_run(file)
    assert told in caught.value.what


@pytest.mark.parametrize("part", ["cursor", "item", "request", "response", "assertions"])
def test_parts_of_the_wrong_kind_are_passed_over(report, part):
    file = report({"name": "a", "passes": ["ok"]})
    document = json.loads(file.read_text())
    document["run"]["executions"][0][part] = 7
    file.write_text(json.dumps(document))
    assert len(read_newman_run(file).visits) == 1


@pytest.mark.parametrize("name", ["none.json", "", "a\0b"])
def test_what_cannot_be_opened_is_said_to_be(tmp_path, name):
    with pytest.raises(InputError, match="cannot be read"):
        read_newman_run(tmp_path / name)


def test_a_missing_file_is_said_to_be(tmp_path):
    (tmp_path / "night.json").touch()
    with pytest.raises(InputError, match="cannot be read") as caught:
        read_newman_run(tmp_path / "nigth.json")
    assert "did you mean" in caught.value.hint
