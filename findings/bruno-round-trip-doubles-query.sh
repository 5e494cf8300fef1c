#!/usr/bin/env bash
# A Postman collection that goes to Bruno and back sends its query twice, and with the parameters that were off.
#
# Bruno keeps the query in the URL's text. On the way back @usebruno/converters splits a URL that begins with a
# variable at the slashes alone, so the query ends up in the path; it lists the parameters again as the query, and
# leaves `disabled` off. The import reports no issue. `{{base}}/orders?page=1` comes back as
# `{{base}}/orders?page=1&debug=true?page=1&debug=true`.
#
# Exits with 0 while @usebruno/converters 0.23.0 behaves so (URLs are put together by postman-collection 5.3.1), with 1
# when that has changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund @usebruno/converters@0.23.0 postman-collection@5.3.1 >/dev/null

cat > there-and-back.js <<'JS'
const { postmanToBruno, brunoToPostman } = require('@usebruno/converters');
const { Url } = require('postman-collection');
const collection = {
  info: { name: 'shop', schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json' },
  item: [{
    name: 'orders',
    request: {
      method: 'GET',
      header: [],
      url: {
        raw: '{{base}}/orders?page=1&debug=true',
        host: ['{{base}}'],
        path: ['orders'],
        query: [{ key: 'page', value: '1' }, { key: 'debug', value: 'true', disabled: true }]
      }
    }
  }]
};
const spelled = (one) => new Url(one.item[0].request.url).toString();
(async () => {
  const before = spelled(collection);
  const there = await postmanToBruno(JSON.parse(JSON.stringify(collection)));
  const after = spelled(brunoToPostman(there.collection));
  const version = require('@usebruno/converters/package.json').version;
  console.log(`@usebruno/converters ${version}, ${there.issues.length} issues: ${before} comes back as ${after}`);
  const as_told = before === '{{base}}/orders?page=1' && there.issues.length === 0
    && after === '{{base}}/orders?page=1&debug=true?page=1&debug=true';
  process.exit(as_told ? 0 : 1);
})().catch((error) => { console.error(error); process.exit(1); });
JS
node there-and-back.js
