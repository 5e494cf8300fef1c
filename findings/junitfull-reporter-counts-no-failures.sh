#!/usr/bin/env bash
# newman-reporter-junitfull writes failures="0" and errors="0" into every suite, also where cases below have a <failure>
# or an <error>: it sets both attributes before it goes through the assertions. What reads the counts is green.
#
# junitparser, which takes the attributes that a report has, counts no failure in a report with one. Exits with 0 while
# newman-reporter-junitfull 1.1.1 behaves so under newman 6.2.2 (read by junitparser 5.0.3), with 1 when that has
# changed.
set -eu
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund newman@6.2.2 newman-reporter-junitfull@1.1.1 >/dev/null
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check junitparser==5.0.3

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
      "pm.test('is gone', () => pm.response.to.have.status(410));", "missing();"]}}]
  }]
}
JSON
code=0
node_modules/.bin/newman run collection.json --reporters junitfull --reporter-junitfull-export report.xml || code=$?
version=$(node -p "require('./node_modules/newman-reporter-junitfull/package.json').version")
venv/bin/python - "$code" "$version" <<'PYTHON'
import sys
from xml.etree import ElementTree

from junitparser import JUnitXml

suites = list(JUnitXml.fromfile("report.xml"))
counted = sum(suite.failures for suite in suites), sum(suite.errors for suite in suites)
tree = ElementTree.parse("report.xml")
held = len(tree.findall(".//testcase/failure")), len(tree.findall(".//testcase/error"))
print(f"newman-reporter-junitfull {sys.argv[2]}, exit code of newman {sys.argv[1]}: failures and errors", end=" ")
print(f"in the cases {held}, as the suites count them {counted}")
assert (sys.argv[1], held, counted) == ("1", (1, 1), (0, 0)), "the behaviour has changed"
PYTHON
