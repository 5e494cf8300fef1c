#!/usr/bin/env bash
# Postman CLI 1.34.0 runs a v2.1 file and the v3 folder that its own `migrate` makes of it differently: a query
# parameter that a pre-request script removes is not sent of the file, and is sent of the folder. Migrated suites
# send what their scripts took away, with exit code 0.
set -euo pipefail

work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
cd "$work"
export HOME=$work
npm install --silent --no-fund --no-audit postman-cli@1.34.0 >/dev/null 2>&1

mkdir site
echo ok >site/index.html
python3 -u -m http.server --bind 127.0.0.1 --directory site 0 >server.log 2>&1 &
server=$!
for _ in $(seq 50); do grep -q 'port [0-9]' server.log && break; sleep 0.2; done
port=$(sed -n 's/.*port \([0-9]*\).*/\1/p' server.log | head -1)

cat >shop.json <<EOF
{"info": {"name": "Shop", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
 "item": [{"name": "list",
  "event": [{"listen": "prerequest", "script": {"exec": ["pm.request.url.query.remove('page')"]}}],
  "request": {"method": "GET", "url": {"raw": "http://127.0.0.1:$port/?size=5&page=2", "protocol": "http",
   "host": ["127", "0", "0", "1"], "port": "$port", "path": [""],
   "query": [{"key": "size", "value": "5"}, {"key": "page", "value": "2"}]}}}]}
EOF
cli=./node_modules/.bin/postman
"$cli" collection migrate shop.json -o migrated >migrate.log 2>&1

sent() { # what came of one run, and how that ended
  before=$(wc -l <server.log)
  "$cli" collection run "$1" >run.log 2>&1 && code=0 || code=$?
  echo "$(tail -n +"$((before + 1))" server.log | grep -o 'GET [^ ]*' | head -1), exit code $code"
}
file=$(sent shop.json)
migrated=$(sent migrated)
echo "postman-cli $(node -p 'require("./node_modules/postman-cli/package.json").version')"
echo "the v2.1 file:           $file"
echo "the migrated v3 folder:  $migrated"

[ "$file" = "GET /?size=5, exit code 0" ]
[ "$migrated" = "GET /?size=5&page=2, exit code 0" ]
