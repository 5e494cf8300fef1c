"""The command `newman` of the image: newman's words of itself, and a run as newman's. No engine is needed."""

import io
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from harness.cli.as_newman import HELP, newman
from harness.cli.terminal import Terminal

ROOT = Path(__file__).parents[2]
CONTAINERFILE = ROOT / "Containerfile"
RELEASE = ROOT / ".github" / "workflows" / "release.yml"
PASSES = "pm.test('ok', () => pm.response.to.have.status(200))"


@pytest.fixture
def said(workspace):
    """Call the command as a shell would, and return its exit code and what it says."""

    def call(*argv):
        out, err = io.StringIO(), io.StringIO()
        terminal = Terminal(out=out, err=err, environ={}, cwd=workspace.folder)
        return newman(list(map(str, argv)), terminal), out.getvalue(), err.getvalue()

    return call


@pytest.mark.parametrize("argv", [["--version"], ["-v"], ["run", "shop.json", "--version"]])
def test_the_version_on_stdout_is_newmans_alone(said, argv):
    code, out, err = said(*argv)
    assert (code, out) == (0, "6.2.2\n")
    assert "in place of newman" in err


@pytest.mark.parametrize(
    ("argv", "code", "out", "err"),
    [
        (["--help"], 0, HELP, ""),
        (["-h"], 0, HELP, ""),
        ([], 1, "", HELP),
        (["rum", "shop.json"], 0, HELP, "error: invalid command `rum,shop.json`\n\n"),
        (["--bogus"], 1, "", "error: unknown option '--bogus'\n"),
        (["--\x1b[2J"], 1, "", "error: unknown option '--\\x1b[2J'\n"),
    ],
)
def test_what_is_no_run_is_answered_in_newmans_words(said, argv, code, out, err):
    assert said(*argv) == (code, out, err)


def test_a_run_is_one_to_newmans_letter(said, workspace, target):
    file = workspace.collection(("Call", f"{target.url}/{{{{id}}}}", PASSES))
    code, out, _ = said("run", file, "--env-var", "id=7", "-n", "2", "--bail")
    assert (code, target.paths) == (0, ["/7", "/7"])
    assert out.lstrip().startswith("newman\n")


@pytest.mark.parametrize("given", [["gone.json"], ["--bogus"], []])
def test_what_cannot_run_has_newmans_exit_code(said, given):
    assert said("run", *given)[0] == 1


def test_help_of_run_shows_its_options(said, capsys):
    with pytest.raises(SystemExit) as left:
        said("run", "--help")
    out = capsys.readouterr().out
    assert left.value.code == 0
    assert all(option in out for option in ("--environment", "--iteration-count", "--bail"))


def test_the_base_of_the_image_is_pinned_and_has_glibc():
    text = CONTAINERFILE.read_text("utf-8")
    bases = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert [bool(re.search(r"-slim-[a-z]+@sha256:[0-9a-f]{64}$", one)) for one in bases] == [True]
    assert "musl" not in bases[0]
    assert "alpine" not in bases[0]


def test_the_image_runs_as_nobody_special_and_takes_the_wheel_alone():
    text = CONTAINERFILE.read_text("utf-8")
    assert text.index("USER 1000:1000") > text.index("RUN ")
    assert not re.search(r"^(COPY|ADD) ", text, re.MULTILINE)
    assert (ROOT / ".dockerignore").read_text("utf-8").split() == ["*", "!dist/*.whl"]


@pytest.mark.skipif(sys.platform == "win32", reason="the image is Linux")
def test_the_shell_that_the_image_writes_calls_the_module(tmp_path):
    (line,) = re.findall(r"printf .* > /usr/local/bin/newman", CONTAINERFILE.read_text("utf-8"))
    shim = tmp_path / "newman"
    subprocess.run(["sh", "-c", line.replace("/usr/local/bin/newman", str(shim))], check=True)
    text = shim.read_text().replace("/opt/harness/bin/python", sys.executable)
    assert text == f'#!/bin/sh\nexec {sys.executable} -m harness.cli.as_newman "$@"\n'
    shim.write_text(text)
    shim.chmod(shim.stat().st_mode | stat.S_IXUSR)
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    command = [str(shim), "no such", "$(touch x)"]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "error: invalid command `no such,$(touch x)`\n\n")
    assert [one.name for one in tmp_path.iterdir()] == ["newman"]


def test_the_release_builds_and_tries_the_image(said):
    jobs = yaml.safe_load(RELEASE.read_text("utf-8"))["jobs"]
    steps = " ".join(step.get("run", "") for step in jobs["image"]["steps"])
    assert "build" in steps
    assert "newman --version" in steps
    (collection,) = re.findall(r"newman run (\S+)", steps)
    assert said("run", ROOT / collection)[0] == 0
    assert "image" in jobs["publish"]["needs"]
