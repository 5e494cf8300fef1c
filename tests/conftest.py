"""A server to run collections against, and collections to run."""

import json
import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import pytest_recording  # noqa: F401 - before vcr.matchers is, of which it warns pytest when it is the later one
from hypothesis import HealthCheck, settings

pytest_plugins = ["pytester"]

# A busy machine draws slowly, which says nothing of what is tested.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


def pytest_configure() -> None:
    # A shell ignores Ctrl-C for what it starts in the background, and so does all that is started from there.
    # The tests that press it are to pass there, too.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    # One worker more than processors: a third of the time is waiting, for time-outs and other processes.
    return (os.cpu_count() or 1) + 1


@dataclass
class Target:
    """A server on loopback that answers with what it was asked; `answers` by path win over that."""

    url: str
    requests: list[dict[str, Any]] = field(default_factory=list)
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)

    @property
    def paths(self) -> list[str]:
        return [request["path"] for request in self.requests]


@pytest.fixture
def target() -> Iterator[Target]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("utf-8", "replace")
            asked = {"method": self.command, "path": self.path, "headers": dict(self.headers), "body": body}
            made.requests.append(asked)
            status, answer = made.answers.get(self.path.partition("?")[0], (200, asked))
            data = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/plain" if isinstance(answer, str) else "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - the names that http.server calls

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made = Target(url=f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass(frozen=True)
class Workspace:
    """A folder with collections in it."""

    folder: Path

    def collection(self, *items: Any, name: str = "shop", **more: Any) -> Path:
        """Write a collection of items, each a dictionary, or the pair of a name and a URL."""
        made = [self._item(item) for item in items]
        return self.json(
            f"{name}.postman_collection.json",
            {"info": {"name": name.title(), "schema": SCHEMA}, "item": made, **more},
        )

    def environment(self, name: str = "env", **values: Any) -> Path:
        entries = [{"key": key, "value": value, "enabled": True} for key, value in values.items()]
        return self.json(f"{name}.postman_environment.json", {"name": name, "values": entries})

    def json(self, name: str, document: Any) -> Path:
        return self.text(name, json.dumps(document))

    def text(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def _item(self, item: Any) -> dict[str, Any]:
        if isinstance(item, tuple):
            name, url, *scripts = item
            item = {"name": name, "request": url}
            if scripts:
                item["event"] = [{"listen": "test", "script": {"exec": scripts}}]
        return dict(item)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.chdir(tmp_path)
    return Workspace(tmp_path)
