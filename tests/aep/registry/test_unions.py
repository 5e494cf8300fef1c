"""What lets a schema into the union of its class, and what keeps it out."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

BASE = "/data/foundation/schemaregistry"
UNION = [{"op": "add", "path": "/meta:immutableTags", "value": ["union"]}]


def path(resource_id: str, kind: str = "schemas") -> str:
    return f"{BASE}/tenant/{kind}/{quote(resource_id, safe='')}"


def code(answer: Any) -> str:
    return str(answer.json()["type"].rpartition("/")[2])


@pytest.fixture
def ends(lake: Any) -> tuple[str, str]:
    """A hotel schema, and a booking schema whose field refers to it."""
    hotels = lake.schema(lake.mixin({"hotelId": {"type": "string"}}, title="Hotel fields"), title="Hotels")
    bookings = lake.schema(
        lake.mixin({"hotel": {"type": "string"}}, title="Booking fields"), title="Bookings"
    )
    return bookings, hotels


def relate(client: Any, lake: Any, source: str, target: str) -> None:
    answer = client.post(
        f"{BASE}/tenant/descriptors",
        {
            "@type": "xdm:descriptorOneToOne",
            "xdm:sourceSchema": source,
            "xdm:sourceVersion": 1,
            "xdm:sourceProperty": f"/{lake.tenant}/hotel",
            "xdm:destinationSchema": target,
            "xdm:destinationVersion": 1,
            "xdm:destinationProperty": f"/{lake.tenant}/hotelId",
        },
    )
    assert answer.status == 201, answer.body


def refer(client: Any, lake: Any, source: str, namespace: str) -> None:
    answer = client.post(
        f"{BASE}/tenant/descriptors",
        {
            "@type": "xdm:descriptorReferenceIdentity",
            "xdm:sourceSchema": source,
            "xdm:sourceVersion": 1,
            "xdm:sourceProperty": f"/{lake.tenant}/hotel",
            "xdm:identityNamespace": namespace,
        },
    )
    assert answer.status == 201, answer.body


def test_a_relationship_needs_a_reference_identity(client: Any, lake: Any, ends: tuple[str, str]) -> None:
    source, target = ends
    relate(client, lake, source, target)
    answer = client.patch(path(source), UNION)
    assert (answer.status, code(answer)) == (400, "XDM-1526-400")
    assert answer.json()["title"] == "Union descriptor validation error"
    assert "xdm:descriptorReferenceIdentity" in answer.json()["report"]["detailed-message"]
    refer(client, lake, source, "Email")
    assert client.patch(path(source), UNION).status == 200


@pytest.mark.parametrize("last", ["source", "target"])
def test_the_namespaces_of_both_ends_must_match(
    client: Any, lake: Any, ends: tuple[str, str], last: str
) -> None:
    source, target = ends
    lake.identity(target, f"/{lake.tenant}/hotelId", "Email")
    relate(client, lake, source, target)
    refer(client, lake, source, "Phone")
    first, second = (target, source) if last == "source" else (source, target)
    assert client.patch(path(first), UNION).status == 200
    answer = client.patch(path(second), UNION)
    assert (answer.status, code(answer)) == (400, "XDM-1527-400")
    assert "Phone and Email" in answer.json()["detail"]


def test_matching_namespaces_join(client: Any, lake: Any, ends: tuple[str, str]) -> None:
    source, target = ends
    lake.identity(target, f"/{lake.tenant}/hotelId", "Email")
    relate(client, lake, source, target)
    refer(client, lake, source, "Email")
    assert client.patch(path(source), UNION).status == client.patch(path(target), UNION).status == 200


def test_a_field_group_cannot_bring_a_field_of_another_type_into_the_union(client: Any, lake: Any) -> None:
    lake.schema(lake.mixin({"size": {"type": "string"}}, title="One"), title="S1", union=True)
    group = lake.mixin({"other": {"type": "string"}}, title="Two")
    lake.schema(group, title="S2", union=True)
    field = f"/definitions/own/properties/{lake.tenant}/properties/size"
    answer = client.patch(path(group, "mixins"), [{"op": "add", "path": field, "value": {"type": "integer"}}])
    assert (answer.status, code(answer)) == (400, "XDM-1413-400")
    assert "Types: string, integer" in answer.json()["detail"]


@pytest.mark.parametrize(
    "change",
    [
        {"op": "remove", "path": "/a"},
        {"op": "replace", "path": "/a", "value": {"type": "integer"}},
        {"op": "replace", "path": "/a", "value": {"type": "string", "format": "date"}},
        {"op": "replace", "path": "/day", "value": {"type": "string"}},
        {"op": "replace", "path": "/a", "value": {"type": "string", "enum": ["x"]}},
        {"op": "replace", "path": "/level", "value": {"type": "string", "enum": ["gold"]}},
        {"op": "replace", "path": "/a", "value": {"type": "string", "pattern": "^a"}},
        {"op": "replace", "path": "/a", "value": {"type": "string", "maxLength": 3}},
        {"op": "replace", "path": "/n", "value": {"type": "integer", "minimum": 2, "maximum": 9}},
        {"op": "replace", "path": "/n", "value": {"type": "integer", "minimum": 1, "maximum": 8}},
        {"op": "replace", "path": "/n", "value": {"type": "number", "minimum": 1, "maximum": 9}},
        {"op": "replace", "path": "/list", "value": {"type": "array", "items": {"type": "integer"}}},
        {"op": "replace", "path": "/list/items/properties", "value": {}},
        {"op": "replace", "path": "/map", "value": {"type": "object", "properties": {}}},
        {"op": "replace", "path": "/map/additionalProperties", "value": {"type": "string"}},
        {"op": "add", "path": "/deep/required", "value": ["x"]},
        {"op": "remove", "path": "/deep/properties/x"},
    ],
    ids=str,
)
def test_a_schema_in_use_takes_no_breaking_change(client: Any, lake: Any, change: dict[str, Any]) -> None:
    fields = {
        "a": {"type": "string"},
        "day": {"type": "string", "format": "date"},
        "level": {"type": "string", "enum": ["gold", "silver"]},
        "n": {"type": "integer", "minimum": 1, "maximum": 9},
        "list": {"type": "array", "items": {"type": "object", "properties": {"k": {"type": "string"}}}},
        "map": {"type": "object", "additionalProperties": {"type": "integer"}},
        "deep": {"type": "object", "properties": {"x": {"type": "string"}}},
    }
    group = lake.mixin(fields)
    made = lake.schema(group)
    base = f"/definitions/own/properties/{lake.tenant}/properties"
    patch = [{**change, "path": base + change["path"]}]
    before = client.get(path(group, "mixins"), headers={"accept": "application/vnd.adobe.xed+json;version=1"})
    lake.dataset(made)
    answer = client.patch(path(group, "mixins"), patch)
    assert answer.status == 400
    assert "in use" in answer.json()["report"]["detailed-message"]
    after = client.get(path(group, "mixins"), headers={"accept": "application/vnd.adobe.xed+json;version=1"})
    assert after.body == before.body


@pytest.mark.parametrize(
    "change",
    [
        {"op": "add", "path": "/new", "value": {"type": "string"}},
        {"op": "add", "path": "/deep/properties/y", "value": {"type": "integer"}},
        {"op": "replace", "path": "/level/enum", "value": ["gold", "silver", "tin"]},
        {"op": "add", "path": "/level/title", "value": "Level"},
        {"op": "add", "path": "/level/meta:enum", "value": {"gold": "Gold"}},
    ],
    ids=str,
)
def test_a_schema_in_use_takes_additions(client: Any, lake: Any, change: dict[str, Any]) -> None:
    fields = {
        "level": {"type": "string", "enum": ["gold", "silver"]},
        "deep": {"type": "object", "properties": {"x": {"type": "string"}}},
    }
    group = lake.mixin(fields)
    lake.dataset(lake.schema(group, union=True), profile=True)
    base = f"/definitions/own/properties/{lake.tenant}/properties"
    answer = client.patch(path(group, "mixins"), [{**change, "path": base + change["path"]}])
    assert (answer.status, answer.json()["version"]) == (200, "1.1")
