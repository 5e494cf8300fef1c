"""What the local platform answers per second on one core, and its memory over many messages.

    python tests/benchmarks/bench_platform.py [--messages 20000] [--gets 20000] [--memory 100000]
    python tests/benchmarks/bench_platform.py --messages 0 --gets 0 --memory 1000000

The platform runs as a process of its own with `--data`; rates are per second of that process's CPU time,
so that clients on the same machine do not count. Messages go to a dataset that is enabled for Profile, are
validated against their schema and land in profiles; they come singly, singly with a segment that is
evaluated for each, and a hundred to a request. Linux only: CPU time and memory are read from /proc.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TICKS = os.sysconf("SC_CLK_TCK")
CONNECTIONS = 4
PER_BATCH = 100
PROFILE = (
    "/data/core/ups/access/entities?schema.name=_xdm.context.profile"
    "&entityId=jane.1%40example.com&entityIdNS=email"
)
FULL = "application/vnd.adobe.xed-full+json;version=1"


@dataclass(frozen=True)
class Usage:
    """What a process used so far: seconds of CPU, MiB resident."""

    cpu_s: float
    memory_mb: float

    @classmethod
    def of(cls, pid: int) -> "Usage":
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        used = (int(fields[11]) + int(fields[12])) / TICKS
        return cls(used, pages * os.sysconf("SC_PAGE_SIZE") / 2**20)


class Platform:
    """A served platform, and what is sent to it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self.pid = process.pid
        self.url = process.stdout.readline().split()[3]
        self.host, _, port = self.url.removeprefix("http://").partition(":")
        self.port = int(port)
        variables = dict(
            line.split(maxsplit=1)
            for line in (process.stdout.readline() for _ in range(27))
            if " " in line.strip()
        )
        self.org = variables["IMS_ORG"].strip()
        token = self.send("/_harness/token", {})["access_token"]
        self.headers = {
            "authorization": f"Bearer {token}",
            "x-api-key": variables["API_KEY"].strip(),
            "x-gw-ims-org-id": self.org,
        }

    def send(self, path: str, body: Any) -> Any:
        headers = {"content-type": "application/json", **getattr(self, "headers", {})}
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())

    def prepare(self) -> tuple[str, str, dict[str, Any]]:
        """Make schema, dataset and inlet: the inlet's id, the dataset's, and the envelope of a message."""
        registry = "/data/foundation/schemaregistry/tenant"
        parts = ("profile", "profile-person-details", "profile-personal-details")
        schema = self.send(
            f"{registry}/schemas",
            {
                "title": "People",
                "type": "object",
                "allOf": [{"$ref": f"https://ns.adobe.com/xdm/context/{part}"} for part in parts],
                "meta:immutableTags": ["union"],
            },
        )["$id"]
        self.send(
            f"{registry}/descriptors",
            {
                "@type": "xdm:descriptorIdentity",
                "xdm:sourceSchema": schema,
                "xdm:sourceVersion": 1,
                "xdm:sourceProperty": "/personalEmail/address",
                "xdm:property": "xdm:code",
                "xdm:namespace": "Email",
                "xdm:isPrimary": True,
            },
        )
        ref = {"id": schema, "contentType": FULL}
        on = {"unifiedProfile": ["enabled:true"], "unifiedIdentity": ["enabled:true"]}
        catalog = "/data/foundation/catalog/dataSets"
        dataset = self.send(catalog, {"name": "People", "schemaRef": ref, "tags": on})[0].rpartition("/")[2]
        inlet = self.send("/data/core/edge/inlet", {"name": "People"})["inletId"]
        header = {"schemaRef": ref, "imsOrgId": self.org, "datasetId": dataset}
        return inlet, dataset, {"header": header, "body": {"xdmMeta": {"schemaRef": ref}}}

    def segment(self) -> None:
        """Make a segment that is evaluated as data streams in."""
        self.send(
            "/data/core/ups/segment/definitions",
            {
                "name": "Grown-ups",
                "schema": {"name": "_xdm.context.profile"},
                "expression": {
                    "type": "PQL",
                    "format": "pql/text",
                    "value": 'person.name.firstName.startsWith("J", false) and person.birthYear > 1950',
                },
                "evaluationInfo": {"continuous": {"enabled": True}},
            },
        )


def wire(platform: Platform, method: str, path: str, body: Any = None) -> bytes:
    """Spell a request."""
    content = b"" if body is None else json.dumps(body).encode()
    headers = {**platform.headers, "host": platform.host, "content-type": "application/json"}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, f"content-length: {len(content)}", "", ""]).encode() + content


def talk(platform: Platform, requests: Iterator[bytes], lock: threading.Lock) -> None:
    """Send requests over one connection, one after the other; each has to succeed."""
    with socket.create_connection((platform.host, platform.port)) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        file = sock.makefile("rb")
        while True:
            with lock:
                request = next(requests, None)
            if request is None:
                return
            sock.sendall(request)
            status = file.readline()
            length = 0
            while (line := file.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.partition(b":")[2])
            answer = file.read(length)
            if status.split()[1] not in (b"200", b"207"):
                raise RuntimeError(f"{status!r}: {answer!r}")


def load(platform: Platform, requests: Iterator[bytes]) -> float:
    """Send all requests; gives the platform's CPU seconds."""
    lock = threading.Lock()
    before = Usage.of(platform.pid).cpu_s
    threads = [threading.Thread(target=talk, args=(platform, requests, lock)) for _ in range(CONNECTIONS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return Usage.of(platform.pid).cpu_s - before


def person(number: int) -> dict[str, Any]:
    """Make a record; every tenth is about somebody who was there before."""
    return {
        "person": {
            "name": {"firstName": "Jane", "lastName": f"Doe {number}"},
            "birthYear": 1950 + number % 50,
        },
        "personalEmail": {"address": f"jane.{number // 10 * 9 + number % 9}@example.com", "type": "personal"},
    }


def rate(label: str, count: int, cpu_s: float) -> None:
    """Print a rate, unless nothing was sent."""
    if count:
        print(
            f"{label:44} {count / cpu_s:10,.0f} /s per core   ({count:,} in {cpu_s:.1f} s of CPU)", flush=True
        )


def messages(envelope: dict[str, Any], start: int, count: int) -> Iterator[dict[str, Any]]:
    """Make messages."""
    for number in range(start, start + count):
        yield {**envelope, "body": {**envelope["body"], "xdmEntity": person(number)}}


def measure(platform: Platform, counts: argparse.Namespace) -> None:
    """Print all figures of one platform."""
    inlet, dataset, envelope = platform.prepare()
    single: Callable[[int, int], Iterator[bytes]] = lambda start, count: (  # noqa: E731 - it closes over three
        wire(platform, "POST", f"/collection/{inlet}", one) for one in messages(envelope, start, count)
    )
    load(platform, single(0, 500))
    rate("streamed messages, one a request", counts.messages, load(platform, single(500, counts.messages)))
    batches = (
        wire(
            platform,
            "POST",
            f"/collection/batch/{inlet}",
            {"messages": list(messages(envelope, 10_000_000 + number * PER_BATCH, PER_BATCH))},
        )
        for number in range(counts.messages // PER_BATCH)
    )
    count = counts.messages // PER_BATCH * PER_BATCH
    rate(f"streamed messages, {PER_BATCH} a request", count, load(platform, batches))
    for label, path in (
        ("GET of a dataset", f"/data/foundation/catalog/dataSets/{dataset}"),
        ("GET of the schema registry's statistics", "/data/foundation/schemaregistry/stats"),
        ("GET of a profile", PROFILE),
    ):
        request = wire(platform, "GET", path)
        rate(label, counts.gets, load(platform, (request for _ in range(counts.gets))))
    platform.segment()
    evaluated = counts.messages // 4
    rate(
        "streamed messages, with a streaming segment",
        evaluated,
        load(platform, single(20_000_000, evaluated)),
    )
    tenth = counts.memory // 10
    for done in range(0, tenth * 10, tenth or 1):
        cpu_s = load(platform, single(30_000_000 + done, tenth))
        memory_mb = Usage.of(platform.pid).memory_mb
        print(
            f"{done + tenth:>12,} more messages: {memory_mb:6.0f} MiB ({tenth / cpu_s:,.0f} /s)", flush=True
        )


def main() -> None:
    """Serve a platform and measure it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--gets", type=int, default=20_000)
    parser.add_argument("--memory", type=int, default=100_000, help="messages for the measurement of memory")
    counts = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "harness", "serve", "--port", "0", "--data", f"{folder}/data.db"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                measure(Platform(process), counts)
            finally:
                process.kill()


if __name__ == "__main__":
    main()
