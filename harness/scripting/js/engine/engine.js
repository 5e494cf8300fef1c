/** Runs the scripts of events, several of which may be under way, as the run asks for them. */
import { Changes } from "./changes.js";
import { RealClock, VirtualClock } from "./clock.js";
import { Floor } from "./floor.js";
import { Ledger } from "./ledger.js";
import { Parts } from "./parts.js";
import { openRealm } from "./realm.js";
import { firstUses } from "./references.js";
import { GONE, Run } from "./run.js";
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

/** A wait shorter than this is not worth letting other jobs in. */
const NAP_MS = 5;

const BROKEN = 3;
const NOTHING = new Uint8Array(0);

const TIMED_OUT = "sandbox: asynchronous script execution timeout";

export class Engine {
  #wire = new Wire();
  #floor = new Floor(this.#wire, (message) => this.#take(message), () => Deno.exit(BROKEN));
  #realm;
  #sources;
  #syntax;
  #subtle = new Subtle();
  #jobs = new Map();
  #runs = new Map();
  #bodies = new Map();
  #number = 0;
  #options;
  #stray = [];
  /** Undoes what scripts change, unless the dialect keeps it. */
  #changes;
  /** The job that has the floor. */
  #job;

  start() {
    const { boot } = this.#wire.next();
    this.#options = boot;
    this.#wire.word = boot.word;
    addEventListener("unhandledrejection", (event) => {
      event.preventDefault();
      this.#stray.push(this.#describe(event.reason));
    });
    const { realm, context } = openRealm(boot, (name) => this.#chunk(name), this.#operations());
    this.#realm = realm;
    if (boot.answers.undoesChanges) {
      this.#changes = new Changes(() => [realm.roots(), realm.global(), realm.isDoor]);
    }
    this.#sources = new Sources(context, realm.names().split(" "), boot.answers);
    this.#syntax = new Syntax(() => this.#chunk("acorn"), boot.answers);
    this.#wire.write({ ready: true });
  }

  serve() {
    this.#floor.pump();
  }

  /** Take a message from the run; whether somebody goes on with it. */
  #take(message) {
    const { job, n, id } = message;
    if (job !== undefined) {
      this.#event(job, message.payload ?? NOTHING).catch(() => Deno.exit(BROKEN));
      return false;
    }
    const waiting = this.#jobs.get(n)?.replies.get(id);
    if (waiting === undefined) return false;
    return waiting(message);
  }

  #chunk(name) {
    return this.#asked({ ask: "chunk", name }).payload;
  }

  /** Ask the run something in the name of the job that has the floor, and wait for the answer. */
  #asked(question) {
    const n = this.#job?.n;
    this.#wire.write({ n, ...question });
    const message = this.#wire.find((one) => one.job === undefined && one.id === undefined && one.n === n && !one.poke);
    if (message === undefined) Deno.exit(0);
    return message;
  }

  /** What the realm may ask for. Only texts, numbers and truth values pass, and libraries that were loaded. */
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
      now: () => (this.#job === undefined ? Date.now() : this.#job.clock.now()),
      loading: () => this.#changes?.loading(),
      loaded: (library) => this.#changes?.loaded(library),
      poured: () => this.#changes?.poured(),
      part: (event, name) => this.#part(event, String(name)),
      text: (body) => decode(this.#body(body)),
      fill: (body, buffer, offset) => fill(buffer, offset, this.#body(body)),
      subtle: (number, method, json) => this.#crypt(number, String(method), String(json)),
      url: (text, base, part, value) => addressParts(text, base, part, value),
      defer: (number, kind, json) => run(number).defer(kind, json),
      ask: (_number, kind, json) => this.#ask(kind, json),
    };
  }

  /** Start what `crypto.subtle` is to do; the realm is told of the outcome by the number returned. */
  #crypt(number, method, json) {
    const run = this.#runs.get(number);
    if (run === undefined) return 0;
    const id = ++this.#number;
    run.working.set(id, this.#subtle.run(method, json).then((reply) => ({ id, reply })));
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
    return JSON.stringify(this.#asked({ ask: String(kind), of: JSON.parse(String(json)) }).reply ?? null);
  }

  /** A part of a job as text, if the job is still under way. */
  #part(event, name) {
    return this.#job?.event === event ? this.#job.parts.text(name) : "null";
  }

  /** The bytes of a body by its number. */
  #body(number) {
    const known = this.#bodies.get(number);
    if (known !== undefined) return known;
    return this.#job?.body === number ? this.#job.parts.bytes("body") : NOTHING;
  }

  /** Let a job into the realm, where it finds its own time and draws. */
  #enter(job) {
    if (this.#job === job) return;
    this.#job = job;
    this.#changes?.enter(job);
    if (job.crowded || this.#jobs.size > 1) this.#wire.write({ at: job.n });
    this.#realm.enter(job.event);
  }

  /** Run a job's scripts. Nothing is waited for unless a script does, so that jobs follow one another at once. */
  async #event(sent, payload) {
    const job = new Job(sent, ++this.#number, ++this.#number);
    job.parts = new Parts(sent.parts, payload, (part) => this.#asked({ ask: "part", part }).payload ?? NOTHING);
    this.#jobs.set(job.n, job);
    this.#floor.start(job);
    this.#sources.add(sent.sources);
    this.#changes?.enter(job);
    const clockCame = this.#realm.begin(
      job.event,
      job.body,
      sent.event,
      sent.seed,
      job.clock.virtual,
      JSON.stringify(sent.scopes),
    );
    // The clock's `Date` is not a script's change.
    if (clockCame) this.#changes?.forget();
    this.#enter(job);
    let next = "";
    let skipped = false;
    let ran;
    for (const [id, current] of sent.scripts) {
      const begun = performance.now();
      const run = new Run(++this.#number, job, this.#ledger(), this.#options.answers);
      this.#runs.set(run.number, run);
      const going = this.#script(run, id, current);
      if (going !== undefined) await going;
      this.#runs.delete(run.number);
      this.#realm.forget(run.number);
      if (run.next !== "") next = run.next;
      skipped ||= run.skipped;
      const { output, operations, losses, deprecations, error } = run.ledger;
      ran = {
        output,
        operations,
        losses,
        deprecations,
        error,
        request: run.request,
        elapsed: performance.now() - begun,
      };
      if (skipped || (error !== null && sent.stop)) break;
      if (sent.scripts.length > 1) {
        this.#wire.write({ n: job.n, ran });
        ran = undefined;
      }
    }
    const done = { spoiled: this.#changes?.spoiled, next: next === "" ? undefined : name(JSON.parse(next)), skipped };
    if (job.clock.virtual) done.clock = job.clock.time();
    try {
      done.visualizer = this.#realm.end(job.event);
    } catch (thrown) {
      done.visualizerError = this.#realm.describe(thrown);
    }
    for (const body of job.bodies) this.#bodies.delete(body);
    this.#jobs.delete(job.n);
    this.#job = undefined;
    this.#wire.write({ n: job.n, ran, done });
    this.#floor.release();
  }

  #ledger() {
    return new Ledger(this.#options.console, (stack) => position(stack, this.#sources));
  }

  /** Run one script; a promise if it cannot be done at once. */
  #script(run, id, current) {
    const realm = this.#realm;
    let compiled;
    try {
      compiled = this.#sources.compile(id);
    } catch (thrown) {
      run.ledger.fail(realm.describe(thrown), this.#syntax.place(this.#sources.text(id)));
      run.ledger.closed = true;
      return undefined;
    }
    const { job } = run;
    run.brief = compiled.brief;
    run.innocent = compiled.innocent;
    run.source = compiled.text;
    // Of a script that may be ended from outside, what it has done is told as it comes.
    if (!compiled.brief) {
      run.ledger.tell = (made) => this.#wire.write({ n: job.n, made });
      if (!compiled.innocent) this.#changes?.begin(job);
    }
    if (!this.#options.answers.consoleDeprecations) this.#deprecatePlain(run.ledger, compiled);
    const deadline = job.timeout === null ? Infinity : run.time() + job.timeout;
    this.#guard(run, () =>
      realm.start(
        run.number,
        job.event,
        current,
        compiled.call,
        compiled.names,
        compiled.text,
        compiled.usesThis,
        compiled.asynchronous,
      ));
    if (compiled.brief && run.queue.length + run.deferred.length === 0) this.#finish(run);
    else return this.#drain(run, deadline).then(() => this.#finish(run));
    return undefined;
  }

  #finish(run) {
    const realm = this.#realm;
    this.#guard(run, () => realm.finish(run.number));
    if (!run.ledger.exited && run.ledger.error === null && !run.skipped) {
      run.ledger.fail(realm.describe("the script never finished: it awaits a promise that nothing will settle"));
    }
    run.ledger.abandon();
    if (this.#options.answers.losesLateErrors && run.job.stop) run.ledger.promoteLoss();
    run.ledger.closed = true;
    if (run.innocent || this.#changes === undefined) return;
    this.#changes.end(run.job);
    realm.unload(run.source);
  }

  /** Let timers, promises and requests run until none is left, or the deadline passes. */
  async #drain(run, deadline) {
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
    this.#job = undefined;
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

  /** Tell the run what a script asks for, all at once. */
  #send(run, wishes, answered) {
    const { job } = run;
    const asks = [];
    for (const { id, kind, json } of wishes) {
      const number = ++this.#number;
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
      this.#job = undefined;
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
          this.#answer(run, id, reply, this.#options.answers.slowRequests && run.queue.length ? NEWMAN_REQUEST_MS : 0);
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
      const number = ++this.#number;
      reply.response.body = number;
      run.job.bodies.push(number);
      this.#bodies.set(number, message.payload ?? NOTHING);
    }
    return reply;
  }
}

/** No request comes back sooner in newman, so timers of a script that are due by then come first. */
const NEWMAN_REQUEST_MS = 20;

/** The scripts of one event of one call, on their way. `n` is the run's number of it, `event` and `body` are ours. */
class Job {
  parts;
  /** Who waits for which answer of the run. */
  replies = new Map();
  /** Numbers of the bodies that answers to its scripts had. */
  bodies = [];
  /** Whether a script of its is under way that may change what scripts share. */
  changing = false;
  /** What that has changed, while another job goes on. */
  changes;

  constructor(sent, event, body) {
    this.n = sent.n;
    this.event = event;
    this.body = body;
    this.timeout = sent.timeout;
    this.stop = sent.stop;
    this.crowded = sent.crowded;
    this.clock = typeof sent.clock === "number" ? new VirtualClock(sent.clock, sent.waits) : new RealClock();
  }
}

const { URL } = globalThis;

/** JSON of an address's parts, after one of them was set if one is named; empty when it is none. */
function addressParts(text, base, part, value) {
  try {
    const url = new URL(String(text), base === undefined ? undefined : String(base));
    if (part !== undefined) url[part] = String(value);
    const { href, origin, protocol, username, password, host, hostname, port, pathname, search, hash } = url;
    return JSON.stringify({
      href,
      origin,
      protocol,
      username,
      password,
      host,
      hostname,
      port,
      pathname,
      search,
      hash,
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
