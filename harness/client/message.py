"""What goes over the wire and what comes back: resolved requests, responses, failures, exchanges."""

import json
from dataclasses import field, replace
from typing import Any, Literal

from harness.collection.document import decode_body
from harness.lazy_dataclass import dataclass

Headers = tuple[tuple[str, str], ...]

FailureKind = Literal[
    "refused", "dns", "timeout", "tls", "reset", "protocol", "invalid", "redirects", "miss", "offline"
]
"""`miss`: a replay holds no answer; `offline`: something wanted a connection while there may be none."""


def header(headers: Headers, name: str) -> str | None:
    """Return the first value of a header, the name in any case; `None` when it is absent."""
    wanted, length = name.lower(), len(name)
    for key, value in headers:
        if len(key) == length and key.lower() == wanted:
            return value
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedRequest:
    """A request with nothing left to resolve: what one hop sends, byte for byte.

    `url` is the absolute address with the target spelled as it goes over the wire (no fragment).
    `headers` are complete and in sending order, spelled as sent. `body` is `None` when there is none.
    `utf8` says that the headers go out in UTF-8 and not in Latin-1, as Node sends them before a text.
    """

    method: str
    url: str
    headers: Headers = ()
    body: bytes | None = None
    utf8: bool = field(default=False, compare=False, repr=False)

    def with_headers(self, headers: Headers) -> "ResolvedRequest":
        """Return the same request with other headers."""
        return replace(self, headers=headers)

    def header(self, name: str) -> str | None:
        """Return the first value of a header, the name in any case."""
        return header(self.headers, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """How long the phases of one hop took, in milliseconds, in their order.

    `prepare_ms` lays out the request's bytes, `wait_ms` looks for a connection to use. `dns_ms`, `tcp_ms`
    (with a proxy's hand-shake) and `tls_ms` are those of opening one: 0 when it was `reused`.
    `first_byte_ms` runs from the first byte sent to the first received, `download_ms` from there to the last.
    What is left of a response's `elapsed_ms` went into decoding its body.
    """

    prepare_ms: float = 0.0
    wait_ms: float = 0.0
    dns_ms: float = 0.0
    tcp_ms: float = 0.0
    tls_ms: float = 0.0
    first_byte_ms: float = 0.0
    download_ms: float = 0.0
    reused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer as received. `body` is decoded from its content encoding, `wire_size` is its size before.

    `elapsed_ms` runs from the start of the hop to the last byte. `http_version` is `1.0` or `1.1`. `timings`
    is `None` for an answer that did not come over a connection.
    """

    status: int
    reason: str
    headers: Headers = ()
    body: bytes = b""
    elapsed_ms: float = 0.0
    wire_size: int = 0
    http_version: str = "1.1"
    timings: Timings | None = None

    def header(self, name: str) -> str | None:
        """Return the first value of a header, the name in any case."""
        return header(self.headers, name)

    @property
    def text(self) -> str:
        """The body as text, in the charset that its type names, else in Unicode or Latin-1."""
        return decode_body(self.body, self.header("content-type") or "")

    def json(self) -> Any:
        """Return the body as JSON. Raises `ValueError` when it is not JSON."""
        return json.loads(self.text.removeprefix("\ufeff"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One request and its answer on the way of an exchange: a redirect, or a leg of an auth handshake.

    `leg` counts the requests that an auth sent anew, from 0; a redirect belongs to the leg it follows.
    """

    request: ResolvedRequest
    response: Response
    leg: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """A cookie as it stood in the jar after the answer, for the URL asked."""

    name: str
    value: str
    domain: str = ""
    path: str = "/"
    expires: float | None = None
    secure: bool = False
    http_only: bool = False
    host_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why no answer came. `message` is for people, `code` the system's or newman's word (ECONNREFUSED).

    `name` is that of the JavaScript error that newman reports: `Error`, `TypeError` or `RangeError`. `hint`
    says what to do about it, where that is known.
    """

    kind: FailureKind
    message: str
    code: str = ""
    name: str = "Error"
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A header. `system` marks what the runner added, which the author may switch off.

    `value` is `None` where the author wrote null, which is sent as the word.
    """

    key: str
    value: str | None
    disabled: bool = False
    system: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What happened to one request in this run: its hops, and the last answer or why there is none.

    `request` is the last request sent; `hops` all of them in order, the last one included when answered.
    `cookies` are those of the jar that match the last URL, after the answer. `fields` are the headers as
    Postman lists them after sending (`pm.request.headers` in tests): the author's, those that are switched
    off included, and those that were added before the first redirect of the last leg. `address` is the URL
    as it lists it then: that of the last leg before any redirect, encoded; empty when there was none.
    """

    request: ResolvedRequest
    response: Response | None = None
    failure: Failure | None = None
    hops: tuple[Hop, ...] = ()
    cookies: tuple[Cookie, ...] = ()
    warnings: tuple[str, ...] = field(default=())
    fields: tuple[Field, ...] = ()
    address: str = ""
