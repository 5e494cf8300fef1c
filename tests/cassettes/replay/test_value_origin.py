"""A differing value is told to come from what its author wrote there, not from what happens to equal it."""

import pytest

from harness.cassettes.replay.miss import ExplainedMiss
from harness.cassettes.replay.transport import open_replay
from harness.collection.load import load_collection
from harness.variables.scope import Scopes

JSON_TYPE = (("Content-Type", "application/json"),)
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)


def collection(request):
    return load_collection({"info": {"name": "c"}, "item": [{"name": "Call", "request": request}]})


@pytest.fixture
def told(recorder, ask):
    """Record one request, replay another one, and return the origins by pointer."""

    def told(authored, recorded, sent, values, *, name="Call", origin="call"):
        recording = recorder()
        recording.transport.send(ask(*recorded, call=("Call",)) if isinstance(recorded, tuple) else recorded)
        replay = open_replay(recording.finish(complete=True).path)
        scopes = Scopes()
        for key, value in values.items():
            scopes.environment.set(key, value)
        replay.watch(scopes, collection(authored))
        with pytest.raises(ExplainedMiss) as raised:
            replay.transport.send(sent)
        return {one.pointer: one.variables for one in raised.value.report.differences}

    return told


VALUES = {"lang": "en", "fromSend": "1", "other": "en", "base": "https://api.example/v1", "id": "7"}


@pytest.mark.parametrize("parsed", [True, False])
def test_an_addresss_parts_come_from_their_own_variables(told, ask, parsed):
    raw = "{{base}}/users/:user/{{part}}?page=1&lang={{lang}}&x=a{{a}}b{{b}}"
    url = {
        "raw": raw,
        "host": ["{{base}}"],
        "path": ["users", ":user", "{{part}}"],
        "query": [
            {"key": "page", "value": "1"},
            {"key": "lang", "value": "{{lang}}"},
            {"key": "x", "value": "a{{a}}b{{b}}"},
        ],
        "variable": [{"key": "user", "value": "{{id}}"}],
    }
    recorded = ask("https://api.example/v0/users/6/q?page=2&lang=de&x=a0b0", call=("Call",))
    sent = ask("https://api.example/v1/users/7/p?page=1&lang=en&x=a1b1", call=("Call",))
    found = told({"method": "GET", "url": url if parsed else raw}, recorded, sent, VALUES)
    assert found.pop("url/path/2") == (("id",) if parsed else ())
    assert found == {
        "url/path/0": ("base",),
        "url/path/3": ("part",),
        "url/query/page": (),
        "url/query/lang": ("lang",),
        "url/query/x": ("a", "b"),
    }


def test_members_of_a_body_come_from_their_own_variables(told, ask):
    raw = '{"n": {{n}}, "s": "x {{lang}}", "fixed": 1, "deep": [{"o": {{object}}}], "drawn": "{{$guid}}"}'
    authored = {"method": "POST", "url": "https://api.example/a", "body": {"mode": "raw", "raw": raw}}
    then = b'{"n": 2, "s": "x de", "fixed": 2, "deep": [{"o": {"k": 2}}], "drawn": "a"}'
    now = b'{"n": 1, "s": "x en", "fixed": 1, "deep": [{"o": {"k": 1}}], "drawn": "b"}'
    recorded, sent = (ask("/a", "POST", body=body, headers=JSON_TYPE, call=("Call",)) for body in (then, now))
    assert told(authored, recorded, sent, VALUES | {"n": "1"}) == {
        "body/n": ("n",),
        "body/s": ("lang",),
        "body/fixed": (),
        "body/deep/0/o/k": ("object",),
        "body/drawn": ("$guid",),
    }


def test_fields_of_a_form_come_from_their_own_variables(told, ask):
    fields = [{"key": "a", "value": "{{id}}"}, {"key": "b", "value": "1"}]
    authored = {
        "method": "POST",
        "url": "https://api.example/a",
        "body": {"mode": "urlencoded", "urlencoded": fields},
    }
    recorded, sent = (
        ask("/a", "POST", body=body, headers=FORM, call=("Call",)) for body in (b"a=6&b=2", b"a=7&b=1")
    )
    assert told(authored, recorded, sent, VALUES) == {"body/a": ("id",), "body/b": ()}


@pytest.mark.parametrize("where", [{"origin": "test"}, {"call": ("Call", "other")}])
def test_what_a_script_sends_comes_from_distinctive_values_alone(told, ask, where):
    authored = {"method": "GET", "url": "https://api.example/a?x={{x}}"}
    sent = ask("/a?x=session-4711&y=1&z=something", **({"call": ("Call",)} | where))
    recorded = ask("/a?x=session-0815&y=2&z=else", **({"call": ("Call",)} | where))
    values = VALUES | {"session": "session-4711", "part": "4711", "word": "some"}
    assert told(authored, recorded, sent, values) == {
        "url/query/x": ("session",),
        "url/query/y": (),
        "url/query/z": (),
    }


def test_a_body_that_a_script_changed_is_told_by_its_values(told, ask):
    authored = {
        "method": "POST",
        "url": "https://api.example/a",
        "body": {"mode": "raw", "raw": '{"a": "replaced by a script"}'},
    }
    recorded, sent = (
        ask("/a", "POST", body=body, headers=JSON_TYPE, call=("Call",))
        for body in (b'{"a": "order-1", "b": 2}', b'{"a": "order-4711", "b": 1}')
    )
    assert told(authored, recorded, sent, VALUES | {"order": "order-4711"}) == {
        "body/a": ("order",),
        "body/b": (),
    }
