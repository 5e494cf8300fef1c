#!/usr/bin/env bash
# HTTPie cannot send a header with a backslash before `:`, `;`, `=` or `@`: one backslash is taken away, two stay two.
#
# Those four separate names from values on HTTPie's command line, and a backslash before one of them says that it does
# not. It does so in values, too, where there is nothing left to separate, but a backslash is not spelled by two: a share
# such as `\\files\=q3` is sent as `\\files=q3`, and with that backslash doubled as `\\files\\=q3`. Nothing is said. What
# can send it is a value from a file (`X-Share:@file`). Exits with 0 while HTTPie 3.2.4 behaves so, with 1 when that has
# changed.
set -eu
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check httpie==3.2.4

cat > echo.py <<'PY'
from http.server import BaseHTTPRequestHandler, HTTPServer

class Echo(BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.headers.get("X-Share", "").encode("latin-1")
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass

server = HTTPServer(("127.0.0.1", 0), Echo)
print(server.server_port, flush=True)
server.serve_forever()
PY
venv/bin/python echo.py > port.txt &
server=$!
until [ -s port.txt ]; do sleep 0.2; done
url=http://127.0.0.1:$(cat port.txt)/

send() { venv/bin/http --ignore-stdin --body --pretty=none GET "$url" "$1"; }
printf '%s' '\\files\=q3' > share.txt
one=$(send 'X-Share:\\files\=q3')
two=$(send 'X-Share:\\files\\=q3')
file=$(send 'X-Share:@share.txt')
echo "HTTPie $(venv/bin/http --version)"
printf 'wanted %s\none backslash: %s\ntwo: %s\nfrom a file: %s\n' '\\files\=q3' "$one" "$two" "$file"
[ "$one" = '\\files=q3' ] && [ "$two" = '\\files\\=q3' ] && [ "$file" = '\\files\=q3' ]
