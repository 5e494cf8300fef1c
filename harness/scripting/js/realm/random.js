/** Draws that a replay repeats: sfc32, seeded with the 64 bits that the run gives to each event. */

import { listOf } from "./natives.js";

export function generator(seed, stream) {
  const bits = BigInt(seed);
  let a = Number(bits & 0xffffffffn) | 0;
  let b = Number((bits >> 32n) & 0xffffffffn) | 0;
  let c = stream | 0;
  let counter = 1;
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round++) next();
  return {
    word: next,
    /** A number in [0, 1) with 53 bits. */
    fraction: () => (next() * 2097152 + (next() >>> 11)) / 9007199254740992,
  };
}

/** The draws of one event, each kind from a stream of its own that is begun when it is first drawn from. */
export class Draws {
  #seed;
  #ids;
  #words;
  #fractions;
  #faker;
  /** The oldest and the latest promise of ids that were not drawn yet. */
  #owed;
  #latest;

  constructor(seed) {
    this.#seed = seed;
  }

  word() {
    return (this.#words ??= generator(this.#seed, 3)).word();
  }

  fraction() {
    return (this.#fractions ??= generator(this.#seed, 2)).fraction();
  }

  /** A random UUID. */
  id() {
    this.#keepPromises();
    return this.#drawId();
  }

  /**
   * Promise so many ids to whom may never look at them. They are drawn in their turn: before any id that is asked for
   * later, and not at all when none is.
   */
  promise(count) {
    const promise = { __proto__: null, count, ids: undefined, next: undefined };
    if (this.#owed === undefined) this.#owed = promise;
    else this.#latest.next = promise;
    this.#latest = promise;
    return promise;
  }

  /** One of the ids of a promise, by its place. */
  promised(promise, place) {
    if (promise.ids === undefined) this.#keepPromises();
    return promise.ids[place];
  }

  #keepPromises() {
    for (; this.#owed !== undefined; this.#owed = this.#owed.next) {
      this.#owed.ids = listOf(this.#owed.count, () => this.#drawId());
    }
  }

  #drawId() {
    const stream = (this.#ids ??= this.#idStream());
    return uuid4(stream.word);
  }

  #idStream() {
    const stream = generator(this.#seed, 1);
    this.#faker = stream.word();
    return stream;
  }

  /** The seed of the faker, which is the first number of the stream of ids. */
  get faker() {
    this.#ids ??= this.#idStream();
    return this.#faker;
  }
}

const HEX = Array.from({ length: 256 }, (_, byte) => (byte + 256).toString(16).slice(1));

function uuid4(word) {
  const [a, b, c, d] = [word(), word(), word(), word()];
  const byte = (value, shift) => HEX[(value >>> shift) & 255];
  return (
    byte(a, 24) + byte(a, 16) + byte(a, 8) + byte(a, 0) + "-" + byte(b, 24) + byte(b, 16) + "-" +
    HEX[((b >>> 8) & 0x0f) | 0x40] + byte(b, 0) + "-" + HEX[((c >>> 24) & 0x3f) | 0x80] + byte(c, 16) + "-" +
    byte(c, 8) + byte(c, 0) + byte(d, 24) + byte(d, 16) + byte(d, 8) + byte(d, 0)
  );
}

/**
 * `Math.random` of the realm, one function for ever: libraries keep the one that is there when they are loaded, so this
 * module is to be imported before them. `reseed` says where the next numbers come from.
 */
let draw = Math.random;
export const random = () => draw();
export const reseed = (fraction) => void (draw = fraction);
Math.random = random;
