// This run beside those before it: the trend, the calls whose outcome changed, and a strip for each that ever failed.

import { columnsOf, lineOf } from "./chart.js";
import { index, placeOf, ROW } from "./data.js";
import { $, callLink, h, moment, SIGNS, span, STATES } from "./elements.js";
import { inParts, table } from "./tables.js";
import { counted, duration, figure } from "./units.js";

const OUTCOMES = { f: ["bad", "failed"], r: ["again", "needed another attempt"], ".": ["good", "did not fail"] };

export function renderHistory() {
  const past = index.run.history;
  const one = past.runs.length < 2;
  $("view-history").replaceChildren(...[
    h("h2", null, counted(past.runs.length, "run")),
    renderTrends(past.runs),
    renderStrips(past),
    listed(
      "Newly failing:",
      past.newly.map((number) => [number]),
      one ? "There is no run before to compare with." : "Nothing fails that did not fail in the run before.",
    ),
    listed("Fixed:", past.fixed.map((number) => [number]), "Nothing that failed in the run before passes now."),
    listed(
      "Flaky:",
      past.flaky.map(([number, failed, of]) => [
        number,
        failed ? `failed in ${failed} of the last ${counted(of, "run")}` : "needed another attempt",
      ]),
      "No call comes and goes.",
    ),
    h("h2", { class: "next" }, "Runs"),
    table(
      ["Started", "Calls", "Failed", "Skipped", "Took", "Response time"],
      [...past.runs].reverse().map(([started, calls, failed, skipped, elapsed, mean]) => [
        moment(started),
        figure(calls),
        failed ? span(figure(failed), "failed") : "0",
        figure(skipped),
        duration(elapsed),
        duration(mean),
      ]),
    ),
  ].flat(2));
}

function listed(title, numbers, none) {
  const line = ([number, note]) => {
    const state = index.rows[number][ROW.state];
    return h(
      "li",
      null,
      h("span", { class: STATES[state], role: "img", "aria-label": STATES[state] }, SIGNS[state]),
      h("span", null, callLink(number, placeOf(index.rows[number])), note ? span(`  ${note}`, "quiet") : null),
    );
  };
  return [
    h("h2", { class: "next" }, `${title} ${numbers.length}`),
    numbers.length ? inParts(h("ul", { class: "checks" }), numbers, line, 200) : h("p", { class: "quiet" }, none),
  ];
}

function renderTrends(runs) {
  const names = { first: moment(runs[0][0]), last: runs.length > 1 ? moment(runs.at(-1)[0]) : "" };
  const outcomes = runs.slice(-10).map(([, calls, failed]) => `${figure(failed)} of ${figure(calls)} failed`).join(
    ", ",
  );
  const times = runs.slice(-10).map(([, , , , , mean]) => duration(mean)).join(", ");
  return h(
    "div",
    { class: "columns" },
    h(
      "div",
      null,
      h("h3", null, "Calls"),
      columnsOf(
        runs.map(([started, calls, failed, skipped]) => ({
          parts: [["bad", failed], ["good", calls - failed - skipped], ["out", skipped]],
          title: `${moment(started)}: ${figure(failed)} of ${figure(calls)} failed${
            skipped ? `, ${figure(skipped)} skipped` : ""
          }`,
        })),
        names,
        `Calls passed and failed in the last ${counted(runs.length, "run")}: ${outcomes}`,
      ),
      h(
        "p",
        { class: "legend" },
        [["bad", "failed"], ["good", "passed"], ["out", "skipped"]].map(([kind, name]) =>
          h("span", null, h("i", { class: `outcome-${kind}`, "aria-hidden": "true" }), name)
        ),
      ),
    ),
    h(
      "div",
      null,
      h("h3", null, "Mean response time"),
      lineOf(
        runs.map(([started, , , , , mean]) => ({ value: mean, title: `${moment(started)}: ${duration(mean)}` })),
        (value) => (value ? duration(value) : "0"),
        names,
        `Mean response times of the last ${counted(runs.length, "run")}: ${times}`,
      ),
    ),
  );
}

// Calls that failed or were sent again in one of the runs: an outcome a run, the latest on the right.
function renderStrips(past) {
  if (!past.strips.length) return [];
  const strip = (outcomes) => {
    const told = [...outcomes].slice(-10).map((one) => OUTCOMES[one][1]).join(", ");
    return h(
      "span",
      { class: "strip", role: "img", "aria-label": `The last runs: ${told}` },
      [...outcomes].map((one, at) => {
        const started = past.runs[past.runs.length - outcomes.length + at][0];
        return h("i", { class: `outcome-${OUTCOMES[one][0]}`, title: `${moment(started)}: ${OUTCOMES[one][1]}` });
      }),
    );
  };
  const line = ([number, outcomes]) =>
    h("li", null, h("span", null, callLink(number, placeOf(index.rows[number]))), strip(outcomes));
  return [
    h("h2", { class: "next" }, "Calls that failed in one of these runs"),
    h(
      "p",
      { class: "legend" },
      Object.values(OUTCOMES).map(([kind, name]) =>
        h("span", null, h("i", { class: `outcome-${kind}`, "aria-hidden": "true" }), name)
      ),
      span("the latest run on the right", "quiet"),
    ),
    inParts(h("ul", { class: "strips" }), past.strips, line, 50),
  ];
}
