import gc
import subprocess
import sys

import pytest

import harness
from harness import ExitCode, HarnessError, run
from harness.api import LiveRun, MissingCassette, RunConfig, planned
from harness.errors import UsageError
from harness.runner.events import CallFinished, RunFinished


def test_a_name_that_is_not_public_is_no_attribute():
    with pytest.raises(AttributeError, match="nonsense"):
        _ = harness.nonsense


def test_importing_costs_no_library():
    heavy = {"requests", "vcr", "jinja2", "yaml", "starlette"}
    code = f"import sys, harness; print(sorted({heavy} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_run_returns_what_came_of_it(workspace, target):
    file = workspace.collection(("a", f"{target.url}/a", "pm.environment.set('x', pm.response.code)"))
    result = run(file)
    assert result.passed
    assert repr(result) == "<RunResult: passed, 1 call, 0 assertions>"
    assert result.exit_code is ExitCode.PASSED
    assert result.summary.requests.total == 1
    assert result.environment == {"x": 200}
    assert [call.call.item.name for call in result.calls] == ["a"]
    assert result.calls[0].exchange.response.status == 200


def test_run_takes_a_collection_as_an_object(target):
    collection = {"info": {"name": "o", "schema": "v2.1.0"}, "item": [{"name": "a", "request": target.url}]}
    assert run(collection).passed


def test_failures_are_in_the_result_and_not_raised(workspace, target):
    file = workspace.collection(("a", target.url, "pm.test('t', () => pm.expect(1).to.equal(2))"))
    result = run(file)
    assert not result.passed
    (failure,) = result.summary.failures
    assert (failure.assertion, failure.message) == ("t", "expected 1 to equal 2")


def test_an_unknown_option_says_which_there_are(workspace, target):
    with pytest.raises(HarnessError, match="environments") as caught:
        run(workspace.collection(("a", target.url)), environments="x")
    assert "did you mean 'environment'" in caught.value.hint


def test_results_are_given_back_with_the_result(workspace, target):
    result = run(workspace.collection(("a", target.url)))
    del result
    gc.collect()  # a file left open would be a warning, and warnings are errors here


def test_results_can_be_read_again_and_sliced(workspace, target):
    result = run(workspace.collection(*((str(n), f"{target.url}/{n}") for n in range(5))))
    assert [call.call.item.name for call in result.calls[1:3]] == ["1", "2"]
    assert len(result.calls) == 5
    assert list(result.calls)[-1].call.item.name == "4"


def test_nothing_is_sent_before_an_event_is_asked_for(workspace, target):
    with LiveRun(RunConfig.of(workspace.collection(("a", target.url)))) as live:
        events = live.events()
        assert target.requests == []
        assert type(next(events)).__name__ == "RunStarted"
        assert target.requests == []
        assert [type(event).__name__ for event in events][-1] == "RunFinished"
    assert len(target.requests) == 1


def test_an_interrupt_thrown_in_ends_the_run_in_order(workspace, target):
    file = workspace.collection(("a", f"{target.url}/a"), ("b", f"{target.url}/b"), ("c", f"{target.url}/c"))
    workspace.text("shop.harness.yaml", "calls:\n  - call: [c]\n    always: true\n")
    with LiveRun(RunConfig.of(file)) as live:
        events = live.events()
        for event in events:
            if isinstance(event, CallFinished):
                break
        rest = [events.throw(KeyboardInterrupt()), *events]
        last = rest[-1]
        assert isinstance(last, RunFinished)
        assert live.exit_code(last.summary) is ExitCode.INTERRUPTED
    assert target.paths == ["/a", "/c"]


def test_planning_finds_what_would_keep_a_run_from_starting(workspace, target):
    file = workspace.collection(("a", target.url))
    assert len(planned(RunConfig.of(file)).calls) == 1
    with pytest.raises(MissingCassette):
        planned(RunConfig.of(file, cassette_mode="replay"))
    with pytest.raises(MissingCassette, match="not there"):
        planned(RunConfig.of(file, replay="gone.yaml"))
    workspace.text("shop.harness.yaml", "calls:\n  - call: [b]\n    always: true\n")
    with pytest.raises(HarnessError, match="'b'"):
        planned(RunConfig.of(file))


def test_a_collection_without_scripts_runs_where_there_is_no_deno(workspace, target, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "deno", None)
    assert run(workspace.collection(("a", target.url))).passed


def test_a_collection_with_scripts_says_when_there_is_no_deno(workspace, target, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "deno", None)
    with pytest.raises(HarnessError, match=r"(?i)deno"):
        run(workspace.collection(("a", target.url, "pm.test('x')")))


def test_secrets_that_answers_show_are_masked_from_then_on(workspace, target):
    target.answers["/token"] = (200, {"access_token": "very-secret-token-value"})
    file = workspace.collection(("token", f"{target.url}/token"))
    with LiveRun(RunConfig.of(file)) as live:
        list(live.events())
        assert "very-secret-token-value" not in live.mask("Bearer very-secret-token-value")


def test_scripts_that_compare_an_answer_with_a_secret_pass_again_on_replay(workspace, target):
    target.answers["/me"] = (200, {"owner": "very-secret-value", "authorization": "Bearer very-secret-value"})
    script = """
    const { owner, authorization } = pm.response.json();
    pm.test("owner", () => pm.expect(owner).to.equal(pm.environment.get("token")));
    pm.test("scheme", () => pm.expect(authorization).to.equal("Bearer " + pm.environment.get("token")));
    """
    file = workspace.collection(("me", f"{target.url}/me", script))
    environment = {"values": [{"key": "token", "value": "very-secret-value", "type": "secret"}]}
    assert run(file, environment=environment, record="c.yaml").passed
    assert "very-secret" not in (workspace.folder / "c.yaml").read_text("utf-8")
    assert run(file, environment=environment, replay="c.yaml").passed
    assert run(file, replay="c.yaml").passed


def test_a_miss_tells_the_command_that_records_again_with_the_files_of_the_run(workspace, target):
    file = workspace.collection(("a", f"{target.url}/{{{{name}}}}"))
    workspace.text("my rows.csv", "name\nAnna\n")
    run(file, data="my rows.csv", record="c.yaml")
    workspace.text("my rows.csv", "name\nBob\n")
    (failure,) = run(file, data="my rows.csv", replay="c.yaml").summary.failures
    assert "record it again: harness run" in failure.message
    assert "-d 'my rows.csv' --record c.yaml" in failure.message


def test_a_replay_draws_what_was_recorded(workspace, target):
    script = (
        "pm.environment.set('drawn', [Date.now(), Math.random(), pm.variables.replaceIn('{{$guid}}')].join())"
    )
    file = workspace.collection(("a", f"{target.url}/{{{{$guid}}}}", script))
    recorded = run(file, record="c.yaml")
    count = len(target.requests)
    replayed = run(file, replay="c.yaml")
    assert replayed.passed
    assert replayed.environment["drawn"] == recorded.environment["drawn"]
    assert len(target.requests) == count


def test_one_folder_of_a_recording_replays_alone(workspace, target):
    folders = [
        {"name": n, "item": [{"name": "x", "request": f"{target.url}/{{{{$guid}}}}"}]} for n in ("F", "G")
    ]
    file = workspace.collection(*folders)
    run(file, record="c.yaml")
    assert run(file, replay="c.yaml", folders=["G"]).passed


def test_recording_a_folder_keeps_what_the_cassette_holds_of_the_others(workspace, target):
    folders = [{"name": n, "item": [{"name": "x", "request": f"{target.url}/{n}"}]} for n in ("F", "G")]
    file = workspace.collection(*folders)
    run(file, record="c.yaml")
    target.answers["/G"] = (200, {"new": True})
    run(file, record="c.yaml", folders=["G"])
    replayed = run(file, replay="c.yaml")
    assert replayed.passed
    assert [call.exchange.response.body == b'{"new": true}' for call in replayed.calls] == [False, True]
    run(file, record="c.yaml", folders=["G"], cassette_mode="rewrite")
    assert run(file, replay="c.yaml").exit_code is ExitCode.REPLAY_MISS


def test_a_recording_of_failures_replays_them(workspace):
    file = workspace.collection(("down", "http://127.0.0.1:1/"))
    recorded = run(file, record="c.yaml")
    replayed = run(file, replay="c.yaml")
    assert [one.message for one in replayed.summary.failures] == [
        one.message for one in recorded.summary.failures
    ]
    assert replayed.exit_code is ExitCode.FAILED


def test_a_script_runs_another_request_with_its_scripts(workspace, target):
    script = "const r = await pm.execution.runRequest('login', {variables: {who: 'jane'}});"
    check = "pm.test('logged in', () => pm.expect(r.json().path).to.equal('/login/jane'))"
    inner = "pm.test('inner', () => pm.response.to.have.status(200)); pm.environment.set('token', 't')"
    outer = f"{script} {check}; pm.test('sees', () => pm.expect(pm.environment.get('token')).to.equal('t'))"
    login = {
        "name": "login",
        "request": f"{target.url}/login/{{{{who}}}}",
        "event": [{"listen": "test", "script": {"exec": [inner]}}],
    }
    file = workspace.collection(("a", f"{target.url}/a", outer), login)
    result = run(file, folders=["a"])
    assert [one.name for one in result.calls[0].assertions] == ["logged in", "sees", "inner"]
    assert result.passed
    assert target.paths == ["/a", "/login/jane"]
    assert result.scopes.local.get("who") is not None
    assert "who" not in result.scopes.local


def test_requests_that_run_each_other_for_ever_end(workspace, target):
    script = "await pm.execution.runRequest('a')"
    result = run(workspace.collection(("a", f"{target.url}/a", script)))
    assert not result.passed
    assert len(target.requests) == 11


def test_recording_a_server_that_is_down_leaves_the_cassette(workspace, target):
    file = workspace.collection(("a", f"{target.url}/a"))
    run(file, record="c.yaml")
    before = (workspace.folder / "c.yaml").read_bytes()
    down = workspace.collection(("a", "http://127.0.0.1:1/a"), name="down")
    result = run(down, record="c.yaml")
    assert (workspace.folder / "c.yaml").read_bytes() == before
    assert any("stays as it was" in warning.message for warning in result.summary.warnings)
    assert run(file, replay="c.yaml").passed
    assert [path.name for path in workspace.folder.glob("*.journal")] == []


def test_a_secret_that_is_too_short_to_be_hidden_is_told_with_the_cassette_it_stands_in(target, workspace):
    call = {"name": "a", "request": {"method": "GET", "url": f"{target.url}/{{{{PIN}}}}"}}
    path = workspace.collection(call)
    pin = {"key": "PIN", "value": "12345", "type": "secret", "enabled": True}
    environment = workspace.json("e.json", {"name": "e", "values": [pin]})
    cassette = path.parent / "s.yaml"
    result = run(path, environment=environment, record=cassette)
    assert "12345" in cassette.read_text()
    told = [(one.message, one.place) for one in result.summary.warnings]
    assert told == [("the value of 'PIN' has under 6 characters and is not redacted", str(cassette))]


@pytest.mark.parametrize("mode", ["once", "new_episodes", "all", "rewrite"])
def test_a_replay_is_not_asked_to_record(mode):
    with pytest.raises(UsageError, match=rf"'{mode}' would be ignored"):
        RunConfig.of("c.json", replay="c.yaml", cassette_mode=mode)
    assert RunConfig.of("c.json", replay="c.yaml", cassette_mode="none").cassette.mode == "none"
