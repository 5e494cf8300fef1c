from __future__ import annotations

from typing import Any

import pytest

BASE = "/data/core/idnamespace/identities"
OWN = {"name": "Loyalty", "code": "LOYALTY", "idType": "CROSS_DEVICE"}


def test_the_standard_namespaces_are_a_bare_array(client: Any) -> None:
    found = client.get(BASE).json()
    assert {"Email", "ECID", "Phone"} <= {one["code"] for one in found}
    assert not any(one["custom"] for one in found)


def test_an_own_namespace_is_answered_200_listed_and_renamed(client: Any) -> None:
    made = client.post(BASE, OWN)
    assert made.status == 200
    body = made.json()
    assert (body["code"], body["custom"], body["status"]) == ("LOYALTY", True, "ACTIVE")
    assert client.get(f"{BASE}/{body['id']}").json() == body
    assert body in client.get(BASE).json()
    changed = client.put(f"{BASE}/{body['id']}", {**OWN, "name": "New"})
    assert changed.json()["name"] == "New"


def test_a_code_is_unique_without_regard_to_case(client: Any) -> None:
    answer = client.post(BASE, {**OWN, "code": "email"})
    assert (answer.status, answer.json()["title"]) == (409, "NAMESPACE_CODE_CONFLICT")
    assert answer.json()["report"]["code"] == "INTEGRATION_CODE_EXISTS"


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"code": None},
        {"code": "a b"},
        {"idType": "THING"},
        {"idType": None},
        {"idType": 4},
        {"description": ["x"]},
    ],
)
def test_an_invalid_namespace_says_why(client: Any, change: dict[str, Any]) -> None:
    answer = client.post(BASE, {**OWN, **change})
    body = answer.json()
    assert answer.status == 400
    assert body["type"] == "http://ns.adobe.com/adobecloud/problem/namespacevalidation"
    assert {"timestamp", "status", "description", "title", "report"} <= set(body)
    assert (body["title"], body["report"]["code"]) == ("Namespace validation", "INVALID_REQUEST_PARAMS")


def test_code_and_type_of_a_namespace_stay_as_they_are(client: Any) -> None:
    own = f"{BASE}/{client.post(BASE, OWN).json()['id']}"
    for change in ({"code": "OTHER"}, {"idType": "EMAIL"}):
        answer = client.put(own, {**OWN, **change})
        assert answer.status == 400
        assert answer.json()["description"] == "code and idType are non editable fields"
    missing = client.put(f"{BASE}/99999", OWN)
    assert (missing.status, missing.json()["report"]["code"]) == (404, "NAMESPACE_NOT_FOUND")
    assert client.get(own).json()["updateTime"] == client.get(own).json()["createTime"]


def test_namespaces_cannot_be_deleted_and_standard_ones_not_changed(client: Any) -> None:
    assert client.delete(f"{BASE}/6").status == 405
    answer = client.put(f"{BASE}/6", {"name": "x", "code": "Email", "idType": "EMAIL"})
    assert answer.status == 403
    assert client.get(f"{BASE}/999").status == 404


def test_an_own_namespace_serves_identities_of_its_sandbox_alone(client: Any, lake: Any) -> None:
    client.post(BASE, OWN)
    schema = lake.schema(lake.mixin({"id": {"type": "string"}}))
    assert lake.identity(schema, f"/{lake.tenant}/id", "loyalty")
    codes = {one["code"] for one in client.get(BASE, headers={"x-sandbox-name": "dev"}).json()}
    assert "LOYALTY" not in codes


def test_the_namespaces_of_an_organisation_are_its_own(client: Any) -> None:
    base = "/data/core/idnamespace/orgs"
    own = client.settings.org_id.replace("@", "%40")
    assert client.get(f"{base}/{own}/identities").json() == client.get(BASE).json()
    assert client.get(f"{base}/{own}/identities/6").json()["code"] == "Email"
    for path in ("identities", "identities/6"):
        assert client.get(f"{base}/other%40AdobeOrg/{path}").status == 403


@pytest.mark.parametrize("kind", ["B2B_OPPORTUNITY", "B2B_CAMPAIGN_MEMBER", "B2B_ACCOUNT_PERSON"])
def test_a_namespace_of_b2b_has_a_type_of_its_own(client: Any, kind: str) -> None:
    body = {"name": kind, "code": kind.lower(), "idType": kind}
    assert client.post("/data/core/idnamespace/identities", body).json()["idType"] == kind
