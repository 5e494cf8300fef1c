import time
from dataclasses import replace

from harness.collection.companion import CallEntry, ExpectEntry, ExtractEntry, RetryEntry
from harness.runner.events import CallFinished, CallStarted, IterationStarted, RunFinished, WarningRaised
from harness.runner.rules import rule_of
from harness.scripting.engine import JobResult


def test_calls_run_in_collection_order_folders_included(lab):
    outcome = lab.run(["a", {"name": "F", "item": ["b", {"name": "G", "item": ["c"]}]}, "d"])
    assert outcome.order == ["a", "b", "c", "d"]
    assert [result.call.path for result in outcome.results][2] == ("F", "G", "c")


def test_a_wish_for_a_name_jumps_and_the_last_of_equal_names_wins(lab):
    items = [{"name": "a", "test": lab.goes_to("twin")}, "twin", "between", "twin", "end"]
    assert lab.run(items).order == ["a", "twin", "end"]


def test_an_id_wins_over_a_name(lab):
    items = [{"name": "a", "test": lab.goes_to("x")}, "x", {"name": "c", "id": "x"}, "d"]
    assert lab.run(items).order == ["a", "c", "d"]


def test_the_test_scripts_wish_beats_the_pre_request_scripts(lab):
    items = [{"name": "a", "prerequest": lab.goes_to("b"), "test": lab.goes_to("c")}, "b", "c"]
    assert lab.run(items).order == ["a", "c"]


def test_null_ends_this_iteration_only(lab):
    outcome = lab.run([{"name": "a", "test": lab.goes_to(None)}, "b"], iterations=2)
    assert outcome.order == ["a", "a"]


def test_an_unknown_next_request_ends_the_iteration_and_is_told(lab):
    outcome = lab.run([{"name": "a", "test": lab.goes_to("nowhere")}, "b"])
    assert outcome.order == ["a"]
    warnings = [event.warning for event in outcome.events if isinstance(event, WarningRaised)]
    assert "'nowhere'" in warnings[0].message
    assert warnings[0].place == "a"


def test_a_script_can_go_back_and_visit_again(lab):
    visits = []

    def back_once(job, host):
        visits.append(job.item_name)
        return lab.goes_to("a")(job, host) if len(visits) == 1 else None

    assert lab.run(["a", {"name": "b", "test": back_once}, "c"]).order == ["a", "b", "a", "b", "c"]


def test_each_row_is_an_iteration_and_the_last_repeats(lab):
    outcome = lab.run(
        [{"name": "a", "request": "http://lab/{{who}}"}], rows=[{"who": "x"}, {"who": "y"}], iterations=3
    )
    assert [hop.request.url for hop in lab.answers.sent] == ["http://lab/x", "http://lab/y", "http://lab/y"]
    told = [event.row for event in outcome.events if isinstance(event, IterationStarted)]
    assert told == [{"who": "x"}, {"who": "y"}, {"who": "y"}]


def test_a_plan_without_calls_has_no_iteration(lab):
    outcome = lab.run([])
    assert outcome.summary.iterations.total == 0
    assert isinstance(outcome.events[-1], RunFinished)


def test_bail_stops_after_the_call_that_failed(lab):
    outcome = lab.run(
        ["a", {"name": "b", "test": lab.asserts("t", fails=True)}, "c"], bail=True, iterations=2
    )
    assert outcome.order == ["a", "b"]
    assert outcome.end.error == "bail"


def test_without_bail_a_failure_stops_nothing(lab):
    outcome = lab.run([{"name": "a", "test": lab.asserts("t", fails=True)}, "b"])
    assert outcome.order == ["a", "b"]
    assert outcome.summary.failed


def test_without_bail_a_script_that_throws_stops_nothing(lab):
    outcome = lab.run([{"name": "a", "test": lab.throws("no")}, "b"])
    assert outcome.order == ["a", "b"]
    assert outcome.summary.failed


def test_with_a_delay_calls_go_one_after_the_other_whatever_the_jobs(lab):
    told = []

    def answer(hop):
        told.append(len([event for event in seen if isinstance(event, CallFinished)]))
        return {}

    lab.answers.table |= {"/a": answer, "/b": answer}
    events, _ = lab.begin(["a", "b"], delay_s=0.25, jobs=4)
    seen = []
    while (event := next(events, None)) is not None:
        seen.append(event)
    assert told == [0, 1]


def test_a_delay_is_waited_before_every_call(lab):
    lab.run(["a", "b"], delay_s=0.25)
    assert lab.naps == [0.25, 0.25]


def test_no_call_starts_after_the_run_timed_out(lab):
    outcome = lab.run(["a", "b"], timeout_s=-1.0)
    assert outcome.order == []
    assert outcome.end.error == "callback timed out"
    assert outcome.end.summary.failed


def test_no_request_is_waited_for_beyond_the_end_of_the_run_but_those_that_always_run(lab):
    rule = rule_of(CallEntry(path=("b",), always=True))
    lab.run(["a", "b"], timeout_s=60.0, rules={1: rule}, bail=True)
    lab.answers.table["/a"] = "refused"
    lab.run(["a", "b"], timeout_s=60.0, rules={1: rule}, bail=True)
    waits = [hop.options.timeout_s for hop in lab.answers.sent]
    assert [wait is not None and 0 < wait <= 60.0 for wait in waits] == [True, True, True, False]


def test_only_chosen_steps_run(lab):
    outcome = lab.run(["a", "b", "c"], iterations=2, chosen={(0, 1), (1, 2)})
    assert outcome.order == ["b", "c"]


def test_a_call_for_another_platform_is_skipped_with_that_reason(lab):
    rule = rule_of(CallEntry(path=("b",), only_platform="local"))
    outcome = lab.run(["a", "b"], rules={1: rule})
    assert outcome.order == ["a"]
    assert "'local'" in outcome.results[1].skipped


def test_a_call_for_this_platform_runs(lab):
    lab.platform = "local"
    rule = rule_of(CallEntry(path=("b",), only_platform="local"))
    assert lab.run(["a", "b"], rules={1: rule}).order == ["a", "b"]


def test_always_runs_after_a_bail_but_once(lab):
    rule = rule_of(CallEntry(path=("clean",), always=True))
    items = [{"name": "a", "test": lab.asserts("t", fails=True)}, "b", "clean"]
    assert lab.run(items, rules={2: rule}, bail=True).order == ["a", "clean"]
    assert lab.run(["a", "clean"], rules={1: rule}).order == ["a", "clean"]


def test_always_runs_after_an_interruption_which_is_told(lab):
    lab.answers.table["/b"] = KeyboardInterrupt()
    rule = rule_of(CallEntry(path=("clean",), always=True))
    outcome = lab.run(["a", "b", "c", "clean"], rules={3: rule})
    assert outcome.order == ["a", "clean"]
    assert outcome.summary.interrupted


def expecting(jsonpath, value, **retry):
    expect = ExpectEntry(subject="path", check="equals", target=jsonpath, wanted=value)
    return rule_of(CallEntry(path=("a",), expect=(expect,), retry=RetryEntry(**retry) if retry else None))


def test_a_call_is_sent_again_until_its_expectations_hold(lab):
    lab.answers.table["/a"] = [{"state": "new"}, {"state": "new"}, {"state": "done"}]
    outcome = lab.run(["a"], rules={0: expecting("$.state", "done", every_s=2.0, for_s=60.0)})
    assert [result.attempt for result in outcome.attempts] == [1, 2]
    assert outcome.results[0].attempt == 3
    assert not outcome.summary.failed
    assert lab.naps == [2.0, 2.0]


def test_a_retry_ends_after_its_time_counted_in_attempts(lab):
    lab.answers.table["/a"] = {"state": "new"}
    outcome = lab.run(["a"], rules={0: expecting("$.state", "done", every_s=1.0, for_s=3.0)})
    assert len(outcome.attempts) == 3
    assert outcome.summary.assertions.failed == 1


def test_a_call_is_not_tried_again_once_the_time_of_the_run_is_over(lab):
    lab.answers.table["/a"] = {"state": "new"}
    rules = {0: expecting("$.state", "done", every_s=1.0, for_s=60.0)}
    outcome = lab.run([{"name": "a", "test": lambda job, host: time.sleep(0.6)}], timeout_s=0.5, rules=rules)
    assert len(lab.answers.sent) == 1
    assert outcome.summary.assertions.failed == 1


def test_earlier_attempts_leave_no_variables_and_no_assertions(lab):
    lab.answers.table["/a"] = [{"state": "new"}, {"state": "done"}]

    def remember(job, host):
        seen = job.scopes.environment.get("seen")
        job.scopes.environment.set("seen", 1 if not isinstance(seen, int) else seen + 1)
        return JobResult()

    rules = {0: expecting("$.state", "done", every_s=1.0, for_s=9.0)}
    outcome = lab.run([{"name": "a", "test": remember}], rules=rules)
    assert outcome.scopes.environment.get("seen") == 1
    assert outcome.summary.assertions.total == 1


def test_extracted_values_reach_later_calls(lab):
    lab.answers.table["/a"] = {"id": "42"}
    rule = rule_of(
        CallEntry(path=("a",), extract=(ExtractEntry(variable="ID", source="path", expression="$.id"),))
    )
    outcome = lab.run(["a", {"name": "b", "request": "http://lab/{{ID}}"}], rules={0: rule})
    assert lab.answers.sent[1].request.url == "http://lab/42"
    assert outcome.results[0].extractions[0].value == "42"


def test_a_value_that_is_not_there_fails_the_call_and_says_so(lab):
    lab.answers.table["/a"] = {"other": 1}
    rule = rule_of(
        CallEntry(path=("a",), extract=(ExtractEntry(variable="ID", source="path", expression="$.id"),))
    )
    outcome = lab.run(["a"], rules={0: rule})
    (failure,) = outcome.summary.failures
    assert "ID" in failure.assertion
    assert "$.id" in failure.message


def test_a_call_without_an_answer_skips_its_expectations_and_is_sent_again_for_them(lab):
    lab.answers.table["/a"] = ["refused", {"state": "done"}, "refused"]
    rule = replace(expecting("$.state", "done"), retries=1)
    assert lab.run(["a"], rules={0: rule}).summary.failures == []
    outcome = lab.run(["a"], rules={0: expecting("$.state", "done")})
    assert [failure.kind for failure in outcome.summary.failures] == ["request"]
    assert [one.skipped for one in outcome.results[0].expectations] == [True]


def test_a_call_is_announced_before_it_is_sent(lab):
    outcome = lab.run(["a"])
    names = [type(event).__name__ for event in outcome.events]
    assert names == [
        "RunStarted",
        "IterationStarted",
        "CallStarted",
        "CallFinished",
        "IterationFinished",
        "RunFinished",
    ]
    assert sum(isinstance(event, CallStarted) for event in outcome.events) == 1


def test_the_end_of_a_call_tells_where_its_script_sends_the_run(lab):
    items = [{"name": "a", "test": lab.goes_to("c")}, "b", {"name": "c", "test": lab.goes_to(None)}, "d"]
    ends = [event for event in lab.run(items).events if isinstance(event, CallFinished)]
    assert [(end.result.position, end.goes_to) for end in ends] == [(0, 2), (2, 4)]


def test_a_run_that_goes_on_in_order_tells_no_wish(lab):
    ends = [event for event in lab.run(["a", "b"]).events if isinstance(event, CallFinished)]
    assert [end.goes_to for end in ends] == [None, None]


def test_calls_that_always_run_do_not_when_they_are_not_chosen(lab):
    always = rule_of(CallEntry(path=(), always=True))
    assert lab.run(["a", "b", "clean up"], rules={2: always}, chosen={(0, 0)}).order == ["a"]
    items = [{"name": "a", "test": lab.goes_to(None)}, "b", "clean up"]
    assert lab.run(items, rules={2: always}, chosen={(0, 0), (0, 2)}).order == ["a", "clean up"]
