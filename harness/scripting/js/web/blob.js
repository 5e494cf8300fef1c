/** `Blob` and `File`. */

/** `streamed` makes a stream of an array of bytes. */
export function blobs(Buffer, streamed) {
  const toBytes = (part) => {
    if (part instanceof Blob) return part.buffered;
    if (part instanceof ArrayBuffer) return Buffer.from(part);
    if (ArrayBuffer.isView(part)) return Buffer.from(part.buffer, part.byteOffset, part.byteLength);
    return Buffer.from(String(part), "utf8");
  };

  class Blob {
    #bytes;
    #type;

    constructor(parts = [], { type = "" } = {}) {
      this.#bytes = Buffer.concat(Array.from(parts, toBytes));
      this.#type = String(type).toLowerCase();
    }

    get [Symbol.toStringTag]() {
      return "Blob";
    }
    get size() {
      return this.#bytes.length;
    }
    get type() {
      return this.#type;
    }
    get buffered() {
      return this.#bytes;
    }

    // deno-lint-ignore require-await
    async text() {
      return this.#bytes.toString("utf8");
    }
    // deno-lint-ignore require-await
    async bytes() {
      return Uint8Array.from(this.#bytes);
    }
    // deno-lint-ignore require-await
    async arrayBuffer() {
      return Uint8Array.from(this.#bytes).buffer;
    }
    stream() {
      return streamed(Uint8Array.from(this.#bytes));
    }

    slice(start = 0, end = this.size, type = "") {
      return new Blob([this.#bytes.subarray(start, end)], { type });
    }
  }

  class File extends Blob {
    constructor(parts, name, { type = "", lastModified = Date.now() } = {}) {
      super(parts, { type });
      this.name = String(name);
      this.lastModified = lastModified;
    }

    /** @override */
    get [Symbol.toStringTag]() {
      return "File";
    }
  }

  return { Blob, File };
}
