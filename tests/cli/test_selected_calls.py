import pytest

from harness.errors import ExitCode


def test_excluded_folders_do_not_run(command, workspace, target):
    file = workspace.collection(("a", f"{target.url}/a", ""), ("b", f"{target.url}/b", ""))
    assert command("run", file, "--exclude-folder", "a").code is ExitCode.PASSED
    assert target.paths == ["/b"]


def test_a_recording_that_leaves_calls_out_keeps_what_is_recorded_of_them(command, workspace, target):
    file = workspace.collection(("a", f"{target.url}/a", ""), ("b", f"{target.url}/b", ""))
    command("run", file, "--record", "c.yaml")
    assert command("run", file, "--record", "c.yaml", "--exclude-folder", "a").code is ExitCode.PASSED
    assert command("run", file, "--replay", "c.yaml").code is ExitCode.PASSED


def test_a_replay_that_leaves_calls_out_does_not_complain_of_their_recordings(command, workspace, target):
    file = workspace.collection(("a", f"{target.url}/a", ""), ("b", f"{target.url}/b", ""))
    command("run", file, "--record", "c.yaml")
    said = command("run", file, "--replay", "c.yaml", "--exclude-folder", "a")
    assert said.code is ExitCode.PASSED
    assert "unplayed-recording" not in said.out + said.err


@pytest.fixture
def tagged(workspace, target):
    """A collection with three calls, whose companion gives two of them tags."""
    calls = ((name, f"{target.url}/{name}", "") for name in "abc")
    file = workspace.collection(*calls)
    companion = "calls:\n- {call: a, tags: [smoke, slow]}\n- {call: b, tags: [smoke]}\n"
    file.with_name(file.name.replace(".postman_collection.json", ".harness.yaml")).write_text(companion)
    return file


@pytest.mark.parametrize(
    ("options", "paths"),
    [
        (("--tag", "smoke"), ["/a", "/b"]),
        (("--tag", "slow", "--tag", "smoke"), ["/a", "/b"]),
        (("--tag", "smoke", "--exclude-tag", "slow"), ["/b"]),
        (("--exclude-tag", "smoke"), ["/c"]),
        (("--tag", "smoke", "--folder", "b"), ["/b"]),
    ],
)
def test_tags_of_the_companion_choose_calls(command, tagged, target, options, paths):
    assert command("run", tagged, *options).code is ExitCode.PASSED
    assert target.paths == paths


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--tag", "smok"), "did you mean 'smoke'?"),
        (("--exclude-tag", "x"), "valid: smoke, slow"),
        (("--tag", "smoke", "--folder", "c"), "no call that is chosen has the tag 'smoke'"),
        (("--tag", "smoke", "--no-companion"), "give calls tags in the companion file"),
    ],
)
def test_a_tag_that_chooses_nothing_is_refused(command, tagged, target, options, told):
    said = command("run", tagged, *options)
    assert said.code is ExitCode.USAGE
    assert told in said.err
    assert target.paths == []


def test_set_up_and_teardown_go_with_what_is_chosen_unless_they_are_left_out(command, tagged, target):
    companion = tagged.with_name(tagged.name.replace(".postman_collection.json", ".harness.yaml"))
    companion.write_text("before: [c]\nafter: [a]\ncalls: [{call: a, tags: [slow]}]\n")
    command("run", tagged, "--folder", "b", "-n", "2")
    assert target.paths == ["/c", "/b", "/b", "/a"]
    target.requests.clear()
    command("run", tagged, "--exclude-folder", "c", "--exclude-tag", "slow")
    assert target.paths == ["/b"]


def test_a_call_of_the_set_up_can_be_run_alone_but_not_for_nothing(command, tagged, target):
    companion = tagged.with_name(tagged.name.replace(".postman_collection.json", ".harness.yaml"))
    companion.write_text("before: [c]\n")
    assert command("run", tagged, "--folder", "c").code is ExitCode.PASSED
    assert target.paths == ["/c"]
    said = command("run", tagged, "--folder", "a", "--exclude-folder", "a")
    assert said.code is ExitCode.FAILED
    assert "there is no request to run: a has none" in said.out
