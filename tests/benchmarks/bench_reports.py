"""Size of our HTML report, time to write it and to open it, beside newman-reporter-htmlextra's.

    python tests/benchmarks/bench_reports.py [--requests 1000 10000] [--limit 120] [--node-modules FOLDER]

Needs Chromium, the extra `browser`, and npm, from which newman and htmlextra are installed into a temporary
folder unless `--node-modules` has them. Every request gets another body of 1.3 kB, most of it random ids that
no compression makes smaller; one test in a hundred fails.

Time to write is CPU (user and system) of a run's process tree with the report, less that of a run without
any: a difference of two runs, which a busy machine can make negative. Time to open ends at the second frame
after the page has loaded and, for ours, has said that it is ready. The browser has no network, so that the
scripts and styles which htmlextra's page fetches cost it nothing: its time is a lower bound. What takes
longer than `--limit` seconds is given up, and the table says so.
"""

import argparse
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import TimeoutError as TookTooLong

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"]
CALLS = 100
NEXT_FRAME_BUT_ONE = """() => new Promise((done) => {
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())));
})"""


@dataclass(frozen=True)
class Tool:
    """A runner, and what it is told for a report and for none."""

    name: str
    command: tuple[str, ...]
    silent: tuple[str, ...]
    report: tuple[str, ...]
    ready: str


@dataclass(frozen=True)
class Report:
    """What a report cost; `None` where it was given up."""

    run_s: float
    write_s: float | None = None
    size_mb: float | None = None
    open_s: float | None = None
    fetched: int | None = None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one segment: no waiting for acknowledgements
    numbers = count()

    def _reply(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        number = next(self.numbers)
        digests = [hashlib.sha256(f"{number} {item}".encode()).hexdigest() for item in range(15)]
        items = [
            {"id": one[:24], "name": f"Item {one[24:28]}", "stock": int(one[28:30], 16)} for one in digests
        ]
        body = json.dumps(
            {"number": number, "items": items, "next": f"/items?after={number}"}, indent=1
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _reply  # noqa: N815 - the names that http.server calls

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def server() -> Iterator[str]:
    """Serve the target from a thread: this process has nothing else to do while a runner runs."""
    target = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    target.daemon_threads = True
    threading.Thread(target=target.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{target.server_port}"
    target.shutdown()
    target.server_close()


def collection(base: str) -> dict[str, object]:
    """Make ten folders of ten calls, every second a POST with a body; the first call's test fails."""

    def item(number: int) -> dict[str, object]:
        status = 201 if number == 0 else 200
        test = f"pm.test('status', () => pm.response.to.have.status({status}));"
        request: dict[str, object] = {"method": "GET", "url": f"{base}/items/{number}?page={number}"}
        if number % 2:
            request |= {
                "method": "POST",
                "header": [{"key": "Content-Type", "value": "application/json"}],
                "body": {"mode": "raw", "raw": json.dumps({"number": number, "tags": ["a", "b", "c"]})},
            }
        event = {"listen": "test", "script": {"exec": [test]}}
        return {"name": f"Call {number}", "request": request, "event": [event]}

    folders = [
        {"name": f"Folder {first // 10}", "item": [item(number) for number in range(first, first + 10)]}
        for first in range(0, CALLS, 10)
    ]
    schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    return {"info": {"name": "bench", "schema": schema}, "item": folders}


def cpu_of(command: list[str], folder: Path, limit: float | None = None) -> float | None:
    """Run a command and return the CPU seconds of its process tree, `None` when it had to be ended."""
    before = os.times()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        code = process.wait(limit)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return None
    if code not in (0, 1):
        raise SystemExit(f"{' '.join(command)} ended with {code}")
    after = os.times()
    return after.children_user - before.children_user + after.children_system - before.children_system


def opened(browser: Browser, page: Path, ready: str, limit: float) -> tuple[float, int] | None:
    """Return the seconds until a page can be used and how many files it asked the network for."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    try:
        tab = context.new_page()
        tab.set_default_timeout(limit * 1000)
        asked: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        with suppress(TookTooLong):
            tab.goto(page.as_uri(), wait_until="load")
            tab.wait_for_selector(ready, state="attached")
            # Unlike evaluate, this has a time-out, also for a page that hangs.
            shown = tab.wait_for_function(NEXT_FRAME_BUT_ONE).json_value()
            return shown / 1000, sum(url.startswith("http") for url in asked)
        return None
    finally:
        context.close()


def measure(tool: Tool, browser: Browser, folder: Path, requests: int, limit: float, opens: int) -> Report:
    """Run with and without the report, then open it several times."""
    page = folder / f"{tool.name}-{requests}.html"
    run = [*tool.command, "run", "bench.json", "-n", str(max(1, requests // CALLS))]
    began = time.monotonic()
    without = cpu_of([*run, *tool.silent], folder)
    took = time.monotonic() - began
    assert without is not None
    with_report = cpu_of([*run, *tool.report, str(page)], folder, took + limit)
    if with_report is None or not page.exists():
        return Report(run_s=without)
    shown: list[tuple[float, int]] = []
    while len(shown) < opens and (one := opened(browser, page, tool.ready, limit)):
        shown.append(one)
    return Report(
        run_s=without,
        write_s=with_report - without,
        size_mb=page.stat().st_size / 1e6,
        open_s=statistics.median(seconds for seconds, _ in shown) if len(shown) == opens else None,
        fetched=shown[0][1] if shown else None,
    )


def node_modules(given: Path | None, folder: Path) -> Path:
    """Return the folder that has newman and htmlextra, installing them when none is given."""
    if given:
        return given.resolve()
    packages = ["newman@6", "newman-reporter-htmlextra@1"]
    subprocess.run(
        ["npm", "install", "--silent", "--no-audit", "--prefix", str(folder), *packages], check=True
    )
    return folder / "node_modules"


def table(requests: int, reports: dict[str, Report], limit: float) -> str:
    """Spell the figures of both tools, a row each."""
    over = f"over {limit:.0f}"

    def figure(value: float | None, *, known: bool = True, digits: int = 2) -> str:
        return "-" if not known else over if value is None else f"{value:.{digits}f}"

    written = {name: report.write_s is not None for name, report in reports.items()}
    rows = {
        "CPU of the run, s": {name: figure(one.run_s) for name, one in reports.items()},
        "CPU to write, s": {name: figure(one.write_s) for name, one in reports.items()},
        "size, MB": {name: figure(one.size_mb, known=written[name]) for name, one in reports.items()},
        "to interactive, s": {name: figure(one.open_s, known=written[name]) for name, one in reports.items()},
        "files fetched": {
            name: figure(one.fetched, known=one.fetched is not None, digits=0)
            for name, one in reports.items()
        },
    }
    lines = [f"{f'{requests} requests':20}" + "".join(f"{name:>12}" for name in reports)]
    lines += [f"{title:20}" + "".join(f"{row[name]:>12}" for name in reports) for title, row in rows.items()]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--limit", type=float, default=120)
    parser.add_argument("--opens", type=int, default=3)
    parser.add_argument("--node-modules", type=Path)
    options = parser.parse_args()
    executable = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if executable is None:
        raise SystemExit(f"there is no Chromium; looked for {', '.join(BROWSERS)}")
    with tempfile.TemporaryDirectory() as name, server() as base, sync_playwright() as driver:
        folder = Path(name)
        newman = node_modules(options.node_modules, folder) / ".bin" / "newman"
        (folder / "bench.json").write_text(json.dumps(collection(base)))
        tools = (
            Tool(
                name="harness",
                command=(sys.executable, "-m", "harness"),
                silent=("--silent",),
                report=("-r", "html", "--reporter-html-export"),
                ready="html[data-ready]",
            ),
            Tool(
                name="htmlextra",
                command=(str(newman),),
                silent=("-r", "cli", "--reporter-cli-silent"),
                report=("-r", "htmlextra", "--reporter-htmlextra-export"),
                ready="body",
            ),
        )
        browser = driver.chromium.launch(executable_path=executable, args=FLAGS)
        for requests in options.requests:
            reports = {
                tool.name: measure(tool, browser, folder, requests, options.limit, options.opens)
                for tool in tools
            }
            print(table(requests, reports, options.limit), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
