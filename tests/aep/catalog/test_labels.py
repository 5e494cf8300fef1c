from __future__ import annotations

from typing import Any


def test_labels_are_written_read_locked_and_removed(client: Any, lake: Any) -> None:
    dataset = lake.dataset(lake.schema())
    url = f"/data/foundation/dataset/datasets/{dataset}/labels"
    key = f"AEP:dataset:{dataset}"
    first = client.get(url)
    assert first.json()[key]["labels"] == []
    made = client.post(url, {"labels": ["C1"], "optionalLabels": []})
    assert made.status == 201
    assert client.get(url).json()[key]["labels"] == ["C1"]
    stale = {"if-match": first.headers["etag"]}
    assert client.put(url, {"labels": []}, headers=stale).status == 412
    fresh = {"if-match": made.headers["etag"]}
    assert client.put(url, {"labels": ["C2"]}, headers=fresh).status == 200
    assert client.delete(url).status == 200
    assert client.get(url).json()[key]["labels"] == []


def test_what_is_wrong_is_refused(client: Any, lake: Any) -> None:
    url = f"/data/foundation/dataset/datasets/{lake.dataset(lake.schema())}/labels"
    assert client.put(url, {"labels": "C1"}).status == 400
    assert client.put(url, {"labels": [], "optionalLabels": [{}]}).status == 400
    assert client.get("/data/foundation/dataset/datasets/0/labels").status == 404
