"""Proxies as the environment names them, by the rules of postman-request, and what curl knows besides."""

import re
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import unquote

from harness.lazy_dataclass import dataclass

_DEFAULT_PORTS: Final = {
    "http": 80,
    "https": 443,
    "socks4": 1080,
    "socks4a": 1080,
    "socks5": 1080,
    "socks5h": 1080,
}
_END: Final = re.compile(r"[/?#]")
_PORT: Final = re.compile(r"[0-9]{1,5}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """A proxy's address. `source` is the variable that names it.

    `problem` says why it cannot be used, and what to do; a request that has to go through it fails then.
    `socks4a` and `socks5h` leave it to the proxy to look up names.
    """

    scheme: str = "http"
    host: str = ""
    port: int = 0
    user: str | None = None
    password: str = ""
    source: str = ""
    problem: str = ""

    @property
    def socks(self) -> bool:
        """Whether it speaks SOCKS, not HTTP."""
        return self.scheme.startswith("socks")

    @property
    def address(self) -> str:
        """Its address without user and password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def read_proxy(text: str, source: str) -> Proxy | None:
    """Read a proxy's address; `None` when there is none but blanks or quotes.

    `set HTTP_PROXY="http://p:1" && ...` of cmd.exe leaves quotes and a blank in the value.
    """
    text = text.strip().strip("\"'").strip()
    if not text:
        return None
    scheme, has_scheme, rest = text.partition("://")
    scheme = scheme.lower() if has_scheme else "http"
    credentials, has_user, address = (rest if has_scheme else text).rpartition("@")
    address = _END.split(address, maxsplit=1)[0]
    shown = f"{scheme}://{'***@' if has_user else ''}{address}"
    host, _, port = address.rpartition(":") if ":" in address.rpartition("]")[2] else (address, "", "")
    host = host.strip("[]")
    number = int(port) if _PORT.fullmatch(port) else _DEFAULT_PORTS.get(scheme, 0) if not port else 0
    problem = ""
    if scheme not in _DEFAULT_PORTS:
        problem = f"the scheme {scheme!r} is none of {', '.join(_DEFAULT_PORTS)}"
    elif not host:
        problem = "it names no host"
    elif not 0 < number < 65536:
        problem = f"the port {port!r} is no number from 1 to 65535"
    if problem:
        problem = (
            f"{source} is {shown!r}, which is no address of a proxy: {problem}; set {source} to "
            "http://HOST:PORT, or unset it"
        )
        return Proxy(source=source, problem=problem)
    user, _, password = credentials.partition(":")
    return Proxy(
        scheme=scheme,
        host=host,
        port=number,
        user=unquote(user) if has_user else None,
        password=unquote(password),
        source=source,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """Hosts that are reached without a proxy: a host and those below it, or a network; `None` port is any."""

    zone: str = ""
    network: IPv4Network | IPv6Network | None = None
    port: int | None = None

    def covers(self, host: str, port: int | None) -> bool:
        """Whether a host (in small letters, without brackets) and its port are exempt."""
        if self.port is not None and self.port != port:
            return False
        if self.network is None:
            return not self.zone or f".{host}".endswith(self.zone)
        try:
            return ip_address(host) in self.network
        except ValueError:
            return False


def _exemption(text: str) -> Exemption | None:
    """Read one entry of NO_PROXY: `host`, `.host`, `*.host`, `*`, an address, a network; each with a port."""
    text = text.strip("\"'").lower()
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal() or (":" in host and not host.endswith("]")):
        host, port = text, ""
    number = int(port) if port else None
    bare = host.strip("[]")
    try:
        return Exemption(network=ip_network(bare, strict=False), port=number)
    except ValueError:
        pass
    zone = bare.removeprefix("*").lstrip(".").rstrip(".")
    if not zone and "*" not in bare:
        return None
    return Exemption(zone=f".{zone}" if zone else "", port=number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxies:
    """Which proxy an address goes through; read once, since environments do not change during a run."""

    http: Proxy | None = None
    https: Proxy | None = None
    exempt: tuple[Exemption, ...] = ()

    @classmethod
    def of(cls, environment: Mapping[str, str], *, common: bool = True) -> "Proxies":
        """Read HTTP_PROXY, HTTPS_PROXY, with `common` ALL_PROXY, and NO_PROXY, in either case."""

        def first(*names: str) -> Proxy | None:
            spelled = (form for name in names for form in (name, name.lower()))
            found = (read_proxy(environment.get(name) or "", name) for name in spelled)
            return next((proxy for proxy in found if proxy is not None), None)

        others = ("ALL_PROXY",) if common else ()
        entries = re.split(r"[,\s]+", environment.get("NO_PROXY") or environment.get("no_proxy") or "")
        exempt = tuple(found for entry in entries if entry and (found := _exemption(entry)) is not None)
        return cls(
            http=first("HTTP_PROXY", *others),
            https=first("HTTPS_PROXY", "HTTP_PROXY", *others),
            exempt=exempt,
        )

    def for_host(self, protocol: str, hostname: str, port: int | None) -> Proxy | None:
        """Return the proxy for an address, or `None` for none. `port` is `None` when it is no number."""
        proxy = self.https if protocol == "https:" else self.http
        if proxy is None or not self.exempt:
            return proxy
        host = hostname.strip("[]").rstrip(".").lower()
        return None if any(one.covers(host, port) for one in self.exempt) else proxy
