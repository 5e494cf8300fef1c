/**
 * The names of Postman's first scripting API, made when a script mentions them.
 * Source: postman-sandbox, `lib/sandbox/postman-legacy-interface.js`.
 */
import { newmanWarning, replacement } from "./deprecated.js";
import { LEGACY } from "./globals.js";

/** Told once of each name that a script uses: newman on the console, we as the script's own deprecations. */
function warner(script, answers) {
  const said = new Set();
  return (name) => {
    if (said.has(name)) return;
    said.add(name);
    if (!answers.consoleDeprecations) {
      if (replacement(name) !== undefined) script.deprecate(name);
      return;
    }
    const warning = newmanWarning(name);
    if (warning !== undefined) script.console.warn(warning);
  };
}

function bodyData(request) {
  const body = request.body;
  if (!body || body.isEmpty()) return {};
  if (body.mode === "raw") return body.raw || {};
  if (body.mode === "file") return body.file?.content || {};
  if (body.mode !== "urlencoded" && body.mode !== "formdata") return {};
  const collected = {};
  for (const { key, value, disabled } of body[body.mode].all()) {
    if (disabled) continue;
    if (!collected[key]) collected[key] = value;
    else if (Array.isArray(collected[key])) collected[key].push(value);
    else collected[key] = [collected[key], value];
  }
  return collected;
}

class Postman {
  #script;
  #objects;

  constructor(script, objects) {
    this.#script = script;
    this.#objects = objects;
  }

  #set(scope, key, value) {
    const text = value && typeof value.toString === "function" ? value.toString() : value;
    this.#objects[scope][key] = text;
    return this.#script.scopes[scope].set(key, text);
  }

  #clear(scope) {
    for (const key of Object.keys(this.#objects[scope])) delete this.#objects[scope][key];
    return this.#script.scopes[scope].clear();
  }

  #unset(scope, key) {
    if (key) delete this.#objects[scope][key];
    return this.#script.scopes[scope].unset(key);
  }

  static interface(script, objects) {
    const made = new Postman(script, objects);
    const target = {
      setEnvironmentVariable: (key, value) => made.#set("environment", key, value),
      getEnvironmentVariable: (key) => script.scopes.environment.get(key),
      clearEnvironmentVariables: () => made.#clear("environment"),
      clearEnvironmentVariable: (key) => made.#unset("environment", key),
      setGlobalVariable: (key, value) => made.#set("globals", key, value),
      getGlobalVariable: (key) => script.scopes.globals.get(key),
      clearGlobalVariables: () => made.#clear("globals"),
      clearGlobalVariable: (key) => made.#unset("globals", key),
      setNextRequest: (target) => script.setNext(target),
    };
    if (script.event === "test") {
      target.getResponseCookie = (name) => script.cookies.one(String(name));
      target.getResponseHeader = (name) => script.response.headers.one(name)?.value;
    }
    return target;
  }
}

/** Functions by legacy name, each called at most once per script. */
export function legacyBindings(script, library, answers) {
  const warn = warner(script, answers);
  const state = { enabled: true, tests: {} };
  const objects = {
    get environment() {
      return bound("environment", () => script.scopes.environment.syncVariablesTo()).target;
    },
    get globals() {
      return bound("globals", () => script.scopes.globals.syncVariablesTo()).target;
    },
  };
  const made = Object.create(null);

  const watch = (key, target) => {
    if (!target || (typeof target !== "object" && typeof target !== "function")) return target;
    const heed = (property) => {
      if (!state.enabled) return;
      if (key !== "postman") warn(key);
      else {warn(
          answers.consoleDeprecations || typeof property !== "string"
            ? "postman.setNextRequest"
            : `postman.${property}`,
        );}
    };
    /** @type {object} */
    const handler = {
      set(inner, property, value) {
        heed(property);
        inner[property] = value;
      },
      get(inner, property) {
        heed(property);
        return inner[property];
      },
      apply(inner, self, args) {
        heed();
        return inner.apply(self, args);
      },
    };
    return new Proxy(target, handler);
  };

  function bound(key, make) {
    return (made[key] ??= ((target) => ({ target, seen: watch(key, target) }))(make()));
  }

  const inTest = script.event === "test";
  const ofResponse = (make) => (inTest ? make(script.response) : undefined);
  const makers = {
    tests: () => state.tests,
    globals: () => objects.globals,
    environment: () => objects.environment,
    data: () => script.row(),
    request: () => legacyRequest(script),
    responseCookies: () => (inTest ? script.cookies : undefined),
    responseHeaders: () =>
      ofResponse((response) => {
        const headers = {};
        response.headers.each((header) => {
          if (header && !header.disabled) headers[header.key] = header.value;
        });
        return headers;
      }),
    responseTime: () => ofResponse((response) => response.responseTime),
    responseCode: () => ofResponse((response) => response.details()),
    responseBody: () =>
      ofResponse((response) =>
        !answers.largeLegacyBodies && response.responseSize > 50 * 1024 * 1024 ? undefined : response.text()
      ),
    iteration: () => script.iteration,
    postman: () => Postman.interface(script, objects),
    _: () => library("lodash3"),
    CryptoJS: () => library("crypto-js"),
    tv4: () => library("tv4"),
    xml2Json: () => xml2Json(library),
    Backbone: () => library("backbone"),
    cheerio: () => library("cheerio"),
    atob: () => base64(library).atob,
    btoa: () => base64(library).btoa,
  };
  const bindings = { __proto__: null };
  for (let index = 0; index < LEGACY.length; index++) {
    const key = LEGACY[index];
    if (answers.currentGlobals && (key === "atob" || key === "btoa")) continue;
    bindings[key] = () =>
      bound(key, key === "environment" || key === "globals" ? () => script.scopes[key].syncVariablesTo() : makers[key])
        .seen;
  }
  return {
    bindings,
    /** The entries of `tests`, once the script has run; what it does later warns no more. */
    finish: () => {
      state.enabled = false;
      return state.tests;
    },
  };
}

function legacyRequest({ info, request }) {
  return {
    id: info.requestId,
    name: info.requestName,
    description: request.description ? request.description.toString() : undefined,
    headers: request.headers.toObject(true, false, true, true),
    method: request.method,
    url: request.url.toString(),
    data: bodyData(request),
  };
}

function xml2Json(library) {
  return (text) => {
    let json = {};
    library("xml2js").parseString(
      text,
      { explicitArray: false, async: false, trim: true, mergeAttrs: false },
      (_, result) => {
        json = result;
      },
    );
    return json;
  };
}

/** npm's atob and btoa, which know no errors. */
export function base64(library) {
  const { Buffer } = library("buffer");
  return {
    atob: (text) => Buffer.from(text, "base64").toString("binary"),
    btoa: (text) => (text instanceof Buffer ? text : Buffer.from(text.toString(), "binary")).toString("base64"),
  };
}
