"""`--format json`: what commands print is what the schema beside the documentation says."""

import json
import sys
from pathlib import Path

import jsonschema
import pytest

from harness.errors import ExitCode
from harness.options.commands import COMMANDS

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs" / "reference" / "command-output.schema.json").read_text("utf-8")
)


def checked(name, text):
    """Return a document that is as the schema says, and has nothing but ASCII to act on a terminal."""
    document = json.loads(text)
    schema = {"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]}
    jsonschema.validate(document, schema, cls=jsonschema.Draft202012Validator)
    return document


def commands():
    for command in COMMANDS:
        for one in command.tools or (command,):
            formats = [option for option in one.options if option.name == "format"]
            if formats:
                yield command.name if one is command else f"{command.name} {one.name}"


def test_the_schema_defines_what_each_command_prints():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert set(commands()) == SCHEMA["$defs"].keys() - {
        "path", "request", "interaction", "saved", "list --plan", "drift --twin"
    }  # fmt: skip


@pytest.fixture
def shop(workspace, target):
    """A collection of two calls, the companion of which says something of each."""
    target.answers = {"/one": (200, {"id": 1}), "/two": (200, "a-rather-long-text")}
    workspace.text("shop.harness.yaml", "before: [one]\ncalls: [{call: two, tags: [smoke]}]\n")
    return workspace.collection(("one", f"{target.url}/one"), ("two", f"{target.url}/two"))


@pytest.fixture
def recorded(command, shop):
    assert (
        command("run", shop, "--record", "c.yaml", "-r", "json", "--reporter-json-export", "r.json").code == 0
    )
    return "c.yaml"


def test_list_tells_calls_with_their_tags_and_parts(command, shop):
    told = checked("list", command("list", shop, "--format", "json").out)
    assert [(one["path"], one["tags"], one["once"]) for one in told["calls"]] == [
        (["one"], [], "before"),
        (["two"], ["smoke"], None),
    ]
    told = checked("list --plan", command("list", shop, "--plan", "--format", "json").out)
    assert [one["method"] for one in told["calls"]] == ["GET", "GET"]


def test_cassettes_are_told(command, workspace, recorded, target):
    told = checked("cassette show", command("cassette", "show", recorded, "--format", "json").out)
    assert [one["call"] for one in told["interactions"]] == [["one"], ["two"]]
    assert json.loads(told["interactions"][0]["response"]["body"]) == {"id": 1}
    said = command("cassette", "show", recorded, "--call", "two", "--no-bodies", "--format", "json")
    (only,) = checked("cassette show", said.out)["interactions"]
    assert "body" not in only["response"]
    target.answers["/one"] = (200, {"id": 2})
    command("run", "shop.postman_collection.json", "--record", "new.yaml", "--folder", "one")
    said = command("cassette", "diff", recorded, "new.yaml", "--exact", "--format", "json")
    assert said.code is ExitCode.FAILED
    assert {one["kind"] for one in checked("cassette diff", said.out)["changes"]} == {"changed", "removed"}
    said = command("cassette", "merge", recorded, "new.yaml", "-o", "all.yaml", "--format", "json")
    assert checked("cassette merge", said.out)["written"] == "all.yaml"
    said = command("cassette", "redact", "all.yaml", "--format", "json")
    assert checked("cassette redact", said.out)["complete"] is True
    said = command("cassette", "scan", recorded, "--secret-pattern", "x=a-rather-[a-z-]+", "--format", "json")
    assert said.code is ExitCode.FAILED
    assert [one["call"] for one in checked("cassette scan", said.out)["secrets"]] == [["two"]]
    said = command("cassette", "prune", recorded, "--folder", "one", "--dry-run", "--format", "json")
    assert checked("cassette prune", said.out)["written"] is None
    command("cassette", "export-har", recorded, "-o", "c.har")
    said = command("cassette", "import-har", "c.har", "-o", "har.yaml", "--format", "json")
    assert checked("cassette import-har", said.out)["interactions"] == 2


def test_what_differs_is_told(command, shop, recorded, target):
    target.answers["/one"] = (404, {"id": 1})
    said = command("drift", recorded, "--format", "json")
    assert said.code is ExitCode.DRIFT
    told = checked("drift", said.out)
    assert (told["compared"], told["drifted"], told["places"][0]["where"]) == (2, 1, "status")
    command("run", shop, "-r", "json", "--reporter-json-export", "later.json")
    checked("compare", command("compare", "r.json", "later.json", "--format", "json").out)


def test_what_was_written_and_found_is_told(command, shop, workspace):
    said = command("convert", shop, "-o", "v3", "--format", "json")
    assert checked("convert", said.out) == {"written": "v3", "lost": []}
    workspace.text("bad.harness.yaml", "colls: []")
    said = command("lint", "bad.harness.yaml", "--format", "json")
    assert checked("lint", said.out)["findings"][0]["file"] == "bad.harness.yaml"
    workspace.text("api.yaml", "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths: {}\n")
    command("run", shop, "-r", "events", "--reporter-events-export", "log.jsonl")
    said = command("coverage", "--openapi", "api.yaml", "--events", "log.jsonl", "--format", "json")
    assert checked("coverage", said.out)["operation"]["declared"] == 0


def test_what_recordings_propose_is_told(command, recorded):
    (told,) = checked("infer", command("infer", recorded, "--format", "json", "--schema").out)["collections"]
    assert [one["call"] for one in told["calls"]] == [["one"], ["two"]]


def test_what_would_be_the_same_as_in_newman_is_told(command, shop, recorded):
    said = command("adopt", "r.json", "--format", "json")
    assert [one["report"] for one in checked("adopt", said.out)] == ["r.json"]


def test_how_another_runner_differs_is_told(command, shop, workspace):
    stand_in = workspace.text("newman", f"#!{sys.executable}\n")
    stand_in.chmod(0o755)
    said = command("parity", shop, "--newman", stand_in, "--format", "json")
    assert said.code is ExitCode.FAILED
    told = checked("parity", said.out)
    assert (told["against"], told["differences"][0]["what"]) == ("newman", "report")
