"""What hiding secrets costs: a recording with all reports beside the plain run, answers full of tokens.

    python tests/benchmarks/bench_secrets.py [--requests 300] [--rows 20] [--repeat 3] [--harness BIN ...]

Each answer has so many rows, each with two hexadecimal tokens that no answer before had. CPU is that of the
process tree (user and system), less that of a run of one request: the start is not what is measured. With
several programs they take turns, so that what else the machine does meets all of them; the least of the
repeats counts.
"""

import argparse
import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

REPORTS = "cli,json,html,junit"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one segment: no waiting for acknowledgements
    rows = 20

    def do_GET(self) -> None:
        rows = [
            {
                "id": number,
                "name": f"berth {number}",
                "access_token": secrets.token_hex(16),
                "session_token": secrets.token_hex(16),
            }
            for number in range(self.rows)
        ]
        body = json.dumps({"rows": rows, "next": "/berths?after=20"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def cpu_of(command: list[str], folder: Path) -> float:
    """Run a command, and return the seconds of CPU that it and its children took."""
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def measure(harness: str, requests: int, folder: Path, *, whole: bool) -> float:
    """Return the milliseconds of CPU of a request, without the start."""
    more = ["-r", "cli"]
    if whole:
        more = ["-r", REPORTS, "--record", "made.yaml"]
        for name in REPORTS.split(",")[1:]:
            more += [f"--reporter-{name}-export", f"report.{name}"]

    def run(number: int) -> float:
        (folder / "made.yaml").unlink(missing_ok=True)
        return cpu_of([harness, "run", "collection.json", "-n", str(number), *more], folder)

    return (run(requests) - run(1)) / (requests - 1) * 1000


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--rows", type=int, default=20)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--harness", nargs="+", default=[str(Path(sys.executable).with_name("harness"))])
    options = parser.parse_args()
    _Handler.rows = options.rows
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/berths"
    collection = {
        "info": {
            "name": "Berths",
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
        },
        "item": [{"name": "List berths", "request": {"method": "GET", "url": address}}],
    }
    taken: dict[tuple[str, bool], float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "collection.json").write_text(json.dumps(collection), encoding="utf-8")
        for _ in range(options.repeat):
            for whole in (False, True):
                for harness in options.harness:
                    ms = measure(harness, options.requests, folder, whole=whole)
                    taken[harness, whole] = min(ms, taken.get((harness, whole), ms))
    server.shutdown()
    print(f"{options.requests} requests, {options.rows} rows each; ms of CPU a request")
    for harness in options.harness:
        plain, whole_run = taken[harness, False], taken[harness, True]
        print(f"{harness}: -r cli {plain:.2f}, recorded {whole_run:.2f}: {whole_run / plain:.2f} times")


if __name__ == "__main__":
    main()
