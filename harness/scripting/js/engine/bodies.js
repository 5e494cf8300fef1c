/** The bodies of answers, which stay here until a script reads them. */

const NOTHING = new Uint8Array(0);
const utf8 = new TextDecoder();

export class Bodies {
  #known = new Map();

  /** Keep the body of an answer that a job's script asked for, by its number. */
  keep(number, job, bytes = NOTHING) {
    job.bodies.push(number);
    this.#known.set(number, bytes);
  }

  /** Forget the bodies of a job that is over. */
  forget(job) {
    for (const number of job.bodies) this.#known.delete(number);
  }

  /** A body as text; `job` is the one that has the floor. */
  text(number, job) {
    return utf8.decode(this.#bytes(number, job));
  }

  /** Write a body into memory of the realm's. */
  fill(number, job, buffer, offset) {
    const bytes = this.#bytes(number, job);
    new Uint8Array(buffer, offset, bytes.length).set(bytes);
  }

  #bytes(number, job) {
    const known = this.#known.get(number);
    if (known !== undefined) return known;
    return job?.body === number ? job.parts.bytes("body") : NOTHING;
  }
}
