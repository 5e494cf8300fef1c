"""Which authorities a run believes: those that are known, and what Node's and Python's variables say."""

import os
from collections.abc import Mapping
from pathlib import Path

from harness.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """The authorities of a run, besides those that an option names.

    `bundle` is a file or folder of certificates that is believed in place of the known authorities, `source`
    the variable that names it; `added` are files that are believed, too. `system` asks the operating system's
    own store and nothing else. `warnings` tell what was left out.
    """

    bundle: str | None = None
    source: str = ""
    added: tuple[str, ...] = ()
    system: bool = False
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, environment: Mapping[str, str], *, system: bool = False, bundles: bool = True) -> "Trust":
        """Read NODE_EXTRA_CA_CERTS, which adds, and with `bundles` REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE.

        As in Node, a file of the first that is not there is a warning. So is one of SSL_CERT_FILE, which
        OpenSSL reads.
        """
        warnings: list[str] = []
        extra = environment.get("NODE_EXTRA_CA_CERTS") or ""
        if extra and not Path(extra).is_file():
            warnings.append(f"NODE_EXTRA_CA_CERTS names {extra!r}, which is no file: it adds no authorities")
            extra = ""
        known = environment.get("SSL_CERT_FILE") or ""
        if known and bundles and not Path(known).is_file():
            warnings.append(f"SSL_CERT_FILE names {known!r}, which is no file: it adds no authorities")
        names = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE") if bundles and not system else ()
        source = next((name for name in names if environment.get(name)), "")
        return cls(
            bundle=environment[source] if source else None,
            source=source,
            added=(os.fspath(extra),) if extra else (),
            system=system,
            warnings=tuple(warnings),
        )


def node_verifies_nothing(environment: Mapping[str, str]) -> bool:
    """Whether Node is told to verify nothing: NODE_TLS_REJECT_UNAUTHORIZED is 0."""
    return environment.get("NODE_TLS_REJECT_UNAUTHORIZED") == "0"
