import io
import os

import pytest

from harness.cli.terminal import Terminal
from harness.cli.watching import watch, watched_paths
from harness.errors import ExitCode, InputError


@pytest.fixture
def terminal(workspace, monkeypatch):
    monkeypatch.chdir(workspace.folder)
    return Terminal(out=io.StringIO(), err=io.StringIO(), environ={}, cwd=workspace.folder)


def options_of(*collections, command, **given):
    from harness.cli.parser import parse

    flags = [part for name, value in given.items() for part in (f"--{name.replace('_', '-')}", str(value))]
    options, _ = parse([command, *map(str, collections), *flags])
    return options


def watched(terminal, options):
    return {str(path.relative_to(terminal.cwd)) for path in watched_paths(options, terminal)}


def test_all_that_a_run_reads_is_watched_and_nothing_that_it_writes(workspace, terminal):
    workspace.collection(("a", "http://127.0.0.1:9/"))
    workspace.text("shop.harness.yaml", "globals: g.json\nopenapi: api.yaml\n")
    workspace.json("g.json", {"values": []})
    options = options_of(
        "shop.postman_collection.json",
        "http://127.0.0.1:9/other.json",
        command="run",
        environment="e.json",
        iteration_data="d.csv",
        replay="c.yaml",
        export_environment="e.json",
    )
    assert watched(terminal, options) == {
        "shop.postman_collection.json", "shop.harness.yaml", "g.json", "api.yaml", "d.csv", "c.yaml"
    }  # fmt: skip


def test_a_companion_that_comes_later_is_watched_for(workspace, terminal):
    workspace.collection(("a", "http://127.0.0.1:9/"))
    options = options_of("shop.postman_collection.json", command="run")
    assert watched(terminal, options) == {"shop.postman_collection.json", "shop.harness.yaml"}


class Edits:
    """Sleeps by doing the next edit of a list; the last one is Ctrl-C."""

    def __init__(self, *edits):
        self.edits = list(edits)

    def __call__(self, seconds):
        if not self.edits:
            raise KeyboardInterrupt
        edit = self.edits.pop(0)
        if edit is not None:
            edit()


def runs(terminal, options, edits, *outcomes):
    """Watch; each run has the next outcome. Return the exit code and how often it ran."""
    left = list(outcomes)

    def run():
        outcome = left.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return watch(run, options, terminal, sleep=edits), len(outcomes) - len(left)


def test_each_change_runs_once_more_and_ctrl_c_ends_with_the_last_outcome(workspace, terminal):
    file = workspace.collection(("a", "http://127.0.0.1:9/"))
    folder = workspace.folder / "orders"
    folder.mkdir()
    options = options_of(file.name, "orders", command="run")
    edits = Edits(
        None,
        lambda: file.write_text(file.read_text() + "\n"),  # an editor writes in two steps
        lambda: os.utime(file, (1, 1)),
        None,
        lambda: (folder / "new.request.yaml").write_text("url: http://x.test"),
        None,
    )
    code, times = runs(
        terminal, options, edits, ExitCode.PASSED, InputError("this is no JSON"), ExitCode.FAILED
    )
    assert (code, times) == (ExitCode.FAILED, 3)
    told = terminal.err.getvalue()
    assert "changed: shop.postman_collection.json\nerror: this is no JSON" in told
    assert "changed: orders/new.request.yaml\n" in told.replace(os.sep, "/")
    assert "watching 1 file, Ctrl-C ends" in told


def test_a_run_that_is_interrupted_is_not_run_again(workspace, terminal):
    options = options_of(workspace.collection(("a", "http://127.0.0.1:9/")), command="run")
    assert runs(terminal, options, Edits(), ExitCode.INTERRUPTED) == (ExitCode.INTERRUPTED, 1)


def test_what_changes_during_a_run_counts(workspace, terminal):
    file = workspace.collection(("a", "http://127.0.0.1:9/"))
    options = options_of(file.name, command="run")
    ran = []

    def run():
        ran.append(1)
        if len(ran) == 1:
            os.utime(file, (1, 1))
        return ExitCode.PASSED

    watch(run, options, terminal, sleep=Edits(None))
    assert len(ran) == 2


def test_a_configuration_file_does_not_make_a_run_endless(command, workspace, monkeypatch):
    monkeypatch.chdir(workspace.folder)
    workspace.json(".newmanrc", {"watch": True})
    said = command("run", workspace.collection(("a", "http://127.0.0.1:9/")))
    assert said.code is ExitCode.USAGE
    assert "'watch' is for the command line alone" in said.err
