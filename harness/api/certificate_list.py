"""The client certificates of a run, from the command line and from a list in a file."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.client.certificates import ALL_URLS, CertificateRule
from harness.client.transport import ClientCertificate
from harness.collection.document import read_json
from harness.errors import InputError
from harness.options.config import RunConfig


def certificates_of(config: RunConfig) -> tuple[CertificateRule, ...]:
    """Return the listed certificates, then the one for every address, as newman orders them."""
    rules: list[CertificateRule] = []
    if config.network.client_cert_list is not None:
        rules += _listed_certificates(os.fspath(config.network.client_cert_list))
    if config.network.client_cert is not None:
        certificate = ClientCertificate(
            cert=config.network.client_cert,
            key=config.network.client_key,
            passphrase=config.network.client_passphrase,
        )
        if config.network.client_key is None and config.dialect.run.certificates_hold_keys:
            certificate = _with_its_key(certificate, config.network.client_cert)
        rules.append(CertificateRule(matches=(ALL_URLS,), certificate=certificate))
    return tuple(rules)


def _with_its_key(certificate: ClientCertificate, file: str) -> ClientCertificate:
    """Take the key from the certificate's own file: PKCS #12, or PEM that holds both.

    Raises `InputError` for a certificate alone, with which nobody can prove anything.
    """
    try:
        held = Path(file).read_bytes()
    except (OSError, ValueError):  # the latter for a name that no file can have
        return certificate  # told when it is used, as newman tells it
    if held[:1] == b"0":
        return ClientCertificate(pfx=file, passphrase=certificate.passphrase)
    if b"PRIVATE KEY-----" in held:
        return replace(certificate, key=file)
    raise InputError(
        "the client certificate has no private key", where=file, hint="name its file with --ssl-client-key"
    )


def _listed_certificates(file: str) -> list[CertificateRule]:
    document = read_json(file, "the list of client certificates")
    if not isinstance(document, list):
        raise InputError("a list of client certificates is a JSON list", where=file)
    return [_certificate_rule(entry, index, file) for index, entry in enumerate(document)]


def _certificate_rule(entry: Any, index: int, file: str) -> CertificateRule:
    try:
        sources = {part: _text(entry[part]["src"]) for part in ("key", "cert", "pfx") if part in entry}
        passphrase = entry.get("passphrase")
        return CertificateRule(
            matches=tuple(_text(match) for match in entry["matches"]),
            certificate=ClientCertificate(
                passphrase=None if passphrase is None else _text(passphrase), **sources
            ),
        )
    except (AttributeError, LookupError, TypeError) as error:
        raise InputError(
            f"this client certificate is not understood: {json.dumps(entry)[:80]}",
            where=f"{file}: /{index}",
            hint='each has {"matches": [pattern], "key": {"src": file}, "cert": {"src": file}}',
        ) from error


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
