"""The completion scripts: bash completes with them, and all three know every option."""

import shutil
import subprocess

import pytest

from harness.options.commands import COMMANDS, SHELLS
from harness.options.completion import script


def completed(tmp_path, *words):
    """Return what bash offers for the last word."""
    (tmp_path / "shop.json").touch()
    quoted = " ".join(f"'{word}'" for word in ("harness", *words))
    lines = (
        script("bash"),
        f"COMP_WORDS=({quoted}); COMP_CWORD={len(words)}",
        "_harness",
        'printf "%s\\n" "${COMPREPLY[@]}"',
    )
    said = subprocess.run(
        ["bash", "--norc"], input="\n".join(lines), cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert said.stderr == ""
    return said.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("ru",), ["run"]),
        (("cassette", "export"), ["export-har"]),
        (("run", "--export-g"), ["--export-globals"]),
        (("run", "x.json", "--compat", "new"), ["newman"]),
        (("run", "sh"), ["shop.json"]),
        (("run", "-e", "sh"), ["shop.json"]),
        (("run", "--seed", "sh"), []),
        (("cassette", "show", "--no"), ["--no-bodies"]),
        (("completion", "f"), ["fish"]),
        (("run", "--bail", "sh"), ["shop.json"]),
    ],
)
def test_bash_completes_commands_options_and_values(tmp_path, words, offered):
    assert completed(tmp_path, *words) == offered


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_that_is_here_takes_its_script(shell, tmp_path):
    if shutil.which(shell) is None:
        return  # the scripts are made in one way; bash is always here
    file = tmp_path / "script"
    file.write_text(script(shell))
    subprocess.run([shell, "-n", str(file)], check=True)


@pytest.mark.parametrize("shell", SHELLS)
def test_every_option_that_is_shown_is_in_every_script(shell):
    text = script(shell)
    for command in COMMANDS:
        for option in command.options:
            assert option.key == "reporter_help" or option.hidden or option.name in text


def test_hidden_options_are_not_offered():
    assert "reporter-NAME" not in script("bash")
