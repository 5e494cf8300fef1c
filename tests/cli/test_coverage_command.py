"""What of a description a run touches."""

import base64
import gzip
import json
import re

import pytest

from harness.errors import ExitCode

API = """
openapi: 3.0.3
info: {title: T, version: "1"}
paths:
  /a:
    get:
      parameters:
        - {name: q, in: query, schema: {enum: [x, y]}}
        - {name: unused, in: query, schema: {type: string}}
      responses:
        200:
          description: d
          content:
            application/json:
              schema: {type: object, required: [n], properties: {n: {type: string, enum: [one, two, three]}}}
        404: {description: none}
  /b:
    get: {responses: {200: {description: d}}}
"""


@pytest.fixture
def shop(target, workspace):
    target.answers["/a"] = (200, {"n": "two"})
    workspace.text("api.yaml", API)
    return workspace.collection(("A", f"{target.url}/a?q=y"))


def test_what_was_seen_is_told_against_what_is_declared(command, shop, workspace):
    said = command("coverage", shop, "--openapi", "api.yaml", "-o", "seen.json")
    assert said.code is ExitCode.PASSED
    found = json.loads((workspace.folder / "seen.json").read_text())
    counts = {kind: (one["seen"], one["declared"]) for kind, one in found.items()}
    assert counts == {
        "operation": (1, 2),
        "status": (1, 3),
        "parameter": (1, 2),
        "media": (1, 1),
        "enum": (2, 5),
        "required": (1, 1),
    }
    assert found["operation"]["missing"] == ["GET /b"]
    assert "operation" in said.out


@pytest.mark.parametrize(
    ("least", "code"),
    [
        ("50", ExitCode.PASSED),
        ("51", ExitCode.FAILED),
        ("enum=40", ExitCode.PASSED),
        ("enum=60", ExitCode.FAILED),
    ],
)
def test_too_little_fails(command, shop, least, code):
    assert command("coverage", shop, "--openapi", "api.yaml", "--fail-under", least).code is code


def test_failed_calls_fail_the_coverage_and_are_counted(command, workspace, target):
    workspace.text("api.yaml", API)
    shop = workspace.collection(("A", f"{target.url}/a?q=w"))
    said = command("coverage", shop, "--openapi", "api.yaml")
    assert said.code is ExitCode.FAILED
    assert said.err.endswith("error: 1 call failed\n")


def test_logs_of_runs_that_were_are_read(command, shop, target):
    command("run", shop, "-r", "events", "--reporter-events-export", "run.jsonl")
    asked = len(target.requests)
    said = command("coverage", "--openapi", "api.yaml", "--events", "run.jsonl", "--fail-under", "50")
    assert said.code is ExitCode.PASSED
    assert len(target.requests) == asked


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--openapi", "api.yaml", "--fail-under", "colour=3"), "there is no coverage of 'colour'"),
        (("--openapi", "api.yaml", "--fail-under", "x"), "no percentage"),
        ((), "name it"),
    ],
)
def test_what_makes_no_sense_is_refused(command, shop, arguments, told):
    said = command("coverage", shop, *arguments)
    assert said.code is ExitCode.USAGE
    assert told in said.err


def test_the_html_report_of_a_checked_run_has_the_coverage(command, shop, workspace):
    files = {"run.html": ["run", shop, "-r", "html", "--reporter-html-export", "run.html"]}
    files["coverage.html"] = ["coverage", shop, "-o", "coverage.html"]
    for name, arguments in files.items():
        assert command(*arguments, "--openapi", "api.yaml").code is not ExitCode.USAGE
        page = (workspace.folder / name).read_text()
        assert 'id="view-coverage"' in page
        packed = re.search(r'id="index">([^<]+)<', page)[1]
        told = json.loads(gzip.decompress(base64.b64decode(packed)))["run"]["coverage"]
        assert told[0] == ["operation", 2, 1, 50.0, ["GET /b"]]
    command("run", shop, "-r", "html", "--reporter-html-export", "plain.html")
    assert 'id="view-coverage"' not in (workspace.folder / "plain.html").read_text()


def test_a_page_shows_one_run(command, shop):
    command("run", shop, "-r", "events", "--reporter-events-export", "run.jsonl")
    logs = ["--events", "run.jsonl", "--events", "run.jsonl"]
    said = command("coverage", "--openapi", "api.yaml", *logs, "-o", "coverage.html")
    assert said.code is ExitCode.USAGE
    assert "a page shows one run" in said.err
