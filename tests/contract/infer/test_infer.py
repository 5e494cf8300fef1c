"""What is inferred holds for a service that stays as it is, and fails for one that changed."""

import copy
import json
import random
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from harness.cassettes.file.interaction import Cassette, CassetteMetadata, Interaction
from harness.client.message import ResolvedRequest, Response
from harness.client.transport import HopContext
from harness.collection.companion import CallEntry
from harness.contract.infer.proposal import propose
from harness.errors import InputError
from harness.extract.answer import Answer
from harness.extract.judge import compile_judge

CALL = ("Orders", "Read order")
DAY = datetime(2026, 3, 1, 10, tzinfo=UTC)


def _service(run):
    """Answer as a service does that makes up ids, times, tokens and durations, and counts on."""
    draw = random.Random(run)
    now = DAY + timedelta(minutes=run, microseconds=draw.randrange(10**6))
    lines = draw.randint(2, 5)
    return {
        "id": str(uuid.UUID(int=draw.getrandbits(128))),
        "number": 40_000 + run,
        "orderId": 7000 + run,
        "state": "open",
        "currency": "EUR",
        "total": 129.5,
        "paid": False,
        "coupon": None,
        "createdAt": now.isoformat(),
        "dueOn": (now + timedelta(days=14)).date().isoformat(),
        "token": f"{draw.getrandbits(128):x}",
        "durationMs": draw.randint(1, 90),
        "self": f"https://shop.example/orders/{uuid.UUID(int=draw.getrandbits(128))}",
        "customer": {"name": "Ada", "tier": "gold", "since": "2019-04-01", "address": {"zip": "10121"}},
        "tags": ["new", "gift"],
        "items": [
            {"sku": "A-1", "qty": 2, "price": 9.5, "gift": True},
            {"sku": "B-7", "qty": 1, "price": 110.5, "gift": False},
        ],
        "events": [
            {"id": f"e-{draw.getrandbits(64):016x}", "kind": ("made", "seen")[line % 2], "n": line}
            for line in range(lines)
        ],
        "links": {},
    }  # fmt: skip


def _answer(document, status=200):
    body = json.dumps(document).encode()
    return Response(status=status, reason="", headers=(("Content-Type", "application/json"),), body=body)


def _one(response, *, call=CALL, origin="call", url="https://shop.example/orders/1", day=DAY, headers=()):
    return Interaction(
        request=ResolvedRequest(method="GET", url=url, headers=headers),
        response=response,
        context=HopContext(call=call, origin=origin),
        recorded_at=day.isoformat(),
    )


def _recording(*responses, **said):
    return Cassette(interactions=tuple(_one(one) for one in responses), **said)


def _judge(*cassettes):
    (call,) = propose(cassettes).calls
    return compile_judge(CallEntry(path=CALL, expect=call.expect))


def _holds(judge, document, status=200):
    answer = _answer(document, status)
    held = Answer(status=status, headers=answer.headers, body=answer.body)
    return judge.verdict(held, str).passed


@pytest.fixture(scope="module")
def judge():
    return _judge(*(_recording(_answer(_service(run))) for run in range(3)))


def test_a_service_that_stays_as_it_is_raises_nothing_in_twenty_runs(judge):
    assert [run for run in range(100, 120) if not _holds(judge, _service(run))] == []


def test_one_recording_is_enough_for_a_service_whose_lists_stay():
    steady = _service(0)
    judge = _judge(_recording(_answer(steady)))
    steady_members = {name: steady[name] for name in ("events", "number")}
    runs = [_service(run) | steady_members for run in range(50, 70)]
    assert [place for place, one in enumerate(runs) if not _holds(judge, one)] == []


def _changes(document):
    """Give copies of a document with one thing changed each, by kind of change."""
    for path in _paths(document):
        parent, key = _at(document, path[:-1]), path[-1]
        value = parent[key]
        if isinstance(parent, dict):
            yield "missing member", path, _changed(document, path, drop=True)
        yield "changed type", path, _changed(document, path, {"now": "an object"} if value is None else None)
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            other = 17 if isinstance(value, str) else str(value)
            yield "changed type", path, _changed(document, path, other)
        if value in ("open", "EUR", "gold", "made", "seen"):
            yield "new enum value", path, _changed(document, path, "new_word")
        if path[0] in ("state", "currency", "total", "paid", "customer", "tags", "items") and not isinstance(
            value, dict | list
        ):
            other = (
                (not value)
                if isinstance(value, bool)
                else value + 1
                if not isinstance(value, str)
                else f"{value}x"
            )
            yield "changed value", path, _changed(document, path, other)


def _paths(value, path=()):
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield (*path, key)
        yield from _paths(one, (*path, key))


def _at(document, path):
    for key in path:
        document = document[key]
    return document


def _changed(document, path, value=None, *, drop=False):
    made = copy.deepcopy(document)
    parent = _at(made, path[:-1])
    if drop:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    return made


def test_at_least_95_of_100_planted_changes_are_caught(judge):
    planted = list(_changes(_service(200)))
    missed = [(kind, path) for kind, path, document in planted if _holds(judge, document)]
    assert {kind for kind, _, _ in planted} == {
        "missing member",
        "changed type",
        "new enum value",
        "changed value",
    }
    assert len(planted) > 100
    assert len(missed) <= 0.05 * len(planted), missed


def _expected(*cassettes):
    (call,) = propose(cassettes).calls
    return {
        one.target: (one.check, one.wanted)
        for one in call.expect
        if one.subject == "path"
    }  # fmt: skip


def test_what_systems_make_up_is_never_expected_literally_even_when_recordings_agree():
    same = _service(0)
    expected = _expected(_recording(_answer(same)), _recording(_answer(same)))
    literal = {target for target, (check, _) in expected.items() if check == "equals"}
    assert not literal & {"$.id", "$.orderId", "$.createdAt", "$.dueOn", "$.token", "$.durationMs", "$.self"}
    assert "$.customer.since" in literal


def test_only_what_holds_in_all_recordings_is_proposed():
    expected = _expected(
        _recording(_answer({"a": 1, "b": "x", "c": 1, "d": "s"})),
        _recording(_answer({"a": 2, "b": "y", "d": None, "e": 1})),
    )
    assert expected == {"$.a": ("type", "integer"), "$.b": ("type", "string"), "$.d": ("exists", True)}


def test_words_seen_several_times_each_are_all_the_words_there_are():
    recordings = [_recording(_answer({"s": word})) for word in ("on", "off", "on", "off")]
    assert _expected(*recordings) == {"$.s": ("matches", "^(off|on)$")}
    assert _expected(*recordings[:3]) == {"$.s": ("type", "string")}


def test_the_machine_that_was_recorded_against_is_no_part_of_an_address():
    metadata = CassetteMetadata(base_addresses={"BASE": "https://stage.example"})
    recording = _recording(
        _answer(
            {"a": "https://stage.example/x", "b": "http://127.0.0.1:8080/y", "c": "https://else.example/"}
        ),
        metadata=metadata,
    )
    assert _expected(recording) == {
        "$.a": ("matches", "^https?://[^/?#]+/x$"),
        "$.b": ("matches", "^https?://[^/?#]+/y$"),
        "$.c": ("equals", "https://else.example/"),
    }


def test_text_that_would_be_taken_for_a_variable_and_secrets_are_not_spelled_out():
    recording = _recording(_answer({"a": "{{name}}", "password": "hunter22", "b": "REDACTED_abc"}))
    assert {check for check, _ in _expected(recording).values()} == {"type"}


def test_names_that_a_path_has_to_quote_are_quoted():
    document = {"a b": 1, "it's": 2, 'q"': 3, "\\": 4, "": 5, "ü": 6, "x.y": 7}
    judge = _judge(_recording(_answer(document)))
    assert _holds(judge, document)
    assert all(not _holds(judge, document | {name: 0}) for name in document)


@pytest.mark.parametrize(
    "document", [[], {}, 5, "text", None, [1, 2], [[1], [2]], [{"a": []}], {"a": {"b": {}}}]
)
def test_any_json_holds_for_itself(document):
    assert _holds(_judge(_recording(_answer(document))), document)


def test_long_and_nested_lists_hold_for_themselves():
    rows = [
        {"n": place, "tags": [f"t{place % 3}"], "o": {"deep": [{"x": place / 2}]}} for place in range(200)
    ]
    judge = _judge(_recording(_answer({"rows": rows})))
    assert _holds(judge, {"rows": rows})
    assert not _holds(judge, {"rows": [*rows[1:], {}]})
    assert len(judge.expectations) < 40


def test_redirects_scripts_and_earlier_attempts_count_for_no_call():
    moved = Response(status=302, reason="", headers=(("Location", "/orders/2"),), body=b"")
    recording = Cassette(
        interactions=(
            _one(_answer({"a": 1}), origin="test"),
            _one(moved),
            _one(_answer({"a": 2}), url="https://shop.example/orders/2"),
        )
    )
    (call,) = propose([recording]).calls
    assert call.answers == 1
    assert call.expect[0].wanted == (200,)


def test_an_answered_challenge_counts_and_a_fetched_token_does_not():
    challenge = Response(status=401, reason="", headers=(("WWW-Authenticate", "Digest"),), body=b"")
    recording = Cassette(
        interactions=(
            _one(_answer({"token": 1}), origin="auth", url="https://shop.example/token"),
            _one(challenge),
            _one(_answer({"a": 2}), origin="auth", headers=(("Authorization", "Digest x"),)),
        )
    )
    (call,) = propose([recording]).calls
    assert call.answers == 1
    assert call.expect[0].wanted == (200,)


def test_an_answer_that_is_no_json_is_expected_by_status_and_headers():
    page = Response(status=200, reason="", headers=(("Content-Type", "text/html"),), body=b"<p>")
    (call,) = propose([_recording(page)]).calls
    assert [(one.subject, one.wanted) for one in call.expect] == [("status", (200,)), ("header", "text/html")]
    assert call.schema is None


def test_a_recording_that_names_no_calls_is_refused():
    recording = Cassette(interactions=(_one(_answer({}), call=()),), file="theirs.yaml")
    with pytest.raises(InputError, match="does not say of which calls"):
        propose([recording])


def test_the_schema_has_types_required_members_formats_and_words():
    recordings = [_recording(_answer(_service(run))) for run in range(3)]
    (call,) = propose(recordings).calls
    members = call.schema["properties"]
    assert members["id"] == {"type": "string", "format": "uuid"}
    assert members["createdAt"] == {"type": "string", "format": "date-time"}
    assert members["state"] == {"type": "string", "enum": ["open"]}
    assert members["events"]["items"]["properties"]["kind"]["enum"] == ["made", "seen"]
    assert set(call.schema["required"]) == set(_service(0))


def test_an_answer_that_is_nested_too_deeply_is_expected_by_its_status_alone():
    deep = Response(status=200, reason="", headers=(), body=b"[" * 900 + b"]" * 900)
    (call,) = propose([_recording(deep)]).calls
    assert [one.subject for one in call.expect] == ["status"]
