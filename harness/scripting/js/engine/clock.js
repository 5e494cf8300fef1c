/** The time of an event: the machine's, or a virtual one that moves a millisecond whenever it is read. */

const { performance } = globalThis;
const { setTimeout } = globalThis;
const realNow = Date.now;

export class RealClock {
  virtual = false;

  now() {
    return realNow();
  }

  /** For measuring; does not count as reading. */
  time() {
    return performance.now();
  }

  async waitUntil(time) {
    const rest = time - performance.now();
    if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
  }
}

export class VirtualClock {
  virtual = true;
  #milliseconds;
  #waits;

  constructor(milliseconds, waits) {
    this.#milliseconds = milliseconds;
    this.#waits = waits;
  }

  now() {
    return this.#milliseconds++;
  }

  time() {
    return this.#milliseconds;
  }

  async waitUntil(time) {
    const rest = time - this.#milliseconds;
    if (rest <= 0) return;
    if (this.#waits) await new Promise((resolve) => setTimeout(resolve, rest));
    this.#milliseconds = time;
  }
}
