"""Selecting and ordering: what pytest's own options mean for calls."""

import signal
import subprocess
import sys
import time

import pytest

PASSES = "pm.test('holds', () => pm.expect(1).to.equal(1));"
FAILS = "pm.test('does not', () => pm.expect(1).to.equal(2));"
HANDLE = "pm.environment.set('handle', pm.response.json().path);"


def chain(project):
    """Three calls of which the last uses what the first set."""
    return (
        project.call("login", PASSES, HANDLE),
        project.call("unrelated"),
        project.call("read", PASSES, path="read{{handle}}"),
    )


def test_k_selects_calls_and_folders_by_name(project):
    project.recorded({"name": "Users", "item": [project.call("create"), project.call("read")]}, "other")
    project.pytest("-k", "Users and create").assert_outcomes(passed=1, deselected=2)
    project.pytest("-k", "not other").assert_outcomes(passed=2, deselected=1)


def test_a_replay_runs_what_a_selected_call_needs_as_set_up(project):
    project.recorded(*chain(project))
    result = project.pytest("-k", "read", "-v")
    result.assert_outcomes(passed=1, deselected=2)
    assert result.parseoutcomes()["subtests"] == 1
    result.stdout.fnmatch_lines(["postman: shop.postman_collection.json: as set-up run login"])


def test_the_set_up_is_shown_where_set_ups_are_shown(project):
    project.recorded(*chain(project))
    result = project.pytest("-k", "read", "--setup-show")
    result.stdout.fnmatch_lines([f"*SETUP    C login: GET {project.target.url}/login -> 200 OK"])
    result = project.pytest("-k", "read", "-rP", "--junit-xml=j.xml")
    result.stdout.fnmatch_lines(["*Captured upstream calls setup*", "login: GET *"])
    assert 'name="postman_setup"' in (project.pytester.path / "j.xml").read_text()


def test_a_selected_call_that_others_need_is_an_item_and_no_set_up(project):
    project.recorded(*chain(project))
    result = project.pytest("-k", "read or login", "--setup-show")
    result.assert_outcomes(passed=2, deselected=1)
    result.stdout.no_fnmatch_line("*SETUP*")


def test_a_need_that_only_the_companion_knows_is_run_too(project):
    companion = {"calls": [{"call": ["read"], "needs": [["F"]]}]}
    project.recorded(
        {"name": "F", "item": [project.call("one"), project.call("two")]}, "read", companion=companion
    )
    result = project.pytest("shop.postman_collection.json::read")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*as set-up run F / one; F / two"])


def test_a_set_up_call_that_fails_is_an_error_of_the_selected_one(project):
    extract = {"call": ["login"], "extract": {"handle": "$.nothing"}}
    project.recorded(*chain(project), companion={"calls": [extract]})
    result = project.pytest("-k", "read")
    result.assert_outcomes(errors=1, deselected=2)
    result.stdout.fnmatch_lines(
        ["a call that this one stands on failed", "*$.nothing selects nothing*", "*--> login"]
    )


def test_an_assertion_of_a_set_up_call_may_fail(project):
    project.recorded(project.call("login", FAILS, HANDLE), project.call("read", path="read{{handle}}"))
    result = project.pytest("-k", "read", "-rP")
    result.assert_outcomes(passed=1, deselected=1)
    result.stdout.fnmatch_lines(["login: GET * -> 200 OK, 1 assertion failed"])


def test_live_nothing_is_sent_that_is_not_selected(project):
    project.collection(*chain(project))
    result = project.pytest("-k", "read", "--postman-live")
    assert project.target.paths == ["/read%7B%7Bhandle%7D%7D"]
    result.stdout.fnmatch_lines(
        ["*not sent, though the selected calls need them: login (--postman-upstream*"]
    )


def test_live_what_a_selected_call_needs_is_sent_when_asked(project):
    project.collection(*chain(project))
    result = project.pytest("-k", "read", "--postman-live", "--postman-upstream")
    result.assert_outcomes(passed=1, deselected=2)
    assert project.target.paths == ["/login", "/read/login"]


def test_m_selects_folders(project):
    project.recorded({"name": "Users", "item": [project.call("a")]}, "b")
    project.pytest("-m", "users").assert_outcomes(passed=1, deselected=1)
    project.pytest("-m", "not users").assert_outcomes(passed=1, deselected=1)


def test_x_stops_behind_the_first_call_that_fails(project):
    project.collection("a", project.call("b", FAILS), "c")
    result = project.pytest("--postman-live", "-x")
    assert project.target.paths == ["/a", "/b"]
    result.assert_outcomes(passed=1, failed=1)


def test_maxfail_stops_at_that_many_failures(project):
    project.collection(*(project.call(name, "throw new Error('no')") for name in "abcd"))
    project.pytest("--postman-live", "--maxfail=2").assert_outcomes(failed=2)
    assert project.target.paths == ["/a", "/b"]


CLEAN_UP = {"calls": [{"call": ["clean up"], "always": True}]}


def test_calls_that_always_run_do_when_the_session_ends_early_and_are_told(project):
    project.collection(
        project.call("a", FAILS), "b", project.call("clean up", path="clean"), companion=CLEAN_UP
    )
    result = project.pytest("--postman-live", "-x")
    assert project.target.paths == ["/a", "/clean"]
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*shop.postman_collection.json ended early, and ran what always runs: clean up: GET*200 OK"]
    )


def test_one_of_them_that_fails_then_is_an_error(project):
    clean = project.call("clean up", "throw new Error('still there')")
    project.collection(project.call("a", FAILS), clean, companion=CLEAN_UP)
    result = project.pytest("--postman-live", "-x")
    result.assert_outcomes(failed=1, errors=1)
    result.stdout.fnmatch_lines(["Error: still there"])


def test_they_do_not_run_when_they_are_not_selected(project):
    project.collection(project.call("a", FAILS), "b", "clean up", companion=CLEAN_UP)
    project.pytest("--postman-live", "-x", "-k", "not clean")
    assert project.target.paths == ["/a"]


def test_one_that_a_script_jumped_over_is_run_as_itself(project):
    project.collection(
        project.call("a", "pm.execution.setNextRequest(null)"), "b", project.call("clean up", path="clean"),
        companion=CLEAN_UP,
    )  # fmt: skip
    project.pytest("--postman-live").assert_outcomes(passed=2, skipped=1)
    assert project.target.paths == ["/a", "/clean"]


def test_a_call_marked_to_be_skipped_is_not_sent(project):
    project.collection("a", "b", "c")
    project.pytester.makeconftest(
        """
        import pytest

        def pytest_collection_modifyitems(items):
            items[1].add_marker(pytest.mark.skip(reason="not now"))
        """
    )
    project.pytest("--postman-live").assert_outcomes(passed=2, skipped=1)
    assert project.target.paths == ["/a", "/c"]


def test_lf_runs_what_failed_with_what_it_needs(project):
    project.recorded(
        project.call("login", HANDLE),
        project.call("read [x]", FAILS, PASSES, path="read{{handle}}"),
        {"name": "F [y]", "item": [project.call("inner", FAILS)]},
        "b",
    )
    project.pytest().assert_outcomes(passed=2, failed=2)
    result = project.pytest("--lf")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*as set-up run login"])


def test_a_call_that_passes_is_no_last_failure_any_more(project):
    path = project.recorded(project.call("a", FAILS), "b")
    project.pytest().assert_outcomes(passed=1, failed=1)
    path.write_text(path.read_text().replace("to.equal(2)", "to.equal(1)"))
    project.pytest("--lf").assert_outcomes(passed=1)
    project.pytest("--lf").assert_outcomes(passed=2)


def test_ff_runs_the_collections_with_failures_first_in_their_own_order(project):
    project.recorded("a1", "a2", name="a")
    project.recorded("b1", project.call("b2", FAILS), "b3", name="b")
    project.pytest()
    result = project.pytest("--ff", "-v")
    order = [
        line.split("::")[1].split(" ")[0]
        for line in result.outlines
        if " PASSED" in line or " FAILED" in line
    ]
    assert order == ["b1", "b2", "b3", "a1", "a2"]


def test_sw_stops_at_the_first_failure_and_goes_on_there(project):
    path = project.recorded(*chain(project), project.call("d", FAILS), project.call("e", path="e{{handle}}"))
    project.pytest("--sw").assert_outcomes(passed=3, failed=1)
    path.write_text(path.read_text().replace("to.equal(2)", "to.equal(1)"))
    result = project.pytest("--sw")
    result.assert_outcomes(passed=2, deselected=3)
    result.stdout.fnmatch_lines(["*as set-up run login"])


def test_calls_keep_their_order_and_stay_together_however_they_are_shuffled(project):
    project.recorded(*chain(project))
    project.pytester.makepyfile("def test_before(): pass\ndef test_after(): pass\n")
    project.pytester.makeconftest(
        """
        def pytest_collection_modifyitems(items):
            items.reverse()
            items.insert(1, items.pop())
        """
    )
    result = project.pytest("-v")
    result.assert_outcomes(passed=5)
    order = [line.split("::")[1].split(" ")[0] for line in result.outlines if " PASSED" in line]
    assert [one for one in order if "test" not in one] == ["login", "unrelated", "read"]
    assert abs(order.index("login") - order.index("read")) == 2


def test_an_interrupted_session_runs_what_always_runs_and_says_it_was_interrupted(project):
    project.collection(
        project.call("a"), project.call("b", "while (true) {}"), "c", project.call("clean up", path="clean"),
        companion=CLEAN_UP,
    )  # fmt: skip
    options = ["--postman-live", "--postman-html=report.html", "-p", "no:hypothesispytest", "-v"]
    command = [sys.executable, "-m", "pytest", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        while "/b" not in project.target.paths:
            assert process.poll() is None, "it ended before the second call was sent"
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate()
    assert process.returncode == pytest.ExitCode.INTERRUPTED, said
    assert project.target.paths == ["/a", "/b", "/clean"]
    assert "ended early, and ran what always runs: clean up" in said
    assert "::c" not in said
    assert "Interrupted" in (project.pytester.path / "report.html").read_text()


def test_collect_only_runs_nothing(project):
    project.collection("a")
    project.pytest("--collect-only", "--postman-live").assert_outcomes()
    assert project.target.paths == []


def test_a_session_lets_go_of_what_was_received(project):
    project.recorded("a", "b")
    project.pytester.makeconftest(
        """
        def pytest_sessionfinish(session):
            print("held:", sum(len(item.results) for item in session.items))
        """
    )
    project.pytest("-s").stdout.fnmatch_lines(["*held: 0*"])


def test_an_item_that_others_run_out_of_order_is_run_all_the_same(project):
    project.recorded(*chain(project))
    project.pytester.makeconftest(
        """
        import pytest

        @pytest.hookimpl(wrapper=True)
        def pytest_runtestloop(session):
            session.items.reverse()
            return (yield)
        """
    )
    result = project.pytest("-v")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["*::read PASSED*", "*::unrelated PASSED*", "*::login PASSED*"])


def test_set_up_and_teardown_run_once_with_whatever_is_selected(project):
    companion = {"before": ["in"], "after": ["out"], "calls": [{"call": "a", "tags": ["smoke"]}]}
    project.collection("a", "in", "b", "out", companion=companion)
    assert project.ids("--postman-iteration-count", "2") == [
        "in[row-1]", "a[row-1]", "b[row-1]", "a[row-2]", "b[row-2]", "out[row-2]"
    ]  # fmt: skip
    result = project.pytest("--postman-live", "-m", "smoke", "--strict-markers")
    result.assert_outcomes(passed=1, deselected=3)
    result.stdout.fnmatch_lines(["shop.postman_collection.json ran its teardown: out: GET *"])
    assert project.target.paths == ["/in", "/a", "/out"]


def test_calls_without_a_set_up_are_skipped_and_say_so(project):
    companion = {"before": ["in"], "calls": [{"call": "in", "expect": {"status": 404}}]}
    project.collection("a", "in", companion=companion)
    result = project.pytest("--postman-live", "-rs")
    result.stdout.fnmatch_lines(["SKIPPED * the set-up failed: in"])
