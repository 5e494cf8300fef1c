from __future__ import annotations

from typing import Any

BASE = "/data/foundation/sandbox-management"
DATASETS = "/data/foundation/catalog/dataSets"


def test_there_is_a_production_and_a_development_sandbox(client: Any) -> None:
    found = client.get(f"{BASE}/").json()["sandboxes"]
    assert [(one["name"], one["type"], one["isDefault"]) for one in found] == [
        ("prod", "production", True),
        ("dev", "development", False),
    ]
    assert client.get(f"{BASE}/sandboxTypes").json() == {"sandboxTypes": ["production", "development"]}


def test_a_created_sandbox_can_be_read_renamed_used_and_deleted(client: Any) -> None:
    made = client.post(f"{BASE}/sandboxes", {"name": "qa", "title": "QA", "type": "development"})
    assert (made.status, made.json()["state"]) == (201, "creating")
    assert client.get(f"{BASE}/sandboxes/qa").json()["state"] == "active"
    assert client.patch(f"{BASE}/sandboxes/qa", {"title": "New"}).json()["title"] == "New"
    assert client.get(DATASETS, headers={"x-sandbox-name": "qa"}).status == 200
    assert client.delete(f"{BASE}/sandboxes/qa").json()["state"] == "deleted"
    assert client.get(f"{BASE}/sandboxes/qa").status == 404
    assert client.get(DATASETS, headers={"x-sandbox-name": "qa"}).status == 404


def test_objects_of_one_sandbox_are_not_in_another_and_go_with_a_reset(client: Any, lake: Any) -> None:
    client.sandbox = "dev"
    dataset = lake.dataset(lake.schema())
    assert client.get(f"{DATASETS}/{dataset}").status == 200
    assert client.get(f"{DATASETS}/{dataset}", headers={"x-sandbox-name": "prod"}).status == 404
    reset = client.put(f"{BASE}/sandboxes/dev", {"action": "reset"})
    assert (reset.status, reset.json()["state"]) == (200, "resetting")
    assert client.get(f"{DATASETS}/{dataset}").status == 404
    assert client.get(f"{BASE}/sandboxes/dev").json()["state"] == "active"


def test_what_cannot_be_is_refused(client: Any) -> None:
    create = f"{BASE}/sandboxes"
    assert client.post(create, {"name": "Not Good", "type": "development"}).status == 400
    assert client.post(create, {"name": "x", "type": "toy"}).status == 400
    assert client.post(create, {"name": "dev", "type": "development"}).status == 409
    assert client.delete(f"{create}/prod").status == 400
    assert client.put(f"{create}/dev", {"action": "explode"}).status == 400
    assert client.patch(f"{create}/dev", {"name": "x"}).status == 400
    assert client.get(f"{create}/none").json()["type"].endswith("SMS-2003-404")


def test_a_list_is_filtered_ordered_and_cut(client: Any) -> None:
    found = client.get(f"{BASE}/sandboxes?property=type==production").json()["sandboxes"]
    assert [one["name"] for one in found] == ["prod"]
    found = client.get(f"{BASE}/sandboxes?orderBy=name").json()["sandboxes"]
    assert [one["name"] for one in found] == ["dev", "prod"]
    page = client.get(f"{BASE}/sandboxes?limit=1").json()
    assert (len(page["sandboxes"]), "next" in page["_links"]) == (1, True)
    assert client.get(f"{BASE}/sandboxes?property=bad").status == 400
