"""Calls side by side have the results of calls in order, also where only the server knows who needs whom."""

import json
import threading

import pytest
import yaml

from harness.errors import ExitCode
from tests.benchmarks.bench_parallel import outcome, resolved, stateful_items, store


@pytest.fixture(scope="module")
def server():
    with store() as running:
        yield running


def reported(command, workspace, server, file, jobs):
    server.forget()
    flags = ("-r", "json", "--reporter-json-export", "report.json", *resolved())
    assert command("run", file, "--jobs", jobs, *flags).code is ExitCode.PASSED
    return outcome(workspace.folder / "report.json")


def test_a_server_with_a_memory_answers_as_in_order(command, workspace, server):
    file = workspace.collection(*stateful_items(server.server_port, scripts=False))
    expected = reported(command, workspace, server, file, 1)
    assert {code for _, code, _, _ in expected} == {200, 201, 404}
    for jobs in (2, 4, 8):
        assert reported(command, workspace, server, file, jobs) == expected


def test_shards_of_a_server_with_a_memory_make_the_results_of_one_run(command, workspace, server):
    items = stateful_items(server.server_port, scripts=False)
    file = workspace.collection(*items)
    expected = reported(command, workspace, server, file, 1)
    server.forget()
    for number in (1, 2, 3):
        log = ("-r", "events", "--reporter-events-export", f"{number}.jsonl", *resolved())
        said = command("run", file, "--shard", f"{number}/3", *log)
        assert said.err.startswith(f"shard {number}/3: 27 of 81 calls of"), said.err
    assert command("report", "1.jsonl", "2.jsonl", "3.jsonl", "-o", "joined.json").code is ExitCode.PASSED
    assert outcome(workspace.folder / "joined.json") == expected


def folder_of(workspace, companion, *urls):
    """Write a collection of format v3 with a companion beside it."""
    for number, url in enumerate(urls):
        document = {"$kind": "http-request", "method": "GET", "url": url, "order": number * 1000}
        workspace.text(f"shop/call {number}.request.yaml", yaml.safe_dump(document))
    workspace.text("shop/.resources/definition.yaml", "$kind: collection\nname: Shop\n")
    workspace.text("shop.harness.yaml", yaml.safe_dump({"calls": companion}))
    return workspace.folder / "shop"


def test_a_folder_of_format_v3_goes_side_by_side_as_its_companion_says(command, workspace, target):
    met = threading.Barrier(3, timeout=30)

    class Meeting(dict):
        """Answers three calls when all of them are there; the last has to come later."""

        def get(self, path, default):
            if path in {"/1", "/2", "/3"}:
                met.wait()
            return default

    target.answers = Meeting()
    after = [f"call {number}" for number in (1, 2, 3)]
    urls = [f"{target.url}/{number}" for number in range(5)]
    file = folder_of(workspace, [{"call": ["call 4"], "after": [[one] for one in after]}], *urls)
    plan = command("list", "--plan", file).out
    assert "waits for 4: the companion says `after`" in plan
    said = command("run", file, "--jobs", "4", "-r", "json", "--reporter-json-export", "r.json")
    assert said.code is ExitCode.PASSED, said.out
    names = [
        one["item"]["name"]
        for one in json.loads((workspace.folder / "r.json").read_text("utf-8"))["run"]["executions"]
    ]
    assert names == [f"call {number}" for number in range(5)]
    assert [str(one["path"]) for one in target.requests][-1] == "/4"


def test_parallel_false_makes_a_call_of_a_folder_run_alone(command, workspace, target):
    urls = [f"{target.url}/{number}" for number in range(3)]
    file = folder_of(workspace, [{"call": ["call 1"], "parallel": False}], *urls)
    said = command("list", "--plan", file)
    assert "runs alone: the companion says `parallel: false`" in said.out
    assert "waits for 2: that one runs alone" in said.out


def test_isolated_rows_at_once_tell_what_isolated_rows_in_order_tell(command, workspace, target):
    workspace.json("rows.json", [{"row": number} for number in range(6)])
    extract = [{"call": ["a"], "extract": {"seen": "$.path"}}]
    workspace.text("shop.harness.yaml", yaml.safe_dump({"calls": extract}))
    before = ("first", f"{target.url}/first?left={{{{seen}}}}")
    file = workspace.collection(
        before, ("a", f"{target.url}/a?row={{{{row}}}}"), ("b", f"{target.url}/b{{{{seen}}}}")
    )

    def told(*flags):
        report = ("-r", "json", "--reporter-json-export", "rows.report")
        exported = ("--export-environment", "left.json")
        command("run", file, "-d", "rows.json", "--seed", "7", *flags, *report, *exported)
        left = json.loads((workspace.folder / "left.json").read_text("utf-8"))["values"]
        return outcome(workspace.folder / "rows.report"), left

    in_order, left = told("--isolate-rows")
    assert [path for path in target.paths if "left=" in path] == ["/first?left={{seen}}"] * 6
    assert told("--isolate-rows", "--jobs", "4") == (in_order, left)
    assert [one["value"] for one in left] == ["/a?row=5"]
    target.requests.clear()
    told()
    assert "/first?left=/a?row=4" in target.paths
