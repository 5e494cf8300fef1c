// Views, keys, light and dark, and the start of it all.

import { callList, filter, fold, refilter, setUpCalls, timeList, turn } from "./calls.js";
import { asCurl } from "./curl.js";
import { index, isBroken, loadIndex, ROW } from "./data.js";
import { closeCall, openCall } from "./detail.js";
import { $, all, copy, h, moment } from "./elements.js";
import { renderFailures } from "./failures.js";
import { renderHistory } from "./history.js";
import { renderNumbers, renderPercentiles, renderRun } from "./numbers.js";
import { askFor, shown, whenAsked } from "./selection.js";

const VIEWS = ["failures", "calls", "timeline", "numbers", "history", "run"].filter((name) => $(`tab-${name}`));
const drawn = new Set();

function view(name, focus) {
  if (shown.view === name) return;
  shown.view = name;
  for (const one of VIEWS) {
    const tab = $(`tab-${one}`);
    tab.setAttribute("aria-selected", String(one === name));
    tab.tabIndex = one === name ? 0 : -1;
    $(`view-${one}`).hidden = one !== name;
  }
  if (!drawn.has(name)) {
    drawn.add(name);
    ({ numbers: renderNumbers, history: renderHistory, run: renderRun })[name]?.();
  }
  if (name === "calls") callList.draw(true);
  if (name === "timeline") timeList.draw(true);
  if (focus) $(`tab-${name}`).focus();
}

function setUpTabs() {
  VIEWS.forEach((name, at) => {
    const tab = $(`tab-${name}`);
    tab.addEventListener("click", () => view(name));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      view(VIEWS[(at + step + VIEWS.length) % VIEWS.length], true);
    });
  });
}

function move(step) {
  if (shown.view === "failures") {
    moveFailure(step);
    return;
  }
  const list = shown.view === "timeline" ? timeList : callList;
  if (shown.view !== "calls" && shown.view !== "timeline") return;
  list.choose(
    Math.min(Math.max(list.focus + (shown.call < 0 && list.focus === 0 && step > 0 ? 0 : step), 0), list.length - 1),
  );
}

function moveFailure(step) {
  if (shown.view !== "failures") {
    const broken = index.rows.findIndex((row, number) => (step > 0 ? number > shown.call && isBroken(row) : false));
    const before = index.rows.findLastIndex((row, number) => number < shown.call && isBroken(row));
    const number = step > 0 ? broken : before;
    if (number >= 0) askFor(number);
    return;
  }
  const cards = all(".occurrence");
  const at = cards.findIndex((one) => one.classList.contains("picked"));
  const next = cards[Math.min(Math.max(at + step, 0), cards.length - 1)];
  if (!next) return;
  next.scrollIntoView({ block: "nearest" });
  askFor(Number(next.dataset.row), true);
}

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
    view("calls");
    $("search").focus();
  },
  "[": () => turn(-1),
  "]": () => turn(1),
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
  },
};

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || $("keys").open) return;
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (typing && event.key !== "Escape") return;
  // Arrows scroll a body or a script that has the focus, and views that are no lists.
  if (event.key.startsWith("Arrow") && ["numbers", "history", "run"].includes(shown.view)) return;
  if (event.key.startsWith("Arrow") && event.target.closest("pre, .diff, .source, .detail, summary")) return;
  const act = KEYS[event.key] || (VIEWS[event.key - 1] && (() => view(VIEWS[event.key - 1])));
  if (!act) return;
  event.preventDefault();
  if (typing) event.target.blur();
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

// A call by its number, or by iteration and item, as others link to it who do not know its number.
function rowAsked(hash) {
  const [, number] = hash.match(/^#call-(\d+)$/) || [];
  if (number !== undefined) return Number(number);
  const [, iteration, item] = hash.match(/^#call=(\d+):(.+)$/) || [];
  if (item === undefined) return -1;
  const wanted = decodeURIComponent(item);
  return index.rows.findLastIndex((row) =>
    row[ROW.iteration] === Number(iteration) && index.items[row[ROW.item]].id === wanted
  );
}

async function start() {
  $("theme").onclick = switchTheme;
  $("help").onclick = () => $("keys").showModal();
  $("moment").textContent = moment($("moment").dateTime);
  setUpTabs();
  try {
    await loadIndex();
  } catch (error) {
    $("failures").prepend(
      h(
        "p",
        { class: "failed" },
        `The details of this report cannot be unpacked: ${error.message}. A browser from 2023 or later is needed.`,
      ),
    );
    return;
  }
  setUpCalls();
  whenAsked(openCall);
  renderFailures();
  renderPercentiles();
  addEventListener("keydown", onKey);
  let shownTheme = "";
  addEventListener("beforeprint", () => {
    shownTheme = document.documentElement.dataset.theme;
    applyTheme("light");
    callList.print(true);
    timeList.print(true);
  });
  addEventListener("afterprint", () => {
    applyTheme(shownTheme);
    callList.print(false);
    timeList.print(false);
  });
  view(index.failures.length ? "failures" : "calls");
  const asked = rowAsked(location.hash);
  const first = index.failures.length ? Number(all(".occurrence")[0].dataset.row) : 0;
  const number = index.rows[asked] ? asked : first;
  const wide = matchMedia("(min-width: 901px)").matches;
  if (index.rows[number] && (wide || index.rows[asked])) await openCall(number);
  document.documentElement.dataset.ready = "true";
}

if (document.readyState === "loading") addEventListener("DOMContentLoaded", start);
else start();
