"""`harness drift`: a recording made by the command line, compared with a live system that changes."""

from pathlib import Path

import pytest

from harness.cassettes.compare.drift import DriftTransport
from harness.errors import ExitCode


@pytest.fixture
def recorded(command, workspace, target):
    """Record two calls and return the cassette's name."""
    target.answers = {"/one": (200, {"state": "open", "id": 1}), "/two": (200, "text")}
    file = workspace.collection(("one", f"{target.url}/one"), ("two", f"{target.url}/two"))
    assert command("run", file, "--record", "tapes/shop.yaml").code is ExitCode.PASSED
    return "tapes/shop.yaml"


def test_the_same_answers_exit_with_0(command, recorded):
    said = command("drift", recorded)
    assert (said.code, said.out) == (ExitCode.PASSED, "2 answers compared, 0 drifted\n")


def test_changed_answers_are_a_table_and_exit_code_5(command, recorded, target):
    target.answers["/one"] = (201, {"state": "done", "id": 1})
    said = command("drift", recorded)
    assert said.code is ExitCode.DRIFT
    lines = [line.split() for line in said.out.splitlines()]
    assert lines[0] == ["call", "where", "recorded", "live"]
    assert lines[2:4] == [
        ["one", "status", "200", "201"],
        ["one", "body/state", '"open"', '"done"'],
    ]
    assert said.out.endswith("\n2 answers compared, 1 drifted\n")


def test_ignored_places_do_not_count(command, recorded, target):
    target.answers["/one"] = (200, {"state": "done", "id": 1})
    assert command("drift", recorded, "--ignore", "body/state").code is ExitCode.PASSED


def test_what_systems_make_up_counts_only_when_asked(command, recorded, target, workspace):
    target.answers["/one"] = (200, {"at": "2026-01-01T00:00:00Z"})
    assert command("run", "shop.postman_collection.json", "--record", recorded).code is ExitCode.PASSED
    target.answers["/one"] = (200, {"at": "2026-02-02T00:00:00Z"})
    assert command("drift", recorded).code is ExitCode.PASSED
    assert command("drift", recorded, "--exact").code is ExitCode.DRIFT


def test_calls_that_came_or_went_are_drift(command, recorded, workspace, target):
    file = workspace.collection(("one", f"{target.url}/one"), ("new", f"{target.url}/new"), name="other")
    said = command("drift", recorded, file)
    assert said.code is ExitCode.DRIFT
    lines = [line.split() for line in said.out.splitlines()]
    assert ["new", "request", "-", "sent"] in lines
    assert ["two", "request", "sent", "-"] in lines


def test_accepted_changes_are_written_and_drift_no_more(command, recorded, target):
    target.answers["/one"] = (200, {"state": "done", "id": 1})
    target.answers["/two"] = (200, "other")
    said = command("drift", recorded, "--accept=two")
    assert said.code is ExitCode.DRIFT
    assert f"accepted into {recorded}: 1 of 2" in said.out
    assert command("drift", recorded, "--accept").code is ExitCode.PASSED
    said = command("drift", recorded)
    assert (said.code, said.out) == (ExitCode.PASSED, "2 answers compared, 0 drifted\n")


def test_without_accepting_the_cassette_stays_as_it_is(command, recorded, target, workspace):
    before = (workspace.folder / recorded).read_bytes()
    target.answers["/one"] = (500, {})
    assert command("drift", recorded).code is ExitCode.DRIFT
    assert (workspace.folder / recorded).read_bytes() == before


def test_a_system_that_is_down_is_drift(command, workspace, target):
    file = workspace.collection(("one", "{{base}}/one"))
    command("run", file, "--record", "a.yaml", "--env-var", f"base={target.url}")
    said = command("drift", "a.yaml", "--env-var", "base=http://127.0.0.1:1")
    assert said.code is ExitCode.DRIFT
    assert "failure refused" in said.out
    _, _, failures = said.out.partition("1 failure in the run:\n")
    assert failures.startswith("  one: ")


def test_a_secret_in_the_message_of_a_failure_is_hidden(command, workspace, target):
    script = {"exec": ["pm.test('owner', () => pm.expect(pm.response.json().token).to.eql('none'))"]}
    target.answers["/one"] = (200, {"token": "5ecb1f0a9d7746e2"})
    one = {"name": "one", "request": "{{base}}/one", "event": [{"listen": "test", "script": script}]}
    file = workspace.collection(one)
    command("run", file, "--record", "a.yaml", "--env-var", f"base={target.url}")
    said = command("drift", "a.yaml", "--env-var", f"base={target.url}")
    assert "1 failure in the run:\n  one: owner: " in said.out
    assert "5ecb1f0a9d7746e2" not in said.out


def test_a_system_that_is_down_is_not_accepted(command, workspace, target):
    file = workspace.collection(("one", "{{base}}/one"))
    command("run", file, "--record", "a.yaml", "--env-var", f"base={target.url}")
    before = (workspace.folder / "a.yaml").read_bytes()
    said = command("drift", "a.yaml", "--env-var", "base=http://127.0.0.1:1", "--accept")
    assert said.code is ExitCode.DRIFT
    assert (
        "accepted into a.yaml: 0 of 1\n  1 recorded answer kept: their requests got no answer\n" in said.out
    )
    assert (workspace.folder / "a.yaml").read_bytes() == before


def test_the_page_holds_the_differences_and_no_address_to_load(command, recorded, target, workspace):
    target.answers["/one"] = (200, {"state": "<b>done</b>", "id": 1})
    command("drift", recorded, "-o", "drift.html")
    page = (workspace.folder / "drift.html").read_text("utf-8")
    assert "1 of 2 drifted: Shop" in page
    assert "&lt;b&gt;done" in page
    assert "<b>done" not in page
    assert "src=" not in page


def test_drawn_values_are_drawn_again(command, workspace, target):
    file = workspace.collection(("one", f"{target.url}/{{{{$guid}}}}"))
    command("run", file, "--record", "a.yaml")
    said = command("drift", "a.yaml", "--exact")
    assert said.code is ExitCode.PASSED
    assert target.paths[0] == target.paths[1]


@pytest.mark.parametrize("arguments", [["gone.yaml"], ["--accept"], []])
def test_a_mistake_is_an_error_in_words(command, arguments):
    said = command("drift", *arguments)
    assert said.code is ExitCode.USAGE
    assert said.err.startswith("error: ")


def test_the_local_platform_does_not_drift_from_the_shipped_cassette(command):
    said = command("drift", Path(__file__).parents[2] / "cassettes" / "aep.yaml")
    assert said.out.endswith(" answers compared, 0 drifted\n")
    assert said.code is ExitCode.PASSED


def test_a_variable_without_a_value_is_named_with_what_was_recorded(command, workspace, target):
    file = workspace.collection(("one", "{{baseUrl}}/one"))
    command("run", file, "--record", "a.yaml", "--env-var", f"baseUrl={target.url}")
    said = command("drift", "a.yaml")
    assert said.code is ExitCode.USAGE
    assert said.err == (
        f"error: variable {{{{baseUrl}}}} is not defined in this run; it was recorded with {target.url}\n"
        "  pass the environment that it was recorded with (-e FILE), or use --platform local\n"
    )


@pytest.mark.parametrize("where", ["path", "query", "header", "body"])
def test_a_request_that_lacks_a_variable_is_a_mistake_of_the_command(command, workspace, target, where):
    address = {"path": "{{base}}/of/{{tenant}}", "query": "{{base}}/one?of={{tenant}}"}.get(
        where, "{{base}}/one"
    )
    request = {"method": "POST", "url": address}
    if where == "header":
        request["header"] = [{"key": "X-Of", "value": "{{tenant}}"}]
    if where == "body":
        request["body"] = {"mode": "raw", "raw": "{{tenant}}"}
    file = workspace.collection({"name": "one", "request": request})
    given = ("--env-var", f"base={target.url}")
    command("run", file, "--record", "a.yaml", *given, "--env-var", "tenant=acme")
    said = command("drift", "a.yaml", *given, "--accept")
    assert said.code is ExitCode.USAGE
    assert "error: variable {{tenant}} is not defined in this run; it was recorded with acme\n" in said.err
    assert "nothing is accepted" in said.out
    assert command("drift", "a.yaml", *given, "--env-var", "tenant=acme").code is ExitCode.PASSED


def test_a_variable_that_was_recorded_without_a_value_is_none_of_todays_mistakes(command, workspace, target):
    file = workspace.collection(("one", "{{base}}/of/{{tenant}}"))
    given = ("--env-var", f"base={target.url}")
    command("run", file, "--record", "a.yaml", *given)
    target.answers["/of/%7B%7Btenant%7D%7D"] = (500, "no")
    assert command("drift", "a.yaml", *given).code is ExitCode.DRIFT


def test_what_a_run_that_ended_early_did_not_send_is_no_drift(command, recorded, target, monkeypatch):
    send = DriftTransport.send
    sent = []

    def interrupted(self, hop):
        if sent:
            raise KeyboardInterrupt
        sent.append(hop)
        return send(self, hop)

    monkeypatch.setattr(DriftTransport, "send", interrupted)
    said = command("drift", recorded)
    assert said.code is ExitCode.INTERRUPTED
    assert "1 answer compared, 0 drifted" in said.out
    assert "not compared" in said.out
