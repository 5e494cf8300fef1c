"""A case: a collection with its flags and files, and what is seen of a run of it.

`collection.json` and the files beside it may say `__SERVER__` (host and port) and `__PORT__`, which stand
for the echo server, and `__TLS__` (host and port) for its other listener, whose certificates, and those of
certificates.py, lie beside them in `certificates/`. `case.json` says:

    about      the behaviour, in a sentence
    flags      those of newman; files are named as they lie in the case's folder
    environ    variables of the process
    headers    "set" (default) leaves those away which a runner adds to every request, "all" does not
"""

import http.client
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

CASES: Final = Path(__file__).parent / "cases"
OWN_FILES: Final = {"case.json", "expected.json"}
EXPORTED_JAR: Final = "exported-jar.json"
REPORT, ENVIRONMENT, GLOBALS = "report.json", "exported-environment.json", "exported-globals.json"

AUTOMATIC: Final = re.compile(
    r"user-agent: PostmanRuntime/.*|accept: \*/\*|cache-control: no-cache|postman-token: <uuid>"
    r"|host: (__SERVER__|__TLS__)|accept-encoding: gzip, deflate, br|connection: keep-alive",
    re.IGNORECASE,
)
"""A header that a runner sends of its own accord, with the value it then has."""

VOLATILE: Final = (
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "<uuid>"),
    (re.compile(r"-{20,}[0-9]{24}"), "<boundary>"),
    (re.compile(r"PostmanRuntime/[0-9.]+"), "PostmanRuntime/<version>"),
    (re.compile(r"\b(NTLM TlRMTVNTUAADAAAA)[A-Za-z0-9+/=]+"), r"\1<answer>"),
)
"""What differs from run to run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EchoServer:
    """A running echo server."""

    port: int
    tls_port: int
    certificates: Path

    @property
    def tls_address(self) -> str:
        return f"127.0.0.1:{self.tls_port}"

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def drain(self) -> list[dict[str, Any]]:
        """Return the requests since the last call, in order of arrival."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request("GET", "/-/requests")
        requests: list[dict[str, Any]] = json.load(connection.getresponse())
        connection.close()
        return requests


@contextmanager
def echo_server() -> Iterator[EchoServer]:
    """Run an echo server in a process of its own."""
    script = str(Path(__file__).with_name("echo_server.py"))
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, script, folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            try:
                port, tls_port = map(int, process.stdout.readline().split())
                yield EchoServer(port=port, tls_port=tls_port, certificates=Path(folder))
            finally:
                process.terminate()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One behaviour."""

    folder: Path
    flags: Sequence[str]
    environ: Mapping[str, str]
    headers: str

    @classmethod
    def load(cls, folder: Path) -> "Case":
        document = json.loads((folder / "case.json").read_text(encoding="utf-8"))
        assert document["about"]
        return cls(
            folder=folder,
            flags=document.get("flags", []),
            environ=document.get("environ", {}),
            headers=document.get("headers", "set"),
        )

    @property
    def expected(self) -> Path:
        return self.folder / "expected.json"

    def lay_out(self, workspace: Path, server: EchoServer) -> list[str]:
        """Write the case's files for `server` into `workspace`; return the arguments of `run`."""
        server.drain()
        shutil.copytree(server.certificates, workspace / "certificates")
        for source in self.folder.iterdir():
            if source.name in OWN_FILES:
                continue
            if source.is_dir():
                shutil.copytree(source, workspace / source.name)
                continue
            data = source.read_bytes().replace(b"__SERVER__", server.address.encode())
            data = data.replace(b"__TLS__", server.tls_address.encode())
            (workspace / source.name).write_bytes(data.replace(b"__PORT__", str(server.port).encode()))
        flags = [flag.replace("__SERVER__", server.address) for flag in self.flags]
        exports = ["--export-environment", ENVIRONMENT, "--export-globals", GLOBALS]
        return ["collection.json", *flags, *exports, "-r", "json", "--reporter-json-export", REPORT]

    def environment(self, workspace: Path, server: EchoServer) -> dict[str, str]:
        """Return the variables of a process that runs the case, besides those which it needs itself."""
        given = {name: value.replace("__SERVER__", server.address) for name, value in self.environ.items()}
        return {"HOME": str(workspace / "home"), **given}

    def seen(self, workspace: Path, server: EchoServer, exit_code: int) -> dict[str, Any]:
        """Return what is compared of the run which has just been in `workspace`."""
        seen = {
            "exit_code": exit_code,
            "requests": [self._request(request) for request in server.drain()],
            **self._results(workspace / REPORT),
            "environment": self._variables(workspace / ENVIRONMENT),
            "globals": self._variables(workspace / GLOBALS),
        }
        jar = workspace / EXPORTED_JAR
        if jar.exists():
            cookies = json.loads(jar.read_text(encoding="utf-8"))["cookies"]
            seen["jar"] = [f"{one['key']}={one['value']}; {one['domain']}{one['path']}" for one in cookies]
        text = json.dumps(seen, ensure_ascii=False).replace(server.address, "__SERVER__")
        text = text.replace(server.tls_address, "__TLS__").replace(f":{server.port}", ":__PORT__")
        for pattern, name in VOLATILE:
            text = pattern.sub(name, text)
        stable: dict[str, Any] = json.loads(text)
        if self.headers == "set":
            for request in stable["requests"]:
                request["headers"] = [line for line in request["headers"] if not AUTOMATIC.fullmatch(line)]
        return stable

    def _request(self, request: dict[str, Any]) -> dict[str, Any]:
        headers = [f"{name}: {value}" for name, value in request["headers"]]
        client = {"client": request["client"]} if "client" in request else {}
        return {
            "line": f"{request['method']} {request['target']}",
            **client,
            "headers": headers,
            "body": request["body"],
        }

    def _results(self, report: Path) -> dict[str, Any]:
        """Assertions in order, and failures; none where a run was refused and there is no report.

        An item with several HTTP requests (a redirect, pm.sendRequest) is in newman's report once for each
        of them, every time with all its assertions: neighbours that are equal are one.
        """
        if not report.exists():
            return {"assertions": [], "failures": []}
        run = json.loads(report.read_text(encoding="utf-8"))["run"]
        executions: list[list[str]] = []
        for execution in run["executions"]:
            place = f"{execution['cursor']['iteration']} {execution['item']['name']}"
            told = [f"{place}: {_assertion(each)}" for each in execution.get("assertions") or []]
            if told and told not in executions[-1:]:
                executions.append(told)
        return {
            "assertions": [line for told in executions for line in told],
            "failures": [_failure(failure) for failure in run["failures"]],
        }

    def _variables(self, exported: Path) -> dict[str, Any] | None:
        """Return the values by key, or None where nothing was exported."""
        if not exported.exists():
            return None
        document = json.loads(exported.read_text(encoding="utf-8"))
        return {entry["key"]: entry.get("value") for entry in document["values"]}


def _assertion(assertion: dict[str, Any]) -> str:
    if assertion.get("skipped"):
        outcome = "skipped"
    elif error := assertion.get("error"):
        outcome = f"failed, {error['name']}: {error['message']}"
    else:
        outcome = "passed"
    return f"{assertion['assertion']} - {outcome}"


def _failure(failure: dict[str, Any]) -> str:
    return f"{failure.get('source', {}).get('name')}, {failure['at']}: {failure['error']['name']}"


def all_cases() -> list[Path]:
    """Return the folders of all cases."""
    return sorted(path.parent for path in CASES.glob("*/case.json"))
