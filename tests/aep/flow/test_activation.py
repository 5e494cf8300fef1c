from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from harness.aep.flow.delivery import Deliveries
from harness.twin.wires.sinks import DeliveryError, Destination, LocalSinks

RUNS = "/data/foundation/flowservice/runs"


class Outlet:
    """What arrives in the stream of the default Kinesis target."""

    def __init__(self, client: Any) -> None:
        self._sinks = client.platform.service(LocalSinks)

    def messages(self) -> list[dict[str, Any]]:
        found = self._sinks.messages("kinesis", "AKIALOCAL", "us-east-1", "profiles")
        return [json.loads(base64.b64decode(one.body["data"])) for one in found]

    def new(self, since: int) -> list[dict[str, Any]]:
        return self.messages()[since:]


@pytest.fixture
def outlet(client: Any) -> Outlet:
    return Outlet(client)


def gold(people: Any, destinations: Any, **options: Any) -> str:
    return str(destinations.segment(f'{people.lake.tenant}.level = "gold"', **options))


def activated(people: Any, destinations: Any, segments: list[str], *attributes: str) -> str:
    flow = destinations.flow()
    wanted = list(attributes or ("person.name.firstName", f"{people.lake.tenant}.level"))
    assert destinations.activate(flow, segments, wanted).status == 200
    return str(flow)


def test_a_profile_that_enters_a_mapped_segment_is_exported_in_the_documented_form(
    people: Any, destinations: Any, outlet: Outlet
) -> None:
    segment = gold(people, destinations)
    activated(people, destinations, [segment])
    people.profile("a@example.com", first="Ann", level="gold", crm="1", points=3)
    assert outlet.messages() == [
        {
            "person": {"name": {"firstName": "Ann"}},
            people.lake.tenant: {"level": "gold"},
            "segmentMembership": {
                "ups": {segment: {"lastQualificationTime": "2024-05-15T12:00:00Z", "status": "realized"}}
            },
            "identityMap": {"crmid": [{"id": "1"}], "email": [{"id": "a@example.com"}]},
        }
    ]


def test_a_profile_that_leaves_is_exported_as_exited(people: Any, destinations: Any, outlet: Outlet) -> None:
    segment = gold(people, destinations)
    activated(people, destinations, [segment])
    people.profile("a@example.com", level="gold")
    people.client.clock.advance(1000)
    people.profile("a@example.com", level="silver")
    last = outlet.messages()[-1]
    assert last["segmentMembership"]["ups"][segment] == {
        "lastQualificationTime": "2024-05-15T12:00:01Z",
        "status": "exited",
    }
    assert last[people.lake.tenant] == {"level": "silver"}
    people.profile("a@example.com", level="bronze")
    assert len(outlet.messages()) == 2


def test_a_mapped_attribute_written_with_the_same_value_is_exported_and_another_is_not(
    people: Any, destinations: Any, outlet: Outlet
) -> None:
    activated(people, destinations, [gold(people, destinations)], "person.name.firstName")
    people.profile("a@example.com", first="Ann", level="gold")
    people.profile("a@example.com", first="Ann", level="gold")
    assert len(outlet.messages()) == 2
    other = people.lake.dataset(people.profile_schema, profile=True, name="other")
    people.profile("a@example.com", dataset=other, points=1)
    assert len(outlet.messages()) == 2


def test_a_new_identity_of_a_member_is_exported(people: Any, destinations: Any, outlet: Outlet) -> None:
    activated(people, destinations, [gold(people, destinations)], "person.name.firstName")
    people.profile("a@example.com", level="gold")
    other = people.lake.dataset(people.profile_schema, profile=True, name="other")
    people.profile("a@example.com", dataset=other, crm="1")
    assert [one["identityMap"] for one in outlet.messages()] == [
        {"email": [{"id": "a@example.com"}]},
        {"crmid": [{"id": "1"}], "email": [{"id": "a@example.com"}]},
    ]
    people.profile("a@example.com", dataset=other, crm="1")
    assert len(outlet.messages()) == 2


def test_nobody_outside_the_mapped_segments_is_exported(
    people: Any, destinations: Any, outlet: Outlet
) -> None:
    unmapped = destinations.segment(f"{people.lake.tenant}.points > 0")
    activated(people, destinations, [gold(people, destinations)])
    people.profile("a@example.com", first="Ann", level="silver", points=1)
    assert people.entity("a@example.com")["entity"]["segmentMembership"]["ups"][unmapped]
    assert outlet.messages() == []


def test_memberships_of_unmapped_segments_of_the_same_policy_go_along(
    people: Any, destinations: Any, outlet: Outlet
) -> None:
    segment = gold(people, destinations)
    rich = destinations.segment(f"{people.lake.tenant}.points > 0")
    activated(people, destinations, [segment])
    people.profile("a@example.com", level="gold", points=1)
    (message,) = outlet.messages()
    assert set(message["segmentMembership"]["ups"]) == {segment, rich}


def test_mapping_a_segment_exports_those_that_are_in_it_already_once(
    people: Any, destinations: Any, outlet: Outlet
) -> None:
    segment = gold(people, destinations)
    people.profile("a@example.com", level="gold")
    people.profile("b@example.com", level="silver")
    flow = activated(people, destinations, [segment])
    assert [one["identityMap"] for one in outlet.messages()] == [{"email": [{"id": "a@example.com"}]}]
    destinations.patch("flows", flow, {"op": "replace", "path": "/name", "value": "new"})
    assert len(outlet.messages()) == 1


def test_a_disabled_flow_exports_nothing_and_a_deleted_one_neither(
    people: Any, destinations: Any, outlet: Outlet
) -> None:
    flow = activated(people, destinations, [gold(people, destinations)])
    path = f"{destinations.base}/flows/{flow}"
    people.client.post(f"{path}/action?op=disable")
    people.profile("a@example.com", level="gold")
    assert outlet.messages() == []
    people.client.post(f"{path}/action?op=enable")
    before = len(outlet.messages())
    people.profile("b@example.com", level="gold")
    assert len(outlet.messages()) == before + 1
    people.client.delete(path)
    people.profile("c@example.com", level="gold")
    assert len(outlet.messages()) == before + 1


def test_a_batch_job_exports_those_that_it_brings_in(people: Any, destinations: Any, outlet: Outlet) -> None:
    segment = gold(people, destinations, continuous=False)
    activated(people, destinations, [segment])
    people.profile("a@example.com", level="gold")
    assert outlet.messages() == []
    people.client.post("/data/core/ups/segment/jobs", [{"segmentId": segment}])
    assert len(outlet.messages()) == 1
    people.client.post("/data/core/ups/segment/jobs", [{"segmentId": segment}])
    assert len(outlet.messages()) == 1


def test_an_event_hub_gets_the_message_as_json_text(people: Any, destinations: Any) -> None:
    segment = gold(people, destinations)
    target = destinations.target(destinations.event_hubs_connection(), destinations.event_hubs)
    flow = destinations.flow(target)
    destinations.activate(flow, [segment], [f"{people.lake.tenant}.level"])
    people.profile("a@example.com", level="gold")
    headers = {"authorization": "Basic " + base64.b64encode(b"send:azure-key").decode()}
    path = "/_sinks/eventhubs/hubs/profiles/messages"
    (message,) = people.client.get(path, bare=True, headers=headers).json()["messages"]
    assert json.loads(message["body"])["identityMap"] == {"email": [{"id": "a@example.com"}]}
    xid = people.entity("a@example.com")["entityId"]
    assert message["partitionKey"] == xid


def test_another_sandbox_exports_nothing_of_this_one(people: Any, destinations: Any, outlet: Outlet) -> None:
    people.client.sandbox = "dev"
    flow = destinations.flow()
    destinations.activate(flow, [gold(people, destinations)], ["person.name.firstName"])
    people.client.sandbox = None
    people.profile("a@example.com", level="gold")
    assert outlet.messages() == []


# runs


def test_a_run_counts_what_was_delivered_in_its_minute(people: Any, destinations: Any) -> None:
    flow = activated(people, destinations, [gold(people, destinations)])
    for name in ("a", "b"):
        people.profile(f"{name}@example.com", level="gold")
    (run,) = people.client.get(f"{RUNS}?property=flowId=={flow}").json()["items"]
    item = destinations.item("flows", flow)
    metrics = run["metrics"]
    assert metrics["statusSummary"] == {"status": "success"}
    counts = metrics["recordSummary"]
    assert (counts["inputRecordCount"], counts["outputRecordCount"], counts["failedRecordCount"]) == (2, 2, 0)
    assert counts["sourceSummaries"] == [{"id": item["sourceConnectionIds"][0], "inputRecordCount": 2}]
    assert counts["targetSummaries"][0]["id"] == item["targetConnectionIds"][0]
    assert metrics["sizeSummary"]["outputBytes"] == metrics["sizeSummary"]["inputBytes"] > 0
    assert item["runs"] == f"/runs?property=flowId=={flow}"
    assert (item["lastRunDetails"]["id"], item["lastRunDetails"]["state"]) == (run["id"], "success")
    assert people.client.get(f"{RUNS}/{run['id']}").json()["items"] == [run]
    people.client.clock.advance(60_000)
    people.profile("c@example.com", level="gold")
    newest, oldest = people.client.get(f"{RUNS}?property=flowId=={flow}").json()["items"]
    assert oldest == run
    assert newest["metrics"]["recordSummary"]["outputRecordCount"] == 1


def test_a_delivery_that_fails_is_a_failed_run_and_a_dead_letter(people: Any, destinations: Any) -> None:
    client = people.client
    base = destinations.kinesis_connection()
    flow = destinations.flow(destinations.target(base))
    destinations.activate(flow, [gold(people, destinations)], ["person.name.firstName"])
    wrong = {**destinations.aws, "accessKeyId": "AKIANEW", "secretKey": "x"}
    destinations.patch("connections", base, {"op": "replace", "path": "/auth/params", "value": wrong})
    people.profile("a@example.com", level="gold")
    (run,) = client.get(f"{RUNS}?property=flowId=={flow}").json()["items"]
    counts = run["metrics"]["recordSummary"]
    assert (counts["outputRecordCount"], counts["failedRecordCount"]) == (0, 1)
    assert run["metrics"]["statusSummary"]["status"] == "failed"
    (error,) = run["metrics"]["statusSummary"]["errors"]
    assert error["code"] == "ResourceNotFoundException"
    (letter,) = client.get(f"/_harness/dead-letters/{flow}", bare=True).json()["deadLetters"]
    assert letter["message"]["identityMap"] == {"email": [{"id": "a@example.com"}]}
    assert letter["error"]["code"] == "ResourceNotFoundException"
    assert client.get("/_harness/dead-letters/nope", bare=True).status == 404
    destinations.patch(
        "connections", base, {"op": "replace", "path": "/auth/params", "value": destinations.aws}
    )
    people.profile("b@example.com", level="gold")
    (run,) = client.get(f"{RUNS}?property=flowId=={flow}").json()["items"]
    assert run["metrics"]["statusSummary"]["status"] == "partialSuccess"


def test_when_strict_the_stream_has_to_exist_beforehand(make_client: Any) -> None:
    client = make_client(strict=True)
    sinks = client.platform.service(LocalSinks)
    sinks.learn_key("kinesis", "us-east-1", "AKIALOCAL", "aws-secret", "test")
    destination = Destination(
        service="kinesis", place="us-east-1", name="s", key_name="AKIALOCAL", key="aws-secret"
    )
    with pytest.raises(DeliveryError, match="ResourceNotFoundException"):
        sinks.send(destination, "k", b"{}")
    sinks.create("kinesis", "AKIALOCAL", "us-east-1", "s")
    sinks.send(destination, "k", b"{}")


def test_delivery_goes_through_the_sink_that_is_given(people: Any, destinations: Any) -> None:
    class Kept:
        def __init__(self) -> None:
            self.sent: list[tuple[Destination, str, bytes]] = []

        def send(self, destination: Destination, partition_key: str, data: bytes) -> None:
            self.sent.append((destination, partition_key, data))

    kept = Kept()
    people.client.platform.service(Deliveries).sink = kept
    activated(people, destinations, [gold(people, destinations)])
    people.profile("a@example.com", level="gold")
    ((destination, key, _),) = kept.sent
    assert (destination.service, destination.place, destination.name) == ("kinesis", "us-east-1", "profiles")
    assert (destination.key_name, destination.key) == ("AKIALOCAL", "aws-secret")
    assert key == people.entity("a@example.com")["entityId"]


@pytest.mark.parametrize(
    ("query", "status"),
    [("?property=nope==1", 400), ("/nope", 404), ("?orderby=-createdAt&limit=1", 200)],
)
def test_runs_can_be_asked_for_by_a_query(client: Any, query: str, status: int) -> None:
    assert client.get(f"{RUNS}{query}").status == status


def test_a_run_is_created_only_for_a_flow_scheduled_once(client: Any, destinations: Any) -> None:
    def code(answer: Any) -> str:
        return str(answer.json().get("type", "")).rpartition("FLOW-")[2]

    flow = destinations.flow()
    once = destinations.flow(scheduleParams={"startTime": 1, "frequency": "once"})
    assert code(client.post(RUNS, b"", headers={"content-type": "application/json"})) == "1405-400"
    assert client.post(RUNS, {}).status == 400
    assert code(client.post(RUNS, {"flowId": "nope"})) == "1430-400"
    assert code(client.post(RUNS, {"flowId": flow})) == "1444-400"
    made = client.post(RUNS, {"flowId": once, "params": {"startTime": 1}})
    assert (made.status, set(made.json())) == (201, {"id", "etag"})
    (item,) = client.get(f"{RUNS}/{made.json()['id']}").json()["items"]
    assert (item["flowId"], item["params"]) == (once, {"startTime": 1})
