#!/usr/bin/env bash
# Three converters from Postman to OpenAPI read the query of a URL in parts, and lose it of a URL that is text, which
# the schema of v2.1 allows just so: postman2openapi leaves the whole request out, @scalar/postman-to-openapi and
# postman-to-openapi write an operation without its parameters. None says a word.
#
# One collection has "url": "https://shop.test/stock?size=xl", the other the same in parts. Exits with 0 while
# postman2openapi 1.2.1, @scalar/postman-to-openapi 0.7.14 and postman-to-openapi 3.0.1 behave so, with 1 when that has
# changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund postman2openapi@1.2.1 @scalar/postman-to-openapi@0.7.14 \
  postman-to-openapi@3.0.1 >/dev/null

cat > convert.mjs <<'JS'
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { convert } from '@scalar/postman-to-openapi';

const require = createRequire(import.meta.url);
const { transpile } = require('postman2openapi');
const postmanToOpenApi = require('postman-to-openapi');
const version = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')).version;
const raw = 'https://shop.test/stock?size=xl';
const query = [{ key: 'size', value: 'xl' }];
const parts = { raw, protocol: 'https', host: ['shop', 'test'], path: ['stock'], query };
const collection = (url) => ({
  info: { name: 'shop', schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json' },
  item: [{ name: 'stock', request: { method: 'GET', url } }]
});
const told = (description) => {
  const operation = description.paths['/stock']?.get;
  return operation ? `query ${(operation.parameters ?? []).map((one) => one.name).join(' ') || 'empty'}` : 'no request';
};
const converters = {
  'postman2openapi': async (one) => transpile(one),
  '@scalar/postman-to-openapi': async (one) => convert(one),
  'postman-to-openapi': async (one) => {
    writeFileSync('collection.json', JSON.stringify(one));
    return JSON.parse(await postmanToOpenApi('collection.json', null, { outputFormat: 'json' }));
  }
};
const expected = {
  'postman2openapi': 'query size; no request',
  '@scalar/postman-to-openapi': 'query size; query empty',
  'postman-to-openapi': 'query size; query empty'
};
let same = true;
for (const [name, converted] of Object.entries(converters)) {
  const seen = `${told(await converted(collection(parts)))}; ${told(await converted(collection(raw)))}`;
  console.log(`${name} ${version(name)}, URL in parts and as text: ${seen}`);
  same &&= seen === expected[name];
}
process.exit(same ? 0 : 1);
JS
node convert.mjs
