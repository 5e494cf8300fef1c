"""`harness load` beside the serial runner and Locust's own `HttpUser`, for the same requests.

    python tests/benchmarks/bench_load.py [--seconds 10]

Each is measured twice, with little and with much work, and told is the difference: starting is not counted.
CPU is that of the process with its children, without the target's; all but the target is kept to one core
where the system can do so, except for the row with two workers. At last runs arrive at 70 % of what one
process can send, for at least 20 seconds; told is how far the arrivals of any 10 seconds were off the plan.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

TARGET = """
import socket, sys, threading
head = b"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: 11\\r\\n\\r\\n"
answer = head + b"{\\"ok\\":true}"
def received(connection):
    try:
        return connection.recv(65536)
    except OSError:
        return b""
def serve(connection):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    rest = b""
    while data := received(connection):
        rest += data
        while b"\\r\\n\\r\\n" in rest:
            _, _, rest = rest.partition(b"\\r\\n\\r\\n")
            connection.sendall(answer)
server = socket.create_server(("127.0.0.1", 0), backlog=512)
print(server.getsockname()[1], flush=True)
while True:
    connection, _ = server.accept()
    threading.Thread(target=serve, args=(connection,), daemon=True).start()
"""

LOCUSTFILE = """
from locust import HttpUser, constant, task
class Same(HttpUser):
    wait_time = constant(0)
    @task
    def read(self):
        self.client.get("/read")
"""

BEFORE = ["pm.environment.set('n', Number(pm.environment.get('n') || 0) + 1);"]
AFTER = [
    "pm.test('status', () => pm.response.to.have.status(200));",
    "pm.test('json', () => pm.expect(pm.response.json().ok).to.be.true);",
    "pm.test('fast', () => pm.expect(pm.response.responseTime).to.be.below(60000));",
]
USERS = 10


def collection(folder: Path, url: str, *, scripts: bool) -> Path:
    """Write a collection of one request."""
    events = [("prerequest", BEFORE), ("test", AFTER)] if scripts else []
    schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    item = {
        "name": "Read",
        "event": [{"listen": on, "script": {"exec": code}} for on, code in events],
        "request": {"method": "GET", "url": f"{url}/read"},
    }
    file = folder / f"{'with' if scripts else 'without'}.json"
    file.write_text(json.dumps({"info": {"name": "Bench", "schema": schema}, "item": [item]}))
    return file


def timed(argv: Sequence[object], folder: Path, *, pinned: bool) -> tuple[float, float]:
    """Run a command; return its CPU and wall seconds."""

    def pin() -> None:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(
        [sys.executable, *map(str, argv)],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=pin if pinned and hasattr(os, "sched_setaffinity") else None,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.monotonic() - begun


Measure = Callable[[float], tuple[int, float, float]]
"""Work for about so many seconds; return requests, CPU seconds, wall seconds."""


def serial(folder: Path, file: Path) -> Measure:
    """Measure the serial runner."""

    def run(seconds: float) -> tuple[int, float, float]:
        count = int(seconds * 300)
        argv = ("-m", "harness", "run", file, "-n", count, "-r", "json", "--reporter-json-export", "run.json")
        cpu, wall = timed(argv, folder, pinned=True)
        return count, cpu, wall

    return run


def load(folder: Path, file: Path, *, processes: int = 1) -> Measure:
    """Measure `harness load`, whose duration is its wall time."""

    def run(seconds: float) -> tuple[int, float, float]:
        argv = (
            "-m", "harness", "load", file, "--users", USERS, "--duration", f"{seconds}s",
            "--processes", processes, "-r", "json", "--silent",
        )  # fmt: skip
        cpu, _ = timed(argv, folder, pinned=processes == 1)
        return json.loads((folder / "load.json").read_text())["total"]["requests"], cpu, seconds

    return run


def locust(folder: Path, url: str) -> Measure:
    """Measure Locust with a user that sends the same request."""
    (folder / "locustfile.py").write_text(LOCUSTFILE)

    def run(seconds: float) -> tuple[int, float, float]:
        argv = (
            "-m", "locust", "-f", "locustfile.py", "--headless", "-u", USERS, "-r", USERS,
            "-t", f"{seconds:g}s", "-H", url, "--csv", "own", "--only-summary",
        )  # fmt: skip
        cpu, _ = timed(argv, folder, pinned=True)
        last = (folder / "own_stats.csv").read_text().splitlines()[-1]
        return int(last.split(",")[2]), cpu, seconds

    return run


def arrivals(folder: Path, file: Path, rate: float, seconds: float) -> tuple[float, int]:
    """Let runs arrive; return how far any 10 seconds were off the plan, and how many began."""
    argv = (
        "-m", "harness", "load", file, "--rate", f"{rate:.1f}/s", "--users", 10 * USERS,
        "--duration", f"{seconds:g}s", "-r", "json", "--silent",
    )  # fmt: skip
    timed(argv, folder, pinned=True)
    told = json.loads((folder / "load.json").read_text())["arrivals"]
    off = max(abs(one["started"] - one["planned"]) / max(1, one["planned"]) for one in told)
    return off, sum(one["started"] for one in told)


def row(name: str, measure: Measure, seconds: float) -> tuple[float, float]:
    """Measure and print one row; return requests/s and CPU ms for each request."""
    few, cpu_before, wall_before = measure(max(2, seconds / 4))
    many, cpu, wall = measure(seconds)
    requests = max(1, many - few)
    rate, each = requests / (wall - wall_before), 1000 * (cpu - cpu_before) / requests
    print(f"{name:32} {requests:8,} requests {rate:9,.1f}/s {each:8.3f} CPU ms each", flush=True)
    return rate, each


def main() -> None:
    """Measure all, and print how they compare."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=10)
    seconds = parser.parse_args().seconds
    target = subprocess.Popen([sys.executable, "-c", TARGET], stdout=subprocess.PIPE, text=True)
    try:
        assert target.stdout is not None
        url = f"http://127.0.0.1:{int(target.stdout.readline())}"
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            plain, scripted = (collection(folder, url, scripts=scripts) for scripts in (False, True))
            _, run_each = row("run, two scripts", serial(folder, scripted), seconds)
            capacity, load_each = row("load, two scripts", load(folder, scripted), seconds)
            two = load(folder, scripted, processes=2)
            _, two_each = row("load, two scripts, two workers", two, seconds)
            _, plain_each = row("load, no scripts", load(folder, plain), seconds)
            _, own_each = row("Locust's HttpUser", locust(folder, url), seconds)
            off, began = arrivals(folder, scripted, 0.7 * capacity, max(20.0, seconds))
        print(
            f"with scripts, of the serial runner's requests for each CPU second: {run_each / load_each:.2f}"
        )
        print(f"without scripts, of Locust's own: {own_each / plain_each:.2f}")
        print(f"CPU for each request with two workers, of one's: {two_each / load_each:.2f}")
        print(f"{began:,} arrivals at 70 % of capacity: at most {off:.2%} off the plan in 10 s")
    finally:
        target.kill()
        target.wait()


if __name__ == "__main__":
    main()
