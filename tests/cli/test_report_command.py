"""`harness report`, `harness compare`, `--history` and `--rerun-failed`: what results are good for."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from harness.errors import ExitCode

PASSES = "pm.test('ok', () => pm.response.to.have.status(200))"


@pytest.fixture
def run(command, workspace, target):
    """Run three calls against what the target answers, and return the log."""

    def make(log: str, *more: str) -> str:
        file = workspace.collection(*((name, f"{target.url}/{name}", PASSES) for name in ("a", "b", "c")))
        command("run", file, "-r", "events,json", "--reporter-events-export", log,
                "--reporter-json-export", log.replace(".jsonl", ".json"), *more)  # fmt: skip
        return log

    return make


@pytest.mark.parametrize("suffix", ["jsonl", "json"])
def test_reports_are_made_of_an_event_log_and_of_a_json_report(command, run, target, workspace, suffix):
    target.answers["/b"] = (500, {})
    run("log.jsonl")
    for output in ("r.html", "r.xml", "r.json"):
        said = command("report", f"log.{suffix}", "-o", output)
        assert (said.code, said.err) == (ExitCode.PASSED, "")
        assert said.out.endswith(f"written to {workspace.folder / output}\n")
    assert "1 failure" in (workspace.folder / "r.html").read_text("utf-8")
    suites = ET.parse(workspace.folder / "r.xml").getroot()
    assert (suites.get("tests"), suites.get("failures")) == ("3", "1")
    report = json.loads((workspace.folder / "r.json").read_text())
    assert report["run"]["stats"]["assertions"] == {"total": 3, "pending": 0, "failed": 1}


def test_without_a_file_the_run_is_told_again(command, run, target):
    target.answers["/b"] = (500, {})
    said = command("report", run("log.jsonl"))
    assert said.code is ExitCode.PASSED
    assert "expected response to have status code 200 but got 500" in said.out


def test_a_report_masks_the_secrets_that_answers_show(command, run, target, workspace):
    target.answers["/a"] = (200, {"access_token": "tok-98765432"})
    run("log.jsonl", "--compat", "newman")
    command("report", "log.json", "-o", "r.json")
    streams = [
        bytes(one["response"]["stream"]["data"]).decode()
        for one in json.loads((workspace.folder / "r.json").read_text())["run"]["executions"]
    ]
    assert len(streams) == 3
    assert "tok-98765432" not in "".join(streams)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["gone.jsonl"], "not there"),
        (["bad.json"], "no report of a run"),
        (["bad.json", "-o", "r.pdf"], ".html"),
        (["bad.json", "-r", "nope"], "junit"),
    ],
)
@pytest.mark.usefixtures("target")
def test_a_mistake_is_an_error_in_words(command, workspace, arguments, word):
    workspace.text("bad.json", '{"not": "a run"}')
    said = command("report", *arguments)
    assert said.code is ExitCode.USAGE
    assert word in said.err


@pytest.mark.parametrize("suffix", ["jsonl", "json"])
def test_compare_tells_what_fails_newly_and_what_was_fixed(command, run, target, suffix):
    target.answers["/a"] = (500, {})
    run("one.jsonl")
    target.answers = {"/b": (404, {})}
    run("two.jsonl")
    said = command("compare", f"one.{suffix}", f"two.{suffix}")
    assert said.code is ExitCode.FAILED
    lines = said.out.splitlines()
    assert lines[2].startswith(
        "newly failing  b     ok: expected response to have status code 200 but got 404"
    )
    assert lines[3].startswith(
        "fixed          a     ok: expected response to have status code 200 but got 500"
    )
    assert lines[-1] == "3 calls compared, 1 failing, 1 of them newly"


def test_compare_of_equal_results_exits_with_0_even_when_calls_fail(command, run, target):
    target.answers["/a"] = (500, {})
    run("one.jsonl")
    said = command("compare", "one.jsonl", "one.json")
    assert (said.code, said.out) == (ExitCode.PASSED, "3 calls compared, 1 failing, 0 of them newly\n")


def test_compare_tells_what_became_slower_by_a_share_that_can_be_chosen(command, run, workspace):
    run("one.jsonl")
    report = json.loads((workspace.folder / "one.json").read_text())
    for execution, (old, new) in zip(report["run"]["executions"], [(100, 140), (1, 9)], strict=False):
        execution["response"]["responseTime"] = old
        # The exact times, which newman does not tell, would win.
        execution["response"].pop("timings", None)
        execution["then"] = new
    workspace.json("before.json", report)
    for execution in report["run"]["executions"][:2]:
        execution["response"]["responseTime"] = execution["then"]
    workspace.json("after.json", report)
    assert "slower" not in command("compare", "before.json", "after.json").out
    said = command("compare", "before.json", "after.json", "--slower", "40%")
    assert said.code is ExitCode.PASSED
    assert [line.split() for line in said.out.splitlines() if line.startswith("slower")] == [
        ["slower", "a", "100ms", "->", "140ms"]
    ]


def test_a_history_tells_newly_failing_fixed_and_flaky_calls(command, workspace, target):
    file = workspace.collection(("a", f"{target.url}/a", PASSES))
    said = []
    for status in (200, 500, 200, 500):
        target.answers["/a"] = (status, {})
        said.append(command("run", file, "--history", "runs.jsonl").out.splitlines()[-2:])
    assert len((workspace.folder / "runs.jsonl").read_text().splitlines()) == 4
    assert said[1][-1] == "newly failing: a"
    assert said[2][-1] == "fixed: a"
    assert said[3] == ["newly failing: a", "flaky: a (failed in 2 of 4 runs)"]


def test_with_html_a_run_is_kept_once(command, workspace, target):
    file = workspace.collection(("a", f"{target.url}/a", PASSES))
    for _ in range(2):
        command("run", file, "-r", "html", "--reporter-html-export", "r.html", "--history", "runs.jsonl")
    assert len((workspace.folder / "runs.jsonl").read_text().splitlines()) == 2


def test_rerun_failed_sends_what_failed_and_what_that_needs(command, workspace, target):
    file = workspace.collection(
        ("login", f"{target.url}/login", "pm.environment.set('token', 't1')", PASSES),
        ("other", f"{target.url}/other", PASSES),
        ("use", f"{target.url}/use/{{{{token}}}}", PASSES),
    )
    target.answers["/use/t1"] = (500, {})
    command("run", file, "-n", "2", "-r", "events", "--reporter-events-export", "log.jsonl")
    target.requests.clear()
    target.answers.clear()
    said = command("run", file, "-n", "2", "--rerun-failed", "log.jsonl")
    assert said.code is ExitCode.PASSED
    assert said.err == "running 2 failed calls again with 2 calls that they need\n"
    assert target.paths == ["/login", "/use/t1"] * 2


def test_rerun_failed_sends_nothing_when_nothing_failed(command, run, target):
    run("log.jsonl")
    target.requests.clear()
    said = command("run", "shop.postman_collection.json", "--rerun-failed", "log.jsonl")
    assert said.code is ExitCode.PASSED
    assert "nothing to run again" in said.err
    assert target.requests == []


def test_rerun_failed_finds_calls_again_by_their_names(command, workspace, target):
    same = ("same", f"{target.url}/1", PASSES), ("same", f"{target.url}/2", PASSES)
    target.answers["/2"] = (500, {})
    command("run", workspace.collection(*same), "-r", "json", "--reporter-json-export", "log.json")
    target.requests.clear()
    command("run", workspace.collection(("new", f"{target.url}/new"), *same), "--rerun-failed", "log.json")
    assert target.paths == ["/2"]


def test_rerun_failed_refuses_the_result_of_another_collection(command, run, workspace, target):
    run("log.jsonl")
    other = workspace.collection(("a", target.url), name="other")
    said = command("run", other, "--rerun-failed", "log.jsonl")
    assert said.code is ExitCode.USAGE
    assert "'Shop', not of 'Other'" in said.err


def test_options_of_htmlextra_that_change_nothing_are_told_with_the_reason(command, run):
    run("log.jsonl")
    options = ("logs", "template", "mine.hbs", "title", "T")
    words = [word if word in ("mine.hbs", "T") else f"--reporter-htmlextra-{word}" for word in options]
    said = command("report", "log.jsonl", "-r", "htmlextra", *words)
    assert said.code is ExitCode.PASSED
    assert [line.partition(" changes")[0] for line in said.err.splitlines()] == [
        "note: --reporter-htmlextra-template",
        "note: --reporter-htmlextra-logs",
    ]


def test_htmlextras_progress_bar_is_drawn_where_nothing_else_tells_the_progress(command, run):
    run("log.jsonl")
    bar = ("report", "log.jsonl", "-r", "htmlextra", "--reporter-htmlextra-displayProgressBar")
    assert "3 of 3 calls" in command(*bar).out
    assert "3 of 3 calls" not in command(*bar[:3], "htmlextra,cli", *bar[4:]).out


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="there is no /dev/full")
@pytest.mark.parametrize("name", ["events", "junit"])
def test_a_report_that_finds_no_room_is_an_error_and_the_others_are_written(command, workspace, target, name):
    file = workspace.collection(("a", f"{target.url}/a"), ("b", f"{target.url}/b"))
    said = command("run", file, "-r", f"{name},json", f"--reporter-{name}-export", "/dev/full",
                   "--reporter-json-export", "r.json")  # fmt: skip
    assert said.code is ExitCode.USAGE
    assert "No space left on device\n  --> /dev/full" in said.err
    assert len(target.requests) == 2
    assert len(json.loads((workspace.folder / "r.json").read_text())["run"]["executions"]) == 2
    assert Path("/dev/full").is_char_device()


@pytest.mark.parametrize(
    "document",
    [
        {"collection": {"info": 5, "item": []}, "run": {"executions": []}},
        {"collection": {"info": {}, "item": 3}, "run": {"executions": []}},
        {"collection": {"info": {}, "item": []}, "run": {"executions": [], "timings": 7}},
        {"collection": {"info": {}, "item": []}, "run": {"executions": [5]}},
        {"collection": {"info": {}, "item": []}, "run": {"executions": [{"cursor": "x"}]}},
        {"collection": {"info": {}, "item": []}, "run": {"executions": [], "skipped": 3}},
    ],
)
@pytest.mark.parametrize(
    "words", [("report", "wrong.json", "-o", "r.html"), ("compare", "wrong.json", "wrong.json")]
)
def test_a_report_of_another_form_is_an_error_that_names_it(command, workspace, document, words):
    workspace.json("wrong.json", document)
    said = command(*words)
    assert said.code is ExitCode.USAGE
    assert "wrong.json" in said.err
