/** The timers of one script, in the order in which they are due. */

export class Queue {
  #entries = [];
  #sequence = 0;

  get length() {
    return this.#entries.length;
  }

  /** `repeat` is the period of an interval. */
  add(id, due, repeat = undefined) {
    const entry = { id, due, repeat, sequence: this.#sequence++ };
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#entries[middle].due <= due) low = middle + 1;
      else high = middle;
    }
    this.#entries.splice(low, 0, entry);
  }

  remove(id) {
    const index = this.#entries.findIndex((entry) => entry.id === id);
    if (index >= 0) this.#entries.splice(index, 1);
  }

  peek() {
    return this.#entries[0];
  }

  take() {
    return this.#entries.shift();
  }

  clear() {
    this.#entries.length = 0;
  }
}
