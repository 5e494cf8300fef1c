import json

import pytest

from harness.errors import ExitCode

PASSES = "pm.test('ok', () => pm.response.to.have.status(200))"


class Recovering(dict):
    """Answers of which each is given once."""

    def get(self, key, default=None):
        return self.pop(key, default)


@pytest.fixture
def shop(workspace, target):
    target.answers = Recovering({"/a": (503, {})})
    return workspace.collection(("a", f"{target.url}/a", PASSES))


def test_a_call_that_passes_when_sent_again_is_told_to_be_flaky(command, shop):
    said = command("run", shop, "--retry", "1")
    assert said.code is ExitCode.PASSED
    assert "1 flaky call: passed only when sent again" in said.out


def test_flaky_calls_fail_the_run_when_asked_for(command, shop):
    said = command("run", shop, "--retry", "1", "--fail-on-flaky")
    assert said.code is ExitCode.FAILED
    assert "✖ failed: 1 flaky call (--fail-on-flaky)" in said.out


def test_a_log_of_events_remembers_flaky_calls(command, shop, workspace):
    command("run", shop, "--retry", "1", "-r", "events", "--reporter-events-export", "log.jsonl")
    assert "1 flaky call" in command("report", "log.jsonl").out


def test_ctrf_marks_flaky_calls(command, shop, workspace):
    command("run", shop, "--retry", "1", "-r", "ctrf", "--reporter-ctrf-export", "ctrf.json")
    results = json.loads((workspace.folder / "ctrf.json").read_text())["results"]
    assert (results["summary"]["flaky"], results["tests"][0]["flaky"]) == (1, True)
