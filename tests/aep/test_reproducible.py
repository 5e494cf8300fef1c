"""The same seed and clock give the same answers, faults included."""

from __future__ import annotations

from typing import Any

from harness.twin.clock import StoppedClock
from harness.twin.ids import Ids

PROFILE_CLASS = "https://ns.adobe.com/xdm/context/profile"
FLOWS = "/data/foundation/flowservice"
STREAMING = {"id": "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb", "version": "1.0"}


def journey(client: Any) -> list[tuple[int, bytes]]:
    """Status and body of every answer of a journey that does not stop at a fault."""
    found = []

    def call(method: str, path: str, body: Any = None) -> Any:
        answer = client.call(method, path, body)
        found.append((answer.status, answer.body))
        return answer.json() if answer.status < 300 and answer.body else {}

    for number in range(12):
        schema = call(
            "POST",
            "/data/foundation/schemaregistry/tenant/schemas",
            {"title": f"Schema {number}", "type": "object", "allOf": [{"$ref": PROFILE_CLASS}]},
        )
        ref = {
            "id": schema.get("$id", "none"),
            "contentType": "application/vnd.adobe.xed-full+json;version=1",
        }
        (dataset,) = call("POST", "/data/foundation/catalog/dataSets", {"name": "d", "schemaRef": ref}) or [
            ""
        ]
        inlet = call("POST", "/data/core/edge/inlet", {"name": "inlet"}).get("inletId", "none")
        call(
            "POST",
            f"/collection/{inlet}",
            {
                "header": {
                    "schemaRef": ref,
                    "datasetId": dataset.rpartition("/")[2],
                    "source": {"name": "s"},
                },
                "body": {"xdmMeta": {"schemaRef": ref}, "xdmEntity": {"_id": "1"}},
            },
        )
        params = {"sourceId": "s", "dataType": "xdm", "name": "s"}
        auth = {"specName": "Streaming Connection", "params": params}
        call("POST", f"{FLOWS}/connections", {"name": "c", "connectionSpec": STREAMING, "auth": auth})
    return found


def test_the_same_seed_gives_the_same_ids_and_faults(make_client: Any) -> None:
    first, second = (journey(make_client(seed=7, fail_rate=0.2)) for _ in range(2))
    assert first == second
    statuses = [status for status, _ in first]
    assert 503 in statuses
    assert statuses.count(503) < len(statuses) / 2


def test_another_seed_gives_others(make_client: Any) -> None:
    first, second = (journey(make_client(seed=seed, fail_rate=0.2)) for seed in (7, 8))
    assert [status for status, _ in first] != [status for status, _ in second]
    assert {body for _, body in first if b'"id"' in body}.isdisjoint(body for _, body in second)


def test_no_faults_are_the_rule(make_client: Any) -> None:
    assert 503 not in {status for status, _ in journey(make_client(seed=7))}


def test_what_one_branch_draws_does_not_move_another() -> None:
    clock = StoppedClock(0)
    one, other = Ids(clock, 5), Ids(clock, 5)
    one.branch("runs").uuid()
    assert one.uuid() == other.uuid()
    assert one.branch("runs").uuid() == other.branch("runs").uuid() != one.uuid()
