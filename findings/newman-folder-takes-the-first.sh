#!/usr/bin/env bash
# newman's --folder runs one folder of a name and no other that has it, without a word. Names need not be unique in a
# collection.
#
# A collection has the folder "Setup" in "Orders" and in "Users". `--folder Setup` sends the requests of the first and
# ends with exit code 0. Naming the option twice does not help. Exits with 0 while newman 6.2.2 behaves so, with 1 when
# that has changed.
set -eu
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund newman@6.2.2 >/dev/null

cat > server.js <<'JS'
require('http').createServer((request, response) => {
  console.log(`sent ${request.url}`);
  response.end('ok');
}).listen(0, '127.0.0.1', function () { console.log(`port ${this.address().port}`); });
JS
node server.js > seen.txt &
server=$!
until grep -q '^port ' seen.txt; do sleep 0.2; done
base=http://127.0.0.1:$(sed -n 's/^port //p' seen.txt)

cat > collection.json <<JSON
{
  "info": {"name": "shop", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
  "item": [
    {"name": "Orders", "item": [{"name": "Setup", "item": [{"name": "one", "request": "$base/orders"}]}]},
    {"name": "Users", "item": [{"name": "Setup", "item": [{"name": "two", "request": "$base/users"}]}]}
  ]
}
JSON
once=0
node_modules/.bin/newman run collection.json --folder Setup > run.txt || once=$?
twice=0
node_modules/.bin/newman run collection.json --folder Setup --folder Setup > run.txt || twice=$?
seen=$(sed -n 's/^sent //p' seen.txt | tr '\n' ' ')
echo "newman $(node_modules/.bin/newman --version): exit codes $once and $twice; sent ${seen% }"
[ "$once" = 0 ] && [ "$twice" = 0 ] && [ "$seen" = "/orders /orders " ]
