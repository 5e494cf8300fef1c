from __future__ import annotations

from typing import Any

import pytest

BASE = "/data/foundation/exim/packages"


@pytest.fixture
def made(client: Any, lake: Any, destinations: Any) -> dict[str, str]:
    """A dataset with its schema, and a segment, in the default sandbox."""
    group = lake.mixin({"a": {"type": "string"}})
    schema = lake.schema(group)
    return {
        "group": group,
        "schema": schema,
        "dataset": lake.dataset(schema, name="people"),
        "segment": destinations.segment('person.name.firstName = "Ada"'),
    }


def package(client: Any, made: dict[str, str], **changes: Any) -> str:
    artifacts = [
        {"id": made["dataset"], "type": "CATALOG_DATASET"},
        {"id": made["segment"], "type": "PROFILE_SEGMENT"},
    ]
    body = {
        "name": "All of it",
        "packageType": "PARTIAL",
        "sourceSandbox": {"name": "prod", "imsOrgId": client.settings.org_id},
        "expiry": "2030-01-01T00:00:00Z",
        "artifacts": artifacts,
        **changes,
    }
    answer = client.post(BASE, body)
    assert answer.status == 201, answer.body
    return str(answer.json()["id"])


def test_a_package_is_read_listed_changed_and_deleted(client: Any, made: dict[str, str]) -> None:
    one = package(client, made)
    assert client.get(f"{BASE}/{one}").json()["status"] == "DRAFT"
    page = client.get(f"{BASE}/?start=0&limit=20&orderby=-createdDate&property=status%3D%3DDRAFT").json()
    assert ([body["id"] for body in page["data"]], page["hasNext"]) == ([one], False)
    assert client.get(f"{BASE}?property=status%3D%3DPUBLISHED").json()["data"] == []
    dropped = [{"id": made["segment"], "type": "PROFILE_SEGMENT"}]
    changed = client.put(BASE, {"id": one, "action": "DELETE", "artifacts": dropped}).json()
    assert [body["id"] for body in changed["artifacts"]] == [made["dataset"]]
    assert len(client.put(BASE, {"id": one, "action": "ADD", "artifacts": dropped}).json()["artifacts"]) == 2
    renamed = client.put(BASE, {"id": one, "action": "UPDATE", "name": "Other"})
    assert renamed.json()["name"] == "Other"
    assert client.delete(f"{BASE}/{one}").json()["status"] == "DELETED"
    assert client.get(f"{BASE}/{one}").status == 404


def test_a_published_package_is_imported_into_another_sandbox(client: Any, made: dict[str, str]) -> None:
    one = package(client, made)
    assert client.post(f"{BASE}/{one}/import?targetSandbox=dev").status == 400
    children = {body["id"] for body in client.get(f"{BASE}/{one}/children").json()}
    assert children == {made["schema"], made["group"]}
    assert client.get(f"{BASE}/{one}/export").json()["status"] == "COMPLETED"
    assert client.get(f"{BASE}/{one}/import?targetSandbox=dev").json() == []
    job = client.post(f"{BASE}/{one}/import?targetSandbox=dev").json()
    assert {body["status"] for body in job["artifacts"]} == {"COMPLETED"}
    assert len(client.get(f"{BASE}/jobs").json()["data"]) == 2
    assert len(client.get(f"{BASE}/jobs?requestType=IMPORT").json()["data"]) == 1
    client.sandbox = "dev"
    (dataset,) = client.get("/data/foundation/catalog/dataSets").json().values()
    assert (dataset["name"], dataset["schemaRef"]["id"]) == ("people", made["schema"])
    segments = client.get("/data/core/ups/segment/definitions").json()["segments"]
    assert segments[0]["expression"]["value"] == 'person.name.firstName = "Ada"'


def test_what_is_there_already_stays_and_is_told(client: Any, made: dict[str, str]) -> None:
    one = package(client, made, packageType="FULL")
    client.get(f"{BASE}/{one}/export")
    conflicts = client.get(f"{BASE}/{one}/import?targetSandbox=prod").json()
    assert {body["id"] for body in conflicts} >= {made["dataset"], made["segment"], made["schema"]}
    job = client.post(f"{BASE}/{one}/import?targetSandbox=prod").json()
    assert {body["status"] for body in job["artifacts"]} == {"SKIPPED"}
    assert client.get(f"{BASE}/preflight/{one}?targetSandbox=prod").json()["missingPermissions"] == []
    assert client.put(BASE, {"id": one, "action": "ADD", "artifacts": []}).status == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"packageType": "HALF"},
        {"sourceSandbox": {"name": "nowhere"}},
        {"artifacts": "all"},
        {"artifacts": [{"id": "x"}]},
    ],
)
def test_what_is_no_package_is_refused(client: Any, changes: dict[str, Any]) -> None:
    body = {"name": "n", "artifacts": [], **changes}
    assert client.post(BASE, body).status == 400


def test_a_package_goes_to_no_sandbox_that_is_not_there(client: Any, made: dict[str, str]) -> None:
    one = package(client, made)
    client.get(f"{BASE}/{one}/export")
    assert client.post(f"{BASE}/{one}/import?targetSandbox=nowhere").status == 400
    assert client.put(BASE, {"id": one, "action": "SELL"}).status == 400
    assert client.put(BASE, {"id": "none", "action": "UPDATE"}).status == 404
