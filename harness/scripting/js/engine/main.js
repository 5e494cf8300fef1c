/** The engine process: runs the scripts of one event after the other, as the run asks for them. */
import { RealClock, VirtualClock } from "./clock.js";
import { Ledger } from "./ledger.js";
import { Queue } from "./queue.js";
import { openRealm } from "./realm.js";
import { firstUses } from "./references.js";
import { position, Sources } from "./source.js";
import { Subtle } from "./subtle.js";
import { Syntax } from "./syntax.js";
import { Wire } from "./wire.js";
import { PLAIN, replacement } from "../realm/deprecated.js";
import { isMarked } from "../realm/globals.js";
import { setImmediate } from "node:timers";

const { performance } = globalThis;
const turn = () => new Promise((resolve) => setImmediate(resolve));
const IDLE_MS = 250;

class Engine {
  #wire = new Wire();
  #realm;
  #sources;
  #runs = new Map();
  #bodies = new Map();
  #number = 0;
  #options;
  #stray = [];

  start() {
    const { boot } = this.#wire.read();
    this.#options = boot;
    this.#wire.word = boot.word;
    addEventListener("unhandledrejection", (event) => {
      event.preventDefault();
      this.#stray.push(this.#describe(event.reason));
    });
    const { realm, context } = openRealm(boot, (name) => this.#chunk(name), this.#operations());
    this.#realm = realm;
    this.#sources = new Sources(context, realm.names().split(" "), boot.answers);
    this.#syntax = new Syntax(() => this.#chunk("acorn"), boot.answers);
    this.#wire.write({ ready: true });
  }

  async serve() {
    for (let message; (message = this.#wire.read()) !== undefined;) {
      if (message.job) await this.#event(message.job, message.payload);
    }
  }

  #chunk(name) {
    this.#wire.write({ ask: "chunk", name });
    const { payload } = this.#reply();
    return payload;
  }

  #reply() {
    const message = this.#wire.read();
    if (message === undefined) Deno.exit(0);
    return message;
  }

  /** What the realm may ask for. Only texts, numbers and truth values pass. */
  #operations() {
    const run = (number) => this.#runs.get(number) ?? GONE;
    return {
      assert: (number, name, index, skipped, verdict, problem) =>
        run(number).ledger.assert(name, index, skipped, verdict, problem),
      settle: (number, slot, problem) => run(number).ledger.settle(slot, problem),
      log: (number, level, json) => run(number).ledger.log(level, String(json)),
      loss: (number, problem, kind) => run(number).ledger.loss(problem, String(kind)),
      set: (number, scope, key, json) => run(number).ledger.change(["set", String(scope), String(key), String(json)]),
      unset: (number, scope, key) => run(number).ledger.change(["unset", String(scope), String(key)]),
      deprecate: (number, name, stack) => this.#deprecate(run(number).ledger, String(name), String(stack)),
      request: (number, json) => void (run(number).request = String(json)),
      next: (number, json) => void (run(number).next = String(json)),
      skip: (number) => run(number).skip(),
      exit: (number, problem) => run(number).exit(problem),
      timer: (number, id, delay, repeats) => run(number).timer(id, delay, repeats),
      untimer: (number, id) => run(number).queue.remove(id),
      now: () => this.#clock.now(),
      text: (body) => decode(this.#body(body)),
      fill: (body, buffer, offset) => fill(buffer, offset, this.#body(body)),
      subtle: (number, method, json) => this.#crypt(number, String(method), String(json)),
      url: (text, base, part, value) => addressParts(text, base, part, value),
      defer: (number, kind, json) => run(number).defer(kind, json),
      ask: (_number, kind, json) => this.#ask(kind, json),
    };
  }

  #clock = new RealClock();
  #syntax;
  #subtle = new Subtle();

  /** Start what `crypto.subtle` is to do; the realm is told of the outcome by the number returned. */
  #crypt(number, method, json) {
    const run = this.#runs.get(number);
    if (run === undefined) return 0;
    const id = ++this.#number;
    const work = this.#subtle.run(method, json).then((reply) => {
      run.working.delete(work);
      this.#guard(run, () => this.#realm.settle(number, id, reply));
    });
    run.working.add(work);
    return id;
  }

  #deprecate(ledger, name, stack) {
    const instead = replacement(name);
    if (instead !== undefined) ledger.deprecate(name, instead, ledger.place(stack));
  }

  /** Legacy names that hold a plain value are looked for in the text; what a script declares is its own. */
  #deprecatePlain(ledger, compiled) {
    compiled.plain ??= this.#plainUses(compiled);
    for (const { name, place } of compiled.plain) ledger.deprecate(name, replacement(name), place);
  }

  #plainUses({ names, text }) {
    const mentioned = PLAIN.filter((name) => names.split(" ").includes(name));
    const program = mentioned.length && !isMarked(text) ? this.#syntax.parse(text) : undefined;
    return program === undefined ? [] : firstUses(program, mentioned, text);
  }

  #ask(kind, json) {
    this.#wire.write({ ask: String(kind), of: JSON.parse(String(json)) });
    return JSON.stringify(this.#reply().reply ?? null);
  }

  /** The bytes of a body by its number; large ones are fetched when they are first read. */
  #body(number) {
    const known = this.#bodies.get(number);
    if (known !== undefined) return known;
    this.#wire.write({ ask: "body", number });
    const { payload } = this.#reply();
    this.#bodies.set(number, payload);
    return payload;
  }

  async #event(job, payload) {
    const outer = this.#clock;
    this.#clock = typeof job.clock === "number" ? new VirtualClock(job.clock, job.waits) : new RealClock();
    const eventNumber = ++this.#number;
    this.#sources.add(job.sources);
    if (payload !== undefined) this.#bodies.set(job.response.body, payload);
    this.#realm.begin(eventNumber, JSON.stringify(job));
    let next = "";
    let skipped = false;
    let ran;
    for (const [id, current] of job.scripts) {
      const run = new Run(++this.#number, this.#clock, this.#ledger(), this.#options.answers);
      this.#runs.set(run.number, run);
      const started = performance.now();
      await this.#script(run, eventNumber, id, current, job);
      this.#runs.delete(run.number);
      this.#realm.forget(run.number);
      if (run.next !== "") next = run.next;
      skipped ||= run.skipped;
      const { output, operations, losses, deprecations, error } = run.ledger;
      if (ran !== undefined) this.#wire.write({ ran });
      ran = {
        output, operations, losses, deprecations, error, request: run.request, elapsed: performance.now() - started,
      };
      if (skipped || (error !== null && job.stop)) break;
    }
    const done = { next: next === "" ? undefined : name(JSON.parse(next)), skipped };
    if (this.#clock.virtual) done.clock = this.#clock.time();
    try {
      done.visualizer = this.#realm.end(eventNumber);
    } catch (thrown) {
      done.visualizerError = this.#realm.describe(thrown);
    }
    this.#bodies.clear();
    this.#clock = outer;
    this.#wire.write({ ran, done });
  }

  #ledger() {
    return new Ledger(this.#options.console, (stack) => position(stack, this.#sources));
  }

  async #script(run, eventNumber, id, current, job) {
    const realm = this.#realm;
    let compiled;
    try {
      compiled = this.#sources.compile(id);
    } catch (thrown) {
      run.ledger.fail(realm.describe(thrown), this.#syntax.place(this.#sources.text(id)));
      run.ledger.closed = true;
      return;
    }
    if (!this.#options.answers.consoleDeprecations) this.#deprecatePlain(run.ledger, compiled);
    const deadline = job.timeout === null ? Infinity : run.time() + job.timeout;
    this.#guard(run, () => realm.start(
      run.number, eventNumber, current, compiled.call, compiled.names, compiled.text, compiled.usesThis,
      compiled.asynchronous,
    ));
    await this.#drain(run, deadline);
    this.#guard(run, () => realm.finish(run.number));
    if (!run.ledger.exited && run.ledger.error === null && !run.skipped) {
      run.ledger.fail(realm.describe("the script never finished: it awaits a promise that nothing will settle"));
    }
    run.ledger.abandon();
    if (this.#options.answers.losesLateErrors && job.stop) run.ledger.promoteLoss();
    run.ledger.closed = true;
  }

  /** Let timers, promises and requests run until none is left, or the deadline passes. */
  async #drain(run, deadline) {
    for (;;) {
      // Promises have their turn before anything else does.
      await turn();
      this.#takeStray(run);
      if (run.skipped) {
        // What was asked before goes out all the same.
        for (const asked of run.deferred.splice(0)) await this.#perform(run, asked);
        return;
      }
      if (run.deferred.length) {
        await this.#performAll(run, run.deferred.splice(0));
        continue;
      }
      if (run.working.size) {
        await Promise.race(run.working);
        continue;
      }
      const next = run.queue.peek();
      if (next === undefined) return;
      if (next.due > deadline || run.time() > deadline) {
        await this.#wait(run, deadline);
        run.ledger.fail(this.#realm.describe(TIMED_OUT));
        run.ledger.exited = true;
        return;
      }
      if (next.due > run.time()) {
        if (next.answer) run.lag -= next.due - run.time();
        else await this.#wait(run, next.due);
        if (run.queue.peek() !== next) continue;
      }
      run.queue.take();
      if (next.repeat !== undefined) run.queue.add(next.id, next.due + next.repeat, { repeat: next.repeat });
      this.#guard(run, () => this.#realm.fire(run.number, next.id));
    }
  }

  /** Let the script's time come to `time`: what it lags behind is made up for first. */
  async #wait(run, time) {
    if (run.lag > 0) run.lag -= Math.min(run.lag, Math.max(time - run.time(), 0));
    const until = time + run.lag;
    const rest = until - this.#clock.time();
    if (!this.#clock.virtual && rest > IDLE_MS) this.#wire.write({ idle: rest });
    await this.#clock.waitUntil(until);
  }

  /** Call into the realm. A script may have broken what our code in there stands on; that is its own error. */
  #guard(run, work) {
    try {
      work();
    } catch (thrown) {
      run.ledger.exited = true;
      run.ledger.fail(this.#describe(thrown));
    }
  }

  /** What was thrown in the realm, put into words there; none when scripts have broken even that. */
  #describe(thrown) {
    try {
      return this.#realm.describe(thrown);
    } catch {
      return "";
    }
  }

  #takeStray(run) {
    for (const problem of this.#stray.splice(0)) run.ledger.loss(problem, "rejected");
  }

  /**
   * Ask for all that a script asked for at once, one after the other. The script's time stands still
   * meanwhile, and each answer comes when it would have come if all had been under way at the same time.
   */
  async #performAll(run, wishes) {
    const dues = [];
    for (const { id, kind, json, asked } of wishes) {
      const begun = this.#clock.time();
      const reply = await this.#perform(run, { kind, json });
      if (this.#clock.virtual) {
        const delay = this.#options.answers.slowRequests && run.queue.length ? NEWMAN_REQUEST_MS : 0;
        this.#guard(run, () => this.#realm.answer(run.number, id, JSON.stringify(reply), delay));
        continue;
      }
      const took = this.#clock.time() - begun;
      run.lag += took;
      const due = asked + Math.max(reply?.response?.elapsed ?? took, this.#options.answers.slowRequests ? NEWMAN_REQUEST_MS : 0);
      // A little sooner is chance, and overtakes nobody.
      run.due = Math.max(due, ...dues.filter((earlier) => earlier - due < OVERTAKEN_MS));
      dues.push(run.due);
      this.#guard(run, () => this.#realm.answer(run.number, id, JSON.stringify(reply), 0));
      run.due = undefined;
    }
  }

  /** Ask the run something that may take long. It may ask for another event's scripts meanwhile. */
  async #perform(run, { kind, json }) {
    // Other scripts run meanwhile, and see what this one has changed so far.
    const operations = kind === "run_request" ? run.ledger.operations.splice(0) : undefined;
    this.#wire.write({ ask: kind, of: JSON.parse(json), operations });
    for (;;) {
      const message = this.#reply();
      if (message.job) {
        await this.#event(message.job, message.payload);
        continue;
      }
      const reply = message.reply ?? null;
      if (message.scopes) this.#guard(run, () => this.#realm.reload(JSON.stringify(message.scopes)));
      if (reply?.response) {
        reply.response.body = ++this.#number;
        this.#bodies.set(reply.response.body, message.payload ?? new Uint8Array(0));
      }
      return reply;
    }
  }
}

/** No request comes back sooner in newman, so timers of a script that are due by then come first. */
const NEWMAN_REQUEST_MS = 20;

/** By so much sooner an answer has to be there to come before that of an earlier request. */
const OVERTAKEN_MS = 50;

const TIMED_OUT = "sandbox: asynchronous script execution timeout";

/** The state of one script while it runs. */
class Run {
  queue = new Queue();
  deferred = [];
  working = new Set();
  request = undefined;
  next = "";
  skipped = false;
  /** How far the script's time lies behind the clock: what its requests took that ran side by side. */
  lag = 0;
  /** When the answer is due that is being given. */
  due;
  #clock;
  #total = 0;

  #answers;

  constructor(number, clock, ledger, answers) {
    this.#answers = answers;
    this.number = number;
    this.#clock = clock;
    this.ledger = ledger;
  }

  timer(id, delay, repeats) {
    const wait = delay < 0 ? 0 : delay >= 1 && delay < 2147483648 ? delay : 1;
    const answer = this.due !== undefined;
    this.queue.add(id, answer ? this.due : this.time() + wait, { repeat: repeats ? wait : undefined, answer });
  }

  /** The time in which the script's timers and requests are due. */
  time() {
    return this.#clock.time() - this.lag;
  }

  exit(problem) {
    if (this.ledger.exited) return;
    this.ledger.exited = true;
    if (problem === "") return;
    // newman takes an error for lost when timers or requests are still to come.
    if (this.#answers.losesLateErrors && this.queue.length + this.deferred.length > 0) this.ledger.loss(problem, "thrown");
    else this.ledger.fail(problem);
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
    this.deferred.push({ id, kind: String(kind), json: String(json), asked: this.time() });
    return id;
  }
}

/** Takes what comes from a script that is over. */
const GONE = Object.freeze({
  ledger: Object.assign(new Ledger(0, () => null), { closed: true }),
  queue: new Queue(),
  exit() {},
  skip() {},
  timer() {},
  defer: () => 0,
  // deno-lint-ignore no-empty
  set request(_) {},
  // deno-lint-ignore no-empty
  set next(_) {},
});

const { URL } = globalThis;

/** JSON of an address's parts, after one of them was set if one is named; empty when it is none. */
function addressParts(text, base, part, value) {
  try {
    const url = new URL(String(text), base === undefined ? undefined : String(base));
    if (part !== undefined) url[part] = String(value);
    const { href, origin, protocol, username, password, host, hostname, port, pathname, search, hash } = url;
    return JSON.stringify({
      href, origin, protocol, username, password, host, hostname, port, pathname, search, hash,
    });
  } catch {
    return "";
  }
}

/** A wish for another request as a name. Nothing is called as an object is. */
function name(wish) {
  return typeof wish === "object" && wish !== null ? "[object Object]" : wish;
}

const utf8 = new TextDecoder();

function decode(bytes) {
  return utf8.decode(bytes);
}

/** Write a body into memory of the realm's. */
function fill(buffer, offset, bytes) {
  new Uint8Array(buffer, offset, bytes.length).set(bytes);
}

/** What a script left on built-in objects may stop the engine; the run then starts another. */
const BROKEN = 3;

const engine = new Engine();
try {
  engine.start();
  await engine.serve();
} catch {
  Deno.exit(BROKEN);
}
