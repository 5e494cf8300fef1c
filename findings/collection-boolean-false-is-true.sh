#!/usr/bin/env bash
# A collection variable {"type": "boolean", "value": "false"} is true in postman-collection, and is true when the
# collection is saved again: the SDK casts the text as JavaScript's Boolean() does, where any text but the empty one is
# true. The schema of v2.1 allows any value with any type.
#
# Exits with 0 while postman-collection 5.3.1 behaves so, with 1 when that has changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund postman-collection@5.3.1 >/dev/null

cat > read.js <<'JS'
const { Collection } = require('postman-collection');
const collection = new Collection({
  info: { name: 'shop', schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json' },
  variable: [{ key: 'dryRun', type: 'boolean', value: 'false' }, { key: 'plain', value: 'false' }]
});
const got = collection.variables.get('dryRun');
const sent = collection.variables.replace('/orders?dryRun={{dryRun}}&plain={{plain}}');
const saved = JSON.stringify(collection.toJSON().variable[0]);
console.log(`postman-collection ${require('postman-collection/package.json').version}: get() gives ${got},`
  + ` the URL is ${sent}, saved as ${saved}`);
const as_told = got === true && sent === '/orders?dryRun=true&plain=false'
  && collection.toJSON().variable[0].value === true;
process.exit(as_told ? 0 : 1);
JS
node read.js
