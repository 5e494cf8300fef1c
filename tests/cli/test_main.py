import pytest

from harness.errors import ExitCode


def test_without_a_command_the_help_is_shown(command):
    said = command()
    assert said.code is ExitCode.USAGE
    assert "harness run" in said.out or "{run" in said.out or "run " in said.out


def test_an_unknown_command_is_an_error(command):
    said = command("rum")
    assert said.code is ExitCode.USAGE
    assert "rum" in said.err


@pytest.mark.parametrize("argument", ["--help", "-h", "--version"])
def test_help_and_version_leave_with_0(command, argument, capsys):
    with pytest.raises(SystemExit) as left:
        command(argument)
    assert left.value.code == 0
    assert capsys.readouterr().out
