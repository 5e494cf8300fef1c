"""`harness shadow`: a command as it is, and the verdict after it. A stand-in does what newman's hook does."""

import json
import os
import sys

import pytest

from harness.errors import ExitCode

pytestmark = pytest.mark.skipif(os.name == "nt", reason="output is read from the streams of the process")

STAND_IN = """
import json, os, sys, urllib.request
from pathlib import Path
url, report, code, *argv = sys.argv[1:]
opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": os.environ["HTTP_PROXY"]}))
opener.addheaders = [("Accept", "*/*"), ("Cache-Control", "no-cache")]
for one in url.split():
    opener.open(one).read()
folder = Path(os.environ["HARNESS_SHADOW_FOLDER"])
if report != "none":
    (folder / "1-1-0.job.json").write_text(json.dumps({"argv": argv, "cwd": os.getcwd()}))
    (folder / "1-1-0.report.json").write_text(Path(report).read_text())
sys.stdout.buffer.write(b"out \\x1b[31m\\xff\\n")
sys.stderr.buffer.write(b"err\\xfe\\n")
sys.exit(int(code))
"""


@pytest.fixture
def shadow(command, workspace):
    """Shadow a stand-in for newman that asks for addresses and leaves a report."""
    script = workspace.text("newman.py", STAND_IN)

    def run(urls, report, *argv, code=0, options=()):
        words = [sys.executable, script, " ".join(urls), report, code, *argv]
        return command("shadow", *options, "--", *words)

    return run


@pytest.fixture
def report(workspace, target):
    """Write the report of a run of one call."""

    def write(*, path="/a", sent=1):
        host, port = target.url.removeprefix("http://").split(":")
        url = {"protocol": "http", "host": host.split("."), "port": port, "path": [path[1:]], "query": []}
        execution = {
            "cursor": {"ref": "r", "position": 0, "iteration": 0, "cycles": 1},
            "item": {"id": "i", "name": "a"},
            "request": {"method": "GET", "url": url, "header": []},
            "response": {"code": 200, "status": "OK", "header": [], "stream": {"data": []}},
        }
        document = {
            "collection": {"info": {"name": "Shop"}, "item": [{"id": "i", "name": "a", "request": {}}]},
            "environment": {"values": []},
            "globals": {"values": []},
            "run": {"executions": [execution] * sent, "failures": [], "error": None},
        }
        return workspace.json("report.json", document)

    return write


def test_output_and_exit_code_are_those_of_the_command(shadow, workspace, target, report, capfdbinary):
    file = workspace.collection(("a", f"{target.url}/a"))
    said = shadow([f"{target.url}/a"], report(), "run", file.name, code=7, options=["--format", "json"])
    assert said.code == 7
    captured = capfdbinary.readouterr()
    assert (captured.out, captured.err) == (b"out \x1b[31m\xff\n", b"err\xfe\n")
    (row,) = json.loads(said.out)
    assert row == {
        "collection": file.name,
        "report": "this run",
        "verdict": "same",
        "why": [],
        "line": f"harness run {file.name}",
    }
    assert target.paths == ["/a"]
    assert (workspace.folder / "adopted" / "shop.yaml").is_file()


def test_requests_of_scripts_are_answered_by_what_went_over_the_wire(shadow, workspace, target, report):
    script = f"pm.sendRequest('{target.url}/x', (e, r) => pm.test('x', () => pm.expect(r.code).to.eql(200)))"
    file = workspace.collection(("a", f"{target.url}/a", script))
    night = report(path="/x", sent=2)
    document = json.loads(night.read_text())
    for one in document["run"]["executions"]:
        one["assertions"] = [{"assertion": "x", "skipped": False}]
    night.write_text(json.dumps(document))
    said = shadow([f"{target.url}/a", f"{target.url}/x"], night, "run", file.name)
    assert "GO: 1 same" in said.out


def test_a_request_that_is_not_sent_here_is_told(shadow, workspace, target, report):
    file = workspace.collection(("a", f"{target.url}/a"))
    said = shadow([f"{target.url}/a", f"{target.url}/more"], report(), "run", file.name)
    assert "cannot tell" in said.out
    assert "/more" in said.out


def test_a_command_without_newman_cannot_be_told(shadow, target):
    said = shadow([target.url], "none", "run", "x", code=1)
    assert said.code == 1
    assert "ran no newman that could be watched" in said.out


def test_a_command_that_is_not_there_is_an_error(command):
    said = command("shadow", "--", "no-such-newman", "run", "x")
    assert said.code is ExitCode.USAGE
    assert "the command cannot be run" in said.err
    assert command("shadow", "--").code is ExitCode.USAGE
