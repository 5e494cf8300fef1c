/**
 * `setTimeout` and its kin. The engine keeps the queue, this side the callbacks.
 * Source of the rules: postman-sandbox, `lib/sandbox/timers.js`.
 */

import { apply, cutOff, NativePromise, SafeMap, whenSettled } from "./natives.js";

export class Timers {
  #host;
  #run;
  #callbacks = new SafeMap();
  #total = 0;
  #sealed = false;
  #failed;

  constructor(host, run, failed) {
    this.#host = host;
    this.#run = run;
    this.#failed = failed;
  }

  #set(callback, delay, kind) {
    if (this.#sealed || typeof callback !== "function") return undefined;
    const id = ++this.#total;
    this.#callbacks.set(id, { callback, repeats: kind === "interval", kind });
    this.#host("timer", this.#run, id, kind === "immediate" ? -1 : Number(delay), kind === "interval");
    return id;
  }

  #clear(id, kind) {
    const known = this.#callbacks.get(id);
    if (this.#sealed || known === undefined || known.kind !== kind) return;
    this.#callbacks.delete(id);
    this.#host("untimer", this.#run, id);
  }

  /** The functions that a script sees. */
  functions() {
    return {
      setTimeout: (callback, delay) => this.#set(callback, delay, "timeout"),
      setInterval: (callback, delay) => this.#set(callback, delay, "interval"),
      setImmediate: (callback) => this.#set(callback, 0, "immediate"),
      clearTimeout: (id) => this.#clear(id, "timeout"),
      clearInterval: (id) => this.#clear(id, "interval"),
      clearImmediate: (id) => this.#clear(id, "immediate"),
    };
  }

  /** `queueMicrotask`: V8's own loses what the callback throws. */
  soon(callback) {
    if (typeof callback !== "function") throw new TypeError("queueMicrotask requires a function");
    whenSettled(new NativePromise((resolve) => resolve()), () => {
      try {
        apply(callback, undefined, []);
      } catch (thrown) {
        this.#failed(thrown);
      }
    });
  }

  /** Run a callback of the engine's own soon, as an event that the script waits for. */
  later(callback, delay = 0) {
    return this.#set(callback, delay, delay ? "timeout" : "immediate");
  }

  fire(id) {
    const known = this.#callbacks.get(id);
    if (known === undefined || this.#sealed) return;
    if (!known.repeats) this.#callbacks.delete(id);
    try {
      apply(known.callback, {}, []);
    } catch (thrown) {
      this.#failed(thrown);
    }
  }

  seal() {
    this.#sealed = true;
    this.#callbacks.clear();
  }
}
cutOff(Timers);
