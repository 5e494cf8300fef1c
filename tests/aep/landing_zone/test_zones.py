"""The landing zone: its credentials, and files by the calls that Azure's client makes."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from harness.aep.landing_zone.zones import USER, LandingZones
from harness.twin.tenant import Tenant

ZONE = "/data/foundation/connectors/landingzone"
SPEC = "26f526f2-58f4-4712-961d-e41bf1ccc0e8"
EXPLORE = f"/data/foundation/flowservice/connectionSpecs/{SPEC}/explore"


def address(client: Any, name: str = "", query: str = "", kind: str = "user_drop_zone") -> str:
    """Path and signature of a file, or of the container."""
    uri = urlsplit(client.get(f"{ZONE}/credentials?type={kind}").json()["SASUri"])
    more = f"&{query}" if query else ""
    return f"{uri.path}{'/' if name else ''}{name}?{uri.query}{more}"


def put(client: Any, name: str, content: bytes) -> None:
    headers = {"x-ms-blob-type": "BlockBlob", "content-type": "text/csv"}
    assert client.call("PUT", address(client, name), content, headers=headers).status == 201


def test_a_zone_has_a_container_and_a_signature_until_it_is_refreshed(client: Any) -> None:
    zone = client.get(f"{ZONE}?type=user_drop_zone").json()
    assert zone == {"containerName": "dlz-user-container", "containerTTL": "7"}
    held = client.get(f"{ZONE}/credentials?type=user_drop_zone").json()
    assert held["SASUri"].endswith(f"/{held['storageAccountName']}/dlz-user-container?{held['SASToken']}")
    assert held["expiryDate"] == "2024-05-22"
    before = address(client, "a.csv")
    fresh = client.call("POST", f"{ZONE}/credentials?type=user_drop_zone&action=refresh").json()
    assert fresh["SASToken"] != held["SASToken"]
    refused = client.call("PUT", before, b"x")
    assert (refused.status, refused.headers["x-ms-error-code"]) == (403, "AuthenticationFailed")
    assert client.get(f"{ZONE}?type=elsewhere").status == 400
    assert client.call("POST", f"{ZONE}/credentials?type=user_drop_zone").status == 400


def test_a_file_is_put_read_in_parts_listed_and_deleted(client: Any) -> None:
    put(client, "in/a.csv", b"id,name\n1,Ada\n")
    put(client, "b & c.csv", b"")
    whole = client.call("GET", address(client, "in/a.csv"))
    assert (whole.status, whole.body, whole.headers["x-ms-blob-type"]) == (
        200,
        b"id,name\n1,Ada\n",
        "BlockBlob",
    )
    part = client.call("GET", address(client, "in/a.csv"), headers={"x-ms-range": "bytes=3-100"})
    assert (part.status, part.body, part.headers["content-range"]) == (206, b"name\n1,Ada\n", "bytes 3-13/14")
    beyond = client.call("GET", address(client, "in/a.csv"), headers={"range": "bytes=99-"})
    assert beyond.status == 416
    every = "restype=container&comp=list"
    listed = client.call("GET", address(client, query=f"{every}&delimiter=/")).body.decode()
    assert "<BlobPrefix><Name>in/</Name></BlobPrefix>" in listed
    assert "<Name>b &amp; c.csv</Name>" in listed
    page = client.call("GET", address(client, query=f"{every}&maxresults=1")).body.decode()
    assert "<NextMarker>in/a.csv</NextMarker>" in page
    assert "<MaxResults>1</MaxResults>" in page
    assert "MaxResults" not in listed
    again = client.call("PUT", address(client, "in/a.csv"), b"", headers={"if-none-match": "*"})
    assert (again.status, again.headers["x-ms-error-code"]) == (409, "BlobAlreadyExists")
    assert client.call("DELETE", address(client, "in/a.csv")).status == 202
    assert client.call("GET", address(client, "in/a.csv")).status == 404
    assert client.call("DELETE", address(client, "in/a.csv")).status == 404


def test_a_file_is_put_in_blocks(client: Any) -> None:
    for block, content in (("MQ==", b"one "), ("Mg==", b"two")):
        query = f"comp=block&blockid={block.replace('=', '%3D')}"
        assert client.call("PUT", address(client, "big", query), content).status == 201
    lists = b"<BlockList><Latest>MQ==</Latest><Latest>Mg==</Latest></BlockList>"
    assert client.call("PUT", address(client, "big", "comp=blocklist"), lists).status == 201
    assert client.call("GET", address(client, "big")).body == b"one two"
    missing = client.call("PUT", address(client, "big", "comp=blocklist"), lists)
    assert (missing.status, missing.headers["x-ms-error-code"]) == (400, "InvalidBlockList")
    for query in ("comp=block", "comp=lease"):
        assert client.call("PUT", address(client, "big", query), b"x").status == 400
    page = client.call("PUT", address(client, "big"), b"", headers={"x-ms-blob-type": "PageBlob"})
    assert page.status == 400


def test_files_are_deleted_after_seven_days(client: Any) -> None:
    zones, tenant = client.platform.service(LandingZones), Tenant(client.settings.org_id, "prod")
    zones.put(tenant, "old.csv", b"a\n1\n", USER)
    client.clock.advance(6 * 86_400_000)
    zones.put(tenant, "new.csv", b"a\n1\n", USER)
    client.clock.advance(2 * 86_400_000)
    assert [one.name for one in zones.files(tenant)] == ["new.csv"]
    assert zones.content(tenant, "old.csv") == b""


def test_a_zone_is_explored_and_its_files_are_looked_at(client: Any) -> None:
    put(client, "people/a.csv", b"Id;Name\n1;Ada\n")
    put(client, "top.json", b'[{"n": 1, "tags": ["a"]}]')
    root = client.get(f"{EXPLORE}?objectType=root").json()
    assert [(one["type"], one["path"]) for one in root] == [
        ("folder", "dlz-user-container/people/"),
        ("file", "dlz-user-container/top.json"),
    ]
    (below,) = client.get(f"{EXPLORE}?objectType=folder&object=dlz-user-container/people/").json()
    assert (below["name"], below["canPreview"]) == ("a.csv", True)
    file = f"{EXPLORE}?objectType=file&object=dlz-user-container/people/a.csv&preview=true"
    found = client.get(f"{file}&determineProperties=true").json()
    assert found["properties"] == {"fileType": "delimited", "columnDelimiter": ";"}
    assert found["data"] == [{"Id": "1", "Name": "Ada"}]
    assert found["schema"]["columns"][0] == {"name": "Id", "type": "string", "xdm": {"type": "string"}}
    assert client.get(f"{file}&fileType=delimited").json()["data"] == [{"Id;Name": "1;Ada"}]
    other = client.get(f"{EXPLORE}?objectType=file&object=top.json&fileType=json").json()
    assert [one["type"] for one in other["schema"]["columns"]] == ["integer", "array"]
    assert "data" not in other


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{EXPLORE}?objectType=table", 400),
        (f"{EXPLORE}?objectType=file&object=none.csv&fileType=delimited", 404),
        (EXPLORE.replace(SPEC, "bc7b00d6-623a-4dfc-9fdb-f1240aeadaeb"), 501),
        (EXPLORE.replace(SPEC, "none"), 404),
        (EXPLORE.replace("explore", "configs"), 501),
        ("/data/foundation/connectors/other", 501),
        ("/_sinks/blobs/none/dlz-user-container?restype=container&comp=list", 403),
    ],
)
def test_what_is_not_there_is_refused(client: Any, path: str, status: int) -> None:
    assert client.get(path).status == status
