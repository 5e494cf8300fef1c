from __future__ import annotations

from typing import Any

import pytest

BASE = "/metadata/namespaces/edge/datasets/datastreams/records"


def test_a_datastream_is_made_listed_replaced_and_deleted(client: Any) -> None:
    made = client.post(BASE, {"title": "Web"})
    assert (made.status, made.json()["_system"]["revision"]) == (201, 1)
    path = f"{BASE}/{made.json()['_system']['id']}"
    assert client.get(BASE).json()["_embedded"]["records"] == [made.json()]
    changed = client.put(path, {"data": {"title": "Shop", "enabled": False}}).json()
    assert (changed["_system"]["revision"], changed["_system"]["enabled"]) == (2, False)
    assert client.get(path).json() == changed
    assert client.delete(path).status == 204
    assert client.get(path).status == 404


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"title": 1},
        {"title": "x", "enabled": "yes"},
        {"title": "x", "access_type": "open"},
        {"title": "x", "settings": []},
        {"title": "x", "settings": {"com_adobe_experience_platform": {"datasets": []}}},
        {"title": "x", "settings": {"com_adobe_experience_platform": {"sandboxName": "moon"}}},
        {
            "title": "x",
            "settings": {"com_adobe_experience_platform": {"datasets": {"event": {"datasetId": "none"}}}},
        },
    ],
)
def test_a_bad_datastream_is_400(client: Any, data: dict[str, Any]) -> None:
    assert client.post(BASE, {"data": data}).status == 400
