"""The little shop of the pictures: a server on the loopback interface, and collections to run against it."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

HOST = "shop.example"
ROWS = [
    {"customer": "Ada Lovelace", "country": "GB"},
    {"customer": "Grace Hopper", "country": "US"},
    {"customer": "Alan Turing", "country": "GB"},
]
SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
COMPANION = """\
cassette: cassettes/shop.yaml
calls:
  - call: [Orders, Create order]
    extract: {ORDER_ID: $.id}
"""
SCENTS = ("Assam", "Ceylon", "Darjeeling", "Jasmine", "Keemun", "Matcha", "Oolong", "Sencha")

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
    """Answers by the table; a tea takes as long as its name is long, and stock is busy every second time."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one segment: no waiting for acknowledgements
    asked: ClassVar[dict[str, int]] = {}

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, document, seconds = self.found(self.path.partition("?")[0])
        body = b"" if document is None else json.dumps(document).encode()
        time.sleep(seconds)
        self.send_response(status)
        if body:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def found(self, path: str) -> tuple[int, object, float]:
        known = ANSWERS.get((self.command, path))
        if known is not None:
            return known
        if path == "/stock":
            self.asked[path] = self.asked.get(path, 0) + 1
            busy = self.asked[path] % 2
            return (503, {"error": "busy"}, 0.004) if busy else (200, {"sku": "TEA-001", "left": 40}, 0.009)
        name = path.rpartition("/")[2]
        return 200, {"name": name, "price": len(name) / 2}, 0.004 * len(name)

    do_GET = do_POST = do_DELETE = answer  # noqa: N815 - the names that http.server calls

    def log_message(self, *args: object) -> None:
        """Say nothing."""


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


def call(
    name: str, method: str, path: str, tests: list[str], body: object = None, before: list[str] | None = None
) -> dict[str, Any]:
    """Make an item of the collection."""
    request: dict[str, Any] = {"method": method, "url": "{{shop}}" + path, "header": []}
    if not path.startswith(("/token", "/teas/")):
        request["header"].append({"key": "Authorization", "value": "Bearer {{TOKEN}}"})
    if body is not None:
        request["header"].append({"key": "Content-Type", "value": "application/json"})
        request["body"] = {"mode": "raw", "raw": json.dumps(body)}
    events = [{"listen": "test", "script": {"exec": tests}}]
    if before:
        events.append({"listen": "prerequest", "script": {"exec": before}})
    return {"name": name, "request": request, "event": events}


def status_is(status: int) -> str:
    return f"pm.test('status is {status}', () => pm.response.to.have.status({status}));"


def made(name: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    shop_address = {"key": "shop", "value": f"http://{HOST}"}
    return {"info": {"name": name, "schema": SCHEMA}, "variable": [shop_address], "item": items}


def orders() -> dict[str, Any]:
    """Make the collection whose test for the order's state fails."""
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
    return made(
        "Shop",
        [
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
    )


def rows() -> dict[str, Any]:
    """Make the collection that is run with rows of data: scripts set variables, and stock is busy."""
    collection = orders()
    folder = collection["item"][1]["item"]
    count = "const made = Number(pm.collectionVariables.get('made') || 0) + 1;"
    folder[0] = call(
        "Create order",
        "POST",
        "/orders?country={{country}}",
        [status_is(201), count, "pm.collectionVariables.set('made', made);"],
        {"customer": "{{customer}}", "items": [{"sku": "TEA-001", "quantity": 2}]},
        ["pm.variables.set('reference', `${pm.iterationData.get('country')}-${pm.info.iteration}`);"],
    )
    stock = {"name": "Stock", "item": [call("Level", "GET", "/stock?sku=TEA-001", [status_is(200)])]}
    collection["item"].append(stock)
    return collection


def teas() -> dict[str, Any]:
    """Make the collection of calls that need none of the others; all pass."""
    folders = [
        {
            "name": kind,
            "item": [call(name, "GET", f"/teas/{kind}/{name}", [status_is(200)]) for name in SCENTS],
        }
        for kind in ("Black", "Green", "Scented", "White", "Yellow")
    ]
    return made("Teas", folders)


def write(folder: Path) -> None:
    """Write the collections, the companion and the rows of data into a folder."""
    for name, collection in (("shop", orders()), ("orders", rows()), ("teas", teas())):
        (folder / f"{name}.postman_collection.json").write_text(json.dumps(collection), "utf-8")
    for name in ("shop", "orders"):
        (folder / f"{name}.harness.yaml").write_text(COMPANION, "utf-8")
    (folder / "teas.harness.yaml").write_text("cassette: cassettes/teas.yaml\n", "utf-8")
    (folder / "rows.json").write_text(json.dumps(ROWS), "utf-8")
