"""`harness parity`, with a stand-in for newman: this runner itself, which a script of its own may alter."""

import json
import os
import sys

import pytest

from harness.errors import ExitCode

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script with a first line for sh")

PASSES = "pm.test('ok', () => pm.response.to.have.status(200)); pm.environment.set('set', 'a')"

STAND_IN = """#!{python}
import runpy, sys
arguments = sys.argv[1:]
{change}
sys.argv[1:] = [*arguments, "--compat", "newman"]
runpy.run_module("harness", run_name="__main__", alter_sys=True)
"""


@pytest.fixture
def newman(workspace):
    """Write a stand-in for newman whose arguments are changed by a line of Python."""

    def make(change: str = "", name: str = "newman") -> str:
        file = workspace.text(name, STAND_IN.format(python=sys.executable, change=change))
        file.chmod(0o755)
        return str(file)

    return make


def test_equal_runs_exit_with_0_and_say_what_was_compared(command, workspace, target, newman):
    file = workspace.collection(("a", f"{target.url}/{{{{$guid}}}}", PASSES), ("b", f"{target.url}/b"))
    said = command("parity", "--newman", newman(), file, "-n", "2")
    assert said.code is ExitCode.PASSED, said.out + said.err
    assert said.out == "the same: 4 requests, 2 assertions, 1 variable of newman's compared\n"
    assert len(target.requests) == 8


def test_our_own_options_may_stand_behind_the_collection(command, workspace, target, newman):
    file = workspace.collection(("a", f"{target.url}/a?v={{{{v}}}}"))
    change = "arguments += ['--env-var', 'v=x-2']"
    said = command(
        "parity", file, "--env-var", "v=x-1", "--mask", r"x-\d", "--newman", newman(change), "-n", "1"
    )
    assert said.code is ExitCode.PASSED, said.out + said.err
    said = command("parity", file, "--newman")
    assert said.code is ExitCode.USAGE
    assert "--newman: expected one argument" in said.err


def test_differences_are_a_table_and_exit_code_1(command, workspace, target, newman):
    file = workspace.collection(("a", f"{target.url}/a?v={{{{v}}}}", PASSES))
    change = "arguments += ['--env-var', 'v=other', '--env-var', 'only=newman']"
    said = command("parity", "--newman", newman(change), file, "--env-var", "v=mine")
    assert said.code is ExitCode.FAILED
    rows = [line.split() for line in said.out.splitlines()]
    assert rows[0] == ["what", "where", "newman", "harness"]
    assert [
        "url",
        "GET",
        f"{target.url}/a?v=other",
        f"{target.url}/a?v=other",
        f"{target.url}/a?v=mine",
    ] in rows
    assert ["variable", "environment", "v", "other", "mine"] in rows
    assert ["variable", "environment", "only", "newman", "-"] in rows


def test_assertions_and_exit_codes_are_compared(command, workspace, target, newman):
    script = "pm.test('ok', () => pm.expect(pm.environment.get('v')).to.equal('mine'))"
    file = workspace.collection(("a", f"{target.url}/a", script))
    said = command(
        "parity", "--newman", newman("arguments += ['--env-var', 'v=x']"), file, "--env-var", "v=mine"
    )
    rows = [line.split() for line in said.out.splitlines()]
    assert ["exit", "code", "1", "0"] in rows
    assert ["assertion", "a,", "iteration", "1:", "ok", "failed", "passed"] in rows


def test_reporters_and_exports_of_a_ci_line_are_left_out(command, workspace, target, newman):
    file = workspace.collection(("a", f"{target.url}/a"))
    said = command(
        "parity", "--newman", newman(), file, "-r", "htmlextra", "--reporter-htmlextra-export", "r.html",
        "--export-environment", "e.json", "-x",
    )  # fmt: skip
    assert said.code is ExitCode.PASSED
    assert not list(workspace.folder.glob("*.html"))
    assert not (workspace.folder / "e.json").exists()


def test_a_run_without_a_report_is_a_difference_that_shows_its_last_words(command, workspace, target, newman):
    file = workspace.collection(("a", f"{target.url}/a"))
    said = command("parity", "--newman", newman("sys.exit('it broke')"), file)
    assert said.code is ExitCode.FAILED
    assert "newman wrote no report" in said.err
    assert "it broke" in said.err


def test_an_option_that_is_not_newmans_is_an_error_before_anything_runs(command, workspace, target, newman):
    file = workspace.collection(("a", f"{target.url}/a"))
    said = command("parity", "--newman", newman(), file, "--nonsense")
    assert said.code is ExitCode.USAGE
    assert "--nonsense" in said.err
    assert target.requests == []


def test_a_collection_that_is_not_there_is_an_error_before_anything_runs(
    command, workspace, target, newman, monkeypatch
):
    monkeypatch.chdir(workspace.folder)
    workspace.collection(("a", f"{target.url}/a"))
    said = command("parity", "shp.postman_collection.json", "--newman", newman())
    assert said.code is ExitCode.USAGE
    assert "did you mean 'shop.postman_collection.json'?" in said.err
    assert said.out == ""


def test_newman_is_taken_from_path(command, workspace, target, newman):
    newman(name="bin/newman")
    command.environ["PATH"] = f"{workspace.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    said = command("parity", workspace.collection(("a", f"{target.url}/a")))
    assert said.code is ExitCode.PASSED, said.err
    assert "installing" not in said.err


NPM = """#!{python}
import pathlib, sys
place = pathlib.Path(sys.argv[sys.argv.index("--prefix") + 1], "node_modules", ".bin", "newman")
place.parent.mkdir(parents=True)
place.write_text(pathlib.Path({stand_in!r}).read_text())
place.chmod(0o755)
"""


def test_where_there_is_no_newman_npm_installs_it_once(command, workspace, target, newman):
    stand_in = newman(name="elsewhere/newman")
    npm = workspace.text("bin/npm", NPM.format(python=sys.executable, stand_in=stand_in))
    npm.chmod(0o755)
    command.environ["PATH"] = str(workspace.folder / "bin")
    file = workspace.collection(("a", f"{target.url}/a"))
    first = command("parity", file)
    assert first.code is ExitCode.PASSED, first.err
    assert "installing newman 6.2.2" in first.err
    npm.unlink()
    assert "installing" not in command("parity", file).err


def test_without_newman_and_npm_the_error_says_what_to_install(command, workspace, target):
    command.environ["PATH"] = str(workspace.folder)
    said = command("parity", workspace.collection(("a", f"{target.url}/a")))
    assert said.code is ExitCode.USAGE
    assert "--newman" in said.err


POSTMAN = """#!{python}
import runpy, sys
_, _, *arguments = sys.argv[1:]
at = arguments.index("--reporter-json-structure")
del arguments[at : at + 2]
sys.argv[1:] = ["run", *arguments, "--compat", "postman"]
runpy.run_module("harness", run_name="__main__", alter_sys=True)
"""


def test_postman_cli_is_compared_on_request_by_the_variables_of_its_report(command, workspace, target):
    stand_in = workspace.folder / "bin" / "postman"
    stand_in.parent.mkdir()
    stand_in.write_text(POSTMAN.format(python=sys.executable), encoding="utf-8")
    stand_in.chmod(0o755)
    file = workspace.collection(("Call", target.url, "pm.environment.set('a', '1');"))
    said = command("parity", "--against", "postman", "--postman", str(stand_in), file)
    assert said.code is ExitCode.PASSED, said.out + said.err
    assert said.out == "the same: 1 request, 0 assertions, 1 variable of postman's compared\n"


def test_without_postman_cli_the_error_says_how_to_install_it(command, workspace, target):
    file = workspace.collection(("Call", target.url))
    said = command("parity", "--against", "postman", file)
    assert said.code is ExitCode.USAGE
    assert "npm install -g postman-cli" in said.err


def test_a_folder_of_format_v3_is_compared_as_a_file_of_format_v2(command, workspace, target, newman):
    script = f"scripts:\n  - {{type: afterResponse, code: {json.dumps(PASSES)}}}\n"
    (workspace.folder / "Shop").mkdir()
    request = f"$kind: http-request\nurl: '{target.url}/{{{{stage}}}}'\n{script}"
    workspace.text("Shop/a.request.yaml", request)
    workspace.text("x.environment.yaml", "name: X\nvalues:\n  - {key: stage, value: staging}\n")
    change = "assert arguments[1].endswith('Shop.postman_collection.json'), arguments"
    said = command("parity", "--newman", newman(change), "Shop", "--environment=x.environment.yaml")
    assert said.code is ExitCode.PASSED, said.out + said.err
    assert said.out == "the same: 1 request, 1 assertion, 2 variables of newman's compared\n"
    assert {request["path"] for request in target.requests} == {"/staging"}
    said = command("parity", "--newman", newman(), "Shop/a.request.yaml")
    assert said.code is ExitCode.USAGE
    assert "parity compares whole collections" in said.err


LATE = "setTimeout(() => { throw new Error('late') }, 1)"


def test_the_default_mode_is_compared_and_differences_are_named_by_their_row(
    command, workspace, target, newman
):
    file = workspace.collection(("a", f"{target.url}/a", LATE))
    said = command("parity", "--newman", newman(), file, "--mode", "default", "--format", "json")
    assert said.code is ExitCode.FAILED, said.out + said.err
    document = json.loads(said.out)
    assert document["mode"] == "default"
    assert {row["kind"] for row in document["differences"]} == {"late-failure"}
    assert command("parity", "--newman", newman(), file, "--mode", "newman").code is ExitCode.PASSED


def test_assertions_of_calls_whose_scripts_send_are_compared_in_the_default_mode(
    command, workspace, target, newman
):
    sends = f"pm.sendRequest('{target.url}/x', () => {{}})"
    item = {"name": "a", "request": f"{target.url}/a"}
    item["event"] = [
        {"listen": "prerequest", "script": {"exec": [sends]}},
        {"listen": "test", "script": {"exec": [PASSES]}},
    ]
    said = command("parity", "--newman", newman(), workspace.collection(item), "--mode", "default")
    assert said.code is ExitCode.PASSED, said.out + said.err
    assert "2 requests, 1 assertion" in said.out


def test_several_collections_and_environments_are_one_table(command, workspace, target, newman):
    files = [
        workspace.collection(("a", f"{target.url}/{name}/{{{{v}}}}"), name=name) for name in ("one", "two")
    ]
    envs = [workspace.environment(name, v=name) for name in ("x", "y")]
    change = "arguments += ['--env-var', 'v=z'] if 'two.postman_collection.json' in arguments[1] else []"
    said = command(
        "parity", "--newman", newman(change), *files, "-e", envs[0], "-e", envs[1], "-o", "page.html"
    )
    assert said.code is ExitCode.FAILED, said.out + said.err
    assert "4 requests" in said.out
    assert said.out.startswith("collection")
    page = (workspace.folder / "page.html").read_text()
    assert f"{files[1]} -e {envs[0]}" in page
    assert f"{files[0]} -e" not in page


def test_a_dry_comparison_sends_everything_once(command, workspace, target, newman):
    file = workspace.collection(("a", f"{target.url}/a", PASSES, LATE))
    said = command("parity", "--newman", newman(), file, "--dry")
    assert said.code is ExitCode.PASSED, said.out + said.err
    assert target.paths == ["/a"]
    said = command("parity", "--newman", newman(), file, "--dry", "--mode", "default")
    assert said.code is ExitCode.FAILED
    assert "late-failure" in said.out
    assert target.paths == ["/a", "/a"]


def test_secrets_are_masked_in_what_differs(command, workspace, target, newman):
    headers = [
        {"key": "Authorization", "value": "Bearer {{token}}"},
        {"key": "X-Token", "value": "{{token}}"},
    ]
    file = workspace.collection({"name": "a", "request": {"url": f"{target.url}/a", "header": headers}})
    change = "arguments += ['--env-var', 'token=theirs-0815-secret']"
    said = command("parity", "--newman", newman(change), file, "--env-var", "token=mine-4711-secret")
    assert said.code is ExitCode.FAILED
    assert "0815" not in said.out + said.err
    assert "4711" not in said.out + said.err


def test_what_a_run_without_a_report_said_is_masked(command, workspace, target, newman):
    file = workspace.collection(("a", f"{target.url}/a"))
    environment = workspace.json(
        "e.json", {"name": "e", "values": [{"key": "apiKey", "value": "kelp-90Kq-4471-zT"}]}
    )
    said = command("parity", "--newman", newman("sys.exit(open('e.json').read())"), file, "-e", environment)
    assert "newman wrote no report" in said.err
    assert '"apiKey"' in said.err
    assert "4471" not in said.err
