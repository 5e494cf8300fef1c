#!/usr/bin/env bash
# The lint of Postman CLI 1.34.0 ends before a pipe has taken what it says: of a large collection `-r json` is no JSON
# in a pipe, and the text lacks its last lines, the count of errors among them. In CI standard output is a pipe.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-fund --no-audit postman-cli@1.34.0 >/dev/null 2>&1

mkdir Shop
for number in $(seq 3000); do
  printf '$kind: http-request\nname: 5\nurl: https://example.com/\n' >"Shop/request-$number.request.yaml"
done

lint() { ./node_modules/.bin/postman collection lint Shop -r "$1"; }
for reporter in json cli; do
  lint "$reporter" >"file.$reporter" || true
  lint "$reporter" 2>/dev/null | cat >"pipe.$reporter" || true
done
echo "postman-cli $(node -p 'require("./node_modules/postman-cli/package.json").version')"
wc -c file.json pipe.json file.cli pipe.cli
is_json() { node -e 'JSON.parse(require("fs").readFileSync(process.argv[1]))' "$1" 2>/dev/null; }
is_json file.json && grep -q 'Errors: 3000' file.cli
if is_json pipe.json || grep -q 'Errors: 3000' pipe.cli; then
  echo "all of it came through the pipe"
  exit 1
fi
echo "what came through the pipe is no JSON, and has no count of errors"
