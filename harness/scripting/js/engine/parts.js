/** What came with a job and is looked at only when a script asks for it. */

const decoder = new TextDecoder();

export class Parts {
  #sizes;
  #bytes;
  #ask;

  /** `sizes` are `[name, length]` in the order in which `bytes` hold them; `ask` fetches what did not come. */
  constructor(sizes, bytes, ask) {
    this.#sizes = sizes;
    this.#bytes = bytes;
    this.#ask = ask;
  }

  bytes(name) {
    let start = 0;
    for (const [each, size] of this.#sizes) {
      if (each === name) return this.#bytes.subarray(start, start + size);
      start += size;
    }
    return this.#ask(name);
  }

  text(name) {
    return decoder.decode(this.bytes(name));
  }
}
