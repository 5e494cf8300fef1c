from __future__ import annotations

from typing import Any

import pytest

BASE = "/data/core/ups"


def preview(client: Any, expression: str, **changes: Any) -> Any:
    body = {
        "predicateExpression": expression,
        "predicateType": "pql/text",
        "predicateModel": "_xdm.context.profile",
        **changes,
    }
    return client.post(f"{BASE}/preview", body)


def test_a_preview_and_its_estimate_count_who_would_qualify(people: Any) -> None:
    people.profile("a@example.com", level="gold", crm="1")
    people.profile("b@example.com", level="gold")
    people.profile("c@example.com", level="silver")
    made = preview(people.client, f'{people.lake.tenant}.level = "gold"')
    assert (made.status, made.json()["state"]) == (201, "NEW")
    preview_id = made.json()["previewId"]
    body = people.client.get(f"{BASE}/preview/{preview_id}?limit=1").json()
    assert (body["state"], body["page"]) == ("RESULT_READY", {"offset": 0, "size": 1})
    ((xid, found),) = body["results"][0].items()
    assert xid == people.entity("a@example.com")["identityGraph"][0]
    assert len(found["endCustomerIds"]) == 1
    assert body["links"]["next"].endswith("offset=1&limit=1")
    estimate = people.client.get(f"{BASE}/estimate/{preview_id}").json()
    assert (estimate["estimatedSize"], estimate["totalRows"], estimate["state"]) == (2, 3, "RESULT_READY")
    counted = [one["profilesMatchedSoFar"] for one in estimate["estimatedNamespaceDistribution"]]
    assert estimate["estimatedNamespaceDistribution"][0]["namespaceId"] == "6"
    assert counted == [2, 1]
    assert people.client.delete(f"{BASE}/preview/{preview_id}").json() == {
        "status": True,
        "message": "KILLED",
    }
    assert people.client.get(f"{BASE}/preview/{preview_id}").status == 404
    assert people.client.get(f"{BASE}/estimate/{preview_id}").status == 404


@pytest.mark.parametrize(
    "changes", [{"predicateExpression": "a ="}, {"predicateType": "x"}, {"predicateModel": "x"}]
)
def test_a_bad_preview_is_400(client: Any, changes: dict[str, Any]) -> None:
    assert preview(client, "a = 1", **changes).status == 400
