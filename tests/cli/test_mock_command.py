"""`harness mock --run`, over TLS, and in front of a live service."""

import pytest

from harness.cassettes.file.parts import Parts
from harness.errors import ExitCode

SCRIPT = "pm.test('it is open', () => pm.expect(pm.response.json().state).to.equal('open'))"


@pytest.fixture
def shop(workspace, target):
    target.answers["/order"] = (200, {"state": "open"})
    return workspace.collection(("Order", "{{base}}/order", SCRIPT))


@pytest.fixture
def recorded(command, shop, target, workspace):
    workspace.json("env.json", {"values": [{"key": "base", "value": target.url, "enabled": True}]})
    assert command("run", shop, "-e", "env.json", "--record", "tape.yaml").code is ExitCode.PASSED
    return len(target.requests)


@pytest.mark.parametrize("environment", [[], ["-e", "env.json"]], ids=["recorded", "given"])
def test_a_collection_is_run_against_the_mock_and_reaches_nobody_else(
    command, shop, recorded, target, environment
):
    said = command("mock", "tape.yaml", "--run", shop, *environment)
    assert said.code is ExitCode.PASSED
    assert said.err.startswith("mock at http://127.0.0.1:")
    assert "1 call" in said.out
    assert len(target.requests) == recorded


def test_hosts_that_were_recorded_over_tls_lead_to_the_mock_as_well(command, workspace, shop, recorded):
    tape = workspace.folder / "tape.yaml"
    text = tape.read_text()
    host = Parts(path=tape).load().metadata.base_addresses["base"]
    tape.write_text(text.replace(host, "https://shop.example"))
    said = command("mock", "tape.yaml", "--run", shop)
    assert said.code is ExitCode.PASSED
    assert "answers for shop.example" in said.err


def test_a_failing_run_is_the_exit_code(command, workspace, shop, recorded):
    other = workspace.collection(("Other", "{{base}}/other", SCRIPT))
    assert command("mock", "tape.yaml", "--run", other).code is ExitCode.FAILED


def test_what_is_new_is_asked_of_the_live_service_and_kept_without_its_secrets(
    command, workspace, shop, recorded, target
):
    target.answers["/login"] = (200, {"access_token": "tok-4f9a8b7c6d5e4f3a", "state": "open"})
    login = {
        "name": "Login",
        "request": {
            "method": "GET",
            "url": "{{base}}/login",
            "header": [{"key": "Authorization", "value": "Bearer sesame-0123456789abcdef"}],
        },
        "event": [{"listen": "test", "script": {"exec": [SCRIPT]}}],
    }
    both = workspace.collection(("Order", "{{base}}/order", SCRIPT), login)
    arguments = [
        "mock",
        "tape.yaml",
        "--upstream",
        target.url,
        "--record-mode",
        "new_episodes",
        "--run",
        both,
    ]
    said = command(*arguments)
    assert said.code is ExitCode.PASSED
    assert "kept in tape.yaml: 1 interaction" in said.out
    assert len(target.requests) == recorded + 1
    text = (workspace.folder / "tape.yaml").read_text()
    assert "tok-4f9a8b7c6d5e4f3a" not in text
    assert "sesame-0123456789abcdef" not in text
    assert Parts(path=workspace.folder / "tape.yaml").load().metadata.base_addresses == {"base": target.url}
    assert command("mock", "tape.yaml", "--run", both).code is ExitCode.PASSED
    assert len(target.requests) == recorded + 1


def test_without_a_record_mode_nothing_is_kept(command, workspace, shop, recorded, target):
    target.answers["/new"] = (200, {"state": "open"})
    before = (workspace.folder / "tape.yaml").read_bytes()
    new = workspace.collection(("New", "{{base}}/new", SCRIPT))
    assert command("mock", "tape.yaml", "--upstream", target.url, "--run", new).code is ExitCode.PASSED
    assert (workspace.folder / "tape.yaml").read_bytes() == before


def test_a_cassette_may_begin_with_what_is_kept(command, workspace, shop, target):
    arguments = ["--upstream", target.url, "--record-mode", "new_episodes"]
    run = ["--run", shop, "--env-var", f"base={target.url}"]
    assert command("mock", "fresh.yaml", *arguments, *run).code is ExitCode.PASSED
    assert len(Parts(path=workspace.folder / "fresh.yaml").load().interactions) == 1
    target.answers.clear()
    assert command("mock", "fresh.yaml", *run).code is ExitCode.PASSED


def test_hosts_that_were_not_recorded_are_not_reached(command, workspace, shop, recorded, target):
    before = len(target.requests)
    other = workspace.collection(("Other", f"{target.url}/secret", SCRIPT))
    assert command("mock", "tape.yaml", "--run", other).code is ExitCode.FAILED
    assert len(target.requests) == before


def test_a_live_service_that_is_down_is_told_to_the_client(command, workspace, shop, recorded):
    new = workspace.collection(("New", "{{base}}/new", "pm.test('s', () => pm.response.to.have.status(502))"))
    assert (
        command("mock", "tape.yaml", "--upstream", "http://127.0.0.1:9", "--run", new).code is ExitCode.PASSED
    )


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["tape.yaml", "--record-mode", "all"], "only what a live service answers can be kept"),
        (["tape.yaml", "--upstream", "shop.example"], "is not the address of a service"),
        (["tape.yaml", "--upstream", "https://shop.example/v1"], "scheme, host and port alone"),
        (["none.yaml"], "none.yaml"),
        (["tape.yaml", "--run", "gone.json"], "gone.json"),
    ],
)
def test_what_cannot_be_served_is_an_error_that_says_so(command, recorded, arguments, what):
    said = command("mock", *arguments)
    assert said.code is ExitCode.USAGE
    assert what in said.err
