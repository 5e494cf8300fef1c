// What a call did, step by step: its scripts, its request, and what each of them made of the variables.

import { h, span } from "./elements.js";
import { PARTS } from "./lanes.js";
import { isMasked } from "./masks.js";
import { shortened, table } from "./tables.js";
import { counted, duration } from "./units.js";

const EVENTS = { prerequest: "Pre-request script", test: "Test script" };

function whose(label, path) {
  if (!label) return "of the collection";
  return label === path ? "" : `of the folder ${label}`;
}

function value(text) {
  return text === null ? span("not set", "quiet") : text === "" ? span("empty", "quiet") : shortened(text);
}

function renderChanges(changes, more) {
  if (!changes.length) return span("changed no variable", "quiet");
  const rows = changes.map(([scope, name, before, after]) => [
    h("span", null, name, " ", span(scope, "scope")),
    value(before),
    // Two secrets look alike, masked.
    before !== null && before === after && isMasked(after)
      ? [value(after), span(" (another one)", "quiet")]
      : value(after),
  ]);
  return [
    table(["Variable", "Before", "After"], rows),
    more ? h("p", { class: "quiet" }, `and ${counted(more, "more variable")}`) : null,
  ];
}

function renderScript([event, label, ms, checks, failed, error, changes, more], path) {
  const facts = [
    span(duration(ms), "quiet"),
    checks
      ? span(
        failed ? `${failed} of ${counted(checks, "check")} failed` : counted(checks, "check"),
        failed ? "failed" : "quiet",
      )
      : null,
  ];
  return h(
    "li",
    { class: error || failed ? "step failed-step" : "step" },
    h("div", { class: "step-head" }, h("b", null, `${EVENTS[event] || event} ${whose(label, path)}`.trim()), facts),
    error ? h("div", { class: "failed mono" }, error) : null,
    renderChanges(changes, more),
  );
}

function renderSent(record) {
  const { method, response, failure } = record.exchange;
  const told = response ? `${response.status} ${response.reason}` : failure ? failure.message : "no answer";
  const used = (record.uses || []).map(([name]) => name);
  return h(
    "li",
    { class: response ? "step sent" : "step sent failed-step" },
    h(
      "div",
      { class: "step-head" },
      h("b", null, `${method} → ${told}`),
      response ? span(duration(response.elapsed), "quiet") : null,
    ),
    used.length ? h("div", { class: "quiet" }, `used ${used.join(", ")}`) : null,
    response?.phases ? renderPhases(response) : null,
  );
}

// The phases of the answer as a bar, and in figures.
function renderPhases({ phases, reused }) {
  const names = PARTS.slice(1, -1);
  const parts = phases.map((ms, at) => [...names[at], ms]).filter(([, , ms]) => ms > 0);
  const sum = parts.reduce((all, [, , ms]) => all + ms, 0) || 1;
  return h(
    "div",
    { class: "phases" },
    h(
      "div",
      { class: "phase-bar", "aria-hidden": "true" },
      parts.map(([kind, , ms]) => h("i", { class: `part-${kind}`, style: { width: `${(ms / sum) * 100}%` } })),
    ),
    h(
      "div",
      { class: "legend" },
      parts.map(([kind, name, ms]) =>
        h("span", null, h("i", { class: `part-${kind}`, "aria-hidden": "true" }), `${name} ${duration(ms)}`)
      ),
      reused ? span("over a connection that was open") : null,
    ),
  );
}

function renderExtracted(extractions) {
  const rows = extractions.map(([name, scope, expression, text]) => [
    h("span", null, name, " ", span(scope, "scope")),
    shortened(text),
    expression,
  ]);
  return h(
    "li",
    { class: "step" },
    h("div", { class: "step-head" }, h("b", null, "Extracted from the answer")),
    table(["Variable", "Value", "From"], rows),
  );
}

/**
 * @param {any} record
 * @param {string} path of the call, as labels of scripts spell it
 */
export function renderSteps(record, path) {
  const steps = record.steps || [];
  if (!steps.length && !record.extractions) return null;
  return [
    h("h3", null, "Steps"),
    h(
      "ol",
      { class: "steps" },
      steps.filter(([event]) => event === "prerequest").map((step) => renderScript(step, path)),
      record.exchange ? renderSent(record) : null,
      steps.filter(([event]) => event !== "prerequest").map((step) => renderScript(step, path)),
      record.extractions ? renderExtracted(record.extractions) : null,
    ),
  ];
}
