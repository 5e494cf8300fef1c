import pytest

from harness.collection.companion import CallEntry, ExpectEntry, ExtractEntry
from harness.collection.load import load_collection
from harness.runner.plan import calls_of
from harness.runner.rules import rule_of
from harness.runner.upstream import upstream


def collection(*items, **more):
    return load_collection({"info": {"name": "C", "schema": "v2.1.0"}, "item": list(items), **more})


def call(name, url="http://h/", *, pre="", test="", **request):
    events = [("prerequest", pre), ("test", test)]
    return {
        "name": name,
        "request": {"method": "GET", "url": url, **request},
        "event": [{"listen": event, "script": {"exec": [source]}} for event, source in events if source],
    }


def of(document, wanted, *, rules=None, needs=None, values=None):
    calls = calls_of(document)
    names = [one.item.name for one in calls]
    found = upstream(calls, [names.index(wanted)], rules=rules or {}, needs=needs or {}, values=values or {})
    return [names[position] for position in sorted(found)]


def extract(name):
    return rule_of(
        CallEntry(path=(), extract=(ExtractEntry(variable=name, source="path", expression="$.id"),))
    )


USES = [
    call("uses", "http://h/{{id}}"),
    call("uses", header=[{"key": "X", "value": "{{id}}"}]),
    call("uses", body={"mode": "raw", "raw": '{"id": "{{id}}"}'}),
    call("uses", auth={"type": "bearer", "bearer": [{"key": "token", "value": "{{id}}"}]}),
    call("uses", pre="pm.environment.get('id')"),
    call("uses", test='pm.expect(pm.variables.get("id")).to.equal(1)'),
    call("uses", test="postman.getEnvironmentVariable('id')"),
    call("uses", test="tests['x'] = environment.id === 1"),
    call("uses", test="globals['id']"),
    call("uses", pre="pm.variables.replaceIn('{{id}}')"),
    {"name": "F", "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{id}}"}]},
     "item": [call("uses")]},
]  # fmt: skip


@pytest.mark.parametrize("user", USES, ids=range(len(USES)))
def test_whoever_uses_a_name_stands_on_the_call_that_extracts_it(user):
    assert of(collection(call("other"), call("gives"), user), "uses", rules={1: extract("id")}) == ["gives"]


SETS = [
    'pm.environment.set("id", pm.response.json().id);',
    "pm.collectionVariables.set('id', 1)",
    "pm.globals . set( `id`, 1)",
    "pm.variables.set('id', 1)",
    "postman.setEnvironmentVariable('id', 1)",
    "postman.setGlobalVariable('id', 1)",
]


@pytest.mark.parametrize("source", SETS)
def test_and_on_one_whose_script_sets_it(source):
    made = collection(call("gives", test=source), call("other"), call("uses", "http://h/{{id}}"))
    assert of(made, "uses") == ["gives"]


def test_a_chain_is_followed_to_its_beginning():
    made = collection(
        call("login", test="pm.environment.set('token', 1)"),
        call("create", header=[{"key": "A", "value": "{{token}}"}], test="pm.environment.set('id', 1)"),
        call("unrelated"),
        call("read", "http://h/{{id}}"),
    )
    assert of(made, "read") == ["login", "create"]


def test_every_earlier_call_that_sets_the_name_counts_and_no_later_one():
    sets = "pm.environment.set('id', 1)"
    made = collection(
        call("a", test=sets), call("b", test=sets), call("uses", "http://h/{{id}}"), call("c", test=sets)
    )
    assert of(made, "uses") == ["a", "b"]


def test_a_name_that_the_call_sets_before_it_is_sent_needs_nobody():
    made = collection(
        call("gives", test="pm.environment.set('id', 1)"),
        call("uses", "http://h/{{id}}", pre="pm.environment.set('id', 2)"),
    )
    assert of(made, "uses") == []


def test_a_counter_needs_what_it_was():
    count = "pm.environment.set('n', Number(pm.environment.get('n')) + 1)"
    made = collection(call("a", test=count), call("b", test=count), call("uses", test=count))
    assert of(made, "uses") == ["a", "b"]


def test_a_token_that_every_call_fetches_when_it_has_none_makes_no_call_upstream():
    fetch = "if (!pm.environment.get('token')) { pm.environment.set('token', 'fetched'); }"
    made = collection(
        call("a"), call("uses", header=[{"key": "A", "value": "{{token}}"}]),
        event=[{"listen": "prerequest", "script": {"exec": [fetch]}}],
    )  # fmt: skip
    assert of(made, "uses") == []


def test_names_within_the_values_of_variables_count():
    made = collection(call("gives", test="pm.environment.set('host', 1)"), call("uses", "{{base}}/x"))
    assert of(made, "uses", values={"base": "http://{{host}}"}) == ["gives"]
    assert of(made, "uses", values={"base": "{{base}}"}) == []


def test_what_an_expectation_wants_counts():
    expects = rule_of(
        CallEntry(
            path=(), expect=(ExpectEntry(subject="path", check="equals", target="$.a", wanted="{{id}}"),)
        )
    )
    made = collection(call("gives"), call("uses"))
    assert of(made, "uses", rules={0: extract("id"), 1: expects}) == ["gives"]


def test_what_the_companion_names_counts_with_all_that_it_stands_on():
    made = collection(
        call("login", test="pm.environment.set('t', 1)"), call("create", "http://h/{{t}}"), call("last")
    )
    assert of(made, "last", needs={2: frozenset({1})}) == ["login", "create"]
