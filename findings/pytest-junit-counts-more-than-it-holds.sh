#!/usr/bin/env bash
# The JUnit report of a pytest session with subtests says that there were four tests of which three failed, and holds one
# test case, with three failures in it. The one test had three subtests: one held, two failed. Whoever adds up the
# attributes and whoever counts the cases come to different numbers, and most readers of JUnit take a case's first failure.
#
# Exits with 0 while pytest 9.2.0 behaves so, with 1 when that has changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pytest==9.2.0
cd "$folder"
cat > test_order.py <<'PYTHON'
def test_order(subtests):
    for field, value in {"id": 7, "state": "accepted", "total": 0}.items():
        with subtests.test(field):
            assert value == 7
PYTHON
"$folder/venv/bin/python" -m pytest -q -p no:cacheprovider --junitxml=report.xml test_order.py > told.txt || true
"$folder/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version
from xml.etree import ElementTree

suite = ElementTree.parse("report.xml").getroot().find("testsuite")
cases = suite.findall("testcase")
failures = [len(case.findall("failure")) for case in cases]
print(f"pytest {version('pytest')}: the suite says tests={suite.get('tests')}, failures={suite.get('failures')};")
print(f"it holds {len(cases)} test case with {failures[0]} failures")
seen = (suite.get("tests"), suite.get("failures"), failures)
sys.exit(seen != ("4", "3", [3]))
PYTHON
