"""Warnings by kind on the command line: told with it, ignored, made failures."""

import json

import pytest

from harness.errors import ExitCode


@pytest.fixture
def odd(workspace, target):
    """A collection whose request names a variable that is not defined."""
    return workspace.collection(("a", target.url + "/{{nowhere}}"))


def test_the_terminal_and_the_json_report_show_the_kind(command, odd, workspace):
    said = command("run", odd, "-r", "cli,json", "--reporter-json-export", "report.json")
    assert "variable 'nowhere' is not defined [undefined-variable]" in said.out
    report = json.loads((workspace.folder / "report.json").read_text())
    warning = report["run"]["warnings"][0]
    assert (warning["kind"], warning["message"]) == (
        "undefined-variable",
        "variable 'nowhere' is not defined",
    )


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), ExitCode.PASSED),
        (("--strict",), ExitCode.FAILED),
        (("--error-on", "undefined-variable"), ExitCode.FAILED),
        (("--error-on", "weak-secret"), ExitCode.PASSED),
        (("--error-on", "weak-secret", "--error-on", "undefined-variable"), ExitCode.FAILED),
        (("--strict", "--ignore-warning", "undefined-variable"), ExitCode.PASSED),
    ],
)
def test_what_warnings_are_worth_is_asked_for_by_kind(command, odd, options, code):
    assert command("run", odd, *options).code is code


def test_a_warning_that_is_ignored_is_told_nowhere(command, odd, workspace):
    said = command(
        "run", odd, "--ignore-warning", "undefined-variable", "-r", "cli,events",
        "--reporter-events-export", "log.jsonl",
    )  # fmt: skip
    assert "not defined" not in said.out + (workspace.folder / "log.jsonl").read_text()


@pytest.mark.parametrize("option", ["--error-on", "--ignore-warning"])
def test_an_unknown_kind_is_refused_with_those_there_are(command, odd, option):
    said = command("run", odd, option, "undefined-varable")
    assert said.code is ExitCode.USAGE
    assert "did you mean 'undefined-variable'? valid: undefined-variable, deprecated-name" in said.err


def test_an_unknown_kind_in_newmans_configuration_is_refused_too(command, odd, workspace):
    workspace.json(".newmanrc", {"errorOn": ["nonsense"]})
    said = command("run", odd)
    assert said.code is ExitCode.USAGE
    assert "there is no kind of warning 'nonsense'" in said.err


@pytest.fixture
def bent(workspace):
    """A collection that the loader warns of."""
    item = {"name": "a", "request": {"url": "http://127.0.0.1:1"}, "event": [{"listen": "test", "script": 5}]}
    return workspace.json("bent.json", {"info": {"name": "Bent"}, "item": [item]})


def test_list_tells_what_was_bent_and_fails_when_asked(command, bent):
    said = command("list", bent)
    assert said.code is ExitCode.PASSED
    assert "is no script; it is left out, as in newman [odd-collection]\n" in said.err
    assert command("list", bent, "--strict").code is ExitCode.FAILED
    assert command("list", bent, "--strict", "--ignore-warning", "odd-collection").err == ""


def test_a_report_of_a_run_with_warnings_fails_when_asked(command, odd, workspace):
    command("run", odd, "-r", "json", "--reporter-json-export", "report.json")
    assert command("report", "report.json").code is ExitCode.PASSED
    assert command("report", "report.json", "--error-on", "undefined-variable").code is ExitCode.FAILED
    assert command("compare", "report.json", "report.json", "--strict").code is ExitCode.FAILED


def test_cassette_tools_tell_of_odd_environments(command, odd, workspace):
    command("run", odd, "--record", "c.yaml")
    workspace.json("env.json", {"name": "e"})
    said = command("cassette", "scan", "c.yaml", "-e", "env.json")
    assert said.code is ExitCode.PASSED
    assert "[odd-environment]" in said.err
    assert command("cassette", "scan", "c.yaml", "-e", "env.json", "--strict").code is ExitCode.FAILED


def test_an_idle_option_is_a_warning_like_any_other(command, workspace, target):
    file = workspace.collection(("a", target.url))
    idle = ("--reporter-json-export", "x.json")
    assert "[idle-option]" in command("run", file, *idle).err
    assert command("run", file, *idle, "--error-on", "idle-option").code is ExitCode.FAILED
    assert command("run", file, *idle, "--ignore-warning", "idle-option").err == ""
