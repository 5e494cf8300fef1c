/** Failures that newman loses: kept until the script ends, then told to the engine. */
import { cutOff, NativeError } from "./natives.js";
import { describe, NAMELESS } from "./problem.js";

export class Losses {
  #watched = { __proto__: null };
  #count = 0;
  #host;
  #run;
  #absent;

  constructor(host, run, answers) {
    this.#host = host;
    this.#absent = answers.namelessThrows ? NAMELESS : undefined;
    this.#run = run;
  }

  /** Something was thrown where nobody catches it: in a timer, or in a callback. */
  thrown(error) {
    this.#host("loss", this.#run, describe(error, this.#absent), "thrown");
  }

  /** Ask `lost` when the script ends; if it is, the message says what was lost. */
  watch(lost, message) {
    this.#watched[this.#count++] = { lost, message };
  }

  finish() {
    for (let index = 0; index < this.#count; index++) {
      const { lost, message } = this.#watched[index];
      if (lost()) this.#host("loss", this.#run, describe(new NativeError(message)), "unfinished");
    }
  }
}
cutOff(Losses);
