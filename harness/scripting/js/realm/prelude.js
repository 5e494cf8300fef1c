/**
 * The first code in the scripts' realm: puts a wall around the engine and loads the rest.
 *
 * `call` comes from the engine's realm. Nothing but this closure may ever hold it, and an error that the
 * engine's realm throws (a stack that runs out inside it) must not reach a script, for its constructor
 * would lead out of the realm. `answersJson` are the dialect's answers (`harness/dialect/scripts.py`).
 */
import { addBase64Url } from "./base64url.js";
import { completeBuffer } from "./current_buffer.js";
import { Draws } from "./random.js";
import { allowedGlobals, forgetLater } from "./globals.js";
import { sharedLibraries } from "./shared_libraries.js";

export function start(call, answersJson, seed) {
  const answers = Object.freeze({ __proto__: null, ...JSON.parse(answersJson) });
  const RealmError = Error;
  const { apply } = Reflect;
  const host = (operation, a, b, c, d, e, f, g) => {
    try {
      return call(operation, a, b, c, d, e, f, g);
    } catch {
      throw new RealmError("the script engine could not be reached");
    }
  };
  const realm = globalThis;
  const native = { Date, microtask: realm.queueMicrotask, structuredClone: realm.structuredClone };
  shutGlobals(realm, answers);
  if (!answers.currentGlobals) forgetLater(realm);
  fixStackTraces();

  const loaded = Object.create(null);
  const process = browserProcess(answers);
  const library = (name) => {
    if (!(name in loaded)) {
      const factory = host("chunk", name);
      if (typeof factory !== "function") return undefined;
      const module = { exports: {} };
      loaded[name] = module;
      host("loading");
      try {
        const buffer = name === "buffer" ? undefined : library("buffer").Buffer;
        apply(factory, realm, [module, module.exports, requireShared, buffer, process, realm, undefined, SILENT]);
        const made = module.exports;
        if (made && made.__esModule && "default" in made) module.exports = made.default;
      } finally {
        host("loaded", module.exports);
      }
    }
    return loaded[name].exports;
  };
  const draws = { current: new Draws(seed) };
  const shared = sharedLibraries(library, draws);
  const requireShared = (path) => {
    const name = path.endsWith("/") ? path.slice(0, -1) : path;
    return name in shared ? shared[name]() : library(name);
  };
  if (answers.currentGlobals) {
    addBase64Url(library("buffer").Buffer);
    completeBuffer(library("buffer").Buffer);
  }
  const firmware = library("firmware");
  const forget = (source) => {
    for (const name in SECRETIVE) if (name in loaded && SECRETIVE[name].test(source)) delete loaded[name];
  };
  return firmware.boot({
    host,
    library,
    draws,
    answers,
    realm,
    native,
    process,
    loaded,
    forget,
  });
}

/**
 * Libraries that keep what they are told where nobody else can reach it, and the words with which they are told. After
 * a script with such a word the library is loaded anew.
 */
const SECRETIVE = {
  moment: /ocale|relativeTime|calendarFormat|updateOffset/,
  tv4: /add|define|language|setErrorReporter/,
};

/** Libraries look for Node's `process`; they find a browser's. */
function browserProcess(answers) {
  return Object.freeze({
    title: "browser",
    browser: true,
    env: {},
    argv: [],
    version: "",
    versions: {},
    platform: "browser",
    nextTick: answers.libraryTicks
      ? (callback, ...args) => void Promise.resolve().then(() => callback(...args))
      : brokenTick(),
    cwd: () => "/",
    noDeprecation: true,
  });
}

/** newman's finds no timers: what is asked for first throws, and what comes after is never done. */
function brokenTick() {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    throw new ReferenceError("setTimeout is not defined");
  };
}

/** Libraries warn of things that authors cannot mend. */
const SILENT = Object.freeze({ log() {}, warn() {}, error() {}, info() {}, debug() {}, trace() {} });

function shutGlobals(realm, answers) {
  const allowed = new Set([...allowedGlobals(answers), "eval"]);
  for (const name of Object.getOwnPropertyNames(realm)) {
    if (!allowed.has(name)) delete realm[name];
  }
}

/** The files that scripts are compiled as; frames of libraries and of the engine mean nothing to an author. */
const OF_SCRIPTS = "script-";

/** Postman fixes the text of `error.stack`, and so that no script sees the call sites themselves. */
function fixStackTraces() {
  Object.defineProperty(Error, "prepareStackTrace", {
    value(error, sites) {
      let text = `Error: ${error && error.message}`;
      for (let index = 0; index < sites.length; index++) {
        const site = `${sites[index]}`;
        if (site.includes(OF_SCRIPTS)) text += `\n    at ${site}`;
      }
      return text;
    },
    configurable: false,
    enumerable: false,
    writable: false,
  });
}
