"""What holds for every call of the platform: the gateway's answers, and those to a wrong method or body."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest

from harness.aep.serving.request_bodies import BODIES
from harness.aep.serving.services import every_endpoint

ORG = "FFFFFFFFFFFFFFFFFFFFFFFF@AdobeOrg"
GATE: list[tuple[dict[str, str | None], int, dict[str, Any]]] = [
    ({"x-api-key": None}, 403, {"error_code": "403000", "message": "Api Key is required"}),
    ({"authorization": None}, 403, {"error_code": "403010", "message": "Oauth token is missing."}),
    ({"x-api-key": "unknown"}, 403, {"error_code": "403003", "message": "Api Key is invalid"}),
    ({"authorization": "Bearer x.y.z"}, 401, {"error_code": "401013", "message": "Oauth token is not valid"}),
    ({"x-gw-ims-org-id": None}, 400, {"error_code": "400003", "message": "Missing header"}),
    ({"x-gw-ims-org-id": "nobody"}, 403, {"error_code": "403027", "message": "User region is missing"}),
    ({"x-gw-ims-org-id": ORG}, 403, {"error_code": "403025", "message": "Profile is not valid"}),
]
NAMES = {"container": "tenant", "type": "schemas", "version": "v3"}


def targets(client: Any, door: str) -> list[tuple[str, str]]:
    """Methods and paths of all endpoints behind a door, with words for what varies."""

    def word(match: re.Match[str]) -> str:
        name = match[1].removesuffix("...")
        return NAMES.get(name, f"any-{name}")

    return [
        (one.method, re.sub(r"\{([^}]+)\}", word, one.path))
        for one in every_endpoint(client.platform)
        if one.door == door
    ]


@pytest.mark.parametrize(
    ("headers", "status", "body"), GATE, ids=[str(body["error_code"]) for _, _, body in GATE]
)
def test_no_call_is_answered_without_the_gateways_leave(
    client: Any, headers: dict[str, str | None], status: int, body: dict[str, Any]
) -> None:
    found = targets(client, "gateway")
    assert len(found) > 150
    for method, target in found:
        answer = client.call(method, target, headers=headers)
        assert (answer.status, answer.json()) == (status, body), (method, target)


def test_no_call_is_answered_for_a_sandbox_that_is_not_there(client: Any) -> None:
    found = targets(client, "gateway")
    inside = [one for one in found if not one[1].startswith("/data/foundation/sandbox-management")]
    assert len(inside) < len(found)
    for method, target in inside:
        answer = client.call(method, target, headers={"x-sandbox-name": "nowhere"})
        assert (answer.status, answer.json()["title"]) == (404, "Resource not found"), (method, target)


def test_a_call_with_another_method_says_which_there_are(client: Any) -> None:
    found = [one for door in ("gateway", "open") for one in targets(client, door)]
    for target in dict.fromkeys(path for _, path in found):
        answer = client.call("TRACE", target)
        assert answer.status == 405, target
        assert answer.json()["title"] == "MethodNotAllowedError"
        allowed = answer.headers["allow"].split(", ")
        assert {method for method, path in found if path == target} <= set(allowed), target


@pytest.mark.parametrize("content", [b"", b"{", b"null", b"5", b'"text"', b"[]", b"[null]", b"\xff", b"NaN"])
def test_a_body_that_is_no_document_is_a_mistake_of_the_client(client: Any, content: bytes) -> None:
    for method, path in BODIES:
        target = re.sub(r"\{([^}]+)\}", lambda match: NAMES.get(match[1], "any"), path)
        answer = client.call(method, target, content, headers={"content-type": "application/json"})
        assert 200 <= answer.status < 500, (method, target, content, answer.body)
        if content not in (b"", b"[]") and not target.startswith(("/ee/", "/data/core/ups/system")):
            assert answer.status >= 400, (method, target, content)


def test_paths_are_taken_with_slashes_too_many(client: Any) -> None:
    for target in (
        "/data/foundation/schemaregistry/stats/",
        "/data/foundation/schemaregistry//stats",
        "//data/foundation/catalog/dataSets/",
    ):
        assert client.get(target).status == 200, target


def test_what_is_asked_of_one_organisation_is_not_found_in_another(make_client: Any, lake: Any) -> None:
    from harness.aep.settings import Organisation

    other = Organisation(
        org_id=ORG,
        tenant_id="other",
        client_id="other-client",
        client_secret="other-secret",
        technical_account_id="other@techacct.adobe.com",
    )
    client = make_client(other_organisations=(other,))
    lake = type(lake)(client=client)
    schema = lake.schema(lake.mixin({"a": {"type": "string"}}))
    descriptor = lake.identity(schema, f"/{lake.tenant}/a")
    dataset, inlet = lake.dataset(schema), lake.inlet()
    batch = client.post(
        "/data/foundation/import/batches", {"datasetId": dataset, "inputFormat": {"format": "json"}}
    ).json()["id"]
    theirs = {
        "authorization": f"Bearer {client.platform.tokens.issue(other)}",
        "x-api-key": other.client_id,
        "x-gw-ims-org-id": other.org_id,
        "accept": "application/vnd.adobe.xed+json; version=1",
    }
    registry = "/data/foundation/schemaregistry"
    for target in (
        f"{registry}/tenant/schemas/{quote(schema, safe='')}",
        f"{registry}/rpc/export/{quote(schema, safe='')}",
        f"{registry}/rpc/auditlog/{quote(schema, safe='')}",
        f"{registry}/tenant/descriptors/{descriptor}",
        f"/data/foundation/catalog/dataSets/{dataset}",
        f"/data/foundation/catalog/batches/{batch}",
        f"/data/foundation/export/batches/{batch}/files",
        f"/data/foundation/export/datasets/{dataset}/preview",
        f"/data/foundation/dataset/datasets/{dataset}/labels",
        f"/data/core/edge/inlet/{inlet}",
    ):
        headers = {**theirs, "accept": None} if "descriptors" in target else theirs
        assert client.get(target, headers=headers).status == 404, target
        assert client.call("DELETE", target, headers=theirs).status in (404, 405), target
    body = {"datasetId": dataset, "inputFormat": {"format": "json"}}
    assert client.post("/data/foundation/import/batches", body, headers=theirs).status == 404
    assert client.get("/data/foundation/catalog/dataSets", headers=theirs).json() == {}
    assert client.get(f"{registry}/stats", headers=theirs).json()["tenantId"] == "other"
    # A name in the other's namespace is not the caller's to use.
    ref = {"id": schema, "contentType": "application/vnd.adobe.xed+json;version=1"}
    answer = client.post("/data/foundation/catalog/dataSets", {"name": "d", "schemaRef": ref}, headers=theirs)
    assert answer.status == 400
