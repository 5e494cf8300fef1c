"""Each case, run by `harness run --compat newman`, does what newman did when the case was recorded."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conformance_case import CASES, Case, all_cases

from harness.cli import main
from harness.cli.terminal import Terminal

ROOT = Path(__file__).parents[2]
AS_PROCESS = ["exit-assertion-fails", "exit-success", "json-utf8-bom"]
"""Cases which also run as a process of their own: the others stand on its doing the same as `main`."""


@pytest.mark.parametrize("folder", all_cases(), ids=lambda folder: folder.name)
def test_a_run_is_what_newman_made_of_it(folder, workspace, server, monkeypatch):
    case = Case.load(folder)
    arguments = case.lay_out(workspace.folder, server)
    out = io.StringIO()
    environ = case.environment(workspace.folder, server)
    for name, value in environ.items():
        # Proxies are those of the process.
        monkeypatch.setenv(name, value)
    terminal = Terminal(out=out, err=out, environ=environ, cwd=workspace.folder)
    code = main(["run", *arguments, "--compat", "newman"], terminal)
    expected = json.loads(case.expected.read_text(encoding="utf-8"))
    assert case.seen(workspace.folder, server, int(code)) == expected, out.getvalue()


@pytest.mark.parametrize("name", AS_PROCESS)
def test_a_process_does_the_same(name, workspace, server):
    case = Case.load(CASES / name)
    arguments = case.lay_out(workspace.folder, server)
    done = subprocess.run(
        [sys.executable, "-m", "harness", "run", *arguments, "--compat", "newman"],
        env=os.environ | case.environment(workspace.folder, server) | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    expected = json.loads(case.expected.read_text(encoding="utf-8"))
    assert case.seen(workspace.folder, server, done.returncode) == expected, done.stderr
