// Calls whose outcome changed against the runs before.

import { index } from "./data.js";

let changes = null;

export function changesOf(row) {
  const past = index.run.history;
  if (!past) return [];
  if (!changes) {
    changes = new Map();
    const add = (number, name) => {
      const one = index.rows[number];
      changes.set(one, [...(changes.get(one) || []), name]);
    };
    past.newly.forEach((number) => add(number, "newly failing"));
    past.fixed.forEach((number) => add(number, "fixed"));
    past.flaky.forEach(([number]) => add(number, "flaky"));
  }
  return changes.get(row) || [];
}
