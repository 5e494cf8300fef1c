/** Brings a script to its end that waits: for promises, timers, and answers of the run. */
import { setImmediate } from "node:timers";

const { performance } = globalThis;
const turn = () => new Promise((resolve) => setImmediate(resolve));
const IDLE_MS = 250;

/** A wait shorter than this is not worth letting other jobs in. */
const NAP_MS = 5;

const TIMED_OUT = "sandbox: asynchronous script execution timeout";

/** No request comes back sooner in newman, so timers of a script that are due by then come first. */
const NEWMAN_REQUEST_MS = 20;

export class Waits {
  #wire;
  #floor;
  #bodies;
  #realm;
  #answers;
  #stray;
  #number;
  #enter;
  #leave;
  #guard;

  /**
   * `stray` gathers rejections that nobody handled, `number` gives one that was not given before, `enter` and `leave`
   * let a job into the realm and out of it, `guard` calls into the realm in the name of a script.
   */
  constructor({ wire, floor, bodies, realm, answers, stray, number, enter, leave, guard }) {
    this.#wire = wire;
    this.#floor = floor;
    this.#bodies = bodies;
    this.#realm = realm;
    this.#answers = answers;
    this.#stray = stray;
    this.#number = number;
    this.#enter = enter;
    this.#leave = leave;
    this.#guard = guard;
  }

  /** Let timers, promises and requests run until none is left, or the deadline passes. */
  async drain(run, deadline) {
    for (;;) {
      // Promises have their turn before anything else does.
      await turn();
      this.#takeStray(run);
      if (run.skipped) {
        // What was asked before goes out all the same.
        if (run.deferred.length) await this.#askAll(run, false);
        return;
      }
      if (run.working.size) {
        const { id, reply } = await Promise.race(run.working.values());
        run.working.delete(id);
        this.#guard(run, () => this.#realm.settle(run.number, id, reply));
        continue;
      }
      if (run.deferred.length) {
        if (run.job.clock.virtual) await this.#askAll(run, true);
        else this.#send(run, run.deferred.splice(0), undefined);
        continue;
      }
      const answer = run.answered();
      const next = run.queue.peek();
      if (answer === undefined && next === undefined && run.asked.size === 0) return;
      const due = Math.min(answer?.due ?? Infinity, next?.due ?? Infinity);
      if (due > deadline ? due !== Infinity || run.time() >= deadline : run.time() > deadline) {
        if (run.asked.size === 0) await this.#wait(run, deadline);
        if (run.time() >= deadline) {
          run.ledger.fail(this.#realm.describe(TIMED_OUT));
          run.ledger.exited = true;
          return;
        }
      }
      if (due > run.time()) {
        await this.#wait(run, Math.min(due, deadline));
        continue;
      }
      if (answer !== undefined && answer.due <= due) {
        run.asked.delete(answer.id);
        run.due = answer.due;
        this.#answer(run, answer.id, answer.reply, 0);
        run.due = undefined;
        continue;
      }
      run.queue.take();
      if (next.repeat !== undefined) run.queue.add(next.id, next.due + next.repeat, next.repeat);
      this.#guard(run, () => this.#realm.fire(run.number, next.id));
    }
  }

  /** Let the script's time come to `until`, or an answer: other jobs may go on meanwhile. */
  async #wait(run, until) {
    const { job } = run;
    const rest = until - run.time();
    if (job.clock.virtual && !job.clock.waits) {
      await job.clock.waitUntil(until + run.lag);
      return;
    }
    if (rest <= NAP_MS && run.asked.size === 0) {
      await job.clock.waitUntil(until + run.lag);
      return;
    }
    if (run.asked.size || rest > IDLE_MS) this.#wire.write({ n: job.n, idle: rest === Infinity ? null : rest });
    // The run is told who goes on then.
    this.#leave();
    let woken = 0;
    const answered = new Promise((resolve) => (run.wake = resolve));
    if (rest === Infinity) await this.#floor.wait(job, answered.then(() => (woken = performance.now())));
    else {
      const time = job.clock.waitUntil(until + run.lag, answered);
      await this.#floor.sleep(job, Promise.race([time, answered]).then(() => (woken = performance.now())));
    }
    run.wake = undefined;
    // While another job had the floor, no time passed for this one.
    if (!job.clock.virtual) run.lag += performance.now() - woken;
    this.#enter(job);
  }

  #takeStray(run) {
    for (const problem of this.#stray.splice(0)) run.ledger.loss(problem, "rejected");
  }

  /** Tell the run what a script asks for, all at once. */
  #send(run, wishes, answered) {
    const { job } = run;
    const asks = [];
    for (const { id, kind, json } of wishes) {
      const number = this.#number();
      const entry = { asked: run.time(), reply: undefined, arrived: 0 };
      run.asked.set(id, entry);
      job.replies.set(number, (message) => {
        job.replies.delete(number);
        entry.reply = this.#received(run, message);
        entry.arrived = run.time();
        if (answered !== undefined) return answered();
        run.wake?.();
        return run.wake !== undefined;
      });
      // Other scripts run meanwhile, and see what this one has changed so far.
      const operations = kind === "run_request" ? run.ledger.operations.splice(0) : undefined;
      asks.push({ id: number, ask: kind, of: JSON.parse(json), operations });
    }
    this.#wire.write({ n: job.n, asks });
  }

  /**
   * Ask for all that a script asked for at once and wait for all of it, so that answers come in the order of the
   * requests whatever the network does. Virtual time stands still meanwhile.
   */
  async #askAll(run, answer) {
    const wishes = run.deferred.splice(0);
    while (wishes.length) {
      const alone = wishes.findIndex(({ kind }) => kind === "run_request");
      const together = wishes.splice(0, alone < 0 ? wishes.length : Math.max(alone, 1));
      let missing = together.length;
      this.#leave();
      await this.#floor.wait(
        run.job,
        new Promise((resolve) => {
          this.#send(run, together, () => {
            if (--missing === 0) resolve();
            else this.#wire.write({ n: run.job.n, idle: null });
            return missing === 0;
          });
        }),
      );
      this.#enter(run.job);
      for (const { id } of together) {
        const { reply } = run.asked.get(id);
        run.asked.delete(id);
        if (answer) {
          this.#answer(run, id, reply, this.#answers.slowRequests && run.queue.length ? NEWMAN_REQUEST_MS : 0);
        }
      }
    }
  }

  #answer(run, id, reply, delay) {
    this.#guard(run, () => this.#realm.answer(run.number, id, JSON.stringify(reply), delay));
  }

  /** An answer as the realm is given it: bodies by number. */
  #received(run, message) {
    const reply = message.reply ?? null;
    if (message.scopes) this.#guard(run, () => this.#realm.reload(JSON.stringify(message.scopes)));
    if (reply?.response) {
      const number = this.#number();
      reply.response.body = number;
      this.#bodies.keep(number, run.job, message.payload);
    }
    return reply;
  }
}
