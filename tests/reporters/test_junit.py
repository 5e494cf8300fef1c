import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from harness.runner.events import CallFinished
from harness.scripting.engine import Assertion
from tests.reporters.conftest import asserting_before_skip, untested_in

# What Jenkins' schema (junit-10.xsd) allows: required attributes, further attributes, children.
SCHEMA = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"time", "skipped", "timestamp", "id"},
        {"properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, set(), set()),
    "testcase": (
        {"name"},
        {"time", "classname"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "skipped": (set(), {"type", "message"}, set()),
    "error": (set(), {"type", "message"}, set()),
    "failure": (set(), {"type", "message"}, set()),
    "system-out": (set(), set(), set()),
}


def document_of(bench, events, **context) -> ET.Element:
    path = bench.report("junit", events, {"export": "junit.xml"}, **context)
    return ET.fromstring(path.read_bytes())


def test_the_report_is_the_golden_one(bench, shop_run_twice, golden):
    bench.report("junit", shop_run_twice, {"export": "junit.xml"})
    golden("junit.xml", (bench.folder / "junit.xml").read_text(encoding="utf-8"))


def test_the_report_is_what_jenkins_reads(bench, shop_run_twice):
    for element in document_of(bench, shop_run_twice).iter():
        required, further, children = SCHEMA[element.tag]
        assert required <= set(element.attrib) <= required | further
        assert {child.tag for child in element} <= children
        assert re.fullmatch(r"\d+\.\d{3}", element.get("time", "0.000"))


def test_counts_add_up_in_every_suite_and_in_all(bench, shop_run_twice):
    root = document_of(bench, shop_run_twice)
    for suite in root:
        cases = suite.findall("testcase")
        assert int(suite.get("tests")) == len(cases)
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.get(attribute)) == sum(case.find(tag) is not None for case in cases)
    for attribute in ("tests", "failures", "errors"):
        assert int(root.get(attribute)) == sum(int(suite.get(attribute)) for suite in root)
    assert float(root.get("time")) == pytest.approx(sum(float(suite.get("time")) for suite in root))


def test_the_times_of_the_cases_are_that_of_the_suite(bench, shop_run):
    for suite in document_of(bench, shop_run):
        cases = sum(float(case.get("time")) for case in suite.findall("testcase"))
        assert cases == pytest.approx(float(suite.get("time")), abs=0.004)


def test_iterations_are_suites_of_their_own(bench, shop_run_twice):
    names = [suite.get("name") for suite in document_of(bench, shop_run_twice)]
    assert names[0] == "Orders / Create order [iteration 1]"
    assert names[4] == "Orders / Create order [iteration 2]"
    assert names[8:] == ["Shop API (warnings)"]
    assert len(set(names)) == len(names) == 9


def test_an_assertion_that_fails_in_one_iteration_only_is_told_there(bench, shop_run_twice):
    finished = [event for event in shop_run_twice if isinstance(event, CallFinished)]
    first = finished[0].result
    mended = replace(first.test[0], output=(Assertion(name="ok"), Assertion(name="bad", index=1)), losses=())
    index = shop_run_twice.index(finished[0])
    shop_run_twice[index] = CallFinished(result=replace(first, test=(mended,), expectations=()))
    suites = document_of(bench, shop_run_twice)
    assert [suite.get("failures") for suite in (suites[0], suites[4])] == ["0", "2"]


def test_a_failure_tells_expected_actual_and_the_line(bench, shop_run):
    failure = document_of(bench, shop_run).find(".//failure")
    assert failure.get("type") == "AssertionError"
    assert failure.get("message") == "expected 'POST' to deeply equal 'GET'"
    assert "line 2: pm.test('bad'" in failure.text
    assert "expected: GET" in failure.text
    assert "actual:   POST" in failure.text


def test_broken_requests_and_scripts_are_errors_not_failures(bench, shop_run):
    errors = document_of(bench, shop_run).findall(".//testcase[error]")
    assert [case.get("name") for case in errors] == [
        "test-script of Orders / Create order",
        "test-script of Orders / Nested / Look it up",
        "request",
    ]


def test_skipped_calls_say_why(bench, shop_run):
    skipped = document_of(bench, shop_run).findall(".//testcase/skipped")
    assert [one.get("message") for one in skipped] == [None, "only on platform local"]


def test_a_skip_hides_no_failed_assertion(bench, shop_run):
    root = document_of(bench, asserting_before_skip(shop_run))
    suite = next(one for one in root if one.get("name") == "Not here")
    assert [suite.get(count) for count in ("tests", "failures", "skipped")] == ["2", "1", "1"]
    assert [case.get("name") for case in suite.findall("testcase[failure]")] == ["bad"]


def test_a_call_without_assertions_is_one_case(bench, shop_run):
    event = next(one for one in shop_run if isinstance(one, CallFinished))
    bare = replace(event.result, prerequest=(), test=(), expectations=(), side=())
    shop_run[shop_run.index(event)] = CallFinished(result=bare)
    suite = document_of(bench, shop_run)[0]
    assert [(case.get("name"), len(case)) for case in suite.findall("testcase")] == [("request", 0)]


def test_console_output_and_attempts_are_system_out(bench, shop_run):
    root = document_of(bench, shop_run)
    assert "console.info: 'side' 200" in root[0].find("system-out").text
    assert "attempt 1: foo is not defined" in root[1].find("system-out").text


def test_characters_that_xml_does_not_know_are_spelled_out(bench, shop_run):
    root = document_of(
        bench, shop_run, mask=lambda text: text.replace("bad", 'a"<&>\x00\x0b\ud800\n\t\r\ufffe')
    )
    assert root[0].findall("testcase")[2].get("name") == 'a"<&>\\x00\\x0b\\ud800\n\t\r\\ufffe'
    assert "lines \\x1b[31mred" in root[0].find("system-out").text


def test_secrets_are_masked(bench, shop_run):
    path = bench.report("junit", shop_run, {"export": "junit.xml"})
    assert "<masked>" not in path.read_text()
    assert "&lt;masked&gt;" in path.read_text()
    assert "s3cr3t" not in path.read_text()


def test_an_interrupted_run_leaves_a_report(bench, interrupted_run):
    names = [suite.get("name") for suite in document_of(bench, interrupted_run)]
    assert len(names) == 3
    assert names[2] == "Shop API (warnings)"


def test_a_run_that_never_started_leaves_no_file(bench):
    assert bench.report("junit", [], {"export": "junit.xml"}) is None


def test_cases_of_the_same_names_have_identities_of_their_own(bench, shop_run):
    finished = next(
        event for event in shop_run if isinstance(event, CallFinished) and event.result.assertions
    )
    twice = [event for event in shop_run for _ in range(2 if event is finished else 1)]
    cases = list(document_of(bench, twice).iter("testcase"))
    assert len({(case.get("classname"), case.get("name")) for case in cases}) == len(cases)
    assert any(case.get("classname").endswith("[2]") for case in cases)


def test_a_name_that_looks_numbered_is_no_other_cases_name(bench, shop_run):
    def renamed(event):
        if not isinstance(event, CallFinished) or not event.result.test:
            return event
        names = ("row", "row", "row [2]", "row [2]", "x" * 2999 + "a", "x" * 2999 + "b")
        run = replace(event.result.test[0], output=tuple(Assertion(name=one, index=0) for one in names))
        return replace(event, result=replace(event.result, test=(run,)))

    cases = list(document_of(bench, map(renamed, shop_run)).iter("testcase"))
    assert len({(case.get("classname"), case.get("name")) for case in cases}) == len(cases)


def test_a_long_value_is_cut_and_says_so(bench, shop_run):
    def long(event):
        if not isinstance(event, CallFinished) or not event.result.test:
            return event
        assertion = Assertion(name="x" * 9000, index=0)
        run = replace(event.result.test[0], output=(assertion,))
        return replace(event, result=replace(event.result, test=(run,)))

    names = [case.get("name") for case in document_of(bench, map(long, shop_run)).iter("testcase")]
    assert any(name.endswith("(cut; 9,000 characters in all)") for name in names)
    assert max(map(len, names)) < 2100


def test_what_could_not_be_tested_is_skipped_and_says_why(bench, shop_run):
    root = document_of(bench, untested_in(shop_run))
    suite = next(one for one in root if one.get("name") == "Refused")
    assert (suite.get("errors"), suite.get("failures"), suite.get("skipped")) == ("1", "0", "1")
    assert suite.find("testcase/skipped").get("message") == "not tested: the request got no answer"


def test_a_flaky_call_has_a_property(bench, shop_run):
    flaky = [
        replace(event, result=replace(event.result, rescued=1, test=()))
        if isinstance(event, CallFinished) and event.result.call.item.name == "Look it up"
        else event
        for event in shop_run
    ]
    properties = {
        suite.get("name"): {one.get("name"): one.get("value") for one in suite.iter("property")}
        for suite in document_of(bench, flaky)
    }
    assert properties["Orders / Nested / Look it up"]["flaky"] == "true"
    assert "flaky" not in properties["Orders / Create order"]
