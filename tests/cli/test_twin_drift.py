"""`harness drift --twin`: the platform compared with another one that answers otherwise, as a sandbox may."""

import json
from pathlib import Path

import pytest

from harness.aep.serving.server import LocalPlatform
from harness.aep.settings import Settings
from harness.errors import ExitCode


def collection(folder: Path) -> str:
    headers = [
        {"key": "Authorization", "value": "Bearer {{ACCESS_TOKEN}}"},
        {"key": "x-api-key", "value": "{{API_KEY}}"},
        {"key": "x-gw-ims-org-id", "value": "{{IMS_ORG}}"},
        {"key": "Content-Type", "value": "application/json"},
    ]
    token = {
        "name": "token",
        "event": [
            {
                "listen": "test",
                "script": {"exec": ["pm.environment.set('ACCESS_TOKEN', pm.response.json().access_token);"]},
            }
        ],
        "request": {
            "method": "POST",
            "url": "{{IMS_URL}}/ims/token/v3?grant_type=client_credentials&client_id={{API_KEY}}"
            "&client_secret={{CLIENT_SECRET}}&scope={{SCOPES}}",
        },
    }
    missing = {
        "name": "missing",
        "request": {
            "method": "GET",
            "url": "{{PLATFORM_GATEWAY}}/data/foundation/schemaregistry/tenant/schemas/none",
            "header": [*headers, {"key": "Accept", "value": "application/vnd.adobe.xed+json; version=1"}],
        },
    }
    connection = {
        "name": "connection",
        "request": {
            "method": "POST",
            "url": "{{PLATFORM_GATEWAY}}/data/foundation/flowservice/connections",
            "header": headers,
            "body": {
                "mode": "raw",
                "raw": '{"name": "S", "connectionSpec": {"id": "8a9c3494-9708-43d7-ae3f-cda01e5030e1",'
                ' "version": "1.0"}}',
            },
        },
    }
    document = {
        "info": {
            "name": "small",
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
        },
        "item": [token, missing, connection],
    }
    (folder / "small.postman_collection.json").write_text(json.dumps(document))
    return "small.postman_collection.json"


def environment(folder: Path, local: LocalPlatform) -> str:
    values = [{"key": name, "value": value} for name, value in local.environment().items()]
    (folder / "sandbox.json").write_text(json.dumps({"name": "sandbox", "values": values}))
    return "sandbox.json"


def test_what_the_sandbox_answers_otherwise_is_told_and_written(command, workspace):
    folder = Path(workspace.folder)
    with LocalPlatform(Settings(xdm_errors="legacy", client_secret="another-secret-of-a-sandbox")) as sandbox:
        said = command("drift", collection(folder), "--twin", environment(folder, sandbox))
    assert said.code is ExitCode.DRIFT, said.err
    written = json.loads((folder / "twin-mismatches.json").read_text())
    assert (written["format"], written["compared"]) == ("harness-twin-mismatches", 3)
    places = {(one["call"], one["where"]) for one in written["mismatches"]}
    assert ("missing", "body/title") in places
    assert {one["call"] for one in written["mismatches"]} == {"missing"}
    (title,) = (one for one in written["mismatches"] if one["where"] == "body/title")
    assert title["known_from"]["source"] == "documented"
    assert "another-secret-of-a-sandbox" not in json.dumps(written) + said.out + said.err


def test_the_mismatches_are_printed_as_json_on_request(command, workspace):
    folder = Path(workspace.folder)
    with LocalPlatform(Settings(xdm_errors="legacy", client_secret="another-secret-of-a-sandbox")) as sandbox:
        said = command(
            "drift", collection(folder), "--twin", environment(folder, sandbox), "--format", "json"
        )
    assert said.code is ExitCode.DRIFT, said.err
    printed = json.loads(said.out)
    written = json.loads((folder / "twin-mismatches.json").read_text())
    assert (printed["compared"], printed["mismatches"]) == (written["compared"], written["mismatches"])
    assert "another-secret-of-a-sandbox" not in said.out + said.err


def test_a_sandbox_that_answers_alike_elsewhere_exits_with_0(command, workspace):
    folder = Path(workspace.folder)
    with LocalPlatform() as sandbox:
        said = command(
            "drift", collection(folder), "--twin", environment(folder, sandbox), "-o", "differences.json"
        )
    assert said.code is ExitCode.PASSED, said.out + said.err
    assert json.loads((folder / "differences.json").read_text())["mismatches"] == []


@pytest.mark.parametrize(
    ("given", "told"),
    [((), "name its cassette"), (("--twin", "sandbox.json", "--accept"), "nothing is accepted")],
)
def test_what_cannot_be_compared_is_said(command, workspace, given, told):
    said = command("drift", *given)
    assert said.code is ExitCode.USAGE
    assert told in said.err
