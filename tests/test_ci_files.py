"""The action for GitHub, and the files for CI systems that the documentation shows."""

import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from harness.cli import main
from harness.cli.as_newman import newman
from harness.cli.terminal import Terminal

ROOT = Path(__file__).parents[1]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
PAGE = (ROOT / "docs" / "how-to" / "ci.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
FAILS = "pm.test('is 404', () => pm.response.to.have.status(404))"


def step(name):
    return next(one for one in ACTION["runs"]["steps"] if one.get("name") == name)


@pytest.fixture
def act(workspace):
    """Run the step that runs, as a runner of GitHub does."""

    def run(collection, arguments=""):
        folder = workspace.folder
        summary = folder / "summary.md"
        environ = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder),
            "GITHUB_ACTIONS": "true",
            "GITHUB_STEP_SUMMARY": str(summary),
            "COLLECTION": collection,
            "ARGUMENTS": arguments,
            "REPORTS": "reports of today",
        }
        shell = [shutil.which("bash"), "--noprofile", "--norc", "-eo", "pipefail", "-c", step("Run")["run"]]
        return subprocess.run(shell, cwd=folder, env=environ, capture_output=True, text=True, check=False)

    return run


def test_the_action_annotates_summarizes_and_writes_reports(act, workspace, target):
    file = workspace.collection(("a", f"{target.url}/a", FAILS))
    done = act(f"{file}\n")
    assert done.returncode == 1, done.stderr
    assert "::error" in done.stdout
    assert "is 404" in (workspace.folder / "summary.md").read_text()
    written = sorted(one.name for one in (workspace.folder / "reports of today").iterdir())
    assert written == ["ctrf.json", "junit.xml", "report.html"]


def test_the_action_reads_nothing_that_it_is_given_as_a_command(act, workspace, target):
    file = workspace.collection(("a", f"{target.url}/a", ""))
    done = act(f"{file}\n", "--env-var=x=$(touch ran) `touch ran`; touch ran\n--iteration-count=2\n")
    assert done.returncode == 0, done.stderr
    assert len(target.paths) == 2
    assert not (workspace.folder / "ran").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands for Python")
@pytest.mark.parametrize(("version", "wanted"), [("", "postman-harness"), ("1.2", "postman-harness==1.2")])
def test_the_action_installs_the_version_that_is_asked_for(tmp_path, version, wanted):
    fake = tmp_path / "python"
    fake.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    fake.chmod(0o755)
    environ = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "VERSION": version}
    shell = [shutil.which("bash"), "--noprofile", "--norc", "-eo", "pipefail", "-c", step("Install")["run"]]
    done = subprocess.run(shell, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["-m", "pip", "install", "--quiet", wanted]


def test_every_step_of_the_action_that_has_a_shell_is_run_by_a_test():
    assert {one["name"] for one in ACTION["runs"]["steps"] if "run" in one} == {"Install", "Run"}


def test_the_action_keeps_its_reports_whatever_happened():
    assert step("Keep the reports")["if"] == "always()"


def test_the_action_uses_its_inputs_and_no_others():
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"inputs\.([\w-]+)", text)) == set(ACTION["inputs"])
    assert not [one for one in ACTION["runs"]["steps"] if "${{" in one.get("run", "")]


@pytest.mark.parametrize("language", ["yaml", "groovy"])
def test_the_files_of_the_page_are_complete(language):
    blocks = [text for kind, text in BLOCKS if kind == language]
    assert len(blocks) == {"yaml": 5, "groovy": 1}[language]
    for text in blocks:
        if language == "yaml":
            assert isinstance(yaml.safe_load(text), dict)
        else:
            assert text.count("{") == text.count("}")


def test_the_action_of_the_page_gets_inputs_that_it_has():
    used = next(yaml.safe_load(text) for kind, text in BLOCKS if "postman-harness/postman-harness@" in text)
    given = used["jobs"]["api"]["steps"][1]["with"]
    assert set(given) <= set(ACTION["inputs"])


def test_the_repository_has_one_address_wherever_it_is_named():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    home = project["urls"]["Source"].removeprefix("https://github.com/")
    pages = "\n".join(page.read_text("utf-8") for page in (ROOT / "docs").rglob("*.md"))
    named = re.findall(r"(?:uses: |github\.com/)([\w.-]+/[\w-]*harness[\w-]*)", pages)
    assert named
    assert set(named) == {home}


def test_the_commands_of_the_page_run(workspace, target):
    (workspace.folder / "tests").mkdir()
    made = workspace.collection(("a", f"{target.url}/a", ""))
    made.rename(workspace.folder / "tests" / "shop.postman_collection.json")
    commands = re.findall(r"harness (run [^'\n]+)", "".join(text for _, text in BLOCKS))
    assert len(commands) == 3
    for command in set(commands):
        terminal = Terminal(out=io.StringIO(), err=io.StringIO(), environ={}, cwd=workspace.folder)
        assert main(shlex.split(command), terminal) == 0
    assert (workspace.folder / "junit.xml").exists()


def test_the_job_that_calls_newman_runs_behind_newmans_command_line(workspace, target):
    (workspace.folder / "tests").mkdir()
    made = workspace.collection(("a", f"{target.url}/a", ""))
    made.rename(workspace.folder / "tests" / "shop.postman_collection.json")
    (command,) = re.findall(r"newman (run tests[^'\n]+)", "".join(text for _, text in BLOCKS))
    terminal = Terminal(out=io.StringIO(), err=io.StringIO(), environ={}, cwd=workspace.folder)
    assert newman(shlex.split(command), terminal) == 0
    assert (workspace.folder / "junit.xml").exists()


def test_lint_of_the_page_writes_what_gitlab_reads(workspace):
    workspace.collection(("a", "https://example.com/{{nope}}", ""))
    (format_,) = re.findall(r"harness lint tests/ (--format \w+) >", PAGE)
    out = io.StringIO()
    terminal = Terminal(out=out, err=io.StringIO(), environ={}, cwd=workspace.folder)
    main(["lint", ".", *format_.split()], terminal)
    assert all(
        {"description", "fingerprint", "severity", "location"} <= one.keys()
        for one in json.loads(out.getvalue())
    )


def test_all_javascript_lies_below_a_folder_whose_format_and_types_are_checked():
    # What is built and what is downloaded is not the repository's.
    scripts = {path for kind in ("js", "mjs", "cjs") for path in (ROOT / "harness").rglob(f"*.{kind}")}
    own = {one for one in scripts if not {"dist", "node_modules"} & set(one.parts)}
    assert own
    assert [one for one in own if not any((above / "deno.json").is_file() for above in one.parents)] == []
