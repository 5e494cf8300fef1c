// Views, keys, light and dark, and the start of it all.

import { addressOfShown, askedBy } from "./address.js";
import { callList, fold, found, refilter, setUpCalls } from "./calls.js";
import { renderCoverage } from "./coverage.js";
import { asCurl } from "./curl.js";
import { index, isBroken, loadIndex } from "./data.js";
import { closeCall, openCall, reveal } from "./detail.js";
import { $, all, copy, h, moment } from "./elements.js";
import { failedRows, renderFailures, revealCard } from "./failures.js";
import { filter, setFilter, setUpFilters, turn } from "./filters.js";
import { renderHistory } from "./history.js";
import { renderNumbers, renderPercentiles, renderRun } from "./numbers.js";
import { askFor, shown, tellChange, whenAsked, whenChanged } from "./selection.js";
import { retime, setUpTimeline, timeList, zoomBy, zoomTo } from "./timeline.js";

const VIEWS = ["failures", "calls", "timeline", "numbers", "history", "coverage", "run"].filter((name) =>
  $(`tab-${name}`)
);
const WIDE = "(min-width: 901px)";
const drawn = new Set();
let printing = false;

function view(name, focus = false) {
  if (shown.view === name) return;
  shown.view = name;
  document.body.dataset.view = name;
  for (const one of VIEWS) {
    const tab = $(`tab-${one}`);
    tab.setAttribute("aria-selected", String(one === name));
    tab.tabIndex = one === name ? 0 : -1;
    $(`view-${one}`).hidden = one !== name;
  }
  if (!drawn.has(name)) {
    drawn.add(name);
    ({ numbers: renderNumbers, history: renderHistory, coverage: renderCoverage, run: renderRun })[name]?.();
  }
  if (name === "calls") callList.draw(true);
  if (name === "timeline") zoomTo(shown.zoom);
  reveal(shown.call);
  $(`tab-${name}`).scrollIntoView({ block: "nearest", inline: "nearest" });
  if (focus) $(`tab-${name}`).focus();
}

// Goes to a view as a reader does who chooses it: what covers it on a small screen makes room.
function turnTo(name, focus = false) {
  document.body.classList.remove("opened");
  view(name, focus);
  showWay();
  tellChange();
}

function setUpTabs() {
  VIEWS.forEach((name, at) => {
    const tab = $(`tab-${name}`);
    tab.addEventListener("click", () => turnTo(name));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      turnTo(VIEWS[(at + step + VIEWS.length) % VIEWS.length], true);
    });
  });
}

// The calls in the order in which the view shows them.
function order() {
  return shown.view === "failures" ? failedRows : found;
}

function way(number) {
  const calls = order();
  const at = calls.indexOf(number);
  return { at, of: calls.length, go: (step) => go(calls[calls.indexOf(shown.call) + step]) };
}

function go(number) {
  if (number === undefined) return;
  if (shown.view === "failures") {
    revealCard(number);
    all(`.occurrence[data-row="${number}"]`)[0]?.scrollIntoView({ block: "nearest" });
    askFor(number, true);
  } else askFor(number);
}

function showWay() {
  if (index.rows[shown.call]) openCall(shown.call, true, shown.attempt, way(shown.call));
}

function move(step) {
  if (shown.view === "failures") {
    way(shown.call).go(step);
    return;
  }
  if (shown.view !== "calls" && shown.view !== "timeline") return;
  const list = shown.view === "timeline" ? timeList : callList;
  const begin = shown.call < 0 && list.focus === 0 && step > 0;
  list.choose(Math.min(Math.max(list.focus + (begin ? 0 : step), 0), list.length - 1));
}

function moveFailure(step) {
  if (shown.view === "failures") {
    way(shown.call).go(step);
    return;
  }
  const number = step > 0
    ? index.rows.findIndex((row, one) => one > shown.call && isBroken(row))
    : index.rows.findLastIndex((row, one) => one < shown.call && isBroken(row));
  if (number >= 0) askFor(number);
}

const inTimeline = (act) => () => {
  if (shown.view === "timeline") act();
};

const KEYS = {
  j: () => move(1),
  ArrowDown: () => move(1),
  k: () => move(-1),
  ArrowUp: () => move(-1),
  n: () => moveFailure(1),
  p: () => moveFailure(-1),
  ArrowRight: () => fold(true),
  ArrowLeft: () => fold(false),
  "/": () => {
    turnTo("calls");
    $("search").focus();
  },
  "[": () => turn(-1),
  "]": () => turn(1),
  "+": inTimeline(() => zoomBy(0.5)),
  "-": inTimeline(() => zoomBy(2)),
  "0": inTimeline(() => zoomTo(null, false)),
  t: () => switchTheme(),
  "?": () => $("keys").showModal(),
  c: () => {
    if (shown.record?.exchange) copy(asCurl(shown.record.exchange), "curl command");
  },
  Escape: () => {
    if (filter.text) {
      $("search").value = "";
      filter.text = "";
      refilter();
    } else closeCall();
    tellChange();
  },
};

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || $("keys").open) return;
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (typing && event.key !== "Escape") return;
  // Arrows scroll a body or a script that has the focus, and views that are no lists.
  if (event.key.startsWith("Arrow") && ["numbers", "history", "coverage", "run"].includes(shown.view)) return;
  if (event.key.startsWith("Arrow") && event.target.closest("pre, .diff, .source, .detail, summary")) return;
  const act = KEYS[event.key] || (VIEWS[event.key - 1] && (() => turnTo(VIEWS[event.key - 1])));
  if (!act) return;
  event.preventDefault();
  if (typing) {
    event.target.blur();
    if (!filter.text) return;
  }
  act();
}

function applyTheme(name) {
  const dark = name === "dark" || (name === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}

function switchTheme() {
  const name = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  applyTheme(name);
  try {
    localStorage.setItem("harness-report-theme", name);
  } catch { /* a page from disk may have no storage */ }
}

let theme = document.documentElement.dataset.theme;
try {
  theme = localStorage.getItem("harness-report-theme") || theme;
} catch { /* as above */ }
applyTheme(theme);

// Keeps what is shown in the address: a step for Back, or in the place of the one before where it is but a letter more.
function remember(slight) {
  const address = addressOfShown();
  try {
    if (slight) history.replaceState(null, "", address);
    else if (new URL(address, location.href).hash !== location.hash) history.pushState(null, "", address);
  } catch { /* a page in a frame may have no history of its own */ }
}

// What the page begins with where its address asks for nothing: the failures, or all calls.
function beginning() {
  const failed = index.failures.length > 0;
  const states = index.run.onlyFailures && index.rows.some(isBroken) ? ["failed"] : [];
  const first = failed ? Number(all(".occurrence")[0].dataset.row) : 0;
  const call = matchMedia(WIDE).matches ? first : -1;
  return { call, view: failed ? "failures" : "calls", attempt: 0, zoom: null, filter: { states } };
}

async function restore() {
  const begun = beginning();
  const asked = askedBy(location.hash) || begun;
  shown.zoom = asked.zoom;
  Object.assign(shown, { call: -1, attempt: 0 });
  setFilter(asked.filter);
  const name = VIEWS.includes(asked.view) ? asked.view : begun.view;
  if (name === shown.view && name === "timeline") zoomTo(shown.zoom);
  view(name);
  const number = index.rows[asked.call] ? asked.call : asked === begun ? -1 : begun.call;
  if (index.rows[number]) await openCall(number, false, asked.attempt, way(number));
  else closeCall();
}

function beforePrint() {
  if (printing) return;
  printing = true;
  document.body.dataset.theme = document.documentElement.dataset.theme;
  applyTheme("light");
  renderFailures(true);
  $("view-failures").hidden = !index.failures.length && shown.view !== "failures";
  callList.print(true);
  timeList.print(true);
}

function afterPrint() {
  printing = false;
  applyTheme(document.body.dataset.theme);
  renderFailures();
  $("view-failures").hidden = shown.view !== "failures";
  callList.print(false);
  timeList.print(false);
  showWay();
}

async function start() {
  $("theme").onclick = switchTheme;
  $("help").onclick = () => $("keys").showModal();
  $("moment").textContent = moment($("moment").dateTime);
  setUpTabs();
  try {
    await loadIndex();
  } catch (error) {
    const told =
      `The details of this report cannot be unpacked: ${error.message}. A browser from 2023 or later is needed.`;
    $("failures").prepend(h("p", { class: "failed" }, told));
    return;
  }
  setUpCalls(retime);
  setUpTimeline();
  setUpFilters(refilter);
  renderFailures();
  renderPercentiles();
  whenAsked(async (number, keepList, attempt) => {
    await openCall(number, keepList, attempt, way(number));
    tellChange();
  });
  document.addEventListener("call-closed", () => {
    closeCall();
    tellChange();
  });
  whenChanged(remember);
  addEventListener("popstate", () => {
    if (location.hash === "" || askedBy(location.hash)) restore();
  });
  addEventListener("keydown", onKey);
  addEventListener("beforeprint", beforePrint);
  addEventListener("afterprint", afterPrint);
  await restore();
  document.documentElement.dataset.ready = "true";
}

if (document.readyState === "loading") addEventListener("DOMContentLoaded", start);
else start();
