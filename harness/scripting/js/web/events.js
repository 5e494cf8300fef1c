/** Events and aborting, after https://dom.spec.whatwg.org as far as scripts without a document need it. */

const CODES = {
  NotFoundError: 8,
  SyntaxError: 12,
  InvalidStateError: 11,
  AbortError: 20,
  QuotaExceededError: 22,
  TimeoutError: 23,
  DataCloneError: 25,
  InvalidCharacterError: 5,
  InvalidAccessError: 15,
  NotSupportedError: 9,
};

export class DOMException extends Error {
  #name;

  /**
   * @param {string} message
   * @param {any} name a name, or options that hold one
   */
  constructor(message = "", name = "Error") {
    super(message);
    this.#name = typeof name === "object" ? name.name ?? "Error" : name;
  }

  /** @override */
  get name() {
    return this.#name;
  }
  get code() {
    return CODES[this.#name] ?? 0;
  }
}

export class Event {
  #stopped = false;
  defaultPrevented = false;
  target = null;

  constructor(type, { cancelable = false } = {}) {
    this.type = String(type);
    this.cancelable = cancelable;
  }

  preventDefault() {
    if (this.cancelable) this.defaultPrevented = true;
  }

  stopImmediatePropagation() {
    this.#stopped = true;
  }
  get stopped() {
    return this.#stopped;
  }
}

export class EventTarget {
  #listeners = new Map();

  addEventListener(type, listener, options = {}) {
    if (!listener) return;
    const known = this.#listeners.get(type) ?? [];
    if (known.some((entry) => entry.listener === listener)) return;
    this.#listeners.set(type, [...known, { listener, once: Boolean(options?.once) }]);
  }

  removeEventListener(type, listener) {
    this.#listeners.set(type, (this.#listeners.get(type) ?? []).filter((entry) => entry.listener !== listener));
  }

  dispatchEvent(event) {
    event.target = this;
    for (const { listener, once } of this.#listeners.get(event.type) ?? []) {
      if (once) this.removeEventListener(event.type, listener);
      if (typeof listener === "function") listener.call(this, event);
      else listener.handleEvent(event);
      if (event.stopped) break;
    }
    return !event.defaultPrevented;
  }
}

const ABORT = Symbol("abort");

export class AbortSignal extends EventTarget {
  aborted = false;
  reason = undefined;
  onabort = null;

  static abort(reason) {
    const signal = new AbortSignal();
    signal[ABORT](reason);
    return signal;
  }

  throwIfAborted() {
    if (this.aborted) throw this.reason;
  }

  [ABORT](reason = new DOMException("This operation was aborted", "AbortError")) {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    const event = new Event("abort");
    this.onabort?.(event);
    this.dispatchEvent(event);
  }
}

export class AbortController {
  signal = new AbortSignal();

  abort(reason) {
    this.signal[ABORT](reason);
  }
}
