#!/usr/bin/env bash
# newman's JSON report has an entry for each request that was sent, but all entries of one call hold the call's last
# request and answer: what `pm.sendRequest` got before it is nowhere in the report, though the counts are right.
#
# A call whose pre-request script asks for a token is followed by what the server saw. The report has two entries, both
# of them of the call's own request; the token request is in neither. Exits with 0 while newman 6.2.2 behaves so, with 1
# when that has changed.
set -eu
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund newman@6.2.2 >/dev/null

cat > server.js <<'JS'
const http = require('http');
http.createServer((request, response) => {
  console.log(`sent ${request.url}`);
  response.end(JSON.stringify({ path: request.url }));
}).listen(0, '127.0.0.1', function () { console.log(`port ${this.address().port}`); });
JS
node server.js > seen.txt &
server=$!
until grep -q '^port ' seen.txt; do sleep 0.2; done
port=$(sed -n 's/^port //p' seen.txt)

cat > collection.json <<JSON
{
  "info": {"name": "shop", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
  "item": [{
    "name": "orders",
    "request": {"method": "GET", "url": "http://127.0.0.1:$port/orders"},
    "event": [{"listen": "prerequest", "script": {"exec": [
      "pm.sendRequest('http://127.0.0.1:$port/token', () => {});"]}}]
  }]
}
JSON
node_modules/.bin/newman run collection.json --reporters json --reporter-json-export report.json >/dev/null
seen=$(sed -n 's/^sent //p' seen.txt | tr '\n' ' ')
told=$(node -p "require('./report.json').run.executions.map((one) => '/' + one.request.url.path.join('/')).join(' ')")
counted=$(node -p "require('./report.json').run.stats.requests.total")
echo "newman $(node_modules/.bin/newman --version): sent ${seen% }; the report counts $counted and tells $told"
[ "$seen" = "/token /orders " ] && [ "$counted" = 2 ] && [ "$told" = "/orders /orders" ]
