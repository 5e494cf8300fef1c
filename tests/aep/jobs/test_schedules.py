from __future__ import annotations

from typing import Any

import pytest

BASE = "/data/core/ups/config/schedules"


def schedule(client: Any, **changes: Any) -> Any:
    body = {"name": "nightly", "type": "batch_segmentation", "properties": {"segments": ["*"]}, **changes}
    return client.post(BASE, body)


def test_a_schedule_is_made_listed_patched_and_deleted(client: Any) -> None:
    made = schedule(client)
    assert (made.status, made.json()["state"], made.json()["schedule"]) == (200, "inactive", "0 0 1 * * ?")
    schedule(client, name="second", schedule="0 30 2 ? * MON-FRI", state="active")
    page = client.get(f"{BASE}?limit=1").json()
    assert (page["_page"]["totalCount"], page["children"]) == (2, [made.json()])
    assert page["_links"]["next"]["href"] == "/config/schedules?start=1&limit=1"
    path = f"{BASE}/{made.json()['id']}"
    patch = [
        {"op": "add", "path": "/state", "value": "active"},
        {"op": "add", "path": "/schedule", "value": "0 0 2 * * ?"},
    ]
    assert client.patch(path, patch).status == 204
    assert (client.get(path).json()["state"], client.get(path).json()["schedule"]) == (
        "active",
        "0 0 2 * * ?",
    )
    assert client.delete(path).status == 204
    assert client.get(path).status == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"type": "x"},
        {"state": "x"},
        {"properties": {}},
        {"schedule": "0 0 1"},
        {"schedule": "0 0 * * * ?"},
        {"schedule": "x y z a b c"},
        {"schedule": 1},
    ],
)
def test_a_bad_schedule_is_400(client: Any, changes: dict[str, Any]) -> None:
    assert schedule(client, **changes).status == 400


def test_only_state_and_time_can_be_changed(client: Any) -> None:
    path = f"{BASE}/{schedule(client).json()['id']}"
    assert client.patch(path, [{"op": "replace", "path": "/name", "value": "x"}]).status == 400
    assert client.patch(path, [{"op": "replace", "path": "/state", "value": "x"}]).status == 400
