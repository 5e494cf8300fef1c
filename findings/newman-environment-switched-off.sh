#!/usr/bin/env bash
# newman sends the value of an environment variable that is switched off, and exports it as one that is on.
#
# Postman exports a variable that its user has unticked with "enabled": false. newman takes no notice of that, and the
# value hides a collection variable of the same name; only "disabled": true would switch it off. Exits with 0 while newman
# 6.2.2 behaves so, with 1 when that has changed.
set -eu
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund newman@6.2.2 >/dev/null

cat > server.js <<'JS'
require('http').createServer((request, response) => {
  console.log(`sent ${request.url}`);
  response.end('ok');
}).listen(0, '127.0.0.1', function () { console.log(`port ${this.address().port}`); });
JS
node server.js > seen.txt &
server=$!
until grep -q '^port ' seen.txt; do sleep 0.2; done

cat > collection.json <<JSON
{
  "info": {"name": "shop", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
  "variable": [{"key": "region", "value": "of-the-collection"}],
  "item": [{"name": "stock", "request": {"method": "GET",
    "url": "http://127.0.0.1:$(sed -n 's/^port //p' seen.txt)/{{region}}"}}]
}
JSON
cat > environment.json <<'JSON'
{
  "name": "shop",
  "values": [{"key": "region", "value": "switched-off", "type": "default", "enabled": false}],
  "_postman_variable_scope": "environment"
}
JSON
node_modules/.bin/newman run collection.json -e environment.json --export-environment after.json > run.txt
sent=$(sed -n 's/^sent //p' seen.txt)
kept=$(node -p "JSON.stringify(require('./after.json').values)")
echo "newman $(node_modules/.bin/newman --version): sent $sent; exported $kept"
[ "$sent" = /switched-off ] && [ "$kept" = '[{"type":"any","value":"switched-off","key":"region"}]' ]
