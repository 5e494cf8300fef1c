"""The guard refuses what leaves the process, wherever it is asked for."""

import asyncio
import gc
import json
import multiprocessing
import os
import socket
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest

from harness.cassettes.replay.offline_guard import ConnectionAttempt, OfflineGuard
from harness.errors import ExitCode, OfflineError


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def attempts_of(action):
    with OfflineGuard() as guard:
        with pytest.raises(OfflineError):
            action()
        return guard.attempts


def test_a_connection_is_refused_and_counted(port):
    with socket.socket() as plain:
        attempts = attempts_of(lambda: plain.connect(("127.0.0.1", port)))
    assert attempts == (ConnectionAttempt(kind="connect", target=f"127.0.0.1:{port}"),)


def test_an_attempt_has_its_own_exit_code():
    assert OfflineError.exit_code is ExitCode.OFFLINE


def test_connect_ex_is_refused(port):
    with socket.socket() as plain:
        assert attempts_of(lambda: plain.connect_ex(("127.0.0.1", port)))


@pytest.mark.parametrize(
    "look_up", [socket.gethostbyname, socket.gethostbyaddr, lambda host: socket.getaddrinfo(host, 80)]
)
def test_look_ups_are_refused(look_up):
    assert attempts_of(lambda: look_up("api.example"))[0].target == "api.example"


def test_datagrams_are_refused(port):
    with socket.socket(type=socket.SOCK_DGRAM) as plain:
        assert attempts_of(lambda: plain.sendto(b"x", ("127.0.0.1", port)))[0].kind == "sendto"


def test_a_library_that_took_the_functions_before_is_refused():
    assert attempts_of(lambda: urllib.request.urlopen("http://127.0.0.1:1/"))


def test_other_threads_are_refused(port):
    outcome: list[object] = []

    def connect():
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OfflineError as error:
            outcome.append(error)

    with OfflineGuard() as guard:
        thread = threading.Thread(target=connect)
        thread.start()
        thread.join()
    assert len(outcome) == 1
    assert len(guard.attempts) == 1


def test_outside_of_it_connections_work(port):
    with OfflineGuard():
        pass
    socket.create_connection(("127.0.0.1", port)).close()


def test_an_allowed_host_is_reached(port):
    with OfflineGuard(allowed=("127.0.0.1",)) as guard:
        socket.create_connection(("127.0.0.1", port)).close()
    assert guard.attempts == ()


def test_event_loops_and_child_processes_still_start():
    with OfflineGuard() as guard:
        assert asyncio.run(asyncio.sleep(0, "done")) == "done"
        child = subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True, check=True)
    assert child.stdout.split() == [b"1"]
    assert guard.attempts == ()


# What the library does on Windows, which has no pairs of sockets, in its own name space.
PAIR = """
import socket, types
def socketpair(port):
    with socket(AF_INET, SOCK_STREAM) as one:
        one.connect(("127.0.0.1", port))
types.FunctionType(socketpair.__code__, vars(socket))({port})
"""


def test_a_pair_of_sockets_is_joined_where_the_system_has_none(port):
    with OfflineGuard() as guard:
        exec(PAIR.format(port=port), {})
        done = child(port, code=PAIR)
    assert (done.returncode, done.stderr) == (0, "")
    assert guard.attempts == ()


def test_overlapping_guards_all_refuse_until_they_end(port):
    outer, inner = OfflineGuard(), OfflineGuard(allowed=("127.0.0.1",))
    with outer, inner, pytest.raises(OfflineError):
        socket.create_connection(("127.0.0.1", port))
    assert (len(outer.attempts), len(inner.attempts)) == (1, 0)


CONNECT = """
import socket
with socket.socket() as plain:
    plain.connect(("127.0.0.1", {port}))
"""


def child(port, *options, code=CONNECT, **settings):
    return subprocess.run(
        [sys.executable, *options, "-c", code.format(port=port)],
        capture_output=True,
        text=True,
        check=False,
        **settings,
    )


def test_a_python_child_is_refused_and_counted(port):
    assert child(port).returncode == 0
    with OfflineGuard() as guard:
        done = child(port)
        looked_up = child(port, code="import urllib.request as r; r.urlopen('http://api.example/')")
    assert done.returncode != 0
    assert f"attempted while offline: connect 127.0.0.1:{port}" in done.stderr
    assert looked_up.returncode != 0
    assert guard.attempts == (
        ConnectionAttempt(kind="connect", target=f"127.0.0.1:{port}"),
        ConnectionAttempt(kind="getaddrinfo", target="api.example"),
    )
    assert child(port).returncode == 0


@pytest.mark.parametrize("extra", [{}, {"PYTHONPATH": "/nowhere"}])
def test_a_child_in_an_environment_of_its_own_is_refused(port, extra):
    environment = {"SYSTEMROOT": os.environ["SYSTEMROOT"]} if sys.platform == "win32" else {}
    with OfflineGuard() as guard:
        assert child(port, env=environment | extra).returncode != 0
    assert len(guard.attempts) == 1


def test_a_child_that_outlives_the_run_is_refused_and_leaves_no_file(port, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    with OfflineGuard() as guard:
        environment = dict(os.environ)
        assert len(list(tmp_path.iterdir())) == 1
    del guard
    gc.collect()
    assert list(tmp_path.iterdir()) == []
    assert child(port, env=environment).returncode != 0
    assert list(tmp_path.iterdir()) == []


def test_a_child_of_a_child_is_refused(port):
    code = f"import subprocess, sys\nsys.exit(subprocess.call([sys.executable, '-c', {CONNECT!r}]))"
    with OfflineGuard() as guard:
        assert child(port, code=code).returncode != 0
    assert len(guard.attempts) == 1


def test_what_the_parent_may_reach_its_children_may_reach(port):
    with OfflineGuard(patterns=("127[.]",)) as guard:
        assert child(port).returncode == 0
    with OfflineGuard(allowed=("127.0.0.1",)) as other:
        assert child(port).returncode == 0
    assert guard.attempts == other.attempts == ()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_is_refused_and_counted(port):
    with OfflineGuard() as guard:
        process = multiprocessing.get_context("fork").Process(
            target=socket.create_connection, args=(("127.0.0.1", port),)
        )
        process.start()
        process.join()
    assert process.exitcode != 0
    assert [one.kind for one in guard.attempts] == ["getaddrinfo"]


def test_the_users_own_sitecustomize_is_imported_all_the_same(port, tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import builtins\nbuiltins.mine = 1\n")
    with OfflineGuard():
        done = child(port, code="print(mine)", env={**os.environ, "PYTHONPATH": str(tmp_path)})
    assert done.stdout == "1\n"


def test_the_environment_is_as_before_when_no_guard_stands():
    before = dict(os.environ)
    with OfflineGuard(), OfflineGuard():
        assert os.environ != before
    assert dict(os.environ) == before


def test_the_report_of_children_is_removed():
    guard = OfflineGuard()
    report = Path(json.loads(guard.rules())["report"])
    assert report.is_file()
    del guard
    gc.collect()
    assert not report.exists()
