"""The guard refuses what leaves the process, wherever it is asked for."""

import asyncio
import socket
import subprocess
import sys
import threading
import urllib.request

import pytest

from harness.cassettes.guard import Attempt, OfflineGuard
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
    assert attempts == (Attempt(kind="connect", target=f"127.0.0.1:{port}"),)


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


def test_overlapping_guards_all_refuse_until_they_end(port):
    outer, inner = OfflineGuard(), OfflineGuard(allowed=("127.0.0.1",))
    with outer, inner, pytest.raises(OfflineError):
        socket.create_connection(("127.0.0.1", port))
    assert (len(outer.attempts), len(inner.attempts)) == (1, 0)
