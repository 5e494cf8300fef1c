/**
 * The built-ins that the engine's own code in the scripts' realm stands on, kept before the first script runs.
 * Scripts change the realm's as they like, and authors share helpers that way; whether a script runs, and what
 * its tests make, may not hang on what an earlier one left there. The same goes for what the language looks
 * up by itself: no lists are walked by iterator, no object gets a property where a setter could stand above it.
 */
export const { apply } = Reflect;
export const { defineProperty, keys } = Object;
export const NativeError = Error;
export const NativePromise = Promise;
export const toText = String;

const { then } = Promise.prototype;
const { ownKeys, getOwnPropertyDescriptor, setPrototypeOf } = Reflect;
const { includes, indexOf, slice, toLowerCase } = String.prototype;

/** Give the instances of a class nothing from `Object.prototype`. */
export function cutOff(Type) {
  setPrototypeOf(Type.prototype, null);
}

/** A Map whose methods are its own. It is walked by `forEach`. */
export class SafeMap extends Map {}
for (const name of ownKeys(Map.prototype)) {
  if (name === "constructor") continue;
  defineProperty(SafeMap.prototype, name, getOwnPropertyDescriptor(Map.prototype, name));
}
cutOff(SafeMap);

/** Call back when a promise, or something like one, has its outcome. */
export function whenSettled(promise, kept, broken) {
  try {
    apply(then, promise, [kept, broken]);
  } catch {
    apply(then, new NativePromise((resolve) => resolve(promise)), [kept, broken]);
  }
}

/** A list that is safe to pass to `apply`, of what `make` gives for each of `count` numbers. */
export function listOf(count, make) {
  const list = { __proto__: null, length: count };
  for (let index = 0; index < count; index++) list[index] = make(index);
  return list;
}

/** The words of a text with one space between them, as `listOf` makes lists. */
export function words(text) {
  const found = { __proto__: null, length: 0 };
  let word = "";
  for (let index = 0; index < text.length; index++) {
    if (text[index] !== " ") word += text[index];
    else {
      found[found.length++] = word;
      word = "";
    }
  }
  if (word !== "") found[found.length++] = word;
  return found;
}

export const textIncludes = (text, part) => apply(includes, text, [part]);
export const textIndex = (text, part, from) => apply(indexOf, text, [part, from]);
export const textLower = (text) => apply(toLowerCase, text, []);
export const textSlice = (text, from, to) => apply(slice, text, [from, to]);
