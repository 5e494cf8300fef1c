"""Cassettes that mean harm, and places that hold none: an error that names them, and nothing is lost."""

import copy
import json
import sys

import pytest

from harness.cassettes.edit import save
from harness.cassettes.file.format import load
from harness.cassettes.file.interaction import Interaction
from harness.cassettes.file.journal import Beginning, Journal, read
from harness.cassettes.file.lock import FileLock
from harness.cassettes.modes import action
from harness.cassettes.replay.transport import open_replay
from harness.client.message import ResolvedRequest, Response
from harness.client.transport import HopContext
from harness.errors import HarnessError, InputError, UsageError

WHOLE = {
    "version": 1,
    "metadata": {"environment": {"a": "b"}, "clock": 1.5, "seed": 3, "clocks": [{"start": 1, "call": ["a"]}]},
    "interactions": [
        {
            "call": ["a"],
            "iteration": 0,
            "attempt": 1,
            "origin": "call",
            "elapsed": 0.1,
            "clock": 2.5,
            "number": 0,
            "request": {"method": "GET", "uri": "http://a/", "body": "x", "headers": {"A": ["b"]}},
            "response": {
                "status": {"code": 200, "message": "OK"},
                "headers": {"A": ["b"]},
                "body": {"string": "x"},
            },
            "wire": {"headers": [["A", "b"]], "size": 1, "http_version": "1.1"},
        }
    ],
    "failures": [],
}
WRONG = (
    None,
    True,
    -1,
    10**400,
    1e308,
    "NaN",
    "\0",
    "\ud800",
    [],
    {},
    [None],
    [[[]]],
    {"a": None},
    [1, "a", {}],
)


def places(value, path=()):
    yield path
    for key, inner in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from places(inner, (*path, key))


@pytest.mark.parametrize("path", list(places(WHOLE)), ids=lambda path: "/".join(map(str, path)) or "root")
def test_a_value_of_any_type_anywhere_is_read_or_refused_with_its_place(path, tmp_path):
    file = tmp_path / "c.json"
    for wrong in WRONG:
        document = copy.deepcopy(WHOLE)
        at = document
        for key in path[:-1]:
            at = at[key]
        if path:
            at[path[-1]] = wrong
        file.write_text(json.dumps(document if path else wrong))
        refusal = _refusal(file)
        assert refusal is None or str(file) in str(refusal.where)


def _refusal(file):
    try:
        load(file)
    except InputError as error:
        return error
    return None


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\ninteractions: " + "[" * 100_000,
        "version: 1\ninteractions:\n" + "- " * 50_000,
        "version: 1\ninteractions:\n" + "\n".join(" " * level + "a:" for level in range(2_000)),
        "version: 1\ninteractions: [!!python/object/apply:os.getcwd []]",
        "version: 1\ninteractions: [&a [*a]]",
        "version: 1\ninteractions:\n- request: {method: GET, uri: 'http://a/', body: &b [*b], headers: {}}\n",
        "version: 1\nb: &b [x, x]\nc: &c [*b, *b]\ninteractions: [{request: {method: G, uri: a, body: *c}}]",
    ],
    ids=["flow", "sequences", "mappings", "tag", "circle", "circle in a body", "bomb"],
)
def test_yaml_that_means_harm_is_refused(text, tmp_path):
    file = tmp_path / "c.yaml"
    file.write_text(text)
    with pytest.raises(InputError) as raised:
        load(file)
    assert str(file) in str(raised.value.where)


def test_brackets_in_texts_are_no_levels(tmp_path):
    file = tmp_path / "c.yaml"
    whole = copy.deepcopy(WHOLE)
    whole["interactions"][0]["response"]["body"]["string"] = "[" * 1000
    file.write_text(json.dumps(whole))
    (interaction,) = load(file).interactions
    assert interaction.response.body == b"[" * 1000


@pytest.mark.parametrize("name", [".", "x" * 300, "a\0b"])
def test_a_place_that_can_hold_no_cassette_is_an_error(name, tmp_path):
    with pytest.raises(UsageError, match="cannot record here"):
        FileLock(tmp_path / name)


@pytest.mark.parametrize("name", ["x" * 300 + ".yaml", "a\0b.yaml"])
def test_a_name_that_no_file_can_have_is_an_error(name, tmp_path):
    with pytest.raises(HarnessError):
        load(tmp_path / name)
    if "\0" not in name:
        with pytest.raises(UsageError, match="no cassette can have this name"):
            action("once", tmp_path / name)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no limit to the size of files")
def test_a_full_disk_ends_a_recording_and_keeps_what_it_had(tmp_path):
    import resource

    path = tmp_path / "c.yaml.journal"
    journal = Journal(path, Beginning())
    interaction = Interaction(
        request=ResolvedRequest(method="GET", url="http://a/"),
        response=Response(status=200, reason="OK", body=b"x" * 500),
        context=HopContext(call=("a",)),
    )
    journal.append(interaction)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 100, hard))
    try:
        with pytest.raises(UsageError) as raised:
            journal.append(interaction)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    journal.close()
    assert raised.value.where == str(path)
    assert "--resume" in raised.value.hint
    assert sum(isinstance(entry, Interaction) for _, entry in read(path)) == 1


@pytest.mark.parametrize("elapsed", [1e308, 10**400, "NaN", "inf", -1e308])
def test_a_duration_that_is_none_counts_as_none(elapsed, tmp_path):
    whole = copy.deepcopy(WHOLE)
    whole["interactions"][0]["elapsed"] = elapsed
    file = tmp_path / "c.json"
    file.write_text(json.dumps(whole))
    (interaction,) = load(file).interactions
    assert interaction.elapsed_ms == 0


def test_a_moment_that_never_was_is_refused_with_its_file(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("version: 1\ninteractions:\n- when: 2026-13-45\n")
    with pytest.raises(InputError, match=r"not a cassette, or a damaged one.*month"):
        load(path)


@pytest.mark.parametrize("name", ["x.yaml", "x.json"])
def test_halves_of_characters_are_no_end_of_a_recording(recorder, ask, name):
    recording = recorder(name=name)
    recording.transport.send(ask("/a", call=("half \ud83d",), headers=(("X", "\udc00"),)))
    recording.transport.send(ask("/b", "POST", body=b'"\\ud800"'))
    path = recording.finish(complete=True).path
    replay = open_replay(path)
    replay.transport.send(ask("/a", call=("half \ud83d",)))
    replay.transport.send(ask("/b", "POST", body=b'"\\ud800"'))
    assert replay.unused() == ()


@pytest.mark.parametrize("value", ["2026-01-02", "!!set {a, b}", "!!binary aGk=", "{2026-01-02: x}", "1e999"])
@pytest.mark.parametrize(
    "place", ["clocks: [{start: 1, call: [a], variables: {local: {v: %s}}}]", "mine: %s"]
)
def test_what_json_has_no_word_for_is_written_as_text(tmp_path, recorder, ask, value, place):
    path = tmp_path / "x.yaml"
    path.write_text("version: 1\ninteractions: []\nmetadata:\n  " + place % value + "\n")
    save(load(path), tmp_path / "y.json")
    load(tmp_path / "y.json")
    recording = recorder(action="extend")
    recording.transport.send(ask("/a"))
    assert len(load(recording.finish(complete=True).path).interactions) == 1


@pytest.mark.parametrize("tag", ["", "x: !!python/tuple [1]\n", "<<: {y: 1}\n"])
def test_a_cassette_that_holds_itself_is_refused(tmp_path, tag):
    path = tmp_path / "x.yaml"
    path.write_text(f"{tag}version: 1\ninteractions: &a [*a]\n")
    with pytest.raises(InputError, match="nested too deeply"):
        load(path)
