"""Each row of the table of differences: what newman's mode does, and what ours does instead."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.dialect import EXACT, NEWMAN
from harness.errors import ExitCode

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "from-newman.md"
PASSES = "pm.test('ok', () => pm.response.to.have.status(200))"
ROWS: dict[str, Callable[..., None]] = {}


def row(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Say which row of the table a test is for."""

    def mark(test: Callable[..., None]) -> Callable[..., None]:
        ROWS[name] = test
        return test

    return mark


@pytest.fixture
def both(command, workspace):
    """Run something in newman's mode and in ours, and return what each said."""

    def run(*arguments: object):
        return command("run", *arguments, "--compat", "newman"), command("run", *arguments)

    return run


@row("async test rejected, `done` never called, throw in a timer or callback")
@pytest.mark.parametrize(
    "script",
    [
        "pm.test('t', async () => { await Promise.resolve(); pm.expect(1).to.equal(2) })",
        "pm.test('t', (done) => {})",
        "setTimeout(() => { throw new Error('late') }, 1)",
        "pm.sendRequest('URL', () => { throw new Error('late') })",
        "Promise.resolve().then(() => pm.test('t', () => pm.expect(1).to.equal(2)))",
    ],
)
def test_failures_that_newman_loses(both, workspace, target, script):
    file = workspace.collection(("Call", target.url, script.replace("URL", target.url)))
    newman, ours = both(file)
    assert ours.code is ExitCode.FAILED
    assert re.search(r"1:\d+", ours.out), ours.out
    if "Promise.resolve().then" not in script:
        assert newman.code is ExitCode.PASSED


@row("unresolved `{{name}}`, missing upload file, unknown next request")
@pytest.mark.parametrize(
    ("item", "word"),
    [
        ({"name": "Call", "request": "URL/{{nope}}"}, "'nope'"),
        (
            {
                "name": "Call",
                "request": {
                    "method": "POST",
                    "url": "URL",
                    "body": {"mode": "file", "file": {"src": "gone.txt"}},
                },
            },
            "gone.txt",
        ),
        (
            {
                "name": "Call",
                "request": "URL",
                "event": [{"listen": "test", "script": {"exec": ["pm.execution.setNextRequest('nowhere')"]}}],
            },
            "'nowhere'",
        ),
    ],
)
def test_what_newman_does_not_take_for_a_mistake(both, command, workspace, target, item, word):
    item = json.loads(json.dumps(item).replace("URL", target.url))
    file = workspace.collection(item)
    newman, ours = both(file)
    assert newman.code is ours.code is ExitCode.PASSED
    if word == "'nope'":
        assert "warning" not in newman.out
    assert "1 warning" in ours.out
    assert ours.out.count(word) == 1
    assert command("run", file, "--strict").code is ExitCode.FAILED


@row("deprecated names in scripts: `postman.*`, `tests`, `responseBody`, `CryptoJS` …")
@pytest.mark.parametrize(
    ("script", "name"),
    [
        ("\ntests['t'] = true", "tests"),
        ("\nresponseBody.length", "responseBody"),
        ("\npostman.setGlobalVariable('a', 1)", "postman.setGlobalVariable"),
        ("\nCryptoJS.MD5('a')", "CryptoJS"),
        ("\n_.map([], (one) => one)", "_"),
        ("\ntv4.validate(1, {})", "tv4"),
        ("\nxml2Json('<a/>')", "xml2Json"),
    ],
)
def test_deprecated_names(both, command, workspace, target, script, name):
    file = workspace.collection(("First", target.url, script), ("Second", target.url, script))
    newman, ours = both(file)
    assert newman.code is ours.code is ExitCode.PASSED
    assert "warning" not in newman.out
    assert newman.out.count("is deprecated") == (0 if name == "responseBody" else 2)
    assert f'"{name}" is deprecated' in ours.out
    assert ours.out.count("is deprecated") == 1
    assert "(test-script, line 2)" in ours.out
    assert "1 warning" in ours.out
    assert command("run", file, "--strict").code is ExitCode.FAILED
    assert command("run", file, "--strict", "--compat", "newman").code is ExitCode.PASSED


@row("endless script")
def test_how_long_a_script_may_take(workspace, target, command):
    from harness.api import LiveRun, RunConfig

    file = workspace.collection(("Call", target.url, PASSES))
    for dialect, expected in ((NEWMAN, None), (EXACT, 30.0)):
        with LiveRun(RunConfig.of(file, dialect=dialect)) as live:
            assert live.context.timeout_script_s == expected
    endless = workspace.collection(("Call", target.url, "while (true) {}"))
    said = command("run", endless, "--timeout-script", "200")
    assert said.code is ExitCode.FAILED
    assert "Call" in said.out


@row("files outside the working directory and the collection's folder")
def test_files_outside(both, command, workspace, target, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "a.txt"
    outside.write_text("contents")
    body = {"mode": "file", "file": {"src": str(outside)}}
    file = workspace.collection(
        {"name": "Call", "request": {"method": "POST", "url": target.url, "body": body}}
    )
    both(file)
    command("run", file, "--allow-outside")
    assert [one["body"] for one in target.requests] == ["contents", "", "contents"]


SECRET = {"name": "e", "values": [{"key": "k", "value": "s3cret-value", "type": "secret"}]}


@row("secrets in exports of environment and globals")
def test_secrets_in_exports(both, command, workspace, target):
    environment = workspace.json("e.json", SECRET)
    file = workspace.collection(("Call", target.url))
    export = workspace.folder / "out.json"
    for arguments, clear in ((("--compat", "newman"), True), ((), True), (("--export-masked",), False)):
        command("run", file, "-e", environment, "--export-environment", export, *arguments)
        assert ("s3cret-value" in export.read_text()) is clear


@row("secrets in reports and in the terminal")
@pytest.mark.parametrize("reporter", ["cli", "json", "junit", "html", "events"])
def test_secrets_in_reports(command, workspace, target, reporter):
    environment = workspace.json("e.json", SECRET)
    script = (
        "console.log(pm.environment.get('k')); pm.test('t', () => pm.expect('s3cret-value').to.equal(''))"
    )
    file = workspace.collection(("Call", f"{target.url}/{{{{k}}}}", script))
    export = workspace.folder / "report"
    options = () if reporter == "cli" else (f"--reporter-{reporter}-export", export)
    said = command("run", file, "-e", environment, "-r", reporter, *options)
    report = said.out if reporter == "cli" else export.read_text()
    assert "s3cret-value" not in report
    if reporter in {"cli", "json"}:
        said = command("run", file, "-e", environment, "-r", reporter, *options, "--compat", "newman")
        assert "s3cret-value" in (said.out if reporter == "cli" else export.read_text())


@row("JSON report")
def test_what_the_json_report_tells(command, workspace, target):
    script = (
        f"pm.sendRequest('{target.url}/side', () => {{}}); pm.test('t', () => pm.expect(1).to.equal(2));"
        "console.log('said')"
    )
    file = workspace.collection(("Call", f"{target.url}/main", script))
    told = []
    for arguments in (("--compat", "newman"), ()):
        command("run", file, "-r", "json", "--reporter-json-export", "r.json", *arguments)
        told.append(json.loads((workspace.folder / "r.json").read_text())["run"])
    paths = [[one["request"]["url"]["path"] for one in run["executions"]] for run in told]
    assert paths == [[["side"], ["side"]], [["main"], ["side"]]]
    newman, ours = told
    assert newman.keys() < ours.keys()
    error = ours["executions"][0]["assertions"][0]["error"]
    assert (error["expected"], error["actual"]) == ("2", "1")
    assert ours["executions"][0]["console"][0]["text"] == "said"
    assert "expected" not in newman["executions"][0]["assertions"][0]["error"]


@row("scripts")
@pytest.mark.parametrize(
    "script",
    [
        "await Promise.resolve(); pm.test('t', () => {})",
        "const a = await pm.sendRequest('URL'); pm.test('t', () => pm.expect(a.code).to.equal(200))",
        "pm.test('t', () => pm.expect(pm.execution.runRequest).to.be.a('function'))",
    ],
)
def test_what_only_postmans_current_sandbox_has(both, workspace, target, script):
    newman, ours = both(workspace.collection(("Call", target.url, script.replace("URL", target.url))))
    assert ours.code is ExitCode.PASSED, ours.out
    assert newman.code is ExitCode.FAILED, newman.out


@row("OAuth 2.0 without a token")
def test_oauth2_without_a_token(both, workspace, target):
    target.answers["/token"] = (200, {"access_token": "tok-12345", "token_type": "Bearer"})

    def auth(**more: str):
        pairs = {"grant_type": "client_credentials", "clientId": "id", "clientSecret": "secret-1", **more}
        return {"type": "oauth2", "oauth2": [{"key": key, "value": value} for key, value in pairs.items()]}

    def authorized(newman: bool) -> list[str | None]:
        calls = [one for one in target.requests if one["path"] == "/x"]
        return [one["headers"].get("Authorization") for one in calls]

    request = {"method": "GET", "url": f"{target.url}/x", "auth": auth(accessTokenUrl=f"{target.url}/token")}
    newman, ours = both(workspace.collection({"name": "Call", "request": request}))
    assert authorized(newman=True) == [None, "Bearer tok-12345"]
    assert newman.code is ours.code is ExitCode.PASSED
    request["auth"] = auth()
    newman, ours = both(workspace.collection({"name": "Call", "request": request}))
    assert newman.code is ours.code is ExitCode.PASSED
    assert authorized(newman=True)[-2:] == [None, None]
    assert "⚠" in ours.out
    assert "⚠" not in newman.out


@row("unknown reporter, or option of one")
@pytest.mark.parametrize("arguments", [["-r", "cli,nope"], ["--reporter-cli-nope", "x"]])
def test_an_unknown_reporter(both, workspace, target, arguments):
    newman, ours = both(workspace.collection(("Call", target.url)), *arguments)
    assert newman.code is ExitCode.PASSED
    assert ("nope" in newman.err) is (arguments[0] == "-r")
    assert ours.code is ExitCode.USAGE
    assert "valid: " in ours.err
    assert len(target.requests) == 1


@row("`NAME.harness.yaml` beside the collection")
def test_the_companion(both, workspace, target):
    workspace.text("shop.harness.yaml", "calls:\n  - call: [Call]\n    expect: {status: 404}\n")
    newman, ours = both(workspace.collection(("Call", target.url)))
    assert (newman.code, ours.code) == (ExitCode.PASSED, ExitCode.FAILED)


@row("exit code")
def test_exit_codes(both, workspace, target):
    newman, ours = both("gone.json")
    assert (newman.code, ours.code) == (1, 2)
    failing = "pm.test('t', () => pm.expect(1).to.equal(2))"
    newman, ours = both(workspace.collection(("Call", target.url, failing)))
    assert (newman.code, ours.code) == (1, 1)


def test_every_row_of_the_table_has_a_test():
    table = PAGE.read_text("utf-8").partition("| | newman | harness |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| (?!-)(.*?) \|", table, re.MULTILINE) == list(ROWS)
