"""Proxies as the environment names them, by the rules of postman-request."""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.client.url import EncodedUrl, encode_text


def _dotted(host: str) -> str:
    return "." + host.lstrip(".").lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxies:
    """Which proxy an address goes through; read once, since environments do not change during a run."""

    http: EncodedUrl | None = None
    https: EncodedUrl | None = None
    exempt: tuple[tuple[str, str | None], ...] = ()

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Proxies":
        """Read HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in either case."""

        def first(*names: str) -> EncodedUrl | None:
            text = next((environment[name] for name in names if environment.get(name)), "")
            return encode_text(text) if text else None

        exempt = environment.get("NO_PROXY") or environment.get("no_proxy") or ""
        if exempt == "*":
            return cls()
        zones = []
        for zone in filter(None, (part.strip().lower() for part in exempt.split(","))):
            host, colon, port = zone.partition(":")
            zones.append((_dotted(host), port if colon else None))
        return cls(
            http=first("HTTP_PROXY", "http_proxy"),
            https=first("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"),
            exempt=tuple(zones),
        )

    def for_host(self, protocol: str, hostname: str, port: int) -> EncodedUrl | None:
        """Return the proxy for an address, or `None` for none."""
        proxy = self.https if protocol == "https:" else self.http
        if proxy is None or not self.exempt:
            return proxy
        host = _dotted(hostname)
        exempt = any(
            host.endswith(zone) and zone_port in (None, str(port)) for zone, zone_port in self.exempt
        )
        return None if exempt else proxy
