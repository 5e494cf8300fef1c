from __future__ import annotations

from typing import Any

BASE = "/data/core/ups/system/jobs"


def test_a_dataset_is_taken_out_of_profiles_and_stays_in_the_lake(people: Any) -> None:
    client = people.client
    people.profile("a@example.com", level="gold")
    people.event("a@example.com", "e1", "2024-05-01T00:00:00Z")
    made = client.post(BASE, {"dataSetId": people.profile_dataset})
    assert (made.status, made.json()["status"], made.json()["requestType"]) == (
        200,
        "NEW",
        "TRUNCATE_DATASET",
    )
    assert people.entity("a@example.com")["sources"] == []
    assert people.events("a@example.com").json()["_page"]["count"] == 1
    path = f"{BASE}/{made.json()['requestId']}"
    assert client.get(path).json()["status"] == "SUCCESS"
    (batch,) = (
        client.get(f"/data/foundation/catalog/batches?dataSet={people.profile_dataset}").json().values()
    )
    assert batch["recordCount"] == 1
    assert client.delete(path).status == 200
    assert client.get(path).status == 404


def test_a_batch_of_events_is_taken_out_of_profiles(people: Any) -> None:
    client = people.client
    people.event("a@example.com", "e1", "2024-05-01T00:00:00Z")
    client.clock.advance(20 * 60 * 1000)
    people.event("a@example.com", "e2", "2024-05-02T00:00:00Z")
    listed = client.get(f"/data/foundation/catalog/batches?dataSet={people.event_dataset}").json()
    first, _ = listed
    made = client.post(BASE, {"datasetId": people.event_dataset, "batchId": first})
    assert made.json()["properties"] == {"datasetId": people.event_dataset, "batchId": first}
    left = people.events("a@example.com").json()["children"]
    assert [one["entityId"] for one in left] == ["e2"]


def test_a_batch_of_records_is_not(people: Any) -> None:
    people.profile("a@example.com")
    (batch,) = people.client.get("/data/foundation/catalog/batches").json()
    assert people.client.post(BASE, {"batchId": batch}).status == 400
    assert people.client.post(BASE, {"batchId": batch, "datasetId": people.event_dataset}).status == 400


def test_what_is_not_there_is_400(client: Any) -> None:
    for body in ({}, {"dataSetId": "x"}, {"dataSetId": 1}, {"batchId": "x"}, {"batchId": []}):
        assert client.post(BASE, body).status == 400


def test_pages_are_counted_from_0(people: Any) -> None:
    for _ in range(3):
        people.client.post(BASE, {"dataSetId": people.profile_dataset})
    page = people.client.get(f"{BASE}?start=1&limit=2").json()
    assert (page["_page"], len(page["children"])) == ({"pageSize": 1, "start": "1", "totalCount": 3}, 1)
    assert people.client.get(f"{BASE}?limit=2").json()["_page"]["next"] == 1
