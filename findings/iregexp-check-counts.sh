#!/bin/sh
# RFC 9485 lets an I-Regexp count with any number of digits: quantity = "{" quantifier "}" with 1*%x30-39.
# iregexp-check 0.1.4, by which jsonpath-rfc9535 1.0.1 validates the patterns of `match` and `search`, takes one
# digit only, and an invalid pattern selects nothing without a word: `[0-9]{10}` never matches, `[0-9]{5}[0-9]{5}` does.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check iregexp-check==0.1.4 jsonpath-rfc9535==1.0.1
"$folder/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version

from iregexp_check import check
from jsonpath_rfc9535 import find

for name in ("iregexp-check", "jsonpath-rfc9535"):
    print(name, version(name))
document = [{"number": "0123456789"}]
seen = {}
for pattern in ("[0-9]{9}[0-9]", "[0-9]{5}[0-9]{5}", "[0-9]{10}", "[0-9]{10,}", "[0-9]{2,10}"):
    found = len(find(f"$[?match(@.number, '{pattern}')]", document))
    seen[pattern] = (check(pattern), found)
    print(f"{pattern}: valid by RFC 9485, check() {check(pattern)}, match() selects {found} of 1")
assert seen == {
    "[0-9]{9}[0-9]": (True, 1),
    "[0-9]{5}[0-9]{5}": (True, 1),
    "[0-9]{10}": (False, 0),
    "[0-9]{10,}": (False, 0),
    "[0-9]{2,10}": (False, 0),
}, "the behaviour has changed"
PYTHON
