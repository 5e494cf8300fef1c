from __future__ import annotations

from typing import Any

import pytest

BASE = "/data/core/ups/segment/jobs"


def test_jobs_are_listed_newest_first_filtered_and_paged(client: Any, destinations: Any) -> None:
    one, two = destinations.segment("a = 1"), destinations.segment("a = 2")
    first = client.post(BASE, [{"segmentId": one}]).json()
    second = client.post(BASE, [{"segmentId": one}, {"segmentId": two}, {"segmentId": two}]).json()
    body = client.get(BASE).json()
    assert [job["id"] for job in body["children"]] == [second["id"], first["id"]]
    assert [part["segmentId"] for part in body["children"][0]["segments"]] == [one, two]
    assert body["_page"] == {"totalCount": 2, "pageSize": 2}
    assert body["_links"] == {"next": {}}
    found = client.get(f"{BASE}?property=segments~segmentId=={two}").json()["children"]
    assert [job["id"] for job in found] == [second["id"]]
    assert client.get(f"{BASE}?status=FAILED").json()["children"] == []
    page = client.get(f"{BASE}?limit=1&sort=creationTime:asc").json()
    assert page["_page"] == {"totalCount": 2, "pageSize": 1}
    rest = client.get(f"/data/core/ups{page['_links']['next']['href']}").json()
    assert [job["id"] for job in page["children"] + rest["children"]] == [first["id"], second["id"]]


def test_a_job_is_read_in_bulk_and_deleted(client: Any, destinations: Any) -> None:
    job = client.post(BASE, [{"segmentId": destinations.segment("a = 1")}]).json()
    path = f"{BASE}/{job['id']}"
    held = client.get(path).json()
    assert (held["id"], held["status"], held["imsOrgId"]) == (job["id"], "SUCCEEDED", client.settings.org_id)
    assert held["_links"]["cancel"] == {"href": f"/segment/jobs/{job['id']}", "method": "DELETE"}
    bulk = client.post(f"{BASE}/bulk-get", {"ids": [{"id": job["id"]}, {"id": "nope"}]})
    assert (bulk.status, list(bulk.json()["results"])) == (207, [job["id"]])
    assert client.delete(path).status == 204
    assert client.get(path).status == client.delete(path).status == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ([], 400), (["x"], 400), ([{"segmentId": 1}], 400), ([{"segmentId": "nope"}], 404)],
)
def test_a_bad_job_is_refused(client: Any, body: Any, status: int) -> None:
    assert client.post(BASE, body).status == status
    assert client.get(BASE).json()["children"] == []


@pytest.mark.parametrize("query", ["status=DONE", "property=id==x", "sort=id", "limit=0", "limit=x"])
def test_a_bad_query_is_400(client: Any, query: str) -> None:
    assert client.get(f"{BASE}?{query}").status == 400
