from __future__ import annotations

from typing import Any

BASE = "/data/foundation/access-control/acl"


def test_the_reference_names_permissions_and_resource_types(client: Any) -> None:
    body = client.get(f"{BASE}/reference").json()
    assert body["resource-types"]["schemas"] == ["read", "write", "delete"]
    assert body["permissions"]["view-schemas"]["schemas"] == ["read"]
    assert body["permissions"]["manage-datasets"]["schemas"] == ["read"]
    assert body["permissions"]["manage-profiles"]["segment-jobs"] == ["write"]
    named = {resource for resources in body["permissions"].values() for resource in resources}
    assert named <= body["resource-types"].keys()


def test_policies_hold_what_is_active_and_leave_out_the_rest(client: Any) -> None:
    asked = ["/resource-types/schemas", "/permissions/manage-datasets", "/permissions/fly", "/odd/name", ""]
    answer = client.post(f"{BASE}/effective-policies", asked)
    assert answer.status == 200
    assert answer.json() == {
        "policies": {
            "/resource-types/schemas": ["read", "write", "delete"],
            "/permissions/manage-datasets": ["*"],
        }
    }
    for wrong in ({}, [5], "x"):
        assert client.post(f"{BASE}/effective-policies", wrong).status == 400


def test_other_calls_of_the_service_are_501(client: Any) -> None:
    assert client.get("/data/foundation/access-control/administration/roles").status == 501
