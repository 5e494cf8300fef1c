from __future__ import annotations

import re
from typing import Any

import pytest

from tests.aep.edge.edge_calls import RECORDS, handle, seen, send, stream, view


def test_a_page_view_lands_in_dataset_and_profile_under_a_new_ecid(client: Any, events: str) -> None:
    body = {"events": [view()], "query": {"identity": {"fetch": ["ECID"]}}}
    answer = send(client, f"v1/interact?configId={stream(client, events)}&requestId=abc", body)
    assert answer.status == 200
    assert re.fullmatch("abc-[0-9a-f]{16}", answer.json()["requestId"])
    assert answer.headers["x-request-id"] == answer.json()["requestId"]
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


FPID = "79bf8e83-f708-414b-b1ed-5789ff33bf0b"
FETCH = {"query": {"identity": {"fetch": ["ECID"]}}}


def test_a_first_party_id_gives_the_same_ecid_each_time_and_is_not_kept(client: Any, events: str) -> None:
    target = f"v1/interact?configId={stream(client, events)}"
    given = {"FPID": [{"id": FPID, "primary": True}], "Email": [{"id": "a@example.com"}]}
    ((first,), (again,)) = [
        handle(send(client, target, {"events": [view(identityMap=given)], **FETCH}), "identity:result")
        for _ in range(2)
    ]
    assert first == again
    kept = seen(client, first["id"])[0]["identityMap"]
    assert (sorted(kept), kept["ECID"][0]["primary"]) == (["ECID", "Email"], True)
    cookie = f"FPID={FPID}"
    (other,) = handle(send(client, target, {"events": [view()], **FETCH}, cookie=cookie), "identity:result")
    assert other == first
    send(client, f"v2/collect?datastreamId={stream(client, events)}", {"events": [view(identityMap=given)]})
    assert len(seen(client, first["id"])) == 4


def test_the_cookies_of_the_page_hide_none_of_ours(client: Any, events: str) -> None:
    target = f"v1/interact?configId={stream(client, events)}"
    state = handle(send(client, target, {"events": [view()], **FETCH}), "state:store")
    (own,) = [one for one in state if one["key"].endswith("_identity")]
    (alone,) = handle(
        send(client, target, {"events": [view()], **FETCH}, cookie=f"{own['key']}={own['value']}"),
        "identity:result",
    )
    odd = f'cart={{"a": [1, 2]}}; a{{b}}=c; flag; {own["key"]}={own["value"]}'
    (among,) = handle(send(client, target, {"events": [view()], **FETCH}, cookie=odd), "identity:result")
    assert among == alone


def test_a_name_of_the_page_s_own_site_is_given_cookies_in_place_of_entries(client: Any, events: str) -> None:
    target = f"v1/interact?configId={stream(client, events)}"
    body = {"events": [view()], "meta": {"state": {"domain": "shop.example", "cookiesEnabled": True}}}
    own = send(client, target, body, host="metrics.shop.example")
    assert handle(own, "state:store") is None
    assert [one.partition("=")[0].rpartition("_")[2] for one in own.cookies] == ["cluster", "identity"]
    assert all("; Path=/; Domain=shop.example; Max-Age=" in one for one in own.cookies)
    assert "Secure" not in "".join(own.cookies)
    for host in ("edge.adobedc.net", "metrics.othershop.example", "adobedc.demdex.net"):
        elsewhere = send(client, target, body, host=host)
        assert len(handle(elsewhere, "state:store")) == 2, host


def test_the_domain_of_all_sites_gives_one_identity_to_each_of_them(client: Any, events: str) -> None:
    target = f"v1/interact?configId={stream(client, events)}"
    body = {"events": [view()], **FETCH}
    first = send(client, target, body, host="adobedc.demdex.net")
    cookie = first.headers["set-cookie"]
    assert cookie.startswith("demdex=")
    assert cookie.endswith("; Secure; SameSite=None")
    again = send(client, target, body, host="adobedc.demdex.net", cookie=cookie.partition(";")[0])
    assert handle(again, "identity:result") == handle(first, "identity:result")


def test_version_2_takes_one_event_and_answers_where_to_call_next(client: Any, events: str) -> None:
    target = f"v2/interact?dataStreamId={stream(client, events)}"
    event = view(identityMap={"ECID": [{"id": "1" * 38, "primary": True}]}, timestamp="2024-01-01T00:00:00Z")
    assert handle(send(client, target, {"event": event}), "identity:result") is None
    assert [one["timestamp"] for one in seen(client, "1" * 38)] == ["2024-01-01T00:00:00Z"]
    asked = {"event": event, "query": {"identity": {"fetch": ["ECID"]}}}
    kinds = [one["type"] for one in send(client, target, asked).json()["handle"]]
    assert kinds == ["identity:result", "locationHint:result", "state:store"]


@pytest.mark.parametrize("version", ["v1", "v2", "or2/v1"])
def test_many_events_are_collected_at_once(client: Any, events: str, version: str) -> None:
    target = f"{version}/collect?configId={stream(client, events)}:prod"
    batch = [view(identityMap={"ECID": [{"id": str(n) * 38, "primary": True}]}) for n in (1, 2)]
    answer = send(client, target, {"events": batch}, **{"content-type": "text/plain; charset=UTF-8"})
    if version == "v2":
        assert (answer.status, list(answer.json())) == (202, ["requestId"])
    else:
        assert (answer.status, answer.body) == (204, b"")
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
    assert "X-Adobe-Edge" in answer.headers["access-control-expose-headers"]


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
        ("v1/interact", {"events": [view()]}, 400, "EXEG-0002-400"),
        ("v2/interact?datastreamId=", {"event": view()}, 400, "EXEG-0002-400"),
        (f"v1/interact?configId={own}", b"{", 400, "EXEG-0101-400"),
        (f"v1/interact?configId={own}", b"", 408, "EXEG-0109-408"),
        (f"v1/interact?configId={own}", {"events": [view(note="x" * 65_536)]}, 413, "EXEG-0112-413"),
        (f"v2/collect?datastreamId={own}", {"events": [view()]}, 400, "EXEG-0306-400"),
        (
            f"v1/interact?configId={own}",
            {"events": [view(identityMap={"FPID": [{"id": FPID}], "Email": [{"id": "a@b.example"}]})]},
            400,
            "EXEG-0306-400",
        ),
        (
            f"v1/interact?configId={own}",
            {"events": [view(identityMap={"Email": [{"id": ""}]})]},
            400,
            "EXEG-0305-400",
        ),
        (
            f"v1/interact?configId={own}",
            {"events": [view(identityMap={"FPID": [{"id": "x", "primary": True}]})]},
            400,
            "EXEG-0308-400",
        ),
        (
            f"v1/interact?configId={own}",
            {"events": [view()], "meta": {"state": {"cookiesEnabled": True}}},
            400,
            "EXEG-0110-400",
        ),
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
        (f"v1/interact?configId={stream(client, events, enabled=False)}", {}, 422, "EXEG-0004-422"),
    ]
    for target, body, status, code in cases:
        answer = send(client, target, body)
        assert (answer.status, answer.json()["type"]) == (status, f"https://ns.adobe.com/aep/errors/{code}")
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["report"]["requestId"]


def test_a_body_of_another_type_is_refused(client: Any, events: str) -> None:
    target = f"v1/interact?configId={stream(client, events)}"
    for kind, status, code in (("text/html", 415, "0111-415"), ("json", 400, "0106-400")):
        refused = send(client, target, {"events": [view()]}, **{"content-type": kind})
        assert (refused.status, refused.json()["type"].rpartition("-0")[2]) == (status, code[1:])
    for kind in ("text/plain;charset=UTF-8", "text/javascript"):
        assert send(client, target, {"events": [view()]}, **{"content-type": kind}).status == 200
    smile = {"content-type": "application/x-jackson-smile"}
    assert send(client, target, b":)\n\x01\xfa\xfb", **smile).json()["type"].endswith("EXEG-0104-422")
    assert send(client, target, b":)\n\x01\xfa", **smile).json()["type"].endswith("EXEG-0101-400")


def test_a_server_has_to_say_who_it_is_and_who_the_visitor_is(client: Any, events: str) -> None:
    own = stream(client, events)
    target = f"v2/collect?dataStreamId={own}"
    known = view(identityMap={"ECID": [{"id": "1" * 38, "primary": True}]})
    headers = {name: value for name, value in client.headers().items() if value} | {
        "host": "server.adobedc.net"
    }
    assert send(client, target, {"events": [known]}, **headers).status == 202
    assert send(client, target, {"events": [view()]}, **headers).json()["type"].endswith("EXEG-0306-400")
    for change, code in (
        ({"authorization": None}, "EXEG-0500-401"),
        ({"x-api-key": None}, "EXEG-0500-401"),
        ({"authorization": "Bearer x"}, "EXEG-0500-401"),
        ({"authorization": "Bearer e30.e30.x"}, "EXEG-0502-401"),
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


def test_an_event_that_asks_for_decisions_is_answered_with_none(client: Any, events: str) -> None:
    query = {"personalization": {"schemas": [], "decisionScopes": ["__view__"]}}
    answer = send(
        client, f"v1/interact?configId={stream(client, events)}", {"events": [view() | {"query": query}]}
    )
    found = [one for one in answer.json()["handle"] if one["type"] == "personalization:decisions"]
    assert found == [{"payload": [], "type": "personalization:decisions", "eventIndex": 0}]


def test_a_region_in_the_path_stays_the_hint(client: Any, events: str) -> None:
    target = f"va6/v1/interact?configId={stream(client, events)}"
    hints = handle(send(client, target, {"events": [view()]}), "locationHint:result")
    assert {one["scope"]: one["hint"] for one in hints}["EdgeNetwork"] == "va6"


def test_a_token_is_looked_at_wherever_version_2_is_called(client: Any, events: str) -> None:
    target = f"v2/interact?datastreamId={stream(client, events)}"
    event = view(identityMap={"ECID": [{"id": "1" * 38, "primary": True}]})
    key = {"x-api-key": "k", "x-gw-ims-org-id": client.settings.org_id}
    refused = send(client, target, {"event": event}, authorization="Bearer e30.e30.wrong", **key)
    assert (refused.status, refused.json()["type"].rpartition("/")[2]) == (401, "EXEG-0502-401")
    assert send(client, target, {"event": event}).status == 200


def test_an_event_that_does_not_fit_is_told_in_the_log(client: Any, events: str, caplog: Any) -> None:
    send(client, f"v1/interact?configId={stream(client, events)}", {"events": [{"xdm": {"unknownField": 5}}]})
    assert events in caplog.text
    assert "unknownField" in caplog.text
