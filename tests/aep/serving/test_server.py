from __future__ import annotations

import json
import signal
import socket
import ssl
import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import urlencode

import pytest

from harness.aep.serving.server import LocalPlatform
from harness.aep.settings import Settings
from harness.twin.store import Store
from harness.twin.tenant import Tenant

if TYPE_CHECKING:
    from pathlib import Path

NAMES = {
    "ACCESS_TOKEN",
    "API_KEY",
    "CLIENT_SECRET",
    "IMS",
    "IMS_ORG",
    "META_SCOPE",
    "PLATFORM_GATEWAY",
    "PRIVATE_KEY",
    "SANDBOX_NAME",
    "SCOPES",
    "TECHNICAL_ACCOUNT_ID",
}


def fetch(url: str, body: bytes | None = None, **options: Any) -> bytes:
    with urllib.request.urlopen(url, data=body, timeout=10, **options) as answer:
        return bytes(answer.read())


def test_a_started_platform_answers_and_a_stopped_one_does_not() -> None:
    with LocalPlatform() as local:
        assert fetch(f"{local.base_url}/_harness/health") == b'{"status":"up"}'
        with pytest.raises(HTTPError, match="403"):
            fetch(f"{local.base_url}/data/foundation/schemaregistry/stats")
    with pytest.raises(OSError, match="refused"):
        fetch(f"{local.base_url}/_harness/health")
    local.stop()


def test_a_port_that_is_taken_is_an_error() -> None:
    with LocalPlatform() as local:
        port = int(local.base_url.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"):
            LocalPlatform(port=port).start()


def test_the_environment_has_the_names_of_adobes_and_leads_to_a_token() -> None:
    with LocalPlatform(Settings(tenant_id="acme")) as local:
        variables = local.environment()
        assert set(variables) >= NAMES
        assert variables["TENANT_ID"] == "acme"
        assert variables["PLATFORM_GATEWAY"] == local.base_url == f"http://{variables['IMS']}"
        fields = {
            "grant_type": "client_credentials",
            "client_id": variables["API_KEY"],
            "client_secret": variables["CLIENT_SECRET"],
            "scope": variables["SCOPES"],
        }
        answer = fetch(f"{variables['IMS_URL']}/ims/token/v3", urlencode(fields).encode())
        assert b'"access_token"' in answer


def test_the_port_answers_https_to_who_trusts_its_certificate() -> None:
    with LocalPlatform(names=["library.example"]) as local:
        host = local.environment()["IMS"]
        assert local.address == host
        trusting = ssl.create_default_context(cadata=local.certificate_pem)
        assert fetch(f"https://{host}/_harness/health", context=trusting) == b'{"status":"up"}'
        with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
            fetch(f"https://{host}/_harness/health", context=ssl.create_default_context())
        for name in ("platform.adobe.io", "library.example"):
            plain = socket.create_connection(("127.0.0.1", int(host.rpartition(":")[2])))
            with trusting.wrap_socket(plain, server_hostname=name) as secure:
                assert secure.version() is not None
        assert fetch(f"http://{host}/_harness/health") == b'{"status":"up"}'


def test_connections_that_say_nothing_hold_nobody_up() -> None:
    with LocalPlatform() as local:
        host, _, port = local.address.partition(":")
        silent = [socket.create_connection((host, int(port))) for _ in range(5)]
        silent.pop().close()
        assert fetch(f"{local.base_url}/_harness/health") == b'{"status":"up"}'
    for one in silent:
        one.settimeout(5)
        assert one.recv(1) == b""
        one.close()


SERVE = """
import sys
from pathlib import Path
from harness.aep.serving.server import serve_forever
from harness.aep.settings import Settings


def tell(platform, certificate):
    print(platform.url, flush=True)

serve_forever(Settings(data_file=Path(sys.argv[1])), "127.0.0.1", 0, started=tell)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    file = tmp_path / "data.db"
    command = [sys.executable, "-c", SERVE, str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        inlets = []
        variables = Settings()
        token_fields = {
            "grant_type": "client_credentials",
            "client_id": variables.client_id,
            "client_secret": variables.client_secret,
            "scope": variables.scopes,
        }
        token = json.loads(fetch(f"{url}/ims/token/v3", urlencode(token_fields).encode()))
        headers = {
            "Authorization": f"Bearer {token['access_token']}",
            "x-api-key": variables.client_id,
            "x-gw-ims-org-id": variables.org_id,
            "Content-Type": "application/json",
        }
        for index in range(20):
            body = json.dumps({"name": f"inlet {index}"}).encode()
            request = urllib.request.Request(f"{url}/data/core/edge/inlet", body, headers)
            with urllib.request.urlopen(request, timeout=10) as answer:
                inlets.append(json.loads(answer.read())["inletId"])
        process.send_signal(signal.SIGKILL)
    store = Store(file)
    kept = [one["inlet_id"] for one in store.find(Tenant(variables.org_id, "prod"), "inlet")]
    store.close()
    assert kept == inlets
