"""Flows over files: from the landing zone into datasets by a mapping, and datasets into the zone."""

from __future__ import annotations

import gzip
from typing import Any
from urllib.parse import urlsplit

import pytest

from harness.aep.ingestion.flow_schedule import due_ms

BASE = "/data/foundation/flowservice"
ZONE = "/data/foundation/connectors/landingzone"
PERSON = "https://ns.adobe.com/xdm/context/profile-person-details"
CLOUD_STORAGE, EXPORT = "9753525b-82c7-4dce-8a9b-5ccfce2b9876", "cd2fc47e-e838-4f38-a581-8fff2f99b63a"
LANDING_ZONE, DATA_LAKE = "26f526f2-58f4-4712-961d-e41bf1ccc0e8", "c604ff05-7f1a-43c0-8e18-33bf874cb11c"
MINUTE_MS = 60_000


class Files:
    """A dataset of people, and what it takes to fill it from files."""

    def __init__(self, client: Any, lake: Any) -> None:
        self.client, self.lake = client, lake
        group = lake.mixin({"mail": {"type": "string"}, "points": {"type": "integer"}})
        self.schema = lake.schema(PERSON, group, union=True)
        lake.identity(self.schema, f"/{lake.tenant}/mail")
        self.dataset = lake.dataset(self.schema, profile=True)

    def made(self, word: str, body: dict[str, Any]) -> str:
        answer = self.client.post(f"{BASE}/{word}", {"name": word, **body})
        assert answer.status == 201, answer.body
        return str(answer.json()["id"])

    def put(self, name: str, content: bytes) -> None:
        uri = urlsplit(self.client.get(f"{ZONE}/credentials?type=user_drop_zone").json()["SASUri"])
        put = self.client.call("PUT", f"{uri.path}/{name}?{uri.query}", content)
        assert put.status == 201

    def mapping(self) -> str:
        own = self.lake.tenant
        rows = [
            {"sourceType": "ATTRIBUTE", "source": "Mail", "destination": f"{own}.mail"},
            {"sourceType": "EXPRESSION", "source": "to_integer(Points)", "destination": f"{own}.points"},
            {"sourceType": "EXPRESSION", "source": "upper(Name)", "destination": "person.name.firstName"},
        ]
        ref = {"id": self.schema, "contentType": "application/vnd.adobe.xed-full+json;version=1"}
        body = {"outputSchema": {"schemaRef": ref}, "mappings": rows}
        return str(self.client.post("/data/foundation/conversion/mappingSets", body).json()["id"])

    def flow(self, *, mapped: bool = True, data: dict[str, Any] | None = None, **params: Any) -> str:
        source = self.made(
            "sourceConnections",
            {
                "connectionSpec": {"id": LANDING_ZONE, "version": "1.0"},
                "data": data or {"format": "delimited"},
                "params": {"path": "in", "type": "folder", **params},
            },
        )
        ref = {"id": self.schema, "version": "application/vnd.adobe.xed-full+json;version=1.0"}
        target = self.made(
            "targetConnections",
            {
                "connectionSpec": {"id": DATA_LAKE, "version": "1.0"},
                "data": {"format": "parquet_xdm", "schema": ref},
                "params": {"dataSetId": self.dataset},
            },
        )
        step = {"name": "Mapping", "params": {"mappingId": self.mapping(), "mappingVersion": 0}}
        return self.made(
            "flows",
            {
                "flowSpec": {"id": CLOUD_STORAGE, "version": "1.0"},
                "sourceConnectionIds": [source],
                "targetConnectionIds": [target],
                "transformations": [step] if mapped else [],
                "scheduleParams": {
                    "startTime": str(self.client.clock.now_ms() // 1000 + 60),
                    "frequency": "minute",
                    "interval": "15",
                },
            },
        )

    def runs(self, flow: str) -> list[dict[str, Any]]:
        return list(self.client.get(f"{BASE}/runs?property=flowId=={flow}").json()["items"])

    def person(self, mail: str) -> dict[str, Any] | None:
        target = "/data/core/ups/access/entities?schema.name=_xdm.context.profile"
        answer = self.client.get(f"{target}&entityId={mail}&entityIdNS=Email")
        return next(iter(answer.json().values()))["entity"] if answer.status == 200 else None


@pytest.fixture
def files(client: Any, lake: Any) -> Files:
    return Files(client, lake)


def test_a_flow_maps_the_files_of_the_landing_zone_when_it_is_due(files: Files) -> None:
    files.put("in/a.csv", b"Mail,Name,Points\nada@x.example,Ada,7\nbob@x.example,Bob,8\n")
    flow = files.flow()
    assert files.runs(flow) == []
    files.client.clock.advance(MINUTE_MS)
    (run,) = files.runs(flow)
    records = run["metrics"]["recordSummary"]
    assert (records["inputRecordCount"], records["outputRecordCount"]) == (2, 2)
    assert run["metrics"]["fileSummary"] == {"inputFileCount": 1, "outputFileCount": 1}
    found = files.person("ada@x.example")
    assert found is not None
    assert (found["person"]["name"]["firstName"], found[files.lake.tenant]["points"]) == ("ADA", 7)
    shown = files.client.get(f"{BASE}/flows/{flow}").json()["items"][0]
    assert shown["lastRunDetails"]["state"] == "success"
    assert shown["inheritedAttributes"]["properties"] == {"isDestinationFlow": False, "isSourceFlow": True}


def test_a_flow_takes_a_file_once_and_what_is_new_with_its_next_run(files: Files) -> None:
    files.put("in/a.csv", b"Mail,Name,Points\nada@x.example,Ada,7\n")
    flow = files.flow()
    files.client.clock.advance(MINUTE_MS)
    assert len(files.runs(flow)) == 1
    files.put("in/b.csv", b"Mail,Name,Points\neve@x.example,Eve,1\n")
    files.put("in/below/c.csv", b"Mail,Name,Points\ndan@x.example,Dan,1\n")
    assert files.person("eve@x.example") is None
    files.client.clock.advance(15 * MINUTE_MS)
    last = files.runs(flow)[0]
    assert last["metrics"]["fileSummary"]["inputFileCount"] == 1
    assert (files.person("eve@x.example") is not None, files.person("dan@x.example")) == (True, None)


def test_rows_that_cannot_be_mapped_fail_the_file_and_the_run_says_so(files: Files) -> None:
    files.put("in/a.csv", b"Mail,Name,Points\nada@x.example,Ada,many\n")
    flow = files.flow()
    files.client.clock.advance(MINUTE_MS)
    (run,) = files.runs(flow)
    status = run["metrics"]["statusSummary"]
    assert status["status"] == "failed"
    assert any("sourceField: to_integer(Points)" in one["message"] for one in status["errors"])
    (batch,) = files.client.get("/data/foundation/catalog/batches?status=failed").json().values()
    assert batch["tags"]["flowId"] == [flow]


def test_a_flow_whose_mapping_set_is_deleted_lands_nothing(files: Files) -> None:
    files.put("in/a.csv", b"Mail,Name,Points\nada@x.example,Ada,7\n")
    flow = files.flow()
    shown = files.client.get(f"{BASE}/flows/{flow}").json()["items"][0]
    mapping = shown["transformations"][0]["params"]["mappingId"]
    assert files.client.delete(f"/data/foundation/conversion/mappingSets/{mapping}").status == 204
    files.client.clock.advance(MINUTE_MS)
    (run,) = files.runs(flow)
    assert any("no mapping set" in one["message"] for one in run["metrics"]["statusSummary"]["errors"])
    assert files.person("ada@x.example") is None


def test_a_flow_whose_dataset_is_deleted_fails_and_nothing_else_does(files: Files) -> None:
    files.put("in/a.csv", b"Mail,Name,Points\nada@x.example,Ada,7\n")
    flow = files.flow()
    assert files.client.delete(f"/data/foundation/catalog/dataSets/{files.dataset}").status == 200
    files.client.clock.advance(MINUTE_MS)
    (run,) = files.runs(flow)
    assert run["metrics"]["statusSummary"]["status"] == "failed"


def test_packed_json_is_taken_without_a_mapping_and_a_run_can_be_asked_for(files: Files) -> None:
    own = files.lake.tenant
    line = f'{{"_id": "1", "{own}": {{"mail": "ada@x.example", "points": 3}}}}\n'
    files.put("in/deep/a.json.gz", gzip.compress(line.encode()))
    flow = files.flow(mapped=False, data={"format": "json"}, recursive=True)
    made = files.client.post(f"{BASE}/runs", {"flowId": flow})
    assert made.status == 201
    (run,) = files.runs(flow)
    assert (run["id"], run["metrics"]["statusSummary"]["status"]) == (made.json()["id"], "success")
    assert files.person("ada@x.example") is not None


def test_a_dataset_is_exported_into_the_landing_zone(files: Files) -> None:
    own = files.lake.tenant
    line = f'{{"_id": "1", "{own}": {{"mail": "ada@x.example", "points": 3}}}}\n'
    files.put("in/a.json", line.encode())
    files.client.post(f"{BASE}/runs", {"flowId": files.flow(mapped=False, data={"format": "json"})})
    spec = {"id": "10440537-2a7b-4583-ac39-ed38d4b848e8", "version": "1.0"}
    configs = f"{BASE}/connectionSpecs/{spec['id']}/configs?outputType=activationDatasets&limit=100&start=0"
    assert files.dataset in [one["id"] for one in files.client.get(configs).json()["items"]]
    base = files.made("connections", {"connectionSpec": spec})
    source = files.made(
        "sourceConnections",
        {
            "connectionSpec": {"id": "23598e46-f560-407b-88d5-ea6207e49db0", "version": "1.0"},
            "params": {"datasets": [{"dataSetId": files.dataset}]},
        },
    )
    target = files.made(
        "targetConnections",
        {
            "connectionSpec": spec,
            "baseConnectionId": base,
            "params": {"path": "/out", "compression": "GZIP", "datasetFileType": "JSON"},
        },
    )
    flow = files.made(
        "flows",
        {
            "flowSpec": {"id": EXPORT, "version": "1.0"},
            "sourceConnectionIds": [source],
            "targetConnectionIds": [target],
            "scheduleParams": {"timeUnit": "day", "interval": 0, "exportMode": "DAILY_FULL_EXPORT"},
        },
    )
    (run,) = files.runs(flow)
    assert run["metrics"]["recordSummary"]["outputRecordCount"] == 1
    uri = urlsplit(files.client.get(f"{ZONE}/credentials?type=dlz_destination").json()["SASUri"])
    listed = files.client.call("GET", f"{uri.path}?{uri.query}&restype=container&comp=list").body.decode()
    name = listed.partition("<Name>")[2].partition("</Name>")[0]
    assert name.startswith(f"out/{files.dataset}_20240515_")
    content = files.client.call("GET", f"{uri.path}/{name}?{uri.query}").body
    assert b"ada@x.example" in gzip.decompress(content)


@pytest.mark.parametrize(
    ("schedule", "ran_ms", "expected"),
    [
        (None, None, 5_000.0),
        ({"startTime": "100"}, None, 100_000.0),
        ({"startTime": 1_700_000_000_000}, None, 1_700_000_000_000.0),
        ({"startTime": 100, "frequency": "minute", "interval": 15}, 100_000, 1_000_000.0),
        ({"startTime": 100, "frequency": "minute", "interval": "15"}, 1_950_000, 2_800_000.0),
        ({"startTime": 100, "frequency": "once"}, 100_000, float("inf")),
        ({"startTime": 0, "timeUnit": "day", "interval": 1, "endTime": 1}, 1, float("inf")),
        ({"startTime": "soon", "frequency": "hour", "interval": True}, None, 5_000.0),
    ],
)
def test_a_schedule_is_due_at_its_start_and_then_by_its_interval(
    schedule: Any, ran_ms: int | None, expected: float
) -> None:
    assert due_ms(schedule, 5_000, ran_ms) == expected
