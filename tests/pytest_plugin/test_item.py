import re
import xml.etree.ElementTree as ET

import pytest

PASSES = "pm.test('holds', () => pm.expect(1).to.equal(1));"
FAILS = "pm.test('does not', () => pm.expect(1).to.equal(2));"


def test_each_assertion_is_a_subtest(project):
    project.recorded(project.call("a", PASSES, FAILS, "pm.test.skip('later', () => {});"), "b")
    result = project.pytest("-v", "-rs")
    result.assert_outcomes(passed=1, failed=1, skipped=1)
    result.stdout.fnmatch_lines(
        [
            "*::a SUBPASSED[[]holds[]]*",
            "*::a SUBFAILED[[]does not[]]*",
            "*::a SUBSKIPPED[[]later[]]*",
            "*::a FAILED*",
            "*::b PASSED*",
        ]
    )
    assert result.parseoutcomes()["subtests"] == 1


def test_a_call_without_assertions_passes(project):
    project.recorded("a")
    project.pytest().assert_outcomes(passed=1)


def test_expectations_of_the_companion_are_subtests_too(project):
    project.recorded("a", companion={"calls": [{"call": ["a"], "expect": {"status": 201}}]})
    result = project.pytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*1 of 1 assertion failed: status is 201", "*expected: 201*", "*actual:   200*"]
    )
    assert result.parseoutcomes()["subtests"] == 1


def masked_numbers(lines):
    """What differs from run to run: ports and times."""
    text = "\n".join(lines)
    return re.sub(r"\([\d.]+(?:m|µ)?s\)", "(N ms)", re.sub(r"127\.0\.0\.1:\d+", "HOST", text)).splitlines()


def test_a_failed_assertion_is_told_short_and_complete(project):
    project.target.answers["/orders"] = (200, {"total": 3})
    script = ["const total = pm.response.json().total;", "pm.test('total is 4', () => {",
              "    pm.expect(total).to.equal(4);", "});"]  # fmt: skip
    project.recorded({"name": "Shop", "item": [project.call("orders", *script)]})
    lines = masked_numbers(project.pytest("-q").outlines)
    begin = lines.index("1 of 1 assertion failed: total is 4")
    end = next(index for index, line in enumerate(lines) if "short test summary" in line)
    said = [line.replace("deeply equal", "equal") for line in lines[begin:end]]
    assert said == [
        "1 of 1 assertion failed: total is 4",
        "  total is 4: expected 3 to equal 4",
        "    line 3: pm.expect(total).to.equal(4);",
        "      expected: 4",
        "      actual:   3",
        "  --> Shop / orders",
        "  GET http://HOST/orders -> 200 OK (N ms)",
        '  response: {"total": 3}',
        "  rerun: pytest 'shop.postman_collection.json::Shop::orders'",
    ]
    assert lines[-1].startswith("1 failed, 1 subtests failed in ")


def test_a_failure_shows_a_difference_line_by_line_and_where_values_came_from(project):
    project.target.answers["/read-7"] = (200, {"items": [{"sku": "a"}, {"sku": "b"}]})
    setting = "pm.environment.set('id', '7');"
    wrong = "pm.test('items', () => pm.expect(pm.response.json()).to.eql({items: [{sku: 'a'}, {sku: 'c'}]}));"
    project.recorded(project.call("create", setting), project.call("read", wrong, path="read-{{id}}"))
    lines = project.pytest().outlines
    assert '      -       "sku": "c"' in lines
    assert '      +       "sku": "b"' in lines
    assert "    id = 7 (environment, from test-script of create)" in lines


def test_a_long_response_is_cut_unless_very_verbose(project):
    project.target.answers["/a"] = (200, "x" * 3000 + "END")
    project.recorded(project.call("a", FAILS, method="POST", body={"mode": "raw", "raw": "SENT"}))
    result = project.pytest()
    result.stdout.fnmatch_lines(["*response: xxx*… (3003 characters; -vv shows all)"])
    result.stdout.no_fnmatch_line("*SENT*")
    result = project.pytest("-vv")
    result.stdout.fnmatch_lines(["*request: SENT", "*response: xxx*END"])


def test_a_script_that_throws_fails_its_call(project):
    project.recorded(project.call("a", "null.x;"), "b")
    result = project.pytest()
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["TypeError: *", "*line 1: null.x;", "*in the test script of a", "*--> a*"])


def test_so_does_a_pre_request_script(project):
    project.recorded(project.call("a", pre="throw new Error('not today')"))
    result = project.pytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["Error: not today", "*in the prerequest script of a"])


def test_what_fails_after_a_script_ended_fails_its_call(project):
    project.recorded(project.call("a", "setTimeout(() => { throw new Error('late'); }, 1);"))
    result = project.pytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["Error: late"])


def test_a_request_that_failed_fails_its_call(project):
    project.recorded({"name": "a", "request": "http://127.0.0.1:1/"})
    result = project.pytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*ECONNREFUSED*", "*--> a", "*GET http://127.0.0.1:1/"])


def test_a_request_that_was_not_recorded_says_what_differs(project):
    path = project.recorded(project.call("a", path="x?v=1"))
    path.write_text(path.read_text().replace("v=1", "v=2"))
    result = project.pytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["no recorded interaction answers GET *v=2", "*record just this: pytest '*::a' --postman-record"]
    )
    assert project.target.paths == []


def test_secrets_are_masked_everywhere(project):
    project.target.answers["/a"] = (200, {"echo": "hunter2hunter2"})
    values = [{"key": "password", "value": "hunter2hunter2", "type": "secret"}]
    project.workspace.json("env.json", {"name": "env", "values": values})
    project.collection(
        project.call(
            "a",
            "console.log(pm.environment.get('password'));",
            "const password = pm.environment.get('password');",
            "pm.test('pw ' + password, () => pm.expect(pm.response.text()).to.equal(''))",
            path="a?p={{password}}",
        )
    )
    result = project.pytest("--postman-live", "--postman-environment=env.json", "-vv", "--junit-xml=j.xml")
    result.assert_outcomes(failed=1)
    assert project.target.paths == ["/a?p=hunter2hunter2"]
    result.stdout.no_fnmatch_line("*hunter2*")
    assert "hunter2" not in (project.pytester.path / "j.xml").read_text()


def test_the_console_is_a_section(project):
    project.recorded(project.call("a", "console.log('said', 1);", FAILS))
    project.pytest().stdout.fnmatch_lines(["*Captured console call*", "said 1"])


def test_warnings_are_a_section(project):
    project.recorded(project.call("a", FAILS, path="{{nowhere}}"))
    result = project.pytest()
    result.stdout.fnmatch_lines(["*Captured warnings call*", "variable 'nowhere' is not defined"])


def test_calls_that_a_script_jumped_over_are_skipped_with_that_reason(project):
    project.recorded(project.call("a", "pm.execution.setNextRequest('c')"), "b", "c")
    result = project.pytest("-rs")
    result.assert_outcomes(passed=2, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*a script went on to another request"])


def test_so_are_those_behind_a_null(project):
    project.recorded(project.call("a", "pm.execution.setNextRequest(null)"), "b", "c")
    project.pytest().assert_outcomes(passed=1, skipped=2)


def test_calls_that_a_script_went_back_to_run_inside_the_one_that_jumped(project):
    again = "pm.execution.setNextRequest(pm.environment.get('n') >= 2 ? null : 'a')"
    count = "pm.environment.set('n', (pm.environment.get('n') || 0) + 1); pm.test('counts', () => {})"
    project.collection(project.call("a", count), project.call("b", PASSES, again), "c")
    result = project.pytest("--postman-live", "-v")
    assert project.target.paths == ["/a", "/b", "/a", "/b"]
    result.assert_outcomes(passed=2, skipped=1)
    subtests = [
        re.sub(r".*::(\w) SUB\w+\[(\w+)\].*", r"\1 \2", line)
        for line in result.outlines
        if "SUBPASSED" in line
    ]
    assert subtests == ["a counts", "b holds", "b counts", "b holds"]


def test_a_call_that_its_script_calls_off_is_skipped(project):
    project.recorded(project.call("a", pre="pm.execution.skipRequest()"), "b")
    result = project.pytest("-rs")
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*pm.execution.skipRequest()"])


def test_a_call_for_another_platform_is_skipped_with_that_reason(project):
    project.recorded("a", "b", companion={"calls": [{"call": ["a"], "only": {"platform": "local"}}]})
    result = project.pytest("-rs")
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*only the platform 'local' can answer it"])


def test_only_the_last_attempt_of_a_retry_counts(project):
    project.collection(
        "a",
        companion={
            "calls": [
                {
                    "call": ["a"],
                    "expect": {"status": 201},
                    "retry": {"until": "expect", "every": "10ms", "for": "20ms"},
                }
            ]
        },
    )
    result = project.pytest("--postman-live")
    assert len(project.target.paths) == 3
    result.assert_outcomes(failed=1)


def test_a_bug_of_ours_keeps_its_traceback(project):
    project.recorded("a")
    project.pytester.makeconftest(
        """
        def pytest_postman_request(request):
            raise ZeroDivisionError("a hook's own")
        """
    )
    result = project.pytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*raise ZeroDivisionError*", "E*ZeroDivisionError: a hook's own"])


def test_calls_behind_one_that_ended_the_run_are_skipped_with_what_ended_it(project):
    project.recorded("a", "b")
    project.pytester.makeconftest(
        """
        def pytest_postman_request(request):
            raise ZeroDivisionError("a hook's own")
        """
    )
    result = project.pytest("-rs")
    result.assert_outcomes(failed=1, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*the run ended early: ZeroDivisionError: a hook's own"])


def test_junit_xml_has_the_facts_of_a_call_as_properties(project):
    project.recorded(project.call("a", PASSES, FAILS))
    project.pytest("--junit-xml=j.xml")
    case = ET.parse(project.pytester.path / "j.xml").find(".//testcase")
    properties = {one.get("name"): one.get("value") for one in case.iter("property")}
    assert properties.pop("postman_time_ms").isdigit()
    assert properties == {
        "postman_method": "GET",
        "postman_url": f"{project.target.url}/a",
        "postman_status": "200",
    }
    assert any("expected 1 to equal 2" in one.get("message") + one.text for one in case.findall("failure"))


def test_an_expected_failure_is_one(project):
    project.recorded(project.call("a", FAILS))
    project.pytester.makeconftest(
        """
        import pytest

        def pytest_collection_modifyitems(items):
            for item in items:
                item.add_marker(pytest.mark.xfail(reason="known"))
        """
    )
    result = project.pytest("-rx")
    result.assert_outcomes(xfailed=1)
    assert result.ret == pytest.ExitCode.OK
