/** One script while it runs, as the engine sees it. */
import { Ledger } from "./ledger.js";
import { Queue } from "./queue.js";

/** No request comes back sooner in newman, so timers of a script that are due by then come first. */
const NEWMAN_REQUEST_MS = 20;

/** By so much sooner an answer has to be there to come before that of an earlier request. */
const OVERTAKEN_MS = 50;

export class Run {
  queue = new Queue();
  /** What the script asked for and is yet to be told to the run. */
  deferred = [];
  /** What is asked for, by number, until the script has been given the answer: `{asked, reply, arrived}`. */
  asked = new Map();
  /** What `crypto.subtle` is at, by number. */
  working = new Map();
  request = undefined;
  next = "";
  skipped = false;
  /** Whether it ends at once and changes nothing that scripts share. */
  brief = false;
  innocent = false;
  source = "";
  /** How far the script's time lies behind the clock: what it waited for other jobs. */
  lag = 0;
  /** When the answer is due that is being given. */
  due;
  #clock;
  #total = 0;
  #answers;

  constructor(number, job, ledger, answers) {
    this.#answers = answers;
    this.number = number;
    this.job = job;
    this.#clock = job.clock;
    this.ledger = ledger;
  }

  timer(id, delay, repeats) {
    const wait = delay < 0 ? 0 : delay >= 1 && delay < 2147483648 ? delay : 1;
    const due = this.due ?? this.time() + wait;
    this.queue.add(id, due, repeats ? wait : undefined);
  }

  /** The time in which the script's timers and requests are due. */
  time() {
    return this.#clock.time() - this.lag;
  }

  exit(problem, falsy) {
    if (this.ledger.exited) return;
    this.ledger.exited = true;
    if (problem === "") return;
    // newman takes an error for lost when timers or requests are still to come, and null, 0 and the like for none.
    const late = this.queue.length + this.deferred.length > 0;
    if (this.#answers.losesLateErrors && late) this.ledger.loss(problem, "thrown");
    else {
      this.ledger.fail(problem);
      this.ledger.unseen = late || Boolean(falsy);
    }
  }

  /** Nothing that the script does from here on counts. */
  skip() {
    this.skipped = true;
    this.ledger.exited = true;
    this.ledger.closed = true;
  }

  defer(kind, json) {
    if (this.skipped) return 0;
    const id = ++this.#total;
    this.deferred.push({ id, kind: String(kind), json: String(json) });
    return id;
  }

  /** The answer that the script is to be given next and when, if one has come. */
  answered() {
    let hold = Infinity;
    for (const [id, { asked, reply, arrived }] of this.asked) {
      if (reply === undefined) {
        hold = OVERTAKEN_MS;
        continue;
      }
      const soonest = this.#answers.slowRequests ? asked + NEWMAN_REQUEST_MS : 0;
      const due = hold === Infinity ? Math.max(arrived, soonest) : Math.max(arrived + hold, soonest);
      return { id, reply, due };
    }
    return undefined;
  }
}

/** Takes what comes from a script that is over. */
export const GONE = Object.freeze({
  ledger: Object.assign(new Ledger(0, () => null), { closed: true }),
  queue: new Queue(),
  exit() {},
  skip() {},
  timer() {},
  defer: () => 0,
  set request(_) {/* nobody is told */},
  set next(_) {/* nobody is told */},
});
