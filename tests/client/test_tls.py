import datetime as dt
import ipaddress
import socket
import ssl
import threading
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from harness.client.certificates import ALL_URLS, CertificateRule, certificate_for, url_matches
from harness.client.http import HttpTransport
from harness.client.message import ResolvedRequest
from harness.client.proxy import Proxies
from harness.client.transport import ClientCertificate, HopOptions, HopRequest, TransportFailure
from harness.collection.url_text import parse

ONE_DAY = dt.timedelta(days=1)
BEGIN = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
END = dt.datetime(2120, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Identity:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def pem(self, secret: bytes | None = None) -> bytes:
        encryption = BestAvailableEncryption(secret) if secret else NoEncryption()
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)

    @property
    def cert_pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


def issue(name: str, issuer: Identity | None = None, *, until=END, address="127.0.0.1") -> Identity:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGIN)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    signer = issuer.key if issuer else key
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
    )
    if issuer is None:
        usage = x509.KeyUsage(
            digital_signature=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        builder = builder.add_extension(usage, critical=True)
    return Identity(key, builder.sign(signer, hashes.SHA256()))


@dataclass
class TlsServer:
    port: int
    folder: Path
    authority: Identity
    client: Identity

    def file(self, name: str, content: bytes) -> str:
        path = self.folder / name
        path.write_bytes(content)
        return str(path)


def serve(listener: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        try:
            with context.wrap_socket(connection, server_side=True) as secure:
                secure.recv(65536)
                peer = secure.getpeercert()
                name = dict(entry[0] for entry in peer["subject"])["commonName"] if peer else "nobody"
                version = secure.version() or ""
                body = f"{name} {version}".encode()
                secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        except (OSError, ssl.SSLError):
            connection.close()


@pytest.fixture
def make_server(tmp_path):
    listeners = []

    def make(**certificate) -> TlsServer:
        authority, client = issue("authority"), None
        identity = issue("server", authority, **certificate)
        client = issue("client", authority)
        server = TlsServer(port=0, folder=tmp_path, authority=authority, client=client)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(server.file("s.pem", identity.cert_pem), server.file("s.key", identity.pem()))
        context.load_verify_locations(server.file("ca.pem", authority.cert_pem))
        context.verify_mode = ssl.CERT_OPTIONAL
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        server.port = listener.getsockname()[1]
        threading.Thread(target=serve, args=(listener, context), daemon=True).start()
        return server

    yield make
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@pytest.fixture
def transport():
    made = HttpTransport(proxies=Proxies())
    yield made
    made.close()


def ask(transport: HttpTransport, server: TlsServer, **options) -> str:
    url = f"https://127.0.0.1:{server.port}/"
    request = ResolvedRequest(method="GET", url=url, headers=(("Host", "h"),))
    return transport.send(
        HopRequest(request=request, options=HopOptions(timeout_s=10, **options))
    ).body.decode()


def failure(transport: HttpTransport, server: TlsServer, **options):
    with pytest.raises(TransportFailure) as caught:
        ask(transport, server, **options)
    return caught.value.failure


def test_an_unknown_authority_is_refused_unless_checks_are_off(make_server, transport):
    server = make_server()
    refused = failure(transport, server)
    assert (refused.kind, refused.code) == ("tls", "SELF_SIGNED_CERT_IN_CHAIN")
    assert refused.message == "self-signed certificate in certificate chain"
    assert ask(transport, server, verify=False).startswith("nobody")


def test_an_extra_authority_is_believed(make_server, transport):
    server = make_server()
    assert ask(transport, server, extra_ca=str(server.folder / "ca.pem")).startswith("nobody")


def test_an_expired_certificate_and_a_foreign_name_are_told_apart(make_server, transport):
    expired = make_server(until=BEGIN + ONE_DAY)
    assert failure(transport, expired, extra_ca=str(expired.folder / "ca.pem")).code == "CERT_HAS_EXPIRED"
    foreign = make_server(address="10.0.0.1")
    refused = failure(HttpTransport(proxies=Proxies()), foreign, extra_ca=str(foreign.folder / "ca.pem"))
    assert refused.code == "ERR_TLS_CERT_ALTNAME_INVALID"
    assert refused.message.startswith("Hostname/IP does not match certificate's altnames")


def test_a_client_certificate_is_shown(make_server, transport):
    server = make_server()
    cert, key = server.file("c.pem", server.client.cert_pem), server.file("c.key", server.client.pem(b"pw"))
    shown = ClientCertificate(cert=cert, key=key, passphrase="pw")
    assert ask(transport, server, verify=False, certificate=shown).startswith("client")
    wrong = failure(transport, server, verify=False, certificate=replace(shown, passphrase=None))
    assert "cannot use the client certificate" in wrong.message


@pytest.mark.parametrize("passphrase", [None, "pw"])
def test_a_client_certificate_may_be_a_pfx_file(make_server, transport, passphrase):
    server = make_server()
    encryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    bundle = pkcs12.serialize_key_and_certificates(
        b"c", server.client.key, server.client.certificate, None, encryption
    )
    shown = ClientCertificate(pfx=server.file("c.pfx", bundle), passphrase=passphrase)
    assert ask(transport, server, verify=False, certificate=shown).startswith("client")
    broken = ClientCertificate(pfx=server.file("broken.pfx", b"no pfx"))
    assert "broken.pfx" in failure(transport, server, verify=False, certificate=broken).message


def test_protocols_can_be_switched_off(make_server, transport):
    server = make_server()
    assert ask(transport, server, verify=False).endswith("TLSv1.3")
    assert ask(transport, server, verify=False, disabled_protocols=("TLSv1_3",)).endswith("TLSv1.2")


def test_unknown_ciphers_are_a_failure(make_server, transport):
    server = make_server()
    assert (
        "no such cipher suites: NOPE" in failure(transport, server, verify=False, ciphers=("NOPE",)).message
    )


@pytest.mark.parametrize(
    ("pattern", "url", "matches"),
    [
        (ALL_URLS, "http://x/", True),
        ("https://*/*", "https://a.b/c", True),
        ("https://*/*", "http://a.b/c", False),
        ("http+https://a.b/*", "http://a.b/c", True),
        ("*://*.a.b/*", "https://a.b/c", True),
        ("https://*.a.b/*", "https://x.a.b/c", True),
        ("https://*.a.b/*", "https://xa.b/c", False),
        ("https://a.b:8443/*", "https://a.b:8443/c", True),
        ("https://a.b:8443/*", "https://a.b/c", False),
        ("https://a.b:443/*", "https://a.b/c", True),
        ("https://a.b:*/*", "https://a.b:99/c", True),
        ("https://a.b/c?d/*", "https://a.b/cXd/e", True),
        ("https://a.b/c.d", "https://a.b/cXd", False),
        ("nonsense", "https://a.b/", False),
    ],
)
def test_url_patterns(pattern, url, matches):
    assert url_matches(pattern, parse(url)) is matches


def test_the_first_rule_that_matches_gives_the_certificate():
    rules = (
        CertificateRule(matches=("https://a/*",), certificate=ClientCertificate(cert="a")),
        CertificateRule(matches=(ALL_URLS,), certificate=ClientCertificate(cert="all")),
    )
    assert certificate_for(rules, parse("https://a/x")).cert == "a"
    assert certificate_for(rules, parse("https://b/x")).cert == "all"
    assert certificate_for(rules, parse("http://a/x")) is None
