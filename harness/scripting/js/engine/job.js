import { RealClock, VirtualClock } from "./clock.js";

/** The scripts of one event of one call, on their way. `n` is the run's number of it, `event` and `body` are ours. */
export class Job {
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
