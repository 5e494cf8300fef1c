/**
 * Which of the jobs under way may go on. One at a time has the floor: it alone enters the scripts' realm, and gives
 * the floor up while it waits for the run or for time. Input is read when nobody has it.
 */

export class Floor {
  #wire;
  #take;
  #holder = null;
  #ready = [];
  #sleeping = 0;
  #pumping = false;
  #listening = false;
  #awake = [];
  #failed;

  /** `take` is given each message; one that starts a job takes the floor. */
  constructor(wire, take, failed) {
    this.#wire = wire;
    this.#take = take;
    this.#failed = failed;
  }

  /** Give the floor to a job that starts; only for what `take` calls. */
  start(job) {
    this.#holder = job;
  }

  /** Wait for a promise that a message settles, without the floor. */
  async wait(job, promise) {
    this.release();
    const value = await promise;
    await this.#enter(job);
    return value;
  }

  /** Wait for a promise that time settles, without the floor; messages are read meanwhile. */
  async sleep(job, promise) {
    this.#sleeping++;
    this.release();
    const value = await promise;
    this.#sleeping--;
    // Nobody may hold the floor while input is being read in the background: a script may ask something.
    while (this.#listening) {
      this.#wire.write({ poke: 1 });
      await new Promise((resolve) => this.#awake.push(resolve));
    }
    await this.#enter(job);
    return value;
  }

  #enter(job) {
    if (this.#holder === null) {
      this.#holder = job;
      return undefined;
    }
    return new Promise((resolve) => this.#ready.push({ job, resolve }));
  }

  release() {
    const next = this.#ready.shift();
    this.#holder = next === undefined ? null : next.job;
    if (next !== undefined) next.resolve();
    else this.pump();
  }

  /** Read messages until one gives the floor to a job. */
  pump() {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#holder === null && !this.#listening) {
        if (this.#sleeping > 0 && !this.#wire.hasMessage()) {
          this.#listen();
          break;
        }
        const message = this.#wire.next();
        if (message === undefined) Deno.exit(0);
        // Whoever waited for it goes on once its promise has called back.
        if (this.#take(message)) break;
      }
    } finally {
      this.#pumping = false;
    }
  }

  async #listen() {
    this.#listening = true;
    try {
      if (!(await this.#wire.fill())) Deno.exit(0);
    } catch {
      this.#failed();
    }
    this.#listening = false;
    for (const resolve of this.#awake.splice(0)) resolve();
    // Those who woke meanwhile come first.
    await null;
    await null;
    if (this.#holder === null) this.pump();
  }
}
