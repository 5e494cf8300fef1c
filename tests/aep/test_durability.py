"""What the platform acknowledged is there after it was killed under load."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from http.client import HTTPException
from typing import TYPE_CHECKING, Any

import pytest

from harness.aep.platform import Platform
from harness.aep.profiles import Profiles
from harness.aep.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

CLASS = "https://ns.adobe.com/xdm/context/profile"
FULL = "application/vnd.adobe.xed-full+json;version=1"
ENOUGH = 150
WRITERS = 4


class Caller:
    """Calls a served platform as its integration."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.settings = Settings()
        self.token = self.send("POST", "/_harness/token", {})["access_token"]

    def send(self, method: str, path: str, body: Any) -> Any:
        headers = {"content-type": "application/json"}
        if not path.startswith(("/_harness", "/collection")):
            headers |= {
                "authorization": f"Bearer {self.token}",
                "x-api-key": self.settings.client_id,
                "x-gw-ims-org-id": self.settings.org_id,
            }
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())

    def prepare(self) -> tuple[str, dict[str, Any]]:
        """Make schema, dataset and inlet; gives the inlet's path and the envelope of a message."""
        registry = "/data/foundation/schemaregistry/tenant"
        email = "https://ns.adobe.com/xdm/context/profile-personal-details"
        schema = self.send(
            "POST",
            f"{registry}/schemas",
            {
                "title": "People",
                "type": "object",
                "allOf": [{"$ref": CLASS}, {"$ref": email}],
                "meta:immutableTags": ["union"],
            },
        )["$id"]
        self.send(
            "POST",
            f"{registry}/descriptors",
            {
                "@type": "xdm:descriptorIdentity",
                "xdm:sourceSchema": schema,
                "xdm:sourceVersion": 1,
                "xdm:sourceProperty": "/personalEmail/address",
                "xdm:property": "xdm:code",
                "xdm:namespace": "Email",
                "xdm:isPrimary": True,
            },
        )
        ref = {"id": schema, "contentType": FULL}
        on = {"unifiedProfile": ["enabled:true"], "unifiedIdentity": ["enabled:true"]}
        dataset = self.send(
            "POST",
            "/data/foundation/catalog/dataSets",
            {"name": "People", "schemaRef": ref, "tags": on},
        )[0].removeprefix("@/dataSets/")
        inlet = self.send("POST", "/data/core/edge/inlet", {"name": "People"})["inletId"]
        header = {"schemaRef": ref, "imsOrgId": self.settings.org_id, "datasetId": dataset}
        return f"/collection/{inlet}", {"header": header, "body": {"xdmMeta": {"schemaRef": ref}}}


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
def test_a_kill_under_load_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    file = tmp_path / "platform.db"
    command = [sys.executable, "-m", "harness", "serve", "--port", "0", "--data", str(file)]
    acknowledged: list[list[str]] = [[] for _ in range(WRITERS)]
    enough = threading.Event()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        caller = Caller(process.stdout.readline().split()[3])
        path, envelope = caller.prepare()

        def write(writer: int) -> None:
            number = 0
            while True:
                address = f"{writer}.{number}@example.com"
                record = {"personalEmail": {"address": address}}
                try:
                    caller.send("POST", path, {**envelope, "body": {**envelope["body"], "xdmEntity": record}})
                except (OSError, HTTPException, ValueError):
                    return
                acknowledged[writer].append(address)
                number += 1
                if number == ENOUGH:
                    enough.set()

        writers = [threading.Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
        for one in writers:
            one.start()
        assert enough.wait(120)
        time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        for one in writers:
            one.join(30)
    platform = Platform(Settings(data_file=file))
    org = platform.settings.org_id
    landed = {
        record.body["personalEmail"]["address"] for record in platform.store.records(org, "prod", "lake")
    }
    known = {
        identity.value
        for cluster in platform.service(Profiles).graph.everyone(org, "prod")
        if (identity := platform.service(Profiles).graph.identity(org, "prod", cluster)) is not None
    }
    platform.close()
    for sent in acknowledged:
        assert sent
        assert set(sent) <= landed
        assert set(sent) <= known
    assert sum(map(len, acknowledged)) >= ENOUGH
