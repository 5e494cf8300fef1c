"""How the local platform holds with many profiles: look-ups, activation and memory, by their number.

    python tests/benchmarks/bench_platform_scale.py [--profiles 10000,1000000] [--lookups 2000]

One platform, a process of its own with `--data`, gets the profiles that are missing to each number, a hundred
to a request. There are two segments, evaluated as data streams in. For each number: CPU of a look-up by
identity, CPU of an activation per profile (a new flow that is mapped to the segment which every second
profile is in), both of the platform's process, and its memory; then the ratios to the smallest number. Linux
only. A million profiles take some twenty minutes of CPU and 2 GB of disk.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench_platform import PER_BATCH, Platform, Usage, load, wire

FLOW = "/data/foundation/flowservice"
KINESIS, PROFILES = "86043421-563b-46ec-8e6c-e23184711bf6", "8a9c3494-9708-43d7-ae3f-cda01e5030e1"
SEGMENTS = {"Old": "person.birthYear <= 1974", "Young": "person.birthYear > 1974"}


def segments(platform: Platform) -> list[str]:
    """Make the segments, and give their ids."""
    return [
        platform.send(
            "/data/core/ups/segment/definitions",
            {
                "name": name,
                "schema": {"name": "_xdm.context.profile"},
                "expression": {"type": "PQL", "format": "pql/text", "value": expression},
                "evaluationInfo": {"continuous": {"enabled": True}},
            },
        )["id"]
        for name, expression in SEGMENTS.items()
    ]


def batches(
    platform: Platform, inlet: str, envelope: dict[str, Any], start: int, end: int
) -> Iterator[bytes]:
    """Spell the requests that bring profiles."""
    for first in range(start, end, PER_BATCH):
        messages = [
            {**envelope, "body": {**envelope["body"], "xdmEntity": person(number)}}
            for number in range(first, min(first + PER_BATCH, end))
        ]
        yield wire(platform, "POST", f"/collection/batch/{inlet}", {"messages": messages})


def person(number: int) -> dict[str, Any]:
    """Make a record of somebody new; every second is in the first segment."""
    return {
        "person": {
            "name": {"firstName": "Jane", "lastName": f"Doe {number}"},
            "birthYear": 1950 + number % 50,
        },
        "personalEmail": {"address": f"jane.{number}@example.com", "type": "personal"},
    }


def lookups(platform: Platform, profiles: int, count: int) -> Iterator[bytes]:
    """Spell look-ups of profiles drawn from all there are."""
    drawn = random.Random(1)
    for _ in range(count):
        path = (
            "/data/core/ups/access/entities?schema.name=_xdm.context.profile"
            f"&entityId=jane.{drawn.randrange(profiles)}%40example.com&entityIdNS=email"
        )
        yield wire(platform, "GET", path)


def activate(platform: Platform, segment: str, number: int) -> float:
    """Map a new flow to a segment; gives the platform's CPU seconds."""

    def made(word: str, **body: Any) -> str:
        return str(platform.send(f"{FLOW}/{word}", {"name": f"{word} {number}", **body})["id"])

    key = {"accessKeyId": f"AKIA{number}", "secretKey": "secret", "region": "us-east-1"}
    auth = {"specName": "Aws Kinesis authentication credentials", "params": key}
    spec = {"id": KINESIS, "version": "1.0"}
    source_spec = {"id": PROFILES, "version": "1.0"}
    json_data = {"data": {"format": "json"}}
    source = made(
        "sourceConnections",
        baseConnectionId=made("connections", connectionSpec=source_spec),
        connectionSpec=source_spec,
        params={},
        **json_data,
    )
    target = made(
        "targetConnections",
        baseConnectionId=made("connections", connectionSpec=spec, auth=auth),
        connectionSpec=spec,
        params={"stream": "profiles", "region": "us-east-1"},
        **json_data,
    )
    selector = {"type": "PLATFORM_SEGMENT", "value": {"id": segment, "name": "Old"}}
    path = {"type": "JSON_PATH", "value": {"path": "person.name.lastName", "operator": "EXISTS"}}
    selectors = {"segmentSelectors": {"selectors": [selector]}, "profileSelectors": {"selectors": [path]}}
    flow = {
        "name": f"flow {number}",
        "flowSpec": {"id": "71471eba-b620-49e4-90fd-23f1fa0174d8", "version": "1.0"},
        "sourceConnectionIds": [source],
        "targetConnectionIds": [target],
        "transformations": [{"name": "GeneralTransform", "params": selectors}],
    }
    headers = {"content-type": "application/json", **platform.headers}
    before = Usage.of(platform.pid).cpu_s
    platform.send_slowly(f"{FLOW}/flows", flow, headers)
    return Usage.of(platform.pid).cpu_s - before


class Patient(Platform):
    """A platform whose answers may take an hour."""

    def send_slowly(self, path: str, body: Any, headers: dict[str, str]) -> None:
        import urllib.request

        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers)
        urllib.request.urlopen(request, timeout=3600).read()


def main() -> None:
    """Measure, and print a line for each number."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--profiles", default="10000,1000000", help="numbers of profiles, growing")
    parser.add_argument("--lookups", type=int, default=2000)
    given = parser.parse_args()
    numbers = [int(one) for one in given.profiles.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "harness",
            "serve",
            "--port",
            "0",
            "--data",
            str(Path(folder, "p.db")),
        ]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            measure(Patient(process), numbers, given.lookups)
        finally:
            process.terminate()
            process.wait()


def measure(platform: Patient, numbers: list[int], count: int) -> None:
    """Print the figures of one platform as it grows."""
    inlet, _, envelope = platform.prepare()
    old, _ = segments(platform)
    print(
        f"{'profiles':>10}  {'landing':>12}  {'look-up':>12}  {'activation':>16}  {'memory':>9}", flush=True
    )
    there, first = 0, (0.0, 0.0)
    for number in numbers:
        landed = load(platform, batches(platform, inlet, envelope, there, number)) / (number - there)
        there = number
        found = min(load(platform, lookups(platform, number, count)) for _ in range(3)) / count
        activated = activate(platform, old, number) / (number / 2)
        first = first if first[0] else (found, activated)
        memory = Usage.of(platform.pid).memory_mb
        print(
            f"{number:>10,}  {landed * 1000:9.3f} ms  {found * 1000:9.3f} ms  {activated * 1000:13.3f} ms"
            f"  {memory:5.0f} MiB   look-up x{found / first[0]:.2f}, activation x{activated / first[1]:.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
