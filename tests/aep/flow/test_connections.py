from __future__ import annotations

import re
from typing import Any

import pytest

BASE = "/data/foundation/flowservice"
ETAG = re.compile(r'"[0-9a-f]{8}-0000-0200-0000-[0-9a-f]{8}0000"')


def streaming(**params: Any) -> dict[str, Any]:
    return {
        "name": "Sample streaming connection",
        "connectionSpec": {"id": "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb", "version": "1.0"},
        "auth": {"specName": "Streaming Connection", "params": {"dataType": "xdm", **params}},
    }


def code(answer: Any) -> str:
    return str(answer.json().get("type", "")).rpartition("FLOW-")[2]


def test_a_connection_is_created_with_a_quoted_etag_and_its_location(client: Any) -> None:
    answer = client.post(f"{BASE}/connections", streaming())
    body = answer.json()
    assert answer.status == 201
    assert set(body) == {"id", "etag"}
    assert ETAG.fullmatch(body["etag"])
    assert answer.headers["location"].endswith(f"/connections/{body['id']}")


def test_a_single_connection_is_a_list_of_one_with_version_and_etag_alike(client: Any) -> None:
    made = client.post(f"{BASE}/connections", streaming()).json()
    (item,) = client.get(f"{BASE}/connections/{made['id']}").json()["items"]
    assert item["id"] == made["id"]
    assert item["version"] == item["etag"] == made["etag"]
    assert (item["state"], item["sandboxName"]) == ("enabled", "prod")
    assert item["imsOrgId"] == client.settings.org_id
    assert item["createdAt"] == item["updatedAt"] == client.clock.now_ms()


def test_a_streaming_connection_mints_an_inlet_at_the_platforms_own_address(client: Any) -> None:
    made = client.post(f"{BASE}/connections", streaming(authenticationRequired=True)).json()
    (item,) = client.get(f"{BASE}/connections/{made['id']}").json()["items"]
    params = item["auth"]["params"]
    assert re.fullmatch(r"[0-9a-f]{64}", params["inletId"])
    assert params["inletUrl"] == f"http://aep.local/collection/{params['inletId']}"
    assert params["sourceId"] == params["name"] == "Sample streaming connection"
    assert params["authenticationRequired"] is True
    assert "inletId" not in item
    assert client.post(f"/collection/{params['inletId']}", {}, bare=True).status == 401


def test_a_patch_of_the_authentication_changes_the_inlet_and_a_deletion_closes_it(
    client: Any, destinations: Any
) -> None:
    made = client.post(f"{BASE}/connections", streaming(authenticationRequired=True)).json()
    inlet = destinations.item("connections", made["id"])["auth"]["params"]["inletId"]
    value = {"dataType": "xdm", "sourceId": "other", "name": "other"}
    patched = destinations.patch(
        "connections", made["id"], {"op": "replace", "path": "/auth/params", "value": value}
    )
    assert patched.status == 200
    params = destinations.item("connections", made["id"])["auth"]["params"]
    assert (params["inletId"], params["sourceId"], params["authenticationRequired"]) == (
        inlet,
        "other",
        False,
    )
    assert client.post(f"/collection/{inlet}", {}, bare=True).status == 400
    assert client.delete(f"{BASE}/connections/{made['id']}").status == 204
    assert client.get(f"{BASE}/connections/{made['id']}").status == 404
    assert client.post(f"/collection/{inlet}", {}, bare=True).status != 400


def test_an_unknown_connection_is_404_in_the_documented_words(client: Any) -> None:
    text = "connections not found with id = [nope]"
    for answer in (
        client.get(f"{BASE}/connections/nope"),
        client.patch(f"{BASE}/connections/nope", [], headers={"if-match": "x"}),
        client.delete(f"{BASE}/connections/nope"),
        client.post(f"{BASE}/connections/nope/action?op=enable"),
        client.get(f"{BASE}/connections/nope/test"),
    ):
        assert answer.status == 404
        assert answer.json() == {"errorMessage": text, "errorDetails": text}


def test_a_connection_begins_in_the_state_that_it_is_given(client: Any) -> None:
    for given, state in (("disabled", "disabled"), ("enabled", "enabled"), ("initializing", "enabled")):
        made = client.post(f"{BASE}/connections", {**streaming(), "state": given}).json()
        (item,) = client.get(f"{BASE}/connections/{made['id']}").json()["items"]
        assert item["state"] == state


def test_a_sandbox_that_is_not_there_has_the_code_of_the_catalogue(client: Any) -> None:
    answer = client.get(f"{BASE}/connections", headers={"x-sandbox-name": "nowhere"})
    assert (answer.status, code(answer)) == (404, "2100-404")


def test_a_connection_of_another_sandbox_is_not_seen(client: Any) -> None:
    made = client.post(f"{BASE}/connections", streaming()).json()
    assert client.get(f"{BASE}/connections/{made['id']}", headers={"x-sandbox-name": "dev"}).status == 404


@pytest.mark.parametrize(
    ("body", "status", "number"),
    [
        (b"", 400, "1405-400"),
        (b"null", 400, "1405-400"),
        ({"name": "x"}, 400, "1413-400"),
        ({"name": "x", "connectionSpec": {"id": "nope", "version": "1.0"}}, 400, "1413-400"),
        ({"name": "x", "connectionSpec": {"id": ["a"], "version": "1.0"}}, 400, "1413-400"),
        ({**streaming(), "auth": None}, 400, ""),
        ({**streaming(), "auth": {"specName": "Amazon Kinesis", "params": {}}}, 400, "1415-400"),
        ({**streaming(), "auth": {"specName": "Streaming Connection"}}, 400, ""),
        (streaming(dataType="csv"), 400, ""),
        (streaming(authenticationRequired="yes"), 400, ""),
        ({**streaming(), "name": 3}, 400, ""),
        ({**streaming(), "state": "asleep"}, 400, "1456-400"),
    ],
)
def test_a_bad_creation_is_refused(client: Any, body: Any, status: int, number: str) -> None:
    answer = client.post(f"{BASE}/connections", body, headers={"content-type": "application/json"})
    assert (answer.status, code(answer)) == (status, number)
    assert client.get(f"{BASE}/connections").json()["items"] == []


def test_an_unknown_spec_has_the_message_of_the_api_reference(client: Any) -> None:
    answer = client.post(f"{BASE}/connections", {"connectionSpec": {"id": "nope", "version": "1.0"}})
    assert answer.json()["message"] == "Please provide a valid spec id"


def test_the_seeds_name_of_an_auth_spec_is_refused_in_the_documented_words(
    client: Any, destinations: Any
) -> None:
    name = "Amazon Kinesis authentication credentials"
    body = {
        "name": "x",
        "connectionSpec": {"id": destinations.kinesis, "version": "1.0"},
        "auth": {"specName": name, "params": destinations.aws},
    }
    answer = client.post(f"{BASE}/connections", body)
    assert code(answer) == "1415-400"
    assert answer.json()["detail"] == (
        f"The auth spec '{name}' could not be found for the connection spec ID {destinations.kinesis}."
    )


@pytest.mark.parametrize("absent", ["accessKeyId", "secretKey", "region"])
def test_credentials_have_to_be_complete(client: Any, destinations: Any, absent: str) -> None:
    params = {name: value for name, value in destinations.aws.items() if name != absent}
    body = {
        "name": "x",
        "connectionSpec": {"id": destinations.kinesis, "version": "1.0"},
        "auth": {"specName": "Aws Kinesis authentication credentials", "params": params},
    }
    answer = client.post(f"{BASE}/connections", body)
    assert answer.status == 400
    assert f"auth.params.{absent}" in answer.json()["detail"]


def test_a_spec_version_left_out_is_422_when_strict_and_the_first_otherwise(make_client: Any) -> None:
    body = {"name": "x", "connectionSpec": {"id": "8a9c3494-9708-43d7-ae3f-cda01e5030e1"}}
    assert make_client().post(f"{BASE}/connections", body).status == 201
    answer = make_client(strict=True).post(f"{BASE}/connections", body, headers={"x-sandbox-name": "prod"})
    assert answer.status == 422
    assert answer.json()["message"] == "connectionSpec.version 'version' is required for spec info"


def test_secrets_are_masked_and_survive_a_patch_of_something_else(destinations: Any) -> None:
    base = destinations.kinesis_connection()
    assert destinations.item("connections", base)["auth"]["params"] == {
        "accessKeyId": "AKIALOCAL",
        "secretKey": "******",
        "region": "us-east-1",
    }
    destinations.patch("connections", base, {"op": "replace", "path": "/name", "value": "new"})
    assert destinations.client.get(f"{BASE}/connections/{base}/test").json() == {"result": True}


def test_a_connection_with_the_wrong_key_fails_its_test_until_the_key_is_mended(destinations: Any) -> None:
    destinations.kinesis_connection()
    wrong = destinations.kinesis_connection(secretKey="wrong")
    path = f"{BASE}/connections/{wrong}/test"
    assert destinations.client.get(path).json() == {"result": False}
    destinations.patch(
        "connections", wrong, {"op": "replace", "path": "/auth/params", "value": destinations.aws}
    )
    assert destinations.client.get(path).json() == {"result": True}


# patches


def test_a_patch_gives_a_new_etag_and_the_old_one_is_stale(client: Any, destinations: Any) -> None:
    made = client.post(f"{BASE}/connections", streaming()).json()
    operation = {"op": "replace", "path": "/name", "value": "new"}
    patched = destinations.patch("connections", made["id"], operation)
    assert (patched.status, patched.json()["id"]) == (200, made["id"])
    assert patched.json()["etag"] != made["etag"]
    item = destinations.item("connections", made["id"])
    assert (item["name"], item["etag"]) == ("new", patched.json()["etag"])
    stale = destinations.patch("connections", made["id"], operation, etag=made["etag"])
    text = (
        f"Supplied version=[{made['etag']}] does not match"
        f" the current version on entity=[{patched.json()['etag']}]"
    )
    assert stale.status == 412
    assert stale.json()["errorMessage"] == stale.json()["errorDetails"] == text
    assert code(stale) == "1404-412"


def test_an_etag_without_its_quotes_is_412(client: Any, destinations: Any) -> None:
    made = client.post(f"{BASE}/connections", streaming()).json()
    operation = {"op": "replace", "path": "/name", "value": "new"}
    assert (
        destinations.patch("connections", made["id"], operation, etag=made["etag"].strip('"')).status == 412
    )


def test_a_patch_without_if_match_is_1403_but_the_query_may_bring_it(client: Any) -> None:
    made = client.post(f"{BASE}/connections", streaming()).json()
    path, body = f"{BASE}/connections/{made['id']}", [{"op": "replace", "path": "/name", "value": "n"}]
    answer = client.patch(path, body)
    assert (answer.status, code(answer)) == (400, "1403-400")
    assert answer.json()["detail"] == (
        "The header 'If-Match' is missing in the request. Please provide the header and try again."
    )
    from urllib.parse import quote

    assert client.patch(f"{path}/?if-match={quote(made['etag'])}", body).status == 200


@pytest.mark.parametrize(
    ("body", "number"),
    [
        (b"", "1405-400"),
        ([], "1405-400"),
        ({"op": "replace", "path": "/name", "value": "x"}, "1455-400"),
        ([{"op": "replace", "path": "/name"}], "1455-400"),
        ([{"op": "replace", "path": "/name", "value": 3}], "1455-400"),
        ([{"op": "replace", "path": "/etag", "value": "x"}], "1455-400"),
        ([{"op": "replace", "path": "/auth/nope", "value": "x"}], "1455-400"),
        ([{"op": "move", "path": "/name", "from": "/description"}], "1434-400"),
        ([{"op": "replace", "path": "/connectionSpec/id", "value": "x"}], "1414-400"),
        ([{"op": "REPLACE", "path": "/name", "value": "ok"}, {"op": "test", "path": "/name"}], "1434-400"),
    ],
)
def test_a_bad_patch_changes_nothing(client: Any, body: Any, number: str) -> None:
    made = client.post(f"{BASE}/connections", streaming()).json()
    path = f"{BASE}/connections/{made['id']}"
    before = client.get(path).json()
    answer = client.patch(path, body, headers={"if-match": made["etag"], "content-type": "application/json"})
    assert (answer.status, code(answer)) == (400, number)
    assert client.get(path).json() == before


# states


def test_a_connection_is_disabled_and_enabled_by_actions(client: Any, destinations: Any) -> None:
    base = destinations.kinesis_connection()
    path = f"{BASE}/connections/{base}"
    answer = client.post(f"{path}/action?op=disable")
    assert (answer.status, answer.json()["id"]) == (200, base)
    assert destinations.item("connections", base)["state"] == "disabled"
    assert client.get(f"{path}/test").json() == {"result": False}
    assert client.post(f"{path}/action?op=enable").status == 200
    assert destinations.item("connections", base)["state"] == "enabled"


@pytest.mark.parametrize(
    ("query", "number"), [("", "1434-400"), ("?op=x", "1434-400"), ("?op=enable&subOp=x", "1436-400")]
)
def test_an_unknown_action_is_refused(client: Any, destinations: Any, query: str, number: str) -> None:
    base = destinations.kinesis_connection()
    answer = client.post(f"{BASE}/connections/{base}/action{query}")
    assert (answer.status, code(answer)) == (400, number)


def test_a_transition_locks_a_connection(client: Any, destinations: Any) -> None:
    base = destinations.kinesis_connection()
    held = client.post(f"/_harness/flowservice/connections/{base}/state", {"state": "initializing"})
    assert held.status == 200
    patched = destinations.patch("connections", base, {"op": "replace", "path": "/name", "value": "n"})
    assert code(patched) == "1416-400"
    assert code(client.delete(f"{BASE}/connections/{base}")) == "1416-400"
    assert code(client.post(f"{BASE}/connections/{base}/action?op=enable")) == "1421-400"


# source and target connections


def test_a_source_connection_shows_what_it_inherits(destinations: Any) -> None:
    base = destinations.connection(destinations.profile_store)
    item = destinations.item("sourceConnections", destinations.source(base))
    assert item["baseConnectionId"] == base
    assert item["typeInfo"] == {"type": "ProfileFragments", "id": "ups"}
    assert item["inheritedAttributes"]["baseConnection"] == {
        "id": base,
        "connectionSpec": {"id": destinations.profile_store, "version": "1.0"},
    }


def test_a_target_connection_shows_its_parameters_and_can_change_them(destinations: Any) -> None:
    target = destinations.target(destinations.kinesis_connection())
    assert destinations.item("targetConnections", target)["params"] == {
        "stream": "profiles",
        "region": "us-east-1",
    }
    destinations.patch("targetConnections", target, {"op": "add", "path": "/params/note", "value": "n"})
    assert destinations.item("targetConnections", target)["params"]["note"] == "n"
    broken = destinations.patch("targetConnections", target, {"op": "remove", "path": "/params/stream"})
    assert broken.status == 400
    assert destinations.item("targetConnections", target)["params"]["stream"] == "profiles"


@pytest.mark.parametrize(
    ("changes", "status", "text"),
    [
        ({"baseConnectionId": None}, 400, "baseConnectionId"),
        ({"baseConnectionId": "nope"}, 404, "nope"),
        ({"params": {"region": "us-east-1"}}, 400, "params.stream"),
        ({"params": None}, 400, "params.stream"),
        ({"params": []}, 400, "params"),
        ({"connectionSpec": {"id": "bf9f5905-92b7-48bf-bf20-455bc6b60a4e"}}, 400, "base connection"),
    ],
)
def test_a_bad_target_connection_is_refused(
    client: Any, destinations: Any, changes: dict[str, Any], status: int, text: str
) -> None:
    body = {
        "name": "t",
        "baseConnectionId": destinations.kinesis_connection(),
        "connectionSpec": {"id": destinations.kinesis, "version": "1.0"},
        "params": {"stream": "s", "region": "us-east-1"},
        **changes,
    }
    answer = client.post(f"{BASE}/targetConnections", body)
    assert answer.status == status
    assert text in answer.json()["detail"]


def test_the_old_name_of_the_base_connection_field_is_taken_unless_strict(make_client: Any) -> None:
    for strict, status in ((False, 201), (True, 400)):
        client = make_client(strict=strict)
        client.sandbox = "prod"
        base = client.post(
            f"{BASE}/connections",
            {
                "name": "b",
                "connectionSpec": {"id": "bf9f5905-92b7-48bf-bf20-455bc6b60a4e", "version": "1.0"},
                "auth": {
                    "specName": "Azure EventHub authentication credentials",
                    "params": {"sasKeyName": "k", "sasKey": "s", "namespace": "n"},
                },
            },
        ).json()["id"]
        body = {
            "name": "t",
            "baseConnection": base,
            "connectionSpec": {"id": "bf9f5905-92b7-48bf-bf20-455bc6b60a4e", "version": "1.0"},
            "params": {"eventHubName": "h", "namespace": "ignored"},
        }
        assert client.post(f"{BASE}/targetConnections", body).status == status


def test_connections_that_a_flow_uses_cannot_be_deleted_before_it(client: Any, destinations: Any) -> None:
    base = destinations.kinesis_connection()
    target = destinations.target(base)
    source_base = destinations.connection(destinations.profile_store)
    source = destinations.source(source_base)
    flow = destinations.flow(target, sourceConnectionIds=[source])
    refused = client.delete(f"{BASE}/connections/{base}")
    assert (refused.status, code(refused)) == (400, "1418-400")
    assert refused.json()["detail"].startswith(
        f"The base connection with the ID {base} cannot be deleted because the base connection is being used"
    )
    assert code(client.delete(f"{BASE}/connections/{source_base}")) == "1418-400"
    assert code(client.delete(f"{BASE}/targetConnections/{target}")) == "1447-400"
    assert code(client.delete(f"{BASE}/sourceConnections/{source}")) == "1447-400"
    for word, one in (
        ("flows", flow),
        ("targetConnections", target),
        ("sourceConnections", source),
        ("connections", base),
        ("connections", source_base),
    ):
        answer = client.delete(f"{BASE}/{word}/{one}")
        assert (answer.status, answer.body) == (202, b"")
        assert client.get(f"{BASE}/{word}/{one}").status == 404


# lists


def test_lists_are_filtered_ordered_and_paged(client: Any) -> None:
    for name in ("b", "a", "c"):
        assert client.post(f"{BASE}/connections", {**streaming(), "name": name}).status == 201
    listed = client.get(f"{BASE}/connections?orderby=name&limit=2").json()
    assert [item["name"] for item in listed["items"]] == ["a", "b"]
    href = listed["_links"]["next"]["href"]
    assert href.startswith("/connections?")
    rest = client.get(f"/data/foundation/flowservice{href}").json()
    assert [item["name"] for item in rest["items"]] == ["c"]
    assert rest["_links"] == {}
    one = client.get(f"{BASE}/connections?property=name==a,x&property=name").json()["items"]
    assert [item["name"] for item in one] == ["a"]
    assert set(one[0]) == {"id", "name"}
    assert client.get(f"{BASE}/connections?count=true").json()["count"] == 3
    assert "count" not in client.get(f"{BASE}/connections").json()


def test_a_search_takes_the_same_query_in_its_body(client: Any) -> None:
    for name in ("b", "a"):
        client.post(f"{BASE}/connections", {**streaming(), "name": name})
    body = {"queryString": "property=state==enabled", "limit": 1, "orderby": "-name"}
    found = client.post(f"{BASE}/connections/search", body).json()
    assert [item["name"] for item in found["items"]] == ["b"]
    assert code(client.post(f"{BASE}/connections/search", {"limit": 2000})) == "1448-400"


def test_exploring_a_connection_lists_the_streams_its_key_sees(client: Any, destinations: Any) -> None:
    base = destinations.kinesis_connection()
    destinations.target(base, stream="one", region="us-east-1")
    other = destinations.kinesis_connection(accessKeyId="AKIAOTHER")
    assert [one["name"] for one in client.get(f"{BASE}/connections/{base}/explore").json()] == ["one"]
    assert client.get(f"{BASE}/connections/{other}/explore").json() == []
