"""Changing resources: patches, replacements, deletions, and what is refused as a breaking change."""

from __future__ import annotations

from typing import Any

import pytest

from tests.aep.registry.requests import BASE, FULL, PROFILE, RAW, STRING, code, path


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
