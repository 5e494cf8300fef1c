#!/usr/bin/env bash
# Three arguments of aepp, Adobe Experience Platform's Python client, do not arrive. The date of a profile report is
# worked into parameters that are then not sent, so that the newest report comes back for any day. Identities whose
# graph is wanted go out as `composite_xid`, where Adobe's description of the Identity Service has `composite_xids`.
# Labels of a label descriptor go out as `xdm:label`, where the guide to descriptors has `xdm:labels`.
#
# Exits with 0 while aepp 0.6.0 behaves so, with 1 when that has changed. Nothing is sent: requests ends at an adapter.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check aepp==0.6.0
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import contextlib
import io
import json
from importlib.metadata import version

import aepp
from requests import Response
from requests.adapters import HTTPAdapter

sent = []


def kept(self, request, **options):
    sent.append(request)
    answer = Response()
    answer.status_code, answer.request, answer.url = 200, request, request.url
    answer._content = b'{"access_token": "t", "expires_in": 86399, "data": []}'
    return answer


HTTPAdapter.send = kept
with contextlib.redirect_stdout(io.StringIO()):
    aepp.configure(
        org_id="A@AdobeOrg", secret="s", client_id="c", scopes="openid", environment="prod", sandbox="prod"
    )
    from aepp import customerprofile, identity, schema

    customerprofile.Profile().getPreviewDataSet(date="2020-01-01")
    report = sent[-1].url
    identity.Identity().getLinkedIdentities([{"ns": "Email", "id": "a@example.com"}])
    graph = sorted(json.loads(sent[-1].body))
    descriptor = schema.Schema().createDescriptorOperation(
        sourceSchema="https://ns.adobe.com/t/schemas/1",
        descType="xdm:descriptorLabel",
        completePath="/person/name",
        labels=["core/C1"],
    )
print(f"aepp {version('aepp')}")
print(f"report of 2020-01-01: GET {report}")
print(f"members of the body that asks for a graph: {graph}")
print(f"label descriptor: {sorted(descriptor)}")
seen = "date" in report, "composite_xids" in graph, "xdm:labels" in descriptor
still = "composite_xid" in graph and descriptor.get("xdm:label") == ["core/C1"]
raise SystemExit(0 if seen == (False, False, False) and still else 1)
PYTHON
