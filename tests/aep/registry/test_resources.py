from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

BASE = "/data/foundation/schemaregistry"
RAW = {"accept": "application/vnd.adobe.xed+json; version=1"}
FULL = {"accept": "application/vnd.adobe.xed-full+json; version=1"}
PROFILE = "https://ns.adobe.com/xdm/context/profile"
STRING = {"type": "string"}


def path(resource_id: str, kind: str = "schemas", container: str = "tenant") -> str:
    return f"{BASE}/{container}/{kind}/{quote(resource_id, safe='')}"


def code(answer: Any) -> str:
    return str(answer.json()["type"].rpartition("/")[2])


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


def test_a_resource_is_found_by_encoded_id_and_by_alternate_id(client: Any, lake: Any) -> None:
    made = lake.schema()
    alternate = client.get(path(made), headers=RAW).json()["meta:altId"]
    assert client.get(f"{BASE}/tenant/schemas/{alternate}", headers=RAW).json()["$id"] == made
    glob = client.get(f"{BASE}/global/classes/_xdm.context.profile", headers=RAW)
    assert glob.json()["$id"] == PROFILE


def test_a_schema_knows_its_class_and_all_that_it_extends(client: Any, lake: Any) -> None:
    group = lake.mixin({"a": STRING})
    body = client.get(path(lake.schema(group)), headers=RAW).json()
    assert body["meta:class"] == PROFILE
    assert body["meta:extends"][0] == PROFILE
    assert group in body["meta:extends"]
    assert "https://ns.adobe.com/xdm/context/identitymap" in body["meta:extends"]
    assert (body["meta:abstract"], body["meta:extensible"]) == (False, False)


def test_the_full_form_resolves_every_reference(client: Any, lake: Any) -> None:
    group = lake.mixin({"points": {"type": "integer", "meta:xdmType": "int"}}, required=["points"])
    made = lake.schema(group, f"{PROFILE}-person-details", f"{PROFILE}-personal-details")
    body = client.get(path(made), headers=FULL).json()
    fields = body["properties"]
    assert "$ref" not in str(body)
    assert "allOf" not in body
    assert fields["person"]["properties"]["name"]["properties"]["firstName"]["type"] == "string"
    assert fields["homeAddress"]["properties"]["city"]["type"] == "string"
    assert fields["personalEmail"]["properties"]["address"]["format"] == "email"
    own = fields[lake.tenant]
    assert own["required"] == ["points"]
    assert own["properties"]["points"]["maximum"] == 2_147_483_647
    assert body["$id"] == made


def test_the_event_class_requires_id_and_timestamp(client: Any, lake: Any) -> None:
    made = lake.schema(of=lake.event_class)
    body = client.get(path(made), headers=FULL).json()
    assert body["required"] == ["_id", "timestamp"]


def test_text_is_left_out_on_request_but_fields_named_so_stay(client: Any, lake: Any) -> None:
    group = lake.mixin({"title": {**STRING, "title": "A title", "description": "d"}})
    made = lake.schema(group)
    headers = {"accept": "application/vnd.adobe.xed-full-notext+json; version=1"}
    body = client.get(path(made), headers=headers).json()
    assert "title" not in body
    assert body["properties"][lake.tenant]["properties"]["title"] == {
        "type": "string",
        "meta:xdmType": "string",
    }


def test_descriptors_come_along_on_request(client: Any, lake: Any) -> None:
    made = lake.schema(lake.mixin({"id": STRING}))
    descriptor = lake.identity(made, f"/{lake.tenant}/id")
    headers = {"accept": "application/vnd.adobe.xed-full-desc+json; version=1"}
    body = client.get(path(made), headers=headers).json()
    assert [one["@id"] for one in body["meta:descriptors"]] == [descriptor]


def test_a_schema_is_shown_by_the_paths_of_its_fields(client: Any, lake: Any) -> None:
    group = lake.mixin(
        {"cards": {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "string"}}}}}
    )
    schema = quote(lake.schema(group), safe="")
    headers = {"accept": "application/vnd.adobe.xdm-full-flat+json; version=1"}
    found = client.get(f"{BASE}/tenant/schemas/{schema}", headers=headers).json()
    assert {"_repo/createDate", f"{lake.tenant}/cards/n"} <= found["properties"].keys()
    headers = {"accept": "application/vnd.adobe.xdm-full-deprecated+json; version=1"}
    assert lake.tenant in client.get(f"{BASE}/tenant/schemas/{schema}", headers=headers).json()["properties"]


@pytest.mark.parametrize(
    ("accept", "number"),
    [
        (None, 1007),
        ("*/*", 1007),
        ("application/json", 1007),
        ("application/vnd.adobe.xed+json", 1007),
        ("application/vnd.adobe.xed-id+json; version=1", 1007),
    ],
)
def test_a_lookup_needs_an_accept_header_with_a_version(
    client: Any, lake: Any, accept: str | None, number: int
) -> None:
    answer = client.get(path(lake.schema()), headers={"accept": accept})
    assert (answer.status, code(answer)) == (400, f"XDM-{number}-400")


def test_the_older_generation_answers_406(make_client: Any) -> None:
    client = make_client(xdm_errors="legacy")
    answer = client.get(f"{BASE}/global/classes/_xdm.context.profile")
    assert answer.status == 406
    assert answer.json() == {
        "type": "/placeholder/type/uri",
        "status": 406,
        "title": "NotAcceptableError",
        "detail": "Accept header parameter is required",
    }


def test_a_list_takes_no_version(client: Any) -> None:
    answer = client.get(f"{BASE}/tenant/schemas", headers=RAW)
    assert (answer.status, code(answer)) == (400, "XDM-1006-400")


def test_an_unknown_version_or_resource_is_not_found(client: Any, lake: Any) -> None:
    made = lake.schema()
    headers = {"accept": "application/vnd.adobe.xed+json; version=2"}
    answer = client.get(path(made), headers=headers)
    assert (answer.status, code(answer)) == (404, "XDM-1012-404")
    body = client.get(path(made + "0"), headers=RAW).json()
    detail = f"Requested resource {made}0 with version 1 is not found"
    assert body["detail"] == body["report"]["detailed-message"] == detail
    assert body["title"] == "Resource Not Found"
    assert body["report"]["registryRequestId"]
    assert code(client.get(path("_x.classes.0", "classes"), headers=RAW)) == "XDM-1010-404"


def test_a_global_resource_is_read_through_the_tenant_but_not_listed_or_written_there(client: Any) -> None:
    for named in (PROFILE, "_xdm.context.profile"):
        for container in ("tenant", "global"):
            assert client.get(path(named, "classes", container), headers=RAW).json()["$id"] == PROFILE
    listed = client.get(f"{BASE}/tenant/classes", headers={"accept": "application/vnd.adobe.xed-id+json"})
    assert listed.json()["results"] == []
    assert client.delete(path(PROFILE, "classes")).status == 404
    assert client.patch(path(PROFILE, "classes"), []).status == 404
    assert client.delete(path(PROFILE, "classes", "global")).status == 405


@pytest.mark.parametrize(
    "form", ["xdm-full+json; version=1", "xdm-full+json", "xed-full-notext+json;version=1"]
)
def test_a_resource_is_read_in_the_spellings_that_clients_use(client: Any, form: str) -> None:
    accept = {"accept": f"application/vnd.adobe.{form}"}
    assert "personID" in client.get(path(PROFILE, "classes", "global"), headers=accept).json()["properties"]


def test_the_form_with_deprecated_fields_is_resolved(client: Any) -> None:
    accept = {"accept": "application/vnd.adobe.xed-deprecatefield+json; version=1"}
    person = "https://ns.adobe.com/xdm/context/person"
    shown = client.get(path(person, "datatypes", "global"), headers=accept).json()
    assert shown["properties"]["taxId"]["meta:status"] == "deprecated"


def test_lists_give_ids_pages_filters_and_order(client: Any, lake: Any) -> None:
    made = [lake.mixin({"a": STRING}, title=title) for title in ("Beta", "Alpha", "Gamma")]
    base = f"{BASE}/tenant/fieldgroups"
    ids = {"accept": "application/vnd.adobe.xed-id+json"}
    body = client.get(f"{base}?orderby=title&limit=2", headers=ids).json()
    assert [one["title"] for one in body["results"]] == ["Alpha", "Beta"]
    assert set(body["results"][0]) == {"title", "$id", "meta:altId", "version"}
    assert body["_page"] == {"orderby": "title", "next": made[2], "count": 2}
    following = body["_links"]["next"]["href"].removeprefix("http://aep.local")
    rest = client.get(following, headers=ids).json()
    assert [one["title"] for one in rest["results"]] == ["Gamma"]
    assert rest["_page"]["next"] is None
    found = client.get(f"{base}?orderby=-title&start=Beta").json()["results"]
    assert [one["title"] for one in found] == ["Alpha"]  # what comes strictly after the value
    for text, titles in (
        ("title==Beta", ["Beta"]),
        ("title!=Beta", ["Alpha", "Gamma"]),
        ("title~^[AB]", ["Beta", "Alpha"]),
        (f"meta:intendedToExtend=={PROFILE}", ["Beta", "Alpha", "Gamma"]),
        ("nothing==1", []),
    ):
        found = client.get(f"{base}?property={quote(text, safe='')}").json()["results"]
        assert [one["title"] for one in found] == titles, text


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


def mixin_body(definition: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "title": "T",
        "type": "object",
        "meta:intendedToExtend": [PROFILE],
        "definitions": {"x": definition},
        "allOf": [{"$ref": "#/definitions/x"}],
        **changes,
    }


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


def test_a_patch_changes_the_content_and_the_minor_version(client: Any, lake: Any) -> None:
    group = lake.mixin({"a": STRING})
    made = lake.schema()
    answer = client.patch(path(made), [{"op": "add", "path": "/allOf/-", "value": {"$ref": group}}])
    assert answer.status == 200
    assert answer.json()["version"] == "1.1"
    assert group in answer.json()["meta:extends"]
    assert client.get(path(made), headers=RAW).json()["version"] == "1.1"
    title = client.patch(path(made), [{"op": "replace", "path": "/title", "value": "New"}])
    assert (title.json()["title"], title.json()["version"]) == ("New", "1.1")
    assert client.patch(path(made), [{"op": "remove", "path": "/none"}]).status == 400
    assert client.patch(path(made), [{"op": "move", "path": "/a", "from": "/b"}]).status == 400


def test_a_put_replaces_what_the_client_owns(client: Any, lake: Any) -> None:
    made = lake.schema(title="Old")
    body = {"title": "New", "type": "object", "allOf": [{"$ref": PROFILE}], "$id": "mine"}
    answer = client.put(path(made), body)
    assert (answer.status, answer.json()["title"], answer.json()["$id"]) == (200, "New", made)


def test_a_deleted_resource_is_gone_but_one_in_use_stays(client: Any, lake: Any) -> None:
    group = lake.mixin({"a": STRING})
    made = lake.schema(group)
    assert client.delete(path(group, "mixins")).status == 400
    assert client.delete(path(made)).status == 204
    assert client.get(path(made), headers=RAW).status == 404
    assert client.delete(path(group, "mixins")).status == 204
    tagged = lake.schema(title="Tagged", union=True)
    assert client.delete(path(tagged)).status == 400
    held = lake.schema(title="Held")
    lake.dataset(held)
    assert client.delete(path(held)).status == 400


def test_breaking_changes_are_free_until_the_schema_is_in_use(client: Any, lake: Any) -> None:
    group = lake.mixin({"a": STRING, "b": STRING})
    made = lake.schema(group)
    field = f"/definitions/own/properties/{lake.tenant}/properties"
    remove = [{"op": "remove", "path": f"{field}/b"}]
    assert client.patch(path(group, "mixins"), remove).status == 200
    lake.dataset(made)
    for patch in (
        [{"op": "remove", "path": f"{field}/a"}],
        [{"op": "replace", "path": f"{field}/a/type", "value": "integer"}],
        [{"op": "add", "path": f"{field}/a/enum", "value": ["x"]}],
        [
            {
                "op": "add",
                "path": f"/definitions/own/properties/{lake.tenant}/required",
                "value": ["a"],
            }
        ],
    ):
        answer = client.patch(path(group, "mixins"), patch)
        assert answer.status == 400, patch
    add = [{"op": "add", "path": f"{field}/c", "value": STRING}]
    assert client.patch(path(group, "mixins"), add).status == 200
    assert client.patch(path(made), [{"op": "remove", "path": "/allOf/1"}]).status == 400


def test_the_union_tag_stays_once_given(client: Any, lake: Any) -> None:
    made = lake.schema()
    tag = [{"op": "add", "path": "/meta:immutableTags", "value": ["union"]}]
    assert client.patch(path(made), tag).json()["meta:immutableTags"] == ["union"]
    untag = [{"op": "remove", "path": "/meta:immutableTags"}]
    assert client.patch(path(made), untag).status == 400


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


def test_an_earlier_minor_version_can_be_read(client: Any, lake: Any) -> None:
    made = lake.schema()
    first = client.get(path(made), headers=RAW).json()
    group = lake.mixin({"a": STRING})
    client.patch(path(made), [{"op": "add", "path": "/allOf/-", "value": {"$ref": group}}])

    def read(version: str, variant: str = "xed") -> Any:
        return client.get(
            path(made), headers={"accept": f"application/vnd.adobe.{variant}+json; version={version}"}
        )

    assert read("1.0").json() == first
    assert read("1").json()["version"] == read("1.1").json()["version"] == "1.1"
    assert lake.tenant not in read("1.0", "xed-full").json()["properties"]
    assert lake.tenant in read("1.1", "xed-full").json()["properties"]
    for version in ("1.2", "2", "2.0"):
        assert (read(version).status, code(read(version))) == (404, "XDM-1012-404"), version


def test_the_next_page_keeps_filters_and_size(client: Any, lake: Any) -> None:
    for number in range(5):
        lake.mixin({"a": STRING}, title=f"Group {number}")
    lake.mixin({"a": STRING}, title="Other, with a comma")
    url = f"{BASE}/tenant/mixins?orderby=-title&limit=2&property={quote('title~^Group')}"
    seen: list[str] = []
    while url:
        body = client.get(url).json()
        assert len(body["results"]) <= 2
        seen.extend(one["title"] for one in body["results"])
        url = body["_links"].get("next", {}).get("href", "").removeprefix("http://aep.local")
    assert seen == [f"Group {number}" for number in (4, 3, 2, 1, 0)]
    found = client.get(f"{BASE}/tenant/mixins?property={quote('title==Other, with a comma')}").json()
    assert len(found["results"]) == 1


def test_a_strict_list_wants_an_order_for_pages(make_client: Any) -> None:
    client = make_client(strict=True)
    client.sandbox = "prod"
    for query in ("limit=2", "start=a"):
        assert client.get(f"{BASE}/tenant/schemas?{query}").status == 400
        assert client.get(f"{BASE}/tenant/schemas?{query}&orderby=title").status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_payload_must_say_that_it_is_json(client: Any, lake: Any, method: str) -> None:
    made = lake.schema()
    target = f"{BASE}/tenant/schemas" if method == "POST" else path(made)
    answer = client.call(method, target, b"{}", headers={"content-type": "text/plain"})
    assert (answer.status, answer.json()) == (
        400,
        {
            "type": "/placeholder/type/uri",
            "status": 400,
            "title": "BadRequestError",
            "detail": "A valid content-type must be specified",
        },
    )


@pytest.mark.parametrize(
    "patch",
    [
        {},
        [],
        "text",
        [1],
        [{"op": "add", "path": "/title"}],
        [{"op": "add", "value": 1}],
        [{"path": "/title", "value": 1}],
        [{"op": "add", "path": "title", "value": "T"}],
        [{"op": "replace", "path": "/none", "value": 1}],
        [{"op": "remove", "path": "/allOf/9"}],
        [{"op": "remove", "path": "/allOf/-"}],
        [{"op": "add", "path": "/allOf/01", "value": {}}],
        [{"op": "add", "path": "/none/deep", "value": {}}],
        [{"op": "replace", "path": "/title/deep", "value": {}}],
        [{"op": "remove", "path": ""}],
        [{"op": "replace", "path": "", "value": []}],
        [{"op": "copy", "from": "/title", "path": "/description"}],
        [{"op": "test", "path": "/title", "value": "Schema"}],
        [{"op": "add", "path": "/description", "value": "d"}, {"op": "remove", "path": "/none"}],
    ],
    ids=str,
)
def test_a_patch_is_applied_whole_or_not_at_all(client: Any, lake: Any, patch: Any) -> None:
    made = lake.schema()
    before = client.get(path(made), headers=RAW).body
    answer = client.patch(path(made), patch)
    assert (answer.status, answer.json()["title"]) == (400, "BadRequestError")
    assert answer.json()["report"]["detailed-message"]
    assert client.get(path(made), headers=RAW).body == before


@pytest.mark.parametrize(
    ("target", "number"),
    [
        ("tenant/classes/_x.classes.0", 1010),
        ("global/classes/_xdm.context.nothing", 1010),
        ("tenant/fieldgroups/_x.mixins.0", 1011),
        ("tenant/mixins/_x.mixins.0", 1011),
        ("tenant/schemas/_x.schemas.0", 1012),
        ("rpc/export/_x.schemas.0", 1012),
        ("rpc/sampledata/_x.schemas.0", 1012),
        ("rpc/auditlog/_x.schemas.0", 1012),
        ("tenant/datatypes/_x.datatypes.0", 1013),
        ("global/behaviors/_xdm.data.nothing", 1014),
        ("tenant/unions/_xdm.context.profile__union", 1015),
        ("tenant/descriptors/0", 1016),
    ],
)
def test_what_is_not_found_has_the_code_of_its_type(client: Any, target: str, number: int) -> None:
    headers = {} if "descriptors" in target else RAW
    answer = client.get(f"{BASE}/{target}", headers=headers)
    problem = answer.json()
    assert (answer.status, problem["status"]) == (404, 404)
    assert problem["type"] == f"http://ns.adobe.com/aep/errors/XDM-{number}-404"
    assert problem["report"]["sub-errors"] == []
    assert problem["report"]["detailed-message"] == problem["detail"]
    stamp = problem["report"]["timestamp"]
    assert stamp == "05-15-2024 12:00:00"
    if target.startswith("tenant") and "unions" not in target:
        for method in ("PUT", "PATCH", "DELETE"):
            if (method, "descriptors" in target) == ("PATCH", True):
                continue
            change: Any = [{"op": "add", "path": "/x", "value": 1}] if method == "PATCH" else {}
            assert code(client.call(method, f"{BASE}/{target}", change)) == f"XDM-{number}-404", method


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("POST", "global/schemas"),
        ("PUT", "global/classes/_xdm.context.profile"),
        ("PATCH", "global/classes/_xdm.context.profile"),
        ("DELETE", "global/classes/_xdm.context.profile"),
        ("POST", "tenant/unions"),
        ("PATCH", "tenant/unions/_xdm.context.profile__union"),
        ("DELETE", "tenant/unions/_xdm.context.profile__union"),
        ("POST", "tenant/behaviors"),
    ],
)
def test_what_is_read_only_takes_no_other_method(client: Any, method: str, target: str) -> None:
    answer = client.call(method, f"{BASE}/{target}", {})
    assert (answer.status, answer.headers["allow"]) == (405, "GET")


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


def test_a_resource_that_grows_later_does_not_take_its_users_along(client: Any, lake: Any) -> None:
    wide = {"properties": {f"f{index}": STRING for index in range(900)}, "type": "object"}
    inner = client.post(f"{BASE}/tenant/datatypes", {"title": "Inner", **wide, "properties": {"a": STRING}})
    refs = {f"r{index}": {"$ref": inner.json()["$id"], "type": "object"} for index in range(90)}
    schema = lake.schema(lake.mixin(refs))
    change = [{"op": "replace", "path": "/properties", "value": wide["properties"]}]
    assert client.patch(path(inner.json()["$id"], "datatypes"), change).status == 200
    body = client.get(path(schema), headers=FULL)
    assert body.status == 200
    assert len(body.body) < 10_000_000


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
