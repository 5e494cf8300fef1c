// The calls as a tree of collections, iterations and folders, each with its result.

import { changesOf } from "./changes.js";
import { FAILED, FLAG, hasIterations, index, nameOf, pathOf, roundOf, ROW, SKIPPED } from "./data.js";
import { $, codeClass, h, SIGNS, span, STATES } from "./elements.js";
import { filter, isFiltered, matches, wordsOf } from "./filters.js";
import { cell, VirtualList } from "./list.js";
import { withMasks } from "./masks.js";
import { askFor, shown } from "./selection.js";
import { counted, duration } from "./units.js";

const closed = new Set();

/** The numbers of the calls that the filters leave, in the order of the run. */
export let found = [];
export let callList = null;
let lines = [];
let whenFiltered = () => {};

export function refilter() {
  found = [];
  for (let number = 0; number < index.rows.length; number += 1) if (matches(number)) found.push(number);
  found = inRounds(found);
  lines = withoutClosed(linesOf(found));
  callList.show(lines.length);
  const all = index.rows.length;
  $("clear").hidden = !isFiltered();
  $("calls").hidden = !found.length;
  $("none").hidden = found.length > 0;
  $("none").textContent = all ? "No call is like that." : "There were no calls.";
  $("shown").textContent = found.length === all
    ? counted(all, "call")
    : `${found.length.toLocaleString("en")} of ${counted(all, "call")}`;
  whenFiltered();
}

// What a call is in, from the outermost: its collection where there are several, its iteration, its folders.
function groupsOf(row) {
  const path = pathOf(row).slice(0, -1);
  const groups = [];
  const add = (key, group) => groups.push({ key: `${groups.at(-1)?.key ?? ""}/${key}`, ...group });
  if (index.run.collections.length && path.length) {
    add(`collection ${path[0]}`, { name: path[0] });
    path.shift();
  }
  if (hasIterations()) {
    const round = roundOf(row);
    const data = round.data.map(([name, value]) => `${name}=${value}`).join(", ");
    add(`round ${row[ROW.round]}`, { name: `Iteration ${round.iteration + 1}`, data });
  }
  for (const name of path) add(name, { name });
  return groups;
}

// The calls of rows of data that ran at the same time are told row by row.
function inRounds(numbers) {
  if (!hasIterations()) return numbers;
  return [...numbers].sort((one, other) => index.rows[one][ROW.round] - index.rows[other][ROW.round]);
}

function linesOf(numbers) {
  const made = [];
  let open = [];
  for (const number of numbers) {
    const row = index.rows[number];
    const groups = groupsOf(row);
    let same = 0;
    while (same < groups.length && open[same]?.key === groups[same].key) same += 1;
    open = open.slice(0, same);
    for (const group of groups.slice(same)) {
      const line = { ...group, depth: open.length, calls: 0, failed: 0, skipped: 0, ms: 0 };
      open.push(line);
      made.push(line);
    }
    for (const line of open) {
      line.calls += 1;
      line.failed += Number(row[ROW.state] === FAILED);
      line.skipped += Number(row[ROW.state] === SKIPPED);
      line.ms += timeOf(row);
    }
    made.push({ number, depth: open.length });
  }
  return made;
}

function withoutClosed(all) {
  const kept = [];
  let hiddenBelow = Infinity;
  for (const line of all) {
    if (line.depth > hiddenBelow) continue;
    hiddenBelow = Infinity;
    kept.push(line);
    if (line.key !== undefined && closed.has(line.key)) hiddenBelow = line.depth;
  }
  return kept;
}

function marked(text) {
  const words = wordsOf(filter.text);
  if (!words.length) return [text];
  const rule = new RegExp(`(${words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`, "i");
  return text.split(rule).map((part, at) => (at % 2 ? h("mark", null, part) : part));
}

function renderLine(at) {
  const line = lines[at];
  const indent = { paddingLeft: `${14 + line.depth * 16}px` };
  return line.key === undefined ? renderCall(line.number, indent, line.depth + 1) : renderGroup(line, indent);
}

function renderGroup(line, indent) {
  const open = !closed.has(line.key);
  const state = line.failed ? FAILED : line.skipped === line.calls ? SKIPPED : 0;
  const ran = line.calls - line.skipped;
  const title = line.data ? `${line.name}\n${line.data}` : line.name;
  return h(
    "div",
    { class: "row group", style: indent, "aria-level": line.depth + 1, "aria-expanded": String(open) },
    h("span", { class: "caret", "aria-hidden": "true" }, open ? "▾" : "▸"),
    stateCell(state),
    h(
      "span",
      { class: "name", role: "gridcell", title },
      line.name,
      line.data ? [" ", h("span", { class: "data" }, withMasks(line.data))] : null,
    ),
    h(
      "span",
      { class: "result", role: "gridcell" },
      line.failed
        ? span(`${line.failed.toLocaleString("en")} of ${line.calls.toLocaleString("en")} failed`, "failed")
        : counted(line.calls, "call"),
      line.skipped ? `, ${line.skipped.toLocaleString("en")} skipped` : null,
    ),
    cell("time", ran ? duration(line.ms) : "", "The response times of its calls together"),
  );
}

export function stateCell(state) {
  return h("span", { class: `state ${STATES[state]}`, role: "gridcell", "aria-label": STATES[state] }, SIGNS[state]);
}

// The time of the answer, or how long none came. What scripts took is in the timeline.
function timeOf(row) {
  return row[ROW.state] === SKIPPED ? 0 : row[ROW.code] ? row[ROW.ms] : row[ROW.elapsed];
}

function renderCall(number, indent, level) {
  const row = index.rows[number];
  const state = row[ROW.state];
  const skipped = row[ROW.skipped] ? `\nskipped: ${row[ROW.skipped]}` : "";
  const title = `${pathOf(row).join(" / ")}\n${row[ROW.method]} ${row[ROW.url]}${skipped}`;
  const name = h(
    "span",
    { class: "name", role: "gridcell", title },
    marked(nameOf(row)),
    row[ROW.attempt] > 1
      ? h("span", { class: "warned", title: `${row[ROW.attempt]} attempts` }, `  ↻ ${row[ROW.attempt]}`)
      : null,
    row[ROW.flags] & FLAG.warnings ? span("  ⚠", "warned") : null,
    changesOf(row).map((change) =>
      span(change, `tag ${change === "newly failing" ? "failed" : change === "fixed" ? "passed" : "warned"}`)
    ),
    row[ROW.skipped] ? span(` – ${row[ROW.skipped]}`, "skipped") : null,
  );
  const passed = row[ROW.tests] - row[ROW.failed] - row[ROW.passedOver];
  const over = row[ROW.passedOver] ? `, ${row[ROW.passedOver]} skipped` : "";
  const checks = row[ROW.tests] ? `${passed}/${row[ROW.tests]}` : "";
  return h(
    "div",
    { class: `row call is-${STATES[state]}`, style: indent, "aria-level": level },
    stateCell(state),
    cell("method", row[ROW.method]),
    name,
    cell("tests", checks, `${passed} of ${row[ROW.tests]} assertions passed${over}`),
    cell(`code ${codeClass(row[ROW.code])}`, state === SKIPPED ? "" : String(row[ROW.code] || "ERR")),
    cell(
      "time",
      state === SKIPPED ? "" : duration(timeOf(row)),
      row[ROW.code] ? "Response time" : "Time until it failed",
    ),
  );
}

// Walking over a folder with the keys leaves it as it is; a click, Enter or Space opens and closes it.
function actOnLine(at, event) {
  const line = lines[at];
  if (line.key === undefined) askFor(line.number, true);
  else if (event) toggle(line);
}

function toggle(line) {
  if (closed.has(line.key)) closed.delete(line.key);
  else closed.add(line.key);
  refilter();
}

export function fold(open) {
  const line = lines[callList.focus];
  if (!line || shown.view !== "calls") return;
  if (line.key !== undefined && open === closed.has(line.key)) {
    toggle(line);
    return;
  }
  if (line.key === undefined && !open) {
    let at = callList.focus;
    while (at > 0 && (lines[at].key === undefined || lines[at].depth >= line.depth)) at -= 1;
    if (lines[at].key !== undefined) callList.point(at);
  }
}

// Closes all groups, or opens them.
export function foldAll() {
  const keys = linesOf(found).flatMap((line) => (line.key === undefined ? [] : [line.key]));
  const open = keys.every((key) => closed.has(key));
  for (const key of keys) {
    if (open) closed.delete(key);
    else closed.add(key);
  }
  callList.focus = 0;
  refilter();
}

// Brings the call whose details are shown into sight; the folders that it is in are opened.
export function revealCall(number) {
  const groups = groupsOf(index.rows[number]).map((group) => group.key);
  if (groups.some((key) => closed.delete(key))) refilter();
  const at = lines.findIndex((line) => line.number === number);
  if (at >= 0) callList.point(at);
  else callList.draw(true);
}

/** @param {() => void} act is told when the filters leave other calls */
export function setUpCalls(act) {
  whenFiltered = act;
  callList = new VirtualList($("calls"), "Calls", {
    render: renderLine,
    act: actOnLine,
    isPicked: (at) => lines[at].number !== undefined && lines[at].number === shown.call,
  });
  $("fold").onclick = foldAll;
  $("fold").hidden = !index.rows.some((row) => groupsOf(row).length > 0);
}
