import json
import subprocess
import sys

import pytest

from harness.collection.load import load_collection
from harness.errors import InputError

DOCUMENT = {"info": {"name": "C"}, "item": [{"name": "R", "request": "http://h/"}]}


def test_a_collection_loads_from_path_address_and_mapping(tmp_path):
    path = tmp_path / "c.json"
    path.write_text(json.dumps(DOCUMENT))
    text = json.dumps({"collection": DOCUMENT}).encode()
    for collection in (
        load_collection(path),
        load_collection("https://h/c", fetch=lambda address: text),
        load_collection(DOCUMENT, file="given"),
    ):
        assert [item.name for item in collection.items()] == ["R"]
    assert load_collection(path).file == str(path)
    assert load_collection("https://h/c", fetch=lambda address: text).file == "https://h/c"
    assert load_collection(DOCUMENT, file="given").file == "given"


def test_a_file_of_v3_alone_is_named(tmp_path):
    (tmp_path / "x.yaml").write_text("$kind: collection")
    for source in (tmp_path / "x.yaml", {"$kind": "collection"}):
        with pytest.raises(InputError, match="name the folder of"):
            load_collection(source)


def test_another_folder_is_a_folder(tmp_path):
    (tmp_path / "tape.yaml").write_text("version: 1\n")
    (tmp_path / "c.json").write_text("{}")
    with pytest.raises(InputError, match=r"the folder is no collection"):
        load_collection(tmp_path)


def test_an_empty_name_is_no_folder():
    with pytest.raises(InputError, match=r"(?s)name is empty.*name a collection file"):
        load_collection("")


def test_too_deep_a_collection_is_an_input_error():
    document = {"name": "R", "request": "u"}
    for _ in range(2000):
        document = {"item": [document]}
    with pytest.raises(InputError, match="nested too deeply"):
        load_collection(document)


def test_loading_imports_nothing_heavy():
    heavy = {"yaml", "faker", "jsonpath_ng", "jsonpath_rfc9535", "requests"}
    code = "import sys, harness.collection.load; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert heavy.isdisjoint(loaded.split())
