"""What the platform acknowledged is there after it was killed under load."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from http.client import HTTPException
from typing import TYPE_CHECKING, Any

import pytest

from harness.aep.flow.outbox import Outbox
from harness.aep.platform import Platform
from harness.aep.profile.profiles import Profiles
from harness.aep.settings import Settings
from harness.twin.store import Store
from harness.twin.tenant import Tenant
from harness.twin.wires.remote_sink import Message, RemoteSink

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from harness.twin.wires.sinks import DeliveryError, Destination

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

    def send(self, method: str, path: str, body: Any, **more: str) -> Any:
        headers = {"content-type": "application/json", **more}
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

    def export_everybody(self) -> None:
        """Make a flow to Kinesis that exports whoever has an e-mail address."""
        segment = self.send(
            "POST",
            "/data/core/ups/segment/definitions",
            {
                "name": "Everybody",
                "schema": {"name": "_xdm.context.profile"},
                "expression": {"type": "PQL", "format": "pql/text", "value": "exists(personalEmail)"},
                "evaluationInfo": {"continuous": {"enabled": True}},
            },
        )["id"]
        store = {"id": "8a9c3494-9708-43d7-ae3f-cda01e5030e1", "version": "1.0"}
        kinesis = {"id": "86043421-563b-46ec-8e6c-e23184711bf6", "version": "1.0"}
        keys = {"accessKeyId": "AKIA", "secretKey": "secret", "region": "us-east-1"}
        auth = {"specName": "Aws Kinesis authentication credentials", "params": keys}
        place = {"stream": "people", "region": "us-east-1"}

        def made(word: str, spec: dict[str, str], **body: Any) -> Any:
            path = f"/data/foundation/flowservice/{word}"
            return self.send("POST", path, {"name": word, "connectionSpec": spec, **body})["id"]

        data = {"data": {"format": "json"}}
        source = made(
            "sourceConnections", store, baseConnectionId=made("connections", store), params={}, **data
        )
        base = made("connections", kinesis, auth=auth)
        target = made("targetConnections", kinesis, baseConnectionId=base, params=place, **data)
        flow = self.send(
            "POST",
            "/data/foundation/flowservice/flows",
            {
                "name": "flow",
                "flowSpec": {"id": "71471eba-b620-49e4-90fd-23f1fa0174d8", "version": "1.0"},
                "sourceConnectionIds": [source],
                "targetConnectionIds": [target],
            },
        )
        selector = {"type": "PLATFORM_SEGMENT", "value": {"id": segment}}
        where = "/transformations/0/params/segmentSelectors/selectors/-"
        patch = [{"op": "add", "path": where, "value": selector}]
        path = f"/data/foundation/flowservice/flows/{flow['id']}"
        self.send("PATCH", path, patch, **{"if-match": flow["etag"]})


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
        record.body["personalEmail"]["address"]
        for record in platform.store.records(Tenant(org, "prod"), "lake")
    }
    known = {
        identity.value
        for cluster in platform.service(Profiles).graph.everyone(Tenant(org, "prod"))
        if (identity := platform.service(Profiles).graph.identity(Tenant(org, "prod"), cluster)) is not None
    }
    platform.close()
    for sent in acknowledged:
        assert sent
        assert set(sent) <= landed
        assert set(sent) <= known
    assert sum(map(len, acknowledged)) >= ENOUGH


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
def test_a_kill_loses_no_export_of_what_was_acknowledged(tmp_path: Path) -> None:
    file = tmp_path / "platform.db"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        command = [sys.executable, "-m", "harness", "serve", "--port", "0", "--data", str(file)]
        with subprocess.Popen([*command, "--kinesis", address], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            caller = Caller(process.stdout.readline().split()[3])
            path, envelope = caller.prepare()
            caller.export_everybody()
            for number in range(30):
                record = {"personalEmail": {"address": f"{number}@example.com"}}
                caller.send("POST", path, {**envelope, "body": {**envelope["body"], "xdmEntity": record}})
            process.send_signal(signal.SIGKILL)
    taken: list[Message] = []

    class Kept(RemoteSink):
        def __init__(self) -> None:
            super().__init__(self)

        def deliver(
            self, destination: Destination, messages: Sequence[Message]
        ) -> list[DeliveryError | None]:
            taken.extend(messages)
            return [None] * len(messages)

    store = Store(file)
    outbox = Outbox(store, Kept(), lambda *_: None)
    outbox.drain()
    outbox.close()
    store.close()
    sent = [json.loads(one.data)["identityMap"]["email"][0]["id"] for one in taken]
    assert sent == [f"{number}@example.com" for number in range(30)]
