#!/usr/bin/env bash
# postman-collection-transformer loses the address of a request that is written as text.
#
# The schema of v2.1 lets a request be its URL alone ("request": "https://shop.test/stock"). Converted to v1 such a
# request has an empty URL, and back in v2.1 it is a request to nowhere; no error is raised. The same URL in an object
# survives. Exits with 0 while postman-collection-transformer 4.1.14 behaves so, with 1 when that has changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund postman-collection-transformer@4.1.14 >/dev/null

cat > there-and-back.js <<'JS'
const { convert } = require('postman-collection-transformer');
const collection = {
  info: { name: 'shop', schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json' },
  item: [
    { name: 'short', request: 'https://shop.test/stock' },
    { name: 'long', request: { method: 'GET', url: 'https://shop.test/stock' } }
  ]
};
const options = (inputVersion, outputVersion) => ({ inputVersion, outputVersion, retainIds: true });
convert(collection, options('2.1.0', '1.0.0'), (error, old) => {
  if (error) throw error;
  const urls = Object.fromEntries(old.requests.map((one) => [one.name, one.url]));
  convert(old, options('1.0.0', '2.1.0'), (wrong, back) => {
    if (wrong) throw wrong;
    const again = Object.fromEntries(back.item.map((one) => [one.name, one.request.url.raw]));
    const version = require('postman-collection-transformer/package.json').version;
    console.log(`postman-collection-transformer ${version}`);
    console.log(`v1: ${JSON.stringify(urls)}; v2.1 again: ${JSON.stringify(again)}`);
    const as_told = [urls, again].every((one) => one.short === '' && one.long === 'https://shop.test/stock');
    process.exit(as_told ? 0 : 1);
  });
});
JS
node there-and-back.js
