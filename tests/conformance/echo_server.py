"""A server that logs every request byte for byte and answers with what it was asked; run as a process.

It takes a folder for its certificates, prints its ports, plain and TLS, and serves until it is ended. What is
sent to it as to a proxy it answers itself. Some paths answer otherwise:

    /redirect/<code>?to=<location>   that status, with that location
    /loop                            a redirect to itself
    /status/<code>                   that status
    /cookie?<Set-Cookie>&<...>       a Set-Cookie header for each part of the query, percent-decoded
    /answer?type=<type>&body=<text>  that body of that content type
    /bytes?hex=<bytes>&type=<type>   those bytes, of that content type, and of the content coding `encoding`
    /challenge?<challenge>           401 with that WWW-Authenticate, until there is an Authorization
    /ntlm                            401 until both messages of NTLM have come
    /silent                          nothing, until the client goes away
    /slow                            what it was asked, after a second
    /-/requests                      what was logged since it was last asked; not logged itself
"""

import json
import socketserver
import ssl
import sys
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from certificates import write_certificates

NTLM_CHALLENGE = (
    "NTLM TlRMTVNTUAACAAAADAAMADgAAAAFgomi7xrfpVqyVGMAAAAAAAAAAFAAUABEAAAABgGwHQAAAA9TAEUAUgBWAEUAUgA="
)
NTLM_LAST = "NTLM TlRMTVNTUAAD"
"""How the second message of a client begins."""


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
            if isinstance(self.request, ssl.SSLSocket):
                request["client"] = self._client(self.request)
            if target != "/-/requests":
                self.log.add(request)
            if target == "/silent":
                self.rfile.read()
                return
            if target == "/slow":
                time.sleep(1)
            self._answer(request)

    def _client(self, connection: ssl.SSLSocket) -> str:
        """The name on the certificate that the client has shown, if any."""
        shown: Any = connection.getpeercert() or {"subject": []}
        return next((value for names in shown["subject"] for _, value in names), "nobody")

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
        path, query = urlsplit(request["target"])[2:4]
        status, headers, content = 200, ["Content-Type: application/json"], request
        names = {name.lower(): value for name, value in request["headers"]}
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
            case ["bytes"]:
                given = {name: values[0] for name, values in parse_qs(query).items()}
                headers = [f"Content-Type: {given['type']}"] if "type" in given else []
                headers += [f"Content-Encoding: {given['encoding']}"] if "encoding" in given else []
                content = bytes.fromhex(given.get("hex", ""))
            case ["challenge"] if "authorization" not in names:
                status, headers = 401, [f"WWW-Authenticate: {unquote(query)}"]
            case ["ntlm"] if not names.get("authorization", "").startswith(NTLM_LAST):
                asked = NTLM_CHALLENGE if "authorization" in names else "NTLM"
                status, headers = 401, [f"WWW-Authenticate: {asked}"]
        data = content if isinstance(content, str | bytes) else json.dumps(content)
        body = data.encode() if isinstance(data, str) else data
        if request["method"] == "HEAD" or status in {204, 304}:
            body = b""
        head = [f"HTTP/1.1 {status} Answered", *headers, f"Content-Length: {len(body)}", "", ""]
        self.wfile.write("\r\n".join(head).encode("latin-1") + body)


class Server(socketserver.ThreadingTCPServer):
    """The server; connections that are still open do not keep it from ending."""

    daemon_threads = True

    context: ssl.SSLContext | None = None

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Speak TLS where there is a context, in the thread of the connection."""
        if self.context is not None:
            request = self.context.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)

    def handle_error(self, *_: object) -> None:
        """A client that goes away is no error here: some cases are about just that."""


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    write_certificates(folder)
    with Server(("127.0.0.1", 0), Handler) as server, Server(("127.0.0.1", 0), Handler) as secure:
        secure.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        secure.context.load_cert_chain(folder / "server.pem", folder / "server.key")
        secure.context.load_verify_locations(folder / "ca.pem")
        secure.context.verify_mode = ssl.CERT_OPTIONAL
        threading.Thread(target=secure.serve_forever, daemon=True).start()
        ports = server.server_address[1], secure.server_address[1]
        print(*ports, flush=True)  # noqa: T201 - the parent reads the ports
        server.serve_forever()
