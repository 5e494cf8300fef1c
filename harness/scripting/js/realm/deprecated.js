/**
 * What Postman names in place of its first scripting API.
 * Source: postman-sandbox, `lib/sandbox/postman-legacy-interface.js`.
 */
import { LEGACY } from "./globals.js";

const INSTEAD = {
  tests: "pm.test()",
  globals: "pm.globals",
  environment: "pm.environment",
  data: "pm.iterationData",
  request: "pm.request",
  responseCookies: "pm.cookies",
  responseHeaders: "pm.response.headers",
  responseTime: "pm.response.responseTime",
  responseCode: "pm.response.code",
  responseBody: "pm.response.text()",
  iteration: "pm.info.iteration",
  _: "require('lodash')",
  CryptoJS: "require('crypto-js')",
  atob: "require('atob')",
  btoa: "require('btoa')",
  tv4: "require('ajv')",
  xml2Json: "require('xml2js')",
  Backbone: "require('backbone')",
  cheerio: "require('cheerio')",
  "postman.setNextRequest": "pm.execution.setNextRequest()",
};

/** What the current sandbox says where it says something else. */
const INSTEAD_NOW = {
  CryptoJS: 'the global "crypto"',
  Backbone: "",
  "postman.setEnvironmentVariable": "pm.environment.set()",
  "postman.getEnvironmentVariable": "pm.environment.get()",
  "postman.clearEnvironmentVariables": "pm.environment.clear()",
  "postman.clearEnvironmentVariable": "pm.environment.unset()",
  "postman.setGlobalVariable": "pm.globals.set()",
  "postman.getGlobalVariable": "pm.globals.get()",
  "postman.clearGlobalVariables": "pm.globals.clear()",
  "postman.clearGlobalVariable": "pm.globals.unset()",
  "postman.getResponseCookie": "pm.cookies.get()",
  "postman.getResponseHeader": "pm.response.headers.get()",
};

/** What to use instead of a deprecated name; empty when there is nothing, undefined for any other name. */
export function replacement(name) {
  return INSTEAD_NOW[name] ?? INSTEAD[name] ?? (LEGACY.includes(name) ? "" : undefined);
}

/** The line that newman writes to the console, if it does. */
export function newmanWarning(name) {
  if (INSTEAD[name]) return `Using "${name}" is deprecated. Use "${INSTEAD[name]}" instead.`;
  return LEGACY.includes(name) ? `Using "${name}" is deprecated.` : undefined;
}

/** Legacy names that hold a text or a number, which cannot tell when they are looked at. */
export const PLAIN = ["responseBody", "responseTime", "iteration"];
