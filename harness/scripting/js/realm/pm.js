/** The object `pm` of one script. Source: postman-sandbox, `lib/sandbox/pmapi.js`. */
import chai from "#chai";
import { CookieJar } from "./cookies.js";
import { cutOff, defineProperty, keys, NativePromise, SafeMap, toText } from "./natives.js";
import { makeSender } from "./send.js";
import { addTests } from "./tests.js";

const stringify = JSON.stringify;
const parse = JSON.parse;
const { defineProperties, freeze, getPrototypeOf } = Object;

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

/** What `pm` has, made when a script looks at it. What is undefined is not remembered. */
const PARTS = {
  __proto__: null,
  info: ({ script }) => readonly({}, script.info),
  vault: ({ script }) => vault(script),
  globals: ({ script }) => script.scopes.globals,
  environment: ({ script }) => script.scopes.environment,
  collectionVariables: ({ script }) => script.scopes.collection,
  variables: ({ script }) => script.scopes.local,
  iterationData: ({ script }) => script.scopes.data,
  request: ({ script }) => script.request,
  response: ({ script }) => script.response,
  cookies: ({ script }) => {
    const cookies = script.cookies;
    cookies.jar = () =>
      new CookieJar(
        (kind, json) => script.ask(kind, json),
        (callback) => script.timers.later(callback),
        script.answers,
      );
    return cookies;
  },
  visualizer: ({ script }) => visualizer(script),
  sendRequest: (inside) => inside.sender.sendRequest,
  execution: (inside) => execution(inside.script, inside.sender.runRequest),
  require: ({ script }) => (name) => script.package(name),
  datasets: () => datasets,
};

/** Whether an event's `pm` has a part, of those that not every one has. */
const CONDITIONS = {
  __proto__: null,
  response: (kind) => kind === "test",
  vault: (_, answers) => answers.vault,
  require: (_, answers) => answers.teamMembers,
  datasets: (_, answers) => answers.refusesDatasets,
};

/** What stands behind the `pm` of one script. */
class Inside {
  made = { __proto__: null };
  tests;
  #engine;
  #sender;

  constructor(script, engine) {
    this.script = script;
    this.#engine = engine;
  }

  part(name) {
    return (this.made[name] ??= PARTS[name](this));
  }

  isAtWork() {
    return this.script.draws === this.#engine.draws.current;
  }

  get sender() {
    const { script } = this;
    return (this.#sender ??= makeSender({
      flush: () => script.flush(),
      defer: (kind, json, callback) => script.defer(kind, json, callback),
      later: (callback) => script.timers.later(callback),
      answers: script.answers,
      warn: (text) => script.console.warn(text),
      engine: this.#engine,
    }));
  }
}
cutOff(Inside);

/** What stands behind a `pm`, also behind an object that inherits from one, or a proxy of one. */
let insideOf;

/** What stands behind the `pm` that was made last, and serves proxies of it while its event is at work. */
let latest;

/** What is enumerable on Postman's `pm` is `test` and, inherited, `expect`. */
export class Postman {
  #inside;

  constructor(script, engine) {
    this.#inside = new Inside(script, engine);
    defineProperties(this, surface(script.event, script.answers));
    this.#inside.tests = addTests(this, {
      host: engine.host,
      run: script.number,
      answers: script.answers,
      losses: () => script.losses,
    });
    latest = this.#inside;
  }

  static {
    insideOf = (pm) => {
      for (let each = pm; typeof each === "object" && each !== null; each = getPrototypeOf(each)) {
        if (#inside in each) return each.#inside;
      }
      return latest?.isAtWork() ? latest : undefined;
    };
  }
}
Postman.prototype.expect = chai.expect;
Object.defineProperty(Postman, "name", { value: "Postman" });

/**
 * The same functions serve the `pm` of every script, for making them takes longer than most scripts do. They are frozen,
 * or scripts could leave each other something on them.
 */
const surfaces = new SafeMap();

function surface(kind, answers) {
  if (surfaces.has(kind)) return surfaces.get(kind);
  const made = { __proto__: null };
  const names = keys(PARTS);
  for (let index = 0; index < names.length; index++) {
    const name = names[index];
    if (name in CONDITIONS && !CONDITIONS[name](kind, answers)) continue;
    made[name] = {
      __proto__: null,
      get: freeze(function () {
        return insideOf(this)?.part(name);
      }),
    };
  }
  surfaces.set(kind, made);
  return made;
}

/** Make assertions of the entries of the legacy `tests`. */
export function legacyTests(pm, tests) {
  insideOf(pm).tests(tests);
}
