/**
 * Built-ins and libraries as they were before the first script: what a script changes on them lasts as long as the
 * script. New methods stay, for authors share helpers that way; what could pass for an answer does not.
 */
const { defineProperty, deleteProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys, setPrototypeOf } = Reflect;

/** Methods that the language or libraries look for by themselves. */
const LOOKED_FOR = new Set(["then", "toJSON", "toString", "valueOf", "inspect", "constructor", "call", "apply", "bind"]);

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

  /** `roots` are walked for all that they lead to; on `open` anything may be put. */
  constructor(roots, open) {
    this.#open = open;
    const queue = [...roots, open];
    for (let next = 0; next < queue.length; next++) this.#keep(queue[next], queue);
  }

  #keep(object, queue) {
    if (object === null || (typeof object !== "object" && typeof object !== "function") || this.#known.has(object)) return;
    const keys = ownKeys(object);
    const prototype = getPrototypeOf(object);
    if (isPlain(object, keys)) {
      queue.push(prototype);
      return;
    }
    const own = keys.map((key) => [key, getOwnPropertyDescriptor(object, key)]);
    this.#known.set(object, { own, names: new Set(keys), prototype });
    queue.push(prototype);
    for (const [, { value, get, set }] of own) queue.push(value, get, set);
  }

  /** Undo what was changed; false when that cannot be done. */
  restore() {
    let whole = true;
    for (const [object, { own, names, prototype }] of this.#known) {
      for (const [key, then] of own) {
        if (!same(getOwnPropertyDescriptor(object, key), then)) whole = defineProperty(object, key, then) && whole;
      }
      if (object !== this.#open) {
        const keys = ownKeys(object);
        if (keys.length !== own.length) {
          for (const key of keys) {
            if (!names.has(key) && !isHelper(key, getOwnPropertyDescriptor(object, key))) {
              whole = deleteProperty(object, key) && whole;
            }
          }
        }
      }
      if (getPrototypeOf(object) !== prototype) whole = setPrototypeOf(object, prototype) && whole;
    }
    return whole;
  }
}

function isHelper(key, { value }) {
  return typeof key === "string" && typeof value === "function" && !LOOKED_FOR.has(key);
}
