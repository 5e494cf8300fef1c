from __future__ import annotations

from typing import Any

import pytest

BASE = "/data/foundation/schemaregistry/tenant/descriptors"
STRING = {"type": "string"}


@pytest.fixture
def schema(lake: Any) -> str:
    fields = {"id": STRING, "other": STRING, "list": {"type": "array", "items": STRING}}
    return str(lake.schema(lake.mixin(fields)))


def identity(lake: Any, schema: str, **changes: Any) -> dict[str, Any]:
    body = {
        "@type": "xdm:descriptorIdentity",
        "xdm:sourceSchema": schema,
        "xdm:sourceVersion": 1,
        "xdm:sourceProperty": f"/{lake.tenant}/id",
        "xdm:property": "xdm:code",
        "xdm:namespace": "Email",
        "xdm:isPrimary": True,
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


def test_a_descriptor_comes_back_with_its_id(client: Any, lake: Any, schema: str) -> None:
    sent = identity(lake, schema)
    made = client.post(BASE, sent)
    assert made.status == 201
    body = made.json()
    assert {name: body[name] for name in sent} == sent
    assert len(body["@id"]) == 48
    assert body["meta:containerId"] == "tenant"
    assert client.get(f"{BASE}/{body['@id']}").json() == body


@pytest.mark.parametrize(
    "changes",
    [
        {"@type": "xdm:descriptorNothing"},
        {"@type": None},
        {"xdm:sourceVersion": None},
        {"xdm:sourceProperty": "_exchangeinternal/id"},
        {"xdm:sourceProperty": "/_exchangeinternal/id/"},
        {"xdm:sourceProperty": "/properties/_exchangeinternal/properties/id"},
        {"xdm:sourceProperty": "/_exchangeinternal/none"},
        {"xdm:sourceProperty": None},
        {"xdm:property": "xdm:name"},
        {"xdm:property": None},
        {"xdm:namespace": "Nowhere"},
        {"xdm:isPrimary": "yes"},
    ],
)
def test_an_identity_that_breaks_a_rule_is_refused(
    client: Any, lake: Any, schema: str, changes: dict[str, Any]
) -> None:
    assert client.post(BASE, identity(lake, schema, **changes)).status == 400


def test_a_descriptor_of_no_schema_is_not_found(client: Any, lake: Any, schema: str) -> None:
    answer = client.post(BASE, identity(lake, schema + "0"))
    assert (answer.status, answer.json()["type"][-12:]) == (404, "XDM-1012-404")


def test_a_schema_has_one_primary_identity_and_one_descriptor_a_field(
    client: Any, lake: Any, schema: str
) -> None:
    lake.identity(schema, f"/{lake.tenant}/id")
    second = {"xdm:sourceProperty": f"/{lake.tenant}/other"}
    assert client.post(BASE, identity(lake, schema, **second)).status == 400
    same = {"xdm:isPrimary": False, "xdm:namespace": "ECID"}
    assert client.post(BASE, identity(lake, schema, **same)).status == 400
    assert client.post(BASE, identity(lake, schema, **second, **same)).status == 201


def test_lists_are_grouped_by_type_in_four_forms(client: Any, lake: Any, schema: str) -> None:
    made = lake.identity(schema, f"/{lake.tenant}/id")
    name = "xdm:descriptorIdentity"

    def listed(accept: str | None) -> Any:
        return client.get(BASE, headers={"accept": accept}).json()

    assert [one["@id"] for one in listed("application/vnd.adobe.xdm+json")[name]] == [made]
    assert listed("application/vnd.adobe.xdm-id+json") == {name: [made]}
    assert listed("application/vnd.adobe.xdm-link+json") == {name: [f"/tenant/descriptors/{made}"]}
    page = listed("application/vnd.adobe.xdm-v2+json")
    assert [one["@id"] for one in page["results"]] == [made]
    assert listed(None) == listed("application/vnd.adobe.xdm+json")


@pytest.mark.parametrize("media", ["xed", "xed-link", "xed-v2", "xdm-paths"])
def test_an_accept_header_of_schemas_is_wrong_here(client: Any, lake: Any, schema: str, media: str) -> None:
    made = lake.identity(schema, f"/{lake.tenant}/id")
    headers = {"accept": f"application/vnd.adobe.{media}+json"}
    answer = client.get(BASE, headers=headers)
    assert (answer.status, answer.json()["type"][-12:]) == (400, "XDM-1008-400")
    answer = client.get(f"{BASE}/{made}", headers=headers)
    assert (answer.status, answer.json()["type"][-12:]) == (400, "XDM-1009-400")


def test_a_put_rewrites_and_a_delete_removes(client: Any, lake: Any, schema: str) -> None:
    made = lake.identity(schema, f"/{lake.tenant}/id")
    changed = identity(lake, schema, **{"xdm:namespace": "ECID"})
    answer = client.put(f"{BASE}/{made}", changed)
    assert (answer.status, answer.json()["@id"]) == (200, made)
    assert client.get(f"{BASE}/{made}").json()["xdm:namespace"] == "ECID"
    other = identity(lake, schema, **{"@type": "xdm:alternateDisplayInfo"})
    assert client.put(f"{BASE}/{made}", other).status == 400
    assert client.delete(f"{BASE}/{made}").status == 204
    assert client.get(f"{BASE}/{made}").status == 404
    assert client.delete(f"{BASE}/{made}").status == 404
    assert client.get(BASE).json() == {}


def test_other_types_have_their_own_rules(client: Any, lake: Any, schema: str) -> None:
    base = {
        "xdm:sourceSchema": schema,
        "xdm:sourceVersion": 1,
        "xdm:sourceProperty": f"/{lake.tenant}/other",
    }
    relation = {**base, "@type": "xdm:descriptorOneToOne", "xdm:destinationVersion": 1}
    assert client.post(BASE, relation).status == 400
    answer = client.post(BASE, {**relation, "xdm:destinationSchema": schema + "0"})
    assert (answer.status, answer.json()["type"][-12:]) == (404, "XDM-1012-404")
    target = lake.schema(title="Target")
    assert client.post(BASE, {**relation, "xdm:destinationSchema": target}).status == 201
    reference = {**base, "@type": "xdm:descriptorReferenceIdentity"}
    assert client.post(BASE, {**reference, "xdm:identityNamespace": "Nowhere"}).status == 400
    assert client.post(BASE, {**reference, "xdm:identityNamespace": "Email"}).status == 201
    info = {**base, "@type": "xdm:alternateDisplayInfo", "xdm:title": {"en_us": "Other"}}
    assert client.post(BASE, {**info, "xdm:excludeMetaEnum": ""}).status == 201


def test_a_deprecated_field_is_marked(client: Any, lake: Any, schema: str) -> None:
    client.post(
        BASE,
        {
            "@type": "xdm:descriptorDeprecated",
            "xdm:sourceSchema": schema,
            "xdm:sourceVersion": 1,
            "xdm:sourceProperty": f"/{lake.tenant}/other",
        },
    )
    alternate = f"_{schema.removeprefix('https://ns.adobe.com/').replace('/', '.')}"
    headers = {"accept": "application/vnd.adobe.xed-full-deprecatefield+json; version=1"}
    url = f"/data/foundation/schemaregistry/tenant/schemas/{alternate}"
    fields = client.get(url, headers=headers).json()["properties"][lake.tenant]["properties"]
    assert fields["other"]["meta:status"] == "deprecated"
    assert "meta:status" not in fields["id"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"@type": "xdm:descriptorNothing"}, 400),
        ({"@type": None}, 400),
        ({"xdm:sourceSchema": "https://ns.adobe.com/other/schemas/0"}, 404),
        ({"xdm:sourceVersion": 2}, 404),
        ({"xdm:sourceProperty": "exchangeinternal/id"}, 400),
        ({"xdm:sourceProperty": "/_exchangeinternal/id/"}, 400),
        ({"xdm:sourceProperty": "/properties/_exchangeinternal/properties/id"}, 400),
        ({"xdm:sourceProperty": "/_exchangeinternal/none"}, 400),
        ({"xdm:sourceProperty": 1}, 400),
        ({"xdm:property": "id"}, 400),
        ({"xdm:namespace": "Nowhere"}, 400),
        ({"xdm:isPrimary": "true"}, 400),
    ],
)
def test_a_wrong_identity_descriptor_is_refused(
    client: Any, lake: Any, schema: str, change: dict[str, Any], status: int
) -> None:
    answer = client.post(BASE, identity(lake, schema, **change))
    assert answer.status == status
    assert answer.json()["report"]["detailed-message"] == answer.json()["detail"]
    for name in change:
        body = identity(lake, schema)
        del body[name]
        missing = client.post(BASE, body).status
        assert missing == (201 if name == "xdm:isPrimary" else 400), name
        for made in client.get(BASE, headers={"accept": "application/vnd.adobe.xdm-id+json"}).json().values():
            for one in made:
                client.delete(f"{BASE}/{one}")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"@type": "xdm:alternateDisplayInfo"}, 400),
        ({"@type": "xdm:alternateDisplayInfo", "xdm:title": "Text"}, 400),
        ({"@type": "xdm:alternateDisplayInfo", "meta:enum": {"a": "A"}}, 201),
        ({"@type": "xdm:descriptorLabel", "xdm:labels": "C1"}, 400),
        ({"@type": "xdm:descriptorLabel", "xdm:labels": ["C1"]}, 201),
        (
            {
                "@type": "xdm:descriptorLabel",
                "xdm:labels": ["C1"],
                "xdm:sourceProperty": "/_exchangeinternal",
            },
            400,
        ),
        ({"@type": "xdm:descriptorRelationship", "xdm:cardinality": "M:1"}, 201),
        ({"@type": "xdm:descriptorRelationship", "xdm:cardinality": "M:N"}, 400),
        ({"@type": "xdm:descriptorRelationship"}, 400),
        ({"@type": "xdm:descriptorOneToOne", "xdm:destinationProperty": "/none"}, 400),
        ({"@type": "xdm:descriptorOneToOne", "xdm:destinationProperty": "/personID"}, 201),
        ({"@type": "xdm:descriptorPrimaryKey", "xdm:sourceProperty": ["/_id", "/personID"]}, 201),
    ],
    ids=str,
)
def test_every_type_has_its_own_fields(
    client: Any, lake: Any, schema: str, fields: dict[str, Any], status: int
) -> None:
    base = {
        "xdm:sourceSchema": schema,
        "xdm:sourceVersion": 1,
        "xdm:sourceProperty": f"/{lake.tenant}/other",
        "xdm:destinationSchema": schema,
    }
    assert client.post(BASE, {**base, **fields}).status == status


def test_the_second_form_of_the_list_has_pages(client: Any, lake: Any, schema: str) -> None:
    made = [lake.identity(schema, f"/{lake.tenant}/{name}", primary=name == "id") for name in ("id", "other")]
    paged = {"accept": "application/vnd.adobe.xdm-v2+json"}
    seen = []
    url = f"{BASE}?orderby=xdm:sourceProperty&limit=1"
    for _ in made:
        body = client.get(url, headers=paged).json()
        seen.extend(one["@id"] for one in body["results"])
        url = body["_links"].get("next", {}).get("href", "").removeprefix("http://aep.local")
    assert (seen, url, body["_page"]["next"]) == (made, "", None)
    whole = client.get(BASE, headers={"accept": "application/vnd.adobe.xdm-id+json"}).json()
    assert sorted(whole["xdm:descriptorIdentity"]) == sorted(made)


@pytest.mark.parametrize("mark", ["", "[*]"])
def test_an_identity_within_an_array_is_named_with_or_without_a_mark_of_its_items(
    client: Any, lake: Any, mark: str
) -> None:
    cards = {"type": "array", "items": {"type": "object", "properties": {"code": {"type": "string"}}}}
    made = lake.schema(lake.mixin({"cards": cards}))
    body = {
        "@type": "xdm:descriptorIdentity",
        "xdm:sourceSchema": made,
        "xdm:sourceVersion": 1,
        "xdm:sourceProperty": f"/{lake.tenant}/cards{mark}/code",
        "xdm:namespace": "CORE",
        "xdm:property": "xdm:code",
    }
    assert client.post("/data/foundation/schemaregistry/tenant/descriptors", body).status == 201


def test_a_granularity_is_of_a_whole_schema(client: Any, lake: Any) -> None:
    body = {
        "@type": "xdm:descriptorTimeSeriesGranularity",
        "xdm:sourceSchema": lake.schema(of=lake.event_class),
        "xdm:sourceVersion": 1,
        "xdm:granularity": "hour",
    }
    assert client.post("/data/foundation/schemaregistry/tenant/descriptors", body).status == 201
    body["xdm:granularity"] = "minute"
    assert client.post("/data/foundation/schemaregistry/tenant/descriptors", body).status == 400
