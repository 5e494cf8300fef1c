/** What scripts change on what all of them share: each job finds its own changes there and nobody else's. */
import { Originals } from "./originals.js";

export class Changes {
  /** Whether scripts have left behind what cannot be undone. */
  spoiled = false;
  #look;
  /** What scripts share as it was before the first script that may change it. */
  #originals;
  /** The job whose changes stand on what scripts share. */
  #inside;
  #loading = 0;

  /** `look` gives the objects that lead to all that scripts share, and the one on which anything may be put. */
  constructor(look) {
    this.#look = look;
  }

  /** A script of the job that is inside begins, and may change what scripts share. */
  begin(job) {
    job.changing = true;
    this.#known();
  }

  /** Take away what the job that was inside has changed, and put back what this one had. */
  enter(job) {
    if (this.#inside === job) return;
    this.#takeAway();
    this.#inside = job;
    this.#putBack();
  }

  /** The script that may have changed something is over. */
  end(job) {
    this.#takeAway();
    job.changing = false;
    job.changes = undefined;
  }

  /** The run itself has changed what scripts share. */
  forget() {
    this.#originals = undefined;
  }

  /** A library is loaded as if no script had changed anything, for it keeps what it finds. */
  loading() {
    if (this.#loading++ === 0) this.#takeAway();
  }

  /** A library has been loaded. */
  loaded(library) {
    this.#originals?.add(library);
    if (--this.#loading === 0) this.#putBack();
  }

  /** Built-ins have been given what a library adds to them. */
  poured() {
    this.forget();
    if (--this.#loading === 0) this.#putBack();
  }

  #known() {
    return (this.#originals ??= new Originals(...this.#look()));
  }

  #takeAway() {
    const job = this.#inside;
    if (!job?.changing) return;
    job.changes = this.#known().take();
    if (!job.changes.whole) this.spoiled = true;
  }

  #putBack() {
    const job = this.#inside;
    if (job?.changes === undefined) return;
    this.#known().put(job.changes);
    job.changes = undefined;
  }
}
