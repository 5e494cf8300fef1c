// Which calls are shown: by words, outcome, folder, method, code and iteration.

import { FAILURE, failuresOfRow, FLAG, hasIterations, index, pathOf, roundOf, ROW } from "./data.js";
import { $, all, h, STATES } from "./elements.js";
import { changesOf } from "./changes.js";
import { tellChange } from "./selection.js";

const OUTCOMES = [
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
];
const SELECTS = ["folder", "method", "code", "iteration"];

/** What is asked for; an empty text asks for nothing. `iteration` counts from 0. */
export const filter = { text: "", states: new Set(), folder: "", method: "", code: "", iteration: "" };
let refilter = () => {};

export function isFiltered() {
  return filter.states.size > 0 || filter.text !== "" || SELECTS.some((name) => filter[name] !== "");
}

export function matches(number) {
  const row = index.rows[number];
  if (filter.iteration !== "" && row[ROW.iteration] !== Number(filter.iteration)) return false;
  if (filter.states.size && !stateNames(row).some((name) => filter.states.has(name))) return false;
  if (filter.method && row[ROW.method] !== filter.method) return false;
  if (filter.code && codeName(row) !== filter.code && String(row[ROW.code]) !== filter.code) return false;
  const path = pathOf(row);
  if (filter.folder && !`${path.slice(0, -1).join(" / ")} / `.startsWith(`${filter.folder} / `)) return false;
  return !filter.text || wordsOf(filter.text).every((word) => haystack(number).includes(word));
}

export function wordsOf(text) {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
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
    const data = roundOf(row).data.map(([name, value]) => `${name}=${value}`);
    const path = pathOf(row).join(" / ");
    const text = [path, row[ROW.method], row[ROW.url], row[ROW.code], row[ROW.skipped], ...data, ...words];
    haystacks.set(number, text.join("\n").toLowerCase());
  }
  return haystacks.get(number);
}

/** @param {() => void} act shows what the filters leave */
export function setUpFilters(act) {
  refilter = act;
  const rows = index.rows;
  const counts = new Map();
  for (const row of rows) for (const name of stateNames(row)) counts.set(name, (counts.get(name) || 0) + 1);
  for (const name of OUTCOMES.filter((one) => counts.has(one))) {
    const press = () => {
      if (filter.states.has(name)) filter.states.delete(name);
      else filter.states.add(name);
      show();
      tellChange();
    };
    const told = `${name} ${counts.get(name).toLocaleString("en")}`;
    $("states").append(h("button", { type: "button", "data-state": name, onclick: press }, told));
  }
  const folders = new Set();
  for (const item of index.items) {
    for (let depth = 1; depth < item.path.length; depth += 1) folders.add(item.path.slice(0, depth).join(" / "));
  }
  fillSelect("folder", [...folders]);
  fillSelect("method", [...new Set(rows.map((row) => row[ROW.method]))].sort());
  const codes = new Set();
  for (const row of rows) {
    codes.add(codeName(row));
    if (row[ROW.code]) codes.add(String(row[ROW.code]));
  }
  fillSelect("code", [...codes].sort());
  if (hasIterations()) {
    $("pager").hidden = false;
    const numbers = Array.from({ length: index.run.iterations }, (_, one) => String(one));
    fillSelect("iteration", numbers, (one) => `${Number(one) + 1} of ${index.run.iterations}`);
    $("previous").onclick = () => turn(-1);
    $("next").onclick = () => turn(1);
  }
  $("search").addEventListener("input", () => {
    filter.text = $("search").value.trim();
    refilter();
    tellChange(true);
  });
  $("clear").addEventListener("click", () => {
    setFilter({});
    tellChange();
    $("search").focus();
  });
  $("filters").addEventListener("submit", (event) => event.preventDefault());
}

function fillSelect(name, values, label = (value) => value) {
  const select = $(name);
  select.append(h("option", { value: "" }, "all"));
  for (const value of values) select.append(h("option", { value }, label(value)));
  select.addEventListener("change", () => {
    filter[name] = select.value;
    refilter();
    tellChange();
  });
}

// Puts filters into place, those that are not named are emptied; what there is none of is left out.
export function setFilter({ text = "", states = [], ...others }) {
  filter.text = text;
  filter.states = new Set(states.filter((name) => OUTCOMES.includes(name)));
  for (const name of SELECTS) {
    $(name).value = others[name] || "";
    filter[name] = $(name).value || "";
  }
  show();
}

function show() {
  if ($("search").value.trim() !== filter.text) $("search").value = filter.text;
  for (const chip of all("[data-state]")) {
    chip.setAttribute("aria-pressed", String(filter.states.has(chip.dataset.state)));
  }
  refilter();
}

export function turn(step) {
  if (!hasIterations()) return;
  const select = $("iteration");
  select.selectedIndex = Math.min(Math.max(select.selectedIndex + step, 0), index.run.iterations);
  filter.iteration = select.value;
  refilter();
  tellChange();
}
