from __future__ import annotations

from typing import Any

import pytest

BASE = "/data/foundation/catalog"


def test_several_requests_go_in_order_and_see_each_other(client: Any, lake: Any) -> None:
    ref = {"id": lake.schema(), "contentType": "application/vnd.adobe.xed-full+json;version=1"}
    wanted = [
        {"id": "one", "resource": "/dataSets", "method": "post", "body": {"name": "A", "schemaRef": ref}},
        {"id": "two", "resource": "/dataSets/<<one.id>>", "method": "PATCH", "body": {"name": "<<one.id>>"}},
        {"id": "three", "resource": "/dataSets/<<one.id>>?properties=name", "method": "GET"},
        {"id": "four", "resource": "/dataSets/none", "method": "GET"},
    ]
    answers = client.post(BASE, wanted).json()
    assert [(one["id"], one["code"]) for one in answers] == [
        ("one", 201),
        ("two", 200),
        ("three", 200),
        ("four", 404),
    ]
    made = answers[0]["body"][0].removeprefix("@/dataSets/")
    assert answers[2]["body"] == {made: {"name": made}}


def test_requests_that_are_only_validated_leave_nothing(client: Any, lake: Any) -> None:
    ref = {"id": lake.schema(), "contentType": "application/vnd.adobe.xed-full+json;version=1"}
    wanted = [{"id": "a", "resource": "/dataSets", "method": "POST", "body": {"name": "A", "schemaRef": ref}}]
    answers = client.post(BASE, wanted, headers={"pragma": "validate-only"}).json()
    assert [one["code"] for one in answers] == [201]
    assert client.get(f"{BASE}/dataSets").json() == {}


def test_a_change_that_fails_undoes_those_before_it(client: Any, lake: Any) -> None:
    ref = {"id": lake.schema(), "contentType": "application/vnd.adobe.xed-full+json;version=1"}
    wanted = [
        {"id": "one", "resource": "/dataSets", "method": "POST", "body": {"name": "A", "schemaRef": ref}},
        {"id": "two", "resource": "/dataSets/none", "method": "DELETE"},
        {"id": "three", "resource": "/dataSets", "method": "GET"},
    ]
    assert [one["code"] for one in client.post(BASE, wanted).json()] == [201, 404]
    assert client.get(f"{BASE}/dataSets").json() == {}


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        [],
        [1],
        [{"id": "a", "resource": "/dataSets", "method": "TRACE"}],
        [{"id": "a", "resource": "/dataSets/<<b.id>>", "method": "GET"}],
    ],
)
def test_a_bad_list_of_requests_is_400(client: Any, wanted: Any) -> None:
    assert client.post(BASE, wanted).status == 400


def test_values_of_a_field_are_listed_once(people: Any) -> None:
    people.profile("a@example.com")
    people.event("a@example.com", "e", "2024-05-01T00:00:00Z")
    asked = f"{BASE}/batches/uniques/status"
    assert people.client.get(asked).json() == ["success"]
    assert people.client.get(f"{asked}?dataSet=none").json() == []


def test_tags_lead_to_objects_by_their_values(client: Any, lake: Any) -> None:
    dataset = lake.dataset(lake.schema(union=True), profile=True)
    found = client.get(f"{BASE}/tags/unifiedProfile").json()
    assert found == {"dataSets": {"enabled:true": [f"@/dataSets/{dataset}"]}}
    assert client.get(f"{BASE}/tags/adobe/pqs/table").json() == {
        "dataSets": {"dataset": [f"@/dataSets/{dataset}"]}
    }


def test_the_files_that_a_dataset_refers_to_are_its_batches(people: Any) -> None:
    people.profile("a@example.com")
    (dataset,) = people.client.get(f"{BASE}/dataSets/{people.profile_dataset}").json().values()
    (file,) = people.client.get(BASE + dataset["files"].removeprefix("@")).json().values()
    assert file["batchId"] == dataset["lastSuccessfulBatch"]
    people.event("a@example.com", "e", "2024-05-01T00:00:00Z")
    every = people.client.get(f"{BASE}/dataSetFiles").json()
    assert every[file["id"]] == file
    assert len(every) == 2
    assert set(people.client.get(f"{BASE}/dataSetFiles?batchId={file['batchId']}").json()) == {file["id"]}
    other = f"{BASE}/dataSets/{people.profile_dataset}/views/none/files"
    assert people.client.get(other).status == 404


def test_the_overview_and_the_credentials(people: Any) -> None:
    people.profile("a@example.com")
    found = people.client.get(BASE).json()
    assert {people.profile_dataset, people.event_dataset} < set(found)
    told = people.client.get(f"{BASE}/dataSets/{people.profile_dataset}/credentials").json()
    assert told["dataSetId"] == people.profile_dataset
    assert people.client.get(f"{BASE}/dataSets/none/credentials").status == 404
