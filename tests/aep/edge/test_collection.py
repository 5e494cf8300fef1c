from __future__ import annotations

from typing import Any

import pytest

RECORDS = "/metadata/namespaces/edge/datasets/datastreams/records"


@pytest.fixture
def events(lake: Any) -> str:
    """Id of an event dataset for Profile, whose events are identified by their identityMap."""
    web = "https://ns.adobe.com/xdm/context/experienceevent-web"
    schema = lake.schema(web, title="Web", of=lake.event_class, union=True)
    return str(lake.dataset(schema, profile=True))


def stream(client: Any, dataset: str | None, **changes: Any) -> str:
    """Id of a datastream that leads to the dataset."""
    datasets = {} if dataset is None else {"event": {"datasetId": dataset}}
    settings = {
        "com_adobe_experience_platform": {"enabled": True, "sandboxName": "prod", "datasets": datasets}
    }
    made = client.post(RECORDS, {"data": {"title": "Web", "settings": settings, **changes}})
    assert made.status == 201, made.body
    return str(made.json()["_system"]["id"])


def view(**xdm: Any) -> dict[str, Any]:
    page = {"webPageDetails": {"URL": "https://example.com/", "name": "home"}}
    return {"xdm": {"eventType": "web.webpagedetails.pageViews", "web": page, **xdm}}


def send(client: Any, target: str, body: Any, **headers: str | None) -> Any:
    return client.post(f"/ee/{target}", body, bare=True, headers=dict(headers))


def seen(client: Any, ecid: str) -> list[dict[str, Any]]:
    """Events of a visitor, as Profile has them."""
    asked = "schema.name=_xdm.context.experienceevent&relatedSchema.name=_xdm.context.profile"
    found = client.get(
        f"/data/core/ups/access/entities?{asked}&relatedEntityId={ecid}&relatedEntityIdNS=ecid"
    )
    return [one["entity"] for one in found.json()["children"]] if found.status == 200 else []


def handle(answer: Any, kind: str) -> Any:
    return next((one["payload"] for one in answer.json()["handle"] if one["type"] == kind), None)


def test_a_page_view_lands_in_dataset_and_profile_under_a_new_ecid(client: Any, events: str) -> None:
    body = {"events": [view()], "query": {"identity": {"fetch": ["ECID"]}}}
    answer = send(client, f"v1/interact?configId={stream(client, events)}&requestId=abc", body)
    assert (answer.status, answer.json()["requestId"]) == (200, "abc")
    ((identity,),) = [handle(answer, "identity:result")]
    assert len(identity["id"]) == 38
    assert identity["namespace"] == {"code": "ECID"}
    (event,) = seen(client, identity["id"])
    assert event["web"]["webPageDetails"]["name"] == "home"
    assert event["timestamp"].startswith("2024-05-15T12:00:00")
    (batch,) = client.get(f"/data/foundation/catalog/batches?dataSet={events}").json().values()
    assert (batch["status"], batch["recordCount"]) == ("success", 1)


def test_the_state_that_version_1_hands_out_brings_the_visitor_back(client: Any, events: str) -> None:
    target = f"v1/interact?configId={stream(client, events)}"
    state = handle(send(client, target, {"events": [view()]}), "state:store")
    again = {"events": [view()], "meta": {"state": {"entries": state}}}
    asked = {"query": {"identity": {"fetch": ["ECID"]}}}
    (first,) = handle(send(client, target, {**again, **asked}), "identity:result")
    cookie = "; ".join(f"{one['key']}={one['value']}" for one in state)
    (second,) = handle(send(client, target, {"events": [view()], **asked}, cookie=cookie), "identity:result")
    assert first == second
    assert len(seen(client, first["id"])) == 3
    org = client.settings.org_id.replace("@", "%40")
    amcv = f"AMCV_{org}=MCMID|{first['id']}"
    (third,) = handle(send(client, target, {"events": [view()], **asked}, cookie=amcv), "identity:result")
    assert third == first


def test_a_first_party_id_gives_the_same_ecid_each_time(client: Any, events: str) -> None:
    target = f"v1/interact?configId={stream(client, events)}"
    body = {"events": [view(identityMap={"FPID": [{"id": "x"}]})], "query": {"identity": {"fetch": ["ECID"]}}}
    found = [handle(send(client, target, body), "identity:result") for _ in range(2)]
    assert found[0] == found[1]


def test_version_2_takes_one_event_and_answers_only_what_was_asked(client: Any, events: str) -> None:
    target = f"v2/interact?dataStreamId={stream(client, events)}"
    event = view(identityMap={"ECID": [{"id": "1" * 38, "primary": True}]}, timestamp="2024-01-01T00:00:00Z")
    assert send(client, target, {"event": event}).json()["handle"] == []
    assert [one["timestamp"] for one in seen(client, "1" * 38)] == ["2024-01-01T00:00:00Z"]
    asked = {"event": event, "query": {"identity": {"fetch": ["ECID"]}}}
    assert [one["type"] for one in send(client, target, asked).json()["handle"]] == ["identity:result"]


@pytest.mark.parametrize("version", ["v1", "v2", "or2/v1"])
def test_many_events_are_collected_at_once(client: Any, events: str, version: str) -> None:
    target = f"{version}/collect?configId={stream(client, events)}:prod"
    batch = [view(identityMap={"ECID": [{"id": str(n) * 38, "primary": True}]}) for n in (1, 2)]
    answer = send(client, target, {"events": batch}, **{"content-type": "text/plain; charset=UTF-8"})
    assert (answer.status, list(answer.json())) == (202, ["requestId"])
    assert [len(seen(client, str(n) * 38)) for n in (1, 2)] == [1, 1]
    silent = send(client, f"{target}&silent=true", {"events": batch})
    assert (silent.status, silent.body) == (204, b"")


def test_what_breaks_the_schema_goes_to_an_error_batch(client: Any, events: str) -> None:
    target = f"v1/interact?configId={stream(client, events)}"
    assert send(client, target, {"events": [{"xdm": {"web": 5}}]}).status == 200
    (batch,) = client.get(f"/data/foundation/catalog/batches?dataSet={events}").json().values()
    assert (batch["status"], batch["failedRecordCount"]) == ("failure", 1)


def test_the_ecid_alone_can_be_asked_for(client: Any, events: str) -> None:
    target = f"v1/identity/acquire?configId={stream(client, events)}"
    body = {"query": {"identity": {"fetch": ["ECID"]}}}
    assert len(handle(send(client, target, body), "identity:result")[0]["id"]) == 38
    assert client.get("/data/foundation/catalog/batches").json() == {}


def test_a_page_of_another_origin_may_read_the_answer(client: Any, events: str) -> None:
    target = f"v1/interact?configId={stream(client, events)}"
    answer = send(client, target, {"events": [view()]}, origin="https://shop.example")
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert answer.headers["access-control-allow-credentials"] == "true"


def test_a_browser_may_ask_first_and_may_read_what_was_wrong(client: Any, events: str) -> None:
    asked = {
        "origin": "https://shop.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }
    answer = client.call("OPTIONS", "/ee/v1/interact?configId=x", bare=True, headers=asked)
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert answer.headers["access-control-allow-headers"] == "content-type"
    refused = send(client, "v1/interact?configId=x", {}, origin="https://shop.example")
    assert refused.status == 400
    assert refused.headers["access-control-allow-origin"] == "https://shop.example"


def test_errors_are_problem_documents(client: Any, events: str) -> None:
    own = stream(client, events)
    cases: list[tuple[str, Any, int, str]] = [
        ("v1/interact?configId=nobody", {"events": [view()]}, 400, "EXEG-0003-400"),
        (f"v1/interact?configId={own}:moon", {"events": [view()]}, 400, "EXEG-0003-400"),
        (f"v1/interact?configId={own}", b"{", 400, "EXEG-0100-400"),
        (f"v1/interact?configId={own}", [], 422, "EXEG-0104-422"),
        (f"v1/interact?configId={own}", {}, 422, "EXEG-0104-422"),
        (f"v1/interact?configId={own}", {"events": [{"xdm": 1}]}, 422, "EXEG-0104-422"),
        (f"v1/interact?configId={own}", {"events": ["x"]}, 422, "EXEG-0104-422"),
        (f"v1/interact?configId={own}", {"events": [view()], "xdm": "x"}, 422, "EXEG-0104-422"),
        (
            f"v1/interact?configId={own}",
            {"events": [view()], "xdm": {"identityMap": "x"}},
            422,
            "EXEG-0104-422",
        ),
        (f"v1/interact?configId={own}", {"events": [view(identityMap=[])]}, 422, "EXEG-0104-422"),
        (f"v1/interact?configId={own}", {"events": [view(identityMap={"ECID": "x"})]}, 422, "EXEG-0104-422"),
        (
            f"v1/interact?configId={own}",
            {"events": [view(identityMap={"ECID": [{"id": 5}]})]},
            422,
            "EXEG-0104-422",
        ),
        (f"v1/identity/acquire?configId={own}", {"xdm": {"identityMap": 5}}, 422, "EXEG-0104-422"),
        (f"v1/identity/acquire?configId={own}", {"events": [{"xdm": 5}]}, 422, "EXEG-0104-422"),
        (f"v1/interact?configId={stream(client, events, enabled=False)}", {}, 422, "EXEG-0003-422"),
    ]
    for target, body, status, code in cases:
        answer = send(client, target, body)
        assert (answer.status, answer.json()["type"]) == (status, f"https://ns.adobe.com/aep/errors/{code}")
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["report"]["requestId"]


def test_a_server_has_to_say_who_it_is_and_who_the_visitor_is(client: Any, events: str) -> None:
    own = stream(client, events)
    target = f"v2/collect?dataStreamId={own}"
    known = view(identityMap={"ECID": [{"id": "1" * 38, "primary": True}]})
    headers = {name: value for name, value in client.headers().items() if value} | {
        "host": "server.adobedc.net"
    }
    assert send(client, target, {"events": [known]}, **headers).status == 202
    assert send(client, target, {"events": [view()]}, **headers).json()["type"].endswith("EXEG-0305-400")
    for change, code in (
        ({"authorization": None}, "EXEG-0500-401"),
        ({"x-api-key": None}, "EXEG-0500-401"),
        ({"authorization": "Bearer x"}, "EXEG-0502-401"),
    ):
        refused = send(client, target, {"events": [known]}, **{**headers, **change})
        assert (refused.status, refused.json()["type"].rpartition("/")[2]) == (401, code)
    closed = stream(client, events, access_type="authenticated")
    assert send(client, f"v1/collect?configId={closed}", {"events": [known]}).status == 401


def test_a_request_may_choose_another_of_the_datastreams_datasets(
    client: Any, lake: Any, events: str
) -> None:
    other = lake.dataset(
        client.get(f"/data/foundation/catalog/dataSets/{events}").json()[events]["schemaRef"]["id"]
    )
    settings = {"datasets": {"event": [{"datasetId": other}, {"datasetId": events, "primary": True}]}}
    made = client.post(RECORDS, {"title": "Two", "settings": {"com_adobe_experience_platform": settings}})
    target = f"v1/interact?configId={made.json()['_system']['id']}"

    def override(dataset: str) -> dict[str, Any]:
        overrides = {"com_adobe_experience_platform": {"datasets": {"event": {"datasetId": dataset}}}}
        return {"events": [view()], "meta": {"configOverrides": overrides}}

    assert send(client, target, {"events": [view()]}).status == 200
    assert send(client, target, override(other)).status == 200
    assert send(client, target, override("none")).json()["type"].endswith("EXEG-0113-400")
    listed = client.get("/data/foundation/catalog/batches").json().values()
    assert [one["relatedObjects"][0]["id"] for one in listed] == [events, other]


def test_without_a_dataset_events_are_taken_and_lead_nowhere(client: Any) -> None:
    assert send(client, f"v1/interact?configId={stream(client, None)}", {"events": [view()]}).status == 200
    assert client.get("/data/foundation/catalog/batches").json() == {}
