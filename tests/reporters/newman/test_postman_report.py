import json
from dataclasses import replace
from typing import Any

from harness.dialect import POSTMAN
from harness.runner.events import CallFinished


def report_of(bench, events, **context: Any) -> dict[str, Any]:
    path = bench.report("postman-json", events, {"export": "out/report.json"}, **context)
    return json.loads(path.read_text(encoding="utf-8"))["run"]


def test_the_members_are_those_of_postman_cli(bench, shop_run):
    run = report_of(bench, shop_run, dialect=POSTMAN)
    assert list(run) == ["meta", "summary", "executions", "runError"]
    assert list(run["meta"]) == ["collectionId", "collectionName", "started", "duration"]
    assert list(run["summary"]) == [
        "iterations", "executedRequests", "prerequestScripts", "postresponseScripts", "tests", "timeStats",
    ]  # fmt: skip
    assert run["runError"] is None


def test_every_call_is_one_execution_with_its_tests_and_errors(bench, shop_run):
    executions = report_of(bench, shop_run, dialect=POSTMAN)["executions"]
    told = [
        (one["requestExecuted"]["name"], one.get("response", {}).get("code"), len(one["errors"]))
        for one in executions
    ]
    assert told[0][:2] == ("Create order", 201)
    assert ("Refused", None, 1) in told
    assert {test["status"] for one in executions for test in one["tests"]} >= {"passed", "failed", "skipped"}


def test_tests_are_counted_by_outcome(bench, shop_run):
    tests = report_of(bench, shop_run)["summary"]["tests"]
    assert tests["executed"] == tests["passed"] + tests["failed"] + tests["skipped"]


def test_a_secret_that_is_a_step_of_a_path_is_masked(bench, shop_run):
    call = next(one for one in shop_run if isinstance(one, CallFinished))
    exchange = call.result.exchange
    sent = replace(exchange.request, url="https://shop.example/keys/s3cr3t-t0ken/1")
    hostile = replace(call, result=replace(call.result, exchange=replace(exchange, request=sent)))
    run = report_of(bench, [hostile if one is call else one for one in shop_run])
    steps = run["executions"][0]["requestExecuted"]["url"]["path"]
    assert (steps[0], steps[2]) == ("keys", "1")
    assert "s3cr3t" not in steps[1]


def test_secrets_are_masked_in_the_exact_dialect(bench, shop_run):
    assert "s3cr3t" not in json.dumps(report_of(bench, shop_run))
