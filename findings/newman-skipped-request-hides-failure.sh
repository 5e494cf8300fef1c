#!/usr/bin/env bash
# What a pre-request script asserted before it skipped its request is in no entry of newman's JSON report and in no
# test case of its JUnit report: entries are made when a request is sent, and the assertion waits for one.
#
# A pre-request script checks that there is a token, and calls pm.execution.skipRequest() as there is none. The check
# fails, and so does the run; the JUnit report has neither suite nor case. Exits with 0 while newman 6.2.2 behaves so,
# with 1 when that has changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund newman@6.2.2 >/dev/null

cat > collection.json <<'JSON'
{
  "info": {"name": "shop", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
  "item": [{
    "name": "orders",
    "request": {"method": "GET", "url": "http://127.0.0.1/orders"},
    "event": [{"listen": "prerequest", "script": {"exec": [
      "pm.test('there is a token', () => pm.expect(pm.variables.get('token')).to.be.a('string'));",
      "if (!pm.variables.get('token')) pm.execution.skipRequest();"]}}]
  }]
}
JSON
code=0
node_modules/.bin/newman run collection.json --reporters json,junit --reporter-json-export report.json \
  --reporter-junit-export report.xml || code=$?
failures=$(node -p "require('./report.json').run.failures.length")
entries=$(node -p "require('./report.json').run.executions.length")
cases=$(grep -c '<testcase\|<failure\|<testsuite ' report.xml || true)
echo "newman $(node_modules/.bin/newman --version): exit code $code; JSON: $failures failure, $entries entries;" \
  "JUnit: $cases suites, cases and failures"
[ "$code" = 1 ] && [ "$failures" = 1 ] && [ "$entries" = 0 ] && [ "$cases" = 0 ]
