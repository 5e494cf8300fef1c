"""What a collection of format v3 costs: loading, listing, and the way to its first request, in CPU time.

    python tests/benchmarks/bench_v3.py [--postman PATH/TO/postman]

It makes 1000 requests in 100 folders, and the v2.1 file of the same content. CPU counts children. The way
to the first request reads `/proc`, so it is measured on Linux alone; without `--postman` there is nothing to
compare it with.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

FOLDERS, REQUESTS, ROUNDS = 100, 10, 5
SCRIPT = 'pm.test("status", () => {\n  pm.response.to.have.status(200);\n});\npm.environment.set("last", 1);'
HARNESS = (sys.executable, "-m", "harness")


def indented(text: str, by: int) -> str:
    """Indent a block for YAML."""
    return "".join(f"{' ' * by}{line}\n" for line in text.split("\n"))


def write_collections(folder: Path, url: str) -> tuple[Path, Path]:
    """Write the folder and the file; return both."""
    root = folder / "Big"
    items = []
    for number in range(FOLDERS):
        directory = root / f"F{number:03}"
        (directory / ".resources").mkdir(parents=True)
        definition = f"$kind: collection\nname: F{number:03}\norder: {number * 1000}\n"
        (directory / ".resources" / "definition.yaml").write_text(definition)
        inner: list[dict[str, Any]] = []
        for index in range(REQUESTS):
            body = json.dumps({"folder": number, "request": index}, indent=2)
            (directory / f"r{index}.request.yaml").write_text(
                f'$kind: http-request\nurl: "{url}/orders/:id/items"\nmethod: POST\n'
                "headers:\n  - key: Accept\n    value: application/json\n"
                '  - key: X-Trace\n    value: "{{trace}}"\n    disabled: true\n'
                f'queryParams:\n  page: "1"\n  size: "10"\npathVariables:\n  id: "{index}"\n'
                f"body:\n  type: json\n  content: |-\n{indented(body, 4)}"
                "scripts:\n  - type: afterResponse\n    language: text/javascript\n    code: |-\n"
                f"{indented(SCRIPT, 6)}order: {index * 1000}\n"
            )
            inner.append(request_json(f"r{index}", url, index, body))
        items.append({"name": f"F{number:03}", "item": inner})
    (root / ".resources").mkdir()
    (root / ".resources" / "definition.yaml").write_text("$kind: collection\nname: Big\n")
    schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    file = folder / "big.json"
    file.write_text(json.dumps({"info": {"name": "Big", "schema": schema}, "item": items}, indent=2))
    return root, file


def request_json(name: str, url: str, index: int, body: str) -> dict[str, Any]:
    """Write a request as Postman exports it in v2.1."""
    return {
        "name": name,
        "request": {
            "method": "POST",
            "header": [
                {"key": "Accept", "value": "application/json"},
                {"key": "X-Trace", "value": "{{trace}}", "disabled": True},
            ],
            "url": {
                "raw": f"{url}/orders/:id/items?page=1&size=10",
                "host": [url],
                "path": ["orders", ":id", "items"],
                "query": [{"key": "page", "value": "1"}, {"key": "size", "value": "10"}],
                "variable": [{"key": "id", "value": str(index)}],
            },
            "body": {"mode": "raw", "raw": body, "options": {"raw": {"language": "json"}}},
        },
        "event": [{"listen": "test", "script": {"type": "text/javascript", "exec": SCRIPT.split("\n")}}],
    }


def load_cost(path: Path) -> float:
    """The least CPU seconds of loading in this process."""
    from harness.collection.load import load_collection

    costs = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        load_collection(path)
        costs.append(time.process_time() - begun)
    return min(costs)


def list_cost(path: Path) -> float:
    """The least CPU seconds of `harness list`."""
    costs = []
    for _ in range(ROUNDS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([*HARNESS, "list", str(path)], stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        costs.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(costs)


class FirstRequest:
    """A server that notes when the first request comes."""

    def __init__(self) -> None:
        came = self.came = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                came.set()
                time.sleep(1)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def cost(self, command: list[str]) -> float:
        """The CPU seconds of a command and its children up to its first request; then it is ended."""
        self.came.clear()
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            if not self.came.wait(120):
                raise RuntimeError(f"no request came from {command}")
            return spent(process.pid)
        finally:
            os.killpg(process.pid, 9)
            process.wait()


def spent(root: int) -> float:
    """The CPU seconds of a process and all below it, those that ended included."""
    stats = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(") ")[2].split()
            except OSError:
                continue
            stats[int(entry.name)] = (int(fields[1]), sum(map(int, fields[11:15])))
    family = {root}
    while grown := {pid for pid, (parent, _) in stats.items() if parent in family} - family:
        family |= grown
    return sum(stats[pid][1] for pid in family if pid in stats) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postman", help="Postman CLI to compare the way to the first request with")
    options = parser.parse_args()
    first = FirstRequest()
    with tempfile.TemporaryDirectory() as made:
        folder, file = write_collections(Path(made), first.url)
        v3, v2 = load_cost(folder), load_cost(file)
        print(f"load    v3 {v3:.3f} s   v2.1 {v2:.3f} s   {v3 / v2:.2f} times")
        print(f"list    v3 {list_cost(folder):.3f} s   v2.1 {list_cost(file):.3f} s")
        ours = min(first.cost([*HARNESS, "run", str(folder)]) for _ in range(ROUNDS))
        print(f"first request   v3 {ours:.3f} s")
        if options.postman:
            command = [options.postman, "collection", "run", str(folder)]
            theirs = min(first.cost(command) for _ in range(ROUNDS))
            print(f"first request   Postman CLI {theirs:.3f} s   {theirs / ours:.1f} times ours")


if __name__ == "__main__":
    main()
