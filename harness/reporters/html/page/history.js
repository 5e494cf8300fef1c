// This run beside those before it: the trend, and the calls whose outcome changed or keeps changing.

import { index, placeOf, ROW } from "./data.js";
import { $, callLink, counted, duration, h, moment, SIGNS, span, STATES, table } from "./elements.js";

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

export function renderHistory() {
  const past = index.run.history;
  const list = (title, numbers, none) => [
    h("h2", { class: "next" }, `${title} ${numbers.length}`),
    numbers.length
      ? h(
        "ul",
        { class: "checks" },
        numbers.slice(0, 200).map(([number, note]) =>
          h(
            "li",
            null,
            h("span", {
              class: STATES[index.rows[number][ROW.state]],
              role: "img",
              "aria-label": STATES[index.rows[number][ROW.state]],
            }, SIGNS[index.rows[number][ROW.state]]),
            h("span", null, callLink(number, placeOf(index.rows[number])), note ? span(`  ${note}`, "quiet") : null),
          )
        ),
      )
      : h("p", { class: "quiet" }, none),
  ];
  $("view-history").replaceChildren(...[
    h("h2", null, counted(past.runs.length, "run")),
    renderTrend(past.runs),
    list(
      "Newly failing:",
      past.newly.map((number) => [number]),
      past.runs.length > 1
        ? "Nothing fails that did not fail in the run before."
        : "There is no run before to compare with.",
    ),
    list("Fixed:", past.fixed.map((number) => [number]), "Nothing that failed in the run before passes now."),
    list(
      "Flaky:",
      past.flaky.map((
        [number, failed, of],
      ) => [number, failed ? `failed in ${failed} of the last ${counted(of, "run")}` : "needed another attempt"]),
      "No call comes and goes.",
    ),
    h("h2", { class: "next" }, "Runs"),
    table(
      ["Started", "Calls", "Failed", "Skipped", "Took", "Response time"],
      [...past.runs].reverse().map((
        [started, calls, failed, skipped, elapsed, mean],
      ) => [
        moment(started),
        String(calls),
        failed ? span(String(failed), "failed") : "0",
        String(skipped),
        duration(elapsed),
        duration(mean),
      ]),
    ),
  ].flat(2));
}

function renderTrend(runs) {
  const most = Math.max(...runs.map(([, calls]) => calls), 1);
  const label = `Calls passed and failed in the last ${counted(runs.length, "run")}: ${
    runs.slice(-10).map(([, calls, failed]) => `${failed} of ${calls} failed`).join(", ")
  }`;
  return h(
    "div",
    { class: "trend", role: "img", "aria-label": label },
    runs.map(([started, calls, failed, skipped]) => (
      h(
        "span",
        { title: `${moment(started)}: ${failed} of ${calls} failed` },
        h("i", { class: "bad", style: { height: `${(failed / most) * 100}%`, minHeight: failed ? "2px" : "0" } }),
        h("i", { style: { height: `${((calls - failed - skipped) / most) * 100}%` } }),
        h("i", { class: "out", style: { height: `${(skipped / most) * 100}%` } }),
      )
    )),
  );
}
