from __future__ import annotations

from typing import Any

import pytest

from harness.aep.catalog.datasets import tag_enabled

BASE = "/data/foundation/catalog"
SETS = f"{BASE}/dataSets"


@pytest.fixture
def schema(lake: Any) -> str:
    return str(lake.schema())


def body_for(schema: str, **changes: Any) -> dict[str, Any]:
    ref = {"id": schema, "contentType": "application/vnd.adobe.xed-full+json;version=1"}
    return {"name": "Set", "schemaRef": ref, **changes}


def test_a_dataset_is_answered_as_an_array_of_one_link(client: Any, schema: str) -> None:
    made = client.post(SETS, body_for(schema))
    assert made.status == 201
    (link,) = made.json()
    assert link.startswith("@/dataSets/")
    assert len(link.removeprefix("@/dataSets/")) == 24
    assert made.headers["location"].endswith(link.removeprefix("@"))


def test_the_path_is_compared_without_case_and_below_v2_too(client: Any, schema: str) -> None:
    made = client.post(f"{BASE}/datasets", body_for(schema)).json()[0].removeprefix("@/dataSets/")
    for path in (f"{BASE}/DataSets/{made}", f"{BASE}/v2/dataSets/{made}"):
        assert set(client.get(path).json()) == {made}


def test_a_dataset_shows_what_was_sent_and_what_catalog_adds(client: Any, lake: Any) -> None:
    schema = lake.schema(union=True)
    made = lake.dataset(schema, profile=True, name="My Set")
    body = client.get(f"{SETS}/{made}").json()[made]
    assert body["name"] == "My Set"
    assert body["tags"]["unifiedProfile"] == ["enabled:true"]
    assert body["tags"]["adobe/pqs/table"] == ["my_set"]
    assert body["imsOrg"] == client.settings.org_id
    assert body["files"] == f"@/dataSets/{made}/views/{body['viewId']}/files"
    assert (body["version"], body["created"]) == ("1.0.0", client.clock.now_ms())
    assert "id" not in body


@pytest.mark.parametrize(
    "change",
    [
        {"schemaRef": None},
        {"schemaRef": {"id": "https://ns.adobe.com/exchangeinternal/schemas/0"}},
        {"schemaRef": {"id": "https://ns.adobe.com/xdm/context/profile"}},
        {"name": 5},
        {"tags": []},
    ],
)
def test_a_dataset_without_a_proper_schema_is_refused(
    client: Any, schema: str, change: dict[str, Any]
) -> None:
    assert client.post(SETS, body_for(schema, **change)).status == 400


def test_a_profile_dataset_needs_a_union_schema(client: Any, schema: str) -> None:
    tags = {"unifiedProfile": ["enabled: true"]}
    answer = client.post(SETS, body_for(schema, tags=tags))
    assert answer.status == 400
    assert answer.json()["detail"] == "To enable profile datasets the schema should be valid"


def test_a_tag_is_read_with_or_without_a_space() -> None:
    for value, on in (("enabled:true", True), ("enabled: true", True), ("enabled:false", False)):
        assert tag_enabled({"tags": {"x": ["isUpsert:true", value]}}, "x") is on
    assert tag_enabled({}, "x") is False
    assert tag_enabled({"tags": {"x": ["enabled:true", "isUpsert: true"]}}, "x", "isUpsert") is True


def test_an_unknown_dataset_is_not_found(client: Any) -> None:
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        answer = client.call(method, f"{SETS}/0", {})
        assert (answer.status, answer.json()["title"]) == (404, "NotFoundError")


def test_a_patch_is_a_partial_object_or_json_patch_with_its_own_type(
    client: Any, lake: Any, schema: str
) -> None:
    made = lake.dataset(schema)
    one = f"{SETS}/{made}"
    answer = client.patch(one, {"description": "new", "tags": {"a": ["1"]}})
    assert (answer.status, answer.json()) == (200, [f"@/dataSets/{made}"])
    assert client.get(one).json()[made]["tags"] == {"a": ["1"]}
    patch = [{"op": "add", "path": "/tags/b", "value": ["2"]}]
    typed = {"content-type": "application/json-patch+json"}
    assert client.patch(one, patch, headers=typed).status == 200
    assert client.get(one).json()[made]["tags"] == {"a": ["1"], "b": ["2"]}
    assert client.patch(one, [{"op": "remove", "path": "/no"}], headers=typed).status == 400
    assert client.patch(one, [{"op": "remove", "path": "/tags/b"}]).status == 200
    assert client.get(one).json()[made]["tags"] == {"a": ["1"]}


def test_below_v2_a_patch_merges_in_depth(client: Any, lake: Any, schema: str) -> None:
    made = lake.dataset(schema)
    client.patch(f"{SETS}/{made}", {"tags": {"a": ["1"]}})
    client.patch(f"{BASE}/v2/dataSets/{made}", {"tags": {"b": ["2"]}, "x": {"y": {"z": 1}}})
    body = client.get(f"{SETS}/{made}").json()[made]
    assert body["tags"] == {"a": ["1"], "b": ["2"]}
    assert body["x"] == {"y": {"z": 1}}


def test_a_put_replaces(client: Any, lake: Any, schema: str) -> None:
    made = lake.dataset(schema)
    client.patch(f"{SETS}/{made}", {"description": "old"})
    assert client.put(f"{SETS}/{made}", body_for(schema, name="New")).status == 200
    body = client.get(f"{SETS}/{made}").json()[made]
    assert body["name"] == "New"
    assert "description" not in body


def test_a_stale_version_is_412_and_locking_is_a_choice(client: Any, lake: Any, schema: str) -> None:
    one = f"{SETS}/{lake.dataset(schema)}"
    first = client.get(one).headers["e-tag"]
    assert client.patch(one, {"a": 1}, headers={"if-match": first}).status == 200
    for call in (client.patch, client.put):
        answer = call(one, body_for(schema), headers={"if-match": first})
        assert answer.status == 412
    assert client.delete(one, headers={"if-match": first}).status == 412
    assert client.patch(one, {"a": 2}).status == 200
    fresh = client.get(one).headers["e-tag"]
    assert client.patch(one, {"a": 3}, headers={"if-match": f'"{fresh}"'}).status == 200


def test_the_schema_of_a_dataset_stays(client: Any, lake: Any, schema: str) -> None:
    made = lake.dataset(schema)
    other = lake.schema(title="Other")
    change = {"schemaRef": {"id": other, "contentType": "x"}}
    assert client.patch(f"{SETS}/{made}", change).status == 400


def test_validate_only_changes_nothing(client: Any, lake: Any, schema: str) -> None:
    made = lake.dataset(schema)
    dry = {"pragma": "validate-only"}
    assert client.patch(f"{SETS}/{made}", {"name": "x"}, headers=dry).status == 200
    assert client.delete(f"{SETS}/{made}", headers=dry).status == 200
    assert client.post(SETS, body_for(schema), headers=dry).status == 201
    found = client.get(SETS).json()
    assert {key: one["name"] for key, one in found.items()} == {made: "dataset"}


def test_a_deleted_dataset_is_gone(client: Any, lake: Any, schema: str) -> None:
    made = lake.dataset(schema)
    answer = client.delete(f"{SETS}/{made}")
    assert (answer.status, answer.json()) == (200, [f"@/dataSets/{made}"])
    assert client.get(f"{SETS}/{made}").status == 404


def test_lists_are_keyed_filtered_ordered_cut_and_projected(client: Any, lake: Any, schema: str) -> None:
    made = {name: lake.dataset(schema, name=name) for name in ("test b", "other", "test a")}

    def names(query: str) -> list[str]:
        return [one["name"] for one in client.get(f"{SETS}?{query}").json().values()]

    assert list(client.get(SETS).json()) == list(made.values())
    assert names("property=name~^test") == ["test b", "test a"]
    assert names("orderBy=asc:name") == ["other", "test a", "test b"]
    assert names("orderBy=desc:name&limit=1") == ["test b"]
    assert names("start=1&limit=1") == ["other"]
    assert names("name=other") == ["other"]
    assert names("property=name==other") == ["other"]
    assert names("property=created>1") == ["test b", "other", "test a"]
    assert client.get(f"{SETS}/{made['other']}?properties=name").json() == {made["other"]: {"name": "other"}}
    for wrong in ("limit=101", "limit=x", "orderBy=up:name", "property=name~("):
        assert client.get(f"{SETS}?{wrong}").status == 400, wrong


def test_lists_follow_the_guide_to_filtering(client: Any, lake: Any, schema: str) -> None:
    made = {name: lake.dataset(schema, name=name) for name in ("alpha", "beta", "be*ta", "gamma")}
    client.patch(f"{SETS}/{made['alpha']}", {"tags": {"team": ["blue"], "stage": ["test one"]}})
    client.patch(f"{SETS}/{made['beta']}", {"tags": {"team": ["blues"]}, "description": "d"})
    client.patch(f"{SETS}/{made['beta']}", {"description": "e"})

    def names(query: str) -> list[str]:
        answer = client.get(f"{SETS}?{query}")
        assert answer.status == 200, answer.body
        return [one["name"] for one in answer.json().values()]

    assert names("name=!alpha,gamma") == ["beta", "be*ta"]
    assert names("name=alpha,gamma") == ["alpha", "gamma"]
    assert names("property=description") == ["beta"]
    assert names("property=!description") == ["alpha", "be*ta", "gamma"]
    assert names("property=version%3E1.0.1") == ["beta"]
    assert names("property=version%3E=1.0.1") == ["alpha", "beta"]
    assert names("property=version%3C1.0.1&orderBy=desc:name") == ["gamma", "be*ta"]
    assert names("property=name==be*ta") == ["beta", "be*ta"]
    assert names("property=name==be**ta") == ["be*ta"]
    assert names("property=name!=*a") == []
    assert names("tags=team:blue") == ["alpha"]
    assert names("tags=team:blue*") == ["alpha", "beta"]
    assert names("tags=team:*,stage:test*") == ["alpha"]
    assert names("tags=none:*") == []
    assert names("orderBy=version,desc:name") == ["gamma", "be*ta", "alpha", "beta"]
    assert names("orderBy=asc:version,name") == ["be*ta", "gamma", "alpha", "beta"]
    assert names("orderBy=name&limit=2&start=1") == ["be*ta", "beta"]
    for wrong in ("limit=0", "limit=-1", "start=-1", "tags=team", "property=name%3E1", "orderBy=up:name"):
        answer = client.get(f"{SETS}?{wrong}")
        assert (answer.status, answer.json()["title"]) == (400, "BadRequestError"), wrong


def test_the_observable_schema_holds_the_fields_that_occur(client: Any, lake: Any) -> None:
    fields = {
        "code": {"type": "string"},
        "never": {"type": "string"},
        "stays": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"nights": {"type": "integer"}, "room": {"type": "string"}},
            },
        },
    }
    schema = lake.schema(lake.mixin(fields))
    dataset, inlet = lake.dataset(schema), lake.inlet()

    def observed() -> Any:
        return client.get(f"{SETS}/{dataset}").json()[dataset]["observableSchema"]

    assert observed() == {"type": "object", "meta:xdmType": "object", "properties": {}}
    for record in ({"code": "a"}, {"stays": [{"nights": 2}]}):
        message = lake.message(schema, dataset, {lake.tenant: record})
        assert client.post(f"/collection/{inlet}", message).status == 200
    own = observed()["properties"][lake.tenant]["properties"]
    assert set(own) == {"code", "stays"}
    assert set(own["stays"]["items"]["properties"]) == {"nights"}
    listed = client.get(f"{SETS}?properties=name,observableSchema").json()[dataset]
    assert listed == {"name": "dataset", "observableSchema": observed()}
    assert "observableSchema" not in client.get(SETS).json()[dataset]


@pytest.mark.parametrize(("method", "target"), [("POST", ""), ("PUT", "/x"), ("PATCH", "/x")])
def test_a_payload_must_say_what_it_is(client: Any, method: str, target: str) -> None:
    answer = client.call(method, SETS + target, b"{}", headers={"content-type": "text/plain"})
    assert (answer.status, answer.json()["detail"]) == (400, "A valid content-type must be specified")


def test_files_and_records_go_with_the_dataset(client: Any, lake: Any, schema: str) -> None:
    dataset = lake.dataset(schema)
    order = {"datasetId": dataset, "inputFormat": {"format": "json"}}
    batch = client.post("/data/foundation/import/batches", order).json()["id"]
    target = f"/data/foundation/import/batches/{batch}/datasets/{dataset}/files/a.json"
    octets = {"content-type": "application/octet-stream"}
    assert client.put(target, b'{"personID":"1"}', headers=octets).status == 201
    assert client.delete(f"{SETS}/{dataset}").status == 200
    assert client.platform.store.rows("SELECT count(*) FROM blob") == [(0,)]
    assert client.get(f"{BASE}/batches/{batch}").status == 404


@pytest.mark.parametrize(
    ("tags", "kept"),
    [(["enabled:true"], {"b": 3}), (["enabled: true", "isUpsert: true"], {"a": "x", "b": 3, "list": [1, 2]})],
)
def test_a_record_replaces_the_last_unless_the_dataset_takes_updates(
    client: Any, lake: Any, tags: list[str], kept: dict[str, Any]
) -> None:
    numbers = {"type": "array", "items": {"type": "integer"}}
    fields = {"id": {"type": "string"}, "a": {"type": "string"}, "b": {"type": "integer"}, "list": numbers}
    schema = lake.schema(lake.mixin(fields), union=True)
    lake.identity(schema, f"/{lake.tenant}/id")
    dataset, inlet = lake.dataset(schema, profile=True), lake.inlet()
    client.patch(f"{BASE}/v2/dataSets/{dataset}", {"tags": {"unifiedProfile": tags}})
    for own in ({"a": "x", "b": 2, "list": [1, 2]}, {"b": 3}):
        message = lake.message(schema, dataset, {lake.tenant: {"id": "a@example.com", **own}})
        assert client.post(f"/collection/{inlet}", message, bare=True).status == 200
    query = "schema.name=_xdm.context.profile&entityId=a@example.com&entityIdNS=email"
    (found,) = client.get(f"/data/core/ups/access/entities?{query}").json().values()
    assert found["entity"][lake.tenant] == {"id": "a@example.com", **kept}
