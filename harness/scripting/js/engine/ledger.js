/** What one script did, as the run will be told. Scripts reach it through numbers and texts alone. */

const PASSED = 0;
const PENDING = 2;

export class Ledger {
  output = [];
  operations = [];
  losses = [];
  deprecations = [];
  error = null;
  /** Does newman take the script for passed all the same? */
  unseen = false;
  exited = false;
  closed = false;
  /** Takes each entry of the output as it is made, if it is to be told at once. */
  tell;
  #room;
  #cut = false;
  #pending = new Set();
  #locate;

  /** `room` are the bytes of console output that are kept; `locate` finds a stack's place in its script. */
  constructor(room, locate) {
    this.#room = room;
    this.#locate = locate;
  }

  /** Where a stack points in its script, if it does. */
  place(stack) {
    return this.#locate(stack);
  }

  #problem(described) {
    let parts;
    try {
      parts = JSON.parse(described);
    } catch {
      parts = undefined;
    }
    if (!Array.isArray(parts)) parts = ["Error", "", "", null, null];
    const [name, message, stack, expected, actual] = parts.map((part) => (part === null ? null : String(part)));
    return [name, message, stack, expected, actual, this.#locate(stack ?? "") ?? null];
  }

  assert(name, index, skipped, verdict, problem) {
    if (this.closed) return -1;
    const slot = this.output.length;
    if (verdict === PENDING) this.#pending.add(slot);
    const error = verdict === PASSED || verdict === PENDING ? null : this.#problem(problem);
    this.#put(["a", String(name), Number(index), Boolean(skipped), error], verdict !== PENDING);
    return slot;
  }

  settle(slot, problem) {
    if (this.closed || !this.#pending.delete(slot)) return;
    // Such a failure is late: newman does not wait for it.
    if (problem !== "") this.output[slot].splice(4, 1, this.#problem(problem), true);
    this.tell?.([slot, this.output[slot]]);
  }

  #put(entry, final = true) {
    if (final) this.tell?.([this.output.length, entry]);
    this.output.push(entry);
  }

  log(level, json) {
    if (this.closed || this.#cut) return;
    this.#room -= json.length;
    if (this.#room < 0) {
      this.#cut = true;
      this.#put(["c", "warn", ["… more console output of this script was dropped"]]);
      return;
    }
    this.#put(["c", String(level), JSON.parse(json)]);
  }

  change(operation) {
    if (!this.closed) this.operations.push(operation);
  }

  loss(problem, kind) {
    if (!this.closed) this.losses.push([...this.#problem(problem), kind]);
  }

  /** A deprecated name that the script uses, what Postman has instead, and where it stands. */
  deprecate(name, instead, place) {
    if (!this.closed) this.deprecations.push([name, instead, place ?? null]);
  }

  /** The script's own error; `place` when the stack does not tell it. */
  fail(problem, place) {
    if (this.error !== null || this.closed) return;
    this.error = this.#problem(problem);
    this.error[5] ??= place ?? null;
  }

  /** Under --bail newman makes the first lost error the script's own. */
  promoteLoss() {
    const lost = this.losses.find((loss) => loss[6] === "thrown");
    if (lost !== undefined) this.error ??= lost.slice(0, 6);
  }

  /** A test whose promise never settled has not passed. */
  abandon() {
    for (const slot of this.#pending) {
      this.output[slot].splice(4, 1, ["Error", "the test's promise was never settled", "", null, null, null], true);
    }
    this.#pending.clear();
  }
}
