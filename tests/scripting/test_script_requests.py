"""`pm.sendRequest`, `pm.execution` and what else a script asks of the run."""

import json
import threading
from collections.abc import Mapping
from typing import Any

import pytest

from harness.client.message import Exchange, ResolvedRequest, Response
from harness.scripting.engine import NextRequest
from tests.scripting.conftest import MemoryHost

ANSWER = Response(
    status=201, reason="Created", headers=(("Content-Type", "application/json"),), body=b'{"a": 1}'
)


def test_send_request_calls_back_with_response_and_cookies(bench):
    bench.host.answers["x"] = ANSWER
    said = bench.said(
        """
        pm.sendRequest("http://host/x", (error, response, history) => {
            console.log(error, response.code, response.json().a, history.cookies.get("seen"));
        });
        """
    )
    assert said == ["null 201 1 yes"]


def test_send_request_is_a_promise_without_a_callback(bench):
    bench.host.answers["x"] = ANSWER
    assert bench.said("console.log((await pm.sendRequest({url: 'http://host/x'})).code)") == ["201"]


def test_a_test_after_send_request_counts(bench):
    bench.host.answers["x"] = ANSWER
    assert bench.outcomes(
        "pm.sendRequest('http://host/x').then(r => pm.test('late', () => pm.expect(r.code).to.equal(200)));"
    ) == {"late": "expected 201 to equal 200"}


def test_send_request_takes_all_forms_of_a_request(bench):
    bench.host.answers["x"] = ANSWER
    bench.said(
        """
        const {Request} = require("postman-collection");
        await pm.sendRequest({url: "http://host/x", method: "post", header: {"X-A": "1"}, body: "text"});
        await pm.sendRequest(new Request({url: "http://host/x", header: "X-B: 2\\nX-C: 3"}));
        await pm.sendRequest({url: {host: ["host"], path: ["x"]},
            body: {mode: "urlencoded", urlencoded: [{key: "k", value: "v"}]}});
        """
    )
    first, second, third = bench.host.sent
    assert first["method"] == "POST"
    assert first["header"] == [{"key": "X-A", "value": "1"}]
    assert first["body"] == {"mode": "raw", "raw": "text"}
    assert [header["key"] for header in second["header"]] == ["X-B", "X-C"]
    assert third["body"]["urlencoded"] == [{"key": "k", "value": "v"}]


def test_files_are_taken_out_of_what_scripts_send(bench):
    bench.host.answers["x"] = ANSWER
    said = bench.said(
        """
        await pm.sendRequest({url: "http://host/x", method: "POST", body: {mode: "formdata", formdata: [
            {key: "file", type: "file", src: "/etc/passwd"}, {key: "text", type: "text", value: "t"}]}});
        """
    )
    assert said == ["uploading files from scripts is not allowed"]
    assert [part["key"] for part in bench.host.sent[0]["body"]["formdata"]] == ["text"]


def test_a_request_that_fails_is_an_error_with_its_code(bench):
    said = bench.said(
        """
        pm.sendRequest("http://host/none", (e, response) => console.log(e.code, e.message, response));
        await pm.sendRequest("http://host/none").catch(e => console.log(e instanceof Error, e.code));
        """
    )
    assert said == ["ECONNREFUSED connect ECONNREFUSED undefined", "true ECONNREFUSED"]


def test_the_json_of_a_failed_request_has_its_code_and_its_message(bench):
    [said] = bench.said('pm.sendRequest("http://host/none", e => console.log(JSON.stringify({ e })))')
    assert json.loads(said) == {
        "e": {"errno": -111, "code": "ECONNREFUSED", "syscall": "connect"}
        | {"name": "Error", "message": "connect ECONNREFUSED"}
    }


def test_newman_returns_no_promise_and_an_empty_response_with_the_error(newman):
    said = newman.said(
        """
        const returned = pm.sendRequest("http://host/none", (error, response) =>
            console.log(error.code, response.code, typeof response.text));
        console.log(typeof returned.then);
        """
    )
    assert said == ["'undefined'", "'ECONNREFUSED', undefined, 'function'"]


def test_requests_are_sent_in_the_order_of_their_calls(bench):
    for path in ("a", "b"):
        bench.host.answers[path] = ANSWER
    bench.said("await Promise.all(['a', 'b'].map(path => pm.sendRequest(`http://host/${path}`)))")
    assert [request["url"]["path"] for request in bench.host.sent] == [["a"], ["b"]]


def test_the_last_wish_for_a_next_request_counts(bench):
    assert bench.result("1").next is None
    assert bench.result(
        "pm.execution.setNextRequest('a')", "postman.setNextRequest('b')"
    ).next == NextRequest(target="b")
    assert bench.result("pm.execution.setNextRequest(null)").next == NextRequest(target=None)


def test_skip_request_ends_the_event_there_and_then(bench):
    result = bench.result(
        """
        pm.environment.set("before", 1);
        pm.test("counted");
        pm.execution.skipRequest();
        pm.test("not counted");
        pm.environment.set("after", 1);
        """,
        "pm.test('next script')",
        event="prerequest",
    )
    assert result.skip_request
    (run,) = result.runs
    assert [assertion.name for assertion in run.assertions] == ["counted"]
    assert "before" in bench.scopes.environment
    assert "after" not in bench.scopes.environment


def test_skip_request_is_no_function_in_a_test_script(bench):
    error = bench.run("pm.execution.skipRequest()").error
    assert error is not None
    assert (error.name, error.message) == ("TypeError", "pm.execution.skipRequest is not a function")


def test_location_and_info_tell_where_the_script_is(bench):
    said = bench.said(
        """
        console.log(pm.execution.location.join(" > "), "|", pm.execution.location.current);
        const {eventName, iteration, iterationCount, requestName, requestId} = pm.info;
        console.log(eventName, iteration, iterationCount, requestName, requestId);
        """,
        iteration=2,
        iteration_count=5,
    )
    assert said == ["Collection > Folder > Item | Item", "test 2 5 Item item-1"]


def test_the_vault_is_asked_of_the_run(bench):
    bench.host.secrets["key"] = "secret"
    said = bench.said(
        """
        console.log(await pm.vault.get("key"), await pm.vault.get("none"));
        await pm.vault.set("other", "x");
        await pm.vault.unset("key");
        """
    )
    assert said == ["secret undefined"]
    assert bench.host.secrets == {"other": "x"}


def test_a_package_is_evaluated_once_and_shares_pm(bench):
    bench.host.packages["@team/tools"] = "module.exports = {count: 0, name: () => pm.info.requestName};"
    said = bench.said(
        """
        pm.require("@team/tools").count++;
        const tools = pm.require("@team/tools");
        console.log(tools.count, tools.name());
        """
    )
    assert said == ["1 Item"]


def test_an_unknown_or_broken_package_is_an_error(bench):
    bench.host.packages["broken"] = "throw new Error('inside')"
    bench.host.packages["wrong"] = "let a = ;"
    for name, message in [
        ("none", "Cannot find package 'none'"),
        ("broken", "Error in package 'broken': inside"),
        ("wrong", "Error in package 'wrong': Unexpected token ';'"),
    ]:
        error = bench.run(f"pm.require('{name}')").error
        assert error is not None
        assert error.message == message


def test_run_request_runs_scripts_meanwhile_and_shows_what_they_changed(bench):
    def nested(target, overrides):
        assert (target, overrides) == ("other", {"variables": {"a": 1}})
        seen = bench.outcomes("pm.environment.set('inner', 1); pm.test(String(pm.environment.get('outer')))")
        assert seen == {"1": "passed"}
        return Exchange(request=ResolvedRequest(method="GET", url="http://host/"), response=ANSWER)

    bench.host.nested = nested
    said = bench.said(
        """
        pm.environment.set("outer", 1);
        const response = await pm.execution.runRequest("other", {variables: {a: 1}});
        console.log(response.code, pm.environment.get("inner"), pm.environment.get("outer"));
        """
    )
    assert said == ["201 1 1"]
    assert {v.key for v in bench.scopes.environment} == {"inner", "outer"}


def test_run_request_gives_null_for_a_skipped_request(bench):
    bench.host.nested = lambda target, overrides: None
    assert bench.said("console.log(await pm.execution.runRequest('other'))") == ["null"]


def test_a_visualizer_template_is_rendered(bench):
    result = bench.result(
        "pm.visualizer.set('<b>{{#each l}}{{this}}{{/each}}</b>', {l: pm.response.json().tags})"
    )
    assert result.visualizer == "<b>ab</b>"
    assert bench.result("pm.visualizer.set('x'); pm.visualizer.clear()").visualizer is None


def test_packages_find_what_scripts_find_but_those_of_a_registry_no_pm(bench):
    bench.host.packages["own"] = (
        "module.exports = [typeof pm, typeof setTimeout, new URL('http://a/b').pathname]"
    )
    bench.host.packages["npm:other"] = "module.exports = [typeof pm, Buffer.from('a').length]"
    said = bench.said("console.log(pm.require('own').join(), pm.require('npm:other').join())")
    assert said == ["object,function,/b undefined,1"]


SIDE_BY_SIDE = """
    pm.sendRequest('http://host/slow', () => console.log('slow'));
    pm.sendRequest('http://host/fast', () => {
        console.log('fast');
        pm.sendRequest('http://host/release', () => console.log('and then'));
    });
"""


class GatedHost(MemoryHost):
    """Does not answer `slow` before `release` is asked for."""

    def send(self, request: Mapping[str, Any]) -> Exchange:
        path = request["url"]["path"][0]
        if path == "release":
            self.gate.set()
        elif path == "slow" and not self.gate.wait(30):
            raise AssertionError("the requests were sent one after the other")
        return super().send(request)


@pytest.fixture
def gated(bench):
    host = GatedHost(answers=dict.fromkeys(("slow", "fast", "release"), ANSWER))
    host.gate = threading.Event()
    bench.host = host
    return bench


def test_requests_that_a_script_does_not_wait_for_are_under_way_together(gated):
    said = gated.said(SIDE_BY_SIDE)
    assert sorted(said) == ["and then", "fast", "slow"]
    assert said[0] == "fast"


def test_many_requests_are_answered_together(bench):
    together = threading.Barrier(20, timeout=30)

    class Meeting(MemoryHost):
        def send(self, request: Mapping[str, Any]) -> Exchange:
            together.wait()
            return super().send(request)

    bench.host = Meeting(answers={"x": ANSWER})
    said = bench.said(
        "for (let i = 0; i < 20; i++) pm.sendRequest('http://host/x', () => console.log(i))", timeout_s=60
    )
    assert sorted(map(int, said)) == list(range(20))


def test_requests_count_against_the_time_of_their_script(gated):
    run = gated.run(
        "pm.test('before'); pm.sendRequest('http://host/slow', () => pm.test('after'))", timeout_s=0.2
    )
    gated.host.gate.set()
    assert [one.name for one in run.assertions] == ["before"]
    assert run.error is not None
    assert run.error.message == "sandbox: asynchronous script execution timeout"


def test_on_a_virtual_clock_answers_come_as_they_were_asked_for(bench):
    arrived = threading.Event()

    class Crossed(MemoryHost):
        def send(self, request: Mapping[str, Any]) -> Exchange:
            if request["url"]["path"] == ["slow"]:
                assert arrived.wait(30)
            exchange = super().send(request)
            arrived.set()
            return exchange

    bench.host = Crossed(answers=dict.fromkeys(("slow", "fast", "release"), ANSWER))
    source = SIDE_BY_SIDE + "setTimeout(() => console.log('timer'), 150);"
    said = bench.said(source, clock_ms=0.0, wait_for_timers=False)
    assert said == ["slow", "fast", "and then", "timer"]


@pytest.mark.parametrize("call", ["executeView('v', {})", "executeQuery('select 1')", "addView({})"])
def test_datasets_are_refused_where_the_script_sees_it(bench, call):
    error = bench.run(f"await pm.datasets('menu').{call}").error
    assert error is not None
    assert error.message.startswith(f'pm.datasets: {call.partition("(")[0]} of the dataset "menu" needs')
    assert error.position is not None
    handled = f"pm.datasets('menu').{call}.catch((error) => console.log(error.name))"
    assert bench.said(handled) == ["Error"]


@pytest.mark.parametrize("name", ["message", "mock", "state"])
def test_what_belongs_to_streams_and_mocks_is_absent(bench, name):
    assert bench.said(f"console.log(typeof pm.{name}, '{name}' in pm)") == ["undefined false"]


def test_newman_has_no_datasets(newman):
    assert newman.said("console.log(pm.datasets, pm.vault)") == ["undefined, undefined"]


def test_postman_tells_the_callback_why_a_request_failed(postman):
    said = postman.said(
        "pm.sendRequest('http://gone.test/', (error, response) =>"
        " console.log(error instanceof Error, error.name, Object.keys(error).includes('message'), response))"
    )
    assert said == ["false, 'Error', true, undefined"]


def test_postman_takes_an_async_test_for_passed_as_newman_does(postman):
    run = postman.run('pm.test("t", async () => { throw new Error("lost") });')
    assert [assertion.error for assertion in run.assertions] == [None]


def test_postman_has_no_datasets(postman):
    assert postman.said("console.log(typeof pm.datasets, typeof pm.vault, typeof URL)") == [
        "'undefined', 'object', 'function'"
    ]
