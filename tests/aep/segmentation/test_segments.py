from __future__ import annotations

import json
from typing import Any

import pytest

BASE = "/data/core/ups/segment/definitions"
PROFILE = {"name": "_xdm.context.profile"}


def definition(value: str = 'workAddress.country = "US"', /, **changes: Any) -> dict[str, Any]:
    return {
        "name": "People in the US",
        "expression": {"type": "PQL", "format": "pql/text", "value": value},
        "schema": PROFILE,
        **changes,
    }


def test_a_definition_is_created_with_200_and_answered_whole(client: Any) -> None:
    answer = client.post(BASE, definition(description="d", ttlInDays=30, payloadSchema="string"))
    body = answer.json()
    assert answer.status == 200
    assert answer.headers["x-location"].endswith(f"{BASE}/{body['id']}")
    assert body["evaluationInfo"] == {
        "batch": {"enabled": True},
        "continuous": {"enabled": False},
        "synchronous": {"enabled": False},
    }
    assert body["dataGovernancePolicy"] == {"excludeOptOut": True}
    assert (body["imsOrgId"], body["sandbox"]["sandboxName"]) == (client.settings.org_id, "prod")
    assert body["creationTime"] == body["updateTime"] == client.clock.now_ms()
    assert body["updateEpoch"] == client.clock.now_s()
    assert (body["description"], body["ttlInDays"], body["payloadSchema"]) == ("d", 30, "string")
    policies = client.get("/data/core/ups/config/mergePolicies").json()["children"]
    assert body["mergePolicyId"] == policies[0]["id"]
    assert client.get(f"{BASE}/{body['id']}").json() == body


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"name": None}, "name"),
        ({"name": " "}, "name"),
        ({"schema": None}, "schema.name"),
        ({"schema": {"name": "_xdm.context.experienceevent"}}, "schema.name"),
        ({"expression": None}, "expression"),
        ({"expression": {"type": "SQL", "format": "pql/text", "value": "a = 1"}}, "expression.type"),
        ({"expression": {"type": "PQL", "format": "text", "value": "a = 1"}}, "expression.format"),
        ({"expression": {"type": "PQL", "format": "pql/text"}}, "expression.value"),
        ({"expression": {"type": "PQL", "format": "pql/text", "value": "a ="}}, "position 3"),
        ({"expression": {"type": "PQL", "format": "pql/text", "value": "chain(xEvent)"}}, "chain"),
        ({"expression": {"type": "PQL", "format": "pql/json", "value": "{"}}, "not JSON"),
        ({"mergePolicyId": "nope"}, "merge policy"),
        ({"evaluationInfo": []}, "evaluationInfo"),
        ({"evaluationInfo": {"continuous": {"enabled": "yes"}}}, "continuous.enabled"),
        ({"ttlInDays": 0}, "ttlInDays"),
        ({"description": 1}, "description"),
    ],
)
def test_an_invalid_definition_is_400_and_says_why(client: Any, changes: dict[str, Any], text: str) -> None:
    answer = client.post(BASE, definition(**changes))
    assert answer.status == 400
    assert text in answer.json()["detail"]
    assert client.get(BASE).json()["segments"] == []


def test_a_name_that_exists_is_422_in_the_same_sandbox_only(client: Any) -> None:
    first = client.post(BASE, definition()).json()
    again = client.post(BASE, definition("a = 1"))
    assert again.status == 422
    assert first["id"] in again.json()["detail"]
    assert client.post(BASE, definition(), headers={"x-sandbox-name": "dev"}).status == 200
    other = client.post(BASE, definition(name="other")).json()
    assert client.patch(f"{BASE}/{other['id']}", {"name": first["name"]}).status == 422
    assert client.patch(f"{BASE}/{first['id']}", {"name": first["name"]}).status == 200


def test_the_list_is_paged_sorted_and_filtered(client: Any) -> None:
    for name in ("b", "a", "c"):
        client.clock.advance(1000)
        modes = {"continuous": {"enabled": name == "a"}}
        client.post(BASE, definition(name=name, evaluationInfo=modes))

    def names(query: str = "") -> list[str]:
        return [one["name"] for one in client.get(f"{BASE}{query}").json()["segments"]]

    assert names() == ["c", "a", "b"]
    assert names("?sort=name:asc") == ["a", "b", "c"]
    assert names("?limit=2&page=1") == ["b"]
    assert names("?start=1&limit=1") == ["a"]
    assert names("?evaluationInfo.continuous.enabled=true") == ["a"]
    body = client.get(f"{BASE}?limit=2").json()
    assert body["page"] == {
        "totalCount": 3,
        "totalPages": 2,
        "sortField": "creationTime",
        "sort": "desc",
        "pageSize": 2,
        "limit": 2,
    }
    assert body["link"]["next"]["href"].startswith("/segment/definitions?start=2")
    page = client.get(f"{BASE}?limit=1&sort=name:asc&evaluationInfo.continuous.enabled=false").json()
    rest = client.get(f"/data/core/ups{page['link']['next']['href']}").json()
    assert [one["name"] for one in page["segments"] + rest["segments"]] == ["b", "c"]
    assert rest["link"] == {}
    assert client.get(BASE).json()["link"] == {}
    assert client.get(f"{BASE}?sort=name:up").status == 400


def test_a_definition_is_overwritten_by_a_patch(client: Any) -> None:
    made = client.post(BASE, definition()).json()
    client.clock.advance(5000)
    path = f"{BASE}/{made['id']}"
    patched = client.patch(path, {"description": "new", "id": "other", "creationTime": 1}).json()
    assert patched == {
        **made,
        "description": "new",
        "updateTime": client.clock.now_ms(),
        "updateEpoch": client.clock.now_s(),
    }
    broken = client.patch(path, {"expression": {"type": "PQL", "format": "pql/text", "value": "("}})
    assert broken.status == 400
    assert client.get(path).json() == patched


def test_a_deleted_definition_is_gone(client: Any) -> None:
    made = client.post(BASE, definition()).json()
    path = f"{BASE}/{made['id']}"
    answer = client.delete(path)
    assert (answer.status, answer.json()["status"]) == (200, True)
    assert client.get(path).status == client.delete(path).status == client.patch(path, {}).status == 404


def test_definitions_are_fetched_in_bulk(client: Any) -> None:
    made = client.post(BASE, definition()).json()
    answer = client.post(f"{BASE}/bulk-get", {"ids": [{"id": made["id"]}, {"id": "nope"}]})
    assert (answer.status, answer.json()) == (207, {"results": {made["id"]: made}})
    assert client.post(f"{BASE}/bulk-get", {"ids": "x"}).status == 400


# evaluation


def memberships(people: Any, email: str) -> dict[str, str]:
    held = people.entity(email)["entity"].get("segmentMembership", {"ups": {}})["ups"]
    return {segment: one["status"] for segment, one in held.items()}


def test_a_streaming_definition_is_entered_and_left_as_data_lands(people: Any, destinations: Any) -> None:
    gold = destinations.segment(f'{people.lake.tenant}.level = "gold"')
    people.profile("a@example.com", level="silver")
    assert memberships(people, "a@example.com") == {}
    people.profile("a@example.com", level="gold")
    held = people.entity("a@example.com")["entity"]["segmentMembership"]
    assert held == {"ups": {gold: {"lastQualificationTime": "2024-05-15T12:00:00Z", "status": "realized"}}}
    people.client.clock.advance(60_000)
    people.profile("a@example.com", level="gold")
    assert people.entity("a@example.com")["entity"]["segmentMembership"] == held
    people.profile("a@example.com", level="bronze")
    assert people.entity("a@example.com")["entity"]["segmentMembership"]["ups"][gold] == {
        "lastQualificationTime": "2024-05-15T12:01:00Z",
        "status": "exited",
    }


def test_an_event_brings_its_profile_into_a_segment(people: Any, destinations: Any) -> None:
    buyers = destinations.segment('select e from xEvent where e.eventType = "commerce.purchases"')
    both = destinations.segment(
        f"(select e from xEvent where e.timestamp occurs <= 7 days before now).count() >= 2"
        f' and {people.lake.tenant}.level = "gold"'
    )
    people.profile("a@example.com", level="gold")
    people.event("a@example.com", "e1", "2024-05-14T00:00:00Z", eventType="web.view")
    assert memberships(people, "a@example.com") == {}
    people.event("a@example.com", "e2", "2024-05-15T00:00:00Z", eventType="commerce.purchases")
    assert memberships(people, "a@example.com") == {buyers: "realized", both: "realized"}


def test_segments_of_segments_are_entered_and_left_together(people: Any, destinations: Any) -> None:
    gold = destinations.segment(f'{people.lake.tenant}.level = "gold"')
    outer = destinations.segment(f'inSegment("{gold}") and {people.lake.tenant}.points > 5')
    outside = destinations.segment(f'not inSegment("{outer}")')
    people.profile("a@example.com", level="gold", points=6)
    assert memberships(people, "a@example.com") == {gold: "realized", outer: "realized"}
    people.profile("a@example.com", level="silver", points=6)
    assert memberships(people, "a@example.com") == {gold: "exited", outer: "exited", outside: "realized"}


def test_segments_that_contradict_each_other_are_evaluated_all_the_same(
    people: Any, destinations: Any
) -> None:
    one = destinations.segment("a = 1")
    other = destinations.segment(f'not inSegment("{one}")')
    value = {"type": "PQL", "format": "pql/text", "value": f'inSegment("{other}")'}
    assert people.client.patch(f"{BASE}/{one}", {"expression": value}).status == 200
    people.profile("a@example.com")
    assert set(memberships(people, "a@example.com")) <= {one, other}


def test_a_batch_definition_waits_for_its_job(people: Any, destinations: Any) -> None:
    gold = destinations.segment(f'{people.lake.tenant}.level = "gold"', continuous=False)
    people.profile("a@example.com", level="gold", crm="1")
    people.profile("b@example.com", level="silver")
    assert memberships(people, "a@example.com") == {}
    job = people.client.post("/data/core/ups/segment/jobs", [{"segmentId": gold}]).json()
    assert job["status"] == "NEW"
    done = people.client.get(f"/data/core/ups/segment/jobs/{job['id']}").json()
    assert done["status"] == "SUCCEEDED"
    assert [one["segmentId"] for one in done["segments"]] == [gold]
    metrics = done["metrics"]
    assert metrics["totalProfiles"] == 2
    assert metrics["segmentedProfileCounter"] == {gold: 1}
    assert metrics["segmentedProfileByStatusCounter"] == {gold: {"realized": 1, "exited": 0}}
    assert metrics["segmentedProfileByNamespaceCounter"] == {gold: {"email": 1, "crmid": 1}}
    assert memberships(people, "a@example.com") == {gold: "realized"}
    people.profile("a@example.com", level="silver", crm="1")
    assert memberships(people, "a@example.com") == {gold: "realized"}
    people.client.post("/data/core/ups/segment/jobs", [{"segmentId": gold}])
    assert memberships(people, "a@example.com") == {gold: "exited"}


def test_the_identities_that_come_together_bring_their_memberships(people: Any, destinations: Any) -> None:
    tenant = people.lake.tenant
    gold = destinations.segment(f'{tenant}.level = "gold"')
    rich = destinations.segment(f"{tenant}.points > 10")
    people.profile("a@example.com", level="gold")
    people.profile("b@example.com", points=20)
    people.client.clock.advance(1000)
    other = people.lake.dataset(people.profile_schema, profile=True, name="other")
    people.profile("a@example.com", dataset=other, crm="1")
    people.profile("b@example.com", dataset=other, crm="1")
    assert memberships(people, "a@example.com") == {gold: "realized", rich: "realized"}
    assert memberships(people, "b@example.com") == memberships(people, "a@example.com")


def test_the_json_form_evaluates_like_the_text_form(people: Any, destinations: Any) -> None:
    tree = {
        "nodeType": "fnApply",
        "fnName": "=",
        "params": [
            {
                "nodeType": "fieldLookup",
                "fieldName": "level",
                "object": {
                    "nodeType": "fieldLookup",
                    "fieldName": people.lake.tenant,
                    "object": {"nodeType": "parameterReference", "position": 1},
                },
            },
            {"nodeType": "literal", "literalType": "String", "value": "gold"},
        ],
    }
    expression = {"type": "PQL", "format": "pql/json", "value": json.dumps(tree)}
    gold = destinations.segment("unused", expression=expression)
    people.profile("a@example.com", level="gold")
    assert memberships(people, "a@example.com") == {gold: "realized"}
