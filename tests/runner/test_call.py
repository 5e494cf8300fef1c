import pytest

from harness.client.message import Response
from harness.dialect import NEWMAN
from harness.runner.results import RunWarning
from harness.runner.rules import CallRule
from harness.scripting.engine import Deprecation, JobResult, ScriptPosition, ScriptRun


def test_pre_request_scripts_see_the_request_unresolved_and_may_change_it(lab):
    lab.variables["id"] = "7"

    def change(job, host):
        url = job.request()["url"]
        assert url == "http://lab/{{id}}" or url["raw"] == "http://lab/{{id}}"
        return JobResult(
            request={**job.request(), "method": "PUT", "header": [{"key": "X", "value": "{{id}}"}]}
        )

    outcome = lab.run([{"name": "a", "request": "http://lab/{{id}}", "prerequest": change}])
    sent = lab.answers.sent[0].request
    assert (sent.method, sent.url, sent.header("X")) == ("PUT", "http://lab/7", "7")
    assert outcome.results[0].request.method == "PUT"


def test_a_change_lasts_for_one_call_only(lab):
    count = []

    def change_once(job, host):
        count.append(job.request()["method"])
        return JobResult(request={**job.request(), "method": "PUT"})

    lab.run([{"name": "a", "prerequest": change_once}], iterations=2)
    assert count == ["GET", "GET"]


def test_test_scripts_see_the_request_as_sent(lab):
    lab.variables["v"] = "1"
    seen = {}

    def look(job, host):
        seen.update(job.request())
        return

    request = {
        "method": "POST",
        "url": "http://lab/a?q={{v}}",
        "header": [{"key": "A", "value": "{{v}}"}, {"key": "Off", "value": "x", "disabled": True}],
        "body": {"mode": "raw", "raw": "{{v}}"},
        "description": "why",
    }
    lab.run([{"name": "a", "request": request, "test": look}])
    keys = [header["key"] for header in seen["header"]]
    assert keys[:2] == ["A", "Off"]
    assert {"User-Agent", "Host", "Content-Length"} <= set(keys)
    assert [header for header in seen["header"] if header["key"] == "A"] == [{"key": "A", "value": "1"}]
    assert seen["body"]["raw"] == "1"
    assert seen["description"] == "why"


@pytest.mark.parametrize("mode", ["urlencoded", "formdata"])
def test_test_scripts_see_forms_resolved(lab, mode):
    lab.variables["v"] = "1"
    seen = {}

    def look(job, host):
        seen.update(job.request()["body"])
        return

    body = {"mode": mode, mode: [{"key": "k", "value": "{{v}}", "type": "text"}]}
    lab.run([{"name": "a", "request": {"method": "POST", "url": "http://lab/a", "body": body}, "test": look}])
    assert [(one["key"], one["value"]) for one in seen[mode]] == [("k", "1")]


def test_a_script_can_call_the_request_off(lab):
    ran = []
    outcome = lab.run(
        [
            {
                "name": "a",
                "prerequest": lambda job, host: JobResult(skip_request=True),
                "test": lambda job, host: ran.append(1),
            },
            "b",
        ]
    )
    assert [hop.request.url for hop in lab.answers.sent] == ["http://lab/b"]
    assert outcome.results[0].skipped_by_script
    assert ran == []


def test_a_failing_pre_request_script_does_not_stop_request_and_tests(lab):
    ran = []
    outcome = lab.run(
        [{"name": "a", "prerequest": lab.throws("no"), "test": lambda job, host: ran.append(1)}]
    )
    assert len(lab.answers.sent) == 1
    assert ran == [1]
    assert [failure.kind for failure in outcome.summary.failures] == ["prerequest-script"]


def test_under_bail_a_failing_pre_request_script_stops_the_call(lab):
    outcome = lab.run([{"name": "a", "prerequest": lab.throws("no")}, "b"], bail=True)
    assert lab.answers.sent == []
    assert outcome.order == ["a"]


def test_under_bail_failed_assertions_are_an_error_of_their_script(lab):
    outcome = lab.run([{"name": "a", "test": lab.asserts("t", fails=True)}], bail=True)
    run = outcome.results[0].test[0]
    assert (run.error.name, run.error.message) == ("AssertionFailure", "t")
    assert len(outcome.summary.failures) == 2


def test_test_scripts_run_when_no_answer_came(lab):
    lab.answers.table["/a"] = "refused"
    seen = []
    lab.run([{"name": "a", "test": lambda job, host: seen.append(job.response)}])
    assert seen == [None]


def test_what_scripts_send_goes_through_the_same_session_and_is_told(lab):
    lab.variables["v"] = "1"
    lab.answers.table["/side"] = Response(status=201, reason="Created")

    def send(job, host):
        exchange = host.sends([{"url": "http://lab/side?{{v}}", "method": "GET"}])[0]()
        assert exchange.response.status == 201
        return

    outcome = lab.run([{"name": "a", "prerequest": send}])
    side = outcome.results[0].side[0]
    assert side.origin == "prerequest"
    # Names are not resolved in what scripts send, as in newman.
    assert "{{v}}" in lab.answers.sent[0].request.url
    assert lab.answers.sent[0].context.origin == "prerequest"
    assert outcome.summary.requests.total == 2


def test_a_failed_request_of_a_script_fails_the_run(lab):
    lab.answers.table["/side"] = "refused"
    outcome = lab.run(
        [{"name": "a", "test": lambda job, host: host.sends([{"url": "http://lab/side"}])[0]() and None}]
    )
    assert [failure.kind for failure in outcome.summary.failures] == ["request"]


def test_scripts_upload_no_files(lab):
    def send(job, host):
        (send,) = host.sends(
            [
                {
                    "url": "http://lab/side",
                    "method": "POST",
                    "body": {"mode": "file", "file": {"src": "/etc/passwd"}},
                }
            ]
        )
        send()

    outcome = lab.run([{"name": "a", "prerequest": send}])
    assert lab.answers.sent[0].request.body is None
    assert "uploading files from scripts is not allowed" in outcome.summary.warnings[0].message


def test_cookies_of_scripts_go_along_with_requests(lab):
    from harness.client.message import Cookie

    def bake(job, host):
        host.set_cookie("http://lab/", Cookie(name="c", value="1"))
        assert [cookie.name for cookie in host.cookies("http://lab/")] == ["c"]

    def clear(job, host):
        host.clear_cookies("http://lab/", "c")

    lab.run([{"name": "a", "prerequest": bake, "test": clear}, "b"])
    assert lab.answers.sent[0].request.header("Cookie") == "c=1"
    assert lab.answers.sent[1].request.header("Cookie") is None


def test_an_unresolved_name_is_a_warning_with_its_place(lab):
    outcome = lab.run([{"name": "F", "item": [{"name": "a", "request": "http://lab/{{nope}}"}]}])
    (warning,) = outcome.summary.warnings
    assert "'nope'" in warning.message
    assert warning.place == "F / a"


def test_newman_says_nothing_of_unresolved_names(lab):
    lab.dialect = NEWMAN
    assert lab.run([{"name": "a", "request": "http://lab/{{nope}}"}]).summary.warnings == []


def test_scripts_without_code_are_counted_and_no_engine_is_asked(lab):
    events = [{"listen": "test", "script": {"exec": [""]}}, {"listen": "prerequest", "script": {}}]
    summary = lab.run([{"name": "a", "event": events}]).summary
    assert (summary.prerequest_scripts.total, summary.test_scripts.total) == (1, 1)
    assert lab.engine.jobs == []


def deprecates(name):
    """A script that uses a deprecated name."""

    def function(job, host):
        ((label, script),) = job.scripts
        used = Deprecation(name=name, instead="pm.test()", position=ScriptPosition(line=3, column=1))
        return JobResult(runs=(ScriptRun(script=script, label=label, deprecations=(used,)),))

    return function


def test_a_deprecated_name_is_warned_of_once_with_its_place(lab):
    lab.run([{"name": "a", "test": deprecates("tests")}])
    items = [{"name": name, "test": deprecates("tests")} for name in ("a", "b")]
    warnings = lab.run(items, iterations=2).summary.warnings
    assert warnings == [
        RunWarning(
            message='"tests" is deprecated, use pm.test() instead',
            place="a, test-script, line 3",
            kind="deprecated-name",
        )
    ]


def test_the_last_attempt_of_a_call_warns_of_what_the_first_used(lab):
    lab.answers.table["/a"] = ["refused", {}]
    item = {"name": "a", "test": deprecates("tests")}
    outcome = lab.run([item], rules={0: CallRule(retries=1, goal="pass")})
    assert len(outcome.attempts) == 1
    assert len(outcome.summary.warnings) == 1


def test_draws_of_a_call_are_the_same_for_the_same_seed(lab):
    items = [{"name": "a", "request": "http://lab/{{$guid}}"}]
    lab.run(items)
    lab.run(items)
    first, second = (hop.request.url for hop in lab.answers.sent)
    assert first == second


def test_draws_differ_between_iterations(lab):
    lab.run([{"name": "a", "request": "http://lab/{{$guid}}"}], iterations=2)
    first, second = (hop.request.url for hop in lab.answers.sent)
    assert first != second


def test_draws_differ_when_a_call_is_visited_again(lab):
    visits = []

    def back_once(job, host):
        visits.append(1)
        return lab.goes_to("a")(job, host) if len(visits) == 1 else None

    lab.run([{"name": "a", "request": "http://lab/{{$guid}}"}, {"name": "b", "test": back_once}])
    first, _, second, _ = (hop.request.url for hop in lab.answers.sent)
    assert first != second
