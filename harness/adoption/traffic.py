"""What went over the wire while newman ran, requests of scripts included, to be given as answers."""

from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from harness.adoption.recording_proxy import ProxiedRequest
from harness.cassettes.compare.generated_values import shape
from harness.client.message import ResolvedRequest
from harness.client.url import split


class Traffic:
    """Exchanges in the order of their requests, each of which is given once."""

    def __init__(self, exchanges: Iterable[ProxiedRequest]) -> None:
        self._exchanges = sorted(exchanges, key=lambda one: one.number)
        self._by_address: dict[tuple[str, str], list[int]] = {}
        self._by_path: dict[tuple[str, str], list[int]] = {}
        for number, one in enumerate(self._exchanges):
            self._by_address.setdefault((one.method, spelled(one.url)), []).append(number)
            self._by_path.setdefault((one.method, _path(one.url)), []).append(number)
        self._given = bytearray(len(self._exchanges))

    def take(self, request: ResolvedRequest) -> ProxiedRequest | None:
        """Return the exchange that answers a request: same address and body, else address, else path."""
        at_address = self._waiting(self._by_address.get((request.method, spelled(request.url)), ()))
        body = shape((request.body or b"").decode("utf-8", "replace"))
        same = [
            number
            for number in at_address
            if shape(self._exchanges[number].body.decode("utf-8", "replace")) == body
        ]
        found = (
            same or at_address or self._waiting(self._by_path.get((request.method, _path(request.url)), ()))
        )
        if not found:
            return None
        self._given[found[0]] = 1
        return self._exchanges[found[0]]

    def left(self) -> Iterator[ProxiedRequest]:
        """Yield the exchanges that nobody asked for."""
        yield from (one for number, one in enumerate(self._exchanges) if not self._given[number])

    def _waiting(self, numbers: Iterable[int]) -> list[int]:
        return [number for number in numbers if not self._given[number]]


def spelled(url: str) -> str:
    """Return an address in which what systems make up, and how it is spelled, makes no difference."""
    parts = split(url)
    host = parts.netloc.rpartition("@")[2].lower()
    return shape(unquote(f"{host}{parts.path or '/'}?{parts.query}"))


def _path(url: str) -> str:
    return spelled(url.partition("?")[0])
