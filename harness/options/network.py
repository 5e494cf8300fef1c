"""The options that say what requests reach, and how connections are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.lazy_dataclass import dataclass
from harness.options.option import (
    BOTH,
    NETWORK,
    WHAT,
    Option,
    setting,
)
from harness.options.values import endpoint

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from harness.options.stand_in import StandIn


PLATFORMS: Final = ("local",)
"""Platforms that are part of the harness; others are installed beside it."""


def platform_names() -> tuple[str, ...]:
    """Names that `--platform` takes: the harness's own, and those of the entry points `harness.platforms`."""
    from harness.twin.kinds import kind_names

    return tuple(dict.fromkeys((*PLATFORMS, *kind_names())))


KINESIS: Final = Option(
    name="kinesis",
    heading=WHAT,
    read=endpoint,
    metavar="URL",
    help="let the local platform export to Kinesis there: https://kinesis.{region}.amazonaws.com,"
    " LocalStack, moto (default: streams of its own)",
)
EVENTHUBS: Final = Option(
    name="eventhubs",
    heading=WHAT,
    read=endpoint,
    metavar="URL",
    help="let it export to Event Hubs there: https://{namespace}.servicebus.windows.net",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkOptions:
    """What requests reach, and how connections are made."""

    platform: str | None = setting(
        None,
        Option(
            name="platform",
            heading=WHAT,
            on=BOTH,
            metavar="NAME",
            help="start a platform for the run: local, or one that is installed beside the harness",
        ),
    )
    kinesis: str | None = setting(None, KINESIS)
    eventhubs: str | None = setting(None, EVENTHUBS)
    follow_redirects: bool | None = setting(
        None,
        Option(
            name="ignore-redirects",
            heading=NETWORK,
            on=BOTH,
            kind="flag",
            const=False,
            help="do not follow redirects",
        ),
        meaning="whether redirects are followed, whatever requests say of it",
    )
    verify: bool | None = setting(
        None,
        Option(
            name="insecure",
            short="k",
            heading=NETWORK,
            on=BOTH,
            kind="flag",
            const=False,
            help="do not verify certificates",
        ),
        meaning="whether certificates are verified, whatever requests say of it",
    )
    client_cert_list: str | Path | None = setting(
        None,
        Option(
            name="ssl-client-cert-list",
            heading=NETWORK,
            on=BOTH,
            metavar="FILE",
            file=True,
            help="client certificates by URL, JSON",
        ),
    )
    client_cert: str | None = setting(
        None,
        Option(
            name="ssl-client-cert",
            heading=NETWORK,
            on=BOTH,
            metavar="FILE",
            file=True,
            help="client certificate, PEM or PKCS #12",
        ),
    )
    client_key: str | None = setting(
        None,
        Option(
            name="ssl-client-key", heading=NETWORK, on=BOTH, metavar="FILE", file=True, help="its private key"
        ),
    )
    client_passphrase: str | None = setting(
        None,
        Option(
            name="ssl-client-passphrase",
            heading=NETWORK,
            on=BOTH,
            metavar="TEXT",
            help="the key's passphrase",
        ),
    )
    extra_ca: str | None = setting(
        None,
        Option(
            name="ssl-extra-ca-certs",
            heading=NETWORK,
            on=BOTH,
            metavar="FILE",
            file=True,
            help="CAs to trust besides the known",
        ),
    )
    system_ca: bool = setting(
        False,
        Option(
            name="system-ca",
            heading=NETWORK,
            on=BOTH,
            kind="flag",
            help="trust the operating system's own certificate store, and no other list",
        ),
    )
    oauth2_encodes_client: bool = setting(
        False,
        Option(
            name="oauth2-encode-client",
            heading=NETWORK,
            on=BOTH,
            kind="flag",
            help="form-encode OAuth 2.0 client id and secret in Basic (RFC 6749); Postman does not",
        ),
    )
    cookie_jar: str | Path | None = setting(
        None,
        Option(
            name="cookie-jar",
            heading=NETWORK,
            on=BOTH,
            metavar="FILE",
            file=True,
            help="start with these cookies",
        ),
    )
    resolve: Mapping[str, str] = setting(
        dict,
        Option(
            name="resolve",
            heading=NETWORK,
            on=BOTH,
            kind="list",
            pairs="first",
            metavar="HOST[:PORT]=ADDRESS[:PORT]",
            help="connect to ADDRESS for HOST; repeatable",
        ),
    )
    serve_files: Mapping[str, str | Path] = setting(
        dict,
        Option(
            name="serve-file",
            heading=NETWORK,
            on=BOTH,
            kind="list",
            pairs="last",
            file=True,
            metavar="URL=FILE",
            help="answer this address from a file; repeatable",
        ),
    )
    stand_in: StandIn | None = setting(
        None, meaning="a server that takes the place of the hosts that are asked"
    )
