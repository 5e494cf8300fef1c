from __future__ import annotations

from typing import Any

IMPORT = "/data/foundation/import/batches"


def uploaded(lake: Any, content: bytes, form: str) -> str:
    """Path of the preview of a batch with one file."""
    dataset = lake.dataset(lake.schema())
    made = lake.client.post(IMPORT, {"datasetId": dataset, "inputFormat": {"format": form}}).json()
    base = f"{IMPORT}/{made['id']}/datasets/{dataset}"
    octets = {"content-type": "application/octet-stream"}
    assert lake.client.put(f"{base}/files/one", content, headers=octets).status == 201
    return f"{base}/preview"


def test_rows_of_csv_are_shown_in_columns(client: Any, lake: Any) -> None:
    path = uploaded(lake, b"person.name;age\nAnn;1\nBob;\n", "csv")
    body = client.get(f"{path}?format=csv&delimiter=%3B&nrow=0").json()
    assert body["formatParams"]["delimiter"] == ";"
    assert body["preview"] == {
        "columns": [{"cid": "0", "name": "person/name"}, {"cid": "1", "name": "age"}],
        "rows": [{"0": "Ann", "1": "1"}, {"0": "Bob"}],
    }
    assert len(client.get(f"{path}?format=csv&delimiter=%3B&nrow=1").json()["preview"]["rows"]) == 1


def test_leaves_of_json_are_columns(client: Any, lake: Any) -> None:
    path = uploaded(lake, b'{"a": {"b": 1}, "c": [true]}\n', "json")
    assert client.get(f"{path}?format=json").json()["preview"]["rows"] == [{"0": "1", "1": "[true]"}]


def test_what_cannot_be_previewed_is_refused(client: Any, lake: Any) -> None:
    path = uploaded(lake, b"a\n1\n", "csv")
    assert client.get(f"{path}?format=xml").status == 400
    assert client.get(f"{path}?format=csv&delimiter=ab").status == 400
    assert client.get(f"{IMPORT}/none/datasets/none/preview?format=csv").status == 404


def test_the_format_is_the_batchs_where_the_query_names_none(client: Any, lake: Any) -> None:
    path = uploaded(lake, b"a\n1\n", "csv")
    assert client.get(path).json()["formatParams"]["format"] == "csv"
