"""`run --shard`: several machines run a suite together, and their results are one report."""

import json

import pytest

from harness.errors import ExitCode

SIGN_IN = "pm.environment.set('token', pm.response.json().token)"


@pytest.fixture
def suite(workspace, target):
    """Two small collections, and one of which all but signing in is independent."""
    target.answers["/sign-in"] = (200, {"token": "t-1"})
    calls = [(f"read {number}", f"{target.url}/{number}?as={{{{token}}}}") for number in range(6)]
    return [
        workspace.collection(("a", f"{target.url}/a"), name="first"),
        workspace.collection(("b", f"{target.url}/b"), name="second"),
        workspace.collection(("sign in", f"{target.url}/sign-in", SIGN_IN), *calls, name="third"),
    ]


def shards(command, files, count, *more):
    """Run all shards; return what each said."""
    said = []
    for number in range(1, count + 1):
        log = f"{number}.jsonl"
        flags = ("--shard", f"{number}/{count}", "-r", "events,json", "--reporter-events-export", log)
        said.append(command("run", *files, *flags, "--reporter-json-export", f"{number}.json", *more))
    return said


def executions(path):
    return [
        (one["item"]["name"], one.get("setUp", False))
        for one in json.loads(path.read_text("utf-8"))["run"]["executions"]
    ]


def test_each_call_is_run_by_one_shard_with_the_set_up_it_needs(command, workspace, suite):
    said = shards(command, suite[2:], 3)
    assert [one.code for one in said] == [ExitCode.PASSED] * 3
    told = [executions(workspace.folder / f"{number}.json") for number in (1, 2, 3)]
    own = [name for shard in told for name, set_up in shard if not set_up]
    assert sorted(own) == ["read 0", "read 1", "read 2", "read 3", "read 4", "read 5", "sign in"]
    assert [shard[0] for shard in told].count(("sign in", True)) == 2
    assert "as set-up" in "".join(one.err for one in said)


def test_whole_collections_stay_together_as_long_as_they_fit(command, workspace, suite):
    said = shards(command, [suite[2], suite[2], *suite[:2]], 2)
    assert [one.err.count("shard ") for one in said] == [2, 2]
    assert all("8 calls" not in one.err and " of 7 " not in one.err for one in said)
    assert [len(executions(workspace.folder / f"{number}.json")) for number in (1, 2)] == [8, 8]


def test_the_results_of_shards_are_one_report_in_the_order_of_the_plan(command, workspace, suite):
    shards(command, suite[2:], 3)
    said = command("report", "3.jsonl", "1.jsonl", "2.jsonl", "-o", "all.json")
    assert said.code is ExitCode.PASSED
    told = executions(workspace.folder / "all.json")
    assert [name for name, set_up in told if not set_up] == ["sign in", *(f"read {one}" for one in range(6))]
    assert [name for name, _ in told[:3]] == ["sign in"] * 3
    report = json.loads((workspace.folder / "all.json").read_text("utf-8"))
    assert report["run"]["stats"]["iterations"]["total"] == 1
    assert report["collection"]["info"]["name"] == "Third"


def test_what_failed_in_any_shard_runs_again_from_the_joined_result(command, workspace, target):
    fails = "pm.test('no', () => pm.expect(1).to.equal(2))"
    calls = [(name, f"{target.url}/{name}", fails) for name in ("x", "y", "z")]
    file = workspace.collection(*calls, ("fine", f"{target.url}/fine"), name="failing")
    shards(command, [file], 2)
    command("report", "1.jsonl", "2.jsonl", "-r", "events", "--reporter-events-export", "all.jsonl")
    target.requests.clear()
    said = command("run", file, "--rerun-failed", "all.jsonl")
    assert said.code is ExitCode.FAILED
    assert target.paths == ["/x", "/y", "/z"]


def test_results_of_several_collections_are_folders_of_one_report(command, workspace, suite):
    shards(command, suite, 2)
    assert (
        command("report", "1.jsonl", "2.jsonl", "-r", "events", "--reporter-events-export", "all").code == 0
    )
    lines = [json.loads(line) for line in (workspace.folder / "all").read_text("utf-8").splitlines()]
    paths = [one["result"]["call"]["path"] for one in lines if one["is"] == "CallFinished"]
    assert {path[0] for path in paths} == {"First", "Second", "Third"}
    assert lines[0]["collection"]["name"] == "3 collections"


def test_times_of_past_runs_decide_what_goes_where(command, workspace, suite):
    command("run", suite[2], "--history", "past.jsonl", "--silent")
    past = json.loads((workspace.folder / "past.jsonl").read_text("utf-8"))
    assert set(past["times"]) == {"sign in", *(f"read {number}" for number in range(6))}
    past["times"] |= {"read 5": 9000.0, "sign in": 1.0} | {f"read {number}": 1.0 for number in range(5)}
    workspace.text("past.jsonl", json.dumps(past))
    before = (workspace.folder / "past.jsonl").read_text("utf-8")
    shards(command, suite[2:], 2, "--history", "past.jsonl")
    own = [executions(workspace.folder / f"{number}.json") for number in (1, 2)]
    assert ["read 5"] in [[name for name, _ in one if name.startswith("read")] for one in own]
    assert (workspace.folder / "past.jsonl").read_text("utf-8") == before


def test_a_shard_without_anything_to_run_passes_and_has_its_reports(command, workspace, suite):
    said = command("run", suite[0], "--shard", "2/2", "-r", "json", "--reporter-json-export", "r.json")
    assert (said.code, executions(workspace.folder / "r.json")) == (ExitCode.PASSED, [])
    assert "shard 2/2: nothing to run" in said.err


def test_isolated_rows_are_dealt_out_one_by_one(command, workspace, suite):
    rows = workspace.json("rows.json", [{"row": number} for number in range(4)])
    shards(command, suite[2:], 2, "-d", rows, "--isolate-rows")
    told = [json.loads((workspace.folder / f"{number}.json").read_text("utf-8")) for number in (1, 2)]
    rows_of = [{one["cursor"]["iteration"] for one in shard["run"]["executions"]} for shard in told]
    assert [len(one) for one in rows_of] == [2, 2]
    assert not rows_of[0] & rows_of[1]


def test_a_collection_that_cannot_be_read_is_told_by_one_shard(command, workspace, suite):
    bad = workspace.text("bad.json", "{")
    codes = [said.code for said in shards(command, [bad, suite[0]], 2)]
    assert sorted(codes) == [ExitCode.PASSED, ExitCode.USAGE]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--shard", "3/2"], "2/5"),
        (["--shard", "x"], "2/5"),
        (["--shard", "1/2", "--share-variables"], "--share-variables"),
        (["--shard", "1/2", "--rerun-failed", "x"], "--rerun-failed"),
    ],
)
def test_what_cannot_be_sharded_is_an_error_in_words(command, suite, arguments, word):
    said = command("run", suite[0], *arguments)
    assert said.code is ExitCode.USAGE
    assert word in said.err


def test_set_up_and_teardown_of_a_run_go_with_each_shard_and_count_once(command, workspace, suite):
    (workspace.folder / "third.harness.yaml").write_text('before: ["sign in"]\nafter: ["read 5"]\n')
    said = shards(command, suite[2:], 3)
    assert [one.code for one in said] == [ExitCode.PASSED] * 3
    told = [executions(workspace.folder / f"{number}.json") for number in (1, 2, 3)]
    own = [name for shard in told for name, set_up in shard if not set_up]
    assert sorted(own) == ["read 0", "read 1", "read 2", "read 3", "read 4", "read 5", "sign in"]
    assert all((shard[0][0], shard[-1][0]) == ("sign in", "read 5") for shard in told)
