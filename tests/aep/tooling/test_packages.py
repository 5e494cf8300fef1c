from __future__ import annotations

from typing import Any

import pytest

from harness.twin.tenant import Tenant

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


def messages(client: Any, job: str) -> set[str]:
    """Say what a job did with its objects."""
    tasks = client.get(f"/data/foundation/exim/tools/job/{job}").json()["object"]["completedTasks"]
    return {task["artifact"]["messages"][0]["status"] for task in tasks}


def test_packages_are_found_by_time_and_page(client: Any, made: dict[str, str]) -> None:
    first = package(client, made, name="first", expiry="2030-01-01 00:00:00+00:00")
    second = package(client, made, name="second", expiry=None)
    body = client.get(f"{BASE}/{first}").json()
    assert (body["version"], body["expiry"]) == (0, 1_893_456_000_000)
    ninety_days = 90 * 86_400_000
    assert client.get(f"{BASE}/{second}").json()["expiry"] == body["createdDate"] + ninety_days
    page = client.get(f"{BASE}?limit=1&orderBy=name").json()
    assert ([one["name"] for one in page["data"]], page["hasNextPage"], page["totalPages"]) == (
        ["first"],
        True,
        2,
    )
    page = client.get(f"{BASE}?limit=1&start=1&orderBy=name&status=DRAFT").json()
    assert ([one["name"] for one in page["data"]], page["hasPreviousPage"]) == (["second"], True)
    for query, count in (
        ("createdDate%3E%3D2020-01-01T00:00:00Z", 2),
        ("createdDate%3C%3D2020-01-01T00:00:00Z", 0),
        ("createdDate%3E%3Dsoon", 0),
    ):
        assert client.get(f"{BASE}?property={query}").json()["totalElements"] == count


def test_a_package_that_an_earlier_build_kept_is_read(client: Any, made: dict[str, str]) -> None:
    org = client.settings.org_id
    old = {
        "id": "old",
        "version": 1,
        "name": "Old",
        "description": "",
        "status": "DRAFT",
        "packageType": "PARTIAL",
        "packageVisibility": "TENANT",
        "expiry": None,
        "sourceSandbox": {"name": "prod", "imsOrgId": org},
        "artifacts": [{"id": made["dataset"], "type": "CATALOG_DATASET"}],
        "createdBy": "somebody",
        "createdDate": "2024-05-15T12:00:00.000Z",
        "modifiedDate": "2024-05-15T12:00:00.000Z",
    }
    client.platform.store.put(Tenant(org), "package", "old", old)
    body = client.get(f"{BASE}/old").json()
    assert (body["createdDate"], body["artifactsList"]) == (1_715_774_400_000, old["artifacts"])
    assert client.get(f"{BASE}/old/export").status == 200


def test_several_changes_are_made_together_or_not_at_all(client: Any, made: dict[str, str]) -> None:
    one = package(client, made)
    dropped = [{"id": made["segment"], "type": "PROFILE_SEGMENT"}]
    changes = [
        {"id": one, "action": "DELETE", "artifacts": dropped},
        {"id": one, "action": "UPDATE", "name": "B"},
    ]
    answer = client.put(BASE, changes)
    assert (answer.status, [body["version"] for body in answer.json()]) == (201, [1, 2])
    assert client.put(BASE, [{"id": one, "action": "UPDATE", "name": "C"}, {"id": "none"}]).status == 404
    body = client.get(f"{BASE}/{one}").json()
    assert (body["name"], [each["id"] for each in body["artifactsList"]]) == ("B", [made["dataset"]])
    public = client.put(f"{BASE}/update", {"id": one, "action": "UPDATE", "packageVisibility": "PUBLIC"})
    assert (public.status, public.json()["packageVisibility"]) == (202, "PUBLIC")
    for wrong in (["x"], {"id": one, "expiry": "soon"}, {"id": one, "sourceSandbox": {"name": "no"}}):
        assert client.put(BASE, wrong).status == 400


def test_a_package_is_read_listed_changed_and_deleted(client: Any, made: dict[str, str]) -> None:
    one = package(client, made)
    assert client.get(f"{BASE}/{one}").json()["status"] == "DRAFT"
    page = client.get(f"{BASE}/?start=0&limit=20&orderby=-createdDate&property=status%3D%3DDRAFT").json()
    assert ([body["id"] for body in page["data"]], page["hasNext"]) == ([one], False)
    assert (page["totalElements"], page["currentPage"], page["totalPages"]) == (1, 0, 1)
    assert client.get(f"{BASE}?property=status%3D%3DPUBLISHED").json()["data"] == []
    dropped = [{"id": made["segment"], "type": "PROFILE_SEGMENT"}]
    changed = client.put(BASE, {"id": one, "action": "DELETE", "artifacts": dropped}).json()
    assert [body["id"] for body in changed["artifacts"]] == [made["dataset"]]
    assert len(client.put(BASE, {"id": one, "action": "ADD", "artifacts": dropped}).json()["artifacts"]) == 2
    renamed = client.put(BASE, {"id": one, "action": "UPDATE", "name": "Other"})
    assert renamed.json()["name"] == "Other"
    assert client.get(f"{BASE}/payload/{one}").json() == {
        "imsOrgId": client.settings.org_id,
        "packageId": one,
    }
    assert client.delete(f"{BASE}/{one}").json() == {"reason": f"Package {one} deleted"}
    assert client.get(f"{BASE}/{one}").status == 404


def test_a_published_package_is_imported_into_another_sandbox(client: Any, made: dict[str, str]) -> None:
    one = package(client, made)
    assert client.post(f"{BASE}/{one}/import?targetSandbox=dev").status == 400
    children = {body["id"] for body in client.get(f"{BASE}/{one}/children").json()}
    assert children == {made["schema"], made["group"]}
    exported = client.get(f"{BASE}/{one}/export").json()
    assert (exported["name"], exported["type"], exported["visibility"]) == ("All of it", "PARTIAL", "TENANT")
    assert client.get(f"{BASE}/{one}").json()["status"] == "PUBLISHED"
    assert client.get(f"{BASE}/{one}/import?targetSandbox=dev").json() == []
    job = client.post(f"{BASE}/{one}/import?targetSandbox=dev")
    assert (job.status, job.json()["destinationSandbox"]["name"]) == (202, "dev")
    assert messages(client, job.json()["jobId"]) == {"CREATED"}
    jobs = client.get(f"{BASE}/jobs").json()
    assert (jobs["totalElements"], jobs["hasNextPage"]) == (2, False)
    (listed,) = client.get(f"{BASE}/jobs?requestType=IMPORT&jobStatus=SUCCESS").json()["data"]
    assert (listed["sourceSandBox"], listed["targetSandbox"]) == ("prod", "dev")
    client.sandbox = "dev"
    (dataset,) = client.get("/data/foundation/catalog/dataSets").json().values()
    assert (dataset["name"], dataset["schemaRef"]["id"]) == ("people", made["schema"])
    segments = client.get("/data/core/ups/segment/definitions").json()["segments"]
    assert segments[0]["expression"]["value"] == 'person.name.firstName = "Ada"'


def test_what_is_there_already_stays_and_is_told(client: Any, made: dict[str, str]) -> None:
    one = package(client, made, packageType="FULL")
    client.get(f"{BASE}/{one}/export")
    conflicts = client.get(f"{BASE}/{one}/import?targetSandbox=prod").json()
    found = {body["artifact"]["id"]: body for body in conflicts}
    assert found.keys() >= {made["dataset"], made["segment"], made["schema"]}
    assert found[made["dataset"]]["suggestionList"][0]["id"] == made["dataset"]
    assert found[made["dataset"]]["artifact"]["messages"][0]["status"] == "FOUND"
    to = {"name": "prod", "imsOrgId": client.settings.org_id}
    job = client.put(f"{BASE}/import", {"id": one, "name": "x", "destinationSandbox": to, "alternatives": {}})
    assert job.status == 202
    assert messages(client, job.json()["jobId"]) == {"FOUND"}
    for path in (f"preflight/{one}", f"preflight/{one}/export"):
        allowed = client.get(f"{BASE}/{path}?targetSandbox=prod").json()["permissionResponse"]
        assert all(body["missingPermissions"] == {"resources": []} for body in allowed)
        assert {body["artifactID"] for body in allowed} >= {made["dataset"], made["segment"]}
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
