/** One script while it runs: what it sees, and what it leaves behind. */
import sdk from "#postman-collection";
import { cookieList } from "./cookies.js";
import { bufferModule } from "./current_buffer.js";
import { makeConsole } from "./console.js";
import { isMarked, WEB } from "./globals.js";
import { legacyBindings } from "./legacy.js";
import { Losses } from "./losses.js";
import { makeResponse, ScriptRequest, withAssertions } from "./messages.js";
import { makePm } from "./pm.js";
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
import { Timers } from "./timers.js";

const { parse, stringify } = JSON;

/** The names of `WEB`, to be looked up. */
const OF_WEB = { __proto__: null };
for (const name of WEB) OF_WEB[name] = true;

export class Script {
  number;
  current;
  answers;
  losses;
  timers;
  console;
  scopes;
  pm;
  visualization;
  #engine;
  #event;
  #request;
  #response;
  #cookies;
  #legacyTests;
  #legacy;
  #bindings;
  #over = false;
  #deferred = new SafeMap();
  #web;
  #packages = new SafeMap();
  #require;

  /** `event` is the job's state, shared by the scripts of one event. */
  constructor(number, event, current, engine) {
    const { host, library, answers } = engine;
    this.number = number;
    this.#engine = engine;
    this.#event = event;
    this.current = current;
    this.answers = answers;
    this.losses = new Losses(host, number, answers);
    this.timers = new Timers(host, number, (thrown) => this.losses.thrown(thrown));
    this.console = makeConsole(host, number, answers);
    this.scopes = engine.scopes.open(event.scopes);
    const { pm, legacyTests } = makePm(this, engine);
    this.pm = pm;
    this.#legacyTests = legacyTests;
    this.#bindings = {
      __proto__: null,
      pm: () => pm,
      console: () => this.console,
      Buffer: () => library("buffer").Buffer,
      bridge: () => undefined,
      __exitscope: () => (thrown) => this.exit(thrown),
    };
    const timers = this.timers.functions();
    if (answers.currentGlobals) {
      this.#bindings.queueMicrotask = () => (callback) => this.timers.soon(callback);
      this.#bindings.require = () => (this.#require ??= this.#currentRequire());
    }
    const names = keys(timers);
    for (let index = 0; index < names.length; index++) this.#bindings[names[index]] = () => timers[names[index]];
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

  row() {
    return this.#engine.scopes.row(this.#event.scopes);
  }

  get request() {
    return (this.#request ??= new ScriptRequest(this.#event.request)).value;
  }

  get response() {
    if (this.#response === undefined) {
      const { host, library } = this.#engine;
      const sent = this.#event.response;
      if (sent) sent.body = this.#event.body;
      this.#response = withAssertions(
        sent ? makeResponse(sent, host, library("buffer").Buffer) : new sdk.Response(),
      );
    }
    return this.#response;
  }

  get cookies() {
    return (this.#cookies ??= cookieList(this.#event.cookies));
  }

  /** Ask for a piece of cryptography; a promise of its answer. */
  #crypt(method, json) {
    return new NativePromise((resolve) => {
      this.#deferred.set(`crypto ${this.#engine.host("subtle", this.number, method, json)}`, resolve);
    });
  }

  settle(id, reply) {
    const key = `crypto ${id}`;
    const resolve = this.#deferred.get(key);
    this.#deferred.delete(key);
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
    this.#deferred.set(id, callback);
  }

  /** The answer to something deferred has come. */
  answer(id, reply, delay) {
    const callback = this.#deferred.get(id);
    this.#deferred.delete(id);
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
    return this.#engine.packages.load(toText(name), this, this.#packages);
  }

  /** Call the function that the script was compiled to. `names` are its parameters. */
  start(compiled, names, source, usesThis, asynchronous) {
    const { liquidJson, answers } = this.#engine;
    if (!isMarked(source)) {
      this.#legacy = legacyBindings(this, this.#engine.library, answers);
      for (const name in this.#legacy.bindings) this.#bindings[name] = this.#legacy.bindings[name];
      this.#bindings.JSON = () => liquidJson;
    }
    this.#engine.sugar.before(source);
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
    if (name in this.#bindings) return this.#bindings[name]();
    if (this.answers.currentGlobals && name in OF_WEB) return this.#webInterfaces()[name];
    return this.#engine.realm[name];
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
    if (this.#legacy !== undefined) {
      const tests = this.#legacy.finish();
      if (keys(tests).length) this.#legacyTests(tests);
    }
    // For newman null, 0 and the like are no errors.
    const told = this.answers.falsyThrowsFail ? failed : Boolean(thrown);
    this.#engine.host(
      "exit",
      this.number,
      told ? describe(thrown, this.answers.namelessThrows ? NAMELESS : undefined) : "",
    );
  }

  fire(id) {
    this.timers.fire(id);
  }

  /** Tell the run of the variables changed so far. */
  flush() {
    const { host, scopes } = this.#engine;
    scopes.flush(this.scopes, (scope, key, json) => {
      if (json === undefined) host("unset", this.number, scope, key);
      else host("set", this.number, scope, key, json);
    });
  }

  /** The end: whatever the script does from here on is without effect. */
  finish() {
    if (this.#over) return;
    this.#over = true;
    this.timers.seal();
    this.losses.finish();
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
