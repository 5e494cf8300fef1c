"""A recording served to clients."""

import json
import signal
import ssl
import subprocess
import sys
from http.client import HTTPConnection, HTTPSConnection

import pytest

from harness.api import run
from harness.cassettes.file.interaction import Cassette, Interaction
from harness.cassettes.file.parts import Parts
from harness.client.message import ResolvedRequest, Response
from harness.contract.mock.recorded_answers import RecordedAnswers
from harness.contract.mock.server import MockBehaviour, MockServer

URL = "http://shop.example"


def _one(method, path, answer=None, status=200, *, body=None, host=URL, headers=()):
    return Interaction(
        request=ResolvedRequest(
            method=method,
            url=host + path,
            headers=() if body is None else (("Content-Type", "application/json"),),
            body=None if body is None else json.dumps(body).encode(),
        ),
        response=Response(
            status=status,
            reason="",
            headers=(("Content-Type", "application/json"), *headers),
            body=b"" if answer is None else json.dumps(answer).encode(),
        ),
    )


class _Client:
    def __init__(self, *interactions, behaviour=None):
        self.server = MockServer(RecordedAnswers([Cassette(interactions=interactions)]), behaviour=behaviour)

    def __enter__(self):
        self.server.__enter__()
        self.connection = HTTPConnection("127.0.0.1", self.server.port, timeout=10)
        return self

    def __exit__(self, *error):
        self.connection.close()
        self.server.__exit__(None, None, None)

    def __call__(self, method, path, body=None, host=None):
        headers = {} if host is None else {"Host": host}
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body)
        self.connection.request(method, path, data, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text else None


def test_equal_requests_are_answered_in_recorded_order_and_the_last_is_repeated():
    with _Client(_one("GET", "/job", "waiting"), _one("GET", "/job", "done"), _one("GET", "/end")) as ask:
        assert [ask("GET", "/job")[1] for _ in range(3)] == ["waiting", "done", "done"]


def test_what_a_post_made_is_found_changed_and_taken_away():
    with _Client(
        _one("GET", "/orders/7", {"error": 1}, 404),
        _one("POST", "/orders", {"id": 7, "item": "tea"}, 201, body={"item": "tea"}),
        _one("GET", "/orders/7", {"id": 7, "item": "tea"}),
        _one("PUT", "/orders/7", {"id": 7, "item": "mate"}, body={"item": "mate"}),
        _one("GET", "/orders/7", {"id": 7, "item": "mate"}),
        _one("DELETE", "/orders/7", None, 204),
    ) as ask:
        assert ask("POST", "/orders", {"item": "tea"})[1]["id"] == 7
        assert [ask("GET", "/orders/7")[1]["item"] for _ in range(2)] == ["tea", "tea"]
        ask("PUT", "/orders/7", {"item": "mate"})
        assert ask("GET", "/orders/7")[1]["item"] == "mate"
        assert ask("DELETE", "/orders/7") == (204, None)
        assert ask("GET", "/orders/7")[0] == 404
        ask("POST", "/orders", {"item": "tea"})
        assert ask("GET", "/orders/7") == (200, {"id": 7, "item": "tea"})


def test_a_path_with_another_id_is_the_same_path():
    with _Client(_one("GET", "/orders/1", {"id": 1}), _one("GET", "/orders/2", {"id": 2})) as ask:
        assert ask("GET", "/orders/2") == (200, {"id": 2})
        assert ask("GET", "/orders/34") == (200, {"id": 34})


def test_an_id_may_be_a_number_behind_a_word():
    with _Client(_one("GET", "/orders/ord-7301", {"id": "ord-7301"}), _one("GET", "/orders/open", [])) as ask:
        assert ask("GET", "/orders/ord-77") == (200, {"id": "ord-77"})
        assert ask("GET", "/orders/open") == (200, [])


@pytest.mark.parametrize(
    ("recorded", "sent"),
    [
        ("REDACTED_PASSWORD", "hunter2"),
        ("f47ac10b-58cc-4372-a567-0e02b2c3d479", "0e02b2c3-58cc-4372-a567-f47ac10bd479"),
        ("2024-01-01T10:00:00Z", "2031-12-31T23:59:59Z"),
    ],
)
def test_secrets_and_values_that_were_drawn_match_any(recorded, sent):
    first = _one("POST", "/login", "other", body={"as": "somebody else", "value": "x"})
    with _Client(first, _one("POST", "/login", "in", body={"as": "me", "value": recorded})) as ask:
        assert ask("POST", "/login", {"as": "me", "value": sent}) == (200, "in")


def test_the_host_header_chooses_among_hosts():
    with _Client(
        _one("GET", "/", "a", host="http://a.example"), _one("GET", "/", "b", host="http://b.example")
    ) as ask:
        assert [ask("GET", "/", host=host)[1] for host in ("b.example", "a.example")] == ["b", "a"]


def test_an_unknown_request_is_told_what_is_nearest():
    with _Client(_one("GET", "/orders?page=1", [])) as ask:
        status, told = ask("GET", "/orders?page=2")
    assert status == 404
    assert told["nearest"]["url"] == f"{URL}/orders?page=1"
    assert any("page" in one for one in told["nearest"]["differences"])


def test_addresses_in_answers_lead_to_where_the_client_asked():
    links = {"self": f"{URL}/orders/x", "other": "http://shop.example.org/", "at": f"{URL}:81/"}
    with _Client(_one("GET", "/a", links, headers=(("Link", f"<{URL}/b>"),))) as ask:
        _, told = ask("GET", "/a")
        assert told == links | {"self": f"{ask.server.url}/orders/x"}
        assert ask("GET", "/a", host="shop.example")[1] == links


def test_one_port_answers_plain_and_over_tls():
    with _Client(_one("GET", "/a", "a")) as ask:
        context = ssl.create_default_context(cadata=ask.server.certificate_pem)
        secure = HTTPSConnection("localhost", ask.server.port, timeout=10, context=context)
        secure.request("GET", "/a")
        assert secure.getresponse().read() == b'"a"'
        secure.close()
        assert ask("GET", "/a") == (200, "a")


def test_faults_come_as_often_as_asked_for():
    behaviour = MockBehaviour(fault_rate=1.0, fault_status=502)
    with _Client(_one("GET", "/a", "a"), behaviour=behaviour) as ask:
        assert ask("GET", "/a")[0] == 502


@pytest.mark.parametrize(
    "sent",
    [
        b"hello\r\n\r\n",
        b"POST /a HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
        b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b"a" * 5000,
    ],
    ids=["no-request", "length-without-end", "chunk-line-without-end"],
)
def test_what_is_no_http_is_refused(sent):
    with _Client(_one("GET", "/a", "a")) as ask:
        ask.connection.connect()
        ask.connection.sock.sendall(sent)
        assert ask.connection.sock.recv(100).startswith(b"HTTP/1.1 400")


def test_a_recorded_header_cannot_end_its_line_or_change_the_frame():
    hostile = (
        ("X-A", "1\r\nX-B: 2"),
        ("X-C\r\nX-D", "3"),
        ("Transfer-Encoding ", "chunked"),
        ("X-E: 4", "5"),
    )
    with _Client(_one("GET", "/a", "a", headers=hostile)) as ask:
        ask.connection.request("GET", "/a")
        answer = ask.connection.getresponse()
        assert answer.read() == b'"a"'
        assert answer.getheader("X-A") == "1  X-B: 2"
        assert set(answer.headers) == {"Content-Type", "X-A", "Content-Length"}


@pytest.mark.parametrize(("end", "status"), [("z", 200), ("y", 404)])
def test_many_secrets_in_one_address_are_matched_in_one_pass(end, status):
    with _Client(_one("GET", "/a/" + "/".join(["REDACTED_TOKEN"] * 12) + "/z", "a")) as ask:
        assert ask("GET", "/a/" + "b/" * 150 + end)[0] == status


def test_an_interrupted_mock_ends_without_a_word_about_it(workspace):
    cassette = workspace.json("shop.json", {"version": 1, "interactions": []})
    argv = [sys.executable, "-m", "harness", "mock", str(cassette), "--port", "0"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as mock:
        assert mock.stdout.readline().startswith("mock at ")
        mock.send_signal(signal.SIGINT)
        assert mock.communicate(timeout=30)[1] == ""
    assert mock.returncode == 0


def test_a_collection_passes_against_its_own_mock_twice_in_a_row(target, workspace):
    target.answers["/orders"] = (201, {"id": 12})
    target.answers["/orders/12"] = (200, {"id": 12})
    made = {
        "name": "Make",
        "request": {
            "method": "POST",
            "url": "{{base}}/orders",
            "header": [{"key": "Content-Type", "value": "application/json"}],
            "body": {"mode": "raw", "raw": '{"name": "{{$randomFirstName}}", "key": "{{$guid}}"}'},
        },
        "event": [
            {"listen": "test", "script": {"exec": ["pm.environment.set('id', pm.response.json().id)"]}}
        ],
    }
    got = ("Get", "{{base}}/orders/{{id}}", "pm.test('it is', () => pm.response.to.have.status(200))")
    gone = {"name": "Delete", "request": {"method": "DELETE", "url": "{{base}}/orders/{{id}}"}}
    shop = workspace.collection(made, got, gone)
    assert run(shop, env_vars={"base": target.url}, record="tape.yaml").passed
    cassette = Parts(path=workspace.folder / "tape.yaml").load()
    with MockServer(RecordedAnswers([cassette])) as mock:
        results = [run(shop, env_vars={"base": mock.url}) for _ in range(2)]
    assert [one.summary.assertions.total for one in results] == [1, 1]
    assert all(one.passed for one in results)
    assert [call.exchange.response.status for call in results[1].calls] == [201, 200, 200]


def test_an_answer_that_is_nested_too_deeply_is_given_as_it_is():
    deep = json.loads("[" * 500 + "]" * 500)
    with _Client(_one("GET", "/orders/1", deep), _one("POST", "/orders", deep, body={"a": 1})) as ask:
        assert ask("GET", "/orders/2") == (200, deep)
        assert ask("POST", "/orders", {"a": 2}) == (200, deep)


def test_what_a_post_made_is_found_even_where_no_get_was_recorded():
    with _Client(
        _one("POST", "/orders", {"id": 7, "state": "new"}, 201, body={"item": "tea", "count": 1}),
        _one("PATCH", "/orders/7", None, 204, body={"count": 2}),
        _one("PUT", "/orders/7", {"id": 7}, body={"item": "mate"}),
        _one("DELETE", "/orders/7", None, 204),
    ) as ask:
        assert ask("GET", "/orders/7")[0] == 404
        ask("POST", "/orders", {"item": "coffee", "count": 1})
        assert ask("GET", "/orders/7") == (200, {"id": 7, "state": "new", "item": "coffee", "count": 1})
        ask("PATCH", "/orders/7", {"count": 3})
        assert ask("GET", "/orders/7")[1]["count"] == 3
        ask("PUT", "/orders/7", {"item": "cocoa"})
        assert ask("GET", "/orders/7") == (200, {"id": 7, "item": "cocoa"})
        ask("DELETE", "/orders/7")
        assert ask("GET", "/orders/7")[0] == 404


def test_a_change_after_the_last_recorded_get_is_seen_in_the_next():
    with _Client(
        _one("GET", "/start"),
        _one("GET", "/orders/7", {"id": 7, "item": "tea"}),
        _one("PUT", "/orders/7", {"id": 7, "item": "mate"}, body={"item": "mate"}),
    ) as ask:
        assert ask("GET", "/orders/7")[1]["item"] == "tea"
        ask("PUT", "/orders/7", {"item": "cocoa"})
        assert ask("GET", "/orders/7") == (200, {"id": 7, "item": "cocoa"})
