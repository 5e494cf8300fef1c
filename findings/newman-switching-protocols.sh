#!/usr/bin/env bash
# An answer "101 Switching Protocols" ends a run of newman with exit code 0: what follows is neither sent nor
# tested, no report is written, and a pipeline is green.
#
# A collection asks for a WebSocket handshake (RFC 6455, section 4.1) and has a request with a failing test after it.
# Node's HTTP client hands a switched connection to listeners of "upgrade", of which postman-request has none, and
# nothing is left to wait for. Exits with 0 while newman 6.2.2 behaves so, with 1 when that has changed.
set -eu
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund newman@6.2.2 >/dev/null

cat > server.js <<'JS'
const net = require('net');
net.createServer((connection) => {
  connection.on('error', () => {});
  connection.once('data', (data) => {
    console.log(String(data).split('\r\n')[0]);
    connection.write(String(data).startsWith('GET /socket ')
      ? 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
        + 'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n'
      : 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  });
}).listen(0, '127.0.0.1', function () { console.log(`port ${this.address().port}`); });
JS
node server.js > seen.txt &
server=$!
until grep -q '^port ' seen.txt; do sleep 0.2; done
port=$(sed -n 's/^port //p' seen.txt)

cat > collection.json <<JSON
{
  "info": {"name": "sockets", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
  "item": [
    {"name": "handshake", "request": {"method": "GET", "url": "http://127.0.0.1:$port/socket", "header": [
      {"key": "Connection", "value": "Upgrade"}, {"key": "Upgrade", "value": "websocket"},
      {"key": "Sec-WebSocket-Key", "value": "dGhlIHNhbXBsZSBub25jZQ=="},
      {"key": "Sec-WebSocket-Version", "value": "13"}]}},
    {"name": "after", "request": {"method": "GET", "url": "http://127.0.0.1:$port/after"}, "event": [
      {"listen": "test", "script": {"exec": ["pm.test('fails', () => pm.expect(1).to.eql(2));"]}}]}
  ]
}
JSON
code=0
node_modules/.bin/newman run collection.json --reporters json --reporter-json-export report.json >/dev/null || code=$?
sent=$(grep -c '^GET ' seen.txt)
report=no; [ ! -e report.json ] || report=yes
echo "newman $(node_modules/.bin/newman --version): exit code $code, requests sent $sent of 2, report written: $report"
[ "$code" = 0 ] && [ "$sent" = 1 ] && [ "$report" = no ]
