"""What others' reports tell of calls, and our own report of a session."""

import importlib
import io
import json
import re
import shutil

import pytest

from harness import run
from harness.cli import main
from harness.cli.terminal import Terminal
from harness.pytest_plugin.html import html_extras

PASSES = "pm.test('holds', () => pm.expect(1).to.equal(1));"
FAILS = "pm.test('does not', () => pm.expect(1).to.equal(2));"


@pytest.fixture
def project(neighbourhood):
    return neighbourhood


def allure_results(project):
    found = [json.loads(path.read_text()) for path in (project.pytester.path / "al").glob("*-result.json")]
    return {one["name"]: one for one in found}


def test_allure_has_requests_and_assertions_as_steps_with_masked_attachments(project):
    project.target.answers["/a"] = (200, {"password": "hunter2hunter2"})
    project.recorded(
        project.call("a", "console.log('said');", PASSES, FAILS, "pm.test.skip('later', () => {});"), "b"
    )
    project.pytest("--alluredir=al", process=True).assert_outcomes(passed=1, failed=1)
    told = allure_results(project)
    assert {name: one["status"] for name, one in told.items()} == {"a": "failed", "b": "passed"}
    steps = [(one["name"], one["status"]) for one in told["a"]["steps"]]
    assert steps == [
        (f"GET {project.target.url}/a", "passed"),
        ("holds", "passed"),
        ("does not", "failed"),
        ("later", "skipped"),
    ]
    attached = {
        one["name"]: (project.pytester.path / "al" / one["source"]).read_text()
        for one in told["a"]["steps"][0]["attachments"]
    }
    assert attached["request"].startswith(f"GET {project.target.url}/a\n")
    assert attached["response"].startswith("200 OK\n")
    assert attached["console"] == "said"
    assert not any("hunter2" in path.read_text() for path in (project.pytester.path / "al").iterdir())
    assert "expected 1 to equal 2" in told["a"]["statusDetails"]["message"]
    assert_the_reporter_tells_the_same(project, told)


def assert_the_reporter_tells_the_same(project, told):
    """The same calls, told by `harness run -r allure`: the same fields, statuses, steps and attachments."""
    folder = project.pytester.path
    (cassette,) = (one for one in folder.rglob("*.yaml") if "harness" not in one.name)
    (collection,) = folder.rglob("*.postman_collection.json")
    terminal = Terminal(out=io.StringIO(), err=io.StringIO(), environ={}, cwd=folder)
    options = ("--replay", str(cassette), "-r", "allure", "--reporter-allure-export", "ours")
    assert main(["run", str(collection), *options], terminal) == 1
    ours = {one["name"]: one for one in map(json.loads, texts(folder / "ours", "*-result.json"))}
    assert {name: one["status"] for name, one in ours.items()} == {"a": "failed", "b": "passed"}
    for name, one in ours.items():
        assert one.keys() <= told[name].keys()
        assert [(step["name"], step["status"]) for step in one["steps"]] == [
            (step["name"], step["status"]) for step in told[name]["steps"]
        ]
        attached, known = (
            {file["name"] for step in result["steps"] for file in step.get("attachments", ())}
            for result in (one, told[name])
        )
        assert attached == known
        assert {"parentSuite", "host", "thread", "framework", "language"} <= {
            label["name"] for label in one["labels"]
        }
    assert not any("hunter2" in text for text in texts(folder / "ours", "*"))


def texts(folder, pattern):
    return [path.read_text() for path in folder.glob(pattern)]


def test_allure_tells_a_request_that_failed(project):
    project.recorded({"name": "a", "request": "http://127.0.0.1:1/"})
    project.pytest("--alluredir=al", process=True).assert_outcomes(failed=1)
    (step,) = allure_results(project)["a"]["steps"]
    assert step["status"] == "failed"
    assert "ECONNREFUSED" in step["statusDetails"]["message"]


def test_allure_is_not_imported_where_it_is_not_asked_for(project):
    project.recorded(project.call("a", FAILS))
    project.pytester.makeconftest(
        """
        import sys

        def pytest_sessionfinish():
            print("imported:", "allure" in sys.modules)
        """
    )
    project.pytest("-s", "-p", "no:allure_pytest", process=True).stdout.fnmatch_lines(["*imported: False*"])


def names_in(report):
    """The names and messages that a report has for readers without JavaScript, and its badges."""
    return re.sub(r"<[^>]*>", " ", report.read_text().partition("<script")[0])


def test_the_report_tells_of_all_collections(project):
    project.recorded(project.call("a", FAILS), name="one")
    project.recorded("b", "c", name="two")
    result = project.pytest("--postman-html=out/report.html")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["report: *report.html"])
    text = names_in(project.pytester.path / "out/report.html")
    assert "2 collections" in text
    assert "3 calls" in text
    assert "One / a" in text


def test_workers_of_xdist_write_one_report(dealt):
    for name in ("one", "two", "three"):
        dealt.recorded("a", dealt.call("b", FAILS), name=name)
    dealt.pytest("-n", "2", "--postman-html=report.html", process=True).assert_outcomes(passed=3, failed=3)
    text = names_in(dealt.pytester.path / "report.html")
    assert "3 collections" in text
    assert "6 calls" in text
    assert all(f"{name} / b" in text for name in ("One", "Two", "Three"))


def test_the_report_of_one_collection_has_its_name_and_tells_a_run_of_a_test_too(project):
    project.recorded("a", name="one")
    project.pytest("--postman-html=report.html").assert_outcomes(passed=1)
    assert "One" in names_in(project.pytester.path / "report.html")
    project.pytester.makepyfile(
        "def test_it(postman_run): assert postman_run('one.postman_collection.json', seed=1).passed"
    )
    project.pytest("--postman-html=report.html").assert_outcomes(passed=2)
    assert "2 calls" in names_in(project.pytester.path / "report.html")


def test_the_report_is_written_when_the_session_is_stopped(project):
    project.recorded(project.call("a", FAILS), "b")
    project.pytest("-x", "--postman-html=report.html")
    assert "Interrupted" in names_in(project.pytester.path / "report.html")


def test_a_report_that_cannot_be_written_is_told_and_fails_the_session(project):
    project.recorded("a")
    project.workspace.text("file", "")
    result = project.pytest("--postman-html=file/report.html")
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["the report is not written: *"])


def test_secrets_are_masked_in_the_report(project):
    project.target.answers["/a"] = (200, {"access_token": "hunter2hunter2"})
    project.recorded("a")
    project.pytest("--postman-live", "--postman-html=report.html").assert_outcomes(passed=1)
    assert (project.pytester.path / "report.html").is_file()
    assert "hunter2" not in (project.pytester.path / "report.html").read_text()


def test_rows_of_pytest_html_lead_to_their_calls_in_the_report(project):
    playwright = pytest.importorskip("playwright.sync_api", reason="the extra 'browser' is not installed")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no Chromium")
    for name in ("one", "two"):
        project.recorded("a", {"name": "F #1", "item": [project.call("b ä")]}, name=name)
    project.pytest("--postman-html=r/ours.html", "--html=theirs.html", "--self-contained-html")
    page = (project.pytester.path / "theirs.html").read_text()
    links = sorted(set(re.findall(r"r/ours\.html#call=[\w:.%-]+", page)))
    assert len(links) == 4
    shown = set()
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for link in links:
            tab = browser.new_page()
            tab.goto(f"file://{project.pytester.path}/{link}")
            tab.wait_for_selector("html[data-ready]")
            shown.add(" ".join(tab.locator("#detail").inner_text().split()))
        browser.close()
    wanted = [("One", "a"), ("One", "b ä"), ("Two", "a"), ("Two", "b ä")]
    assert all(any(name in one and call in one for one in shown) for name, call in wanted)
    assert len(shown) == 4


def test_the_more_calls_the_less_pytest_html_shows_of_each(project):
    project.target.answers["/a"] = (200, "<x>" * 9000)
    project.collection(project.call("a", method="POST", body={"mode": "raw", "raw": "y" * 9000}))
    calls = run(project.pytester.path / "shop.postman_collection.json", platform=None).calls
    sizes = [len(json.dumps(html_extras(calls, str, items))) for items in (1, 5000)]
    assert sizes[0] > 8000
    # pytest-html keeps about 1.6 kB besides of each: 5 000 stay below 15 MB.
    assert sizes[1] < 1400


def test_there_is_no_link_without_the_report(project):
    project.recorded("a")
    project.pytest("--html=theirs.html", "--self-contained-html").assert_outcomes(passed=1)
    assert "harness report" not in (project.pytester.path / "theirs.html").read_text()


def test_a_passing_call_shows_its_console_when_passes_are_asked_for(project):
    project.recorded(project.call("a", "console.log('said', 1);", PASSES))
    for flag in ("-rA", "-rP"):
        project.pytest(flag).stdout.fnmatch_lines(["*PASSES*", "*Captured console call*", "said 1"])
    project.pytest().stdout.no_fnmatch_line("*said 1*")


def test_bodies_that_are_json_are_laid_out_when_very_verbose(project):
    project.target.answers["/a"] = (200, {"list": [1], "text": "ä"})
    project.recorded(project.call("a", FAILS, method="POST", body={"mode": "raw", "raw": '{"x": 1}'}))
    result = project.pytest("-vv")
    result.stdout.fnmatch_lines(['*  "x": 1', "  response: {", '*  "list": [[]', '*  "text": "ä"'])


def test_the_command_to_run_it_again_works_from_where_pytest_was_started(project, monkeypatch):
    project.workspace.text("rows.csv", "n\n1\n2\n")
    path = project.collection(project.call("it's [x]", FAILS, path="{{n}}"), name="sub/shop")
    option = "--postman-data=../rows.csv"
    monkeypatch.chdir(path.parent)
    (path.parent / "shop.harness.yaml").write_text("cassette: shop.yaml\n")
    project.pytest("--rootdir=..", option, "--postman-record").assert_outcomes(failed=2)
    result = project.pytest("--rootdir=..", option)
    result.assert_outcomes(failed=2)
    told = [line.partition("rerun: pytest ")[2] for line in result.outlines if "rerun: " in line]
    again = importlib.import_module("shlex").split(told[-1])
    assert again == ["shop.postman_collection.json::it's [x][row-2]", option]
    project.pytest("--rootdir=..", *again).assert_outcomes(failed=1)


@pytest.mark.parametrize(
    "options", [(), ("--reruns=1",), ("-n", "2"), ("-n", "2", "--dist=loadgroup", "--reruns=1")]
)
def test_progress_never_passes_100_percent(dealt, options):
    dealt = dealt.among(*dealt.beside, "rerunfailures")
    rows = [dealt.call(f"c [{number}]", PASSES, FAILS) for number in range(9)]
    dealt.recorded({"name": "F [x]", "item": rows}, *rows)
    result = dealt.pytest("-v", *options, process=True)
    shown = [int(one) for one in re.findall(r"\[ *(\d+)%\]", result.stdout.str())]
    assert max(shown) == 100
    assert result.parseoutcomes()["failed"] == 18
