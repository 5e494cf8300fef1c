// The calls as a tree of iterations and folders, with search and filters; and the same on a timeline.

import { FAILURE, failuresOfRow, FLAG, index, isBroken, nameOf, pathOf, ROW, SKIPPED } from "./data.js";
import { $, codeClass, counted, duration, h, SIGNS, span, STATES } from "./elements.js";
import { changesOf } from "./history.js";
import { cell, VirtualList } from "./list.js";
import { askFor, shown } from "./selection.js";

export const filter = { text: "", states: new Set(), folder: "", method: "", code: "", iteration: "" };
const closed = new Set();
export let lines = [];
let timed = [];
export let callList = null;
export let timeList = null;

function matches(number) {
  const row = index.rows[number];
  if (filter.iteration !== "" && row[ROW.iteration] !== Number(filter.iteration)) return false;
  if (filter.states.size && !stateNames(row).some((name) => filter.states.has(name))) return false;
  if (filter.method && row[ROW.method] !== filter.method) return false;
  if (filter.code && codeName(row) !== filter.code && String(row[ROW.code]) !== filter.code) return false;
  const path = pathOf(row);
  if (filter.folder && !`${path.slice(0, -1).join(" / ")} / `.startsWith(`${filter.folder} / `)) return false;
  return !filter.text || filter.text.split(/\s+/).every((word) => haystack(number).includes(word));
}

function stateNames(row) {
  const names = [STATES[row[ROW.state]]];
  if (row[ROW.attempt] > 1) names.push("retried");
  if (row[ROW.flags] & FLAG.warnings) names.push("warned");
  if (row[ROW.flags] & FLAG.console) names.push("with console");
  if (row[ROW.passedOver]) names.push("with skipped checks");
  return names.concat(changesOf(row));
}

function codeName(row) {
  return row[ROW.code] ? `${Math.floor(row[ROW.code] / 100)}xx` : "none";
}

const haystacks = new Map();
function haystack(number) {
  if (!haystacks.has(number)) {
    const row = index.rows[number];
    const failures = (failuresOfRow.get(number) || []).map((one) => index.failures[one]);
    const words = failures.map((one) => `${one[FAILURE.test] || ""} ${one[FAILURE.message] || ""}`);
    const text = [pathOf(row).join(" / "), row[ROW.method], row[ROW.url], row[ROW.code], row[ROW.skipped], ...words];
    haystacks.set(number, text.join("\n").toLowerCase());
  }
  return haystacks.get(number);
}

function fillFilters() {
  const rows = index.rows;
  const count = (name) => rows.reduce((sum, row) => sum + stateNames(row).includes(name), 0);
  for (
    const name of [
      "failed",
      "passed",
      "skipped",
      "newly failing",
      "fixed",
      "flaky",
      "retried",
      "warned",
      "with skipped checks",
      "with console",
    ]
  ) {
    const found = count(name);
    if (!found) continue;
    $("states").append(h("button", {
      type: "button",
      "aria-pressed": "false",
      "data-state": name,
      onclick: (event) => {
        if (filter.states.has(name)) filter.states.delete(name);
        else filter.states.add(name);
        event.currentTarget.setAttribute("aria-pressed", String(filter.states.has(name)));
        refilter();
      },
    }, `${name} ${found}`));
  }
  const folders = new Set();
  for (const item of index.items) {
    for (let depth = 1; depth < item.path.length; depth += 1) folders.add(item.path.slice(0, depth).join(" / "));
  }
  fillSelect("folder", [...folders], "all");
  fillSelect("method", [...new Set(rows.map((row) => row[ROW.method]))].sort(), "all");
  const codes = new Set();
  for (const row of rows) {
    codes.add(codeName(row));
    if (row[ROW.code]) codes.add(String(row[ROW.code]));
  }
  fillSelect("code", [...codes].sort(), "all");
  if (index.run.iterations > 1) {
    $("pager").hidden = false;
    fillSelect("iteration", Array.from({ length: index.run.iterations }, (_, one) => String(one)), "all", (one) => (
      `${Number(one) + 1} of ${index.run.iterations}`
    ));
    $("previous").onclick = () => turn(-1);
    $("next").onclick = () => turn(1);
  }
  $("search").addEventListener("input", () => {
    filter.text = $("search").value.trim().toLowerCase();
    refilter();
  });
  $("clear").addEventListener("click", clearFilters);
  $("filters").addEventListener("submit", (event) => event.preventDefault());
}

function fillSelect(name, values, all, label) {
  const select = $(name);
  select.append(h("option", { value: "" }, all));
  for (const value of values) select.append(h("option", { value }, label ? label(value) : value));
  select.addEventListener("change", () => {
    filter[name] = select.value;
    refilter();
  });
}

export function turn(step) {
  const select = $("iteration");
  if (index.run.iterations < 2) return;
  select.selectedIndex = Math.min(Math.max(select.selectedIndex + step, 0), index.run.iterations);
  filter.iteration = select.value;
  refilter();
}

export function refilter() {
  const found = [];
  for (let number = 0; number < index.rows.length; number += 1) if (matches(number)) found.push(number);
  lines = [];
  let iteration = -1, folders = [];
  const many = index.run.iterations > 1;
  for (const number of found) {
    const row = index.rows[number];
    if (many && row[ROW.iteration] !== iteration) {
      iteration = row[ROW.iteration];
      folders = [];
      lines.push({ key: `${iteration}`, name: `Iteration ${iteration + 1}`, depth: 0 });
    }
    const path = pathOf(row).slice(0, -1);
    let same = 0;
    while (same < path.length && same < folders.length && folders[same] === path[same]) same += 1;
    for (let depth = same; depth < path.length; depth += 1) {
      const key = `${iteration}/${path.slice(0, depth + 1).join("/")}`;
      lines.push({ key, name: path[depth], depth: depth + (many ? 1 : 0) });
    }
    folders = path;
    lines.push({ number, depth: path.length + (many ? 1 : 0) });
  }
  lines = withoutClosed(lines);
  timed = found.filter((number) => index.rows[number][ROW.state] !== SKIPPED);
  callList.show(lines.length);
  timeList.show(timed.length);
  const all = index.rows.length;
  $("clear").hidden = !isFiltered();
  $("calls").hidden = !found.length;
  $("none").hidden = found.length > 0;
  $("none").textContent = all ? "No call is like that." : "There were no calls.";
  $("shown").textContent = found.length === all ? counted(all, "call") : `${found.length} of ${counted(all, "call")}`;
}

function isFiltered() {
  return filter.states.size > 0 ||
    ["text", "folder", "method", "code", "iteration"].some((name) => filter[name] !== "");
}

function clearFilters() {
  for (const name of ["folder", "method", "code", "iteration"]) {
    filter[name] = "";
    $(name).value = "";
  }
  filter.text = $("search").value = "";
  filter.states.clear();
  for (const chip of $("states").children) chip.setAttribute("aria-pressed", "false");
  refilter();
  $("search").focus();
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
  const words = filter.text.split(/\s+/).filter(Boolean);
  if (!words.length) return [text];
  const rule = new RegExp(`(${words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`, "i");
  return text.split(rule).map((part, at) => (at % 2 ? h("mark", null, part) : part));
}

function renderLine(at) {
  const line = lines[at];
  const indent = { paddingLeft: `${14 + line.depth * 16}px` };
  if (line.key !== undefined) {
    const open = !closed.has(line.key);
    return h(
      "div",
      { class: "row group", style: indent, "aria-level": line.depth + 1, "aria-expanded": String(open) },
      h("span", { class: "caret", "aria-hidden": "true" }, open ? "▾" : "▸"),
      cell("name", line.name, line.name),
    );
  }
  return renderCall(line.number, indent, line.depth + 1);
}

function renderCall(number, indent, level) {
  const row = index.rows[number];
  const state = row[ROW.state];
  const title = `${pathOf(row).join(" / ")}\n${row[ROW.method]} ${row[ROW.url]}${
    row[ROW.skipped] ? `\nskipped: ${row[ROW.skipped]}` : ""
  }`;
  const sign = h(
    "span",
    { class: `state ${STATES[state]}`, role: "gridcell", "aria-label": STATES[state] },
    SIGNS[state],
  );
  const name = h(
    "span",
    { class: "name", role: "gridcell", title },
    marked(nameOf(row)),
    row[ROW.attempt] > 1 ? span(`  ↻ ${row[ROW.attempt]} attempts`, "warned") : null,
    row[ROW.flags] & FLAG.warnings ? span("  ⚠", "warned") : null,
    changesOf(row).map((name) =>
      span(name, `tag ${name === "newly failing" ? "failed" : name === "fixed" ? "passed" : "warned"}`)
    ),
    row[ROW.skipped] ? span(` – ${row[ROW.skipped]}`, "skipped") : null,
  );
  const passed = row[ROW.tests] - row[ROW.failed] - row[ROW.passedOver];
  const over = row[ROW.passedOver] ? `, ${row[ROW.passedOver]} skipped` : "";
  return h(
    "div",
    { class: `row call is-${STATES[state]}`, style: indent, "aria-level": level },
    sign,
    cell("method", row[ROW.method]),
    name,
    cell(
      "tests",
      row[ROW.tests] ? `${passed}/${row[ROW.tests]}` : "",
      `${passed} of ${row[ROW.tests]} assertions passed${over}`,
    ),
    cell(`code ${codeClass(row[ROW.code])}`, state === SKIPPED ? "" : String(row[ROW.code] || "ERR")),
    cell("time", state === SKIPPED ? "" : duration(row[ROW.code] ? row[ROW.ms] : row[ROW.elapsed])),
  );
}

// Walking over a folder with the keys leaves it as it is; a click, Enter or Space opens and closes it.
function actOnLine(at, event) {
  const line = lines[at];
  if (line.key === undefined) {
    askFor(line.number, true);
    return;
  }
  if (!event) return;
  if (closed.has(line.key)) closed.delete(line.key);
  else closed.add(line.key);
  refilter();
}

export function fold(open) {
  const line = lines[callList.focus];
  if (!line || shown.view !== "calls") return;
  if (line.key !== undefined && open === closed.has(line.key)) {
    actOnLine(callList.focus, true);
    return;
  }
  if (line.key === undefined && !open) {
    let at = callList.focus;
    while (at > 0 && (lines[at].key === undefined || lines[at].depth >= line.depth)) at -= 1;
    if (lines[at].key !== undefined) {
      callList.focus = at;
      callList.reveal(at);
      callList.draw(true);
    }
  }
}

let timeFrom = 0, timeSpan = 1;

// The axis spans the calls that are in sight, so that short calls of a long run can be seen.
function drawAxis(from, to) {
  let last = 0;
  timeFrom = from < to ? index.rows[timed[from]][ROW.start] : 0;
  for (let at = from; at < to; at += 1) {
    const row = index.rows[timed[at]];
    timeFrom = Math.min(timeFrom, row[ROW.start]);
    last = Math.max(last, row[ROW.start] + Math.max(row[ROW.elapsed], row[ROW.ms]));
  }
  timeSpan = Math.max(last - timeFrom, 1);
  $("axis").replaceChildren(
    h(
      "span",
      { class: "axis-title", title: "Coloured: waiting for the answer. Grey: scripts, and what they sent." },
      "from the start of the run",
    ),
    ...[0, 1 / 3, 2 / 3, 1].map((part) =>
      h("span", {
        class: part === 1 ? "end" : "",
        style: { left: `${38 + part * 48}%` },
      }, duration(timeFrom + part * timeSpan))
    ),
  );
}

function renderTimed(at) {
  const number = timed[at], row = index.rows[number];
  const share = (ms) => `${(ms / timeSpan) * 100}%`;
  return h(
    "div",
    { class: "row timed", "aria-level": 1 },
    h(
      "span",
      { class: `state ${STATES[row[ROW.state]]}`, role: "gridcell", "aria-label": STATES[row[ROW.state]] },
      SIGNS[row[ROW.state]],
    ),
    cell("name", nameOf(row), pathOf(row).join(" / ")),
    h(
      "span",
      {
        class: "lane",
        role: "gridcell",
        "aria-label": `after ${duration(row[ROW.start] - timeFrom)} for ${duration(row[ROW.elapsed])}`,
      },
      h("i", { class: "out", style: { left: share(row[ROW.start] - timeFrom), width: share(row[ROW.elapsed]) } }),
      h("i", {
        class: isBroken(row) ? "bad" : "",
        style: { left: share(row[ROW.start] - timeFrom), width: share(row[ROW.code] ? row[ROW.ms] : row[ROW.elapsed]) },
      }),
    ),
    cell("time", duration(row[ROW.elapsed])),
  );
}

export function setUpCalls() {
  callList = new VirtualList($("calls"), "Calls", renderLine, actOnLine);
  timeList = new VirtualList($("timeline"), "Calls over time", renderTimed, (at) => askFor(timed[at], true));
  timeList.before = drawAxis;
  if (index.run.onlyFailures && index.rows.some(isBroken)) filter.states.add("failed");
  fillFilters();
  for (const name of filter.states) {
    document.querySelector(`[data-state="${name}"]`)?.setAttribute("aria-pressed", "true");
  }
  refilter();
}
