"""Data rows that know nothing of one another. Rows that have to overlap meet at a barrier."""

import threading

import pytest

from harness.client.message import Response
from harness.collection.companion import CallEntry
from harness.errors import HarnessError
from harness.runner.events import CallFinished, IterationFinished, IterationStarted
from harness.runner.rules import rule_of
from harness.runner.run import INTERRUPTED
from harness.variables.scope import Scopes
from tests.runner.conftest import Outcome

LIMIT_S = 20
ROWS = [{"id": number} for number in range(4)]


def counts(job, host):
    known = {one.key: one.value for one in job.scopes.environment}
    job.scopes.environment.set("n", known.get("n", 0) + 1)


def seen(outcome):
    """Return what each call is: its row and its name, in the order they are told."""
    return [
        (event.result.iteration, event.result.call.item.name)
        for event in outcome.events
        if isinstance(event, CallFinished)
    ]


def sets_cookie(hop):
    return Response(status=200, reason="OK", headers=(("set-cookie", "row=1"),), body=b"{}")


def cookies_sent(lab):
    return [bool(hop.request.header("cookie")) for hop in lab.answers.sent]


def test_a_row_begins_with_the_variables_and_cookies_of_the_first(lab):
    lab.answers.table = {"/a": sets_cookie}
    shared = lab.run([{"name": "a", "test": counts}, "b"], rows=ROWS)
    assert shared.scopes.environment.get("n") == 4
    assert cookies_sent(lab) == [False] + [True] * 7
    lab.answers.sent.clear()
    apart = lab.run([{"name": "a", "test": counts}, "b"], rows=ROWS, isolated=True)
    assert apart.scopes.environment.get("n") == 1
    assert cookies_sent(lab) == [False, True] * 4


def test_rows_run_at_once_and_are_told_in_order(lab):
    met = threading.Barrier(4)

    def meet(hop):
        met.wait(LIMIT_S)
        return Response(status=200, reason="OK", headers=(("set-cookie", "row=1"),), body=b"{}")

    lab.answers.table = {"/a": meet}
    outcome = lab.run([{"name": "a", "test": counts}, "b"], rows=ROWS, isolated=True, rows_at_once=4)
    assert seen(outcome) == [(row, name) for row in range(4) for name in "ab"]
    assert outcome.scopes.environment.get("n") == 1
    assert sum(cookies_sent(lab)) == 4
    told = [event for event in outcome.events if isinstance(event, IterationStarted | IterationFinished)]
    assert [(type(one), one.iteration) for one in told] == [
        (kind, row) for row in range(4) for kind in (IterationStarted, IterationFinished)
    ]


def test_rows_at_once_end_where_rows_in_order_end(lab):
    def ends(**options):
        def keeps(job, host):
            job.scopes.environment.set("last", job.scopes.data.get("id"))

        return lab.run([{"name": "a", "test": keeps}], rows=ROWS, isolated=True, **options)

    for options in ({}, {"rows_at_once": 3}):
        assert ends(**options).scopes.environment.get("last") == 3


def test_no_more_rows_run_than_were_asked_for(lab):
    running, most, lock = [0], [0], threading.Lock()

    def watched(hop):
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        with lock:
            running[0] -= 1
        return Response(status=200, reason="OK", body=b"{}")

    lab.answers.table = {"/a": watched}
    lab.run(["a"], rows=[{}] * 30, isolated=True, rows_at_once=2)
    assert most[0] <= 2
    assert len(lab.answers.sent) == 30


def test_ctrl_c_ends_the_rows_that_began_with_what_always_runs(lab):
    both, go_on = threading.Barrier(2), threading.Event()

    def answer(hop):
        return Response(status=200, reason="OK", body=b"{}")

    def meets(hop):
        both.wait(LIMIT_S)
        return answer(hop)

    def waits(hop):
        go_on.wait(LIMIT_S)
        return answer(hop)

    lab.answers.table = {"/a": meets, "/b": waits}
    rules = {2: rule_of(CallEntry(path=(), always=True))}
    options = {"rules": rules, "isolated": True, "rows_at_once": 2}
    events, _ = lab.begin(["a", "b", "clean up"], rows=ROWS, **options)
    told = [next(event for event in events if isinstance(event, CallFinished))]
    told.append(events.throw(KeyboardInterrupt()))
    go_on.set()
    outcome = Outcome([*told, *events], Scopes())
    names = [(row, name) for row in range(2) for name in ("a", "b", "clean up")]
    assert [one for one in seen(outcome) if one[1] != "b"] == [one for one in names if one[1] != "b"]
    assert outcome.events[-1].error == INTERRUPTED


def test_what_makes_going_on_senseless_is_raised(lab):
    lab.answers.table = {"/a": HarnessError("no more")}
    with pytest.raises(HarnessError, match="no more"):
        lab.run(["a"], rows=ROWS, isolated=True, rows_at_once=2)
