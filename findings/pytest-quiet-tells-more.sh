#!/usr/bin/env bash
# `pytest -q`, which is to say less, says more of subtests: it prints a letter for each that passed and counts them, which
# plain `pytest` leaves out. "Quiet" is asked as "verbosity is 0", which -q is not: it is -1.
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
    for field in ("id", "state", "total"):
        with subtests.test(field):
            assert field
PYTHON
"$folder/venv/bin/python" -m pytest --version
for option in "" -q; do
    told=$("$folder/venv/bin/python" -m pytest $option -p no:cacheprovider test_order.py | grep passed | tr -d '=')
    echo "pytest $option: $told"
    case "$option$told" in
        "-q"*"3 subtests passed"*) ;;
        "-q"*) exit 1 ;;
        *subtests*) exit 1 ;;
    esac
done
