"""The JSON Schema of events is that of the events that are told."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from harness.reporters.log.schema import event_schema
from harness.runner.events import Event

SCHEMA = Path(__file__).parents[3] / "docs" / "reference" / "events.schema.json"


@pytest.fixture(scope="module")
def validator():
    schema = event_schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def told(bench, events):
    return [json.loads(line) for line in bench.report("events", events, {}).read_text().splitlines()]


def test_the_file_is_current():
    assert json.loads(SCHEMA.read_text("utf-8")) == event_schema(), "run: python -m harness.options"


def test_every_kind_of_event_is_described(validator):
    kinds = {one["properties"]["is"]["const"] for one in validator.schema["anyOf"]}
    assert kinds == {one.__name__ for one in Event.__args__}


def test_events_that_are_told_fit(bench, shop_run_twice, validator):
    for event in told(bench, shop_run_twice):
        validator.validate(event)


@pytest.mark.parametrize(
    "change",
    [{"is": "CallEnded"}, {"result": {"position": "first"}}, {"path": "a"}, {"failures": [{"kind": 1}]}],
)
def test_another_object_does_not_fit(bench, shop_run, validator, change):
    event = next(one for one in told(bench, shop_run) if one["is"] == "CallFinished")
    assert not validator.is_valid(event | change)


def test_calls_carry_their_path_and_what_failed(bench, shop_run):
    finished = [one for one in told(bench, shop_run) if one["is"] == "CallFinished"]
    assert all(one["path"] for one in finished)
    kinds = [failure["kind"] for failure in finished[0]["failures"]]
    assert kinds == ["assertion", "lost", "assertion"]
    assert "failures" not in finished[-1]
