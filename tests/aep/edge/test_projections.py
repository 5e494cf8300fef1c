from __future__ import annotations

from typing import Any

import pytest

BASE = "/data/core/ups/config"
EDGE = {"type": "EDGE", "dataCenters": ["OR1"], "ttl": 3600, "replicationPolicy": "REACTIVE"}
DESTINATION = {"content-type": "application/vnd.adobe.platform.projectionDestination+json; version=1"}
CONFIG = {"content-type": "application/vnd.adobe.platform.projectionConfig+json; version=1"}


def destination(client: Any, **changes: Any) -> Any:
    return client.post(f"{BASE}/destinations", {**EDGE, **changes}, headers=DESTINATION)


def projection(client: Any, destination_id: str, name: str = "names", **changes: Any) -> Any:
    body = {"selector": "emails,person(firstName)", "name": name, "destinationId": destination_id, **changes}
    return client.post(f"{BASE}/projections?schemaName=_xdm.context.profile", body, headers=CONFIG)


def test_a_destination_is_made_listed_replaced_and_deleted(client: Any) -> None:
    made = destination(client).json()
    assert made["self"]["href"] == f"{BASE}/destinations/{made['id']}"
    (listed,) = client.get(f"{BASE}/destinations").json()["_embedded"]["projectionDestinations"]
    assert (listed["id"], listed["version"], listed["ttl"]) == (made["id"], 1, 3600)
    path = f"{BASE}/destinations/{made['id']}"
    change = {**EDGE, "dataCenters": ["OR1", "VA5"], "currentVersion": 1}
    assert client.put(path, change, headers=DESTINATION).json()["version"] == 2
    assert client.put(path, change, headers=DESTINATION).status == 409
    assert client.get(path).json()["dataCenters"] == ["OR1", "VA5"]
    assert client.delete(path).status == 204
    assert client.get(path).status == 404


@pytest.mark.parametrize(
    "changes", [{"type": "HUB"}, {"dataCenters": []}, {"dataCenters": ["X"]}, {"ttl": 1}, {"ttl": True}]
)
def test_a_bad_destination_is_400(client: Any, changes: dict[str, Any]) -> None:
    assert destination(client, **changes).status == 400


def test_another_content_type_is_415(client: Any) -> None:
    assert client.post(f"{BASE}/destinations", EDGE).status == 415
    assert client.post(f"{BASE}/projections?schemaName=x", {}).status == 415


def test_a_projection_leads_to_its_destination(client: Any) -> None:
    edge = destination(client).json()["id"]
    made = projection(client, edge).json()
    assert made["_embedded"]["destination"]["id"] == edge
    path = f"{BASE}/projections/{made['id']}"
    assert client.get(path).json() == made
    found = client.get(f"{BASE}/projections?schemaName=_xdm.context.profile&name=names").json()
    assert [one["id"] for one in found["_embedded"]["projectionConfigs"]] == [made["id"]]
    none = client.get(f"{BASE}/projections?schemaName=other").json()
    assert none["_embedded"]["projectionConfigs"] == []
    change = {"selector": "person.name", "name": "names", "destinationId": edge, "currentVersion": 1}
    assert client.put(path, change, headers=CONFIG).json()["version"] == 2
    assert client.delete(f"{BASE}/destinations/{edge}").status == 400
    assert client.delete(path).status == 204
    assert client.delete(f"{BASE}/destinations/{edge}").status == 204


def test_a_bad_projection_is_400(client: Any) -> None:
    edge = destination(client).json()["id"]
    assert projection(client, edge).status == 201
    assert projection(client, edge).status == 400
    for changes in ({"selector": "a, b"}, {"selector": "a(b"}, {"name": ""}, {"destinationId": ["x"]}):
        assert projection(client, edge, **{"name": "other", **changes}).status == 400
    body = {"selector": "a", "name": "b", "destinationId": edge}
    assert client.post(f"{BASE}/projections", body, headers=CONFIG).status == 400
    assert client.get(f"{BASE}/projections?name=names").status == 400
