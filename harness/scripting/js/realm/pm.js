/** The object `pm` of one script. Source: postman-sandbox, `lib/sandbox/pmapi.js`. */
import chai from "#chai";
import { CookieJar } from "./cookies.js";
import { defineProperty, keys, NativePromise, toText } from "./natives.js";
import { makeSender } from "./send.js";
import { addTests } from "./tests.js";

const stringify = JSON.stringify;
const parse = JSON.parse;

/** What is enumerable on Postman's `pm` is `test` and, inherited, `expect`. */
export class Postman {}
Postman.prototype.expect = chai.expect;
Object.defineProperty(Postman, "name", { value: "Postman" });

function readonly(object, properties) {
  const names = keys(properties);
  for (let index = 0; index < names.length; index++) {
    const value = properties[names[index]];
    if (value !== undefined) defineProperty(object, names[index], /** @type {object} */ ({ __proto__: null, value }));
  }
  return object;
}

function visualizer(script) {
  return {
    set(template, data, options) {
      if (typeof template !== "string") {
        throw new Error(`Invalid template. Template must be of type string, found ${typeof template}`);
      }
      if (data && typeof data !== "object") {
        throw new Error(`Invalid data. Data must be an object, found ${typeof data}`);
      }
      if (options && typeof options !== "object") {
        throw new Error(`Invalid options. Options must be an object, found ${typeof options}`);
      }
      script.visualization = { template, data, options };
    },
    clear() {
      script.visualization = undefined;
    },
  };
}

function execution(script, runRequest) {
  const location = readonly([...script.location], { current: script.current });
  const made = {
    skipRequest: () => script.skip(),
    location,
    setNextRequest: (target) => script.setNext(target),
  };
  Object.defineProperty(made.skipRequest, "name", { value: "" });
  return !script.answers.teamMembers ? made : readonly({}, { ...made, runRequest });
}

function vault(script) {
  const ask = (operation, key, value) =>
    new NativePromise((resolve, reject) => {
      script.timers.later(() => {
        const reply = parse(
          script.ask("vault", stringify({ __proto__: null, operation, key: toText(key), value: toText(value ?? "") })),
        );
        if (reply.error) reject(new Error(reply.error));
        else resolve(reply.value ?? undefined);
      });
    });
  return {
    get: (key) => ask("get", key),
    set: (key, value) => ask("set", key, value),
    unset: (key) => ask("unset", key),
  };
}

/** Datasets live in Postman's desktop app: what they are asked is refused, where the script can see it. */
function datasets(id) {
  // deno-lint-ignore require-await
  const refusal = (method) => async () => {
    throw new Error(
      `pm.datasets: ${method} of the dataset ${stringify(id)} needs Postman's desktop app; ` +
        "give the rows with --iteration-data and read them from pm.iterationData",
    );
  };
  return Object.fromEntries(["addView", "executeView", "executeQuery"].map((method) => [method, refusal(method)]));
}

export function makePm(script, { host, library, answers }) {
  const pm = new Postman();
  const lazy = {
    __proto__: null,
    info: () => readonly({}, script.info),
    vault: () => vault(script),
    globals: () => script.scopes.globals,
    environment: () => script.scopes.environment,
    collectionVariables: () => script.scopes.collection,
    variables: () => script.scopes.local,
    iterationData: () => script.scopes.data,
    request: () => script.request,
    response: () => script.response,
    cookies: () => {
      const cookies = script.cookies;
      cookies.jar = () =>
        new CookieJar(
          (kind, json) => script.ask(kind, json),
          (callback) => script.timers.later(callback),
          answers,
        );
      return cookies;
    },
    visualizer: () => visualizer(script),
    sendRequest: () => sender().sendRequest,
    execution: () => execution(script, sender().runRequest),
  };
  if (script.event !== "test") delete lazy.response;
  if (!answers.vault) delete lazy.vault;
  if (answers.teamMembers) lazy.require = () => (name) => script.package(name);
  if (answers.refusesDatasets) lazy.datasets = () => datasets;
  let senders;
  const sender = () => (senders ??= makeSender({
    flush: () => script.flush(),
    defer: (kind, json, callback) => script.defer(kind, json, callback),
    later: (callback) => script.timers.later(callback),
    host,
    answers,
    warn: (text) => script.console.warn(text),
    Buffer: library("buffer").Buffer,
  }));
  const made = Object.create(null);
  const names = keys(lazy);
  for (let index = 0; index < names.length; index++) {
    const key = names[index];
    defineProperty(pm, key, /** @type {object} */ ({ __proto__: null, get: () => (made[key] ??= lazy[key]()) }));
  }
  const legacyTests = addTests(pm, { host, run: script.number, answers, losses: script.losses });
  return { pm, legacyTests };
}
