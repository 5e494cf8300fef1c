"""Make the pictures that the README shows: of the HTML report, light and dark, and of the terminal.

    python tests/screenshots.py

Needs Chromium and the extra `browser`. A small shop is served on the loopback interface and a collection is
run against it; the pictures go to `.github/screenshots`.
"""

import html
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, ViewportSize, sync_playwright

PICTURES = Path(__file__).parents[1] / ".github" / "screenshots"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
REPORT: ViewportSize = {"width": 1280, "height": 800}
TERMINAL: ViewportSize = {"width": 640, "height": 800}
"""A terminal's lines are short, and a wider picture would only make them small."""
LARGEST = 150_000
HOST = "shop.example"

ORDER = {
    "id": "ord-7301",
    "state": "accepted",
    "customer": {"name": "Ada Lovelace", "country": "GB"},
    "items": [
        {"sku": "TEA-001", "name": "Green tea", "quantity": 2, "price": 4.5},
        {"sku": "CUP-014", "name": "Stoneware cup", "quantity": 1, "price": 12},
    ],
    "total": 21,
    "currency": "EUR",
}
ANSWERS: dict[tuple[str, str], tuple[int, object, float]] = {
    ("POST", "/token"): (200, {"access_token": "d4e1a7c0b95f", "expires_in": 3600}, 0.031),
    ("POST", "/orders"): (201, {"id": ORDER["id"], "state": "accepted"}, 0.064),
    ("GET", "/orders/ord-7301"): (200, ORDER, 0.022),
    ("DELETE", "/orders/ord-7301"): (204, None, 0.012),
}
"""Status, document and seconds that the shop takes, by method and path."""


class Shop(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one segment: no waiting for acknowledgements

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, document, seconds = ANSWERS[self.command, self.path.partition("?")[0]]
        body = b"" if document is None else json.dumps(document).encode()
        time.sleep(seconds)
        self.send_response(status)
        if body:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_DELETE = answer  # noqa: N815 - the names that http.server calls

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def call(name: str, method: str, path: str, tests: list[str], body: object = None) -> dict[str, Any]:
    """Make an item of the collection."""
    request: dict[str, Any] = {"method": method, "url": "{{shop}}" + path, "header": []}
    if path != "/token":
        request["header"].append({"key": "Authorization", "value": "Bearer {{TOKEN}}"})
    if body is not None:
        request["header"].append({"key": "Content-Type", "value": "application/json"})
        request["body"] = {"mode": "raw", "raw": json.dumps(body)}
    return {"name": name, "request": request, "event": [{"listen": "test", "script": {"exec": tests}}]}


def status_is(status: int) -> str:
    return f"pm.test('status is {status}', () => pm.response.to.have.status({status}));"


def collection() -> dict[str, Any]:
    """Make the collection; the test for the order's state is the one that fails."""
    created = {"customer": "Ada Lovelace", "items": [{"sku": "TEA-001", "quantity": 2}]}
    state = [
        status_is(200),
        "const order = pm.response.json();",
        "pm.test('order is paid', () => {",
        "  pm.expect(order.state).to.eql('paid');",
        "});",
        "pm.test('total is right', () => pm.expect(order.total).to.eql(21));",
    ]
    sign_in = [status_is(200), "pm.environment.set('TOKEN', pm.response.json().access_token);"]
    return {
        "info": {
            "name": "Shop",
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
        },
        "variable": [{"key": "shop", "value": f"http://{HOST}"}],
        "item": [
            call("Sign in", "POST", "/token", sign_in),
            {
                "name": "Orders",
                "item": [
                    call("Create order", "POST", "/orders", [status_is(201)], created),
                    call("Read order", "GET", "/orders/{{ORDER_ID}}", state),
                    call("Cancel order", "DELETE", "/orders/{{ORDER_ID}}", [status_is(204)]),
                ],
            },
        ],
    }


COMPANION = """\
calls:
  - call: [Orders, Create order]
    extract: {ORDER_ID: $.id}
"""


@contextmanager
def shop() -> Iterator[int]:
    """Serve the shop and give its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def run(folder: Path, *more: str) -> str:
    """Run the collection, leave `report.html` in the folder, and return what the terminal shows."""
    (folder / "shop.postman_collection.json").write_text(json.dumps(collection()), "utf-8")
    (folder / "shop.harness.yaml").write_text(COMPANION, "utf-8")
    words = ["run", "shop.postman_collection.json", "-r", "cli,html"]
    hidden = ["--reporter-html-export", "report.html", "--color", "on", *more]
    done = subprocess.run(
        [sys.executable, "-m", "harness", *words, *hidden],
        cwd=folder,
        env=os.environ | {"COLUMNS": "90", "PYTHONPATH": str(PICTURES.parents[1]), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode != 1:
        raise SystemExit(f"the run should fail with 1, it ended with {done.returncode}:\n{done.stderr}")
    return f"\x1b[32m$\x1b[0m harness {' '.join(words)}\n{done.stdout.rstrip()}\n"


COLOURS = {
    "31": "#ff7b72",
    "32": "#7ee787",
    "33": "#e3b341",
    "34": "#79c0ff",
    "35": "#d2a8ff",
    "36": "#76e3ea",
}
STYLES = {"1": "font-weight:700", "2": "opacity:.62", "4": "text-decoration:underline"} | {
    code: f"color:{colour}" for code, colour in COLOURS.items()
}
PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; background: #0d1117; color: #e6edf3 }}
pre {{ margin: 0; padding: 14px 20px }}
pre {{ font: {size}px/{line}px "DejaVu Sans Mono", Menlo, Consolas, monospace }}
</style><pre>{text}</pre>"""


def as_page(terminal: str) -> str:
    """Spell what a terminal shows, with its colours, as a page that fills the viewport."""
    parts = []
    for codes, text in re.findall(r"(?:\x1b\[([\d;]*)m)?([^\x1b]*)", terminal):
        style = ";".join(STYLES[code] for code in codes.split(";") if code in STYLES)
        parts.append(f'<span style="{style}">{html.escape(text)}</span>' if style else html.escape(text))
    line = min(20, (TERMINAL["height"] - 28) // (terminal.count("\n") + 1))
    return PAGE.format(text="".join(parts), line=line, size=line * 0.8)


def smaller(png: bytes) -> bytes:
    """Compress a PNG as far as zlib can: Chromium is fast rather than thorough."""
    head, packed, at = b"", b"", 8
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        name, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += length + 12
        if name == b"IDAT":
            packed += data
        elif name == b"IHDR":
            head = data
    return png[:8] + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in (
            (b"IHDR", head),
            (b"IDAT", zlib.compress(zlib.decompress(packed), 9)),
            (b"IEND", b""),
        )
    )


def picture(browser: Browser, page: Path, name: str, scheme: Literal["light", "dark"]) -> None:
    """Write a picture of a page as it looks in a colour scheme."""
    report = page.name == "report.html"
    context = browser.new_context(viewport=REPORT if report else TERMINAL, color_scheme=scheme)
    tab = context.new_page()
    tab.goto(page.as_uri())
    if report:
        tab.wait_for_selector("html[data-ready]")
        tab.wait_for_selector("#detail h2")
    png = smaller(tab.screenshot())
    context.close()
    if len(png) > LARGEST:
        raise SystemExit(f"{name} has {len(png)} bytes, more than {LARGEST}")
    (PICTURES / name).write_bytes(png)
    sys.stdout.write(f"{name}: {len(png) / 1000:.0f} kB\n")


def main() -> None:
    executable = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if executable is None:
        raise SystemExit(f"there is no Chromium; looked for {', '.join(BROWSERS)}")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, shop() as port, sync_playwright() as driver:
        folder = Path(name)
        terminal = run(folder, "--resolve", f"{HOST}=127.0.0.1:{port}")
        (folder / "terminal.html").write_text(as_page(terminal), "utf-8")
        browser = driver.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        picture(browser, folder / "report.html", "report-light.png", "light")
        picture(browser, folder / "report.html", "report-dark.png", "dark")
        picture(browser, folder / "terminal.html", "terminal.png", "dark")
        browser.close()


if __name__ == "__main__":
    main()
