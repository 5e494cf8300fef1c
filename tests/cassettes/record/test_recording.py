"""A recording: nothing finished is lost, nothing unfinished replaces anything, no secret is written."""

import base64
import json
import os
import signal
import subprocess
import sys
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from harness.cassettes.edit import finish_journal
from harness.cassettes.file.format import load
from harness.cassettes.file.interaction import Interaction
from harness.cassettes.file.journal import Beginning, Journal, journal_cassette, read
from harness.cassettes.file.journal_path import journal_path
from harness.cassettes.record.recording import RecordingPlan
from harness.cassettes.replay.transport import open_replay
from harness.client.message import Response
from harness.collection.model import Variable
from harness.errors import InputError, UsageError
from harness.secrets.redactor import Redactor
from harness.secrets.value_form import plain_words
from harness.variables.scope import Scopes


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


def test_an_interrupted_recording_is_refused_resumed_or_discarded(recorder, ask, answer):
    first = recorder()
    for path in ("/a", "/b"):
        first.transport.send(ask(path))
    drawn = first.draws.call(("A",), 0, 1)
    first.finish(complete=False)
    with pytest.raises(UsageError, match=r"(?s)2 finished interactions.*--resume.*--discard"):
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


def test_a_resumed_run_asks_again_for_what_held_secrets(recorder, ask, answer):
    answers = {"/token": answer({"access_token": "secret-token-1"})}
    first = recorder(answers)
    first.transport.send(ask("/token"))
    first.finish(complete=False)
    resumed = recorder({"/token": answer({"access_token": "secret-token-2"})}, resume=True)
    assert b"secret-token-2" in resumed.transport.send(ask("/token")).body
    path = resumed.finish(complete=True).path
    assert len(load(path).interactions) == 1
    assert "secret-token" not in path.read_text()


def test_two_recordings_never_write_one_file(recorder, ask):
    first = recorder()
    with pytest.raises(UsageError, match="another run is recording"):
        recorder()
    first.transport.send(ask("/a"))
    first.finish(complete=True)
    recorder().finish(complete=True)


def test_a_damaged_journal_is_refused_with_its_line_and_left(recorder, ask, tmp_path):
    first = recorder()
    first.transport.send(ask("/a"))
    first.finish(complete=False)
    journal = journal_path(tmp_path / "x.yaml")
    damaged = journal.read_bytes().replace(b'"request"', b'"requset"') + b"{}\n"
    journal.write_bytes(damaged)
    for options in ({}, {"resume": True}):
        with pytest.raises(InputError, match=r"(?s)'request' is missing.*line 2"):
            recorder(**options)
    assert journal.read_bytes() == damaged


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


def test_a_secret_learnt_later_is_taken_out_of_the_journal_before_the_next_entry(recorder, ask, tmp_path):
    recording = recorder()
    secret = "late-secret/ü1"
    coded = base64.b64encode(f"ab{secret}".encode()).decode()
    recording.transport.send(ask(f"/a?x={quote(secret, safe='')}&b={coded}", "POST", body=secret.encode()))
    journal = journal_path(tmp_path / "x.yaml")
    assert secret in journal.read_text("utf-8")
    recording.transport.send(ask("/b", "POST", body=json.dumps({"client_secret": secret}).encode()))
    text = journal.read_text("utf-8")
    assert secret not in text
    assert coded not in text
    assert quote(secret, safe="") not in text
    assert len(list(read(journal))) == 3


def test_variables_that_become_secret_during_the_run_are_learnt(recorder, ask, tmp_path):
    scopes = Scopes()
    recording = recorder()
    recording.watch(scopes)
    scopes.environment.set("SESSION", "run-time-secret", type="secret")
    recording.transport.send(ask("/a?x=run-time-secret"))
    assert "run-time-secret" not in journal_path(tmp_path / "x.yaml").read_text()


class Blind(Redactor):
    """A redactor that overlooks what it knows, to see whether the scan does not."""

    def text(self, text):
        return text

    def bytes(self, data):
        return data


def test_what_redaction_overlooks_the_scan_refuses_naming_the_place_without_the_value(
    recorder, ask, tmp_path
):
    redactor = Blind()
    redactor.learn("overlooked-1", "KEY")
    recording = recorder(redactor=redactor)
    recording.transport.send(ask("/a"))
    recording.transport.send(ask("/b", "POST", body=b"x overlooked-1"))
    with pytest.raises(InputError) as raised:
        recording.finish(complete=True)
    assert "interaction 2/request/body" in str(raised.value)
    assert "overlooked-1" not in str(raised.value)
    assert "harness cassette redact" in str(raised.value)
    assert not (tmp_path / "x.yaml").exists()
    assert journal_path(tmp_path / "x.yaml").exists()


secrets = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=6, max_size=30
)


OWN_WORDS = """
harness-journal version metadata complete collection_hash environment DECLARED shapes clocks start seed note
interactions interaction call Folder Call iteration attempt origin recorded_at elapsed clock number failures
request method GET POST uri https://api.example/a?q= body headers Authorization: Basic Cookie: sid= X-Echo
response status code message headers Content-Type application/json body string base64_string wire size
request_body_base64 seen echo access_token deep sasKey client_secret path failure superseded variables
REDACTED_DECLARED REDACTED_access_token REDACTED_basic_password REDACTED_basic_credentials_2 REDACTED_cookie
REDACTED_sasKey REDACTED_cookie_sid REDACTED_client_secret REDACTED_authorization
"""


@given(
    st.lists(secrets, min_size=6, max_size=6, unique=True),
    st.sampled_from(["x.yaml", "x.json"]),
    st.binary(max_size=4),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_secret_is_found_in_journal_or_file(recorder, ask, answer, tmp_path, values, name, pad):
    assume(all(Redactor().learn(value, "x") != value for value in values))
    # Under a name alone no word is a secret; and one of the file's own words cannot be told from them.
    assume(not any(plain_words(value) for value in values))
    assume(not any(value in OWN_WORDS for value in values))
    declared, token, password, sas, cookie, late = values
    forms = [
        form
        for value in values
        for form in (
            value,
            quote(value, safe=""),
            json.dumps(value)[1:-1],
            value.encode().hex(),
            base64.b64encode(pad + value.encode()).decode(),
        )
    ]
    everything = json.dumps({"echo": forms, "access_token": token, "deep": [{"sasKey": sas}]})
    answers = {
        "/a": answer({"seen": forms}),
        "/b": Response(status=200, reason="OK", headers=(("X-Echo", quote(late)),), body=everything.encode()),
    }
    plan = RecordingPlan(environment=(Variable(key="DECLARED", value=declared, type="secret"),))
    recording = recorder(answers, name=name, plan=plan, discard=True)
    basic = base64.b64encode(f"me:{password}".encode()).decode()
    headers = (("Authorization", f"Basic {basic}"), ("Cookie", f"sid={quote(cookie)}"), ("X", declared))
    recording.redactor.learn(cookie, "cookie")
    recording.transport.send(ask(f"/a?q={quote(late, safe='')}", "POST", body=late.encode(), headers=headers))
    recording.transport.send(ask("/b"))
    body = json.dumps({"client_secret": late}).encode()
    recording.transport.send(ask("/c", "POST", body=body, headers=(("Content-Type", "application/json"),)))
    texts = [journal_path(tmp_path / name).read_text("utf-8")]
    texts.append(recording.finish(complete=True).path.read_text("utf-8"))
    for text in texts:
        for value in values:
            assert value not in text
            assert quote(value, safe="") not in text
            assert value.encode().hex() not in text
        for form in forms:
            assert len(form) < 12 or form not in text
    load(tmp_path / name)


WORKER = """
import sys
from harness.cassettes.record.recording import open_recording, RecordingPlan
from harness.client.message import ResolvedRequest, Response
from harness.client.transport import HopContext, HopRequest

class Echo:
    def send(self, hop):
        body = ('{"access_token": "tok-%s-abcdef", "url": "%s"}' % (hop.context.iteration, hop.request.url))
        return Response(status=200, reason="OK", body=body.encode())
    def close(self): pass

recording = open_recording(sys.argv[1], Echo())
number = 0
while True:
    request = ResolvedRequest(method="GET", url=f"https://a.example/{number}", headers=(
        ("Authorization", f"Bearer tok-{number}-abcdef"),))
    recording.transport.send(HopRequest(request=request, context=HopContext(call=("A",), iteration=number)))
    print(number, flush=True)
    number += 1
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("wanted", [1, 7, 40])
def test_a_killed_process_loses_no_finished_interaction_and_leaks_nothing(tmp_path, recorder, ask, wanted):
    path = tmp_path / "x.yaml"
    worker = subprocess.Popen([sys.executable, "-c", WORKER, str(path)], stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    told = -1
    while told < wanted:
        told = int(worker.stdout.readline())
    worker.send_signal(signal.SIGKILL)
    rest = worker.stdout.read().split()
    worker.stdout.close()
    worker.wait()
    told = int(rest[-1]) if rest else told
    assert not path.exists()
    finished = [one for _, one in read(journal_path(path)) if isinstance(one, Interaction)]
    assert len(finished) >= told + 1
    assert "-abcdef" not in journal_path(path).read_text()
    with pytest.raises(UsageError, match="--resume"):
        recorder()
    resumed = recorder(resume=True)
    resumed.transport.send(ask("/more", call=("B",)))
    outcome = resumed.finish(complete=True)
    assert outcome.interactions == len(finished) + 1
    assert len(open_replay(path).unused()) == len(finished) + 1


ROUNDS = """
import os, random, signal, sys, time
from pathlib import Path
from harness.cassettes.edit import finish_journal
from harness.cassettes.file.format import load
from harness.cassettes.file.interaction import Interaction
from harness.cassettes.file.journal import read
from harness.cassettes.file.journal_path import journal_path
from harness.cassettes.record.recording import open_recording
from harness.client.message import ResolvedRequest, Response
from harness.client.transport import HopContext, HopRequest

class Echo:
    def send(self, hop):
        number = hop.context.iteration
        token = f"tok-{number}-abcdef"
        body = '{"access_token": "%s", "echo": "%s", "pad": "%s"}' % (token, token, "x" * (number % 7 * 300))
        return Response(status=200, reason="OK", body=body.encode())
    def close(self): pass

def record(path, told):
    recording = open_recording(path, Echo())
    number = 0
    while True:
        # Each request holds the token of the one before: what is known already, and what is learnt later.
        request = ResolvedRequest(method="GET", url=f"https://a.example/{number}?t=tok-{number + 1}-abcdef")
        context = HopContext(call=("A",), iteration=number)
        recording.transport.send(HopRequest(request=request, context=context))
        os.write(told, b"%d\\n" % number)
        number += 1

chance = random.Random(int(sys.argv[2]))
for round in range(int(sys.argv[3])):
    path = Path(sys.argv[1]) / f"{round}.yaml"
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        record(path, theirs)
    os.close(theirs)
    os.read(ours, 1)
    time.sleep(chance.random() * 0.03)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    rest = b""
    while piece := os.read(ours, 65536):
        rest += piece
    os.close(ours)
    told = int(rest.split()[-1]) if rest.split() else 0
    journal = journal_path(path)
    finished = [one.context.iteration for _, one in read(journal) if isinstance(one, Interaction)]
    assert not path.exists()
    assert finished[: told + 1] == list(range(told + 1)), (round, told, finished)
    text = journal.read_text()
    known = [f"tok-{number}-abcdef" for number in range(told + 1)]
    assert not any(token in text for token in known), (round, told)
    assert len(load(finish_journal(journal)).interactions) == len(finished)
    print(len(finished))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_killed_50_times_at_any_moment_it_loses_nothing_and_leaks_nothing(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", ROUNDS, str(tmp_path), "7", "50"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    numbers = list(map(int, done.stdout.split()))
    assert len(numbers) == 50
    assert max(numbers) > min(numbers)


def test_a_torn_last_line_is_cut(recorder, ask, tmp_path):
    first = recorder()
    first.transport.send(ask("/a"))
    first.finish(complete=False)
    journal = journal_path(tmp_path / "x.yaml")
    with journal.open("ab") as file:
        file.write(b'{"interaction": {"request": {"meth')
    resumed = recorder(resume=True)
    resumed.transport.send(ask("/b"))
    assert len(load(resumed.finish(complete=True).path).interactions) == 2


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
