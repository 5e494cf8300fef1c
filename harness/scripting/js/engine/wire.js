/**
 * Messages between the engine and the run: a line of JSON each way. A message whose `bytes` is a number is
 * followed by that many raw bytes. Every line of ours begins with the word that the run gave this process,
 * so that nothing else that reaches the output is taken for a message.
 */

const { stdin, stdout } = Deno;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const NEWLINE = 10;

export class Wire {
  #buffer = new Uint8Array(65536);
  #start = 0;
  #end = 0;
  #backlog = [];
  word = "";

  /** Where the next bytes are to be put. */
  #room() {
    if (this.#start > 0) {
      this.#buffer.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    if (this.#end === this.#buffer.length) {
      const larger = new Uint8Array(this.#buffer.length * 2);
      larger.set(this.#buffer);
      this.#buffer = larger;
    }
    return this.#buffer.subarray(this.#end);
  }

  #filled(count) {
    if (count === null) return false;
    this.#end += count;
    return true;
  }

  /** Wait in the background for input, which nothing else may read meanwhile; false at its end. */
  async fill() {
    return this.#filled(await stdin.read(this.#room()));
  }

  /** Whether a message is there already. */
  hasMessage() {
    return this.#backlog.length > 0 || this.#buffer.subarray(0, this.#end).indexOf(NEWLINE, this.#start) >= 0;
  }

  /** The next message, or undefined at the end; waits for it. */
  next() {
    return this.#backlog.length ? this.#backlog.shift() : this.#read();
  }

  /** The next message that is `wanted`; others are kept for `next`. */
  find(wanted) {
    for (let message; (message = this.#read()) !== undefined;) {
      if (wanted(message)) return message;
      this.#backlog.push(message);
    }
    return undefined;
  }

  #read() {
    let looked = this.#start;
    for (;;) {
      const index = this.#buffer.subarray(0, this.#end).indexOf(NEWLINE, looked);
      if (index >= 0) {
        const message = JSON.parse(decoder.decode(this.#buffer.subarray(this.#start, index)));
        this.#start = index + 1;
        if (typeof message.bytes === "number") message.payload = this.#take(message.bytes);
        return message;
      }
      looked = this.#end - this.#start;
      if (!this.#filled(stdin.readSync(this.#room()))) return undefined;
    }
  }

  #take(count) {
    const taken = new Uint8Array(count);
    const buffered = Math.min(count, this.#end - this.#start);
    taken.set(this.#buffer.subarray(this.#start, this.#start + buffered));
    this.#start += buffered;
    for (let filled = buffered; filled < count;) {
      const more = stdin.readSync(taken.subarray(filled));
      if (more === null) break;
      filled += more;
    }
    return taken;
  }

  write(message) {
    const bytes = encoder.encode(`${this.word}${JSON.stringify(message)}\n`);
    for (let written = 0; written < bytes.length;) written += stdout.writeSync(bytes.subarray(written));
  }
}
