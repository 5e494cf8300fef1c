/** One script while it runs: what it sees, and what it leaves behind. */
import sdk from "#postman-collection";
import { cookieList } from "./cookies.js";
import { bufferModule } from "./current_buffer.js";
import { makeConsole } from "./console.js";
import { isMarked, LEGACY, WEB } from "./globals.js";
import { legacyBindings } from "./legacy.js";
import { Losses } from "./losses.js";
import { makeResponse, ScriptRequest, withAssertions } from "./messages.js";
import { legacyTests, Postman } from "./pm.js";
import {
  apply,
  cutOff,
  defineProperty,
  keys,
  listOf,
  NativeError,
  NativePromise,
  SafeMap,
  toText,
  whenSettled,
} from "./natives.js";
import { describe, NAMELESS } from "./problem.js";
import { mayUseSugar } from "./sugar.js";
import { Timers } from "./timers.js";
import { ScopeView } from "./variables.js";

const { parse, stringify } = JSON;

/** Names to be looked up. */
function table(names) {
  const found = { __proto__: null };
  for (const name of names) found[name] = true;
  return found;
}
const OF_WEB = table(WEB);
const OF_LEGACY = table(LEGACY);
const OF_TIMERS = table([
  "setTimeout",
  "setInterval",
  "setImmediate",
  "clearTimeout",
  "clearInterval",
  "clearImmediate",
]);

/** What each script is handed anew. */
const OWN = {
  __proto__: null,
  pm: (script) => script.pm,
  console: (script) => script.console,
  Buffer: (script) => script.library("buffer").Buffer,
  bridge: () => undefined,
  __exitscope: (script) => (thrown) => script.exit(thrown),
};

/** What the current sandbox hands it besides. */
const OWN_NOW = {
  __proto__: null,
  queueMicrotask: (script) => (callback) => script.timers.soon(callback),
  require: (script) => script.require,
};

/** What is known of a source however often it is run; `names` are the parameters that it is compiled with. */
export function factsOf(source, names) {
  return { __proto__: null, names, legacy: !isMarked(source), sugar: mayUseSugar(source) };
}

export class Script {
  number;
  current;
  answers;
  scopes;
  visualization;
  #engine;
  #event;
  #request;
  #response;
  #cookies;
  #postman;
  #console;
  #losses;
  #timers;
  #timerFunctions;
  /** Whether the legacy names are there, and what they stand for once one is used. */
  #hasLegacy = false;
  #ended = false;
  #legacy;
  #over = false;
  #deferred;
  #web;
  #packages;
  #require;

  /** `event` is the job's state, shared by the scripts of one event. */
  constructor(number, event, current, engine) {
    this.number = number;
    this.#engine = engine;
    this.#event = event;
    this.current = current;
    this.answers = engine.answers;
    this.scopes = new ScopeView(event.scopes, event.draws);
  }

  // Most scripts use few of these, and making all of them takes longer than most scripts do.
  get pm() {
    return (this.#postman ??= new Postman(this, this.#engine));
  }
  get console() {
    return (this.#console ??= makeConsole(this.#engine.host, this.number, this.answers));
  }
  get losses() {
    return (this.#losses ??= new Losses(this.#engine.host, this.number, this.answers));
  }
  get timers() {
    if (this.#timers === undefined) {
      this.#timers = new Timers(this.#engine.host, this.number, (thrown) => this.losses.thrown(thrown));
      if (this.#over) this.#timers.seal();
    }
    return this.#timers;
  }

  get require() {
    return (this.#require ??= this.#currentRequire());
  }
  get #waiting() {
    return (this.#deferred ??= new SafeMap());
  }

  library(name) {
    return this.#engine.library(name);
  }

  get event() {
    return this.#event.kind;
  }
  get info() {
    return this.#event.info;
  }
  get iteration() {
    return this.#event.info.iteration;
  }
  get location() {
    return this.#event.location;
  }
  get draws() {
    return this.#event.draws;
  }

  row() {
    return this.#engine.scopes.row(this.#event.scopes);
  }

  get request() {
    return (this.#request ??= new ScriptRequest(this.#event.request)).value;
  }

  get response() {
    if (this.#response === undefined) {
      const sent = this.#event.response;
      if (sent) sent.body = this.#event.body;
      this.#response = withAssertions(sent ? makeResponse(sent, this.#engine) : new sdk.Response());
    }
    return this.#response;
  }

  get cookies() {
    return (this.#cookies ??= cookieList(this.#event.cookies));
  }

  /** Ask for a piece of cryptography; a promise of its answer. */
  #crypt(method, json) {
    return new NativePromise((resolve) => {
      this.#waiting.set(`crypto ${this.#engine.host("subtle", this.number, method, json)}`, resolve);
    });
  }

  settle(id, reply) {
    const key = `crypto ${id}`;
    const resolve = this.#waiting.get(key);
    this.#waiting.delete(key);
    resolve?.(reply);
  }

  #webInterfaces() {
    const { host, library } = this.#engine;
    return (this.#web ??= library("web").make({
      host,
      library,
      Buffer: library("buffer").Buffer,
      word: () => this.#engine.draws.current.word(),
      await: (method, json) => this.#crypt(method, json),
    }));
  }

  /** `require` whose modules share their classes and functions with the script's global names. */
  #currentRequire() {
    const { realm, library } = this.#engine;
    const { require: shared } = realm;
    let buffer;
    return (name) => {
      const key = toText(name);
      if (key === "buffer") return (buffer ??= bufferModule(library("buffer"), this.#webInterfaces()));
      return key === "atob" || key === "btoa" ? this.#webInterfaces()[key] : shared(key);
    };
  }

  ask(kind, json) {
    return this.#engine.host("ask", this.number, kind, json);
  }

  /** Ask something that may take long; the callback gets the answer as an event that the script waits for. */
  defer(kind, json, callback) {
    const id = this.#engine.host("defer", this.number, kind, json);
    this.#waiting.set(id, callback);
  }

  /** The answer to something deferred has come. */
  answer(id, reply, delay) {
    const callback = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (callback !== undefined) this.timers.later(() => callback(reply), delay);
  }

  setNext(target) {
    if (this.#over) return;
    this.#engine.host("next", this.number, target === undefined ? "" : (stringify(target) ?? ""));
  }

  skip() {
    if (this.event !== "prerequest") throw new TypeError("pm.execution.skipRequest is not a function");
    this.finish();
    this.#engine.host("skip", this.number);
  }

  /** Tell that the script uses a deprecated name, and where it does. */
  deprecate(name) {
    this.#engine.host("deprecate", this.number, name, new NativeError().stack);
  }

  package(name) {
    return this.#engine.packages.load(toText(name), this, this.#packages ??= new SafeMap());
  }

  /** Call the function that the script was compiled to. */
  start(compiled, { names, legacy, sugar }, usesThis, asynchronous) {
    this.#hasLegacy = legacy;
    if (sugar) this.#engine.sugar.pour();
    const values = listOf(names.length, (index) => this.bound(names[index]));
    let promise;
    try {
      promise = apply(compiled, usesThis ? this.#context() : {}, values);
    } catch (thrown) {
      this.exit(thrown, true);
      return;
    }
    if (asynchronous) whenSettled(promise, () => this.exit(undefined), (thrown) => this.exit(thrown, true));
    else this.exit(undefined);
  }

  /** What a name means to this script. */
  bound(name) {
    if (name in OWN) return OWN[name](this);
    if (name in OF_TIMERS) return (this.#timerFunctions ??= this.timers.functions())[name];
    if (this.#hasLegacy) {
      if (name === "JSON") return this.#engine.liquidJson;
      if (name in OF_LEGACY) {
        this.#legacy ??= this.#makeLegacy();
        if (name in this.#legacy.bindings) return this.#legacy.bindings[name]();
      }
    }
    if (this.answers.currentGlobals) {
      if (name in OWN_NOW) return OWN_NOW[name](this);
      if (name in OF_WEB) return this.#webInterfaces()[name];
    }
    return this.#engine.realm[name];
  }

  #makeLegacy() {
    const made = legacyBindings(this, this.#engine.library, this.answers);
    // What is first looked at when the script has run counts for nothing.
    if (this.#ended) made.finish();
    return made;
  }

  /** What `this` is: an object with all that the script is given. */
  #context() {
    const context = {};
    const { names } = this.#engine;
    for (let index = 0; index < names.length; index++) {
      const name = names[index];
      if (name === "bridge" || name === "require" || name === "__exitscope") continue;
      const own = (value) => /** @type {object} */ ({ __proto__: null, value, writable: true });
      const bound = {
        __proto__: null,
        get: () => this.bound(name),
        set: (value) => defineProperty(context, name, own(value)),
        enumerable: true,
        configurable: true,
      };
      defineProperty(context, name, /** @type {object} */ (bound));
    }
    return context;
  }

  /** The script's own code is done; its timers and requests may not be. */
  exit(thrown, failed = thrown !== undefined) {
    this.#ended = true;
    if (this.#legacy !== undefined) {
      const tests = this.#legacy.finish();
      if (keys(tests).length) legacyTests(this.pm, tests);
    }
    // For newman null, 0 and the like are no errors.
    const told = this.answers.falsyThrowsFail ? failed : Boolean(thrown);
    this.#engine.host(
      "exit",
      this.number,
      told ? describe(thrown, this.answers.namelessThrows ? NAMELESS : undefined) : "",
      told && !thrown,
    );
  }

  fire(id) {
    this.timers.fire(id);
  }

  /** Tell the run of the variables changed so far. */
  flush() {
    const { host } = this.#engine;
    this.scopes.flush((scope, key, json) => {
      if (json === undefined) host("unset", this.number, scope, key);
      else host("set", this.number, scope, key, json);
    });
  }

  /** The end: whatever the script does from here on is without effect. */
  finish() {
    if (this.#over) return;
    this.#over = true;
    this.#timers?.seal();
    this.#losses?.finish();
    const { host } = this.#engine;
    this.flush();
    const changed = this.#request?.changed();
    if (changed !== undefined) {
      this.#event.request = parse(changed);
      host("request", this.number, changed);
    }
    if (this.visualization !== undefined) this.#event.visualization = this.visualization;
  }
}
cutOff(Script);
