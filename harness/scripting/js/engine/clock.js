/** The time of an event: the machine's, or a virtual one that moves a millisecond whenever it is read. */

const { performance } = globalThis;
const { clearTimeout, setTimeout } = globalThis;
const realNow = Date.now;

/** Wait so many milliseconds, or until `given` is settled. */
function pause(milliseconds, given) {
  if (!(milliseconds > 0)) return undefined;
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    given?.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

export class RealClock {
  virtual = false;

  now() {
    return realNow();
  }

  /** For measuring; does not count as reading. */
  time() {
    return performance.now();
  }

  /** Wait until `time`, or until `given` is settled. */
  async waitUntil(time, given) {
    await pause(time - performance.now(), given);
  }
}

export class VirtualClock {
  virtual = true;
  waits;
  #milliseconds;

  constructor(milliseconds, waits) {
    this.#milliseconds = milliseconds;
    this.waits = waits;
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
    if (this.waits) await pause(rest);
    this.#milliseconds = time;
  }
}
