"""What a mock costs: CPU time of its process for each request, and memory for what it holds.

    python tests/benchmarks/bench_mock.py

The goals are a thousand requests a second on one core, and 150 MB for 10 000 interactions. The mock runs in a
process of its own; clients keep their connections.
"""

import argparse
import json
import multiprocessing
import sys
import tempfile
from http.client import HTTPConnection
from multiprocessing.connection import Connection
from pathlib import Path
from time import process_time

from harness.cassettes.file.format import dump
from harness.cassettes.file.interaction import CassetteMetadata, Interaction
from harness.cassettes.file.parts import Parts
from harness.client.message import ResolvedRequest, Response
from harness.client.transport import HopContext
from harness.contract.mock.recorded_answers import RecordedAnswers
from harness.contract.mock.server import MockServer

JSON_TYPE = (("Content-Type", "application/json"),)
KINDS = ("GET as recorded", "GET of another id", "POST with other values")


def interaction(number: int) -> Interaction:
    items = [{"sku": f"A-{item}", "quantity": item, "price": 1.5} for item in range(8)]
    order = {"id": number, "reference": f"order-{number:06d}", "state": "open", "items": items}
    makes = number % 10 == 0
    return Interaction(
        request=ResolvedRequest(
            method="POST" if makes else "GET",
            url=f"https://shop.example/{'orders' if makes else f'things/{number}'}",
            headers=JSON_TYPE,
            body=json.dumps({"reference": f"order-{number:06d}"}).encode() if makes else None,
        ),
        response=Response(
            status=201 if makes else 200, reason="", headers=JSON_TYPE, body=json.dumps(order).encode()
        ),
        context=HopContext(call=("Shop", f"Call {number % 50}"), iteration=number // 50),
        recorded_at="2026-01-01T00:00:00.000Z",
        number=number,
    )


def serve(path: Path, told: Connection) -> None:
    cassette = Parts(path=path).load()
    with MockServer(RecordedAnswers([cassette])) as mock:
        told.send(mock.port)
        while told.recv():
            told.send((process_time(), resident_mb()))


def resident_mb() -> float:
    if sys.platform != "linux":
        return float("nan")
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def ask(connection: HTTPConnection, kind: str, number: int, count: int) -> None:
    if kind == "POST with other values":
        connection.request(
            "POST", "/orders", json.dumps({"reference": f"today-{number:06d}"}), dict(JSON_TYPE)
        )
    else:
        known = number % count // 10 * 10 + 1
        connection.request("GET", f"/things/{known if kind == 'GET as recorded' else number + 10**6}")
    answer = connection.getresponse()
    answer.read()
    if answer.status >= 400:
        raise RuntimeError(f"{kind}: {answer.status}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--interactions", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=2_000)
    options = parser.parse_args()
    count = options.interactions
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "shop.yaml")
        with path.open("w", encoding="utf-8") as file:
            file.writelines(dump(CassetteMetadata(), lambda: map(interaction, range(count)), path))
        told, theirs = context.Pipe()
        process = context.Process(target=serve, args=(path, theirs))
        process.start()
        port = told.recv()
        for kind in KINDS:
            told.send(True)
            before, _ = told.recv()
            connection = HTTPConnection("127.0.0.1", port)
            for number in range(options.requests):
                ask(connection, kind, number, count)
            connection.close()
            told.send(True)
            after, _ = told.recv()
            each = (after - before) / options.requests
            print(f"{kind:24} {each * 1000:6.3f} ms   {1 / each:7.0f} requests/s of one core")
        told.send(True)
        print(f"{count} interactions: {told.recv()[1]:.0f} MB resident")
        told.send(False)
        process.join()


if __name__ == "__main__":
    main()
