// The failed calls, those that failed alike together, the largest group first.

import { dataOf, FAILURE, failuresOfRow, hasIterations, index, labelOf, pathOf, ROW } from "./data.js";
import { renderDifference } from "./difference.js";
import { $, callLink, codeClass, h, span } from "./elements.js";
import { withMasks } from "./masks.js";
import { counted } from "./units.js";
import { linked } from "./words.js";

const SHOWN = 5;
const GROUPS = 200;

// What cannot hold without an answer follows from the request that got none; that is what to look at.
function isConsequence(failure) {
  return failure[FAILURE.kind] !== "request" && !index.rows[failure[FAILURE.row]][ROW.code] &&
    failure[FAILURE.event] !== "prerequest" &&
    failuresOfRow.get(failure[FAILURE.row]).some((one) => isUnanswered(index.failures[one]));
}

function isUnanswered(failure) {
  return failure[FAILURE.kind] === "request" && failure[FAILURE.origin] === "call";
}

function headOf(failure) {
  return `${failure[FAILURE.name]}: ${failure[FAILURE.message]}`;
}

// Each failed call stands once: in the group of that of its failures which most calls share.
function groupsOfFailures() {
  const causes = new Map();
  for (const row of failuresOfRow.keys()) {
    const own = failuresOfRow.get(row).map((one) => index.failures[one]);
    causes.set(row, own.filter((failure) => !isConsequence(failure)));
  }
  const counts = new Map();
  for (const failures of causes.values()) {
    for (const head of new Set(failures.map(headOf))) counts.set(head, (counts.get(head) || 0) + 1);
  }
  const groups = new Map();
  for (const [row, failures] of causes) {
    const heads = failures.map(headOf);
    const most = heads.reduce((best, head) => (counts.get(head) > counts.get(best) ? head : best), heads[0]);
    if (!groups.has(most)) groups.set(most, []);
    groups.get(most).push({ row, failures });
  }
  return [...groups.entries()].sort((one, other) => other[1].length - one[1].length);
}

/** The numbers of the calls that failed, in the order of the cards, also of those behind a button. */
export let failedRows = [];
const revealing = new Map();

/** Shows the card of a call that failed, and those before it in its group. */
export function revealCard(row) {
  revealing.get(row)?.();
}

/** @param {boolean} [all] shows every failure, as paper has no button for more */
export function renderFailures(all = false) {
  const box = $("failures");
  const groups = groupsOfFailures();
  const left = index.run.leftOut.failures;
  const told = left
    ? h("p", { class: "quiet" }, `${counted(left, "failure")} of calls that were left out of this report`)
    : "";
  if (!groups.length) {
    const none = index.run.interrupted ? "Nothing had failed when the run ended." : "Nothing failed.";
    box.replaceChildren(told || h("p", { class: "empty" }, none));
    return;
  }
  const listed = groups.slice(0, all ? undefined : GROUPS);
  failedRows = listed.flatMap(([, calls]) => calls.map((call) => call.row));
  const shown = listed.map(([head, calls]) => renderGroup(head, calls, all));
  const rest = groups.length - shown.length;
  const more = rest > 0
    ? h("p", { class: "quiet" }, `and ${counted(rest, "more message")}; find them by search among the calls`)
    : "";
  box.replaceChildren(...shown, more, told);
}

function renderGroup(head, calls, all) {
  const card = h(
    "article",
    { class: "group-card" },
    h(
      "h2",
      null,
      h("span", { class: "message" }, linked(head)),
      calls.length > 1 ? h("span", { class: "count" }, counted(calls.length, "call")) : null,
    ),
  );
  let upto = 0;
  const more = h(
    "div",
    { class: "more" },
    h("button", { type: "button", class: "link", onclick: () => add(50) }, ""),
  );
  function add(step) {
    const next = calls.slice(upto, upto + step).map((call, at) => renderOccurrence(head, call, all || upto + at === 0));
    upto += next.length;
    more.before(...next);
    more.hidden = upto >= calls.length;
    more.firstChild.textContent = `show more (${(calls.length - upto).toLocaleString("en")} left)`;
  }
  calls.forEach((call, at) => revealing.set(call.row, () => at >= upto && add(at + 1 - upto)));
  card.append(more);
  add(all ? calls.length : SHOWN);
  return card;
}

// A call with all that failed in it; the message that heads the group is not repeated.
function renderOccurrence(head, { row: number, failures }, full) {
  const row = index.rows[number];
  const data = dataOf(row);
  const several = failures.length > 1;
  return h(
    "div",
    { class: "occurrence", "data-row": number },
    h(
      "div",
      { class: "line" },
      callLink(number, pathOf(row).join(" / ")),
      hasIterations() ? span(`iteration ${row[ROW.iteration] + 1}`, "quiet") : null,
      data ? h("span", { class: "data" }, withMasks(data)) : null,
      span(`${row[ROW.method]} ${row[ROW.code] || "no answer"}`, `mono ${codeClass(row[ROW.code])}`),
      several ? span(counted(failures.length, "failure"), "failed") : null,
    ),
    failures.map((failure) =>
      h(
        "div",
        { class: several ? "one-failure" : "" },
        failure[FAILURE.test] !== null ? h("div", { class: "test" }, linked(failure[FAILURE.test])) : null,
        headOf(failure) !== head ? h("div", { class: "failed mono" }, linked(headOf(failure))) : null,
        full ? explain(failure) : span(place(failure), "quiet"),
        isUnanswered(failure) ? renderConsequences(number) : null,
      )
    ),
  );
}

function renderConsequences(row) {
  const more = failuresOfRow.get(row).map((one) => index.failures[one]).filter(isConsequence);
  if (!more.length) return null;
  const names = more.slice(0, 3).map((one) => one[FAILURE.test] || one[FAILURE.name]).join(", ");
  return h(
    "div",
    { class: "quiet" },
    `so ${counted(more.length, "check")} had nothing to look at: ${names}${more.length > 3 ? ", …" : ""}`,
  );
}

export function place(failure) {
  if (failure[FAILURE.kind] === "request") {
    return failure[FAILURE.origin] === "call"
      ? "the request got no answer"
      : `a request of ${failure[FAILURE.origin]} got no answer`;
  }
  if (failure[FAILURE.kind] === "file") return "the file cannot be read";
  if (failure[FAILURE.kind] === "expectation") {
    return failure[FAILURE.name] === "ContractViolation"
      ? "described by the OpenAPI document"
      : "expected by the companion file";
  }
  const label = failure[FAILURE.label];
  const own = labelOf(index.rows[failure[FAILURE.row]]) === label;
  const whose = own ? "" : label ? ` of folder ${label}` : " of the collection";
  const when = failure[FAILURE.kind] === "lost" ? "after the end of the" : "in the";
  return `${when} ${failure[FAILURE.event]}-script${whose}${
    failure[FAILURE.line] ? `, line ${failure[FAILURE.line]}` : ""
  }`;
}

// Expected and actual as a difference, and the lines of the script around the one that failed.
export function explain(failure) {
  const parts = [];
  if (failure[FAILURE.expected] !== null && failure[FAILURE.actual] !== null) {
    parts.push(renderDifference(failure[FAILURE.expected], failure[FAILURE.actual]));
  }
  parts.push(h("div", { class: "quiet" }, place(failure)));
  const source = failure[FAILURE.script] === null ? null : index.scripts[failure[FAILURE.script]];
  if (source && failure[FAILURE.line]) parts.push(renderSource(source, failure[FAILURE.line]));
  return parts;
}

function renderSource(source, line) {
  const all = source.split("\n");
  const from = Math.max(line - 3, 0);
  return h(
    "div",
    { class: "source", tabindex: "0", role: "group", "aria-label": `Script around line ${line}` },
    all.slice(from, line + 2).map((text, at) => (
      h(
        "div",
        { class: from + at + 1 === line ? "hit" : "" },
        h("span", { "aria-hidden": "true" }, String(from + at + 1)),
        text.slice(0, 400) || " ",
      )
    )),
  );
}
