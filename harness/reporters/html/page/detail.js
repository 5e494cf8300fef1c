// One call: what was checked, request and response beside each other, its steps, and where its variables came from.

import { renderAttempts } from "./attempts.js";
import { callList, revealCall } from "./calls.js";
import { renderCopies } from "./copies.js";
import {
  dataOf,
  FAILED,
  FAILURE,
  failuresOfRow,
  hasIterations,
  index,
  labelOf,
  nameOf,
  PASSED,
  pathOf,
  placeOf,
  recordOf,
  ROW,
  SKIPPED,
} from "./data.js";
import { $, all, callLink, h, SIGNS, span, STATES } from "./elements.js";
import { renderExchange } from "./exchange.js";
import { explain } from "./failures.js";
import { maskNote, withMasks } from "./masks.js";
import { askFor, shown } from "./selection.js";
import { renderSteps } from "./steps.js";
import { inParts, shortened, table } from "./tables.js";
import { revealTimed, timeList } from "./timeline.js";
import { counted, duration } from "./units.js";
import { described, linked } from "./words.js";

const CHECKS_SHOWN = 100;
const LINES_SHOWN = 200;

/**
 * @param {number} number
 * @param {boolean} keepList leaves the list where it is
 * @param {number} attempt an earlier attempt, 0 for the last
 * @param {{ at: number, of: number, go: (step: number) => void }} way the call's place among those that are shown
 */
export async function openCall(number, keepList, attempt, way) {
  const anew = shown.call !== number;
  Object.assign(shown, { call: number, attempt });
  const row = index.rows[number];
  document.body.classList.add("opened");
  if (keepList) drawLists();
  else reveal(number);
  for (const one of all(".occurrence")) one.classList.toggle("picked", Number(one.dataset.row) === number);
  const box = $("detail");
  let record;
  try {
    record = await recordOf(number);
  } catch (error) {
    box.replaceChildren(h("p", { class: "failed" }, `This part of the report is damaged: ${error.message}`));
    return;
  }
  if (shown.call !== number || shown.attempt !== attempt) return;
  shown.record = record;
  box.replaceChildren(...renderDetail(number, row, record, way).flat(3).filter(Boolean));
  if (box.querySelector(".masked")) box.append(maskNote());
  if (anew) box.scrollTop = 0;
  if (anew && matchMedia("(max-width: 900px)").matches) box.scrollIntoView();
  box.setAttribute("aria-label", pathOf(row).join(" / "));
}

function drawLists() {
  callList.draw(true);
  timeList.draw(true);
}

// Selects a call in the list, so that the list shows where it belongs.
export function reveal(number) {
  if (!index.rows[number]) return;
  if (shown.view === "timeline") revealTimed();
  else revealCall(number);
}

export function closeCall() {
  document.body.classList.remove("opened");
  Object.assign(shown, { call: -1, attempt: 0, record: null });
  for (const one of all(".occurrence.picked")) one.classList.remove("picked");
  const told = index.rows.length ? "Choose a call to see its request and response." : "There is no call to show.";
  $("detail").replaceChildren(h("p", { class: "empty" }, told));
  $("detail").setAttribute("aria-label", "Call");
  drawLists();
}

// The failures and the record of the attempt that is looked at.
function lookedAt(number, record) {
  const earlier = (record.attempts || []).find((one) => one.attempt === shown.attempt);
  if (earlier) return { failures: earlier.failures, record: earlier };
  shown.attempt = 0;
  return { failures: (failuresOfRow.get(number) || []).map((one) => index.failures[one]), record };
}

function renderDetail(number, row, whole, way) {
  const path = pathOf(row);
  const state = row[ROW.state];
  const { failures, record } = lookedAt(number, whole);
  const data = dataOf(row);
  const choose = (attempt) => askFor(number, true, attempt);
  const attempts = whole.attempts
    ? renderAttempts(whole.attempts, { number: row[ROW.attempt], failed: state === FAILED }, shown.attempt, choose)
    : null;
  const parts = [
    renderWarnings(path.join(" / "), record),
    renderChecks(failures, record),
    record.exchange ? renderExchange(record.exchange) : null,
    renderSteps(record, labelOf(row)),
    renderVariables(record),
    renderConsole(record),
    renderSides(record),
    renderVisualizer(record),
  ];
  return [
    renderWay(way),
    h("p", { class: "path" }, path.slice(0, -1).join(" / ")),
    h("h2", null, span(SIGNS[state], STATES[state]), nameOf(row)),
    h(
      "p",
      { class: "facts quiet" },
      span(STATES[state], STATES[state]),
      hasIterations() ? span(`iteration ${row[ROW.iteration] + 1} of ${index.run.iterations}`) : null,
      data ? h("span", { class: "data" }, withMasks(data)) : null,
      state === SKIPPED
        ? span(`because: ${row[ROW.skipped] || "a script skipped it"}`)
        : span(`took ${duration(row[ROW.elapsed])}`),
      row[ROW.attempt] > 1 ? span(`${row[ROW.attempt]} attempts`, "warned") : null,
    ),
    renderCopies(number, whole),
    record.description ? described(record.description) : null,
    aboutFolders(path),
    attempts,
    attempts ? h("div", { id: "attempt", role: "tabpanel", "aria-label": "Attempt" }, parts) : parts,
  ];
}

// The way to the calls before and after this one, in the order of the list.
function renderWay({ at, of, go }) {
  const step = (label, key, by, off) =>
    h("button", {
      type: "button",
      class: "step-button",
      disabled: off,
      title: `${label} (${key})`,
      onclick: () => go(by),
    }, label);
  return h(
    "div",
    { class: "way" },
    h(
      "button",
      { type: "button", class: "back", onclick: () => document.dispatchEvent(new Event("call-closed")) },
      "‹ Back",
    ),
    step("‹ Previous", "k", -1, at <= 0),
    step("Next ›", "j", 1, at < 0 || at >= of - 1),
    at < 0 ? null : span(`${(at + 1).toLocaleString("en")} of ${of.toLocaleString("en")}`, "quiet"),
  );
}

function renderSides(record) {
  return (record.side || []).map((one) =>
    h(
      "details",
      null,
      h(
        "summary",
        null,
        `Request of ${one.origin}: ${one.method} ${one.url} → ${one.response ? one.response.status : "no answer"}`,
      ),
      h("div", { style: { padding: "0 12px 8px" } }, renderExchange(one)),
    )
  );
}

function aboutFolders(path) {
  return path.slice(0, -1).map((_, depth) => path.slice(0, depth + 1).join(" / "))
    .filter((name) => index.run.folders[name])
    .map((name) =>
      h("details", null, h("summary", null, `About the folder ${name}`), described(index.run.folders[name]))
    );
}

function renderWarnings(path, record) {
  const told = record.warnings || [];
  const others = ((record.exchange || {}).warnings || []).filter((one) => !told.some(([text]) => text === one));
  const every = [...told, ...others.map((one) => [one, "", ""])];
  return every.map(([message, where, kind]) => {
    const part = where.startsWith(path) ? where.slice(path.length).replace(/^, /, "") : where;
    return h(
      "p",
      { class: "warned" },
      `⚠ ${message}${part ? ` (${part})` : ""}`,
      kind ? h("span", { class: "kind", title: "The kind of the warning" }, kind) : null,
    );
  });
}

function renderChecks(failures, record) {
  if (!failures.length && !record.assertions) return null;
  const left = [...failures];
  const named = (record.assertions || []).map(([name, state]) => {
    const at = state === FAILED ? left.findIndex((one) => one[FAILURE.test] === name) : -1;
    return { name, state, failure: at < 0 ? null : left.splice(at, 1)[0] };
  });
  const checks = [...left.map((failure) => ({ name: null, state: FAILED, failure })), ...named];
  // Where not all are shown at once, those that failed are among the first.
  if (checks.length > CHECKS_SHOWN) {
    checks.sort((one, other) => Number(other.state === FAILED) - Number(one.state === FAILED));
  }
  return [h("h3", null, "Checks"), ...inParts(h("ul", { class: "checks" }), checks, renderCheck, CHECKS_SHOWN)];
}

function renderCheck({ name, state, failure }) {
  return h(
    "li",
    null,
    h("span", { class: STATES[state], role: "img", "aria-label": STATES[state] }, SIGNS[state]),
    h(
      "div",
      null,
      name === null ? null : h(
        "span",
        { class: state === PASSED ? "" : STATES[state] },
        linked(name),
        state === SKIPPED ? " (skipped)" : null,
      ),
      failure
        ? [
          h("div", { class: "failed mono" }, linked(`${failure[FAILURE.name]}: ${failure[FAILURE.message]}`)),
          explain(failure),
        ]
        : null,
    ),
  );
}

function renderVariables(record) {
  if (!record.uses) return null;
  return [
    h("h3", null, "Variables used"),
    table(["Variable", "Value", "Came from"], record.uses.map((use) => renderUse(use))),
  ];
}

const ORIGINS = {
  local: "a script, for this call",
  data: "the row of data",
  environment: "the environment",
  collection: "the collection",
  globals: "the globals",
  dynamic: "drawn for this request",
};

function renderUse([name, scope, value, source, how, detail]) {
  const [known, origin] = scope ? [value, ORIGINS[scope] || scope] : lastKnown(name);
  const told = known === null ? span("not known", "quiet") : shortened(known);
  if (source === undefined) return [name, told, span(origin, "words")];
  const what = how === "extracted" ? `extracted by ${detail}` : `set in the ${detail}-script`;
  return [name, told, h("span", { class: "words" }, `${what} of `, callLink(source, placeOf(index.rows[source])))];
}

// A result that does not tell the values then, as newman's, has only those at the end.
function lastKnown(name) {
  if (name.startsWith("$")) return [null, "drawn for this request"];
  for (const [scope, values] of Object.entries(index.run.variables)) {
    const found = values.find(([key]) => key === name);
    if (found) return [found[1], `${ORIGINS[scope]}, at the end of the run`];
  }
  return [null, "a script or data, or not defined"];
}

function renderConsole(record) {
  if (!record.console) return null;
  const box = h("div", { class: "console", tabindex: "0", role: "group", "aria-label": "Console" });
  return [
    h("h3", null, "Console", record.console.length > 1 ? span(counted(record.console.length, "line"), "count") : null),
    ...inParts(box, record.console, ([level, event, text]) => (
      h("div", { class: level, title: `console.${level} in the ${event}-script` }, withMasks(text))
    ), LINES_SHOWN),
  ];
}

function renderVisualizer(record) {
  if (!record.visualizer) return null;
  const frame = h("iframe", { sandbox: "", title: "Visualizer output" });
  frame.srcdoc = record.visualizer;
  return [h("h3", null, "Visualizer"), frame];
}
