"""The live service behind a mock: asked for what was not recorded."""

from dataclasses import dataclass, field
from typing import Final, Protocol
from urllib.parse import urlsplit

from harness.client.message import ResolvedRequest, Response
from harness.client.transport import HopOptions, HopRequest, Transport
from harness.client.url import split
from harness.errors import UsageError

_HOP_BY_HOP: Final = frozenset(
    {
        "accept-encoding", "connection", "content-length", "expect", "host", "keep-alive", "proxy-connection",
        "te", "trailer", "transfer-encoding", "upgrade",
    }
)  # fmt: skip
_TIMEOUT_S: Final = 60.0


class Upstream(Protocol):
    """What a mock asks that has no answer of its own."""

    @property
    def always(self) -> bool:
        """Whether it is asked for everything."""
        ...

    @property
    def keeps(self) -> bool:
        """Whether its answers are the mock's own from then on."""
        ...

    def send(self, request: ResolvedRequest) -> tuple[ResolvedRequest, Response]:
        """Ask, and return what was sent with its answer. Raises `TransportFailure` when none comes."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveService:
    """A service at an address, reached through a transport, which may record."""

    origin: str
    transport: Transport
    options: HopOptions = field(default_factory=lambda: HopOptions(timeout_s=_TIMEOUT_S))
    always: bool = False
    keeps: bool = False

    def send(self, request: ResolvedRequest) -> tuple[ResolvedRequest, Response]:
        """Send a request on as its client sent it, but for what is of the connection."""
        parts = split(request.url)
        target = parts.path + (f"?{parts.query}" if "?" in request.url else "")
        headers = [(name, value) for name, value in request.headers if name.lower() not in _HOP_BY_HOP]
        headers.insert(0, ("Host", urlsplit(self.origin).netloc))
        headers.append(("Accept-Encoding", "gzip, deflate, br"))
        if request.body is not None or request.method in ("POST", "PUT", "PATCH"):
            headers.append(("Content-Length", str(len(request.body or b""))))
        sent = ResolvedRequest(
            method=request.method, url=self.origin + target, headers=tuple(headers), body=request.body
        )
        return sent, self.transport.send(HopRequest(request=sent, options=self.options))


def origin_of(address: str) -> str:
    """Return scheme and host of a service's address. Raises `UsageError` for one that is not just these.

    Paths are asked for as they are, so that an answer that was kept is found by the path that was asked for.
    """
    try:
        parts = urlsplit(address)
        good = (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and (parts.port is None or parts.port > 0)
        )
    except ValueError:
        good = False
    if not good or parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise UsageError(
            f"{address!r} is not the address of a service",
            where="--upstream",
            hint="scheme, host and port alone, as https://api.example.com",
        )
    return f"{parts.scheme}://{parts.netloc}"
