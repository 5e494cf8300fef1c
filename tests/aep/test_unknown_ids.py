"""An id that names nothing: 404 of every call that takes one, in the shape of its service."""

from __future__ import annotations

from typing import Any

import pytest

FLOW = "/data/foundation/flowservice"
UPS = "/data/core/ups"
NAMESPACES = "/data/core/idnamespace/identities"
DATASTREAMS = "/metadata/namespaces/edge/datasets/datastreams/records"
ID = "11111111-2222-4333-8444-555555555555"
RENAME = [{"op": "replace", "path": "/name", "value": "x"}]
SEGMENT = {
    "name": "x",
    "expression": {"type": "PQL", "format": "pql/text", "value": "a = 1"},
    "schema": {"name": "_xdm.context.profile"},
}
POLICY = {"name": "x", "schema": {"name": "_xdm.context.profile"}}
STREAM = {"data": {"title": "x", "settings": {}}}

FLOW_CALLS = [
    *(
        (method, f"{word}/{ID}", body, word)
        for word in ("connections", "sourceConnections", "targetConnections", "flows")
        for method, body in (("GET", None), ("PATCH", RENAME), ("DELETE", None))
    ),
    *(
        ("POST", f"{word}/{ID}/action?op=enable", None, word)
        for word in ("connections", "sourceConnections", "targetConnections", "flows")
    ),
    ("GET", f"connections/{ID}/test", None, "connections"),
    ("GET", f"connections/{ID}/explore", None, "connections"),
    ("GET", f"connectionSpecs/{ID}", None, "connectionSpecs"),
    ("GET", f"flowSpecs/{ID}", None, "flowSpecs"),
    ("GET", f"runs/{ID}", None, "runs"),
]


@pytest.mark.parametrize(("method", "path", "body", "word"), FLOW_CALLS)
def test_flow_service_says_what_was_not_found(
    client: Any, method: str, path: str, body: Any, word: str
) -> None:
    answer = client.call(method, f"{FLOW}/{path}", body, headers={"if-match": '"x"'})
    text = f"{word} not found with id = [{ID}]"
    assert (answer.status, answer.json()) == (404, {"errorMessage": text, "errorDetails": text})


@pytest.mark.parametrize(
    ("method", "body"), [("GET", None), ("PUT", POLICY), ("PATCH", RENAME), ("DELETE", None)]
)
def test_profile_answers_with_the_status_alone(client: Any, method: str, body: Any) -> None:
    answer = client.call(method, f"{UPS}/config/mergePolicies/{ID}", body)
    assert (answer.status, answer.json()) == (404, {"statusCode": "404"})


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", f"{UPS}/segment/definitions/{ID}", None),
        ("PATCH", f"{UPS}/segment/definitions/{ID}", SEGMENT),
        ("DELETE", f"{UPS}/segment/definitions/{ID}", None),
        ("POST", f"{UPS}/segment/jobs", [{"segmentId": ID}]),
        ("GET", f"{UPS}/segment/jobs/{ID}", None),
        ("DELETE", f"{UPS}/segment/jobs/{ID}", None),
        ("GET", f"{UPS}/preview/{ID}", None),
        ("DELETE", f"{UPS}/preview/{ID}", None),
        ("GET", f"{UPS}/estimate/{ID}", None),
        ("GET", f"{DATASTREAMS}/{ID}", None),
        ("PUT", f"{DATASTREAMS}/{ID}", STREAM),
        ("DELETE", f"{DATASTREAMS}/{ID}", None),
    ],
)
def test_the_others_answer_with_a_problem_that_names_the_id(
    client: Any, method: str, path: str, body: Any
) -> None:
    answer = client.call(method, path, body)
    assert (answer.status, answer.json()["title"]) == (404, "NotFoundError")
    assert ID in answer.json()["detail"]


@pytest.mark.parametrize("method", ["GET", "PUT"])
@pytest.mark.parametrize("number", ["99999999", "x", "-1", "9" * 5000])
def test_a_namespace_is_looked_up_by_its_number_alone(client: Any, method: str, number: str) -> None:
    body = None if method == "GET" else {"name": "x", "code": "X", "idType": "EMAIL"}
    answer = client.call(method, f"{NAMESPACES}/{number}", body)
    assert (answer.status, answer.json()["report"]["code"]) == (404, "NAMESPACE_NOT_FOUND")


@pytest.mark.parametrize(
    ("path", "ids"),
    [
        ("segment/definitions/bulk-get", [{"id": ID}]),
        ("segment/jobs/bulk-get", [{"id": ID}]),
        ("config/mergePolicies/bulk-get", [{"id": ID}]),
    ],
)
def test_a_bulk_get_leaves_out_what_is_not_there(client: Any, path: str, ids: Any) -> None:
    answer = client.post(f"{UPS}/{path}", {"ids": ids})
    assert (answer.status, answer.json()) == (207, {"results": {}})
    for bad in ({}, {"ids": ID}, {"ids": [ID]}, {"ids": [{}]}, {"ids": [{"id": 5}]}, {"ids": [{"id": []}]}):
        assert client.post(f"{UPS}/{path}", bad).status == 400
