import json
import os
from pathlib import Path

import pytest

from harness.errors import ExitCode

PASSES = "pm.test('ok', () => pm.response.to.have.status(200))"
FAILS = "pm.test('bad', () => pm.response.to.have.status(404))"


def test_a_run_that_passes_exits_with_0_and_tells_every_call(command, workspace, target):
    file = workspace.collection(("List", f"{target.url}/list", PASSES))
    said = command("run", file)
    assert said.code is ExitCode.PASSED
    assert "List" in said.out
    assert "1 call, 1 assertion" in said.out
    assert target.paths == ["/list"]


def test_a_failed_assertion_exits_with_1(command, workspace, target):
    assert command("run", workspace.collection(("a", target.url, FAILS))).code is ExitCode.FAILED


def test_a_failed_request_exits_with_1(command, workspace):
    said = command("run", workspace.collection(("a", "http://127.0.0.1:1/")))
    assert said.code is ExitCode.FAILED
    assert "ECONNREFUSED 127.0.0.1:1" in said.out


def test_suppress_exit_code_exits_with_0(command, workspace, target):
    assert command("run", workspace.collection(("a", target.url, FAILS)), "-x").code is ExitCode.PASSED


def test_a_missing_collection_is_an_error_with_its_name(command):
    said = command("run", "nowhere.json")
    assert said.code is ExitCode.USAGE
    assert said.err.startswith("error: ")
    assert "nowhere.json" in said.err


def test_a_malformed_collection_is_an_error_with_line_and_column(command, workspace):
    said = command("run", workspace.text("bad.json", '{\n  "info": {,}\n}'))
    assert said.code is ExitCode.USAGE
    assert "line 2, column" in said.err


def test_several_collections_run_in_order_and_the_gravest_outcome_counts(command, workspace, target):
    good = workspace.collection(("a", f"{target.url}/a", PASSES), name="good")
    bad = workspace.collection(("b", f"{target.url}/b", FAILS), name="bad")
    assert command("run", bad, good).code is ExitCode.FAILED
    assert target.paths == ["/b", "/a"]
    assert command("run", good, "gone.json", bad).code is ExitCode.USAGE


def test_several_collections_end_with_what_came_of_all_of_them(command, workspace, target):
    good = workspace.collection(("a", f"{target.url}/a", PASSES), name="good")
    bad = workspace.collection(("b", f"{target.url}/b", FAILS), name="bad")
    assert command("run", bad, good).out.endswith(f"\n\n✖ 2 collections, 1 failed: {bad}\n")
    assert command("run", good, good).out.endswith("\n\n✓ 2 collections passed\n")
    assert "2 collections" not in command("run", good, bad, "--silent").out
    assert "2 collections" not in command("run", good, bad, "-r", "junit").out
    assert "2 collections" not in command("run", good, bad, "--compat", "newman").out


def test_options_of_newman_choose_data_and_variables(command, workspace, target):
    file = workspace.collection(("a", f"{target.url}/{{{{env}}}}/{{{{glob}}}}/{{{{row}}}}/{{{{cli}}}}"))
    environment = workspace.environment(env="E", cli="file")
    glob = workspace.environment("globals", glob="G")
    data = workspace.text("rows.csv", "row\n1\n2\n")
    said = command("run", file, "-e", environment, "-g", glob, "-d", data, "--env-var", "cli=C", "-n", "3")
    assert said.code is ExitCode.PASSED
    assert target.paths == ["/E/G/1/C", "/E/G/2/C", "/E/G/2/C"]


def test_system_variables_fill_the_environment_and_the_command_line_wins(command, workspace, target):
    file = workspace.collection(("a", f"{target.url}/{{{{user}}}}/{{{{key}}}}"))
    environment = workspace.environment(user="", key="")
    command.environ.update(HARNESS_VAR_user="jane", HARNESS_VAR_key="system")
    command("run", file, "-e", environment, "--env-var", "key=line")
    assert target.paths == ["/jane/line"]


def test_folder_runs_only_that_folder(command, workspace, target):
    folder = {"name": "F", "item": [{"name": "in", "request": f"{target.url}/in"}]}
    file = workspace.collection(("out", f"{target.url}/out"), folder)
    assert command("run", file, "--folder", "F").code is ExitCode.PASSED
    assert target.paths == ["/in"]


def test_an_unknown_folder_is_an_error_that_lists_those_there_are(command, workspace, target):
    file = workspace.collection({"name": "Orders", "item": [{"name": "x", "request": target.url}]})
    said = command("run", file, "--folder", "Order")
    assert said.code is ExitCode.USAGE
    assert "Orders" in said.err


def test_bail_stops_the_run(command, workspace, target):
    file = workspace.collection(("a", f"{target.url}/a", FAILS), ("b", f"{target.url}/b"))
    assert command("run", file, "--bail").code is ExitCode.FAILED
    assert target.paths == ["/a"]


def test_an_unknown_reporter_is_an_error_that_lists_the_valid_ones(command, workspace, target):
    said = command("run", workspace.collection(("a", target.url)), "-r", "cli,pdf")
    assert said.code is ExitCode.USAGE
    assert "'pdf'" in said.err
    assert "junit" in said.err
    assert target.requests == []


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["-n", "0"], "above 0"),
        (["--timeout", "soon"], "milliseconds"),
        (["--bail", "maybe"], "failure, folder"),
        (["--platform", "cloud"], "local"),
        (["--record", "a.yaml", "--replay", "a.yaml"], "not both"),
        (["--resolve", "nonsense"], "HOST"),
        (["--platform", "local", "--kinesis", "nonsense"], "http://127.0.0.1:5000"),
        (["--kinesis", "http://127.0.0.1:9"], "--platform local"),
        (["--nonsense"], "there is no option '--nonsense'"),
        (["--foldr", "A"], "did you mean '--folder'? see: harness run --help"),
        (["--compat", "newmann"], "--compat cannot be 'newmann'"),
        (["--env-var", "=x"], "name=value"),
    ],
)
def test_a_wrong_option_is_an_error_that_says_what_is_valid(command, workspace, target, arguments, word):
    said = command("run", workspace.collection(("a", target.url)), *arguments)
    assert said.code is ExitCode.USAGE
    assert word in said.err
    assert target.requests == []


def test_reporters_write_where_their_options_say(command, workspace, target):
    file = workspace.collection(("a", target.url, PASSES))
    command(
        "run",
        file,
        "-r",
        "json,junit",
        "--reporter-json-export",
        "out.json",
        "--reporter-junit-export",
        "o.xml",
    )
    report = json.loads((workspace.folder / "out.json").read_text())
    assert report["run"]["stats"]["assertions"]["total"] == 1
    assert "<testsuites" in (workspace.folder / "o.xml").read_text()


@pytest.mark.parametrize(
    ("option", "valid"),
    [
        ("--reporter-junit-expot", "did you mean 'export'? valid: "),
        ("--reporter-junt-export", "'junit'? valid: "),
    ],
)
def test_a_misspelled_option_of_a_reporter_not_in_use_is_an_error(command, workspace, target, option, valid):
    file = workspace.collection(("a", target.url))
    said = command("run", file, option, "x")
    assert said.code is ExitCode.USAGE
    assert option in said.err
    assert valid in said.err
    assert command("run", file, option, "x", "--compat", "newman").err == ""


def test_an_option_of_a_reporter_not_in_use_is_told_once(command, workspace, target):
    file = workspace.collection(("a", target.url))
    arguments = ("run", file, "-r", "cli", "--reporter-junit-export", "x", "--reporter-cli-no-banner")
    said = command(*arguments)
    assert (said.code, said.err) == (
        ExitCode.PASSED,
        "warning: --reporter-junit-export changes nothing: add junit to -r for this reporter [idle-option]\n",
    )
    assert command(*arguments, "--compat", "newman").err == ""


def test_exports_hold_the_variables_as_the_run_left_them(command, workspace, target):
    script = "pm.environment.set('new', 1); pm.globals.set('g', 'x')"
    file = workspace.collection(("a", target.url, script))
    command(
        "run",
        file,
        "-e",
        workspace.environment(old="o"),
        "--export-environment",
        "e.json",
        "--export-globals",
        "g.json",
    )
    exported = json.loads((workspace.folder / "e.json").read_text())
    assert {value["key"]: value["value"] for value in exported["values"]} == {"old": "o", "new": 1}
    assert json.loads((workspace.folder / "g.json").read_text())["values"][0]["key"] == "g"


def test_exports_are_in_clear_for_their_owner_alone_and_masked_on_request(command, workspace, target):
    secret = [{"key": "k", "value": "s3cret-value", "type": "secret"}]
    environment = workspace.json("e.json", {"name": "e", "values": secret})
    file = workspace.collection(("a", target.url))
    clear, masked = workspace.folder / "clear.json", workspace.folder / "masked.json"
    clear.write_text("here before, for all to read")
    said = command("run", file, "-e", environment, "--export-environment", "clear.json")
    assert "s3cret-value" in clear.read_text()
    assert os.name == "nt" or clear.stat().st_mode & 0o077 == 0
    assert [line for line in said.err.splitlines() if "clear.json" in line and "secrets in clear" in line]
    assert "s3cret-value" not in said.out + said.err
    said = command("run", file, "-e", environment, "--export-environment", "masked.json", "--export-masked")
    assert "s3cret-value" not in masked.read_text()
    assert said.err == ""


def test_a_masked_export_that_comes_back_is_told(command, workspace, target):
    secret = [{"key": "k", "value": "s3cret-value", "type": "secret"}]
    environment = workspace.json("e.json", {"name": "e", "values": secret})
    file = workspace.collection(("a", target.url))
    command("run", file, "-e", environment, "--export-environment", "out.json", "--export-masked")
    said = command("run", file, "-e", "out.json")
    assert "variable 'k' holds a mask" in said.out


def test_an_export_without_secrets_is_not_told(command, workspace, target):
    file = workspace.collection(("a", target.url))
    environment = workspace.environment(city="Bergen")
    assert command("run", file, "-e", environment, "--export-environment", "x.json").err == ""


def test_no_mask_shows_secrets_on_the_terminal_and_never_in_files(command, workspace, target):
    secret = [{"key": "password", "value": "s3cret-value", "type": "secret"}]
    environment = workspace.json("e.json", {"name": "e", "values": secret})
    file = workspace.collection(("a", f"{target.url}/?p={{{{password}}}}"))
    said = command(
        "run", file, "-e", environment, "-r", "cli,json", "--reporter-json-export", "r.json", "--no-mask"
    )
    assert "s3cret-value" in said.out
    assert "s3cret-value" not in (workspace.folder / "r.json").read_text()


def test_no_mask_is_refused_in_ci(command, workspace, target):
    file = workspace.collection(("a", target.url))
    command.environ["CI"] = "true"
    said = command("run", file, "--no-mask")
    assert said.code is ExitCode.USAGE
    assert "--no-mask" in said.err
    assert not target.requests


def test_collections_share_variables_on_request(command, workspace, target):
    one = workspace.collection(
        ("a", target.url, "pm.environment.set('city', 'Bergen'); pm.globals.set('n', 3)")
    )
    first = workspace.folder / "first.json"
    first.write_text(Path(one).read_text())
    second = workspace.collection(("b", f"{target.url}/{{{{city}}}}/{{{{n}}}}"))
    command("run", first, second, "--share-variables")
    assert target.requests[-1]["path"] == "/Bergen/3"
    command("run", first, second)
    assert "Bergen" not in target.requests[-1]["path"]


def test_strict_makes_warnings_fail(command, workspace, target):
    file = workspace.collection(("a", f"{target.url}/{{{{nope}}}}"))
    assert command("run", file).code is ExitCode.PASSED
    assert command("run", file, "--strict").code is ExitCode.FAILED


def test_newmans_configuration_file_gives_defaults(command, workspace, target):
    workspace.json(
        ".newmanrc", {"iterationCount": 2, "reporters": ["json"], "reporter": {"json": {"export": "r.json"}}}
    )
    command("run", workspace.collection(("a", f"{target.url}/a")))
    assert target.paths == ["/a", "/a"]
    assert (workspace.folder / "r.json").is_file()


def test_an_unknown_name_in_the_configuration_is_an_error(command, workspace, target):
    workspace.json(".newmanrc", {"iterationCounts": 2})
    said = command("run", workspace.collection(("a", target.url)))
    assert said.code is ExitCode.USAGE
    assert "iterationCount" in said.err


def test_in_newmans_mode_every_problem_exits_with_1(command, workspace):
    assert command("run", "gone.json", "--compat", "newman").code is ExitCode.FAILED


def test_a_record_is_replayed_without_the_server(command, workspace, target):
    file = workspace.collection(("a", f"{target.url}/a/{{{{$guid}}}}", PASSES))
    assert command("run", file, "--record", "a.yaml").code is ExitCode.PASSED
    count = len(target.requests)
    said = command("run", file, "--replay", "a.yaml")
    assert said.code is ExitCode.PASSED
    assert len(target.requests) == count
    assert "connections attempted: 0" in said.out


def test_a_replay_that_has_no_answer_exits_with_3_and_says_what_differs(command, workspace, target):
    body = {"method": "POST", "url": f"{target.url}/a", "body": {"mode": "raw", "raw": '{"n": 1}'}}
    file = workspace.collection({"name": "a", "request": body})
    command("run", file, "--record", "a.yaml")
    body["body"]["raw"] = '{"n": 2}'
    said = command("run", workspace.collection({"name": "a", "request": body}), "--replay", "a.yaml")
    assert said.code is ExitCode.REPLAY_MISS
    assert "/n" in said.out
    assert "--record" in said.out


def test_a_failed_recording_leaves_the_old_cassette(command, workspace, target):
    file = workspace.collection(("a", f"{target.url}/a"))
    command("run", file, "--record", "a.yaml")
    before = (workspace.folder / "a.yaml").read_bytes()
    broken = workspace.text("b.yaml", "not: [a cassette")
    said = command("run", file, "--record", broken)
    assert said.code is ExitCode.USAGE
    assert broken.read_text() == "not: [a cassette"
    assert (workspace.folder / "a.yaml").read_bytes() == before


def test_the_companion_beside_a_collection_is_used_and_can_be_left(command, workspace, target):
    file = workspace.collection(("a", f"{target.url}/{{{{id}}}}"))
    workspace.environment("of_companion", id="7")
    workspace.text("shop.harness.yaml", "environment: of_companion.postman_environment.json\n")
    command("run", file)
    command("run", file, "--no-companion")
    command("run", file, "-e", workspace.environment(id="8"))
    assert target.paths == ["/7", "/%7B%7Bid%7D%7D", "/8"]


def test_platform_local_wins_over_the_environment(command, workspace):
    token = {"name": "token", "request": {"method": "GET", "url": "{{PLATFORM_GATEWAY}}/data/foundation/x"}}
    file = workspace.collection(token)
    environment = workspace.environment(PLATFORM_GATEWAY="https://platform.adobe.io")
    said = command("run", file, "-e", environment, "--platform", "local")
    assert "http://127.0.0.1:" in said.out
    assert "platform.adobe.io" not in said.out


def test_files_outside_are_read_only_when_allowed(command, workspace, target, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "secret.txt"
    outside.write_text("contents")
    request = {"method": "POST", "url": target.url, "body": {"mode": "file", "file": {"src": str(outside)}}}
    file = workspace.collection({"name": "a", "request": request})
    said = command("run", file)
    assert target.requests[0]["body"] == ""
    assert "outside" in said.out
    command("run", file, "--allow-outside")
    assert target.requests[1]["body"] == "contents"


def test_a_run_that_takes_longer_than_it_may_has_failed(command, workspace, target):
    items = [(name, target.url, "while (Date.now() % 50);") for name in "abcdefgh"]
    said = command("run", workspace.collection(*items), "--timeout", "1")
    assert said.code is ExitCode.FAILED
    assert "--timeout" in said.out


def test_a_recording_that_ended_early_leaves_the_old_cassette(command, workspace, target):
    file = workspace.collection(("a", target.url, FAILS), ("b", f"{target.url}/b", FAILS))
    command("run", file, "--record", "a.yaml")
    old = (workspace.folder / "a.yaml").read_bytes()
    said = command("run", file, "--record", "a.yaml", "--bail")
    assert (workspace.folder / "a.yaml").read_bytes() == old
    assert "a.yaml.journal" in said.out
    assert command("run", file, "--record", "a.yaml", "--resume").code is ExitCode.FAILED
    assert not (workspace.folder / "a.yaml.journal").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["-n", "0"], 0),
        (["--timeout", "soon"], 0),
        (["--bogus"], 1),
        (["--folder"], 1),
    ],
)
@pytest.mark.difference("wrong-value")
def test_in_newmans_mode_wrong_usage_has_newmans_exit_code(command, workspace, arguments, code):
    file = workspace.collection(("a", "http://127.0.0.1:1/"))
    assert command("run", file, *arguments, "--compat", "newman").code == code
    assert command("run", file, *arguments).code is ExitCode.USAGE


@pytest.mark.difference("half-assignment")
def test_a_variable_without_a_value_is_empty_in_newmans_mode_and_a_mistake_otherwise(
    command, workspace, target
):
    file = workspace.collection(("a", f"{target.url}/{{{{KEY}}}}x"))
    assert command("run", file, "--env-var", "KEY", "--compat", "newman").code is ExitCode.PASSED
    assert target.paths == ["/x"]
    said = command("run", file, "--env-var", "KEY")
    assert said.code is ExitCode.USAGE
    assert "KEY=" in said.err


def test_a_collection_at_an_address_that_cannot_be_reached_is_an_error_with_its_reason(command):
    said = command("run", "http://127.0.0.1:1/c.json")
    assert said.code is ExitCode.USAGE
    assert said.err == (
        "error: the collection cannot be read: no connection: Connection refused\n"
        "  --> http://127.0.0.1:1/c.json\n"
        "  open the address in a browser, or save the file and name that\n"
    )


@pytest.mark.parametrize(
    ("arguments", "paths"),
    [
        (["--folder", "-dashed"], ["/d?k={{k}}"]),
        (["--env-var", "-k=1", "--folder", "-dashed"], ["/d?k={{k}}"]),
        (["--env-var", "k=-1", "--folder=-dashed"], ["/d?k=-1"]),
        (["--folder", "-dashed", "-n", "2.0"], ["/d?k={{k}}"] * 2),
        (["--folder", "-dashed", "-n", "0x2"], ["/d?k={{k}}"] * 2),
        (["--folder", "-dashed", "--timeout", "--timeout-request", "--delay-request"], ["/d?k={{k}}"]),
        (["--folder", "-dashed", "--timeout-script", "-r", "-k"], ["/d?k={{k}}"]),
        (["--folder", "-dashed", "--ssl-client-passphrase", "-p"], ["/d?k={{k}}"]),
        (["--folder", "-dashed", "-e", "", "-g", "", "-d", "", "--cookie-jar", ""], ["/d?k={{k}}"]),
        (["--folder", "-dashed", "--env-var", "", "--env-var", "=1"], ["/d?k={{k}}"]),
        (["--folder", "-dashed", "--postman-api-key", "PMAK-1"], ["/d?k={{k}}"]),
    ],
)
def test_in_newmans_mode_options_take_what_newmans_take(command, workspace, target, arguments, paths):
    file = workspace.collection(("a", f"{target.url}/a"), ("-dashed", f"{target.url}/d?k={{{{k}}}}"))
    assert command("run", file, *arguments, "--compat", "newman").code is ExitCode.PASSED
    assert target.paths == paths


def test_in_newmans_mode_reporters_without_a_name_are_none(command, workspace, target):
    file = workspace.collection(("a", target.url))
    assert command("run", file, "--compat", "newman", "-r").out == ""
    assert "1 call" in command("run", file, "-r").out


def test_in_newmans_mode_exports_without_a_name_are_not_written(command, workspace, target):
    file = workspace.collection(("a", target.url))
    before = sorted(workspace.folder.iterdir())
    names = ("environment", "globals", "collection", "cookie-jar")
    exports = [word for name in names for word in (f"--export-{name}", "")]
    assert command("run", file, *exports, "--compat", "newman").code is ExitCode.PASSED
    assert sorted(workspace.folder.iterdir()) == before


@pytest.mark.parametrize("name", ["delay-request", "timeout", "timeout-request", "timeout-script"])
@pytest.mark.difference("zero-time")
def test_in_newmans_mode_a_time_of_0_is_refused_and_nothing_runs(command, workspace, target, name):
    file = workspace.collection(("a", target.url))
    said = command("run", file, f"--{name}", "0", "--compat", "newman")
    assert (said.code, target.paths) == (ExitCode.PASSED, [])
    assert f"--{name} has to be above 0" in said.err
    assert command("run", file, f"--{name}", "0").code is ExitCode.PASSED
    assert len(target.paths) == 1


@pytest.mark.difference("several-collections")
def test_in_newmans_mode_several_collections_run_and_it_is_said_that_newman_runs_one(
    command, workspace, target
):
    file = workspace.collection(("a", f"{target.url}/a"))
    said = command("run", file, file, "--compat", "newman")
    assert (said.code, target.paths) == (ExitCode.PASSED, ["/a", "/a"])
    assert said.err == f"note: newman would run {file} alone\n"
    assert command("run", file, file).err == ""


def test_an_option_is_never_the_value_of_another(command, workspace, target):
    said = command("run", workspace.collection(("a", target.url)), "--folder", "--silent")
    assert (said.code, target.paths) == (ExitCode.USAGE, [])
    assert "--folder" in said.err


def test_items_of_one_id_are_told_apart_in_the_json_report(command, workspace, target):
    copied = [
        {"id": "one", "name": "first", "request": f"{target.url}/first"},
        {"name": "folder", "item": [{"id": "one", "name": "second", "request": f"{target.url}/second"}]},
    ]
    file = workspace.collection(*copied)
    assert command("run", file, "-r", "json", "--reporter-json-export", "r.json").code is ExitCode.PASSED
    executions = json.loads(Path("r.json").read_text())["run"]["executions"]
    assert [one["item"]["name"] for one in executions] == ["first", "second"]
