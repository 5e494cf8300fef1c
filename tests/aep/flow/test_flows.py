from __future__ import annotations

from typing import Any

import pytest

BASE = "/data/foundation/flowservice"
ROOT = "/transformations/0/params"


def code(answer: Any) -> str:
    return str(answer.json().get("type", "")).rpartition("FLOW-")[2]


def segment(segment_id: str) -> dict[str, Any]:
    return {"type": "PLATFORM_SEGMENT", "value": {"id": segment_id}}


def test_a_flow_without_transformations_gets_the_empty_one_and_is_enabled(
    client: Any, destinations: Any
) -> None:
    target = destinations.target(destinations.kinesis_connection())
    source = destinations.source()
    body = {
        "name": "f",
        "flowSpec": {"id": destinations.flow_spec, "version": "1.0"},
        "sourceConnectionIds": [source],
        "targetConnectionIds": [target],
    }
    answer = client.post(f"{BASE}/flows", body)
    assert (answer.status, set(answer.json())) == (201, {"id", "etag"})
    item = destinations.item("flows", answer.json()["id"])
    assert item["state"] == "enabled"
    assert item["transformations"] == [
        {
            "name": "GeneralTransform",
            "params": {"profileSelectors": {"selectors": []}, "segmentSelectors": {"selectors": []}},
        }
    ]
    assert item["lastOperation"]["operation"] == "create"
    inherited = item["inheritedAttributes"]
    assert inherited["properties"] == {"isDestinationFlow": True}
    assert inherited["sourceConnections"][0]["id"] == source
    assert inherited["sourceConnections"][0]["typeInfo"] == {"type": "ProfileFragments", "id": "ups"}
    assert inherited["targetConnections"][0]["connectionSpec"]["id"] == destinations.kinesis
    assert inherited["targetConnections"][0]["baseConnection"]["connectionSpec"]["id"] == destinations.kinesis
    assert "lastRunDetails" not in item


@pytest.mark.parametrize(
    ("changes", "status", "number"),
    [
        ({"state": "enabled"}, 400, "1410-400"),
        ({"flowSpec": None}, 400, "1413-400"),
        ({"flowSpec": {"id": "nope", "version": "1.0"}}, 400, "1413-400"),
        ({"flowSpec": {"id": "d8a6f005-7eaf-4153-983e-e8574508b877", "version": "1.0"}}, 400, "1413-400"),
        ({"sourceConnectionIds": []}, 400, ""),
        ({"targetConnectionIds": None}, 400, ""),
        ({"targetConnectionIds": "x"}, 400, ""),
        ({"targetConnectionIds": ["nope"]}, 404, "1101-404"),
        ({"transformations": {}}, 400, "1455-400"),
        ({"transformations": [{}]}, 400, "1455-400"),
        ({"scheduleParams": {"frequency": "often"}}, 400, "1455-400"),
        ({"name": 1}, 400, ""),
    ],
)
def test_a_bad_flow_is_refused(
    client: Any, destinations: Any, changes: dict[str, Any], status: int, number: str
) -> None:
    body = {
        "name": "f",
        "flowSpec": {"id": destinations.flow_spec, "version": "1.0"},
        "sourceConnectionIds": [destinations.source()],
        "targetConnectionIds": [destinations.target(destinations.kinesis_connection())],
        **changes,
    }
    answer = client.post(f"{BASE}/flows", body)
    assert (answer.status, code(answer)) == (status, number)


def test_segments_and_attributes_are_activated_in_one_patch(destinations: Any) -> None:
    flow = destinations.flow()
    answer = destinations.activate(flow, ["s1", "s2"], ["personalEmail.address", "person.name.lastName"])
    assert answer.status == 200
    params = destinations.item("flows", flow)["transformations"][0]["params"]
    assert [one["value"]["id"] for one in params["segmentSelectors"]["selectors"]] == ["s1", "s2"]
    paths = [one["value"]["path"] for one in params["profileSelectors"]["selectors"]]
    assert paths == ["personalEmail.address", "person.name.lastName"]


def test_selectors_are_replaced_and_removed_by_index_in_sequence(destinations: Any) -> None:
    flow = destinations.flow()
    destinations.activate(flow, ["s1", "s2", "s3"], [])
    path = f"{ROOT}/segmentSelectors/selectors"
    destinations.patch("flows", flow, {"op": "replace", "path": f"{path}/0", "value": segment("s0")})
    destinations.patch(
        "flows", flow, {"op": "remove", "path": f"{path}/0"}, {"op": "remove", "path": f"{path}/1"}
    )
    selectors = destinations.item("flows", flow)["transformations"][0]["params"]["segmentSelectors"]
    assert selectors["selectors"] == [segment("s2")]


def test_a_patch_is_answered_202_without_a_body_where_it_is_asked_for(
    make_client: Any, destinations: Any
) -> None:
    flow = destinations.flow()
    operation = {"op": "replace", "path": "/name", "value": "new"}
    before = destinations.item("flows", flow)["etag"]
    answer = destinations.patch("flows", flow, operation, **{"x-harness-patch-status": "202"})
    assert (answer.status, answer.body) == (202, b"")
    after = destinations.item("flows", flow)
    assert after["name"] == "new"
    assert after["etag"] != before
    assert destinations.patch("flows", flow, operation).status == 200
    other = type(destinations)(client=make_client(patch_flow_status=202))
    flow = other.flow()
    assert other.patch("flows", flow, operation).status == 202
    assert other.patch("flows", flow, operation, **{"x-harness-patch-status": "200"}).status == 200


@pytest.mark.parametrize(
    ("operation", "number"),
    [
        ({"op": "add", "path": f"{ROOT}/segmentSelectors/selectors/-", "value": segment("")}, "1455-400"),
        ({"op": "add", "path": f"{ROOT}/segmentSelectors/selectors/-", "value": {"type": "X"}}, "1455-400"),
        ({"op": "add", "path": f"{ROOT}/profileSelectors/selectors/-", "value": segment("s")}, "1455-400"),
        ({"op": "add", "path": f"{ROOT}/profileSelectors/selectors/5", "value": segment("s")}, "1455-400"),
        ({"op": "add", "path": "/transformations/1/params", "value": {}}, "1455-400"),
        ({"op": "remove", "path": f"{ROOT}/segmentSelectors/selectors/0"}, "1455-400"),
        ({"op": "replace", "path": "/sourceConnectionIds", "value": []}, "1455-400"),
        ({"op": "replace", "path": "/state", "value": "disabled"}, "1455-400"),
        ({"op": "copy", "path": "/name", "from": "/description"}, "1434-400"),
    ],
)
def test_one_bad_instruction_undoes_the_whole_patch(
    destinations: Any, operation: dict[str, Any], number: str
) -> None:
    flow = destinations.flow()
    before = destinations.item("flows", flow)
    good = {"op": "replace", "path": "/name", "value": "new"}
    answer = destinations.patch("flows", flow, good, operation)
    assert (answer.status, code(answer)) == (400, number)
    assert destinations.item("flows", flow) == before


def test_the_words_for_a_bad_instruction_are_the_documented_ones(destinations: Any) -> None:
    answer = destinations.patch("flows", destinations.flow(), {"op": "replace", "path": "/nope", "value": 1})
    start = "An error has occurred while validating patch instructions: "
    assert answer.json()["detail"].startswith(start)


def test_a_stale_etag_is_412_with_both_versions(destinations: Any) -> None:
    flow = destinations.flow()
    stale = destinations.item("flows", flow)["etag"]
    operation = {"op": "replace", "path": "/name", "value": "new"}
    fresh = destinations.patch("flows", flow, operation).json()["etag"]
    answer = destinations.patch("flows", flow, operation, etag=stale)
    assert answer.status == 412
    assert answer.json()["errorMessage"] == (
        f"Supplied version=[{stale}] does not match the current version on entity=[{fresh}]"
    )


def test_the_seeds_get_with_a_patch_method_and_no_body_is_1405(client: Any, destinations: Any) -> None:
    flow = destinations.flow()
    etag = destinations.item("flows", flow)["etag"]
    answer = client.patch(f"{BASE}/flows/{flow}", headers={"if-match": etag})
    assert (answer.status, code(answer)) == (400, "1405-400")


def test_actions_change_the_state_and_are_noted(client: Any, destinations: Any) -> None:
    flow = destinations.flow()
    before = destinations.item("flows", flow)["etag"]
    answer = client.post(f"{BASE}/flows/{flow}/action?op=disable")
    assert (answer.status, answer.json()["id"]) == (200, flow)
    item = destinations.item("flows", flow)
    assert (item["state"], item["lastOperation"]["operation"]) == ("disabled", "disable")
    assert item["etag"] == answer.json()["etag"] != before


def test_a_flow_in_transition_is_locked(client: Any, destinations: Any) -> None:
    flow = destinations.flow()
    held = client.post(f"/_harness/flowservice/flows/{flow}/state", {"state": "updating"})
    assert held.status == 200
    operation = {"op": "replace", "path": "/name", "value": "n"}
    assert code(destinations.patch("flows", flow, operation)) == "1420-400"
    assert code(client.post(f"{BASE}/flows/{flow}/action?op=enable")) == "1421-400"
    assert code(client.delete(f"{BASE}/flows/{flow}")) == "1422-400"
    assert client.post(f"/_harness/flowservice/flows/{flow}/state", {"state": "x"}).status == 400
    assert client.post("/_harness/flowservice/flows/nope/state", {"state": "enabled"}).status == 404


def test_a_flow_is_found_by_what_it_inherits(client: Any, destinations: Any) -> None:
    flow = destinations.flow()
    hub = destinations.target(destinations.event_hubs_connection(), destinations.event_hubs)
    other = destinations.flow(hub)

    def found(condition: str) -> list[str]:
        return [one["id"] for one in client.get(f"{BASE}/flows?property={condition}").json()["items"]]

    path = "inheritedAttributes.targetConnections[].connectionSpec.id"
    assert found(f"{path}=={destinations.kinesis}") == [flow]
    assert found(f"{path}=={destinations.event_hubs}") == [other]
    assert found("inheritedAttributes.properties.isDestinationFlow==true") == [flow, other]


def test_a_deleted_flow_is_404_in_the_documented_words(client: Any, destinations: Any) -> None:
    flow = destinations.flow()
    answer = client.delete(f"{BASE}/flows/{flow}")
    assert (answer.status, answer.body) == (202, b"")
    text = f"flows not found with id = [{flow}]"
    gone = client.get(f"{BASE}/flows/{flow}")
    assert (gone.status, gone.json()) == (404, {"errorMessage": text, "errorDetails": text})


def test_strict_demands_name_and_transformations(make_client: Any, destinations: Any) -> None:
    client = make_client(strict=True)
    client.sandbox = "prod"
    other = type(destinations)(client=client)
    body = {
        "name": "f",
        "flowSpec": {"id": other.flow_spec, "version": "1.0"},
        "sourceConnectionIds": [other.source()],
        "targetConnectionIds": [other.target(other.kinesis_connection())],
        "transformations": [],
    }
    assert client.post(f"{BASE}/flows", body).status == 201
    for absent in ("name", "transformations"):
        partial = {name: value for name, value in body.items() if name != absent}
        answer = client.post(f"{BASE}/flows", partial)
        assert answer.status == 400
        assert absent in answer.json()["detail"]
