import json
from typing import Any

from harness.dialect import POSTMAN


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


def test_secrets_are_masked_in_the_exact_dialect(bench, shop_run):
    assert "s3cr3t" not in json.dumps(report_of(bench, shop_run))
