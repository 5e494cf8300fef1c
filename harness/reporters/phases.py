"""The phases of a request, by newman's names: where the time until an answer was complete went."""

from collections.abc import Mapping
from typing import Final

from harness.client.message import Exchange, Timings
from harness.runner.results import Spread

TITLES: Final[Mapping[str, str]] = {
    "prepare": "prepare",
    "wait": "wait",
    "dns": "dns-lookup",
    "tcp": "tcp-handshake",
    "secureHandshake": "ssl-handshake",
    "firstByte": "transfer-start",
    "download": "download",
    "process": "process",
    "total": "total",
}
"""How people are told each phase, in their order."""

OPENING: Final = frozenset({"dns", "tcp", "secureHandshake"})
"""The phases of opening a connection, which a request on a kept one does not have."""


def phases_of(exchange: Exchange) -> dict[str, float]:
    """Return the phases of the last hop in milliseconds; none for an answer that came over no connection.

    Their sum is `total`; `process` is what went into decoding the body. Only https has `secureHandshake`.
    """
    response = exchange.response
    timings = None if response is None else response.timings
    if response is None or timings is None:
        return {}
    told = {
        "prepare": timings.prepare_ms,
        "wait": timings.wait_ms,
        "dns": timings.dns_ms,
        "tcp": timings.tcp_ms,
        "secureHandshake": timings.tls_ms,
        "firstByte": timings.first_byte_ms,
        "download": timings.download_ms,
    }
    told["process"] = max(0.0, response.elapsed_ms - sum(told.values()))
    told["total"] = response.elapsed_ms
    if not exchange.request.url.startswith("https:"):
        del told["secureHandshake"]
    return {name: round(ms, 3) for name, ms in told.items()}


def timings_of(phases: Mapping[str, object]) -> Timings:
    """Return the timings of a hop whose phases a report tells. Raises `ValueError` or `TypeError`."""

    def ms(name: str) -> float:
        value = phases.get(name, 0.0)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(f"{name} is no duration: {value!r}")
        return float(value)

    return Timings(
        prepare_ms=ms("prepare"),
        wait_ms=ms("wait"),
        dns_ms=ms("dns"),
        tcp_ms=ms("tcp"),
        tls_ms=ms("secureHandshake"),
        first_byte_ms=ms("firstByte"),
        download_ms=ms("download"),
        reused=phases.get("reused") is True,
    )


class PhaseTimes:
    """Looking up names and waiting for first bytes, over a run."""

    def __init__(self) -> None:
        self.dns = Spread()
        self.first_byte = Spread()

    def take(self, exchange: Exchange) -> None:
        """Count an exchange in; as in newman, what took no time is not counted."""
        timings = None if exchange.response is None else exchange.response.timings
        if timings is None:
            return
        if timings.dns_ms:
            self.dns.add(timings.dns_ms)
        if timings.first_byte_ms:
            self.first_byte.add(timings.first_byte_ms)
