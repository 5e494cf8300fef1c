"""The seam to the network: one method, one hop."""

from collections.abc import Callable
from dataclasses import field
from typing import Protocol

from harness.client.message import Failure, ResolvedRequest, Response
from harness.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCertificate:
    """Files that prove the client's identity in TLS; paths as given by the user."""

    cert: str | None = None
    key: str | None = None
    pfx: str | None = None
    passphrase: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HopOptions:
    """How one hop is to be sent. `timeout_s` bounds the whole hop, `None` waits for ever."""

    timeout_s: float | None = None
    verify: bool = True
    certificate: ClientCertificate | None = None
    extra_ca: str | None = None
    ciphers: tuple[str, ...] = ()
    disabled_protocols: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HopContext:
    """What a recording keeps beside a hop: whose request it is, and which of its draws it is.

    `origin` says who sent it: the call itself, a script (`prerequest`/`test`), or an auth scheme. `turn`
    waits until those that were asked for before and set out at the same time are over: recordings and
    replays go by that order.
    """

    call: tuple[str, ...] = ()
    iteration: int = 0
    attempt: int = 1
    origin: str = "call"
    turn: Callable[[], None] | None = field(default=None, compare=False, repr=False)


class TransportFailure(Exception):
    """No answer came; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


@dataclass(frozen=True, slots=True, kw_only=True)
class HopRequest:
    """All that a transport needs for one hop."""

    request: ResolvedRequest
    options: HopOptions = field(default_factory=HopOptions)
    context: HopContext = field(default_factory=HopContext)


class Transport(Protocol):
    """Sends one request and returns its answer; redirects, cookies and auth are above it."""

    def send(self, hop: HopRequest) -> Response:
        """Send and wait. Raises `TransportFailure` when no answer comes."""
        ...

    def close(self) -> None:
        """Give back connections and files."""
        ...
