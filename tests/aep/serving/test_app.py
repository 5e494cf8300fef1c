from __future__ import annotations

import json
from typing import Any

import pytest

from harness.aep.serving.services import MODULES, module_endpoints
from harness.twin.app import Dispatcher
from harness.twin.message import answer
from harness.twin.routing import Endpoint, Router

SCHEMAS = "/data/foundation/schemaregistry/tenant/schemas"


@pytest.mark.parametrize("depth", [300, 100_000])
def test_a_body_nested_too_deeply_is_a_bad_request(client: Any, depth: int) -> None:
    body = b'{"title":"T","properties":' + b'{"properties":{"a":' * depth + b"{}" + b"}}" * depth + b"}"
    reply = client.post(SCHEMAS, body, headers={"content-type": "application/json"})
    assert reply.status == 400
    assert json.loads(reply.body)["title"] == "BadRequestError"


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[]", b"null"])
def test_a_body_that_is_no_json_object_is_a_bad_request(client: Any, body: bytes) -> None:
    for path in (SCHEMAS, "/data/foundation/catalog/dataSets", "/data/core/edge/inlet"):
        reply = client.post(path, body, headers={"content-type": "application/json"})
        assert (reply.status, reply.json()["title"]) == (400, "BadRequestError"), path


def test_a_bug_is_answered_500_and_logged(client: Any, caplog: pytest.LogCaptureFixture) -> None:
    dispatcher = client.app.routes[0].app
    assert isinstance(dispatcher, Dispatcher)

    def broken(_: Any, __: Any) -> Any:
        raise ZeroDivisionError

    dispatcher._router.add(Endpoint(method="GET", path="/broken", handler=broken, door="open"))
    reply = client.get("/broken")
    assert (reply.status, reply.json()["title"]) == (500, "InternalServerError")
    assert "GET /broken" in caplog.text


def test_a_handler_may_be_asynchronous(client: Any) -> None:
    async def later(_: Any, __: Any) -> Any:
        return answer({"later": True})

    dispatcher = client.app.routes[0].app
    dispatcher._router.add(Endpoint(method="GET", path="/later", handler=later, door="open"))
    assert client.get("/later").json() == {"later": True}


def router(*paths: str, any_case: bool = False) -> Router:
    made = Router()
    for path in paths:
        made.add(Endpoint(method="GET", path=path, handler=lambda *_: answer({}), any_case=any_case))
    return made


@pytest.mark.parametrize(
    ("target", "path", "params"),
    [
        ("/a/b", "/a/b", {}),
        ("/a/b/", "/a/b", {}),
        ("/a/x", "/a/{id}", {"id": "x"}),
        ("/a/https%3A%2F%2Fx%2Fy", "/a/{id}", {"id": "https://x/y"}),
        ("/a/x/c", "/a/{id}/c", {"id": "x"}),
        ("/a/b/c", "/a/{id}/c", {"id": "b"}),
        ("/f/x/y%20z", "/f/{path...}", {"path": "x/y z"}),
    ],
)
def test_fixed_words_win_and_words_are_decoded_after_splitting(
    target: str, path: str, params: dict[str, str]
) -> None:
    made = router("/a/b", "/a/{id}", "/a/{id}/c", "/f/{path...}")
    endpoint, found = made.match("GET", target)
    assert (endpoint.path, found) == (path, params)


def test_words_are_compared_without_case_only_where_so_declared() -> None:
    assert router("/dataSets/{id}", any_case=True).match("GET", "/DATASETS/aB")[1] == {"id": "aB"}
    with pytest.raises(Exception, match="404"):
        router("/dataSets").match("GET", "/datasets")


def test_two_handlers_for_one_path_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="two handlers"):
        router("/a", "/a")


def test_every_module_answers_below_its_prefixes_alone(client: Any) -> None:
    for name, prefixes in MODULES.items():
        for endpoint in module_endpoints(name, client.platform):
            path = "/_console" if endpoint.path == "/" else endpoint.path
            assert path.lower().startswith(prefixes), (name, endpoint.path)


@pytest.mark.parametrize("end", ["%20", "%20%20", "/%20"])
def test_blanks_at_the_end_of_an_address_mean_nothing(client: Any, end: str) -> None:
    wanted = {"code": "Shop", "name": "Shop", "idType": "CROSS_DEVICE"}
    made = client.post(f"/data/core/idnamespace/identities{end}", wanted)
    assert made.status in (200, 201), made.body
    assert client.get(f"/data/core/idnamespace/identities/{made.json()['id']}%20").status == 200
