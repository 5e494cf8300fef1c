// The calls over time: an overview in lanes, in which a part can be chosen, and a line for each call in that part.

import { found, stateCell } from "./calls.js";
import { index, isBroken, nameOf, pathOf, ROW, SKIPPED } from "./data.js";
import { $, h } from "./elements.js";
import { endOf, lanesOf, PARTS, segmentsOf } from "./lanes.js";
import { cell, VirtualList } from "./list.js";
import { askFor, shown, tellChange } from "./selection.js";
import { counted, duration } from "./units.js";

const AXIS = 26;
const TICK_EVERY = 90, TICK_EVERY_NARROW = 50;
const CLICK = 4;
const CLOSEST_MS = 0.5;

/** @type {any} */
export let timeList = null;
let timed = [];
let whole = 1;
let lanes = new Map();
let laneCount = 1;
/** @type {number | null} Where a choice in the overview began, in pixels. */
let begun = null;

export function range() {
  return shown.zoom || [0, whole];
}

// Shows the calls that the filters leave, and of them those in the part of time that is looked at.
export function retime() {
  const ran = found.filter((number) => index.rows[number][ROW.state] !== SKIPPED);
  whole = Math.max(
    1,
    ...[0].concat(ran.length ? [ran.reduce((most, one) => Math.max(most, endOf(index.rows[one])), 0)] : []),
  );
  ({ lanes, count: laneCount } = lanesOf(ran));
  rezoom();
}

function rezoom() {
  const [from, to] = range();
  timed = [...lanes.keys()].filter((number) => {
    const row = index.rows[number];
    return row[ROW.start] <= to && endOf(row) >= from;
  });
  timeList.show(timed.length);
  $("timeline").hidden = !timed.length;
  $("no-time").hidden = timed.length > 0;
  const beside = laneCount > 1 ? `, up to ${laneCount} side by side` : "";
  $("zoomed").textContent = shown.zoom
    ? `${duration(from)} to ${duration(to)}: ${timed.length.toLocaleString("en")} of ${counted(lanes.size, "call")}`
    : `${counted(lanes.size, "call")}${beside}`;
  $("zoom-all").disabled = $("zoom-out").disabled = !shown.zoom;
  drawOverview();
}

// Looks at a part of the run, or at all of it.
export function zoomTo(part, slight) {
  shown.zoom = part && part[1] - part[0] < whole
    ? [Math.max(part[0], 0), Math.min(Math.max(part[1], part[0] + CLOSEST_MS), whole)]
    : null;
  timeList.box.scrollTop = 0;
  rezoom();
  revealTimed();
  if (slight !== undefined) tellChange(slight);
}

// Makes the part that is looked at shorter or longer, around the call that is shown if it is in it.
export function zoomBy(factor) {
  const [from, to] = range();
  const row = index.rows[shown.call];
  const middle = row && row[ROW.start] <= to && endOf(row) >= from
    ? Math.min(Math.max((row[ROW.start] + endOf(row)) / 2, from), to)
    : (from + to) / 2;
  const length = Math.max((to - from) * factor, CLOSEST_MS);
  const start = Math.min(Math.max(middle - length / 2, 0), Math.max(whole - length, 0));
  zoomTo([start, start + length], false);
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`);
}

function drawOverview() {
  const box = $("overview"), canvas = $("lanes");
  const width = box.clientWidth;
  if (!width) return;
  const each = Math.max(Math.min(Math.floor(72 / laneCount), 14), 2);
  const height = Math.min(laneCount, 36) * each;
  const scale = devicePixelRatio || 1;
  canvas.width = width * scale;
  canvas.height = height * scale;
  canvas.style.height = `${height}px`;
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  const [good, bad] = [colour("wait"), colour("bad")];
  // Failed calls are drawn last, so that none is covered.
  for (const broken of [false, true]) {
    pen.fillStyle = broken ? bad : good;
    for (const [number, lane] of lanes) {
      const row = index.rows[number];
      if (isBroken(row) !== broken || lane >= 36) continue;
      const left = (row[ROW.start] / whole) * width;
      const right = (endOf(row) / whole) * width;
      pen.fillRect(left, lane * each, Math.max(right - left - 0.5, 1), Math.max(each - 1, 1));
    }
  }
  const [from, to] = range();
  markBrush((from / whole) * width, (to / whole) * width, shown.zoom !== null);
}

function markBrush(left, right, on) {
  Object.assign($("brush").style, { left: `${left}px`, width: `${Math.max(right - left, 2)}px` });
  $("brush").hidden = !on;
}

function setUpOverview() {
  const box = $("overview");
  const placeOf = (event) => Math.min(Math.max(event.clientX - box.getBoundingClientRect().left, 0), box.clientWidth);
  box.addEventListener("pointerdown", (event) => {
    begun = placeOf(event);
    box.setPointerCapture(event.pointerId);
  });
  box.addEventListener("pointermove", (event) => {
    if (begun === null) return;
    const now = placeOf(event);
    if (Math.abs(now - begun) >= CLICK) markBrush(Math.min(begun, now), Math.max(begun, now), true);
  });
  box.addEventListener("pointerup", (event) => {
    if (begun === null) return;
    const [from, to] = [begun, placeOf(event)].sort((one, other) => one - other);
    begun = null;
    const ms = (pixels) => (pixels / box.clientWidth) * whole;
    if (to - from >= CLICK) zoomTo([ms(from), ms(to)], false);
    else pick(ms(from), event.clientY - box.getBoundingClientRect().top);
  });
  box.addEventListener("dblclick", () => zoomTo(null, false));
  $("timeline").addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoomBy(event.deltaY > 0 ? 1.5 : 1 / 1.5);
  }, { passive: false });
}

// Asks for the call that is nearest to a place in the overview.
function pick(ms, top) {
  const each = $("lanes").clientHeight / Math.min(laneCount, 36);
  const lane = Math.min(Math.floor(top / each), laneCount - 1);
  let nearest = -1, least = Infinity;
  for (const [number, one] of lanes) {
    if (one !== lane) continue;
    const row = index.rows[number];
    const far = ms < row[ROW.start] ? row[ROW.start] - ms : Math.max(ms - endOf(row), 0);
    if (far < least) [nearest, least] = [number, far];
  }
  if (nearest >= 0) askFor(nearest);
}

function niceStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) || 10 * power;
}

// Names moments on the axis: round ones, as far from each other as their names are long.
function drawAxis() {
  const [from, to] = range();
  const width = $("axis-lane").clientWidth;
  if (!width) return;
  const step = niceStep(((to - from) * (width < 300 ? TICK_EVERY_NARROW : TICK_EVERY)) / width);
  const first = Math.ceil(from / step - 1e-9);
  const ticks = [];
  for (let at = first; at * step <= to && ticks.length < 100; at += 1) {
    const part = (at * step - from) / (to - from);
    ticks.push(
      h(
        "span",
        { class: part * width > width - 50 ? "tick end" : "tick", style: { left: `${part * 100}%` } },
        moment(at * step, step),
      ),
    );
  }
  $("axis-lane").replaceChildren(...ticks);
  const style = $("timeline").style;
  // In parts of the width, which on paper is another one.
  style.setProperty("--grid", `${(step / (to - from)) * 100}%`);
  style.setProperty("--grid-from", `${((first * step - from) / (to - from)) * 100}%`);
}

// A moment on the axis, with as many digits as its neighbours need.
function moment(ms, step) {
  if (ms === 0) return "0";
  if (ms < 1000 || step < 1) return `${Number(ms.toFixed(step < 1 ? 2 : 0))}ms`;
  if (ms < 60_000) return `${Number((ms / 1000).toFixed(step < 10 ? 3 : step < 100 ? 2 : 1))}s`;
  return duration(ms);
}

function renderTimed(at) {
  const number = timed[at], row = index.rows[number];
  const [from, to] = range();
  const share = (ms) => `${(ms / (to - from)) * 100}%`;
  const bar = (kind, start, ms, title) =>
    h("i", { class: kind, title, style: { left: share(row[ROW.start] + start - from), width: share(ms) } });
  const segments = segmentsOf(row);
  const told = segments.map((one) => `${one.name} ${duration(one.ms)}`).join(", ");
  const label = `after ${duration(row[ROW.start])} for ${duration(row[ROW.elapsed])}${told ? `: ${told}` : ""}`;
  return h(
    "div",
    { class: `row timed ${isBroken(row) ? "is-failed" : ""}`, "aria-level": 1 },
    stateCell(row[ROW.state]),
    cell("name", nameOf(row), pathOf(row).join(" / ")),
    h(
      "span",
      { class: "lane", role: "gridcell", "aria-label": label, title: label },
      bar("out", 0, Math.max(row[ROW.elapsed], row[ROW.ms])),
      segments.map((one) => bar(`part-${one.kind}`, one.from, one.ms)),
    ),
    cell("time", duration(row[ROW.elapsed])),
  );
}

function renderLegend() {
  const used = new Set();
  for (const row of index.rows) (row[ROW.phases] || []).forEach((ms, at) => ms && used.add(PARTS[at][0]));
  $("legend").replaceChildren(
    ...PARTS.filter(([kind]) => used.has(kind)).map(([kind, name]) =>
      h("span", null, h("i", { class: `part-${kind}`, "aria-hidden": "true" }), name)
    ),
    h(
      "span",
      null,
      h("i", { class: "out", "aria-hidden": "true" }),
      "other: starting scripts, auth, what scripts sent",
    ),
  );
}

// Brings the call whose details are shown into sight.
export function revealTimed() {
  const at = timed.indexOf(shown.call);
  if (at >= 0) timeList.point(at);
  else timeList.draw(true);
}

export function setUpTimeline() {
  const axis = h("div", { class: "axis", id: "axis", "aria-hidden": "true" }, h("span", { id: "axis-lane" }));
  $("timeline").append(axis);
  timeList = new VirtualList($("timeline"), "Calls over time", {
    render: renderTimed,
    act: (at) => askFor(timed[at], true),
    isPicked: (at) => timed[at] === shown.call,
    head: AXIS,
  });
  timeList.before = drawAxis;
  $("zoom-in").onclick = () => zoomBy(0.5);
  $("zoom-out").onclick = () => zoomBy(2);
  $("zoom-all").onclick = () => zoomTo(null, false);
  setUpOverview();
  new ResizeObserver(() => drawOverview()).observe($("overview"));
  new MutationObserver(() => drawOverview()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  renderLegend();
}
