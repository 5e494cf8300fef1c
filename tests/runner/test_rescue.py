import pytest

from harness.client.message import Failure, Response
from harness.client.transport import TransportFailure
from harness.runner.rescue import FIRST_WAIT_S, LONGEST_ASKED_WAIT_S, LONGEST_WAIT_S, Rescue


def failing(kind):
    return TransportFailure(Failure(kind=kind, message=kind, code=kind))


def call(method, **more):
    return {"name": "a", "request": {"method": method, "url": "http://lab/a"}, **more}


def attempts(outcome):
    return [result.attempt for result in outcome.results]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_a_failed_call_of_an_idempotent_method_is_sent_again_and_flaky(lab, method):
    lab.answers.table["/a"] = [failing("reset"), {}]
    outcome = lab.run([call(method)], rescue=Rescue(times=2))
    assert attempts(outcome) == [2]
    assert outcome.results[0].flaky
    assert (outcome.summary.flaky, outcome.summary.failed) == (1, False)
    assert lab.naps == [FIRST_WAIT_S]


def test_no_call_is_sent_again_unless_asked_for(lab):
    lab.answers.table["/a"] = [failing("reset"), {}]
    assert attempts(lab.run([call("GET")])) == [1]


def test_a_call_is_sent_again_as_often_as_said_and_fails_then(lab):
    lab.answers.table["/a"] = failing("timeout")
    outcome = lab.run([call("GET")], rescue=Rescue(times=2))
    assert attempts(outcome) == [3]
    assert (outcome.summary.flaky, outcome.summary.failed) == (0, True)


@pytest.mark.parametrize(
    ("kind", "unsafe", "sent"), [("reset", False, 1), ("refused", False, 2), ("reset", True, 2)]
)
def test_another_method_is_sent_again_when_it_never_left_or_that_is_allowed(lab, kind, unsafe, sent):
    lab.answers.table["/a"] = [failing(kind), {}]
    lab.run([call("POST")], rescue=Rescue(times=1, unsafe=unsafe))
    assert len(lab.answers.sent) == sent


def test_a_failed_assertion_is_a_failed_call(lab):
    fails = iter([True, False])

    def judge(job, host):
        return lab.asserts("ok", fails=next(fails))(job, host)

    outcome = lab.run([call("GET", test=judge)], rescue=Rescue(times=1))
    assert outcome.results[0].flaky


@pytest.mark.parametrize("kind", ["invalid", "tls", "redirects"])
def test_what_no_repetition_mends_is_not_repeated(lab, kind):
    lab.answers.table["/a"] = failing(kind)
    assert attempts(lab.run([call("GET")], rescue=Rescue(times=3, unsafe=True))) == [1]


def test_waits_double_and_are_bounded():
    waits = [Rescue(times=9).wait_s(made) for made in (0, 1, 2, 9, 999)]
    assert waits == [FIRST_WAIT_S, 2 * FIRST_WAIT_S, 4 * FIRST_WAIT_S, LONGEST_WAIT_S, LONGEST_WAIT_S]


@pytest.mark.parametrize(
    ("asked", "wait_s"),
    [
        ("3", 3.0),
        ("0", FIRST_WAIT_S),
        ("-5", FIRST_WAIT_S),
        ("soon", FIRST_WAIT_S),
        ("\u00b2", FIRST_WAIT_S),
        ("3600", LONGEST_ASKED_WAIT_S),
        ("9" * 5000, LONGEST_ASKED_WAIT_S),
        ("Sun, 29 Nov 2026 07:00:20 GMT", 20.0),
        ("Sun, 29 Nov 2020 07:00:00 GMT", FIRST_WAIT_S),
        ("Sun, 29 Nov 2037 07:00:00 GMT", LONGEST_ASKED_WAIT_S),
        ("Sun, 29 Nov 99999 07:00:00 GMT", FIRST_WAIT_S),
    ],
)
def test_a_call_waits_as_its_answer_asks_within_bounds(lab, asked, wait_s):
    headers = (("Date", "Sun, 29 Nov 2026 07:00:00 GMT"), ("Retry-After", asked))
    busy = Response(status=503, reason="Busy", headers=headers, body=b"", elapsed_ms=1.0)
    lab.answers.table["/a"] = [busy, {}]
    fails = iter([True, False])

    def judge(job, host):
        return lab.asserts("up", fails=next(fails))(job, host)

    lab.run([call("GET", test=judge)], rescue=Rescue(times=1))
    assert lab.naps == [wait_s]


def test_variables_of_a_failed_attempt_do_not_stay(lab):
    seen = []

    def note(job, host):
        seen.append(job.scopes.environment.get("v"))
        job.scopes.environment.set("v", "left")

    lab.answers.table["/a"] = [failing("reset"), {}]
    lab.run([call("GET", prerequest=note)], rescue=Rescue(times=1))
    assert seen[0] == seen[1]


@pytest.mark.parametrize(("method", "sent"), [("GET", 4), ("POST", 2)])
def test_a_call_whose_script_sent_what_may_not_be_repeated_is_not(lab, method, sent):
    def send(job, host):
        host.sends([{"url": "http://lab/side", "method": method}])[0]()

    lab.answers.table["/a"] = failing("reset")
    lab.run([call("GET", prerequest=send)], rescue=Rescue(times=1))
    assert len(lab.answers.sent) == sent


def test_a_call_that_was_answered_with_a_redirect_to_a_dead_host_did_leave(lab):
    lab.answers.table |= {
        "/a": Response(status=307, reason="", headers=(("Location", "http://lab/gone"),), body=b""),
        "/gone": "refused",
    }
    lab.run([call("POST")], rescue=Rescue(times=1))
    assert len(lab.answers.sent) == 2
