"""Results for Allure, in its own model. The pytest plugin's test compares them with allure-pytest's."""

import json
from dataclasses import replace

import pytest
from allure_commons import model2

from harness.collection.load import load_collection
from harness.errors import InputError
from harness.runner.events import AttemptFinished, CallFinished, RunStarted
from harness.runner.plan import calls_of
from harness.runner.results import CallResult
from tests.reporters.conftest import SECRET, asserting_before_skip

FIELDS = {one.name for one in model2.TestResult.__attrs_attrs__}
STEP_FIELDS = {one.name for one in model2.TestStepResult.__attrs_attrs__}


@pytest.fixture
def results(bench):
    def made(events, **options):
        folder = bench.report("allure", events, options)
        return [json.loads(file.read_text()) for file in sorted(folder.glob("*-result.json"))]

    return made


def by_name(results):
    return {one["name"]: one for one in results}


def test_each_call_is_a_result_with_allures_statuses(results, shop_run):
    told = by_name(results(shop_run))
    assert {name: one["status"] for name, one in told.items()} == {
        "Create order": "failed",
        "Look it up": "broken",
        "Refused": "broken",
        "Not here": "skipped",
    }
    assert all(one.keys() <= FIELDS for one in told.values())
    assert all(step.keys() <= STEP_FIELDS for one in told.values() for step in one.get("steps", ()))
    assert told["Not here"]["statusDetails"]["message"] == "only on platform local"


def test_a_skip_hides_no_failed_assertion(results, shop_run):
    told = by_name(results(asserting_before_skip(shop_run)))["Not here"]
    assert told["status"] == "failed"
    assert told["statusDetails"]["message"].startswith("bad: AssertionError")


def test_folders_are_suites_and_the_identity_stays(results, shop_run):
    first, second = (by_name(results(shop_run, export=name))["Create order"] for name in ("one", "two"))
    labels = {one["name"]: one["value"] for one in first["labels"]}
    assert (labels["parentSuite"], labels["suite"]) == ("Shop API", "Orders")
    assert first["titlePath"] == ["Shop API", "Orders"]
    assert first["historyId"] == second["historyId"]
    assert first["uuid"] != second["uuid"]


def test_rows_have_an_identity_each(results, shop_run_twice):
    told = [one for one in results(shop_run_twice) if one["name"] == "Refused"]
    assert {one["parameters"][0]["value"] for one in told} == {"1", "2"}
    assert len({one["historyId"] for one in told}) == 2
    assert len({one["testCaseId"] for one in told}) == 1


def test_attempts_share_an_identity_so_that_allure_shows_retries(results, shop_run):
    at = next(index for index, one in enumerate(shop_run) if isinstance(one, CallFinished))
    result = shop_run[at].result
    shop_run.insert(at, AttemptFinished(result=replace(result, attempt=1)))
    told = [one for one in results(shop_run) if one["name"] == "Create order"]
    assert len(told) == 2
    assert len({one["historyId"] for one in told}) == 1


def test_attachments_are_files_and_hold_no_secret(results, bench, shop_run):
    told = by_name(results(shop_run))["Create order"]
    names = {one["name"]: one["source"] for one in told["steps"][0]["attachments"]}
    assert names.keys() >= {"request", "response", "console"}
    folder = bench.folder / "allure-results"
    assert all((folder / source).is_file() for source in names.values())
    assert not any(SECRET in file.read_text() for file in folder.iterdir())


def test_a_folder_that_cannot_be_made_is_an_error(bench, shop_run):
    (bench.folder / "taken").write_text("")
    with pytest.raises(InputError, match="cannot write allure's results"):
        bench.report("allure", shop_run, {"export": "taken"})


def test_comments_of_test_scripts_give_labels_as_in_newmans_reporter(bench):
    lines = ["// @allure.label.epic=Orders", "  //@allure.label.tag:api", "// @allure.id=7"]
    lines.append("// @allure.label.suite='Mine'")
    event = {"listen": "test", "script": {"exec": lines}}
    request = {"url": "http://x/", "description": "What it is for"}
    document = {"item": [{"name": "Call", "request": request, "event": [event]}]}
    collection = load_collection(document)
    (call,) = calls_of(collection)
    started = RunStarted(collection=collection, calls=1, iterations=1, started_ms=0)
    finished = CallFinished(result=CallResult(call=call, position=0, iteration=0))
    folder = bench.report("allure", [started, finished], {"resultsDir": "elsewhere"})
    assert folder.name == "elsewhere"
    (result,) = (json.loads(file.read_text()) for file in folder.glob("*-result.json"))
    labels = [(one["name"], one["value"]) for one in result["labels"]]
    assert {("epic", "Orders"), ("tag", "api"), ("suite", "Mine"), ("ALLURE_ID", "7")} <= set(labels)
    assert result["description"] == "What it is for"


def test_half_a_character_is_spelled_out(bench):
    collection = load_collection({"item": [{"name": "half \ud83c", "request": "http://x/"}]})
    (call,) = calls_of(collection)
    started = RunStarted(collection=collection, calls=1, iterations=1, started_ms=0)
    finished = CallFinished(result=CallResult(call=call, position=0, iteration=0))
    (file,) = bench.report("allure", [started, finished]).glob("*-result.json")
    assert json.loads(file.read_text("utf-8"))["name"] == r"half \ud83c"
