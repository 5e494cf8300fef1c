"""What clients send where the recording had something else is told back to them."""

import json

import pytest

from harness.client.message import ResolvedRequest, Response
from harness.contract.mock.live_values import LiveValues, echoed


def _request(path="/", body=None, kind="application/json"):
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    headers = (("Content-Type", kind),)
    return ResolvedRequest(method="POST", url=f"http://shop.example{path}", headers=headers, body=data)


def _answer(document):
    return Response(status=200, reason="", body=json.dumps(document).encode())


def _today(live, document):
    return json.loads(live.as_today(_answer(document)).body)


@pytest.mark.parametrize(
    ("recorded", "sent"),
    [
        (_request("/runs/5871978d/x"), _request("/runs/eeb213a0/x")),
        (_request("/?q=Order%205871978d"), _request("/?q=Order%20eeb213a0")),
        (_request(body={"a": [{"b": "run 5871978d"}]}), _request(body={"a": [{"b": "run eeb213a0"}]})),
        (_request(body=b"a=5871978d", kind="x"), _request(body=b"a=eeb213a0", kind="x")),
        (
            _request(body=b"a=5871978d", kind="application/x-www-form-urlencoded"),
            _request(body=b"a=eeb213a0", kind="application/x-www-form-urlencoded"),
        ),
    ],
    ids=["path", "query", "JSON", "text", "form"],
)
def test_words_that_runs_make_up_are_learnt_wherever_they_stand(recorded, sent):
    live = LiveValues()
    live.learn(sent, recorded)
    assert _today(live, {"title": "Order 5871978d-1 of 15871978d"}) == {
        "title": "Order eeb213a0-1 of 15871978d"
    }
    assert live.as_recorded(_request("/?p=x%3Deeb213a0")).url == "http://shop.example/?p=x%3D5871978d"


def test_words_in_base64_are_told_as_well():
    live = LiveValues()
    live.learn(_request(body={"id": "member-eeb213a0"}), _request(body={"id": "member-5871978d"}))
    coded = "eyJpZCI6Im1lbWJlci01ODcxOTc4ZCIsImEiOjF9"
    assert _today(live, {"Data": coded}) == {"Data": "eyJpZCI6Im1lbWJlci1lZWIyMTNhMCIsImEiOjF9"}


def test_common_words_times_and_secrets_are_not_learnt():
    recorded = {"a": "active", "b": "2024-01-01T00:00:00Z", "c": "REDACTED_PASSWORD1", "d": 5}
    sent = {"a": "passive", "b": "2031-05-05T05:05:05Z", "c": "hunter2222", "d": 6}
    live = LiveValues()
    live.learn(_request(body=sent), _request(body=recorded))
    assert _today(live, recorded) == recorded


def test_of_two_values_for_a_word_the_latest_counts():
    live = LiveValues()
    for today in ("aaaaaaa1", "bbbbbbb2"):
        live.learn(_request(body={"id": today}), _request(body={"id": "5871978d"}))
    assert _today(live, ["5871978d"]) == ["bbbbbbb2"]
    assert live.as_recorded(_request("/aaaaaaa1")).url.endswith("/aaaaaaa1")


def test_an_answer_repeats_a_member_as_it_was_sent_and_no_other_of_its_value():
    leaves = LiveValues().learn(
        _request(body={"name": "tea", "n": 2}), _request(body={"name": "coffee", "n": 1})
    )
    made = echoed(_answer({"id": 1, "name": "coffee", "kind": "coffee", "in": {"n": 1}}), leaves)
    assert json.loads(made.body) == {"id": 1, "name": "tea", "kind": "coffee", "in": {"n": 2}}
