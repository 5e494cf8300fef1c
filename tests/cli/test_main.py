import errno
import io
import subprocess
import sys

import pytest

from harness.cli import main
from harness.cli.terminal import Terminal
from harness.errors import ExitCode


def test_without_a_command_the_help_is_shown(command):
    said = command()
    assert said.code is ExitCode.USAGE
    assert "harness run" in said.out or "{run" in said.out or "run " in said.out


def test_an_unknown_command_is_an_error(command):
    said = command("rum")
    assert said.code is ExitCode.USAGE
    assert "rum" in said.err


def test_an_unknown_word_for_an_argument_is_told_by_the_name_of_the_argument(command):
    said = command("completion", "powershell")
    assert said.code is ExitCode.USAGE
    assert said.err == "error: there is no shell 'powershell'\n  valid: bash, zsh, fish\n"


def test_only_arguments_that_have_to_be_there_are_asked_for(command):
    said = command("parity")
    assert said.code is ExitCode.USAGE
    assert (
        said.err == "error: the following arguments are required: COLLECTION\n  see: harness parity --help\n"
    )


@pytest.mark.parametrize("argument", ["--help", "-h", "--version"])
def test_help_and_version_leave_with_0(command, argument, capsys):
    with pytest.raises(SystemExit) as left:
        command(argument)
    assert left.value.code == 0
    assert capsys.readouterr().out


class FullDisk(io.StringIO):
    """A stream to a disk that is full."""

    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", "out.txt")


def test_output_that_finds_no_room_is_an_error(workspace, target):
    err = io.StringIO()
    terminal = Terminal(out=FullDisk(), err=err, environ={}, cwd=workspace.folder)
    code = main(["run", str(workspace.collection(("a", target.url)))], terminal)
    assert code is ExitCode.USAGE
    assert err.getvalue().startswith("error: cannot write: No space left on device\n  --> out.txt\n")


def test_ctrl_c_while_the_command_is_being_loaded_leaves_quietly() -> None:
    script = """
import sys

class Interrupting:
    def find_spec(self, name, path, target=None):
        if name == "harness.cli.parser":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupting())
from harness.__main__ import entry
entry()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.parametrize("option", ["--mock", "--simulate"])
def test_options_of_postman_cli_without_a_counterpart_are_refused_with_what_to_use_instead(command, option):
    said = command("run", "x.json", option, "y.json")
    assert said.code is ExitCode.USAGE
    assert f"{option} is an option of Postman CLI alone" in said.err
    assert "--replay" in said.err


def test_a_folder_and_a_pick_cannot_be_given_together(command, workspace, target):
    file = workspace.collection(("Call", target.url))
    said = command("run", file, "--folder", "Call", "-i", "Call")
    assert said.code is ExitCode.USAGE
    assert "--folder and -i cannot be given together" in said.err


def test_picked_calls_run_in_the_order_given(command, workspace, target):
    file = workspace.collection(("One", target.url), ("Two", target.url), ("Three", target.url))
    said = command("run", file, "-i", "Three", "-i", "One")
    assert said.code is ExitCode.PASSED
    assert [line for line in ("Three", "One", "Two") if line in said.out] == ["Three", "One"]
    assert said.out.index("Three") < said.out.index("One")
