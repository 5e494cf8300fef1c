/**
 * `crypto`: draws come from the run's seed, and `subtle` is the engine's, reached by numbers and texts.
 */
import { DOMException } from "./events.js";

const INTEGERS = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
];
const METHODS = [
  "digest",
  "generateKey",
  "importKey",
  "exportKey",
  "sign",
  "verify",
  "encrypt",
  "decrypt",
  "deriveBits",
  "deriveKey",
  "wrapKey",
  "unwrapKey",
];
const MADE = Symbol("made here");

export class CryptoKey {
  #number;

  constructor(given, number, shape) {
    if (given !== MADE) throw new TypeError("Illegal constructor");
    this.#number = number;
    Object.assign(this, shape);
  }

  static number(key) {
    return key.#number;
  }
}

export function crypto({ Buffer, word, promised }) {
  const pack = (value) => {
    if (value instanceof CryptoKey) return { $key: CryptoKey.number(value) };
    if (value instanceof ArrayBuffer) return { $bytes: Buffer.from(value).toString("base64") };
    if (ArrayBuffer.isView(value)) {
      return { $bytes: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64") };
    }
    if (Array.isArray(value)) return value.map(pack);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.keys(value).map((key) => [key, pack(value[key])]));
  };
  const unpack = (value) => {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(unpack);
    if (typeof value.$bytes === "string") return Uint8Array.from(Buffer.from(value.$bytes, "base64")).buffer;
    if (typeof value.$key === "number") return new CryptoKey(MADE, value.$key, unpack(value.shape));
    return Object.fromEntries(Object.keys(value).map((key) => [key, unpack(value[key])]));
  };

  class SubtleCrypto {}
  for (const method of METHODS) {
    Object.defineProperty(SubtleCrypto.prototype, method, {
      value: async (...args) => {
        const { value, error } = JSON.parse(await promised(method, JSON.stringify(args.map(pack))));
        if (error !== undefined) {
          throw error.name === "TypeError" ? new TypeError(error.message) : new DOMException(error.message, error.name);
        }
        return unpack(value);
      },
      writable: true,
      configurable: true,
    });
  }

  class Crypto {
    #subtle = new SubtleCrypto();
    get subtle() {
      return this.#subtle;
    }

    getRandomValues(array) {
      if (!INTEGERS.some((Type) => array instanceof Type)) {
        throw new DOMException("The data argument must be an integer-type TypedArray", "TypeMismatchError");
      }
      if (array.byteLength > 65536) {
        throw new DOMException(`The requested length exceeds 65,536 bytes: ${array.byteLength}`, "QuotaExceededError");
      }
      const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
      for (let index = 0; index < bytes.length; index++) bytes[index] = word() >>> 24;
      return array;
    }

    randomUUID() {
      const bytes = this.getRandomValues(new Uint8Array(16));
      bytes[6] = (bytes[6] & 0x0f) | 0x40;
      bytes[8] = (bytes[8] & 0x3f) | 0x80;
      const hex = Buffer.from(bytes).toString("hex");
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
    }
  }

  return { Crypto, CryptoKey, SubtleCrypto, crypto: new Crypto() };
}
