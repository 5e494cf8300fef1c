"""Resources of the schema registry: what may be made, and what the registry adds to it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.aep.registry.requests import BASE, FULL, PROFILE, RAW, STRING, code, mixin_body, path


def test_a_field_group_comes_back_with_what_the_registry_adds(client: Any, lake: Any) -> None:
    made = lake.mixin({"a": STRING}, title="Mine")
    body = client.get(path(made, "mixins"), headers=RAW).json()
    tenant = client.settings.tenant_id
    assert made.startswith(f"https://ns.adobe.com/{tenant}/mixins/")
    assert body["meta:altId"] == f"_{tenant}.mixins.{made.rpartition('/')[2]}"
    expected = {
        "title": "Mine",
        "version": "1.0",
        "meta:resourceType": "mixins",
        "meta:extensible": True,
        "meta:abstract": True,
        "meta:xdmType": "object",
        "meta:containerId": "tenant",
        "meta:tenantNamespace": f"_{tenant}",
        "imsOrg": client.settings.org_id,
    }
    assert {name: body[name] for name in expected} == expected
    assert body["meta:registryMetadata"]["eTag"]


def test_mixins_and_field_groups_are_one_store_under_both_names(client: Any, lake: Any) -> None:
    made = lake.mixin({"a": STRING})
    for kind in ("mixins", "fieldgroups"):
        assert client.get(path(made, kind), headers=RAW).status == 200
        found = client.get(f"{BASE}/tenant/{kind}/").json()["results"]
        assert [one["$id"] for one in found] == [made]


def test_a_schema_knows_its_class_and_all_that_it_extends(client: Any, lake: Any) -> None:
    group = lake.mixin({"a": STRING})
    body = client.get(path(lake.schema(group)), headers=RAW).json()
    assert body["meta:class"] == PROFILE
    assert body["meta:extends"][0] == PROFILE
    assert group in body["meta:extends"]
    assert "https://ns.adobe.com/xdm/context/identitymap" in body["meta:extends"]
    assert (body["meta:abstract"], body["meta:extensible"]) == (False, False)


def test_what_other_resources_may_take_in_says_that_it_is_extensible(client: Any, lake: Any) -> None:
    data_type = {"title": "Plot", "type": "object", "properties": {"size": STRING}}
    record = {
        "title": "Plot class",
        "type": "object",
        "allOf": [{"$ref": "https://ns.adobe.com/xdm/data/record"}],
    }
    for kind, body in (("datatypes", data_type), ("classes", record)):
        made = client.post(f"{BASE}/tenant/{kind}", body).json()
        assert (made["meta:abstract"], made["meta:extensible"]) == (True, True), kind


def test_an_id_that_is_not_encoded_in_a_path_is_told_of(client: Any, lake: Any) -> None:
    made = lake.mixin({"a": STRING})
    for method in ("get", "delete"):
        answer = getattr(client, method)(f"{BASE}/tenant/fieldgroups/{made}")
        assert (answer.status, "URL-encoded" in answer.json()["detail"]) == (404, True)


def test_the_event_class_requires_id_and_timestamp(client: Any, lake: Any) -> None:
    made = lake.schema(of=lake.event_class)
    body = client.get(path(made), headers=FULL).json()
    assert body["required"] == ["_id", "timestamp"]


def test_a_title_is_unique_among_all_types(client: Any, lake: Any) -> None:
    first = lake.mixin({"a": STRING}, title="Taken")
    answer = client.post(
        f"{BASE}/tenant/schemas",
        {"title": "Taken", "type": "object", "allOf": [{"$ref": PROFILE}]},
    )
    assert (answer.status, code(answer)) == (400, "XDM-1521-400")
    assert first in answer.json()["detail"]


def test_a_reference_to_nothing_is_not_found(client: Any) -> None:
    for ref, number in (
        ("https://ns.adobe.com/exchangeinternal/mixins/0", 1011),
        ("https://ns.adobe.com/exchangeinternal/classes/0", 1010),
        ("https://example.com/else", 1017),
    ):
        body = {"title": "T", "type": "object", "allOf": [{"$ref": PROFILE}, {"$ref": ref}]}
        answer = client.post(f"{BASE}/tenant/schemas", body)
        assert (answer.status, code(answer)) == (404, f"XDM-{number}-404")


def test_custom_fields_belong_below_the_tenant(client: Any, lake: Any) -> None:
    answer = client.post(f"{BASE}/tenant/mixins", mixin_body({"properties": {"loyalty": STRING}}))
    assert (answer.status, code(answer)) == (400, "XDM-1021-400")
    other = mixin_body({"properties": {"_other": {"type": "object", "properties": {"a": STRING}}}})
    assert code(client.post(f"{BASE}/tenant/mixins", other)) == "XDM-1021-400"
    deep = {"type": "object", "properties": {lake.tenant: {"type": "object", "properties": {}}}}
    nested = mixin_body({"properties": {"person": deep}})
    assert client.post(f"{BASE}/tenant/mixins", nested).status == 201


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"title": None},
        {"meta:intendedToExtend": []},
        {"definitions": {"x": {"properties": {"_exchangeinternal": {"type": "text"}}}}},
        {"definitions": {"x": {"properties": {"_exchangeinternal": {}}}}},
        {"definitions": []},
        {"type": "string"},
    ],
)
def test_a_malformed_resource_is_refused(client: Any, change: dict[str, Any]) -> None:
    good = {"properties": {"_exchangeinternal": {"type": "object", "properties": {"a": STRING}}}}
    assert client.post(f"{BASE}/tenant/mixins", mixin_body(good, **change)).status == 400


def test_a_schema_has_exactly_one_class_and_groups_meant_for_it(client: Any, lake: Any) -> None:
    events = "https://ns.adobe.com/xdm/context/experienceevent"
    commerce = f"{events}-commerce"
    for refs in ([], [PROFILE, events], [PROFILE, commerce]):
        body = {"title": "T", "type": "object", "allOf": [{"$ref": ref} for ref in refs]}
        assert client.post(f"{BASE}/tenant/schemas", body).status == 400, refs
    assert lake.schema(commerce, of=events)


def test_an_own_class_on_a_behavior_carries_schemas(client: Any, lake: Any) -> None:
    body = {
        "title": "Property",
        "type": "object",
        "allOf": [
            {"$ref": "https://ns.adobe.com/xdm/data/record"},
            {"$ref": "#/definitions/property"},
        ],
        "definitions": {
            "property": {"properties": {lake.tenant: {"type": "object", "properties": {"a": STRING}}}}
        },
    }
    made = client.post(f"{BASE}/tenant/classes", body)
    assert made.status == 201
    assert client.post(f"{BASE}/tenant/classes", {**body, "title": "B", "allOf": []}).status == 400
    schema = lake.schema(of=made.json()["$id"])
    full = client.get(path(schema), headers=FULL).json()
    assert set(full["properties"]) == {"_id", lake.tenant}
    assert client.delete(path(made.json()["$id"], "classes")).status == 400


def test_a_data_type_is_used_by_reference(client: Any, lake: Any) -> None:
    body = {"title": "Money", "type": "object", "properties": {"amount": {"type": "number"}}}
    money = client.post(f"{BASE}/tenant/datatypes", body).json()["$id"]
    made = lake.schema(lake.mixin({"price": {"$ref": money, "type": "object"}}))
    full = client.get(path(made), headers=FULL).json()
    price = full["properties"][lake.tenant]["properties"]["price"]
    assert price["properties"]["amount"]["type"] == "number"


def test_a_union_needs_an_identity_where_the_class_has_no_identity_map(client: Any, lake: Any) -> None:
    product = "https://ns.adobe.com/xdm/classes/product"
    made = lake.schema(of=product)
    tag = [{"op": "add", "path": "/meta:immutableTags", "value": ["union"]}]
    answer = client.patch(path(made), tag)
    assert (answer.status, code(answer)) == (400, "XDM-1528-400")
    lake.identity(made, "/_id", "CORE")
    assert client.patch(path(made), tag).status == 200


def test_schemas_of_a_union_must_agree_on_types(client: Any, lake: Any) -> None:
    lake.schema(lake.mixin({"a": STRING}, title="M1"), title="S1", union=True)
    group = lake.mixin({"a": {"type": "integer"}}, title="M2")
    body = {
        "title": "S2",
        "type": "object",
        "allOf": [{"$ref": PROFILE}, {"$ref": group}],
        "meta:immutableTags": ["union"],
    }
    answer = client.post(f"{BASE}/tenant/schemas", body)
    assert (answer.status, code(answer)) == (400, "XDM-1413-400")
    assert f"/{lake.tenant}/a" in answer.json()["detail"]


def test_the_union_of_a_class_merges_its_schemas(client: Any, lake: Any) -> None:
    lake.schema(lake.mixin({"a": STRING}, title="M1"), title="S1", union=True)
    lake.schema(lake.mixin({"b": STRING}, title="M2"), title="S2", union=True)
    lake.schema(lake.mixin({"c": STRING}, title="M3"), title="S3")
    union = f"{PROFILE}__union"
    found = client.get(f"{BASE}/tenant/unions").json()["results"]
    assert [one["$id"] for one in found] == [union]
    for kind in ("unions", "schemas"):
        full = client.get(path(union, kind), headers=FULL).json()
        assert set(full["properties"][lake.tenant]["properties"]) == {"a", "b"}
    assert client.get(path("_xdm.context.profile__union", "unions"), headers=RAW).status == 200
    assert client.delete(path(union, "unions")).status == 405
    events = "https://ns.adobe.com/xdm/context/experienceevent__union"
    assert client.get(path(events, "unions"), headers=RAW).status == 404


def test_statistics_count_what_there_is(client: Any, lake: Any) -> None:
    made = lake.schema(lake.mixin({"a": STRING}), union=True)
    body = client.get(f"{BASE}/stats").json()
    assert body["tenantId"] == client.settings.tenant_id
    assert body["counts"] == {
        "schemas": 1,
        "mixins": 1,
        "datatypes": 0,
        "classes": 0,
        "unions": 1,
    }
    assert [one["$id"] for one in body["classUsage"][PROFILE]] == [made]
    assert body["recentlyCreatedResources"][0]["$id"]


def test_the_sandboxes_have_their_own_resources(client: Any, lake: Any) -> None:
    made = lake.schema(title="Same")
    client.sandbox = "dev"
    assert client.get(path(made), headers=RAW).status == 404
    assert lake.schema(title="Same")


def test_resources_that_multiply_each_other_are_refused(client: Any) -> None:
    previous: dict[str, Any] = STRING
    statuses = []
    for number in range(9):
        fields = {f"f{index}": previous for index in range(10)}
        body = {"title": f"Layer {number}", "type": "object", "properties": fields}
        answer = client.post(f"{BASE}/tenant/datatypes", body)
        statuses.append(answer.status)
        if answer.status != 201:
            break
        previous = {"$ref": answer.json()["$id"], "type": "object"}
    assert statuses == [201, 201, 201, 201, 400]
    assert "too many fields" in answer.json()["detail"]


def test_a_field_group_adds_fields_within_an_array_of_adobes(client: Any, lake: Any) -> None:
    own = {"type": "object", "properties": {"color": STRING}}
    item = {"type": "object", "properties": {lake.tenant: own}}
    group = client.post(
        f"{BASE}/tenant/fieldgroups",
        {
            "title": "Products",
            "type": "object",
            "meta:intendedToExtend": [lake.event_class],
            "definitions": {"own": {"properties": {"productListItems": {"type": "array", "items": item}}}},
            "allOf": [{"$ref": "#/definitions/own"}],
        },
    )
    assert group.status == 201, group.body
    commerce = "https://ns.adobe.com/xdm/context/experienceevent-commerce"
    made = lake.schema(commerce, group.json()["$id"], of=lake.event_class)
    accept = {"accept": "application/vnd.adobe.xed-full+json;version=1"}
    items = client.get(path(made), headers=accept).json()["properties"]["productListItems"]["items"]
    assert items["properties"]["SKU"]["type"] == "string"
    assert items["properties"][lake.tenant]["properties"]["color"]["type"] == "string"
