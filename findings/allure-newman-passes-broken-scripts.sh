#!/usr/bin/env bash
# newman-reporter-allure tells a call as passed whose test script threw, when the collection or a folder has a test
# script, too; and one whose pre-request script threw in any case.
#
# The reporter looks for an error in the first script of the test event alone, and that is the collection's. Two calls
# have a script with a ReferenceError, the run has exit code 1, and both results are "passed". Exits with 0 while
# newman-reporter-allure 3.0.5 behaves so under newman 6.2.2, with 1 when that has changed.
set -eu
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund newman@6.2.2 newman-reporter-allure@3.0.5 >/dev/null

node -e "require('http').createServer((request, response) => response.end('ok'))
  .listen(0, '127.0.0.1', function () { console.log(this.address().port); })" > port.txt &
server=$!
until [ -s port.txt ]; do sleep 0.2; done
url=http://127.0.0.1:$(cat port.txt)/stock

cat > collection.json <<JSON
{
  "info": {"name": "shop", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
  "event": [{"listen": "test", "script": {"exec": ["pm.test('answered', () => pm.response.to.be.ok);"]}}],
  "item": [
    {"name": "test script throws", "request": {"method": "GET", "url": "$url"},
     "event": [{"listen": "test", "script": {"exec": ["missing();"]}}]},
    {"name": "pre-request script throws", "request": {"method": "GET", "url": "$url"},
     "event": [{"listen": "prerequest", "script": {"exec": ["missing();"]}}]}
  ]
}
JSON
code=0
node_modules/.bin/newman run collection.json --reporters json,allure --reporter-json-export report.json || code=$?
node - "$code" <<'JS'
const fs = require('fs');
const threw = require('./report.json').run.failures.map((one) => `${one.source.name}: ${one.error.name}`);
const told = fs.readdirSync('allure-results').filter((name) => name.endsWith('-result.json'))
  .map((name) => JSON.parse(fs.readFileSync(`allure-results/${name}`, 'utf8')))
  .map((one) => `${one.name}: ${one.status}`);
console.log(`newman-reporter-allure ${require('./node_modules/newman-reporter-allure/package.json').version},`
  + ` exit code of newman ${process.argv[2]}`);
console.log(`newman: ${threw.sort().join('; ')}`);
console.log(`allure: ${told.sort().join('; ')}`);
const as_told = process.argv[2] === '1'
  && threw.join('; ') === 'pre-request script throws: ReferenceError; test script throws: ReferenceError'
  && told.join('; ') === 'pre-request script throws: passed; test script throws: passed';
process.exit(as_told ? 0 : 1);
JS
