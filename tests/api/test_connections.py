"""What a run's options and environment make of its connections: certificates, authorities, verification."""

import pytest

from harness.api.certificate_list import certificates_of
from harness.api.network import network_warnings, verifies
from harness.client.transport import ClientCertificate
from harness.dialect import NEWMAN
from harness.errors import InputError
from harness.options.config import RunConfig

IGNORED = "NODE_TLS_REJECT_UNAUTHORIZED=0 is ignored"


def shown(**options) -> ClientCertificate:
    (rule,) = certificates_of(RunConfig.of("c.json", **options))
    return rule.certificate


@pytest.fixture
def files(tmp_path):
    def write(name: str, content: bytes) -> str:
        path = tmp_path / name
        path.write_bytes(content)
        return str(path)

    return write


KEY = b"-----BEGIN PRIVATE KEY-----\n"


def test_a_certificate_without_a_key_file_may_hold_its_key(files):
    pem, pfx = files("both.pem", b"-----BEGIN CERTIFICATE-----\n" + KEY), files("c.p12", b"0\x82\x01\x00")
    assert shown(client_cert=pem) == ClientCertificate(cert=pem, key=pem)
    assert shown(client_cert=pfx, client_passphrase="p") == ClientCertificate(pfx=pfx, passphrase="p")


@pytest.mark.difference("certificate-with-key")
def test_a_certificate_that_holds_its_key_is_used_and_not_in_newman(files):
    pem = files("both.pem", b"-----BEGIN CERTIFICATE-----\n" + KEY)
    assert shown(client_cert=pem).key == pem
    assert shown(client_cert=pem, dialect=NEWMAN).key is None


def test_a_certificate_alone_is_refused_before_anything_is_sent(files):
    alone = files("alone.pem", b"-----BEGIN CERTIFICATE-----\n")
    with pytest.raises(InputError, match="has no private key") as refused:
        shown(client_cert=alone)
    assert "--ssl-client-key" in str(refused.value)
    assert shown(client_cert=alone, dialect=NEWMAN) == ClientCertificate(cert=alone)


@pytest.mark.difference("unverified-certificates")
def test_nodes_switch_for_verifying_nothing_is_told_and_ignored_but_followed_where_newman_is(monkeypatch):
    monkeypatch.setenv("NODE_TLS_REJECT_UNAUTHORIZED", "0")
    ours, newmans = RunConfig.of("c.json"), RunConfig.of("c.json", dialect=NEWMAN)
    assert verifies(ours) is None
    assert network_warnings(ours)[0].startswith(IGNORED)
    assert verifies(newmans) is False
    assert network_warnings(newmans) == ()
    insecure = RunConfig.of("c.json", verify=False)
    assert network_warnings(insecure) == ()


@pytest.mark.parametrize("value", ["1", "", "false"])
def test_other_values_of_nodes_switch_mean_nothing(monkeypatch, value):
    monkeypatch.setenv("NODE_TLS_REJECT_UNAUTHORIZED", value)
    assert network_warnings(RunConfig.of("c.json")) == ()
    assert verifies(RunConfig.of("c.json", dialect=NEWMAN)) is None
