/** `require(name)` as scripts have it. Source: postman-sandbox, `lib/environment.js`. */
import chai from "#chai";
import lodash from "#lodash";
import sdk from "#postman-collection";
import { base64 } from "./legacy.js";

const ON_DEMAND = {
  ajv: "ajv",
  assert: "assert",
  backbone: "backbone",
  buffer: "buffer",
  cheerio: "cheerio",
  "crypto-js": "crypto-js",
  "csv-parse/lib/sync": "csv-parse",
  events: "events",
  moment: "moment",
  os: "os",
  path: "path",
  punycode: "punycode",
  querystring: "querystring",
  stream: "stream",
  string_decoder: "string_decoder",
  timers: "timers",
  tv4: "tv4",
  url: "url",
  util: "util",
  xml2js: "xml2js",
};

/** Postman's own `uuid`: version 4 alone, drawn from `Math.random`. */
function uuid() {
  return "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx".replace(/[xy]/g, (place) => {
    const draw = (Math.random() * 16) | 0;
    return (place === "x" ? draw : (draw & 0x3) | 0x8).toString(16);
  });
}
uuid.v4 = () => uuid();

export function makeRequire({ library, liquidJson, process }) {
  const own = {
    chai: () => chai,
    lodash: () => lodash,
    "postman-collection": () => sdk,
    json: () => liquidJson,
    uuid: () => uuid,
    atob: () => base64(library).atob,
    btoa: () => base64(library).btoa,
    fs: () => ({}),
    _process: () => process,
  };
  return function require(name) {
    const key = String(name);
    if (Object.hasOwn(own, key)) return own[key]();
    if (Object.hasOwn(ON_DEMAND, key)) return library(ON_DEMAND[key]);
    const error = /** @type {any} */ (new Error(`Cannot find module '${key}'`));
    error.code = "MODULE_NOT_FOUND";
    throw error;
  };
}
