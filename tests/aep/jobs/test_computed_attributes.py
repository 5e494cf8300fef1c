from __future__ import annotations

from typing import Any

import pytest

BASE = "/data/core/ups/config/computedAttributes"


def attribute(client: Any, **changes: Any) -> Any:
    body = {
        "name": "bornThisMonth",
        "path": f"_{client.settings.tenant_id}",
        "expression": {"type": "PQL", "format": "pql/text", "value": "person.birthYear > 1980"},
        "schema": {"name": "_xdm.context.profile"},
        **changes,
    }
    return client.post(BASE, body)


def test_an_attribute_is_made_listed_patched_and_deleted(client: Any) -> None:
    made = attribute(client, path=f"person._{client.settings.tenant_id}")
    assert made.status == 200
    body = made.json()
    assert body["positionPath"] == ["person", f"_{client.settings.tenant_id}"]
    assert body["definedOn"][0]["$ref"] == "https://ns.adobe.com/xdm/context/profile__union"
    assert client.get(BASE).json()["children"] == [body]
    path = f"{BASE}/{body['id']}"
    changed = {"type": "PQL", "format": "pql/text", "value": "person.birthYear > 1990"}
    assert client.patch(path, [{"op": "add", "path": "/expression", "value": changed}]).status == 204
    assert client.get(path).json()["expression"] == changed
    done = client.delete(path)
    assert (done.status, done.body) == (200, b"")
    assert client.get(path).status == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "with space"},
        {"path": "person"},
        {"schema": {"name": ["x"]}},
        {"expression": {"type": "PQL", "format": "pql/text", "value": "a ="}},
    ],
)
def test_a_bad_attribute_is_400(client: Any, changes: dict[str, Any]) -> None:
    assert attribute(client, **changes).status == 400


def test_a_patch_that_leaves_no_attribute_is_400(client: Any) -> None:
    path = f"{BASE}/{attribute(client).json()['id']}"
    for patch in ([{"op": "replace", "path": "", "value": 1}], [{"op": "remove", "path": "/expression"}], {}):
        assert client.patch(path, patch).status == 400
