import json
from dataclasses import replace
from typing import Any

import pytest

from harness.client.message import Hop
from harness.dialect import EXACT, NEWMAN, POSTMAN
from harness.errors import InputError
from harness.reporters.newman.report_reader import read_newman_report
from harness.runner.events import CallFinished
from tests.reporters.conftest import untested_in


def report_of(bench, events, **context) -> dict[str, Any]:
    path = bench.report("json", events, {"export": "out/report.json"}, **context)
    return json.loads(path.read_text(encoding="utf-8"))


def test_the_report_is_the_golden_one(bench, shop_run, golden):
    golden("report.json", json.dumps(report_of(bench, shop_run), indent=1, ensure_ascii=False))


def test_newmans_letter_is_the_golden_one(bench, shop_run, golden):
    document = report_of(bench, shop_run, dialect=NEWMAN)
    golden("report.newman.json", json.dumps(document, indent=1, ensure_ascii=False))


def test_every_request_of_a_call_is_an_execution(bench, shop_run):
    executions = report_of(bench, shop_run)["run"]["executions"]
    told = [
        (one["item"]["name"], one.get("origin"), one.get("response", {}).get("code")) for one in executions
    ]
    assert told == [
        ("Create order", "prerequest", 200),
        ("Create order", None, 201),
        ("Look it up", None, 404),
        ("Refused", None, None),
    ]


def test_newman_tells_the_last_request_of_a_call_for_each_one(bench, shop_run):
    executions = report_of(bench, shop_run, dialect=NEWMAN)["run"]["executions"]
    assert [(one["item"]["name"], one.get("response", {}).get("code")) for one in executions[:2]] == [
        ("Create order", 201),
        ("Create order", 201),
    ]
    assert executions[0] == executions[1]


def test_newman_tells_of_a_request_error_what_json_keeps_of_it(bench, shop_run):
    executions = report_of(bench, shop_run, dialect=NEWMAN)["run"]["executions"]
    assert executions[-1]["requestError"] == {"code": "ECONNREFUSED"}


@pytest.mark.difference("handshake-count")
def test_newman_counts_every_leg_of_an_auth_handshake(bench, shop_run):
    event = next(one for one in shop_run if isinstance(one, CallFinished))
    exchange = event.result.exchange
    hops = tuple(Hop(request=exchange.request, response=exchange.response, leg=leg) for leg in (0, 1))
    result = replace(event.result, exchange=replace(exchange, hops=hops))
    shop_run[shop_run.index(event)] = CallFinished(result=result)
    run = report_of(bench, shop_run, dialect=NEWMAN)["run"]
    assert run["stats"]["requests"]["total"] == len(run["executions"]) == 5
    assert report_of(bench, shop_run)["run"]["stats"]["requests"]["total"] == 4


def test_failures_say_where_in_newmans_words(bench, shop_run):
    failures = report_of(bench, shop_run)["run"]["failures"]
    assert [
        (one["at"], one["source"]["name"], one["error"]["name"], one["error"].get("test")) for one in failures
    ] == [
        ("assertion:1 in test-script", "Create order", "AssertionError", "bad"),
        ("test-script", "Create order", "Error", None),
        ("assertion:4 in expect", "Create order", "ExpectationError", "$.id equals 8"),
        ("test-script:1:1", "Look it up", "ReferenceError", None),
        ("request", "Refused", "Error", None),
    ]


def test_what_could_not_be_tested_is_told_as_newman_does_and_says_so(bench, shop_run):
    run = report_of(bench, untested_in(shop_run))["run"]
    (refused,) = (one for one in run["executions"] if one["item"]["name"] == "Refused")
    assert [(one["assertion"], one["skipped"], one["untested"]) for one in refused["assertions"]] == [
        ("status", False, True)
    ]
    assert refused["assertions"][0]["error"]["message"] == "there is nothing"
    assert run["failures"][-1]["error"]["test"] == "status"
    read = list(read_newman_report(bench.folder / "out/report.json"))
    (result,) = (
        one.result for one in read if isinstance(one, CallFinished) and one.result.call.item.name == "Refused"
    )
    assert (result.assertions[0].skipped, result.assertions[0].untested.message) == (True, "there is nothing")
    before = report_of(bench, shop_run)["run"]["stats"]["assertions"]
    assert run["stats"]["assertions"] == before | {
        "total": before["total"] + 1,
        "failed": before["failed"] + 1,
    }


def test_newman_knows_nothing_of_losses_and_no_line_of_a_script_error(bench, shop_run):
    failures = report_of(bench, shop_run, dialect=NEWMAN)["run"]["failures"]
    assert [one["at"] for one in failures] == [
        "assertion:1 in test-script",
        "assertion:4 in expect",
        "test-script",
        "request",
    ]


def test_statistics_add_up_over_iterations(bench, shop_run_twice):
    run = report_of(bench, shop_run_twice)["run"]
    told = {name: (tally["total"], tally["failed"]) for name, tally in run["stats"].items()}
    assert told == {
        "iterations": (2, 0),
        "items": (8, 0),
        "scripts": (10, 2),
        "prerequests": (8, 0),
        "requests": (8, 2),
        "tests": (6, 0),
        "assertions": (10, 4),
        "testScripts": (4, 2),
        "prerequestScripts": (6, 0),
    }
    assert len(run["executions"]) == run["stats"]["requests"]["total"]
    assert [one["cursor"]["iteration"] for one in run["executions"]] == [0] * 4 + [1] * 4


def test_a_body_is_given_byte_for_byte(bench, shop_run):
    stream = report_of(bench, shop_run)["run"]["executions"][2]["response"]["stream"]
    assert bytes(stream["data"]).decode() == "naïve ✓"


@pytest.mark.parametrize("newman", [True, False])
def test_secrets_are_masked_except_in_newmans_letter(bench, shop_run, newman):
    path = bench.report("json", shop_run, {"export": "report.json"}, dialect=NEWMAN if newman else EXACT)
    assert ("s3cr3t" in path.read_text(encoding="utf-8")) == newman


def test_a_secret_in_an_answers_body_is_masked(bench, shop_run):
    path = bench.report(
        "json", shop_run, {"export": "r.json"}, mask=lambda text: text.replace("naïve", "***")
    )
    stream = json.loads(path.read_text(encoding="utf-8"))["run"]["executions"][2]["response"]["stream"]
    assert bytes(stream["data"]).decode() == "*** ✓"


def test_items_carry_the_identities_of_the_run(bench, shop_run):
    document = report_of(bench, shop_run)
    folder = document["collection"]["item"][0]
    assert folder["item"][0]["id"] == document["run"]["executions"][1]["id"] == "item-create"
    assert folder["item"][0]["request"] == {"method": "POST", "url": "{{base}}/orders"}


def test_an_earlier_attempt_is_told_with_the_last(bench, shop_run):
    executions = report_of(bench, shop_run)["run"]["executions"]
    assert [one["code"] for one in executions[2]["attempts"]] == [404]
    assert "attempts" not in executions[3]


def test_an_interrupted_run_leaves_a_report(bench, interrupted_run):
    document = report_of(bench, interrupted_run)
    assert document["run"]["error"]["message"] == "the run did not end by itself"
    assert len(document["run"]["executions"]) == 3
    assert document["environment"]["values"] == []


@pytest.mark.parametrize(("error", "told"), [("bail", None), ("callback timed out", "callback timed out")])
def test_only_what_broke_the_run_is_its_error(bench, shop_run, error, told):
    shop_run[-1] = replace(shop_run[-1], error=error)
    assert (report_of(bench, shop_run)["run"]["error"] or {}).get("message") == told


def test_a_run_that_never_started_leaves_no_file(bench):
    assert bench.report("json", [], {"export": "report.json"}) is None
    assert not (bench.folder / "report.json").exists()


def test_without_a_name_the_file_is_newmans(bench, shop_run):
    path = bench.report("json", shop_run)
    assert path == bench.folder / "newman" / "newman-run-report-2026-09-21-14-13-20-000-0.json"


def test_a_directory_gets_a_file_of_newmans_name(bench, shop_run):
    (bench.folder / "reports").mkdir()
    path = bench.report("json", shop_run, {"export": "reports"})
    assert path.parent == bench.folder / "reports"
    assert path.name.startswith("newman-run-report-2026-")


def test_a_file_that_cannot_be_written_is_named(bench, shop_run):
    (bench.folder / "taken").write_text("a file, not a folder")
    with pytest.raises(InputError, match="cannot write the report") as problem:
        bench.report("json", shop_run, {"export": "taken/report.json"})
    assert "taken/report.json" in str(problem.value)


def test_lone_surrogates_do_not_break_the_report(bench, shop_run):
    path = bench.report(
        "json", shop_run, {"export": "r.json"}, mask=lambda text: text.replace("ok", "\ud800")
    )
    json.loads(path.read_text(encoding="utf-8"))


def test_postman_has_one_entry_for_each_item_with_its_own_answer(bench, shop_run):
    executions = report_of(bench, shop_run, dialect=POSTMAN)["run"]["executions"]
    told = [(one["item"]["name"], one.get("response", {}).get("code")) for one in executions]
    assert told == [("Create order", 201), ("Look it up", 404), ("Refused", None)]
    assert not {"origin", "console", "attempts", "extractions"} & set().union(*executions)


def test_postman_lists_a_request_that_was_not_sent_as_its_author_wrote_it(bench, shop_run):
    event = next(one for one in shop_run if isinstance(one, CallFinished))
    unsent = replace(event.result, exchange=None, side=(), skipped="by its script")
    shop_run[shop_run.index(event)] = CallFinished(result=unsent)
    (entry, *_) = report_of(bench, shop_run, dialect=POSTMAN)["run"]["executions"]
    assert entry["item"]["name"] == "Create order"
    assert "response" not in entry
    assert entry["request"]["method"] == "POST"
    assert entry["request"]["url"]["path"]


@pytest.mark.parametrize("reporter", ["json", "postman-json"])
@pytest.mark.parametrize(
    ("option", "gone", "kept"),
    [
        ("omitRequestBodies", {'"body"'}, {'"stream"', '"header'}),
        ("omitResponseBodies", {'"stream"'}, {'"header'}),
        ("omitHeaders", {'"header'}, {'"stream"'}),
        ("omitAllHeadersAndBody", {'"body"', '"stream"', '"header'}, set()),
    ],
)
def test_what_is_to_be_omitted_stands_nowhere_in_the_report(bench, shop_run, reporter, option, gone, kept):
    path = bench.report(reporter, shop_run, {"export": "out/report.json", option: True}, dialect=POSTMAN)
    text = path.read_text(encoding="utf-8")
    assert {word for word in gone if word in text} == set()
    assert {word for word in kept if word in text} == kept


def test_a_flaky_call_says_so_and_is_read_back_as_one(bench, shop_run):
    flaky = [
        replace(event, result=replace(event.result, rescued=1, test=()))
        if isinstance(event, CallFinished) and event.result.call.item.name == "Look it up"
        else event
        for event in shop_run
    ]
    run = report_of(bench, flaky)["run"]
    assert [one["item"]["name"] for one in run["executions"] if one.get("flaky")] == ["Look it up"]
    read = read_newman_report(bench.folder / "out/report.json")
    results = [event.result for event in read if isinstance(event, CallFinished)]
    assert [one.call.item.name for one in results if one.flaky] == ["Look it up"]
