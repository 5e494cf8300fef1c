"""The options, on the command line and in the ini file, and what is done with cassettes."""

import socket

import pytest

from harness.cassettes.file.format import load
from harness.cassettes.modes import RECORD_MODES as MODES
from harness.options.cassette import RECORD_MODES
from harness.options.pytest_only import PYTEST_OPTIONS


def interactions(project, name="shop.yaml"):
    return len(load(project.pytester.path / name).interactions)


def test_nothing_is_sent_unless_asked(project):
    project.recorded("a")
    project.pytest().assert_outcomes(passed=1)
    assert project.target.paths == []


def test_a_replay_lets_nothing_through_to_the_network(project):
    send = "pm.sendRequest('{}/other', (error) => pm.test('offline', () => pm.expect(error).to.be.null));"
    project.recorded(project.call("a"))
    path = project.collection(project.call("a", send.format(project.target.url)))
    assert path.is_file()
    result = project.pytest()
    assert project.target.paths == []
    assert result.parseoutcomes()["failed"]


def test_live_sends_and_leaves_the_cassette_alone(project):
    project.collection("a")
    project.pytest("--postman-live").assert_outcomes(passed=1)
    assert project.target.paths == ["/a"]
    assert not (project.pytester.path / "shop.yaml").exists()


def test_record_sends_and_writes_the_cassette_and_says_so(project):
    project.collection("a", "b")
    result = project.pytest("--postman-record")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*= postman =*", "*2 interactions recorded into *shop.yaml"])
    project.target.requests.clear()
    project.pytest().assert_outcomes(passed=2)
    assert project.target.paths == []


def test_what_is_recorded_of_a_part_is_put_into_the_cassette_of_the_whole(project):
    project.recorded("a", "b", "c")
    project.target.answers["/b"] = (201, "new")
    result = project.pytest("--postman-record", "-k", "b")
    assert project.target.paths == ["/b"]
    result.stdout.fnmatch_lines(["*1 interaction recorded into *shop.yaml"])
    assert interactions(project) == 3
    result = project.pytest("--junit-xml=j.xml")
    result.assert_outcomes(passed=3)
    assert 'name="postman_status" value="201"' in (project.pytester.path / "j.xml").read_text()


def test_a_recording_that_ends_early_leaves_the_cassette_as_it_was_and_can_be_continued(project):
    project.recorded("a", "b", "c")
    before = (project.pytester.path / "shop.yaml").read_text()
    fail = "pm.test('does not', () => pm.expect(1).to.equal(2))"
    project.collection("a", project.call("b", fail), "c")
    result = project.pytest("--postman-record", "-x")
    result.stdout.fnmatch_lines(["*the recording is not complete*--postman-resume=continue*"])
    assert (project.pytester.path / "shop.yaml").read_text() == before
    result = project.pytest("--postman-record")
    result.assert_outcomes(errors=1, skipped=2)
    result.stdout.fnmatch_lines(
        ["*continue it with --postman-resume=continue, or throw it away with =discard"]
    )
    project.pytest("--postman-record", "--postman-resume=discard").assert_outcomes(passed=2, failed=1)
    assert interactions(project) == 3


def test_the_record_modes_are_those_of_the_cassettes():
    assert set(RECORD_MODES) == set(MODES)


@pytest.mark.parametrize(
    ("mode", "sent", "held"),
    [
        ("none", [], 1),
        ("once", [], 1),
        ("new_episodes", ["/b"], 2),
        ("all", ["/a", "/b"], 2),
        ("rewrite", ["/a", "/b"], 2),
    ],
)
def test_record_modes_mean_what_vcrpy_says(project, mode, sent, held):
    project.recorded("a")
    project.collection("a", "b")
    project.pytest(f"--postman-record-mode={mode}")
    assert project.target.paths == sent
    assert interactions(project) == held


def test_once_records_when_there_is_no_cassette(project):
    project.collection("a")
    project.pytest("--postman-record-mode=once").assert_outcomes(passed=1)
    assert project.target.paths == ["/a"]


def test_options_that_exclude_one_another_are_an_error(project):
    project.collection("a")
    result = project.pytest("--postman-live", "--postman-record")
    result.stdout.fnmatch_lines(["*--postman-live and --postman-record exclude one another*"])
    assert project.target.paths == []


def test_every_option_is_also_an_ini_value(project):
    said = project.pytest("--help").stdout.str()
    for option in PYTEST_OPTIONS.values():
        assert f"--postman-{option.name}" in said
        assert f"postman_{option.name.replace('-', '_')} (" in said


def test_ini_values_hold_and_files_are_relative_to_the_ini_file(project, monkeypatch):
    project.workspace.environment(where="from-file")
    project.workspace.json("conf/globals.json", {"name": "g", "values": [{"key": "g", "value": "glob"}]})
    project.workspace.text("conf/rows.csv", "row\n1\n2\n")
    project.pytester.makeini(
        """
        [pytest]
        postman_live = true
        postman_environment = env.postman_environment.json
        postman_globals = conf/globals.json
        postman_data = conf/rows.csv
        postman_env_var =
            one=1
            two=2
        postman_global_var = three=3
        """
    )
    project.collection(project.call("a", path="{{where}}/{{g}}/{{row}}/{{one}}{{two}}{{three}}"))
    folder = project.pytester.mkdir("elsewhere")
    monkeypatch.chdir(folder)
    project.pytest("../shop.postman_collection.json").assert_outcomes(passed=2)
    assert project.target.paths == ["/from-file/glob/1/123", "/from-file/glob/2/123"]


def test_the_command_line_wins_over_the_ini_file(project):
    project.pytester.makeini("[pytest]\npostman_live = true\npostman_env_var = one=ini\n")
    project.collection(project.call("a", path="{{one}}"))
    project.pytest("--postman-env-var=one=line").assert_outcomes(passed=1)
    assert project.target.paths == ["/line"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("--postman-env-var==x", "*--postman-env-var needs name=value, not '=x'*"),
        ("--postman-platform=moon", "*there is no platform 'moon'*"),
        ("--postman-iteration-count=x", "*--postman-iteration-count: 'x' is not a whole number above 0*"),
        ("--postman-environment=none.json", "*none.json*"),
        ("--postman-data=none.csv", "*none.csv*"),
    ],
)
def test_an_option_that_makes_no_sense_is_an_error_without_a_traceback(project, given, said):
    project.recorded("a")
    result = project.pytest(given, "--postman-cassette=shop.yaml")
    assert result.ret != pytest.ExitCode.OK
    result.stdout.fnmatch_lines([said])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_word_that_is_no_record_mode_is_refused_wherever_it_stands(project):
    assert project.pytest("--postman-record-mode=some").ret == pytest.ExitCode.USAGE_ERROR
    project.pytester.makeini("[pytest]\npostman_record_mode = some\n")
    result = project.pytest()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*postman_record_mode is 'some'; valid: none, once, *"])


def test_a_time_out_bounds_a_request(project):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        project.collection({"name": "a", "request": url})
        result = project.pytest("--postman-live", "--postman-timeout-request=50")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*ESOCKETTIMEDOUT*"])


def test_the_platform_is_started_for_live_runs_when_asked(project):
    project.collection({"name": "a", "request": "{{PLATFORM_GATEWAY}}/nothing"})
    result = project.pytest("--postman-live", "--postman-platform=local", "--junit-xml=j.xml", process=True)
    result.assert_outcomes(passed=1)
    assert 'name="postman_url" value="http://127.0.0.1:' in (project.pytester.path / "j.xml").read_text()
