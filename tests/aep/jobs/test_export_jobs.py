from __future__ import annotations

from typing import Any

import pytest

from harness.twin.tenant import Tenant

BASE = "/data/core/ups/export/jobs"


def export(people: Any, **changes: Any) -> Any:
    dataset = people.lake.dataset(people.profile_schema, name="exported")
    body = {"destination": {"datasetId": dataset}, "schema": {"name": "_xdm.context.profile"}, **changes}
    return people.client.post(BASE, body)


def exported(people: Any, job: dict[str, Any]) -> list[dict[str, Any]]:
    store, caller = people.client.platform.store, people.client.settings
    found = store.records(Tenant(caller.org_id, "prod"), "lake", job["destination"]["batchId"])
    return [one.body for one in found]


def test_all_profiles_are_written_to_the_dataset(people: Any) -> None:
    people.profile("a@example.com", first="Ann", level="gold")
    people.profile("b@example.com")
    made = export(people)
    assert (made.status, made.json()["status"]) == (200, "NEW")
    job = people.client.get(f"{BASE}/{made.json()['id']}").json()
    assert (job["status"], job["metrics"]["exportedProfiles"]) == ("SUCCEEDED", 2)
    ann, _ = exported(people, job)
    assert ann["person"]["name"]["firstName"] == "Ann"
    assert ann["identityMap"] == {"email": [{"id": "a@example.com"}]}
    batch = people.client.get(f"/data/foundation/catalog/batches/{job['destination']['batchId']}").json()
    assert next(iter(batch.values()))["recordCount"] == 2


def test_profiles_are_exported_to_a_dataset_of_the_union_schema(people: Any) -> None:
    people.profile("a@example.com", first="Ann", level="gold")
    union = "https://ns.adobe.com/xdm/context/profile__union"
    dataset = people.lake.dataset(union, name="of the union")
    job = export(people, destination={"datasetId": dataset}).json()
    (ann,) = exported(people, job)
    assert ann["person"]["name"]["firstName"] == "Ann"
    files = people.client.get(f"/data/foundation/export/batches/{job['destination']['batchId']}/files")
    assert files.json()["_page"]["count"] == 1
    preview = people.client.get(f"/data/foundation/export/datasets/{dataset}/preview")
    assert preview.status == 200


def test_a_union_without_schemas_is_not_the_schema_of_a_dataset(client: Any) -> None:
    ref = {"id": "https://ns.adobe.com/xdm/context/profile__union"}
    body = {"name": "exported", "schemaRef": ref}
    assert client.post("/data/foundation/catalog/dataSets", body).status == 400


def test_a_segment_and_fields_choose(people: Any, destinations: Any) -> None:
    segment = destinations.segment(f'{people.lake.tenant}.level = "gold"')
    people.profile("a@example.com", first="Ann", level="gold")
    people.profile("b@example.com", first="Bob", level="silver")
    filters = {"segments": [{"segmentId": segment, "segmentNs": "ups"}]}
    job = export(people, filter=filters, fields="person.name.firstName,identityMap").json()
    assert exported(people, job) == [
        {"person": {"name": {"firstName": "Ann"}}, "identityMap": {"email": [{"id": "a@example.com"}]}}
    ]
    early = {**filters, "segmentQualificationTime": {"endTime": "2020-01-01T00:00:00Z"}}
    assert exported(people, export(people, filter=early).json()) == []
    left = {"segments": [{"segmentId": segment, "status": ["exited"]}]}
    assert exported(people, export(people, filter=left).json()) == []


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"destination": {"datasetId": "x"}}, 400),
        ({"destination": 1}, 400),
        ({"schema": {"name": "x"}}, 400),
        ({"fields": ["a"]}, 400),
        ({"filter": {"segments": [1]}}, 400),
        ({"filter": {"segments": [{"segmentId": "x"}]}}, 404),
        ({"filter": {"segmentQualificationTime": {"startTime": "soon"}}}, 400),
        ({"mergePolicy": {"id": "x"}}, 400),
    ],
)
def test_a_bad_job_is_refused(people: Any, changes: dict[str, Any], status: int) -> None:
    assert export(people, **changes).status == status


def test_jobs_are_listed_newest_first_and_deleted(people: Any) -> None:
    first, second = export(people).json()["id"], export(people).json()["id"]
    listed = people.client.get(f"{BASE}?status=SUCCEEDED&limit=1").json()
    assert [one["id"] for one in listed["records"]] == [second]
    assert listed["link"]["next"] == "/export/jobs?offset=1&limit=1"
    assert people.client.get(f"{BASE}?status=x").status == 400
    assert people.client.delete(f"{BASE}/{first}").json()["status"] is True
    assert people.client.get(f"{BASE}/{first}").status == 404
