/** Runs the scripts of events, several of which may be under way, as the run asks for them. */
import { addressParts } from "./address.js";
import { Bodies } from "./bodies.js";
import { Changes } from "./changes.js";
import { Floor } from "./floor.js";
import { Job } from "./job.js";
import { Ledger } from "./ledger.js";
import { Parts } from "./parts.js";
import { openRealm } from "./realm.js";
import { firstUses } from "./references.js";
import { GONE, Run } from "./run.js";
import { position, Sources } from "./source.js";
import { Subtle } from "./subtle.js";
import { Syntax } from "./syntax.js";
import { Waits } from "./waits.js";
import { Wire } from "./wire.js";
import { PLAIN, replacement } from "../realm/deprecated.js";
import { isMarked } from "../realm/globals.js";

const { performance } = globalThis;

const BROKEN = 3;
const NOTHING = new Uint8Array(0);

export class Engine {
  #wire;
  #floor;
  #compiled;
  #realm;
  #sources;
  #syntax;
  #subtle = new Subtle();
  #jobs = new Map();
  #runs = new Map();
  #bodies = new Bodies();
  #number = 0;
  #options;
  #stray = [];
  /** Brings scripts to their end that do not end at once. */
  #waits;
  /** Undoes what scripts change, unless the dialect keeps it. */
  #changes;
  /** The job that has the floor. */
  #job;

  /**
   * `compiled` is given what libraries are compiled to, by name.
   * @param {any} wire
   */
  constructor(wire = new Wire(), compiled = undefined) {
    this.#wire = wire;
    this.#compiled = compiled;
    this.#floor = new Floor(wire, (message) => this.#take(message), () => Deno.exit(BROKEN));
  }

  start() {
    const { boot } = this.#wire.next();
    this.#options = boot;
    this.#wire.word = boot.word;
    addEventListener("unhandledrejection", (event) => {
      event.preventDefault();
      this.#stray.push(this.#describe(event.reason));
    });
    const { realm, context } = openRealm(boot, (name) => this.#chunk(name), this.#operations(), this.#compiled);
    this.#realm = realm;
    if (boot.answers.undoesChanges) {
      this.#changes = new Changes(() => [realm.roots(), realm.global(), realm.isDoor]);
    }
    this.#sources = new Sources(context, realm.names().split(" "), boot.answers);
    this.#waits = new Waits({
      wire: this.#wire,
      floor: this.#floor,
      bodies: this.#bodies,
      realm,
      answers: boot.answers,
      stray: this.#stray,
      number: () => ++this.#number,
      enter: (job) => this.#enter(job),
      leave: () => void (this.#job = undefined),
      guard: (run, work) => this.#guard(run, work),
    });
    this.#syntax = new Syntax(() => this.#chunk("acorn"), boot.answers);
    this.#wire.write({ ready: Deno.version.deno });
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

  /** A library as `[text, code cache]`, both bytes; undefined if there is none of that name. */
  #chunk(name) {
    const { payload, source } = this.#asked({ ask: "chunk", name });
    return payload === undefined ? undefined : [payload.subarray(0, source), payload.subarray(source)];
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
      exit: (number, problem, falsy) => run(number).exit(problem, falsy),
      timer: (number, id, delay, repeats) => run(number).timer(id, delay, repeats),
      untimer: (number, id) => run(number).queue.remove(id),
      now: () => (this.#job === undefined ? Date.now() : this.#job.clock.now()),
      loading: () => this.#changes?.loading(),
      loaded: (library) => this.#changes?.loaded(library),
      poured: () => this.#changes?.poured(),
      part: (event, name) => this.#part(event, String(name)),
      text: (body) => this.#bodies.text(body, this.#job),
      fill: (body, buffer, offset) => this.#bodies.fill(body, this.#job, buffer, offset),
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
    const { now, ...news } = sent.scopes;
    const clockCame = this.#realm.begin(
      job.event,
      job.body,
      sent.event,
      sent.seed,
      job.clock.virtual,
      JSON.stringify(now),
      news.fresh.length + news.gone.length > 0 ? JSON.stringify(news) : "",
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
      const { output, operations, losses, deprecations, error, unseen } = run.ledger;
      ran = {
        output,
        operations,
        losses,
        ...(unseen ? { unseen } : {}),
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
    this.#bodies.forget(job);
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
    else return this.#waits.drain(run, deadline).then(() => this.#finish(run));
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
}

/** A wish for another request as a name. Nothing is called as an object is. */
function name(wish) {
  return typeof wish === "object" && wish !== null ? "[object Object]" : wish;
}
