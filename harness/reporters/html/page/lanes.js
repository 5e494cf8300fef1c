// Which calls went side by side, and what the time of a call was spent on.

import { index, ROW } from "./data.js";

/** The parts of a call in the order in which they come, by the names of their colours. */
export const PARTS = [
  ["pre", "pre-request scripts"],
  ["prepare", "preparing"],
  ["queue", "waiting for a connection"],
  ["dns", "DNS"],
  ["tcp", "connecting"],
  ["tls", "TLS"],
  ["wait", "waiting for the answer"],
  ["load", "download"],
  ["test", "test scripts"],
];

export function endOf(row) {
  return row[ROW.start] + Math.max(row[ROW.elapsed], row[ROW.ms]);
}

// The parts of a call that took time, from its start: scripts at both ends, the request before the test scripts.
export function segmentsOf(row) {
  const phases = row[ROW.phases] || [];
  const whole = Math.max(row[ROW.elapsed], row[ROW.ms]);
  const known = PARTS.map(([kind, name], at) => ({ kind, name, ms: phases[at] || 0 }));
  const request = known.slice(1, -1).reduce((sum, one) => sum + one.ms, 0);
  const pre = known[0].ms, test = known.at(-1).ms;
  let from = Math.max(pre, whole - test - request);
  const made = [];
  for (const one of known) {
    if (!one.ms) continue;
    const start = one.kind === "pre" ? 0 : one.kind === "test" ? Math.max(from, whole - test) : from;
    made.push({ ...one, from: start });
    if (one.kind !== "pre") from = start + one.ms;
  }
  return made;
}

// The lowest lane that is free when a call starts; calls that overlap are never in the same one.
export function lanesOf(numbers) {
  const lanes = new Map();
  const ends = [];
  const byStart = [...numbers].sort((one, other) => index.rows[one][ROW.start] - index.rows[other][ROW.start]);
  for (const number of byStart) {
    const row = index.rows[number];
    // Times are rounded to a tenth of a millisecond.
    let lane = ends.findIndex((end) => end <= row[ROW.start] + 0.2);
    if (lane < 0) lane = ends.length;
    ends[lane] = endOf(row);
    lanes.set(number, lane);
  }
  return { lanes, count: ends.length };
}
