"""Calls side by side. No test waits for time: calls that have to overlap meet at a barrier."""

import threading

import pytest

from harness.client.message import Response
from harness.collection.companion import CallEntry, ExpectEntry, RetryEntry
from harness.errors import HarnessError
from harness.runner.events import CallFinished, CallStarted
from harness.runner.rules import rule_of
from harness.runner.run import INTERRUPTED, TIMED_OUT
from harness.scripting.engine import Deprecation, JobResult, ScriptRun

LIMIT_S = 20


def sets(key, value):
    def function(job, host):
        job.scopes.environment.set(key, value)

    return function


def answers(before=None, *, cookie=None):
    """Answer when `before` has returned."""

    def answer(hop):
        if before is not None:
            before()
        headers = (("set-cookie", cookie),) if cookie else ()
        return Response(status=200, reason="OK", headers=headers, body=b"{}", elapsed_ms=1.0)

    return answer


def wait(event):
    return lambda: event.wait(LIMIT_S)


def test_calls_that_share_nothing_overlap(lab):
    met = threading.Barrier(3)
    lab.answers.table = {f"/{name}": answers(lambda: met.wait(LIMIT_S)) for name in "bcd"}
    assert lab.run(["a", "b", "c", "d"], jobs=3).order == ["a", "b", "c", "d"]


def test_no_more_overlap_than_were_asked_for(lab):
    under_way, most, lock = [0], [0], threading.Lock()

    def counted():
        with lock:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
        with lock:
            under_way[0] -= 1

    names = [f"c{number}" for number in range(40)]
    lab.answers.table = {f"/{name}": answers(counted) for name in names}
    assert lab.run(names, jobs=2).order == names
    assert most[0] <= 2


def test_events_come_in_the_order_of_the_plan_whatever_ends_first(lab):
    late = threading.Event()
    lab.answers.table = {"/b": answers(wait(late)), "/c": answers(late.set)}
    outcome = lab.run(["a", "b", "c"], jobs=2)
    told = [
        (type(event), (event if isinstance(event, CallStarted) else event.result).call.item.name)
        for event in outcome.events
        if isinstance(event, CallStarted | CallFinished)
    ]
    assert told == [(kind, name) for name in "abc" for kind in (CallStarted, CallFinished)]


def test_variables_stand_in_the_order_in_which_a_run_in_order_sets_them(lab):
    late = threading.Event()
    lab.answers.table = {"/b": answers(wait(late)), "/c": answers(late.set)}
    items = ["a", {"name": "b", "test": sets("x", 1)}, {"name": "c", "test": sets("y", 2)}]
    assert [one.key for one in lab.run(items, jobs=2).scopes.environment] == ["x", "y"]


def test_a_call_gets_the_variables_of_one_that_is_over_but_not_told_yet(lab):
    late = threading.Event()
    lab.answers.table = {"/slow": answers(wait(late)), "/d/1": answers(late.set)}
    source = "pm.environment.set('id', 1)"
    lab.engine.functions[source] = sets("id", 1)
    gives = {"name": "c", "event": [{"listen": "test", "script": {"exec": [source]}}]}
    items = ["a", "slow", gives, {"name": "d", "request": "http://lab/d/{{id}}"}]
    assert lab.run(items, jobs=3).results[3].exchange.request.url == "http://lab/d/1"


def test_a_name_that_nobody_could_foresee_is_looked_up_in_order(lab):
    begun = threading.Event()
    lab.answers.table = {"/b": answers()}
    lab.variables = {"outer": "{{inner}}"}

    def sets_inner(job, host):
        begun.wait(0.05)
        job.scopes.environment.set("inner", "found")

    items = ["a", {"name": "b", "test": sets_inner}, {"name": "c", "request": "http://lab/{{outer}}"}]
    assert lab.run(items, jobs=2).results[2].exchange.request.url == "http://lab/found"


def test_a_get_that_went_out_without_a_cookie_is_sent_again_in_its_turn(lab):
    sent = threading.Event()
    lab.answers.table = {"/b": answers(wait(sent), cookie="sid=1"), "/c": answers(sent.set)}
    outcome = lab.run(["a", "b", "c", "d"], jobs=2)
    assert outcome.order == ["a", "b", "c", "d"]
    cookies = [result.exchange.request.header("cookie") for result in outcome.results]
    assert cookies == [None, None, "sid=1", "sid=1"]


def test_calls_of_a_site_wait_for_its_first_answer(lab):
    lab.answers.table = {"/a": answers(cookie="sid=1")}
    outcome = lab.run(["a", "b", "c"], jobs=3)
    assert [hop.request.header("cookie") for hop in lab.answers.sent] == [None, "sid=1", "sid=1"]
    assert outcome.order == ["a", "b", "c"]


def test_calls_of_a_site_that_redirects_wait_for_one_another(lab):
    seen = []
    moved = Response(status=302, reason="Found", headers=(("location", "/home"),), body=b"", elapsed_ms=1.0)
    lab.answers.table = {
        "/a": moved,
        "/b": answers(lambda: seen.append("b")),
        "/c": answers(lambda: seen.append("c")),
    }
    for _ in range(20):
        seen.clear()
        lab.run(["a", "b", "c"], jobs=3)
        assert seen == ["b", "c"]


def test_a_post_sees_what_was_before_it_and_is_seen_by_what_is_after(lab):
    state, seen = [], []
    lab.answers.table = {
        "/a": answers(lambda: seen.append(("a", len(state)))),
        "/post": answers(lambda: state.append(1)),
        "/b": answers(lambda: seen.append(("b", len(state)))),
    }
    post = {"name": "post", "request": {"method": "POST", "url": "http://lab/post"}}
    for _ in range(50):
        state.clear()
        seen.clear()
        lab.run(["a", "a2", post, "b", "c"], jobs=4)
        assert seen == [("a", 0), ("b", 1)]


def test_ctrl_c_begins_no_more_calls_but_those_that_always_run(lab):
    stopped = threading.Event()

    def interrupt():
        stopped.set()
        raise KeyboardInterrupt

    lab.answers.table = {"/b": answers(interrupt), "/c": answers(wait(stopped))}
    rules = {3: rule_of(CallEntry(path=(), always=True))}
    post = {"name": "d", "request": {"method": "POST", "url": "http://lab/d"}}
    outcome = lab.run(["a", "b", "c", post, "e"], rules=rules, jobs=2)
    assert outcome.events[-1].error == INTERRUPTED
    assert [name for name in outcome.order if name != "c"] == ["a", "d"]


def test_a_deprecated_name_is_warned_of_once(lab):
    def old(job, host):
        run = ScriptRun(script=job.scripts[0][1], label="", deprecations=(Deprecation(name="tests"),))
        return JobResult(runs=(run,))

    outcome = lab.run([{"name": name, "test": old} for name in "abcd"], jobs=3)
    assert [len(result.warnings) for result in outcome.results] == [1, 0, 0, 0]


def test_what_makes_going_on_senseless_is_raised_in_its_turn(lab):
    lab.answers.table = {"/c": HarnessError("no more")}
    with pytest.raises(HarnessError, match="no more"):
        lab.run(["a", "b", "c", "d"], jobs=3)


def test_no_call_begins_when_the_time_of_the_run_is_over(lab):
    outcome = lab.run(["a", "b", "c"], jobs=2, timeout_s=1e-9)
    assert outcome.order == []
    assert outcome.events[-1].error == TIMED_OUT


def test_bail_sends_nothing_past_a_failure(lab):
    lab.run(["a", {"name": "b", "test": lab.asserts("x", fails=True)}, "c", "d"], jobs=4, bail=True)
    assert [hop.request.url for hop in lab.answers.sent] == ["http://lab/a", "http://lab/b"]


def test_a_retry_takes_back_its_own_variables_alone_also_when_its_turn_came_between(lab):
    late, tries = threading.Event(), []
    lab.answers.table = {"/b": answers(wait(late)), "/c": [{"n": 1}, {"n": 2}]}
    lab.answers.in_turn = True

    def first(job, host):
        tries.append(1)
        job.scopes.environment.set(f"try {len(tries)}", 1)
        late.set()

    expect = ExpectEntry(subject="path", check="equals", target="$.n", wanted=2)
    entry = CallEntry(path=(), expect=(expect,), retry=RetryEntry(every_s=1, for_s=3))
    items = ["a", {"name": "b", "test": sets("x", 1)}, {"name": "c", "prerequest": first}]
    outcome = lab.run(items, rules={2: rule_of(entry)}, jobs=2)
    assert [one.key for one in outcome.scopes.environment] == ["x", "try 2"]


def test_a_call_is_retried_beside_others(lab):
    lab.answers.table = {"/b": [{"n": 1}, {"n": 2}]}
    expect = ExpectEntry(subject="path", check="equals", target="$.n", wanted=2)
    entry = CallEntry(path=(), expect=(expect,), retry=RetryEntry(every_s=1, for_s=3))
    outcome = lab.run(["a", "b", "c"], rules={1: rule_of(entry)}, jobs=2)
    assert [result.attempt for result in outcome.results] == [1, 2, 1]
    assert not outcome.results[1].failed
