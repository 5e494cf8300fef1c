"""The `harness` command run in process, with streams of its own."""

import io
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.cli import main
from harness.cli.terminal import Terminal
from harness.errors import ExitCode


@dataclass(frozen=True)
class Said:
    """What a command said, and its exit code."""

    code: ExitCode
    out: str
    err: str


@dataclass(frozen=True)
class Command:
    """The command, in a folder and with environment variables of its own."""

    cwd: Path
    environ: dict[str, str]

    def __call__(self, *argv: object) -> Said:
        out, err = io.StringIO(), io.StringIO()
        terminal = Terminal(out=out, err=err, environ=self.environ, cwd=self.cwd)
        code = main([str(argument) for argument in argv], terminal)
        return Said(code, out.getvalue(), err.getvalue())


@pytest.fixture
def command(workspace) -> Command:
    return Command(workspace.folder, {"HOME": str(workspace.folder / "home")})
