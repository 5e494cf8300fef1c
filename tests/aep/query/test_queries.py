from __future__ import annotations

from typing import Any

import pytest

QUERIES = "/data/foundation/query/queries"
TEMPLATES = "/data/foundation/query/query-templates"
SCHEDULES = "/data/foundation/query/schedules"


def asked(sql: str = "SELECT 1", **more: Any) -> dict[str, Any]:
    return {"dbName": "prod:all", "sql": sql, "name": "One", "description": "d", **more}


def test_a_client_is_told_how_to_connect(client: Any) -> None:
    found = client.get("/data/foundation/query/connection_parameters").json()
    assert (found["dbName"], found["port"], found["version"]) == ("prod:all", 80, 1)
    assert found["username"] == client.settings.org_id
    assert found["token"] == found["compressedToken"] == client.token
    assert {"host", "websocketHost"} <= found.keys()


def test_a_query_is_submitted_and_has_succeeded_when_it_is_read(client: Any) -> None:
    made = client.post(QUERIES, asked())
    assert (made.status, made.json()["state"], made.json()["request"]) == (202, "SUBMITTED", asked())
    found = client.get(f"{QUERIES}/{made.json()['id']}").json()
    assert (found["state"], found["rowCount"], found["errors"]) == ("SUCCESS", 0, [])
    assert (found["isCTAS"], found["isInsertInto"], found["client"], found["version"]) == (
        False,
        False,
        "API",
        1,
    )
    assert set(found["_links"]) == {"self", "soft_delete", "cancel"}


def test_a_query_reads_the_tables_of_datasets(client: Any, lake: Any) -> None:
    dataset = lake.dataset(lake.schema(), name="My People")
    table = client.get(f"/data/foundation/catalog/dataSets/{dataset}").json()[dataset]["tags"][
        "adobe/pqs/table"
    ]
    for sql, state in ((f"SELECT * FROM {table[0]}", "SUCCESS"), ("SELECT * FROM nobody", "FAILED")):
        made = client.post(QUERIES, asked(sql)).json()
        found = client.get(f"{QUERIES}/{made['id']}").json()
        assert found["state"] == state, found
    assert 'relation "nobody" does not exist' in found["errors"][0]["message"]


def test_a_query_says_which_datasets_it_reads_and_is_found_by_them(client: Any, lake: Any) -> None:
    schema = lake.schema()
    one, two = lake.dataset(schema, name="people"), lake.dataset(schema, name="visits")
    both = client.post(QUERIES, asked("SELECT * FROM people p JOIN VISITS v ON p.a = v.a")).json()
    only = client.post(QUERIES, asked("SELECT 1 FROM visits")).json()
    assert "referenced_datasets" not in both["_links"]
    links = client.get(f"{QUERIES}/{both['id']}").json()["_links"]["referenced_datasets"]
    assert links == [{"id": i, "href": f"/data/foundation/catalog/dataSets/{i}"} for i in (one, two)]
    for wanted, found in ((one, {both["id"]}), (f"x||{two}", {both["id"], only["id"]}), ("x", set())):
        page = client.get(f"{QUERIES}?property=referenced_datasets=={wanted}").json()["queries"]
        assert {query["id"] for query in page} == found
    assert client.get(f"{QUERIES}?property=referenced_datasets~x").status == 400
    by_one_sign = client.get(f"{QUERIES}?property=id={only['id']}").json()["queries"]
    assert [query["id"] for query in by_one_sign] == [only["id"]]


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"sql": "CREATE TABLE t AS SELECT 1"}, "isCTAS"),
        ({"ctasParameters": {"datasetName": "t", "description": "d"}}, "isCTAS"),
        ({"sql": "INSERT INTO t SELECT 1"}, "isInsertInto"),
        ({"insertIntoParameters": {"datasetName": "t"}}, "isInsertInto"),
    ],
)
def test_a_statement_that_writes_fails_and_says_why(client: Any, changes: dict[str, Any], kind: str) -> None:
    made = client.post(QUERIES, asked(**changes)).json()
    assert made[kind] is True
    found = client.get(f"{QUERIES}/{made['id']}").json()
    assert (found["state"], "no statement that writes" in found["errors"][0]["message"]) == ("FAILED", True)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"sql": "SELECT 1"},
        {"dbName": "prod:all"},
        {"dbName": "prod:all", "sql": " "},
        asked(name=5),
        asked(ctasParameters="x"),
    ],
)
def test_a_query_that_asks_for_nothing_is_refused(client: Any, body: dict[str, Any]) -> None:
    assert client.post(QUERIES, body).status == 400


def test_a_query_is_cancelled_and_deleted(client: Any) -> None:
    made = client.post(QUERIES, asked()).json()["id"]
    for op in ("cancel", "soft_delete"):
        answer = client.patch(f"{QUERIES}/{made}", {"op": op})
        assert (answer.status, answer.json()["statusCode"]) == (202, 202)
    assert client.get(QUERIES).json()["queries"] == []
    assert len(client.get(f"{QUERIES}?excludeSoftDeleted=false").json()["queries"]) == 1
    assert client.patch(f"{QUERIES}/{made}", {"op": "stop"}).status == 400
    assert client.delete(f"{QUERIES}/{made}").status == 202
    assert client.get(f"{QUERIES}/{made}").status == 404


def test_queries_are_paged_by_their_times(client: Any) -> None:
    made = [client.post(QUERIES, asked(name=str(number))).json()["id"] for number in range(5)]
    first = client.get(f"{QUERIES}?limit=2").json()
    assert [one["id"] for one in first["queries"]] == made[:2:-1]
    assert (first["_page"]["orderby"], first["_page"]["count"], first["version"]) == ("-created", 2, 1)
    ids = []
    target = f"{QUERIES}?limit=2&orderby=created"
    while target:
        page = client.get(target).json()
        ids += [one["id"] for one in page["queries"]]
        target = page["_links"].get("next", {}).get("href")
    assert ids == made


def test_queries_are_filtered(client: Any) -> None:
    made = client.post(QUERIES, asked(name="special")).json()["id"]
    client.post(QUERIES, asked("SELECT 2 FROM nobody"))
    for text, count in (
        (f"id=={made}", 1),
        ("state==FAILED", 1),
        ("state!=FAILED", 1),
        ("sql~nobody", 1),
        ("created>2020-01-01T00:00:00Z", 2),
        ("state==FAILED,sql~special", 0),
    ):
        found = client.get(f"{QUERIES}?property={text.replace('=', '%3D').replace('>', '%3E')}")
        assert len(found.json()["queries"]) == count, text
    assert client.get(f"{QUERIES}?property=nonsense").status == 400
    assert client.get(f"{QUERIES}?orderby=name").status == 400


def test_a_template_is_made_replaced_used_and_deleted(client: Any) -> None:
    made = client.post(TEMPLATES, {"sql": "SELECT 1", "name": "T", "queryParameters": {"a": "b"}})
    assert (made.status, made.json()["version"]) == (202, 1)
    where = f"{TEMPLATES}/{made.json()['id']}"
    query = client.post(QUERIES, {"dbName": "prod:all", "templateId": made.json()["id"]})
    assert (query.status, query.json()["effectiveSQL"]) == (202, "SELECT 1")
    assert client.put(where, {"sql": "SELECT 2"}).status == 400
    replaced = client.put(where, {"sql": "SELECT 2", "name": "U"})
    assert (replaced.status, replaced.json()["sql"], replaced.json()["version"]) == (202, "SELECT 2", 2)
    assert client.get(where).json() == replaced.json()
    assert len(client.get(f"{TEMPLATES}?property=name%3D%3DU").json()["templates"]) == 1
    assert client.get(f"{TEMPLATES}?property=sql%3D%3DU").status == 400
    assert client.get(f"{TEMPLATES}/count").json() == {"totalCount": 1, "version": 1}
    assert client.delete(where).json() == {"message": "Deleted", "statusCode": 202}
    assert client.get(where).status == 404
    assert client.post(QUERIES, {"dbName": "prod:all", "templateId": "x"}).status == 404


def scheduled(client: Any, **timing: Any) -> str:
    body = {"query": asked(), "schedule": {"schedule": "30 * * * *", **timing}}
    made = client.post(SCHEDULES, body)
    assert (made.status, made.json()["state"]) == (202, "REGISTERING")
    assert made.json()["schedule"]["maxActiveRuns"] == 1
    return str(made.json()["id"])


def test_templates_are_counted_beyond_a_page(client: Any) -> None:
    for number in range(3):
        assert client.post(TEMPLATES, {"sql": "SELECT 1", "name": f"t{number}"}).status == 202
    assert client.get(f"{TEMPLATES}/count?limit=2").json()["totalCount"] == 3
    assert client.get(f"{TEMPLATES}/count?property=name==t1").json()["totalCount"] == 1


def test_a_schedule_is_enabled_changed_and_deleted(client: Any) -> None:
    where = f"{SCHEDULES}/{scheduled(client)}"
    assert client.get(where).json()["state"] == "ENABLED"
    for value, state in (("disable", "DISABLED"), ("enable", "ENABLED")):
        answer = client.patch(where, {"body": [{"op": "replace", "path": "/state", "value": value}]})
        assert (answer.status, client.get(where).json()["state"]) == (202, state)
    cron = {"body": [{"op": "replace", "path": "/schedule/schedule", "value": "0 1 * * *"}]}
    assert client.patch(where, cron).status == 202
    assert client.get(where).json()["schedule"]["schedule"] == "0 1 * * *"
    assert [one["state"] for one in client.get(SCHEDULES).json()["schedules"]] == ["ENABLED"]
    assert client.delete(where).status == 202
    assert client.get(where).status == 404


def test_a_schedule_runs_by_hand_and_when_it_is_due(client: Any) -> None:
    where = f"{SCHEDULES}/{scheduled(client)}"
    assert client.post(f"{where}/runs").status == 202
    [by_hand] = client.get(f"{where}/runs").json()["runsSchedules"]
    assert (by_hand["state"], by_hand["externalTrigger"]) == ("SUCCESS", True)
    assert client.get(f"{where}/runs/{by_hand['id']}").json() == by_hand
    assert client.patch(f"{where}/runs/{by_hand['id']}", {"op": "cancel"}).status == 202
    client.clock.advance(31 * 60 * 1000)
    runs = client.get(f"{where}/runs").json()["runsSchedules"]
    assert [one["externalTrigger"] for one in runs] == [False, True]
    assert len(client.get(f"{where}/runs").json()["runsSchedules"]) == 2
    assert client.get(f"{where}/runs/nothing").status == 404


@pytest.mark.parametrize(
    "body",
    [
        {"query": asked()},
        {"schedule": {"schedule": "30 * * * *"}},
        {"query": asked(), "schedule": {"schedule": "0 30 * * * ?"}},
        {"query": asked(), "schedule": {"schedule": "30 * * * *", "startDate": "soon"}},
        {"query": asked(), "schedule": {"schedule": "30 * * * *", "maxActiveRuns": 0}},
    ],
)
def test_a_schedule_without_query_or_time_is_refused(client: Any, body: dict[str, Any]) -> None:
    assert client.post(SCHEDULES, body).status == 400


@pytest.mark.parametrize(
    "operations", [[], "x", [{"op": "add"}], [{"op": "replace", "path": "/state", "value": "x"}]]
)
def test_a_change_that_a_schedule_does_not_take_is_refused(client: Any, operations: Any) -> None:
    where = f"{SCHEDULES}/{scheduled(client)}"
    assert client.patch(where, {"body": operations}).status == 400
