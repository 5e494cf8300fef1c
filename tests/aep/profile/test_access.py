from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs

import pytest

ENTITIES = "/data/core/ups/access/entities"
PROFILE = "_xdm.context.profile"
EVENT = "_xdm.context.experienceevent"


def test_a_streamed_profile_is_found_by_its_identity_in_the_documented_shape(people: Any) -> None:
    people.profile("jane@example.com", first="Jane", level="gold")
    body = people.lookup("jane@example.com").json()
    ((xid, found),) = body.items()
    assert re.fullmatch(r"[A-Za-z0-9_-]{26,30}", xid)
    assert found["entityId"] == xid
    assert found["sources"] == [people.profile_dataset]
    assert found["identityGraph"] == [xid]
    assert len(found["tags"]) == 1
    assert found["lastModifiedAt"] == "2024-05-15T12:00:00Z"
    assert found["entity"] == {
        people.lake.tenant: {"email": "jane@example.com", "level": "gold"},
        "person": {"name": {"firstName": "Jane"}},
        "identityMap": {"email": [{"id": "jane@example.com"}]},
    }


def test_namespaces_are_compared_without_case_and_an_xid_needs_none(people: Any) -> None:
    people.profile("jane@example.com")
    found = people.entity("jane@example.com", entityIdNS="EMAIL")
    assert people.entity(found["entityId"], entityIdNS="") == found


def test_an_unknown_profile_is_404_with_that_body_alone(people: Any) -> None:
    answer = people.lookup("nobody@example.com")
    assert (answer.status, answer.json()) == (404, {"statusCode": "404"})


def test_another_sandbox_does_not_see_the_profile(people: Any) -> None:
    people.profile("jane@example.com")
    people.client.sandbox = "dev"
    assert people.lookup("jane@example.com").status == 404


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("", "schema.name"),
        ("schema.name=nope&entityId=x&entityIdNS=email", "schema.name"),
        (f"schema.name={PROFILE}", "entityId"),
        (f"schema.name={PROFILE}&entityId=jane@example.com", "entityIdNS"),
        (f"schema.name={PROFILE}&entityId=x&entityIdNS=email&mergePolicyId=nope", "merge policy"),
        ("schema.name=_xdm.context.experienceevent&entityId=x&entityIdNS=email&limit=0", "limit"),
        (f"schema.name={EVENT}&entityId=x&entityIdNS=email&limit={'9' * 5000}", "limit"),
        (f"schema.name={EVENT}&entityId=x&entityIdNS=email&startTime={'9' * 5000}", "startTime"),
        ("schema.name=_xdm.context.experienceevent&entityId=x&entityIdNS=email&startTime=x", "startTime"),
        ("schema.name=_xdm.context.experienceevent&entityId=x&entityIdNS=email&orderby=name", "orderby"),
        ("schema.name=_xdm.context.experienceevent&entityId=x&entityIdNS=email&property=a", "property"),
        (f"schema.name={EVENT}&relatedSchema.name=x&entityId=x&entityIdNS=email", "relatedSchema.name"),
        (
            f"schema.name={EVENT}&entityId=x&property=a=1&property=b=1&property=c=1&property=d=1",
            "At most 3",
        ),
    ],
)
def test_a_bad_query_is_400(client: Any, query: str, text: str) -> None:
    answer = client.get(f"{ENTITIES}?{query}")
    assert (answer.status, answer.json()["statusCode"]) == (400, "400")
    assert text in answer.json()["message"]


def test_the_same_dataset_replaces_and_another_one_merges(people: Any) -> None:
    people.profile("jane@example.com", first="Jane", level="gold")
    people.profile("jane@example.com", level="silver")
    assert "person" not in people.entity("jane@example.com")["entity"]
    other = people.lake.dataset(people.profile_schema, profile=True, name="other")
    people.client.clock.advance(1000)
    people.profile("jane@example.com", dataset=other, first="Janet", points=3)
    found = people.entity("jane@example.com")
    assert found["entity"][people.lake.tenant] == {
        "email": "jane@example.com",
        "level": "silver",
        "points": 3,
    }
    assert set(found["sources"]) == {people.profile_dataset, other}


def test_identities_that_a_record_names_together_are_one_profile(people: Any) -> None:
    people.profile("a@example.com", crm="1", level="gold")
    people.profile("b@example.com", crm="1", points=5)
    found = people.entity("a@example.com")
    assert found["entity"]["identityMap"] == {
        "crmid": [{"id": "1"}],
        "email": [{"id": "a@example.com"}, {"id": "b@example.com"}],
    }
    assert found["entity"][people.lake.tenant]["points"] == 5
    assert len(found["identityGraph"]) == 3
    by_crm = people.entity("1", entityIdNS="CRMID")
    assert by_crm["entity"] == found["entity"]
    assert by_crm["entityId"] != found["entityId"]


def test_a_policy_without_a_graph_shows_the_identity_alone(people: Any) -> None:
    policy = people.client.post(
        "/data/core/ups/config/mergePolicies", {"name": "alone", "schema": {"name": PROFILE}}
    ).json()
    people.profile("a@example.com", crm="1", level="gold")
    people.profile("b@example.com", crm="1", points=5)
    found = people.entity("a@example.com", mergePolicyId=policy["id"])
    assert found["mergePolicy"] == {"id": policy["id"]}
    assert found["entity"]["identityMap"] == {"email": [{"id": "a@example.com"}]}
    assert "points" not in found["entity"][people.lake.tenant]


def test_dataset_precedence_orders_the_sources(people: Any) -> None:
    other = people.lake.dataset(people.profile_schema, profile=True, name="other")
    policy = people.client.post(
        "/data/core/ups/config/mergePolicies",
        {
            "name": "ordered",
            "schema": {"name": PROFILE},
            "identityGraph": {"type": "pdg"},
            "attributeMerge": {"type": "dataSetPrecedence", "order": [people.profile_dataset]},
        },
    ).json()
    people.profile("a@example.com", level="first")
    people.client.clock.advance(1000)
    people.profile("a@example.com", dataset=other, level="later")
    assert people.entity("a@example.com")["entity"][people.lake.tenant]["level"] == "later"
    found = people.entity("a@example.com", mergePolicyId=policy["id"])
    assert found["entity"][people.lake.tenant]["level"] == "first"
    assert found["sources"] == [people.profile_dataset]


def test_only_datasets_enabled_for_profile_feed_it(people: Any) -> None:
    plain = people.lake.dataset(people.profile_schema, name="plain")
    people.profile("jane@example.com", dataset=plain)
    assert people.lookup("jane@example.com").status == 404


def test_fields_project_and_identities_are_given_when_asked_for(people: Any) -> None:
    people.profile("jane@example.com", first="Jane", level="gold")
    found = people.entity("jane@example.com", fields="person.name.firstName,identities")
    assert found["entity"] == {
        "person": {"name": {"firstName": "Jane"}},
        "identities": [{"id": "jane@example.com", "namespace": {"code": "email"}}],
    }


def test_a_graph_of_more_than_fifty_identities_is_422(people: Any) -> None:
    for number in range(51):
        people.profile(f"{number}@example.com", crm="1")
    answer = people.lookup("1@example.com")
    assert (answer.status, answer.json()["statusCode"]) == (422, "422")
    assert "Too many related identities" in answer.json()["cause"]


def test_a_deleted_profile_is_gone_with_its_events(people: Any) -> None:
    people.profile("jane@example.com", crm="1")
    people.event("jane@example.com", "e1", "2024-05-01T00:00:00Z")
    path = f"{ENTITIES}?schema.name={PROFILE}&entityId=jane@example.com&entityIdNS=email"
    assert people.client.delete(path).status == 202
    assert people.lookup("1", entityIdNS="CRMID").status == 404
    assert people.client.delete(path).status == 404
    people.profile("jane@example.com")
    assert people.events("jane@example.com").json()["_page"]["count"] == 0


def test_a_deleted_profile_takes_its_links_along(people: Any) -> None:
    people.profile("jane@example.com", crm="1")
    people.client.delete(f"{ENTITIES}?schema.name={PROFILE}&entityId=1&entityIdNS=crmid")
    people.client.clock.advance(1000)
    people.profile("jane@example.com", crm="1")
    body = {"composite_xids": [{"ns": "CRMID", "id": "1"}], "projection_type": "graph"}
    (graph,) = people.client.post("/data/core/identity/v2/graph", body).json()["graphs"]
    (edge,) = graph["edges"]
    assert edge["first_established_ts"] == people.client.clock.now_ms()


def test_events_cannot_be_deleted(client: Any) -> None:
    path = f"{ENTITIES}?schema.name=_xdm.context.experienceevent&entityId=x&entityIdNS=email"
    assert client.delete(path).status == 400


# events


def test_events_come_in_time_order_with_a_link_to_the_next_page(people: Any) -> None:
    people.event("jane@example.com", "late", "2024-05-03T00:00:00Z", eventType="web")
    people.event("jane@example.com", "early", "2024-05-01T00:00:00Z")
    people.event("jane@example.com", "middle", "2024-05-02T00:00:00Z")
    body = people.events("jane@example.com", limit="2").json()
    assert body["_page"] == {"orderby": "timestamp", "start": "early", "count": 2, "next": "late"}
    first = body["children"][0]
    assert (first["entityId"], first["timestamp"]) == ("early", 1_714_521_600_000)
    assert first["entity"]["_id"] == "early"
    assert first["lastModifiedAt"] == "2024-05-15T12:00:00Z"
    href = body["_links"]["next"]["href"]
    assert href.startswith("/entities?start=late&")
    rest = people.client.get(f"/data/core/ups/access{href}").json()
    assert [one["entityId"] for one in rest["children"]] == ["late"]
    assert (rest["_page"]["next"], rest["_links"]["next"]["href"]) == ("", "")


def test_the_next_page_of_events_is_found_by_offsets_too(people: Any) -> None:
    for day in (1, 2, 3, 4, 5):
        people.event("jane@example.com", f"e{day}", f"2024-05-0{day}T00:00:00Z")
    seen, offsets = [], ""
    for _ in range(3):
        body = people.events("jane@example.com", limit="2", offsets=offsets).json()
        seen += [one["entityId"] for one in body["children"]]
        offsets = parse_qs(body["_links"]["next"]["href"]).get("offsets", [""])[0]
    assert (seen, offsets) == (["e1", "e2", "e3", "e4", "e5"], "")


def test_events_are_found_by_the_parameters_of_2020_too(people: Any) -> None:
    people.event("jane@example.com", "e1", "2024-05-01T00:00:00Z")
    answer = people.client.get(
        f"{ENTITIES}?schema.name=_xdm.context.experienceevent&relatedSchema.name={PROFILE}"
        "&entityId=jane%40example.com&entityIdNS=email"
    )
    assert answer.json()["_page"]["count"] == 1


def test_events_are_ranged_filtered_and_reversed(people: Any) -> None:
    for day in (1, 2, 3):
        people.event("j@example.com", f"e{day}", f"2024-05-0{day}T00:00:00Z", eventType=f"t{day}")

    def ids(**query: str) -> list[str]:
        return [one["entityId"] for one in people.events("j@example.com", **query).json()["children"]]

    assert ids(orderby="-timestamp") == ["e3", "e2", "e1"]
    assert ids(startTime="1714608000000", endTime="1714694400000") == ["e2"]
    assert ids(property="eventType=t3") == ["e3"]
    assert ids(property="eventType!=t3") == ["e1", "e2"]
    children = people.events("j@example.com", fields="eventType").json()["children"]
    assert children[0]["entity"] == {"eventType": "t1"}


def test_a_property_within_an_array_fits_when_one_of_its_items_does(people: Any) -> None:
    for number in ("1", "2"):
        identities = {"CRMID": [{"id": number}, {"id": "9"}]}
        people.event("j@example.com", f"e{number}", "2024-05-01T00:00:00Z", identityMap=identities)

    def ids(condition: str) -> list[str]:
        answer = people.events("j@example.com", property=condition)
        return [one["entityId"] for one in answer.json()["children"]]

    assert ids("identityMap.CRMID.id=2") == ["e2"]
    assert ids("identityMap.CRMID.id=9") == ["e1", "e2"]
    assert ids("identityMap.CRMID.id=5") == []


def test_there_are_no_accounts_and_no_opportunities(client: Any) -> None:
    for schema in ("_xdm.context.account", "_xdm.context.opportunity"):
        query = f"schema.name={schema}&entityId=1&entityIdNS=email"
        assert client.get(f"{ENTITIES}?{query}").json() == {"statusCode": "404"}
        identity = {"entityId": "1", "entityIdNS": {"code": "email"}}
        body = {"schema": {"name": schema}, "identities": [identity]}
        (found,) = client.post(ENTITIES, body).json().values()
        assert found["entity"] == {}


def test_an_event_sent_twice_counts_once(people: Any) -> None:
    people.event("j@example.com", "e1", "2024-05-01T00:00:00Z", eventType="old")
    people.event("j@example.com", "e1", "2024-05-01T00:00:00Z", eventType="new")
    (child,) = people.events("j@example.com").json()["children"]
    assert child["entity"]["eventType"] == "new"


def test_events_of_a_profile_without_any_are_an_empty_page_and_of_nobody_404(people: Any) -> None:
    people.profile("jane@example.com")
    body = people.events("jane@example.com").json()
    assert (body["children"], body["_page"]["count"]) == ([], 0)
    assert people.events("nobody@example.com").status == 404


def test_events_of_one_moment_stay_in_the_order_in_which_they_came(people: Any) -> None:
    people.profile("a@example.com")
    at = "2024-05-15T10:00:00Z"
    for one in ("z", "m", "a"):
        people.event("a@example.com", one, at)
    people.event("a@example.com", "first", "2024-05-15T09:59:59Z")
    found = people.events("a@example.com").json()["children"]
    assert [one["entityId"] for one in found] == ["first", "z", "m", "a"]
    found = people.events("a@example.com", orderby="-timestamp", limit="2").json()
    assert [one["entityId"] for one in found["children"]] == ["a", "m"]
    assert found["_page"]["next"] == "z"


def test_events_of_stitched_identities_are_one_series(people: Any) -> None:
    people.profile("a@example.com", crm="1")
    people.profile("b@example.com", crm="1")
    people.event("a@example.com", "e1", "2024-05-01T00:00:00Z")
    people.event("b@example.com", "e2", "2024-05-02T00:00:00Z")
    body = people.events("1", relatedEntityIdNS="CRMID").json()
    assert [one["entityId"] for one in body["children"]] == ["e1", "e2"]


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_of_an_event_of_two_stitched_identities_the_later_received_counts(people: Any, order: str) -> None:
    for one in "ab":
        people.profile(f"{one}@example.com", crm="1")
    for one in order:
        people.event(f"{one}@example.com", "e1", "2024-05-01T00:00:00Z", eventType=f"by {one}")
    (child,) = people.events("1", relatedEntityIdNS="CRMID").json()["children"]
    assert child["entity"]["eventType"] == f"by {order[-1]}"


# many at a time


def test_a_bulk_request_answers_for_every_identity(people: Any) -> None:
    people.profile("a@example.com", first="Ann")
    body = people.client.post(
        ENTITIES,
        {
            "schema": {"name": PROFILE},
            "identities": [
                {"entityId": "a@example.com", "entityIdNS": {"code": "email"}},
                {"entityId": "nobody@example.com", "entityIdNS": {"code": "email"}},
            ],
            "fields": ["person.name.firstName"],
        },
    ).json()
    known, unknown = body.values()
    assert known["entity"] == {"person": {"name": {"firstName": "Ann"}}}
    assert {name: unknown[name] for name in ("sources", "entity", "lastModifiedAt")} == {
        "sources": [""],
        "entity": {},
        "lastModifiedAt": "1970-01-01T00:00:00Z",
    }


def test_a_bulk_request_for_events_pages_by_payload(people: Any) -> None:
    people.event("a@example.com", "e1", "2024-05-01T00:00:00Z")
    people.event("a@example.com", "e2", "2024-05-02T00:00:00Z")
    request = {
        "schema": {"name": "_xdm.context.experienceevent"},
        "relatedSchema": {"name": PROFILE},
        "identities": [{"relatedEntityId": "a@example.com", "relatedEntityIdNS": {"code": "email"}}],
        "limit": 1,
    }
    (page,) = people.client.post(ENTITIES, request).json().values()
    link = page["_links"]["next"]
    assert link["href"] == "/entities"
    (rest,) = people.client.post(ENTITIES, {**request, **link["payload"]}).json().values()
    assert [one["entityId"] for one in rest["children"]] == ["e2"]


def test_a_bulk_request_with_an_identity_that_fails_is_207(people: Any) -> None:
    for number in range(51):
        people.profile(f"{number}@example.com", crm="1")
    answer = people.client.post(
        ENTITIES,
        {
            "schema": {"name": PROFILE},
            "identities": [{"entityId": "1", "entityIdNS": {"code": "CRMID"}}],
        },
    )
    assert answer.status == 207
    assert answer.json()[0]["error"]["statusCode"] == "422"


@pytest.mark.parametrize(
    "changes",
    [
        {"schema": None},
        {"identities": []},
        {"identities": ["x"]},
        {"identities": [{"entityId": ""}]},
        {"identities": [{"entityId": "jane@example.com"}]},
        {"fields": "a"},
        {"timeFilter": []},
        {"limit": "x"},
        {"relatedSchema": {"name": "x"}},
    ],
)
def test_a_bad_bulk_request_is_400(client: Any, changes: dict[str, Any]) -> None:
    body = {
        "schema": {"name": PROFILE},
        "identities": [{"entityId": "a", "entityIdNS": {"code": "email"}}],
        **changes,
    }
    assert client.post(ENTITIES, body).status == 400
