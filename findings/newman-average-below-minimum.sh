#!/usr/bin/env bash
# newman's average response time counts a request that got no answer as one of 0 ms, its minimum does not: with one
# refused connection the average of a run can be lower than its fastest answer.
#
# A collection has a request to a port where nothing listens, and one whose answer takes 400 ms. The formula of a
# running mean divides by all requests, while only those with an answer add to it. Exits with 0 while newman 6.2.2
# behaves so, with 1 when that has changed.
set -eu
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund newman@6.2.2 >/dev/null

cat > server.js <<'JS'
const http = require('http');
const closed = http.createServer().listen(0, '127.0.0.1', () => {
  const { port } = closed.address();
  closed.close(() => {
    http.createServer((request, response) => { setTimeout(() => response.end('ok'), 400); })
      .listen(0, '127.0.0.1', function () { console.log(`${port} ${this.address().port}`); });
  });
});
JS
node server.js > ports.txt &
server=$!
until [ -s ports.txt ]; do sleep 0.2; done
read -r closed open < ports.txt

cat > collection.json <<JSON
{
  "info": {"name": "shop", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
  "item": [
    {"name": "refused", "request": {"method": "GET", "url": "http://127.0.0.1:$closed/"}},
    {"name": "slow", "request": {"method": "GET", "url": "http://127.0.0.1:$open/"}}
  ]
}
JSON
node_modules/.bin/newman run collection.json --reporters json --reporter-json-export report.json || true
node - "$(node_modules/.bin/newman --version)" <<'JS'
const { timings, executions } = require('./report.json').run;
const answered = executions.filter((one) => one.response).map((one) => one.response.responseTime);
console.log(`newman ${process.argv[2]}: answers took ${answered.join(', ')} ms; the report says`
  + ` minimum ${timings.responseMin}, average ${timings.responseAverage}, maximum ${timings.responseMax}`);
const half = answered.length === 1 && timings.responseAverage === answered[0] / 2;
process.exit(half && timings.responseAverage < timings.responseMin ? 0 : 1);
JS
