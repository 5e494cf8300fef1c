"""Runs that are checked against a description."""

import json

from harness.api import run

API = """
openapi: 3.0.3
info: {title: T, version: "1"}
paths:
  /a:
    get:
      responses:
        200:
          description: d
          content: {application/json: {schema: {type: object, properties: {n: {type: integer}}}}}
"""


def _failures(result) -> list[str]:
    return [one.error.message for call in result.calls for one in call.assertions if one.error is not None]


def _warnings(result) -> list[str]:
    return [one.message for one in result.summary.warnings]


def test_a_violation_fails_the_call_live_and_when_it_is_replayed(target, workspace):
    target.answers["/a"] = (200, {"n": "x"})
    shop = workspace.collection(("A", f"{target.url}/a"))
    api = workspace.text("api.yaml", API)
    told = ['body /n: "x" is not of type "integer" (rule type); found "x"']
    live = run(shop, openapi=api, record="tape.yaml", iterations=2)
    assert _failures(live) == told * 2
    assert _failures(run(shop, openapi=api, replay="tape.yaml", iterations=2)) == told * 2


def test_an_exchange_as_described_is_an_assertion_that_passes(target, workspace):
    target.answers["/a"] = (200, {"n": 1})
    shop = workspace.collection(("A", f"{target.url}/a"))
    result = run(shop, openapi=workspace.text("api.yaml", API))
    assert [one.name for one in result.calls[0].assertions] == ["GET /a is as described"]
    assert result.passed


def test_requests_of_no_operation_are_told_once(target, workspace):
    shop = workspace.collection(("B", f"{target.url}/b"))
    result = run(shop, openapi=workspace.text("api.yaml", API), iterations=3)
    assert result.passed
    (warning,) = _warnings(result)
    assert f"GET {target.url}/b" in warning


def test_the_companion_names_the_description_and_what_is_known(target, workspace):
    target.answers["/a"] = (200, {"n": "x"})
    shop = workspace.collection(
        ("A", f"{target.url}/a"), ("Off", f"{target.url}/a"), ("Bad", f"{target.url}/a")
    )
    workspace.text("api.yaml", API)
    companion = {
        "openapi": "api.yaml",
        "calls": [
            {"call": "A", "openapi": {"ignore": [{"rule": "type", "at": "body /n", "reason": "known"}]}},
            {"call": "Off", "openapi": False},
        ],
    }
    workspace.text("shop.harness.yaml", json.dumps(companion))
    result = run(shop)
    names = [[one.name for one in call.assertions] for call in result.calls]
    assert names == [
        ["GET /a is as described (1 ignored)"],
        [],
        ["GET /a is as described: body /n, type"],
    ]


def test_what_is_sent_by_scripts_is_checked_too(target, workspace):
    target.answers["/a"] = (200, {"n": "x"})
    shop = workspace.collection(("B", f"{target.url}/b", f"pm.sendRequest('{target.url}/a', () => {{}})"))
    result = run(shop, openapi=workspace.text("api.yaml", API))
    assert len(_failures(result)) == 1
