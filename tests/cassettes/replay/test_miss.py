"""A miss is explained: whose request it is, what is nearest, what differs, and how to repair it."""

import pytest

from harness.cassettes.replay.miss import ExplainedMiss, json_differences
from harness.cassettes.replay.transport import open_replay
from harness.errors import ExitCode
from harness.variables.scope import Scopes

JSON_TYPE = (("Content-Type", "application/json"),)


@pytest.fixture
def missed(recorder, ask):
    """Record some hops, replay them until one misses, and return the miss."""

    def miss(recorded, asked, scopes=None):
        recording = recorder()
        for hop in recorded:
            recording.transport.send(hop)
        replay = open_replay(
            recording.finish(complete=True).path, command="harness run c.json --record x.yaml"
        )
        if scopes is not None:
            replay.watch(scopes)
        for hop in asked[:-1]:
            replay.transport.send(hop)
        with pytest.raises(ExplainedMiss) as raised:
            replay.transport.send(asked[-1])
        return raised.value

    return miss


def test_a_miss_shows_the_difference_as_json_pointer_with_both_values_and_its_variable(missed, ask):
    recorded = ask("/things", "POST", body=b'{"name": "old", "tags": ["a", "b"]}', headers=JSON_TYPE)
    asked = ask("/things", "POST", body=b'{"name": "new-thing", "tags": ["a", "c"]}', headers=JSON_TYPE)
    scopes = Scopes()
    scopes.environment.set("THING", "new-thing")
    scopes.environment.set("fromSend", "c")
    miss = missed([recorded], [asked], scopes)
    lines = str(miss).splitlines()
    assert lines[0] == "no recorded interaction answers POST https://api.example/things"
    assert lines[1].endswith("x.yaml: Folder / Call, iteration 1, attempt 1")
    assert lines[2].strip() == "nearest: interaction 1, POST https://api.example/things (Folder / Call)"
    assert lines[3].strip() == 'body/name: sent "new-thing", recorded "old"  (from THING)'
    assert lines[4].strip() == 'body/tags/1: sent "c", recorded "b"'
    assert lines[5].strip() == "harness run c.json --record x.yaml"
    assert miss.exit_code is ExitCode.REPLAY_MISS


def test_the_nearest_is_the_calls_own_even_when_another_looks_alike(missed, ask):
    recorded = [ask("/a?x=1&z=9", call=("Other",)), ask("/a?x=1", call=("Mine",))]
    report = missed(recorded, [ask("/a?x=2&y=3", call=("Mine",))]).report
    assert report.nearest.number == 1
    assert [str(one) for one in report.differences] == [
        "url/query/x: sent 2, recorded 1",
        "url/query/y: sent 3, recorded nothing",
    ]


def test_a_used_up_interaction_is_told_from_an_unknown_one(missed, ask):
    miss = missed([ask("/a")], [ask("/a"), ask("/a")])
    assert miss.report.reason == "played"
    assert "given already" in str(miss)


def test_a_path_and_a_method_are_compared(missed, ask):
    report = missed([ask("/a/1/c", "PUT")], [ask("/a/2/c", "POST")]).report
    assert [one.pointer for one in report.differences] == ["method", "url/path/1"]


def test_form_fields_are_compared_by_name(missed, ask):
    form = (("Content-Type", "application/x-www-form-urlencoded"),)
    recorded = ask("/f", "POST", body=b"a=1&b=2", headers=form)
    report = missed([recorded], [ask("/f", "POST", body=b"a=1&b=3", headers=form)]).report
    assert [str(one) for one in report.differences] == ['body/b: sent "3", recorded "2"']


def test_nothing_alike_is_said_so(missed, ask):
    report = missed([], [ask("/a")]).report
    assert report.nearest is None
    assert report.differences == ()


def test_a_miss_does_not_show_secrets(missed, ask):
    headers = (("Authorization", "Bearer secret-token-77"),)
    asked = ask("/b?access_token=secret-token-77", headers=headers)
    assert "secret-token-77" not in str(missed([ask("/a")], [asked]))


def test_json_differences_name_every_place():
    mine = {"a/b": 1, "same": [1], "only": None, "deep": {"x~": [1, 2, 3]}, "kind": 1}
    theirs = {"a/b": 2, "same": [1], "gone": 0, "deep": {"x~": [1, 9]}, "kind": True}
    assert [(one.pointer, one.sent, one.recorded) for one in json_differences(mine, theirs, "")] == [
        ("/a~1b", "1", "2"),
        ("/only", "null", None),
        ("/deep/x~0/1", "2", "9"),
        ("/deep/x~0/2", "3", None),
        ("/kind", "1", "true"),
        ("/gone", None, "0"),
    ]
