#!/usr/bin/env bash
# openapi-to-postmanv2 sends an API key that belongs in a cookie as a header of the cookie's name, leaves cookie
# parameters out, and of two keys that an operation wants together it keeps one.
#
# A description has a scheme {"type": "apiKey", "in": "cookie", "name": "sid"}, a required cookie parameter, and an
# operation whose security is {"app": [], "user": []} (both, by the OpenAPI specification). The conversion succeeds and
# reports nothing. Exits with 0 while openapi-to-postmanv2 6.3.3 behaves so, with 1 when that has changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund openapi-to-postmanv2@6.3.3 >/dev/null

cat > convert.js <<'JS'
const { convert } = require('openapi-to-postmanv2');
const responses = { 200: { description: 'fine' } };
const cookie = { in: 'cookie', name: 'tenant', required: true, schema: { type: 'string' }, example: 'shop' };
const description = {
  openapi: '3.0.3',
  info: { title: 'shop', version: '1' },
  servers: [{ url: 'https://shop.test' }],
  components: { securitySchemes: {
    session: { type: 'apiKey', in: 'cookie', name: 'sid' },
    app: { type: 'apiKey', in: 'header', name: 'X-App' },
    user: { type: 'apiKey', in: 'header', name: 'X-User' }
  } },
  paths: {
    '/basket': { get: { security: [{ session: [] }], parameters: [cookie], responses } },
    '/orders': { get: { security: [{ app: [], user: [] }], responses } }
  }
};
convert({ type: 'string', data: JSON.stringify(description) }, {}, (error, { result, output }) => {
  if (error) throw error;
  const requests = Object.fromEntries(output[0].data.item.map((one) => [one.name, one.request]));
  const place = (request) => {
    const told = Object.fromEntries(request.auth.apikey.map(({ key, value }) => [key, value]));
    return `${told.in} ${told.key}`;
  };
  const basket = requests['/basket'];
  const cookies = JSON.stringify(basket).includes('tenant') ? 'is told' : 'is left out';
  console.log(`openapi-to-postmanv2 ${require('openapi-to-postmanv2/package.json').version}, success ${result}`);
  console.log(`/basket sends ${place(basket)}, and the cookie "tenant" ${cookies}`);
  console.log(`/orders sends ${place(requests['/orders'])}, and ${
    JSON.stringify(requests['/orders']).includes('X-User') ? 'X-User, too' : 'no X-User'}`);
  const as_told = result && place(basket) === 'header sid' && cookies === 'is left out'
    && place(requests['/orders']) === 'header X-App' && !JSON.stringify(requests['/orders']).includes('X-User');
  process.exit(as_told ? 0 : 1);
});
JS
node convert.js
