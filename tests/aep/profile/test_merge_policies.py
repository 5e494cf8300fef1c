from __future__ import annotations

from typing import Any

import pytest

BASE = "/data/core/ups/config/mergePolicies"
PROFILE = {"name": "_xdm.context.profile"}


def test_a_sandbox_is_born_with_a_default_policy_that_stitches(client: Any) -> None:
    body = client.get(BASE).json()
    assert body["_page"] == {"totalCount": 1, "pageSize": 1}
    (policy,) = body["children"]
    assert (policy["default"], policy["schema"]) == (True, PROFILE)
    assert policy["identityGraph"] == {"type": "pdg"}
    assert policy["attributeMerge"] == {"type": "timestampOrdered"}
    assert policy["sandbox"]["sandboxName"] == "prod"
    assert client.get(f"{BASE}/{policy['id']}").json() == policy


def test_a_policy_is_created_with_200_and_a_new_default_takes_the_place_of_the_old(client: Any) -> None:
    answer = client.post(BASE, {"name": "new", "schema": PROFILE, "default": True})
    assert answer.status == 200
    policies = {one["name"]: one["default"] for one in client.get(BASE).json()["children"]}
    assert policies == {"Default Timebased": False, "new": True}


def test_lists_are_filtered_and_paged(client: Any) -> None:
    for name in ("a", "b"):
        client.post(BASE, {"name": name, "schema": PROFILE})
    names = [
        one["name"] for one in client.get(f"{BASE}?identityGraph.type=none&orderBy=-name").json()["children"]
    ]
    assert names == ["b", "a"]
    assert client.get(f"{BASE}?default=true").json()["_page"]["totalCount"] == 1
    assert client.get(f"{BASE}?schema.name=other").json()["children"] == []
    page = client.get(f"{BASE}?limit=2").json()
    rest = client.get(f"/data/core/ups{page['_links']['next']['href']}").json()
    assert [one["name"] for one in rest["children"]] == ["b"]
    assert rest["_links"]["next"]["href"] == ""
    page = client.get(f"{BASE}?limit=1&orderBy=-name&identityGraph.type=none").json()
    rest = client.get(f"/data/core/ups{page['_links']['next']['href']}").json()
    assert [one["name"] for one in page["children"] + rest["children"]] == ["b", "a"]


def test_a_policy_is_replaced_patched_and_deleted(client: Any) -> None:
    made = client.post(BASE, {"name": "a", "schema": PROFILE}).json()
    path = f"{BASE}/{made['id']}"
    put = client.put(path, {"name": "b", "schema": PROFILE, "identityGraph": {"type": "pdg"}}).json()
    assert (put["name"], put["version"], put["id"]) == ("b", 2, made["id"])
    patched = client.patch(path, {"op": "add", "path": "/default", "value": "true"}).json()
    assert patched["default"] is True
    assert client.delete(path).status == 400
    old = client.get(f"{BASE}?default=false").json()["children"][0]
    deleted = client.delete(f"{BASE}/{old['id']}")
    assert (deleted.status, deleted.body) == (200, b"")
    assert client.get(f"{BASE}/{old['id']}").json() == {"statusCode": "404"}


def test_the_only_default_cannot_stop_being_one(client: Any) -> None:
    (policy,) = client.get(BASE).json()["children"]
    body = [{"op": "replace", "path": "/default", "value": False}]
    assert client.patch(f"{BASE}/{policy['id']}", body).status == 400
    assert client.get(f"{BASE}/{policy['id']}").json()["default"] is True


def test_policies_are_fetched_in_bulk(client: Any) -> None:
    (policy,) = client.get(BASE).json()["children"]
    answer = client.post(f"{BASE}/bulk-get", {"ids": [{"id": policy["id"]}, {"id": "nope"}]})
    assert (answer.status, answer.json()) == (207, {"results": {policy["id"]: policy}})


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "x"},
        {"name": "x", "schema": {}},
        {"name": "x", "schema": PROFILE, "identityGraph": {"type": "public"}},
        {"name": "x", "schema": PROFILE, "attributeMerge": {"type": "newest"}},
        {"name": "x", "schema": PROFILE, "attributeMerge": {"type": "dataSetPrecedence"}},
        {"name": "x", "schema": PROFILE, "default": "maybe"},
    ],
)
def test_a_bad_policy_is_400(client: Any, body: dict[str, Any]) -> None:
    assert client.post(BASE, body).status == 400


@pytest.mark.parametrize(
    "body",
    [
        [],
        [{"op": "move", "path": "/name", "from": "/id"}],
        [{"op": "replace", "path": "/id", "value": "x"}],
        [{"op": "replace", "path": "/name", "value": 1}],
    ],
)
def test_a_bad_patch_of_a_policy_is_400(client: Any, body: Any) -> None:
    (policy,) = client.get(BASE).json()["children"]
    assert client.patch(f"{BASE}/{policy['id']}", body).status == 400
    assert client.get(f"{BASE}/{policy['id']}").json() == policy


def test_a_class_that_is_enabled_for_profile_has_a_default_policy_of_its_own(client: Any, lake: Any) -> None:
    asked = "/data/core/ups/config/mergePolicies?default=true&schema.name=_xdm.context.account"
    assert client.get(asked).json()["_page"]["totalCount"] == 0
    identities = "https://ns.adobe.com/xdm/context/identitymap"
    lake.schema(identities, of="https://ns.adobe.com/xdm/context/account", union=True)
    found = client.get(asked).json()
    assert [one["schema"]["name"] for one in found["children"]] == ["_xdm.context.account"]
    assert client.get(asked).json() == found
