"""What scripts find otherwise than in newman: each test is the proof of a difference that the page lists."""

import pytest

from harness.client.message import Response


@pytest.mark.difference("async-test")
def test_a_test_whose_promise_is_rejected_fails_and_passes_in_newman(bench, newman):
    source = "pm.test('t', async () => { throw new Error('lost') })"
    assert bench.outcomes(source) == {"t": "lost"}
    assert newman.outcomes(source) == {"t": "passed"}


@pytest.mark.difference("late-failure")
def test_an_error_before_a_timer_is_the_scripts_and_lost_in_newman(bench, newman):
    source = "setTimeout(() => {}, 1); throw new Error('early')"
    assert bench.run(source).error.message == "early"
    assert newman.run(source).error is None


@pytest.mark.difference("thrown-value")
def test_a_thrown_text_is_told_and_has_no_message_in_newman(bench, newman):
    assert bench.run("throw 'no luck'").error.message == "no luck"
    assert not newman.run("throw 'no luck'").error.message


@pytest.mark.difference("top-level-await")
def test_a_script_may_await_and_is_a_syntax_error_in_newman(bench, newman):
    assert bench.said("await null; console.log('on')") == ["on"]
    assert newman.run("await null; console.log('on')").error.name == "SyntaxError"


@pytest.mark.difference("promises")
def test_requests_and_jars_give_promises_and_nothing_in_newman(bench, newman):
    source = "console.log(typeof pm.sendRequest('http://host/none', () => {})?.then)"
    assert bench.said("console.log(typeof pm.sendRequest('http://host/none').catch(() => {}).then)") == [
        "function"
    ]
    assert newman.said(source) == ["'undefined'"]
    assert bench.said("console.log(typeof pm.cookies.jar().getAll('http://host/').then)") == ["function"]
    assert "requires a callback" in newman.run("pm.cookies.jar().getAll('http://host/')").error.message


@pytest.mark.difference("vault")
def test_there_is_a_vault_and_none_in_newman(bench, newman):
    bench.host.secrets["key"] = "kept"
    assert bench.said("console.log(await pm.vault.get('key'))") == ["kept"]
    assert newman.said("console.log(typeof pm.vault)") == ["'undefined'"]


@pytest.mark.difference("packages")
def test_packages_and_datasets_are_known_and_not_in_newman(bench, newman):
    source = "console.log(typeof pm.require, typeof pm.execution?.runRequest, typeof pm.datasets)"
    assert bench.said(source) == ["function function function"]
    assert newman.said(source) == ["'undefined', 'undefined', 'undefined'"]


@pytest.mark.difference("send-request-error")
def test_the_error_of_a_request_is_an_error_and_a_bare_object_in_newman(bench, newman):
    source = """pm.sendRequest("http://host/none", (error, response) =>
        console.log(error instanceof Error, typeof error.message, typeof response))"""
    assert bench.said(source) == ["true string undefined"]
    assert newman.said(source) == ["false, 'undefined', 'object'"]


@pytest.mark.difference("timer-order")
def test_a_timer_of_a_few_milliseconds_comes_before_any_answer_in_newman_alone(bench, newman):
    for one in (bench, newman):
        one.host.answers["x"] = Response(status=200, reason="OK", body=b"")
    source = """setTimeout(() => console.log("timer"), 15);
        pm.sendRequest("http://host/x", () => console.log("answer"))"""
    # The clock stands still while an answer is waited for.
    still = {"clock_ms": 1e12, "wait_for_timers": False}
    assert newman.said(source, **still) == ["'timer'", "'answer'"]
    assert bench.said(source, **still) == ["answer", "timer"]


@pytest.mark.difference("changed-builtins")
def test_what_a_script_changes_is_undone_and_stays_in_newman(bench, newman):
    for one, stays in ((bench, ["undefined"]), (newman, ["'number'"])):
        one.run("require('chai').config.mine = 1")
        assert one.said("console.log(typeof require('chai').config.mine)") == stays


@pytest.mark.difference("large-response-body")
def test_the_old_name_of_a_body_holds_no_large_one_except_in_newman(bench, newman):
    large = Response(status=200, reason="OK", body=b"x" * (50 * 1024 * 1024 + 1))
    assert bench.said("console.log(typeof responseBody)", response=large) == ["undefined"]
    assert newman.said("console.log(typeof responseBody)", response=large) == ["'string'"]


@pytest.mark.difference("console-values")
def test_values_are_shown_whole_and_as_json_in_newman(bench, newman):
    assert bench.said("console.log(new Map([[1, 2]]))") == ["Map(1) { 1 => 2 }"]
    assert bench.said("console.log(new Date(NaN))") == ["Invalid Date"]
    assert newman.said("console.log(new Date(NaN))") == ["null"]
