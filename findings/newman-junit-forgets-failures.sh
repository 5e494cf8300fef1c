#!/usr/bin/env bash
# newman's JUnit report has one test case for each name of an assertion, whatever the iterations, and the last result
# wins when it passes: an assertion that failed in iteration 1 and held in iteration 2 is a case without <failure>.
#
# A collection runs twice, and its one assertion holds in the second iteration only. newman's exit code is 1 and its
# suite has the attribute failures="1", but what reads the test cases finds one, and it passed.
# Exits with 0 while newman 6.2.2 behaves so, with 1 when that has changed.
set -eu
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund newman@6.2.2 >/dev/null

node -e "require('http').createServer((request, response) => response.end('ok'))
  .listen(0, '127.0.0.1', function () { console.log(this.address().port); })" > port.txt &
server=$!
until [ -s port.txt ]; do sleep 0.2; done

cat > collection.json <<JSON
{
  "info": {"name": "shop", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
  "item": [{
    "name": "stock",
    "request": {"method": "GET", "url": "http://127.0.0.1:$(cat port.txt)/stock"},
    "event": [{"listen": "test", "script": {"exec": [
      "pm.test('in stock', () => pm.expect(pm.info.iteration).to.eql(1));"]}}]
  }]
}
JSON
code=0
node_modules/.bin/newman run collection.json -n 2 --reporters junit --reporter-junit-export report.xml || code=$?
cases=$(grep -c '<testcase ' report.xml)
failed=$(grep -c '<failure' report.xml || true)
counted=$(sed -n 's/.*<testsuite .* failures="\([0-9]*\)".*/\1/p' report.xml)
echo "newman $(node_modules/.bin/newman --version): exit code $code; the suite counts $counted failure," \
  "and of its $cases test cases $failed failed"
[ "$code" = 1 ] && [ "$counted" = 1 ] && [ "$cases" = 1 ] && [ "$failed" = 0 ]
