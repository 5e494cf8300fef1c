"""A transport for live runs of which some calls may not reach the network."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from harness.client.message import Response
from harness.client.transport import HopRequest, Transport
from harness.errors import OfflineError

Allowed = Callable[[tuple[str, ...]], tuple[str, ...] | None]
"""Which hosts the call of a path may reach, as regular expressions; `None` when it may reach any."""


class FencedTransport:
    """Sends where it may. What it refuses fails its call, not the run."""

    def __init__(self, inner: Transport, allowed: Allowed) -> None:
        self._inner = inner
        self._allowed = allowed

    def send(self, hop: HopRequest) -> Response:
        """Send. Raises `OfflineError` for a host that the call may not reach."""
        patterns = self._allowed(hop.context.call)
        if patterns is None:
            return self._inner.send(hop)
        host = urlsplit(hop.request.url).hostname or ""
        if any(re.match(one, host, re.IGNORECASE) for one in patterns):
            return self._inner.send(hop)
        listed = ", ".join(patterns) or "none"
        raise OfflineError(
            f"the network is blocked, and a request to {host!r} was attempted",
            hint=f"by the mark block_network or the option --block-network; allowed hosts: {listed}",
        )

    def close(self) -> None:
        """Close the inner transport."""
        self._inner.close()
