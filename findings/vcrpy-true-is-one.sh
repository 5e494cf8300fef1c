#!/usr/bin/env bash
# vcrpy answers a request whose JSON says `true` with what was recorded for one that says `1`, when it is told to match
# on the body: it compares bodies as Python values, and Python holds True == 1 == 1.0. JSON tells them apart, and an API
# may: `"limit": true` can be an error of validation, and its replay is green.
#
# Exits with 0 while vcrpy 9.4.2 behaves so, with 1 when that has changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check vcrpy==9.4.2 requests==2.32.5
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version
from threading import Thread

import requests
import vcr
from vcr.errors import CannotOverwriteExistingCassetteException


class Echo(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = HTTPServer(("127.0.0.1", 0), Echo)
Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/orders"
matcher = vcr.VCR(match_on=["method", "uri", "body"])
with matcher.use_cassette("orders.yaml"):
    requests.post(url, json={"limit": 1})
server.shutdown()
seen = {}
for limit in (1, True, 1.0, 2, "1"):
    with matcher.use_cassette("orders.yaml", record_mode="none"):
        try:
            seen[repr(limit)] = requests.post(url, json={"limit": limit}).text
        except CannotOverwriteExistingCassetteException:
            seen[repr(limit)] = "no match"
print(f"vcrpy {version('vcrpy')}, recorded {{'limit': 1}}: {seen}")
recorded = '{"limit": 1}'
expected = {"1": recorded, "True": recorded, "1.0": recorded, "2": "no match", "'1'": "no match"}
assert seen == expected, "the behaviour has changed"
PYTHON
