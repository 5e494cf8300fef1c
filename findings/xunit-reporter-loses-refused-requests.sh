#!/usr/bin/env bash
# newman-reporter-xunit has no place for a request that got no answer: its suite has no case and counts no error, and
# with --reporter-xunit-aggregate the whole report says errors="0". A server that is down makes a report without a
# failure; newman's own JUnit report counts an error there.
#
# Exits with 0 while newman-reporter-xunit 2.4.3 behaves so under newman 6.2.2, with 1 when that has changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund newman@6.2.2 newman-reporter-xunit@2.4.3 >/dev/null

port=$(node -e "const server = require('http').createServer().listen(0, '127.0.0.1', () => {
  console.log(server.address().port); server.close(); })")
cat > collection.json <<JSON
{
  "info": {"name": "shop", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
  "item": [{"name": "stock", "request": {"method": "GET", "url": "http://127.0.0.1:$port/stock"}}]
}
JSON
code=0
node_modules/.bin/newman run collection.json --reporters junit,xunit --reporter-junit-export junit.xml \
  --reporter-xunit-export xunit.xml --reporter-xunit-aggregate || code=$?
counted() { sed -n "s/.*<$2 .*errors=\"\([0-9]*\)\".*/\1/p" "$1"; }
own=$(counted junit.xml testsuite)
suite=$(counted xunit.xml testsuite)
whole=$(counted xunit.xml testsuites)
marks=$(grep -c '<error\|<failure\|<testcase' xunit.xml || true)
version=$(node -p "require('./node_modules/newman-reporter-xunit/package.json').version")
echo "newman-reporter-xunit $version, exit code of newman $code; errors in newman's JUnit report: $own," \
  "in the xunit report: $suite and in all $whole, with $marks cases, failures and errors"
[ "$code" = 1 ] && [ "$own" = 1 ] && [ "$suite" = 0 ] && [ "$whole" = 0 ] && [ "$marks" = 0 ]
