from __future__ import annotations

from typing import Any

import pytest

CATALOG = "/data/foundation/catalog"
IMPORT = "/data/foundation/import/batches"


def batch(lake: Any, dataset: str, content: bytes = b'{"_id": "1"}') -> str:
    client = lake.client
    made = client.post(IMPORT, {"datasetId": dataset, "inputFormat": {"format": "json"}}).json()["id"]
    octets = {"content-type": "application/octet-stream"}
    client.put(f"{IMPORT}/{made}/datasets/{dataset}/files/a.json", content, headers=octets)
    assert client.post(f"{IMPORT}/{made}?action=COMPLETE").status == 200
    return str(made)


def test_a_dataset_has_a_view_with_a_file_for_each_batch(client: Any, lake: Any) -> None:
    dataset = lake.dataset(lake.schema())
    made = batch(lake, dataset)
    for word in ("dataSets", "dataSet"):
        views = f"{CATALOG}/{word}/{dataset}/views"
        (view,) = client.get(views).json()
        assert client.get(f"{views}/{view}").json()[view]["dataSetId"] == dataset
        (file,) = client.get(f"{views}/{view}/files").json().values()
        assert (file["batchId"], file["dataSetViewId"]) == (made, view)
    for word in ("dataSetViews", "dataSetView", f"dataSetViews/{view}", f"dataSetView/{view}"):
        assert list(client.get(f"{CATALOG}/{word}").json()) == [view]
    assert client.get(f"{views}/none").status == 404
    assert client.get(f"{CATALOG}/dataSets/none/views").status == 404


def test_files_are_found_by_dataset_and_by_id(client: Any, lake: Any) -> None:
    schema = lake.schema()
    one, two = lake.dataset(schema, name="one"), lake.dataset(schema, name="two")
    made = batch(lake, one)
    batch(lake, two)
    for word in ("dataSetFiles", "dataSetFile"):
        files = f"{CATALOG}/{word}"
        ((name, file),) = client.get(f"{files}?dataSetId={one}").json().items()
        assert file["batchId"] == made
        assert client.get(f"{files}/{name}").json() == {name: file}
        assert len(client.get(f"{files}?dataSetId={one},{two}&limit=5").json()) == 2
        assert client.get(f"{files}/none").status == 404
    assert client.get(f"{CATALOG}/dataSetViews/none").status == 404


def test_the_last_batch_of_each_dataset_is_found_by_state(client: Any, lake: Any) -> None:
    schema = lake.schema()
    one, two = lake.dataset(schema, name="one"), lake.dataset(schema, name="two")
    batch(lake, one)
    last = batch(lake, one)
    other = batch(lake, two)
    bad = batch(lake, two, b"not JSON")
    asked = f"{CATALOG}/lastBatches"
    assert set(client.get(asked).json()) == {last, bad}
    assert set(client.get(f"{asked}?dataSetId={one}").json()) == {last}
    assert set(client.get(f"{asked}?lastBatchStatus=success").json()) == {last, other}
    assert client.get(f"{asked}?lastBatchStatus=odd").status == 400


@pytest.mark.parametrize("word", ["accounts", "connections", "connectors", "account", "connector"])
def test_objects_of_old_are_an_empty_list(client: Any, word: str) -> None:
    assert client.get(f"{CATALOG}/{word}").json() == {}


@pytest.mark.parametrize(("of", "behavior"), [("event_class", "time-series"), ("profile_class", "record")])
def test_a_dataset_says_what_kind_of_data_it_holds(client: Any, lake: Any, of: str, behavior: str) -> None:
    made = lake.dataset(lake.schema(of=getattr(lake, of)))
    expected = {"dataBehavior": behavior, "managedBy": "CUSTOMER"}
    for word in ("dataSets", "dataSet"):
        assert client.get(f"{CATALOG}/{word}/{made}").json()[made]["classification"] == expected
        assert client.get(f"{CATALOG}/{word}").json()[made]["classification"] == expected
