from __future__ import annotations

from typing import Any

BASE = "/data/core/ups/previewsamplestatus"


def test_profiles_are_counted_whole_and_by_dataset_and_namespace(people: Any) -> None:
    client = people.client
    other = people.lake.dataset(people.profile_schema, profile=True, name="others")
    people.profile("a@example.com", crm="1", level="gold")
    people.profile("a@example.com", dataset=other, level="silver")
    people.profile("b@example.com")
    status = client.get(BASE).json()
    assert (status["totalRows"], status["numRowsToRead"], status["totalFragmentCount"]) == ("2", "2", 3)
    assert status["mergeStrategy"] == "timestampOrdered_auto"
    data = client.get(f"{BASE}/report/dataset").json()["data"]
    assert {one["name"]: (one["fullIDsCount"], one["fullIDsPercentage"]) for one in data} == {
        "people": (2, 1.0),
        "others": (1, 0.5),
    }
    data = client.get(f"{BASE}/report/namespace?date=2024-05-15").json()["data"]
    assert {one["code"]: one["fullIDsCount"] for one in data} == {"Email": 2, "CRMID": 1}


def test_there_is_no_report_of_another_day(client: Any) -> None:
    assert client.get(f"{BASE}/report/dataset?date=2020-01-01").status == 404
    assert client.get(f"{BASE}/report/namespace?date=yesterday").status == 400
    assert client.get(BASE).json()["totalRows"] == "0"


def test_overlaps_count_people_by_combinations(people: Any) -> None:
    people.profile("ada@x.example", crm="1")
    people.profile("bob@x.example")
    other = people.lake.dataset(people.profile_schema, profile=True, name="more")
    people.profile("ada@x.example", dataset=other)
    report = "/data/core/ups/previewsamplestatus/report"
    both = ",".join(sorted([people.profile_dataset, other]))
    body = people.client.get(f"{report}/dataset/overlap").json()
    counted = {one["value"]: one["fullIDsCount"] for one in body["data"]}
    assert counted == {both: 1, people.profile_dataset: 1}
    assert body["reportTimestamp"]
    rows = people.client.get(f"{report}/namespace/overlap").json()["data"]
    assert {one["value"]: one["sampleCount"] for one in rows} == {"CRMID,Email": 1, "Email": 1}
    unknown = people.client.get(f"{report}/unknownProfiles").json()["data"]
    assert unknown["totalNumberOfProfiles"] == 2
    for word in ("dataset/overlap", "namespace/overlap", "unknownProfiles"):
        assert people.client.get(f"{report}/{word}?date=2001-01-01").status == 404
