/**
 * Built-ins and libraries as they were before the first script: what a script changes on them lasts as long as the
 * script. New methods stay, for authors share helpers that way; what could pass for an answer does not.
 */
const { defineProperty, deleteProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys, setPrototypeOf } = Reflect;

/** Methods that the language or libraries look for by themselves. */
const LOOKED_FOR = new Set([
  "then",
  "toJSON",
  "toString",
  "valueOf",
  "inspect",
  "constructor",
  "call",
  "apply",
  "bind",
]);

/** A function with no more than every function has. */
function isPlain(object, keys) {
  return typeof object === "function" && keys.every((key) => key === "length" || key === "name");
}

function same(now, then) {
  return now !== undefined && Object.is(now.value, then.value) && now.get === then.get && now.set === then.set &&
    now.writable === then.writable && now.enumerable === then.enumerable && now.configurable === then.configurable;
}

export class Originals {
  #known = new Map();
  #open;
  #isDoor;

  /**
   * `roots` are walked for all that they lead to; on `open` anything may be put. `isDoor` knows the getters in whose
   * place a method will be, which scripts see as new when they put one of their own there.
   */
  constructor(roots, open, isDoor) {
    this.#open = open;
    this.#isDoor = isDoor;
    const queue = [...roots, open];
    for (let next = 0; next < queue.length; next++) this.#keep(queue[next], queue);
  }

  #keep(object, queue) {
    if (object === null || (typeof object !== "object" && typeof object !== "function") || this.#known.has(object)) {
      return;
    }
    const keys = ownKeys(object);
    const prototype = getPrototypeOf(object);
    if (isPlain(object, keys)) {
      queue.push(prototype);
      return;
    }
    /** @type {[string | symbol, PropertyDescriptor][]} */
    const own = keys.map((key) => [key, getOwnPropertyDescriptor(object, key)]);
    this.#known.set(object, { own, names: new Set(keys), prototype });
    queue.push(prototype);
    for (const [, { value, get, set }] of own) queue.push(value, get, set);
  }

  /** Keep what a library brings that is loaded now. */
  add(root) {
    const queue = [root];
    for (let next = 0; next < queue.length; next++) this.#keep(queue[next], queue);
  }

  /** Undo what was changed, and return the changes, to be made again by `put`; `whole` is false when one cannot be undone. */
  take() {
    const changes = { entries: [], whole: true };
    for (const [object, { own, names, prototype }] of this.#known) {
      for (const [key, then] of own) {
        const now = getOwnPropertyDescriptor(object, key);
        if (same(now, then)) continue;
        if (now !== undefined && then.get !== undefined && this.#isDoor(then.get) && isHelper(key, now)) continue;
        changes.entries.push([object, key, now]);
        if (!defineProperty(object, key, then)) changes.whole = false;
      }
      if (object !== this.#open) {
        const keys = ownKeys(object);
        if (keys.length !== own.length) {
          for (const key of keys) if (!names.has(key)) takeAdded(object, key, changes);
        }
      }
      const parent = getPrototypeOf(object);
      if (parent !== prototype) {
        changes.entries.push([object, undefined, parent]);
        if (!setPrototypeOf(object, prototype)) changes.whole = false;
      }
    }
    return changes;
  }

  /** Make changes again that were taken. */
  put({ entries }) {
    for (const [object, key, now] of entries) {
      if (key === undefined) setPrototypeOf(object, now);
      else if (now === undefined) deleteProperty(object, key);
      else defineProperty(object, key, now);
    }
  }
}

function takeAdded(object, key, changes) {
  const now = getOwnPropertyDescriptor(object, key);
  if (isHelper(key, now)) return;
  changes.entries.push([object, key, now]);
  if (!deleteProperty(object, key)) changes.whole = false;
}

/**
 * @param {string | symbol} key
 * @param {PropertyDescriptor} descriptor
 */
function isHelper(key, { value }) {
  return typeof key === "string" && typeof value === "function" && !LOOKED_FOR.has(key);
}
