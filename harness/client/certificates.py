"""Which client certificate goes to which address, by Postman's URL match patterns.

`https://*.example.com:8443/api/*`; protocols are joined by `+`, `<all_urls>` matches all.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from harness.client.transport import ClientCertificate
from harness.client.url import unparse_path
from harness.collection.model import Url
from harness.lazy_dataclass import dataclass

ALL_URLS: Final = "<all_urls>"
_PATTERN: Final = re.compile(
    r"((?:http|https|file|ftp|\*)(?:\+(?:http|https|file|ftp))*)://(\*|\*\.[^*/:]+|[^*/:]+)(:\*|:\d+)?(/.*)\Z",
    re.DOTALL,
)
_PORTS: Final = {"ftp": "21", "http": "80", "https": "443"}


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> tuple[frozenset[str], str, str | None, re.Pattern[str]] | None:
    match = _PATTERN.match(pattern)
    if match is None:
        return None
    path = re.escape(match[4]).replace(r"\?", ".").replace(r"\*", ".*")
    return frozenset(match[1].split("+")), match[2], match[3] and match[3][1:], re.compile(path + r"\Z")


def url_matches(pattern: str, url: Url) -> bool:
    """Whether an address matches a pattern; one that is no pattern matches nothing."""
    if pattern == ALL_URLS:
        return True
    compiled = _compiled(pattern)
    protocol = url.protocol
    if compiled is None or protocol not in {"http", "https", "file", "ftp"}:
        return False
    protocols, host, port, path = compiled
    name = ".".join(url.host)
    suffix = host[2:]
    host_matches = host in {"*", name} or (
        host.startswith("*") and (name == suffix or name.endswith("." + suffix))
    )
    given_port = url.port or _PORTS.get(protocol)
    port_matches = port == "*" or (port or _PORTS.get(protocol)) == given_port
    return (
        bool(protocols & {"*", protocol})
        and host_matches
        and port_matches
        and bool(path.match(unparse_path(url)))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRule:
    """A client certificate and the patterns of the addresses it is for."""

    matches: tuple[str, ...]
    certificate: ClientCertificate


def certificate_for(rules: Sequence[CertificateRule], url: Url) -> ClientCertificate | None:
    """Return the certificate of the first rule that matches; only https has certificates."""
    if url.protocol != "https":
        return None
    return next(
        (rule.certificate for rule in rules if any(url_matches(pattern, url) for pattern in rule.matches)),
        None,
    )
