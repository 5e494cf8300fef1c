"""A server to be loaded: answers at once, counts, and hangs where it is asked to."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Target:
    """A running server: its address, and the paths that it was asked for, with their cookies."""

    url: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def target() -> Iterator[Target]:
    """Serve until left."""
    seen = Target()
    end = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            seen.asked.append((self.path, self.headers.get("Cookie", "")))
            if self.path.startswith("/hang"):
                end.wait()
                return
            body = json.dumps({"path": self.path, "cookie": self.headers.get("Cookie", "")}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if self.path.startswith("/login/"):
                self.send_header("Set-Cookie", f"user={self.path.rpartition('/')[2]}; Path=/")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    seen.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        end.set()
        server.shutdown()
        server.server_close()


def item(name: str, url: str, *, before: str = "", test: str = "") -> dict[str, Any]:
    """Return one request of a collection."""
    scripts = {"prerequest": before, "test": test}
    return {
        "name": name,
        "event": [{"listen": on, "script": {"exec": [code]}} for on, code in scripts.items() if code],
        "request": {"method": "GET", "url": url},
    }


def v3_folder(folder: Path, name: str, url: str) -> Path:
    """Write a collection of format v3 with one request."""
    shop = folder / "shop"
    (shop / ".resources").mkdir(parents=True)
    (shop / ".resources" / "definition.yaml").write_text("$kind: collection\nname: Shop\n")
    (shop / f"{name}.request.yaml").write_text(f"$kind: http-request\nmethod: GET\nurl: {url}\n")
    return shop


def collection(folder: Path, *items: dict[str, Any]) -> Path:
    """Write a collection."""
    schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    file = folder / "shop.json"
    file.write_text(json.dumps({"info": {"name": "Shop", "schema": schema}, "item": list(items)}))
    return file
