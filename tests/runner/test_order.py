import pytest

from harness.collection.companion import CallEntry, ExtractEntry
from harness.collection.load import load_collection
from harness.runner.order import Wishes, order_of
from harness.runner.plan import calls_of
from harness.runner.rules import rule_of


def collection(*items, **more):
    return load_collection({"info": {"name": "C", "schema": "v2.1.0"}, "item": list(items), **more})


def call(name, url="http://h/", *, pre="", test="", **request):
    events = [("prerequest", pre), ("test", test)]
    return {
        "name": name,
        "request": {"method": "GET", "url": url, **request},
        "event": [{"listen": event, "script": {"exec": [source]}} for event, source in events if source],
    }


def order(*items, rules=None, wishes=None, values=None, **more):
    calls = calls_of(collection(*items, **more))
    return order_of(calls, rules=rules or {}, wishes=wishes or {}, values=values or {})


def why(*items, **more):
    """Return why the last call waits for the first, `None` when it does not."""
    last = order(*items, **more).places[-1]
    return next((wait.why for wait in last.waits if wait.on == 0), None)


SETS = "pm.environment.set('id', 1)"
DIGEST = {"type": "digest", "digest": [{"key": "username", "value": "u"}]}

WAITS = [
    (call("a", test=SETS), call("b", "http://h/{{id}}"), "it reads `id`, which that one sets"),
    (call("a", test=SETS), call("b", header=[{"key": "X", "value": "{{id}}"}]), "it reads `id`"),
    (call("a", test=SETS), call("b", pre="pm.variables.get('id')"), "it reads `id`"),
    (call("a", test=SETS), call("b", pre="pm.globals.unset(`id`)"), "it sets `id`, which that one sets"),
    (call("a", test="postman.setGlobalVariable('id', 1)"), call("b", test="globals.id"), "it reads `id`"),
    (call("a", "http://h/{{id}}"), call("b", test=SETS), "it sets `id`, which that one reads"),
    (call("a", pre="pm.variables.replaceIn('{{id}}')"), call("b", pre=SETS), "it sets `id`"),
    (call("a", method="POST"), call("b"), "that one may change h"),
    (call("a"), call("b", method="DELETE"), "it may change h (DELETE)"),
    (call("a", method="PUT"), call("b", method="PUT"), "it may change h (PUT)"),
    (call("a", "http://127.0.0.1/", method="POST"), call("b", "http://localhost/"), "may change localhost"),
    (call("a", "{{base}}/", method="POST"), call("b"), "that one may change h"),
    (call("a", "{{unknown}}/"), call("b", method="POST"), "the host of that one is not known"),
    (call("a", "http://x.h.io/"), call("b", "http://y.h.io/", method="POST"), "it may get cookies of h.io"),
    (call("a", auth=DIGEST), call("b", auth=DIGEST), "they share what digest auth remembers"),
    (call("same"), call("same"), "it has the same name"),
    (call("a"), call("b", header=[{"key": "X", "value": "1"}]), "another request to the same address"),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second", "reason"), WAITS, ids=range(len(WAITS)))
def test_a_call_waits_for_the_one_before_for_a_reason(first, second, reason):
    assert reason in (why(first, second, values={"base": "http://h"}) or "")


APART = [
    (call("a"), call("b")),
    (call("a", header=[{"key": "X", "value": "1"}]), call("b", header=[{"key": "X", "value": "1"}])),
    (call("a", method="HEAD"), call("b", method="OPTIONS")),
    (call("a", method="POST"), call("b", "http://other/")),
    (call("a", method="POST"), call("b", "http://other/", method="POST")),
    (call("a", test="pm.environment.set('x', 1)"), call("b", test="pm.environment.set('y', 1)")),
    (call("a", pre="pm.environment.get('id')"), call("b", test="pm.environment.get('id')", url="http://h/2")),
    (call("a", test="pm.test('ok', () => pm.response.to.have.status(200))"), call("b")),
    (call("a", auth={"type": "basic"}), call("b", auth={"type": "basic"})),
    (call("a", pre="pm.request.headers.add({key: 'X', value: 'y'})"), call("b", "http://h/2")),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second"), APART, ids=range(len(APART)))
def test_calls_that_share_nothing_do_not_wait(first, second):
    places = order(first, second).places
    assert [place.alone for place in places] == ["", ""]
    assert places[1].waits == ()


ALONE = [
    (call("a", test="pm.execution.setNextRequest('b')"), "what runs next"),
    (call("a", test="postman.setNextRequest(null)"), "what runs next"),
    (call("a", pre="pm.execution.skipRequest()"), "what runs next"),
    (call("a", pre="await pm.execution.runRequest('x')"), "what runs next"),
    (call("a", test="pm.environment.set('x' + 1, 1)"), "source does not tell"),
    (call("a", test="pm.environment.set(`x${i}`, 1)"), "source does not tell"),
    (call("a", test="const e = pm.environment; e.set('x', 1)"), "source does not tell"),
    (call("a", test="const { globals } = pm;"), "source does not tell"),
    (call("a", test="pm['environment'].clear()"), "source does not tell"),
    (call("a", test="pm.environment.clear()"), "source does not tell"),
    (call("a", test="postman[name]('x', 1)"), "source does not tell"),
    (call("a", test="Object.keys(environment)"), "source does not tell"),
    (call("a", test="pm.sendRequest('http://h/')"), "sends requests"),
    (call("a", test="pm.cookies.jar()"), "cookie jar"),
    (call("a", test="pm.vault.get('x')"), "vault"),
    (call("a", test="eval(code)"), "code"),
    (call("a", pre="pm.variables.get('{{' + name + '}}')"), "source does not tell"),
    (call("a", pre="x = '{{' + name"), "puts names"),
    (call("a", pre="pm.request.url = 'http://x/'"), "where or how"),
    (call("a", pre="pm.request.method = 'POST'"), "where or how"),
    (call("a", pre="pm.request.update({})"), "where or how"),
    (call("a", "{{nowhere}}/", method="POST"), "not known"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "reason"), ALONE, ids=range(len(ALONE)))
def test_a_call_of_which_too_little_is_certain_runs_alone(one, reason):
    assert reason in order(one).places[0].alone


def test_an_extraction_of_the_companion_is_waited_for():
    taken = ExtractEntry(variable="id", source="path", expression="$.id")
    rules = {0: rule_of(CallEntry(path=(), extract=(taken,)))}
    assert "`id`" in why(call("a"), call("b", "http://h/{{id}}"), rules=rules)


def test_names_in_the_values_of_names_are_waited_for():
    assert "`id`" in why(call("a", test=SETS), call("b", "http://h/{{x}}"), values={"x": "{{id}}"})


def test_a_host_that_a_script_sets_is_not_known():
    places = order(
        call("a", pre="pm.environment.set('base', 'x')"),
        call("b", "{{base}}/", method="POST"),
        values={"base": "http://h"},
    ).places
    assert "not known" in places[1].alone


def test_parallel_true_waits_for_variables_alone():
    wishes = {1: Wishes(parallel=True)}
    assert why(call("a"), call("b", method="POST"), wishes=wishes) is None
    assert why(call("a", method="POST"), call("b", pre="pm.vault.get('x')"), wishes=wishes) is None
    assert why(call("a", test=SETS), call("b", "http://h/{{id}}"), wishes=wishes) is not None


def test_parallel_true_does_not_let_others_pass_a_jump():
    places = order(call("a", test="pm.setNextRequest('b')"), wishes={0: Wishes(parallel=True)}).places
    assert places[0].alone


def test_parallel_false_runs_alone():
    assert "parallel: false" in order(call("a"), wishes={0: Wishes(parallel=False)}).places[0].alone


def test_after_waits():
    assert "`after`" in why(call("a"), call("b"), wishes={1: Wishes(after=frozenset({0}))})


def test_nothing_waits_for_what_is_before_a_call_that_runs_alone():
    places = order(call("a", test=SETS), call("b", test="pm.vault"), call("c", "http://h/{{id}}")).places
    assert places[2].waits == ()


def test_the_longest_chain_goes_through_waits_and_calls_that_run_alone():
    chained = order(
        call("a", test=SETS), call("b"), call("c", "http://h/{{id}}"), call("d", test="pm.vault"), call("e")
    )
    assert chained.longest_chain() == (0, 2, 3, 4)


def test_no_plan_has_no_chain():
    assert order().longest_chain() == ()


def test_only_a_script_that_runs_before_the_request_can_change_it():
    changes = "pm.request.method = 'PUT'"
    first, second = order(call("a", pre=changes), call("b", test=changes)).places
    assert first.alone == "its script changes where or how the request is sent"
    assert second.alone == ""
