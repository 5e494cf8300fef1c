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
