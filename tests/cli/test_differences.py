"""What newman's mode does, and what ours does instead: proofs of differences that the page lists."""

import json
import re

import pytest

from harness.dialect import EXACT, NEWMAN
from harness.errors import ExitCode

PASSES = "pm.test('ok', () => pm.response.to.have.status(200))"


@pytest.fixture
def both(command, workspace):
    """Run something in newman's mode and in ours, and return what each said."""

    def run(*arguments: object):
        return command("run", *arguments, "--compat", "newman"), command("run", *arguments)

    return run


@pytest.mark.difference("late-failure")
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


@pytest.mark.difference("undefined-variable")
@pytest.mark.difference("unreadable-file")
@pytest.mark.difference("unknown-next-request")
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
    assert ours.out.count(word) == 2, "at the call, and in the list"
    assert command("run", file, "--strict").code is ExitCode.FAILED


@pytest.mark.difference("deprecated-name")
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
def test_a_deprecated_name_is_told_once_a_run(both, command, workspace, target, script, name):
    file = workspace.collection(("First", target.url, script), ("Second", target.url, script))
    newman, ours = both(file)
    assert newman.code is ours.code is ExitCode.PASSED
    assert "warning" not in newman.out
    assert newman.out.count("is deprecated") == (0 if name == "responseBody" else 2)
    assert f'"{name}" is deprecated' in ours.out
    assert ours.out.count("is deprecated") == 2, "at the call, and in the list"
    assert "(test-script, line 2)" in ours.out
    assert "1 warning" in ours.out
    assert command("run", file, "--strict").code is ExitCode.FAILED
    assert command("run", file, "--strict", "--compat", "newman").code is ExitCode.PASSED


@pytest.mark.difference("endless-script")
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


@pytest.mark.difference("outside-file")
def test_files_outside_are_read_by_newman_or_when_allowed(both, command, workspace, target, tmp_path_factory):
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


@pytest.mark.difference("exported-secret")
def test_exports_hold_secrets_unless_masked_ones_are_asked_for(both, command, workspace, target):
    environment = workspace.json("e.json", SECRET)
    file = workspace.collection(("Call", target.url))
    export = workspace.folder / "out.json"
    for arguments, clear in ((("--compat", "newman"), True), ((), True), (("--export-masked",), False)):
        command("run", file, "-e", environment, "--export-environment", export, *arguments)
        assert ("s3cret-value" in export.read_text()) is clear


@pytest.mark.difference("masked-secret")
@pytest.mark.parametrize("reporter", ["cli", "json", "junit", "html", "events"])
def test_reports_hold_no_secret_but_newmans_do(command, workspace, target, reporter):
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


@pytest.mark.difference("report-entries")
@pytest.mark.difference("report-additions")
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


@pytest.mark.difference("top-level-await")
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


@pytest.mark.difference("oauth2-token")
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


@pytest.mark.difference("unknown-reporter")
@pytest.mark.parametrize("arguments", [["-r", "cli,nope"], ["--reporter-cli-nope", "x"]])
def test_an_unknown_reporter_is_an_error_and_a_note_in_newman(both, workspace, target, arguments):
    newman, ours = both(workspace.collection(("Call", target.url)), *arguments)
    assert newman.code is ExitCode.PASSED
    assert ("nope" in newman.err) is (arguments[0] == "-r")
    assert ours.code is ExitCode.USAGE
    assert "valid: " in ours.err
    assert len(target.requests) == 1


@pytest.mark.difference("companion")
def test_a_companion_beside_the_collection_is_read_but_not_by_newman(both, workspace, target):
    workspace.text("shop.harness.yaml", "calls:\n  - call: [Call]\n    expect: {status: 404}\n")
    newman, ours = both(workspace.collection(("Call", target.url)))
    assert (newman.code, ours.code) == (ExitCode.PASSED, ExitCode.FAILED)


@pytest.mark.difference("exit-code")
def test_a_file_that_is_not_there_has_an_exit_code_of_its_own(both, workspace, target):
    newman, ours = both("gone.json")
    assert (newman.code, ours.code) == (1, 2)
    failing = "pm.test('t', () => pm.expect(1).to.equal(2))"
    newman, ours = both(workspace.collection(("Call", target.url, failing)))
    assert (newman.code, ours.code) == (1, 1)


@pytest.mark.difference("skipped-request")
def test_requests_of_a_script_that_skips_its_call(both, command, workspace, target):
    script = f"pm.sendRequest('{target.url}/side', () => {{ pm.execution.skipRequest() }})"
    event = [{"listen": "prerequest", "script": {"exec": [script]}}]
    file = workspace.collection({"name": "Call", "request": f"{target.url}/main", "event": event})
    told = []
    for arguments in (("--compat", "newman"), ()):
        command("run", file, "-r", "json", "--reporter-json-export", "r.json", *arguments)
        told.append(json.loads((workspace.folder / "r.json").read_text())["run"]["executions"])
    assert target.paths == ["/side", "/side"]
    assert [len(one) for one in told] == [0, 1]


@pytest.mark.difference("undefined-address")
def test_an_undefined_variable_in_a_host(both, workspace):
    newman, ours = both(workspace.collection(("Call", "http://{{host}}/a")))
    assert newman.code is ours.code is ExitCode.FAILED
    assert "ENOTFOUND" in newman.out
    assert "ENOTFOUND" not in ours.out
    assert "--env-var host=" in ours.out


@pytest.mark.difference("relative-working-dir")
def test_files_of_a_relative_working_directory(both, workspace, target):
    workspace.text("files/a.txt", "contents")
    body = {"mode": "file", "file": {"src": "a.txt"}}
    request = {"method": "POST", "url": target.url, "body": body}
    file = workspace.collection({"name": "Call", "request": request})
    both(file, "--working-dir", "files", "--no-insecure-file-read")
    assert [one["body"] for one in target.requests] == ["", "contents"]


@pytest.mark.difference("collection-format")
def test_a_folder_of_yaml_files(command, workspace, target):
    workspace.text("shop/Call.request.yaml", f"$kind: http-request\nmethod: GET\nurl: {target.url}/v3\n")
    assert command("run", "shop").code is ExitCode.PASSED
    assert target.paths == ["/v3"]


@pytest.mark.difference("folder-unknown")
def test_a_folder_that_is_not_there(both, workspace, target):
    file = workspace.collection(("Call", target.url))
    newman, ours = both(file, "--folder", "Cull", "--folder", "Cill")
    assert "Invalid entrypoint" in newman.err
    assert "did you mean 'Call'" in ours.err
    newman, ours = both(file, "--folder", "Cull", "--bail", "folder")
    assert (newman.code, ours.code) == (ExitCode.FAILED, ExitCode.USAGE)


@pytest.mark.difference("unknown-bail")
def test_a_word_that_bail_does_not_know(both, workspace, target):
    newman, ours = both(workspace.collection(("Call", target.url)), "--bail", "sometimes")
    assert (newman.code, ours.code) == (ExitCode.PASSED, ExitCode.USAGE)


@pytest.mark.difference("json-data")
def test_a_data_file_that_is_json_by_its_name_alone(both, workspace, target):
    workspace.text("rows.json", "id\n1\n2\n")
    newman, ours = both(workspace.collection(("Call", f"{target.url}/{{{{id}}}}")), "-d", "rows.json")
    assert (newman.code, ours.code) == (ExitCode.PASSED, ExitCode.USAGE)
    assert target.paths == ["/1", "/2"]


@pytest.mark.difference("empty-file-name")
def test_an_empty_file_name(both, workspace, target):
    newman, ours = both(workspace.collection(("Call", target.url)), "-e", "")
    assert (newman.code, ours.code) == (ExitCode.PASSED, ExitCode.USAGE)


@pytest.mark.difference("exported-type")
def test_types_of_exported_variables(command, workspace, target):
    values = [{"key": "k", "value": "v", "type": "default", "enabled": True}]
    environment = workspace.json("e.json", {"name": "e", "values": values})
    file = workspace.collection(("Call", target.url))
    types = []
    for arguments in (("--compat", "newman"), ()):
        command("run", file, "-e", environment, "--export-environment", "out.json", *arguments)
        types.append(json.loads((workspace.folder / "out.json").read_text())["values"][0]["type"])
    assert types == ["any", "default"]


@pytest.mark.difference("error-place")
def test_the_place_of_a_failed_assertion(command, workspace, target):
    file = workspace.collection(("Call", target.url, "\n  pm.test('t', () => pm.expect(1).to.equal(2))"))
    stacks = []
    for arguments in (("--compat", "newman"), ()):
        command("run", file, "-r", "json", "--reporter-json-export", "r.json", *arguments)
        (failure,) = json.loads((workspace.folder / "r.json").read_text())["run"]["failures"]
        stacks.append(failure["error"]["stack"])
    newman, ours = stacks
    assert "sandbox-script.js:1:1" in newman
    assert re.search(r"script-1.js:2:\d+", ours), ours


@pytest.mark.difference("banner")
@pytest.mark.difference("idle-option")
def test_the_first_line_and_options_of_reporters_that_are_not_in_use(both, workspace, target):
    newman, ours = both(workspace.collection(("Call", target.url)), "--reporter-junit-export", "x.xml")
    assert newman.out.lstrip().startswith("newman\n")
    assert ours.out.lstrip().startswith("harness\n")
    assert "idle-option" in ours.err
    assert newman.err == ""


@pytest.mark.difference("untested-assertion")
def test_assertions_of_a_request_without_an_answer(both, workspace):
    newman, ours = both(workspace.collection(("Call", "http://127.0.0.1:1/", PASSES)))
    assert newman.code is ours.code is ExitCode.FAILED
    assert "1 skipped" in ours.out
    assert "skipped" not in newman.out


@pytest.mark.difference("empty-selection")
@pytest.mark.parametrize("chosen", [["--folder", "None"], ["-i", "None"], ["--exclude-folder", "Call"]])
def test_a_choice_that_leaves_nothing(both, command, workspace, chosen):
    file = workspace.collection({"name": "None", "item": []}, ("Call", "http://127.0.0.1:1/"))
    newman, ours = both(file, *chosen)
    assert (newman.code, ours.code, "no-requests" in ours.out) == (ExitCode.PASSED, ExitCode.FAILED, True)
    assert "--allow-empty lets it pass" in ours.out
    assert command("run", file, *chosen, "--allow-empty", "--strict").code is ExitCode.PASSED


@pytest.mark.difference("empty-collection")
@pytest.mark.parametrize("items", [[], [{"name": "Folder", "item": []}]])
def test_a_collection_of_nothing_is_no_green_run(both, command, workspace, items):
    file = workspace.collection(*items)
    newman, said = both(file)
    assert (newman.code, said.code, "no-requests" in said.out) == (ExitCode.PASSED, ExitCode.FAILED, True)
    assert "--allow-empty lets it pass" in said.out
    said = command("run", file, "--strict", "--allow-empty")
    assert (said.code, "no-requests" in said.out) == (ExitCode.PASSED, False)
