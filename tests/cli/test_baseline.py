"""`harness run --baseline`: what is known fails nothing, what is new does."""

import json

import pytest

from harness import run
from harness.errors import ExitCode

LATE = "pm.test('late', async () => { await null; pm.expect(7).to.equal(8) })"
LOST = "setTimeout(() => { throw new Error('lost 5 of 6') }, 1)"


@pytest.fixture
def known(workspace):
    """The entries of the baseline."""

    def read():
        return json.loads((workspace.folder / "known.json").read_text())["known"]

    return read


def test_known_late_failures_do_not_fail_and_are_told(command, workspace, target, known):
    file = workspace.collection(("Call", target.url, LATE, LOST))
    assert command("run", file).code is ExitCode.FAILED
    said = command("run", file, "--baseline", "known.json", "--update-baseline")
    assert said.code is ExitCode.PASSED, said.out
    assert "baseline: known.json: 2 new, 0 taken out" in said.err
    assert [(one["place"], one["kind"], one["what"]) for one in known()] == [
        ("Call", "async-test", "late"),
        ("Call", "late-failure", "Error: lost # of #"),
    ]
    said = command("run", file, "--baseline", "known.json", "--strict")
    assert said.code is ExitCode.PASSED, said.out
    assert "known since 20" in said.out
    assert "baseline: 2 known findings did not count" in said.err
    assert (
        command("run", file, "--baseline", "known.json", "--error-on", "known-failure").code
        is ExitCode.FAILED
    )


@pytest.mark.parametrize("script", ["throw null", "setTimeout(() => {}, 1); throw new Error('early')"])
def test_an_error_that_newman_does_not_see_can_be_known(command, workspace, target, script, known):
    file = workspace.collection(("Call", target.url, script))
    assert command("run", file).code is ExitCode.FAILED
    assert command("run", file, "--compat", "newman").code is ExitCode.PASSED
    command("run", file, "--baseline", "known.json", "--update-baseline")
    assert [one["kind"] for one in known()] == ["late-failure"]
    assert command("run", file, "--baseline", "known.json").code is ExitCode.PASSED


def test_an_error_that_newman_sees_is_never_known(command, workspace, target, known):
    file = workspace.collection(("Call", target.url, "throw new Error('seen')"))
    said = command("run", file, "--baseline", "known.json", "--update-baseline")
    assert (said.code, known()) == (ExitCode.FAILED, [])


def test_a_new_late_failure_fails(command, workspace, target):
    file = workspace.collection(("Call", target.url, LATE))
    command("run", file, "--baseline", "known.json", "--update-baseline")
    file = workspace.collection(("Call", target.url, LATE, LATE.replace("'late'", "'new'")))
    said = command("run", file, "--baseline", "known.json")
    assert said.code is ExitCode.FAILED
    assert "new" in said.out


def test_a_failure_that_newman_finds_too_is_never_known(command, workspace, target, known):
    file = workspace.collection(("Call", target.url, "pm.test('t', () => pm.expect(1).to.equal(2))"))
    said = command("run", file, "--baseline", "known.json", "--update-baseline")
    assert (said.code, known()) == (ExitCode.FAILED, [])


def test_known_warnings_do_not_fail_a_strict_run_and_new_ones_do(command, workspace, target, known):
    file = workspace.collection(("Call", f"{target.url}/{{{{nope}}}}"))
    assert command("run", file, "--strict").code is ExitCode.FAILED
    command("run", file, "--baseline", "known.json", "--update-baseline")
    assert [one["kind"] for one in known()] == ["undefined-variable"]
    assert command("run", file, "--strict", "--baseline", "known.json").code is ExitCode.PASSED
    file = workspace.collection(("Call", f"{target.url}/{{{{nope}}}}/{{{{other}}}}"))
    assert command("run", file, "--strict", "--baseline", "known.json").code is ExitCode.FAILED


def test_what_no_longer_occurs_is_told_and_taken_out_when_asked(command, workspace, target, known):
    both = (("Call", f"{target.url}/{{{{nope}}}}"), ("Other", f"{target.url}/{{{{gone}}}}"))
    file = workspace.collection(*both)
    command("run", file, "--baseline", "known.json", "--update-baseline")
    document = json.loads((workspace.folder / "known.json").read_text())
    document["known"][0] |= {"since": "2026-01-02", "reason": "SHOP-1"}
    workspace.json("known.json", document)
    file = workspace.collection(("Call", f"{target.url}/a"), both[1])
    said = command("run", file, "--baseline", "known.json")
    assert "no longer occurs: Call: variable 'nope' is not defined [undefined-variable]" in said.err
    assert "(known since 2026-01-02: SHOP-1)" in said.err
    assert "'gone'" not in said.err
    command("run", file, "--baseline", "known.json", "--update-baseline")
    assert [one["place"] for one in known()] == ["Other"]


def test_of_calls_that_did_not_run_nothing_is_taken_out(command, workspace, target, known):
    file = workspace.collection(("Call", f"{target.url}/{{{{nope}}}}"), ("Other", target.url))
    command("run", file, "--baseline", "known.json", "--update-baseline")
    said = command("run", file, "--baseline", "known.json", "--update-baseline", "--folder", "Other")
    assert "0 new, 0 taken out" in said.err
    assert len(known()) == 1


def test_collections_share_a_baseline_and_dates_and_reasons_stay(command, workspace, target, known):
    first = workspace.collection(("Call", f"{target.url}/{{{{nope}}}}"))
    second = workspace.collection(("Call", f"{target.url}/{{{{nope}}}}"), name="other")
    command("run", first, "--baseline", "known.json", "--update-baseline")
    document = json.loads((workspace.folder / "known.json").read_text())
    document["known"][0] |= {"since": "2026-01-02", "reason": "SHOP-1"}
    workspace.json("known.json", document)
    command("run", first, second, "--baseline", "known.json", "--update-baseline")
    assert [(one["collection"], one["reason"]) for one in known()] == [("Other", ""), ("Shop", "SHOP-1")]
    assert known()[1]["since"] == "2026-01-02"


def test_kinds_that_are_ignored_stay_in_the_baseline(command, workspace, target, known):
    file = workspace.collection(("Call", f"{target.url}/{{{{nope}}}}"))
    command("run", file, "--baseline", "known.json", "--update-baseline")
    ignored = ("--ignore-warning", "undefined-variable")
    said = command("run", file, "--baseline", "known.json", *ignored)
    assert "no longer" not in said.err
    command("run", file, "--baseline", "known.json", "--update-baseline", *ignored)
    assert len(known()) == 1


def test_python_writes_and_reads_a_baseline_too(workspace, target, known):
    file = workspace.collection(("Call", target.url, LATE))
    assert not run(file).passed
    assert run(file, baseline="known.json", update_baseline=True).passed
    assert len(known()) == 1
    assert run(file, baseline="known.json").passed


def test_a_call_that_only_an_option_fails_says_so_in_python(workspace, target):
    result = run(workspace.collection(("Call", f"{target.url}/{{{{nope}}}}")), strict=True)
    assert not result.passed
    assert repr(result).startswith("<RunResult: failed: 1 warning (--strict);")


def test_no_secret_gets_into_a_baseline(command, workspace, target, known):
    target.answers["/token"] = (200, {"access_token": "tok-9f8e7d6c5b4a"})
    script = "setTimeout(() => { throw new Error(`bad ${pm.response.json().access_token}`) }, 1)"
    file = workspace.collection(("Call", f"{target.url}/token", script))
    command("run", file, "--baseline", "known.json", "--update-baseline")
    assert len(known()) == 1
    assert "tok-9f8e7d6c5b4a" not in (workspace.folder / "known.json").read_text()
    assert command("run", file, "--baseline", "known.json").code is ExitCode.PASSED


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "there is no such baseline"),
        ("[]", "no baseline of a run"),
        ('{"version": 1, "known": [{"kind": 3}]}', "no baseline of a run"),
        ('{"version": 9, "known": []}', "format 9"),
        ("{", "known.json"),
    ],
)
def test_a_file_that_is_no_baseline_is_refused(command, workspace, target, text, told):
    if text is not None:
        workspace.text("known.json", text)
    said = command("run", workspace.collection(("Call", target.url)), "--baseline", "known.json")
    assert said.code is ExitCode.USAGE
    assert told in said.err
    assert target.paths == []


def test_a_run_that_warnings_fail_says_so_in_its_last_lines(command, workspace, target):
    file = workspace.collection(("Call", f"{target.url}/{{{{nope}}}}"))
    said = command("run", file, "--strict", "-r", "cli,html", "--reporter-html-export", "r.html")
    assert said.code is ExitCode.FAILED
    assert "✖ failed: 1 warning (--strict)" in said.out
    assert "passed  " not in said.out
    assert "failed: 1 warning (--strict)" in (workspace.folder / "r.html").read_text()


def test_an_update_needs_a_file(command, workspace, target):
    said = command("run", workspace.collection(("Call", target.url)), "--update-baseline")
    assert said.code is ExitCode.USAGE
    assert "--baseline FILE" in said.err
