"""An interrupted recording is gone on with or thrown away as asked, and never silently lost."""

import pytest

from harness.cassettes.file.format import load
from harness.cassettes.record.earlier import UnfinishedRecording


def test_an_interrupted_recording_is_refused_resumed_or_discarded(recorder, ask, answer):
    first = recorder()
    for path in ("/a", "/b"):
        first.transport.send(ask(path))
    drawn = first.draws.call(("A",), 0, 1)
    first.finish(complete=False)
    with pytest.raises(UnfinishedRecording, match=r"(?s)2 finished interactions.*--resume.*--discard"):
        recorder()
    resumed = recorder(resume=True)
    again = resumed.draws.call(("A",), 0, 1)
    assert (again.seed("x"), again.clock.now_ms()) == (drawn.seed("x"), drawn.clock.now_ms())
    for path in ("/a", "/b", "/c"):
        resumed.transport.send(ask(path))
    assert [one.url.rpartition("/")[2] for one in resumed.transport._inner.sent] == ["c"]
    assert [
        one.request.url.rpartition("/")[2] for one in load(resumed.finish(complete=True).path).interactions
    ] == ["a", "b", "c"]


def test_a_recording_that_ended_before_its_first_answer_is_not_in_the_way(recorder, ask):
    recorder().finish(complete=False)
    recording = recorder()
    recording.transport.send(ask("/only"))
    assert recording.finish(complete=True).interactions == 1


def test_a_discarded_journal_is_gone(recorder, ask):
    first = recorder()
    first.transport.send(ask("/a"))
    first.finish(complete=False)
    recording = recorder(discard=True)
    recording.transport.send(ask("/only"))
    assert recording.finish(complete=True).interactions == 1
