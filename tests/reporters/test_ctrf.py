import json

import jsonschema

from tests.reporters.conftest import SECRET, asserting_before_skip

STATUS = {"enum": ["passed", "failed", "skipped", "pending", "other"]}
WHOLE = {"type": "integer"}
TEXT = {"type": "string"}
NAME = {"type": "string", "minLength": 1}


def exactly(required, **properties):
    """An object that may have nothing else."""
    return {
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": False,
    }


COUNTS = ["tests", "passed", "failed", "skipped", "pending", "other", "start", "stop"]
STEP = exactly(["name", "status"], name=NAME, status=STATUS)
ATTEMPT = exactly(
    ["attempt", "status"],
    attempt={"type": "integer", "minimum": 1},
    status=STATUS,
    duration=WHOLE,
    message=TEXT,
    trace=TEXT,
)
TEST = exactly(
    ["name", "status", "duration"],
    name=NAME,
    status=STATUS,
    duration=WHOLE,
    start=WHOLE,
    stop=WHOLE,
    suite={"type": "array", "minItems": 1, "items": TEXT},
    message=TEXT,
    trace=TEXT,
    type=TEXT,
    retries=WHOLE,
    retryAttempts={"type": "array", "items": ATTEMPT},
    flaky={"type": "boolean"},
    stdout={"type": "array", "items": TEXT},
    steps={"type": "array", "items": STEP},
    extra={"type": "object"},
)
# What https://ctrf.io demands of the parts that we write, in our own words.
SCHEMA = exactly(
    ["results", "reportFormat", "specVersion"],
    reportFormat={"const": "CTRF"},
    specVersion={"type": "string", "pattern": r"^[0-9]+\.[0-9]+\.[0-9]+$"},
    timestamp=TEXT,
    generatedBy=TEXT,
    results=exactly(
        ["tool", "summary", "tests"],
        tool=exactly(["name"], name=NAME, version=TEXT),
        summary=exactly(COUNTS, **dict.fromkeys([*COUNTS, "flaky", "suites", "duration"], WHOLE)),
        tests={"type": "array", "items": TEST},
    ),
)


def results_of(bench, events):
    path = bench.report("ctrf", events, {"export": "ctrf.json"})
    document = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.validate(document, SCHEMA)
    return document["results"]


def test_the_report_follows_the_schema_and_its_counts_add_up(bench, shop_run_twice):
    results = results_of(bench, shop_run_twice)
    summary, tests = results["summary"], results["tests"]
    assert summary["tests"] == len(tests) == 8
    for status in STATUS["enum"]:
        assert summary[status] == sum(test["status"] == status for test in tests)
    assert summary["skipped"] == 2


def test_a_call_is_a_test_in_the_suite_of_its_folders(bench, shop_run):
    first = results_of(bench, shop_run)["tests"][0]
    assert (first["name"], first["suite"]) == ("Create order", ["Shop API", "Orders"])
    assert [(step["name"], step["status"]) for step in first["steps"]][:1] != []
    assert first["message"]


def test_iterations_have_names_of_their_own(bench, shop_run_twice):
    tests = results_of(bench, shop_run_twice)["tests"]
    names = [(*test["suite"], test["name"]) for test in tests]
    assert len(set(names)) == len(names)


def test_earlier_attempts_are_told(bench, shop_run):
    retried = [test for test in results_of(bench, shop_run)["tests"] if "retries" in test]
    assert [test["retries"] for test in retried] == [1]
    assert [one["attempt"] for one in retried[0]["retryAttempts"]] == [1]


def test_a_run_that_was_told_to_stop_is_reported_as_far_as_it_came(bench, interrupted_run):
    assert results_of(bench, interrupted_run)["tests"]


def test_no_secret_stands_in_the_report(bench, shop_run):
    results_of(bench, shop_run)
    assert SECRET not in (bench.folder / "ctrf.json").read_text(encoding="utf-8")


def test_a_skip_hides_no_failed_assertion(bench, shop_run):
    told = results_of(bench, asserting_before_skip(shop_run))
    test = next(one for one in told["tests"] if one["name"] == "Not here")
    assert (test["status"], test["message"]) == ("failed", "bad: expected 'POST' to deeply equal 'GET'")
    assert (told["summary"]["failed"], told["summary"]["skipped"]) == (4, 0)
