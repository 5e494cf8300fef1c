from __future__ import annotations

from typing import Any

import pytest

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


def test_a_caller_may_name_the_sandbox_that_it_creates(client: Any) -> None:
    client.sandbox = "qa"
    assert client.get(DATASETS).status == 404
    body = {"name": "qa", "title": "QA", "type": "development"}
    assert client.post(f"{BASE}/sandboxes", body).status == 201
    assert client.get(DATASETS).status == 200
    assert client.delete(f"{BASE}/sandboxes/qa").status == 200
    assert client.get(f"{BASE}/sandboxes/qa").json()["type"].endswith("SMS-2003-404")


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


@pytest.mark.parametrize(
    ("method", "target", "body", "status", "number"),
    [
        ("GET", "?property=bad", None, 400, 2001),
        ("GET", "?property=nothing==1", None, 400, 2001),
        ("GET", "?orderBy=nothing", None, 400, 2001),
        ("POST", "", {"name": "Not Good", "type": "development"}, 400, 2002),
        ("POST", "", {"type": "development"}, 400, 2002),
        ("POST", "", {"name": "x" * 257, "type": "development"}, 400, 2002),
        ("POST", "", {"name": "x", "type": "toy"}, 400, 2004),
        ("POST", "", {"name": "x", "type": "development", "title": 5}, 400, 2005),
        ("POST", "", {"name": "dev", "type": "development"}, 409, 2006),
        ("GET", "/none", None, 404, 2003),
        ("PUT", "/none", {"action": "reset"}, 404, 2003),
        ("PATCH", "/none", {"title": "T"}, 404, 2003),
        ("DELETE", "/none", None, 404, 2003),
        ("PATCH", "/dev", {"name": "other"}, 400, 2005),
        ("PUT", "/dev", {"action": "explode"}, 400, 2007),
        ("DELETE", "/prod", None, 400, 2008),
    ],
)
def test_every_mistake_has_its_problem(
    client: Any, method: str, target: str, body: Any, status: int, number: int
) -> None:
    answer = client.call(method, f"{BASE}/sandboxes{target}", body)
    problem = answer.json()
    assert (answer.status, problem["status"]) == (status, status)
    assert problem["type"] == f"http://ns.adobe.com/aep/errors/SMS-{number}-{status}"
    assert problem["title"]


def test_a_validation_alone_changes_nothing(client: Any, lake: Any) -> None:
    client.sandbox = "dev"
    dataset = lake.dataset(lake.schema())
    answer = client.put(f"{BASE}/sandboxes/dev?validationOnly=true", {"action": "reset"})
    assert (answer.status, answer.json()["state"]) == (200, "resetting")
    assert client.delete(f"{BASE}/sandboxes/dev?validationOnly=true").status == 200
    assert client.get(f"{DATASETS}/{dataset}").status == 200


def test_pages_lead_forth_and_back(client: Any) -> None:
    client.post(f"{BASE}/sandboxes", {"name": "qa", "type": "development"})
    seen = []
    url = f"{BASE}/sandboxes?limit=1"
    while url:
        page = client.get(url).json()
        seen.extend(one["name"] for one in page["sandboxes"])
        url = page["_links"].get("next", {}).get("href", "").removeprefix("http://aep.local")
    assert seen == ["prod", "dev", "qa"]
    back = client.get(page["_links"]["prev"]["href"].removeprefix("http://aep.local")).json()
    assert [one["name"] for one in back["sandboxes"]] == ["dev"]
