import datetime as dt
import ipaddress
import select
import socket
import ssl
import threading
from contextlib import suppress
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
from harness.client.tls import tls_context
from harness.client.transport import ClientCertificate, HopOptions, HopRequest, TransportFailure
from harness.client.trust import Trust
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

    def make(*, demands: bool = False, **certificate) -> TlsServer:
        authority, client = issue("authority"), None
        identity = issue("server", authority, **certificate)
        client = issue("client", authority)
        server = TlsServer(port=0, folder=tmp_path, authority=authority, client=client)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(server.file("s.pem", identity.cert_pem), server.file("s.key", identity.pem()))
        context.load_verify_locations(server.file("ca.pem", authority.cert_pem))
        context.verify_mode = ssl.CERT_REQUIRED if demands else ssl.CERT_OPTIONAL
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


@pytest.mark.parametrize("disabled", [(), ("TLSv1_3",)])
def test_a_server_that_demands_a_certificate_is_told_apart_from_one_that_is_not_trusted(
    make_server, transport, disabled
):
    server = make_server(demands=True)
    refused = failure(transport, server, extra_ca=str(server.folder / "ca.pem"), disabled_protocols=disabled)
    assert refused.kind == "tls"
    assert "--ssl-client-cert FILE" in refused.hint
    assert "--ssl-extra-ca-certs" not in refused.hint


def test_a_certificate_of_a_foreign_authority_is_not_accepted(make_server, transport):
    server = make_server(demands=True)
    stranger = issue("stranger")
    shown = ClientCertificate(
        cert=server.file("x.pem", stranger.cert_pem), key=server.file("x.key", stranger.pem())
    )
    refused = failure(transport, server, verify=False, certificate=shown)
    assert "--ssl-client-cert" in refused.hint


@pytest.mark.parametrize(
    ("secret", "passphrase", "why", "hint"),
    [
        (b"pw", "wrong", "the passphrase is wrong for the key", "--ssl-client-passphrase"),
        (b"pw", None, "is encrypted, and no passphrase is given", "--ssl-client-passphrase"),
        (None, None, "belongs to another certificate", ""),
    ],
)
def test_a_key_that_cannot_be_used_is_named_with_its_cause(
    make_server, transport, secret, passphrase, why, hint
):
    server = make_server()
    key = server.client if secret else issue("other")
    shown = ClientCertificate(
        cert=server.file("c.pem", server.client.cert_pem),
        key=server.file("its.key", key.pem(secret)),
        passphrase=passphrase,
    )
    refused = failure(transport, server, verify=False, certificate=shown)
    assert why in refused.message
    assert "its.key" in refused.message
    assert hint in refused.hint


@pytest.mark.parametrize(
    ("held", "why", "hint"),
    [
        ("pfx", "it is no PEM but a PKCS #12 or DER file", "--ssl-client-cert-list"),
        ("pem", "there is no private key in", "--ssl-client-key"),
    ],
)
def test_a_file_of_another_kind_is_named(make_server, transport, held, why, hint):
    server = make_server()
    bundle = pkcs12.serialize_key_and_certificates(
        b"c", server.client.key, server.client.certificate, None, NoEncryption()
    )
    file = server.file("client", bundle if held == "pfx" else server.client.cert_pem)
    refused = failure(transport, server, verify=False, certificate=ClientCertificate(cert=file))
    assert why in refused.message
    assert hint in refused.hint


def test_a_wrong_passphrase_of_a_pfx_file_is_told(make_server, transport):
    server = make_server()
    bundle = pkcs12.serialize_key_and_certificates(
        b"c", server.client.key, server.client.certificate, None, BestAvailableEncryption(b"pw")
    )
    shown = ClientCertificate(pfx=server.file("c.pfx", bundle), passphrase="wrong")
    refused = failure(transport, server, verify=False, certificate=shown)
    assert "the passphrase is wrong" in refused.message
    assert "passphrase" in refused.hint


def test_every_cause_of_distrust_has_its_own_advice(make_server, transport):
    expired = make_server(until=BEGIN + ONE_DAY)
    old = failure(transport, expired, extra_ca=str(expired.folder / "ca.pem")).hint
    foreign = make_server(address="127.0.0.2")
    fresh = HttpTransport(proxies=Proxies())
    elsewhere = failure(fresh, foreign, extra_ca=str(foreign.folder / "ca.pem")).hint
    unknown = failure(HttpTransport(proxies=Proxies(), trust=Trust()), make_server()).hint
    assert "new certificate" in old
    assert "another name" in elsewhere
    assert "--ssl-extra-ca-certs FILE" in unknown
    assert "NODE_EXTRA_CA_CERTS" in unknown


def test_nodes_variable_adds_authorities_and_pythons_replaces_them(make_server):
    server = make_server()
    file = str(server.folder / "ca.pem")
    for environment in (
        {"NODE_EXTRA_CA_CERTS": file},
        {"REQUESTS_CA_BUNDLE": file},
        {"CURL_CA_BUNDLE": file},
    ):
        transport = HttpTransport(proxies=Proxies(), trust=Trust.of(environment))
        assert ask(transport, server).startswith("nobody")
        transport.close()
    assert (
        tls_context(HopOptions(), Trust.of({"NODE_EXTRA_CA_CERTS": file})).cert_store_stats()["x509_ca"] > 10
    )
    assert (
        tls_context(HopOptions(), Trust.of({"REQUESTS_CA_BUNDLE": file})).cert_store_stats()["x509_ca"] == 1
    )


def test_a_bundle_that_is_not_there_is_named_with_its_variable(make_server):
    transport = HttpTransport(proxies=Proxies(), trust=Trust.of({"REQUESTS_CA_BUNDLE": "/no/such.pem"}))
    refused = failure(transport, make_server())
    assert "/no/such.pem" in refused.message
    assert "REQUESTS_CA_BUNDLE" in refused.hint


def test_nodes_variable_that_names_no_file_is_a_warning():
    trust = Trust.of({"NODE_EXTRA_CA_CERTS": "/no/such.pem"})
    assert trust.added == ()
    assert "NODE_EXTRA_CA_CERTS names '/no/such.pem'" in trust.warnings[0]
    (told,) = Trust.of({"SSL_CERT_FILE": "/no/such.pem"}).warnings
    assert "SSL_CERT_FILE names '/no/such.pem'" in told
    assert not Trust.of({"SSL_CERT_FILE": "/no/such.pem"}, bundles=False).warnings


def test_bundles_may_be_left_out():
    assert Trust.of({"REQUESTS_CA_BUNDLE": "x"}, bundles=False).bundle is None


def test_the_systems_own_store_is_asked_alone(make_server):
    server = make_server()
    trust = Trust.of({"REQUESTS_CA_BUNDLE": str(server.folder / "ca.pem")}, system=True)
    transport = HttpTransport(proxies=Proxies(), trust=trust)
    assert failure(transport, server).kind == "tls"
    assert ask(transport, server, extra_ca=str(server.folder / "ca.pem")).startswith("nobody")
    transport.close()


def test_tls_phases_are_told(make_server, transport):
    server = make_server()
    request = ResolvedRequest(method="GET", url=f"https://127.0.0.1:{server.port}/", headers=(("Host", "h"),))
    sent = HopRequest(request=request, options=HopOptions(timeout_s=10, verify=False))
    assert transport.send(sent).timings.tls_ms > 0


def test_a_server_that_hangs_up_in_the_handshake_is_told(transport, server):
    server.talk = lambda connection: connection.close()
    request = ResolvedRequest(method="GET", url=f"https://127.0.0.1:{server.port}/", headers=(("Host", "h"),))
    with pytest.raises(TransportFailure) as refused:
        transport.send(HopRequest(request=request, options=HopOptions(timeout_s=10)))
    failure = refused.value.failure
    assert (failure.kind, failure.code) == ("tls", "ECONNRESET")
    assert "http://" in failure.hint


def test_a_tunnel_may_be_asked_for_in_tls(make_server):
    """An https proxy: TLS to the proxy, and in that the server's own."""
    target, proxy = make_server(), make_server()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(proxy.folder / "s.pem", proxy.folder / "s.key")
    listener = socket.create_server(("127.0.0.1", 0))
    asked = []

    def relay() -> None:
        connection, _ = listener.accept()
        with context.wrap_socket(connection, server_side=True) as outer:
            asked.append(outer.recv(65536).partition(b"\r\n")[0])
            outer.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            with socket.create_connection(("127.0.0.1", target.port)) as inner, suppress(OSError):
                while True:
                    ready = [outer] if outer.pending() else select.select([outer, inner], [], [], 10)[0]
                    for source in ready:
                        piece = source.recv(65536)
                        if not piece:
                            return
                        (inner if source is outer else outer).sendall(piece)

    thread = threading.Thread(target=relay, daemon=True)
    thread.start()
    proxies = Proxies.of({"HTTPS_PROXY": f"https://127.0.0.1:{listener.getsockname()[1]}"})
    transport = HttpTransport(proxies=proxies)
    assert ask(transport, target, verify=False).startswith("nobody")
    transport.close()
    listener.close()
    thread.join(10)
    assert asked == [f"CONNECT 127.0.0.1:{target.port} HTTP/1.1".encode()]


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
def test_a_pattern_matches_addresses_by_scheme_host_port_and_path(pattern, url, matches):
    assert url_matches(pattern, parse(url)) is matches


def test_the_first_rule_that_matches_gives_the_certificate():
    rules = (
        CertificateRule(matches=("https://a/*",), certificate=ClientCertificate(cert="a")),
        CertificateRule(matches=(ALL_URLS,), certificate=ClientCertificate(cert="all")),
    )
    assert certificate_for(rules, parse("https://a/x")).cert == "a"
    assert certificate_for(rules, parse("https://b/x")).cert == "all"
    assert certificate_for(rules, parse("http://a/x")) is None
