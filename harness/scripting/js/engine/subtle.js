/** `crypto.subtle` for scripts, who hold keys by their numbers alone. */

const { subtle } = globalThis.crypto;
const { CryptoKey } = globalThis;

export class Subtle {
  #keys = new Map();

  /** JSON of `{value}`, or of `{error: {name, message}}`. */
  async run(method, json) {
    try {
      const args = this.#unpack(JSON.parse(json));
      return JSON.stringify({ value: this.#pack(await subtle[method](...args)) });
    } catch ({ name, message }) {
      return JSON.stringify({ error: { name, message } });
    }
  }

  #unpack(value) {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.#unpack(item));
    if (typeof value.$bytes === "string") return Uint8Array.fromBase64(value.$bytes);
    if (typeof value.$key === "number") return this.#keys.get(value.$key);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#unpack(item)]));
  }

  #pack(value) {
    if (value instanceof CryptoKey) {
      const number = this.#keys.size + 1;
      this.#keys.set(number, value);
      const { type, extractable, algorithm, usages } = value;
      return { $key: number, shape: { type, extractable, algorithm: this.#pack(algorithm), usages: [...usages] } };
    }
    if (value instanceof ArrayBuffer) return { $bytes: new Uint8Array(value).toBase64() };
    if (ArrayBuffer.isView(value)) return { $bytes: /** @type {Uint8Array} */ (value).toBase64() };
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.#pack(item));
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#pack(item)]));
  }
}
