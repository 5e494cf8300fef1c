#!/usr/bin/env bash
# Adobe's client of the Real-Time Customer Profile API creates with an empty object, whatever it is given.
#
# The body of every call is fixed when the client is made, and none of the call's arguments reaches it; so neither a
# computed attribute nor an export job can be made with it. Here its server's address is a local one, in a copy of its
# specification, and the body is handed over in each way that its code or swagger-client names. Exits with 0 while
# @adobe/aio-lib-customer-profile 3.0.2 sends {} each time, with 1 when that has changed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund @adobe/aio-lib-customer-profile@3.0.2 >/dev/null

cat > create.cjs <<'JS'
const name = '@adobe/aio-lib-customer-profile';
const wanted = { name: 'visits', path: '_shop', schema: { name: '_xdm.context.profile' } };
const sent = [];
const server = require('http').createServer((request, response) => {
  let body = '';
  request.on('data', (piece) => { body += piece; });
  request.on('end', () => {
    sent.push(`${request.method} ${request.url} ${body}`);
    response.setHeader('content-type', 'application/json');
    response.end('{}');
  });
});
server.listen(0, '127.0.0.1', async () => {
  require(`${name}/spec/api.json`).servers = [{ url: `http://127.0.0.1:${server.address().port}` }];
  const client = await require(name).init('shop', 'org@AdobeOrg', 'key', 'token', 'prod');
  const ways = [[wanted], [{ body: wanted }], [{ requestBody: wanted }], [{}, wanted],
    [{}, { body: wanted }], [{}, { requestBody: wanted }]];
  for (const way of ways) await client.createComputedAttribute(...way);
  console.log(`${name} ${require(`${name}/package.json`).version}`);
  sent.forEach((line) => console.log(line));
  server.close();
  const as_told = sent.length === ways.length && sent.every((one) => one === 'POST /config/computedAttributes {}');
  process.exit(as_told ? 0 : 1);
});
JS
node create.cjs
