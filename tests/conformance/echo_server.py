"""A server that logs every request byte for byte and answers with what it was asked; run as a process.

It prints its port and serves until it is ended. Some paths answer otherwise:

    /redirect/<code>?to=<location>   that status, with that location
    /loop                            a redirect to itself
    /status/<code>                   that status
    /cookie?<Set-Cookie>&<...>       a Set-Cookie header for each part of the query, percent-decoded
    /answer?type=<type>&body=<text>  that body of that content type
    /silent                          nothing, until the client goes away
    /slow                            what it was asked, after a second
    /-/requests                      what was logged since it was last asked; not logged itself
"""

import json
import socketserver
import threading
import time
from typing import Any
from urllib.parse import parse_qs, unquote


class Log:
    """The requests since somebody asked for them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: list[dict[str, Any]] = []

    def add(self, request: dict[str, Any]) -> None:
        with self._lock:
            self._requests.append(request)

    def drain(self) -> list[dict[str, Any]]:
        with self._lock:
            drained, self._requests = self._requests, []
            return drained


class Handler(socketserver.StreamRequestHandler):
    """One connection: requests are read as they are on the wire, without a library's opinion on headers."""

    log = Log()

    def handle(self) -> None:
        while line := self.rfile.readline():
            method, target, _version = line.decode("latin-1").split()
            headers = list(self._headers())
            body = self._body({name.lower(): value for name, value in headers})
            request = {"method": method, "target": target, "headers": headers, "body": body}
            if target != "/-/requests":
                self.log.add(request)
            if target == "/silent":
                self.rfile.read()
                return
            if target == "/slow":
                time.sleep(1)
            self._answer(request)

    def _headers(self) -> Any:
        while line := self.rfile.readline().strip(b"\r\n"):
            name, _, value = line.decode("latin-1").partition(":")
            yield name, value.strip()

    def _body(self, headers: dict[str, str]) -> str:
        if headers.get("transfer-encoding") == "chunked":
            data = b""
            while size := int(self.rfile.readline(), 16):
                data += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            data = self.rfile.read(int(headers.get("content-length", 0)))
        return data.decode("utf-8", "backslashreplace")

    def _answer(self, request: dict[str, Any]) -> None:
        path, _, query = request["target"].partition("?")
        status, headers, content = 200, ["Content-Type: application/json"], request
        match path.split("/")[1:]:
            case ["-", "requests"]:
                content = self.log.drain()
            case ["redirect", code]:
                status, headers = int(code), [f"Location: {parse_qs(query)['to'][0]}"]
            case ["loop"]:
                status, headers = 302, ["Location: /loop"]
            case ["status", code]:
                status = int(code)
            case ["cookie"]:
                headers += [f"Set-Cookie: {unquote(part)}" for part in query.split("&")]
            case ["answer"]:
                given = parse_qs(query)
                headers, content = [f"Content-Type: {given['type'][0]}"], given["body"][0]
        data = content if isinstance(content, str) else json.dumps(content)
        body = b"" if request["method"] == "HEAD" or status in {204, 304} else data.encode()
        head = [f"HTTP/1.1 {status} Answered", *headers, f"Content-Length: {len(body)}", "", ""]
        self.wfile.write("\r\n".join(head).encode("latin-1") + body)


class Server(socketserver.ThreadingTCPServer):
    """The server; connections that are still open do not keep it from ending."""

    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that goes away is no error here: some cases are about just that."""


if __name__ == "__main__":
    with Server(("127.0.0.1", 0), Handler) as server:
        print(server.server_address[1], flush=True)  # noqa: T201 - the parent reads the port
        server.serve_forever()
