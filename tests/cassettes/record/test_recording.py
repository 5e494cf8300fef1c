"""A recording: nothing finished is lost, nothing unfinished replaces anything, no secret is written."""

import pytest

from harness.cassettes.edit import finish_journal
from harness.cassettes.file.format import load
from harness.cassettes.file.interaction import ClockStart
from harness.cassettes.file.journal import Beginning, Journal, journal_cassette, read
from harness.cassettes.file.journal_path import journal_path
from harness.cassettes.record.plan import RecordingPlan
from harness.collection.model import Variable
from harness.errors import InputError, UsageError


def test_the_file_is_replaced_only_when_the_recording_is_complete(recorder, ask, tmp_path):
    path = tmp_path / "x.yaml"
    first = recorder()
    first.transport.send(ask("/first"))
    first.finish(complete=True)
    before = path.read_bytes()
    second = recorder()
    second.transport.send(ask("/second"))
    assert path.read_bytes() == before
    outcome = second.finish(complete=False)
    assert not outcome.written
    assert path.read_bytes() == before
    assert outcome.journal == journal_path(path)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["x.yaml", "x.yaml.journal"]


def test_a_complete_recording_leaves_the_cassette_alone_in_its_folder(recorder, ask, tmp_path):
    recording = recorder()
    recording.transport.send(ask("/a"))
    assert recording.finish(complete=True).written
    assert [one.name for one in tmp_path.iterdir()] == ["x.yaml"]
    assert recording.finish(complete=False).written


def test_metadata_tells_what_was_recorded(recorder, ask):
    plan = RecordingPlan(
        collection="AEP",
        collection_hash="abc",
        note="made against the local platform",
        seed=42,
        environment=(
            Variable(key="BASE", value="https://api.example/v1"),
            Variable(key="KEY", value="very-secret-1", type="secret"),
        ),
    )
    recording = recorder(plan=plan)
    recording.draws.call(("Quiet",), 0, 1)
    metadata = load(recording.finish(complete=True).path).metadata
    assert (metadata.collection, metadata.collection_hash, metadata.seed) == ("AEP", "abc", 42)
    assert metadata.note == "made against the local platform"
    assert metadata.complete
    assert metadata.harness
    assert metadata.base_addresses == {"BASE": "https://api.example/v1"}
    assert metadata.environment == {"BASE": "https://api.example/v1", "KEY": "REDACTED_KEY"}
    assert [start.call for start in metadata.clocks] == [("Quiet",)]


def test_beside_an_interaction_stands_whose_it_is_and_when(recorder, ask):
    recording = recorder()
    recording.draws.call(("Folder", "Call"), 2, 3)
    recording.transport.send(ask("/a", iteration=2, attempt=3, origin="test"))
    one = load(recording.finish(complete=True).path).interactions[0]
    assert (one.context.call, one.context.iteration, one.context.attempt) == (("Folder", "Call"), 2, 3)
    assert one.context.origin == "test"
    assert one.recorded_at.endswith("Z")
    assert one.clock_ms is not None
    assert one.elapsed_ms == 5.0


def test_the_start_of_a_call_that_sends_nothing_is_written_before_the_next_request(recorder, ask, tmp_path):
    recording = recorder()
    journal = journal_path(tmp_path / "x.yaml")
    recording.draws.call(("Folder", "Call"), 0, 1)
    recording.transport.send(ask("/a"))
    recording.draws.call(("Quiet",), 0, 1)
    recording.draws.call(("Folder", "Call"), 1, 1)
    recording.transport.send(ask("/b", iteration=1))
    told = [
        one.call if isinstance(one, ClockStart) else one.request.url
        for _, one in read(journal)
        if not isinstance(one, Beginning)
    ]
    assert told == ["https://api.example/a", ("Quiet",), "https://api.example/b"]
    metadata = load(recording.finish(complete=True).path).metadata
    assert [start.call for start in metadata.clocks] == [("Quiet",)]


def test_two_recordings_never_write_one_file(recorder, ask):
    first = recorder()
    with pytest.raises(UsageError, match="another run is recording"):
        recorder()
    first.transport.send(ask("/a"))
    first.finish(complete=True)
    recorder().finish(complete=True)


def test_extend_answers_from_the_file_and_adds_the_rest(recorder, ask, tmp_path):
    first = recorder()
    first.transport.send(ask("/a"))
    first.finish(complete=True)
    second = recorder(action="extend")
    for path in ("/a", "/b"):
        second.transport.send(ask(path))
    assert len(second.transport._inner.sent) == 1
    second.finish(complete=True)
    assert len(load(tmp_path / "x.yaml").interactions) == 2


def test_update_sends_all_and_keeps_what_was_not_sent_again(recorder, ask, answer, tmp_path):
    first = recorder()
    first.transport.send(ask("/a", call=("A",)))
    first.transport.send(ask("/b", call=("B",)))
    first.finish(complete=True)
    second = recorder({"/b": answer({"new": True})}, action="update")
    second.transport.send(ask("/b", call=("B",)))
    second.finish(complete=True)
    bodies = [one.response.body for one in load(tmp_path / "x.yaml").interactions]
    assert bodies == [b'{"path": "/a"}', b'{"new": true}']


@pytest.mark.parametrize("action", ["extend", "update"])
@pytest.mark.parametrize("name", ["x.yaml", "x.json"])
def test_a_recording_over_another_one_that_is_finished_later_is_what_it_would_have_been(
    recorder, ask, answer, tmp_path, action, name
):
    first = {"/a": answer({"access_token": "first-token-1"}), "/b": answer({"n": 1})}
    second = {"/a": answer({"access_token": "second-token"}), "/b": answer({"n": 2}), "/c": answer({"n": 3})}

    def record(folder):
        recording = recorder(first, name=f"{folder}/{name}", plan=RecordingPlan(seed=7))
        for path in ("/a", "/b", "/kept"):
            recording.transport.send(ask(path, call=(path,)))
        recording.finish(complete=True)
        again = recorder(second, name=f"{folder}/{name}", action=action)
        again.draws.call(("Quiet",), 0, 1)
        for path in ("/a", "/b", "/c"):
            again.transport.send(ask(path, call=(path,)))
        return again

    def told(cassette):
        told = [(one.number, one.context, one.request, one.response) for one in cassette.interactions]
        return told, cassette.metadata.seed, [one.call for one in cassette.metadata.clocks]

    def asked(cassette):
        return sorted((one.request.url, one.response.body) for one in cassette.interactions)

    whole = record("whole").finish(complete=True)
    killed = record("killed").finish(complete=False)
    assert told(journal_cassette(killed.journal)) == told(load(whole.path))
    path = finish_journal(killed.journal)
    assert told(load(path)) == told(load(whole.path))
    assert not load(path).metadata.complete

    interrupted = record("resumed").finish(complete=False)
    assert (interrupted.interactions, whole.interactions) == (3 - (action == "extend"),) * 2
    resumed = recorder(second, name=f"resumed/{name}", action=action, resume=True)
    for path in ("/a", "/b", "/c"):
        resumed.transport.send(ask(path, call=(path,)))
    assert [one.url[-1] for one in resumed.transport._inner.sent] == ["a"]
    finished = resumed.finish(complete=True).path
    assert asked(load(finished)) == asked(load(whole.path))
    assert load(finished).metadata.complete


def test_a_journal_that_holds_a_cassette_holds_all_of_it_or_is_not_there(recorder, ask, tmp_path):
    recording = recorder()
    recording.transport.send(ask("/a"))
    recording.finish(complete=True)

    class Full(Exception):
        pass

    def kept():
        yield load(tmp_path / "x.yaml").interactions[0]
        raise Full

    with pytest.raises(Full):
        Journal.over(journal_path(tmp_path / "x.yaml"), Beginning(kept=2), kept(), ())
    assert not journal_path(tmp_path / "x.yaml").exists()


def test_a_journal_that_was_to_replace_a_cassette_does_not_do_so_later(recorder, ask, tmp_path):
    recording = recorder()
    recording.transport.send(ask("/a"))
    recording.finish(complete=True)
    again = recorder()
    again.transport.send(ask("/b"))
    journal = again.finish(complete=False).journal
    with pytest.raises(InputError, match="there is a cassette already"):
        finish_journal(journal)
    assert [one.request.url[-1] for one in load(tmp_path / "x.yaml").interactions] == ["a"]
