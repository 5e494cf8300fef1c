from __future__ import annotations

from typing import Any

import pytest

BASE = "/data/foundation/flowservice"


def test_the_list_of_connection_specs_is_a_wrapper_with_the_documented_ids(client: Any) -> None:
    names = {item["id"]: item["name"] for item in client.get(f"{BASE}/connectionSpecs").json()["items"]}
    assert names["86043421-563b-46ec-8e6c-e23184711bf6"] == "Amazon Kinesis"
    assert names["bf9f5905-92b7-48bf-bf20-455bc6b60a4e"] == "Azure Event Hubs"
    assert "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb" in names
    assert "8a9c3494-9708-43d7-ae3f-cda01e5030e1" in names


@pytest.mark.parametrize("word", ["flowSpecs", "flowspecs", "FLOWSPECS"])
def test_the_flow_spec_of_destinations_is_found_by_the_word_in_its_name(client: Any, word: str) -> None:
    items = client.get(f"{BASE}/{word}").json()["items"]
    assert [item["id"] for item in items if "upsTo" in item["name"]] == [
        "71471eba-b620-49e4-90fd-23f1fa0174d8"
    ]


def test_a_single_spec_comes_in_the_same_wrapper_and_an_unknown_one_is_404(client: Any) -> None:
    spec_id = "86043421-563b-46ec-8e6c-e23184711bf6"
    (item,) = client.get(f"{BASE}/connectionSpecs/{spec_id}").json()["items"]
    assert item["authSpec"][0]["name"] == "Aws Kinesis authentication credentials"
    answer = client.get(f"{BASE}/connectionSpecs/nope")
    assert answer.status == 404
    assert answer.json()["errorMessage"] == "connectionSpecs not found with id = [nope]"


def test_property_filters_and_projects_specs(client: Any) -> None:
    items = client.get(f'{BASE}/connectionSpecs?property=name=="Amazon Kinesis"&property=name').json()[
        "items"
    ]
    assert items == [{"id": "86043421-563b-46ec-8e6c-e23184711bf6", "name": "Amazon Kinesis"}]


@pytest.mark.parametrize("name", ["datalake", "landing-zone", "activation-datalake"])
def test_connection_specs_have_the_names_that_clients_look_for(client: Any, name: str) -> None:
    items = client.get("/data/foundation/flowservice/connectionSpecs").json()["items"]
    assert [one["id"] for one in items if one["name"] == name]
