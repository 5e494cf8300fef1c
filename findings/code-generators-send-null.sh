#!/usr/bin/env bash
# What a query parameter without a value becomes depends on the language of the generated code: postman-code-generators
# makes `?flag` of it for some, and `?flag=null` for others. The second asks a server for the text "null".
#
# The URL `http://shop.test/stock?flag` is turned into code for all languages that the package knows; cURL, Go and
# Python's http.client are among those that send `null`, Fetch, Axios and Python's Requests among those that do not.
# Exits with 0 while postman-code-generators 2.1.1 behaves so, with 1 when that has changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts postman-code-generators@2.1.1 \
  postman-collection@5.3.1 >/dev/null

cat > generate.js <<'JS'
const generators = require('postman-code-generators');
const { Request } = require('postman-collection');
const request = new Request({ method: 'GET', url: 'http://shop.test/stock?flag' });
const written = (language, variant) => new Promise((resolve, reject) => {
  generators.convert(language, variant, request, {}, (error, code) => (error ? reject(error) : resolve(code)));
});
(async () => {
  const sorted = { flag: [], 'flag=null': [], neither: [] };
  for (const language of generators.getLanguageList()) {
    for (const variant of language.variants) {
      const code = await written(language.key, variant.key);
      const found = /[?&](flag(=\w*)?)/.exec(code) || [];
      (sorted[found[1]] || sorted.neither).push(`${language.key} ${variant.key}`);
    }
  }
  console.log(`postman-code-generators ${require('postman-code-generators/package.json').version}`);
  for (const [query, names] of Object.entries(sorted)) console.log(`${query}: ${names.length} (${names.join(', ')})`);
  const has = (query, ...names) => names.every((name) => sorted[query].includes(name));
  const as_told = has('flag=null', 'curl cURL', 'go Native', 'python http.client')
    && has('flag', 'javascript Fetch', 'nodejs Axios', 'python Requests');
  process.exit(as_told ? 0 : 1);
})().catch((error) => { console.error(error); process.exit(1); });
JS
node generate.js
