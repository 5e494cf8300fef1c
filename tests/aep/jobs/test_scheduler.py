"""Schedules run when the platform's clock says so."""

from __future__ import annotations

from typing import Any

from harness.twin.tenant import Tenant

SCHEDULES = "/data/core/ups/config/schedules"
JOBS = "/data/core/ups/segment/jobs"
EXPORTS = "/data/core/ups/export/jobs"
HOUR_MS = 3_600_000


def schedule(client: Any, **changes: Any) -> str:
    """Id of a schedule; the clock stands at noon, it comes at one in the night."""
    body = {
        "name": "nightly",
        "type": "batch_segmentation",
        "schedule": "0 0 1 * * ?",
        "state": "active",
        "properties": {"segments": ["*"]},
        **changes,
    }
    answer = client.post(SCHEDULES, body)
    assert answer.status == 200, answer.body
    return str(answer.json()["id"])


def jobs(client: Any, path: str = JOBS) -> list[dict[str, Any]]:
    client._token = ""  # a day later the one at hand has expired
    page = client.get(path).json()
    return list(page["children"] if "children" in page else page["records"])


def test_batch_segmentation_runs_when_it_is_due(people: Any, destinations: Any) -> None:
    client = people.client
    tenant = people.lake.tenant
    segment = destinations.segment(f'{tenant}.level = "gold"', continuous=False)
    people.profile("a@example.com", level="gold")
    made = schedule(client)
    client.clock.advance(12 * HOUR_MS)
    assert jobs(client) == []
    client.clock.advance(HOUR_MS)
    (job,) = jobs(client)
    assert job["status"] == "SUCCEEDED"
    assert job["properties"]["scheduleId"] == made
    assert job["properties"]["runId"]
    assert [one["segmentId"] for one in job["segments"]] == [segment]
    held = people.entity("a@example.com")["entity"]["segmentMembership"]["ups"]
    assert held[segment]["status"] == "realized"
    assert len(jobs(client)) == 1
    client.clock.advance(24 * HOUR_MS)
    assert len(jobs(client)) == 2
    client.clock.advance(10 * 24 * HOUR_MS)
    assert len(jobs(client)) == 3


def test_moving_the_clock_runs_what_is_due_before_it_answers(people: Any, destinations: Any) -> None:
    destinations.segment("exists(identityMap)", continuous=False)
    schedule(people.client)
    moved = people.client.post("/_harness/clock", {"advance_ms": 13 * HOUR_MS}, bare=True)
    assert moved.status == 200
    kinds = people.client.platform.store.find(Tenant(people.client.settings.org_id, "prod"), "segmentJob")
    assert len(kinds) == 1


def test_only_active_schedules_run_and_only_for_the_segments_they_name(
    people: Any, destinations: Any
) -> None:
    client = people.client
    first = destinations.segment("exists(identityMap)", continuous=False)
    destinations.segment("exists(person)", continuous=False)
    idle = schedule(client, state="inactive")
    gone = schedule(client, name="gone")
    assert client.delete(f"{SCHEDULES}/{gone}").status == 204
    schedule(client, name="one", properties={"segments": [first]})
    client.clock.advance(13 * HOUR_MS)
    (job,) = jobs(client)
    assert [one["segmentId"] for one in job["segments"]] == [first]
    patch = [{"op": "add", "path": "/state", "value": "active"}]
    assert client.patch(f"{SCHEDULES}/{idle}", patch).status == 204
    assert len(jobs(client)) == 1
    client.clock.advance(24 * HOUR_MS)
    assert len(jobs(client)) == 3


def test_an_export_writes_profiles_to_its_dataset(people: Any) -> None:
    client = people.client
    people.profile("a@example.com", first="Ann")
    dataset = people.lake.dataset(people.profile_schema, name="exported")
    schedule(client, type="export", properties={"destination": {"datasetId": dataset}})
    schedule(client, name="nowhere", type="export", properties={"destination": {"datasetId": "0" * 24}})
    client.clock.advance(13 * HOUR_MS)
    (job,) = jobs(client, EXPORTS)
    assert (job["status"], job["destination"]["datasetId"]) == ("SUCCEEDED", dataset)
    assert job["metrics"]["exportedProfiles"] == 1


def test_a_platform_that_was_down_runs_what_it_missed_once(make_client: Any, tmp_path: Any) -> None:
    file = tmp_path / "platform.db"
    client = make_client(data_file=file)
    answer = client.post(
        "/data/core/ups/segment/definitions",
        {
            "name": "everybody",
            "schema": {"name": "_xdm.context.profile"},
            "expression": {"type": "PQL", "format": "pql/text", "value": "exists(identityMap)"},
        },
    )
    assert answer.status == 200
    schedule(client)
    client.platform.close()
    again = make_client(data_file=file)
    again.clock.advance(60 * HOUR_MS)
    assert len(jobs(again)) == 1
