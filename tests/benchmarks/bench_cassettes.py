"""What loading and replaying a cassette costs, beside stock vcrpy.

    python tests/benchmarks/bench_cassettes.py

CPU time of this process, distinct requests. Stock vcrpy is quadratic: it is left out above `--stock-up-to`.
"""

import argparse
import json
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import process_time

import requests
import vcr

from harness.cassettes.file.format import dump
from harness.cassettes.file.interaction import CassetteMetadata, Interaction
from harness.cassettes.replay.match import MatchRule
from harness.cassettes.replay.offline_guard import OfflineGuard
from harness.cassettes.replay.transport import open_replay
from harness.client.message import ResolvedRequest, Response
from harness.client.transport import HopContext, HopRequest

JSON_TYPE = (("Content-Type", "application/json"),)


def interaction(number: int) -> Interaction:
    items = [{"id": f"{number:08d}-{item}", "name": "An item", "price": 1.5} for item in range(10)]
    body = json.dumps({"number": number, "items": items}).encode()
    return Interaction(
        request=ResolvedRequest(
            method="POST",
            url=f"http://api.example/things/{number}?page=1&sort=name",
            headers=JSON_TYPE,
            body=json.dumps({"n": number}).encode(),
        ),
        response=Response(
            status=200, reason="OK", headers=JSON_TYPE, body=body, wire_size=len(body), elapsed_ms=5.0
        ),
        context=HopContext(call=("Things", f"Call {number % 50}"), iteration=number // 50),
        recorded_at="2026-01-01T00:00:00.000Z",
        elapsed_ms=5.0,
        clock_ms=1.7e12 + number,
        number=number,
    )


def write(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(dump(CassetteMetadata(), lambda: map(interaction, range(count)), path))


def hops(count: int) -> list[HopRequest]:
    made = (interaction(number) for number in range(count))
    return [HopRequest(request=one.request, context=one.context) for one in made]


def ours(path: Path, count: int) -> tuple[float, float]:
    asked = hops(count)
    begun = process_time()
    replay = open_replay(path)
    loaded = process_time()
    for hop in asked:
        replay.transport.send(hop)
    return loaded - begun, (process_time() - loaded) / count * 1000


def stock(path: Path, count: int) -> tuple[float, float]:
    serializer = path.suffix[1:]
    asked = [hop.request for hop in hops(count)]
    begun = process_time()
    matching = ["method", "uri", "body"]
    with (
        vcr.use_cassette(str(path), serializer=serializer, record_mode="none", match_on=matching),
        requests.Session() as session,
    ):
        loaded = process_time()
        for one in asked:
            session.post(one.url, data=one.body, headers=dict(one.headers))
        return loaded - begun, (process_time() - loaded) / count * 1000


def soak(path: Path, count: int, threads: int) -> tuple[int, int]:
    """Let every thread send every request to one replay; return connections attempted and wrong answers."""
    asked = hops(count)
    expected = [interaction(number).response for number in range(count)]
    replay = open_replay(path, rule=MatchRule(repeats=True))

    def run(worker: int) -> int:
        places = [(place + worker * count // threads) % count for place in range(count)]
        return sum(replay.transport.send(asked[place]) != expected[place] for place in places)

    with OfflineGuard() as guard, ThreadPoolExecutor(threads) as pool:
        wrong = sum(pool.map(run, range(threads)))
    return len(guard.attempts), wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, nargs="+", default=[100, 1000, 10_000])
    parser.add_argument("--stock-up-to", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=16)
    arguments = parser.parse_args()
    sys.stdout.write("format  count   load s  replay ms   stock load s  stock replay ms\n")
    with tempfile.TemporaryDirectory() as folder:
        for suffix in ("json", "yaml"):
            for count in arguments.counts:
                path = Path(folder) / f"{count}.{suffix}"
                write(path, count)
                load_s, replay_ms = ours(path, count)
                line = f"{suffix:6} {count:6} {load_s:8.2f} {replay_ms:10.3f}"
                if count <= arguments.stock_up_to:
                    stock_load_s, stock_replay_ms = stock(path, count)
                    line += f" {stock_load_s:14.2f} {stock_replay_ms:16.2f}"
                sys.stdout.write(line + "\n")
                sys.stdout.flush()
        count = max(arguments.counts)
        attempts, wrong = soak(Path(folder) / f"{count}.json", count, arguments.threads)
        told = f"{arguments.threads} threads x {count}: {attempts} connections, {wrong} wrong answers\n"
        sys.stdout.write(told)
    return 1 if attempts or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
