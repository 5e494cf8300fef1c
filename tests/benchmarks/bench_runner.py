"""CPU per request, start and memory of `harness run` beside newman's and another build's, as ratios.

    python tests/benchmarks/bench_runner.py [--requests 1000] [--rounds 3] [--newman PATH] [--base PATH]

newman is taken from PATH, or installed from npm into a temporary folder. `--base` is the `harness` command of
another build, as `.venv/bin/harness` of another working tree. CPU is that of the whole process tree (user and
system), less that of a run with a single request, which is the cost of starting; memory is the largest
resident set of any single process of the tree. All run in turn in every round, and medians are printed:
absolute times on a shared machine say little, ratios say more. Byte code is cached for all of them alike.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import Process, Queue
from pathlib import Path

SCRIPT_BEFORE = ["pm.environment.set('stamp', Date.now());", "pm.variables.set('n', 1);"]
SCRIPT_AFTER = [
    "pm.test('status is 200', () => pm.response.to.have.status(200));",
    "pm.test('is json', () => pm.expect(pm.response.json().ok).to.eql(true));",
    "pm.test('is fast', () => pm.expect(pm.response.responseTime).to.be.below(5000));",
    "pm.environment.set('id', pm.response.json().id);",
]


@dataclass(frozen=True)
class Cost:
    """What one run cost: seconds of CPU of all its processes, MiB of the largest."""

    cpu_s: float
    memory_mb: float


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one segment: no waiting for acknowledgements
    answer = b'{"ok": true, "id": "5f2b1c", "name": "Jane", "tags": ["a", "b", "c"]}'

    def _reply(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length:
            self.rfile.read(length)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(self.answer)))
        self.end_headers()
        self.wfile.write(self.answer)

    do_GET = do_POST = _reply  # noqa: N815 - the names that http.server calls

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def _serve(ports: "Queue[int]") -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    ports.put(server.server_port)
    server.serve_forever()


@contextmanager
def server():
    """Run the target in a process of its own, so that its CPU is nobody's."""
    ports: Queue[int] = Queue()
    process = Process(target=_serve, args=(ports,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ports.get()}"
    finally:
        process.terminate()
        process.join()


def collection(base: str, *, scripts: bool, requests: int = 10) -> dict:
    """Make a collection of GETs and POSTs, with a pre-request and a 3-assertion test script when asked."""
    events = [
        {"listen": "prerequest", "script": {"exec": SCRIPT_BEFORE}},
        {"listen": "test", "script": {"exec": SCRIPT_AFTER}},
    ]
    items = []
    for number in range(requests):
        request: dict = {"method": "GET", "url": f"{base}/items/{{{{id}}}}?page={number}"}
        if number % 2:
            request = {
                "method": "POST",
                "url": f"{base}/items",
                "header": [{"key": "Content-Type", "value": "application/json"}],
                "body": {"mode": "raw", "raw": json.dumps({"id": "{{id}}", "n": number})},
            }
        items.append({"name": f"r{number}", "request": request, "event": events if scripts else []})
    return {
        "info": {
            "name": "bench",
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
        },
        "item": items,
        "variable": [{"key": "id", "value": "0"}],
    }


def measure(command: list[str], folder: Path) -> Cost:
    """Run a command and return what its process tree cost."""
    largest = [0.0]
    before = os.times()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(process.pid, largest, done))
    watcher.start()
    code = process.wait()
    done.set()
    watcher.join()
    after = os.times()
    if code != 0:
        raise SystemExit(f"{' '.join(command)} ended with {code}")
    spent = (after.children_user - before.children_user) + (after.children_system - before.children_system)
    return Cost(cpu_s=spent, memory_mb=largest[0])


def _watch(root: int, largest: list[float], done: threading.Event) -> None:
    """Sample the resident sets of a process and its children (Linux), until told that it ended."""
    while not done.wait(0.05):
        for pid in (root, *_children(root)):
            try:
                pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            except (OSError, IndexError):
                continue
            largest[0] = max(largest[0], pages * os.sysconf("SC_PAGE_SIZE") / 2**20)


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def find_newman(given: str | None, folder: Path) -> str:
    """Return newman's command, installing it when there is none."""
    found = given or shutil.which("newman")
    if found:
        return found
    subprocess.run(["npm", "install", "--silent", "--prefix", str(folder), "newman@6"], check=True)
    return str(folder / "node_modules" / ".bin" / "newman")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--newman")
    parser.add_argument("--base", help="the `harness` command of a build to compare with")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, server() as base:
        folder = Path(name)
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "pycache")
        commands = {
            "harness": [sys.executable, "-m", "harness"],
            "newman": [find_newman(options.newman, folder)],
        }
        if options.base:
            commands["base"] = [options.base]
        print(f"{options.requests} requests, median of {options.rounds} rounds")
        heads = ["newman/harness", *(["harness/base"] if options.base else [])]
        print(
            f"{'':28}"
            + "".join(f"{tool:>12}" for tool in commands)
            + "".join(f"{head:>16}" for head in heads)
        )
        for label, scripts in (("no scripts", False), ("two scripts, 3 tests", True)):
            for title, values in _compare(commands, label, options, folder, base, scripts=scripts):
                print(f"{title:28}" + "".join(f"{values[tool]:12.3f}" for tool in commands), end="")
                print(f"{values['newman'] / values['harness']:16.1f}", end="")
                print(f"{values['harness'] / values['base']:16.2f}" if options.base else "")


def _compare(
    commands: dict[str, list[str]],
    label: str,
    options: argparse.Namespace,
    folder: Path,
    base: str,
    *,
    scripts: bool,
) -> list[tuple[str, dict[str, float]]]:
    """Run one collection with every tool in turn; return the rows of the table."""
    file, single = folder / "bench.json", folder / "single.json"
    file.write_text(json.dumps(collection(base, scripts=scripts)))
    single.write_text(json.dumps(collection(base, scripts=scripts, requests=1)))
    starts: dict[str, list[Cost]] = {tool: [] for tool in commands}
    costs: dict[str, list[Cost]] = {tool: [] for tool in commands}
    for number in range(options.rounds + 1):
        for tool, command in commands.items():
            quiet = ["-r", "cli", "--reporter-cli-silent"] if tool == "newman" else ["--silent"]
            start = measure([*command, "run", str(single), *quiet], folder)
            if number == 0:
                continue  # for the caches
            starts[tool].append(start)
            times = ["-n", str(max(1, options.requests // 10))]
            costs[tool].append(measure([*command, "run", str(file), *times, *quiet], folder))
    begin = {tool: statistics.median(one.cpu_s for one in values) for tool, values in starts.items()}
    each = {
        tool: (statistics.median(one.cpu_s for one in values) - begin[tool]) / options.requests * 1000
        for tool, values in costs.items()
    }
    memory = {tool: max(one.memory_mb for one in values) for tool, values in costs.items()}
    return [("start, CPU s", begin), (f"{label}, CPU ms", each), ("largest process, MiB", memory)]


if __name__ == "__main__":
    began = time.monotonic()
    main()
    print(f"took {time.monotonic() - began:.0f} s")
