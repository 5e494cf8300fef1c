"""A recording whose process is killed, or whose journal is torn: nothing is lost, and nothing leaks."""

import os
import signal
import subprocess
import sys

import pytest

from harness.cassettes.file.format import load
from harness.cassettes.file.interaction import Interaction
from harness.cassettes.file.journal import read
from harness.cassettes.file.journal_path import journal_path
from harness.cassettes.replay.transport import open_replay
from harness.errors import InputError, UsageError


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


WORKER = """
import sys
from harness.cassettes.record.plan import RecordingPlan
from harness.cassettes.record.recording import open_recording
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
