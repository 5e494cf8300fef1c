"""Calls side by side: how much sooner a run is over, and whether its results are those of a run in order.

    python tests/benchmarks/bench_parallel.py [--calls 60] [--wait-ms 200] [--jobs 8] [--runs 200]

1. Calls that need nothing of one another, each answered after a while: wall time in order and with --jobs.
2. A server that keeps things under ids which the collection has in clear, so that no variable tells
   who needs whom: the same collection with --jobs, many times. Told is how many runs differ from the one in
   order, in any status, body or assertion; none may. Exit code 1 when one does.
3. The longest chain of the AEP journey: no number of jobs makes a run shorter than that.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

JOURNEY = Path(__file__).parents[2] / "collections" / "aep.postman_collection.json"
SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
HOSTS = ("one.example", "two.example", "three.example")
CHECK = "pm.test('answered', () => pm.expect(pm.response.code).to.be.below(500))"


class Store(ThreadingHTTPServer):
    """Keeps what is put under a path of a host; a list tells all of a host, and how often it changed."""

    daemon_threads = True

    def __init__(self, wait_s: float = 0.0) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.wait_s = wait_s
        self.lock = threading.Lock()
        self.things: dict[str, dict[str, str]] = {}
        self.changes: dict[str, int] = {}

    def forget(self) -> None:
        """Begin anew."""
        with self.lock:
            self.things, self.changes = {}, {}


class _Handler(BaseHTTPRequestHandler):
    server: Store
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        time.sleep(self.server.wait_s)
        status, told = self._done(self.headers["Host"].partition(":")[0], self.path, body)
        text = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _done(self, host: str, path: str, body: str) -> tuple[int, Any]:
        with self.server.lock:
            things = self.server.things.setdefault(host, {})
            if self.command in {"PUT", "DELETE"}:
                self.server.changes[host] = self.server.changes.get(host, 0) + 1
            if self.command == "PUT":
                created = path not in things
                things[path] = body
                return 201 if created else 200, {"is": body}
            if self.command == "DELETE":
                return (200 if things.pop(path, None) is not None else 404), {}
            if path == "/":
                return 200, {
                    "things": dict(sorted(things.items())),
                    "changes": self.server.changes.get(host, 0),
                }
            return (200, {"is": things[path]}) if path in things else (404, {})

    do_GET = do_PUT = do_DELETE = _answer  # noqa: N815 - the names that http.server calls

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def store(wait_s: float = 0.0) -> Iterator[Store]:
    """Serve until left."""
    server = Store(wait_s)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def stateful_items(port: int, *, scripts: bool) -> list[dict[str, Any]]:
    """Return calls that put, read, list, change and delete things of three hosts, all under known ids."""
    items = []
    for turn in range(3):
        for host in HOSTS:
            base = f"http://{host}:{port}"
            for method, path in (
                ("GET", "/7"), ("PUT", "/7"), ("GET", "/7"), ("GET", "/"), ("PUT", "/8"), ("GET", "/8"),
                ("DELETE", "/7"), ("GET", "/"), ("GET", "/7"),
            ):  # fmt: skip
                request: dict[str, Any] = {"method": method, "url": f"{base}{path}"}
                if method == "PUT":
                    request["body"] = {"mode": "raw", "raw": f"{host} {turn}"}
                entry: dict[str, Any] = {"name": f"{len(items)} {method} {path} {host}", "request": request}
                if scripts:
                    entry["event"] = [{"listen": "test", "script": {"exec": [CHECK]}}]
                items.append(entry)
    return items


def resolved() -> list[str]:
    """Return the options that lead all hosts here."""
    return [word for host in HOSTS for word in ("--resolve", f"{host}=127.0.0.1")]


def outcome(report: Path) -> list[Any]:
    """Return what a report tells that may not depend on the order of calls."""
    executions = json.loads(report.read_text("utf-8"))["run"]["executions"]
    return [
        [
            one["item"]["name"],
            one["response"]["code"],
            bytes(one["response"].get("stream", {}).get("data", ())).decode(),
            [(test["assertion"], test.get("error")) for test in one.get("assertions", ())],
        ]
        for one in executions
    ]


def write(folder: Path, name: str, items: list[dict[str, Any]]) -> Path:
    """Write a collection."""
    file = folder / f"{name}.json"
    file.write_text(json.dumps({"info": {"name": name, "schema": SCHEMA}, "item": items}))
    return file


def run(folder: Path, file: Path, jobs: int) -> tuple[float, list[Any]]:
    """Run a collection; return the wall seconds of the run, without starting the process, and its outcome."""
    subprocess.run(
        [
            sys.executable, "-m", "harness", "run", str(file), "--jobs", str(jobs), "-r", "json",
            "--reporter-json-export", "report.json", *resolved(),
        ],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )  # fmt: skip
    timings = json.loads((folder / "report.json").read_text("utf-8"))["run"]["timings"]
    return (timings["completed"] - timings["started"]) / 1000, outcome(folder / "report.json")


def sooner(folder: Path, calls: int, wait_s: float, jobs: int) -> None:
    """Measure calls that need nothing of one another."""
    with store(wait_s) as server:
        base = f"http://127.0.0.1:{server.server_port}"
        items = [{"name": f"{one}", "request": f"{base}/{one}"} for one in range(calls)]
        file = write(folder, "apart", items)
        serial_s, serial = run(folder, file, 1)
        beside_s, beside = run(folder, file, jobs)
    same = "the same results" if serial == beside else "OTHER RESULTS"
    print(
        f"{calls} calls of {wait_s * 1000:.0f} ms: {serial_s:.1f} s in order, {beside_s:.1f} s with "
        f"--jobs {jobs}, {serial_s / beside_s:.1f} times sooner, {same}"
    )


def stateful(folder: Path, runs: int, jobs: int) -> int:
    """Run against a server with a memory, and return how many runs differ from the one in order."""
    with store() as server:
        file = write(folder, "stateful", stateful_items(server.server_port, scripts=True))
        _, expected = run(folder, file, 1)
        different = 0
        for _ in range(runs):
            server.forget()
            different += run(folder, file, jobs)[1] != expected
    print(
        f"{len(expected)} calls on a server with a memory, {runs} runs with --jobs {jobs}: {different} differ"
    )
    return different


def chain() -> None:
    """Print the longest chain of the AEP journey."""
    told = subprocess.run(
        [sys.executable, "-m", "harness", "list", "--plan", str(JOURNEY)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    counted = next(line for line in told if "follow one another" in line)
    print(f"the AEP journey: {counted.rstrip(':')}")


def main() -> int:
    """Measure all, and say whether results were the same."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, default=60)
    parser.add_argument("--wait-ms", type=float, default=200)
    parser.add_argument("--jobs", type=int, default=8)
    parser.add_argument("--runs", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sooner(folder, options.calls, options.wait_ms / 1000, options.jobs)
        chain()
        return 1 if stateful(folder, options.runs, options.jobs) else 0


if __name__ == "__main__":
    sys.exit(main())
