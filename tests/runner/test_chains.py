import pytest

from harness.collection.load import load_collection
from harness.runner.chains import Companionship, chains
from harness.runner.order import Wishes
from harness.runner.plan import calls_of

SIGN_IN = {"name": "sign in", "sets": "token", "method": "POST"}


def item(number, *, name="", sets="", method="GET", uses="", script="", url="", auth=None):
    source = script or (f"pm.environment.set('{sets}', 1)" if sets else "")
    return {
        "name": name or f"call {number}",
        "request": {
            "method": method,
            "url": f"http://h/{number}/{{{{{uses}}}}}" if uses else f"http://h/{number}",
        },
        "event": [{"listen": "test", "script": {"exec": [source]}}] if source else [],
    }


def found(*items, most, wishes=None, needs=None, costs=None):
    """Return the calls and the set-up of each chain."""
    document = {
        "info": {"name": "C", "schema": "v2.1.0"},
        "item": [item(n, **one) for n, one in enumerate(items)],
    }
    calls = calls_of(load_collection(document))
    known = Companionship(rules={}, wishes=wishes or {}, needs=needs or {}, values={})
    made = chains(calls, known, costs=costs or [1.0] * len(calls), most=most)
    return [(sorted(one.calls), sorted(one.set_up)) for one in made]


def test_calls_that_share_nothing_are_chains_of_their_own():
    assert found({}, {}, {}, most=9) == [([0], []), ([1], []), ([2], [])]


def test_what_sets_a_variable_stays_with_those_that_use_it():
    assert found({"sets": "a"}, {"uses": "a"}, {}, {"uses": "a"}, most=9) == [([0, 1, 3], []), ([2], [])]


def test_what_changes_the_server_stays_with_all_calls_of_it():
    assert found({"method": "PUT"}, {}, {}, most=1) == [([0, 1, 2], [])]


def test_signing_in_is_repeated_by_each_part_of_what_is_too_long():
    items = [SIGN_IN, {"uses": "token"}, {"uses": "token"}, {"uses": "token"}]
    assert found(*items, most=4) == [([0, 1, 2, 3], [])]
    assert found(*items, most=3) == [([0, 1], []), ([2], [0]), ([3], [0])]


def test_set_up_may_be_several_calls():
    items = [SIGN_IN, {"uses": "token", "sets": "tenant"}, {"uses": "tenant"}, {"uses": "tenant"}]
    assert found(*items, most=2) == [([0, 1, 2], []), ([3], [0, 1])]


def test_signing_in_with_a_cookie_alone_is_set_up_too():
    items = [{"name": "enter", "script": ""}, {}, {}]
    document = {
        "info": {"name": "C", "schema": "v2.1.0"},
        "item": [item(n, **one) for n, one in enumerate(items)],
    }
    document["item"][0]["request"] = {"method": "POST", "url": "http://h/login"}
    calls = calls_of(load_collection(document))
    known = Companionship(rules={}, wishes={}, needs={}, values={})
    made = chains(calls, known, costs=[1.0] * 3, most=1)
    assert [(sorted(one.calls), sorted(one.set_up)) for one in made] == [([0, 1], []), ([2], [0])]


@pytest.mark.parametrize("script", ["postman.setNextRequest('call 2')", "pm.sendRequest('http://h/')"])
def test_what_is_not_certain_keeps_a_collection_whole(script):
    assert found({}, {"script": script}, {}, most=1) == [([0, 1, 2], [])]


def test_each_machine_has_its_own_memory_of_auths():
    digest = {"type": "digest", "digest": [{"key": "username", "value": "u"}]}
    assert found({"auth": digest}, {"auth": digest}, most=9) == [([0], []), ([1], [])]


def test_more_calls_than_a_few_are_no_set_up():
    items = [{"uses": f"v{number - 1}", "sets": f"v{number}"} for number in range(20)]
    assert len(found(*items, {"uses": "v19"}, {"uses": "v19"}, most=1)) == 1


def test_what_was_before_the_set_up_stays_with_what_is_behind_it():
    # Without the second call nobody would know that the last one sees what the first one made.
    items = [{"method": "PUT"}, SIGN_IN, {"uses": "token"}, {"uses": "token"}]
    assert found(*items, most=1) == [([0, 1, 2, 3], [])]


def test_the_companion_keeps_calls_together_and_apart():
    wishes = {2: Wishes(after=frozenset({0}))}
    assert found({}, {}, {}, most=9, wishes=wishes) == [([0, 2], []), ([1], [])]
    free = {0: Wishes(parallel=True), 1: Wishes(parallel=True)}
    assert found({"method": "POST"}, {"method": "POST"}, most=9, wishes=free) == [([0], []), ([1], [])]
