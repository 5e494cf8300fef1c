"""The options of a replay: how old it may be, how long it takes, what it compares, what it does not use."""

import re

import pytest

from harness.errors import ExitCode


@pytest.fixture
def shop(command, workspace, target):
    """Record two calls and return the collection's file; the cassette is `a.yaml`."""
    file = workspace.collection(("one", f"{target.url}/one"), ("two", f"{target.url}/two"))
    assert command("run", file, "--record", "a.yaml").code is ExitCode.PASSED
    return file


@pytest.fixture
def aged(shop, workspace):
    """Make the recording a year old."""
    tape = workspace.folder / "a.yaml"
    tape.write_text(re.sub(r"(recorded_at: .?)20\d\d", r"\g<1>2020", tape.read_text()))
    return shop


def test_a_young_recording_is_replayed_without_a_word(command, shop):
    said = command("run", shop, "--replay", "a.yaml", "--expire", "30d=fail", "--strict")
    assert said.code is ExitCode.PASSED


def test_every_replay_tells_the_cassette_and_its_age(command, aged, workspace):
    said = command("run", aged, "--replay", "a.yaml", "-r", "cli,html,events",
                   "--reporter-html-export", "r.html", "--reporter-events-export", "log.jsonl")  # fmt: skip
    assert re.search(r"replayed from \S*a\.yaml [·-] recorded \d{3,} days ago", said.out)
    command("report", "log.jsonl", "-o", "again.html")
    for page in ("r.html", "again.html"):
        text = (workspace.folder / page).read_text("utf-8")
        badges = re.findall(r'<span class="badge"[^>]*>([^<]+)</span>', text)
        assert badges[0] == "replay"
        assert badges[1].startswith("replayed from ")
        assert re.fullmatch(r"recorded \d+ days ago", badges[2])


def test_an_old_recording_is_warned_of(command, aged):
    said = command("run", aged, "--replay", "a.yaml", "--expire", "30d")
    assert said.code is ExitCode.PASSED
    assert "2 recorded interactions are older than 30 days" in said.out
    assert command("run", aged, "--replay", "a.yaml", "--expire", "30d", "--strict").code is ExitCode.FAILED


def test_an_old_recording_fails_the_run_when_asked(command, aged):
    assert command("run", aged, "--replay", "a.yaml", "--expire", "30d=fail").code is ExitCode.FAILED


def test_an_old_recording_is_made_anew_when_asked(command, aged, target):
    before = len(target.requests)
    assert command("run", aged, "--replay", "a.yaml", "--expire", "30d=record").code is ExitCode.PASSED
    assert len(target.requests) == before + 2
    assert command("run", aged, "--replay", "a.yaml", "--expire", "30d=fail").code is ExitCode.PASSED


def test_an_expiry_that_is_none_is_an_error(command, shop):
    said = command("run", shop, "--replay", "a.yaml", "--expire", "soon")
    assert said.code is ExitCode.USAGE
    assert "30d" in said.err


def test_recorded_answers_take_their_time_when_asked(command, shop, workspace):
    tape = workspace.folder / "a.yaml"
    tape.write_text(re.sub(r"elapsed: .*", "elapsed: 0.06", tape.read_text()))
    said = command("run", shop, "--replay", "a.yaml", "--replay-latency")
    took = re.search(r"total run duration: (\d+)ms", said.out)
    assert took is not None
    assert int(took[1]) >= 120


def test_interactions_that_are_not_played_are_warned_of_and_fail_a_strict_run(
    command, shop, workspace, target
):
    part = workspace.collection(("two", f"{target.url}/two"))
    said = command("run", part, "--replay", "a.yaml")
    assert said.code is ExitCode.PASSED
    assert f"not played from the cassette: 1, first GET {target.url}/one" in said.out
    assert command("run", part, "--replay", "a.yaml", "--strict").code is ExitCode.FAILED


def test_a_part_of_a_collection_does_not_have_to_play_all(command, shop):
    said = command("run", shop, "--replay", "a.yaml", "--folder", "one", "--strict")
    assert said.code is ExitCode.PASSED


def test_what_a_replay_compares_can_be_chosen(command, shop, workspace, target):
    other = workspace.collection(("one", f"{target.url}/one?now=1"), ("two", f"{target.url}/two"))
    assert command("run", other, "--replay", "a.yaml").code is ExitCode.REPLAY_MISS
    assert command("run", other, "--replay", "a.yaml", "--match-on", "method,path").code is ExitCode.PASSED
    said = command("run", other, "--replay", "a.yaml", "--match-on", "method,paht")
    assert said.code is ExitCode.USAGE
    assert "path" in said.err


def test_an_answer_can_be_given_again_and_again_or_only_in_its_turn(command, shop, workspace, target):
    again = workspace.collection(
        *((name, f"{target.url}/one") for name in ("a", "b")), ("c", target.url + "/two")
    )
    assert command("run", again, "--replay", "a.yaml").code is ExitCode.REPLAY_MISS
    assert command("run", again, "--replay", "a.yaml", "--match-repeats").code is ExitCode.PASSED
    turned = workspace.collection(("two", f"{target.url}/two"), ("one", f"{target.url}/one"))
    assert command("run", turned, "--replay", "a.yaml").code is ExitCode.PASSED
    assert command("run", turned, "--replay", "a.yaml", "--match-order").code is ExitCode.REPLAY_MISS


def test_a_cassette_that_is_not_finished_is_named_with_what_to_do(command, workspace):
    workspace.text("a.yaml.journal", "")
    said = command("run", workspace.collection(("a", "http://h/")), "--replay", "a.yaml")
    assert said.code is ExitCode.USAGE
    assert "go on with --record a.yaml --resume" in said.err
    assert "harness cassette redact a.yaml.journal" in said.err
