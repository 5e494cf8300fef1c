// Response times, codes, folders; and what belongs to the run as a whole.

import { FAILED, index, pathOf, placeOf, ROW, SKIPPED } from "./data.js";
import { $, callLink, codeClass, h, moment, span } from "./elements.js";
import { inParts, table } from "./tables.js";
import { bytes, counted, duration, figure } from "./units.js";
import { described } from "./words.js";

function percentile(sorted, part) {
  return sorted.length ? sorted[Math.min(Math.ceil(part * sorted.length) - 1, sorted.length - 1)] : 0;
}

function answeredRows() {
  const found = [];
  index.rows.forEach((row, number) => {
    if (row[ROW.code]) found.push(number);
  });
  return found;
}

export function renderNumbers() {
  const answered = answeredRows();
  if (!answered.length) {
    $("view-numbers").replaceChildren(h("p", { class: "empty" }, "There were no answers."));
    return;
  }
  const times = answered.map((number) => index.rows[number][ROW.ms]).sort((one, other) => one - other);
  const parts = [[0.5, "median"], [0.75, "75 %"], [0.9, "90 %"], [0.95, "95 %"], [0.99, "99 %"], [1, "slowest"]];
  const slowest = [...answered].sort((one, other) => index.rows[other][ROW.ms] - index.rows[one][ROW.ms]).slice(0, 10);
  const largest = [...answered].sort((one, other) => index.rows[other][ROW.size] - index.rows[one][ROW.size]).slice(
    0,
    5,
  );
  $("view-numbers").replaceChildren(
    h("h2", null, "Response times"),
    h(
      "div",
      { class: "columns" },
      table(null, parts.map(([part, name]) => [name, duration(percentile(times, part))])),
      h("div", null, renderHistogram(times)),
    ),
    h("h2", null, "Status codes"),
    renderCodes(),
    h("h2", null, "Slowest calls"),
    table(
      ["Call", "Code", "Time"],
      slowest.map((
        number,
      ) => [
        callLink(number, placeOf(index.rows[number])),
        String(index.rows[number][ROW.code]),
        duration(index.rows[number][ROW.ms]),
      ]),
    ),
    h("h2", { class: "next" }, "Largest answers"),
    table(
      ["Call", "Size"],
      largest.map((number) => [callLink(number, placeOf(index.rows[number])), bytes(index.rows[number][ROW.size])]),
    ),
    h("h2", { class: "next" }, "Folders"),
    renderFolders(),
  );
}

function renderHistogram(times) {
  if (!times.length) return null;
  const upto = Math.max(percentile(times, 0.99), 1);
  const bars = new Array(30).fill(0);
  for (const ms of times) bars[Math.min(Math.floor((ms / upto) * 30), 29)] += 1;
  const most = Math.max(...bars);
  return h(
    "figure",
    {
      role: "img",
      "aria-label": `Distribution of ${times.length} response times from ${duration(times[0])} to ${
        duration(times[times.length - 1])
      }`,
    },
    h(
      "div",
      { class: "histogram" },
      bars.map((count, at) =>
        h("i", {
          style: { height: `${(count / most) * 100}%` },
          title: `${duration((at / 30) * upto)} to ${duration(((at + 1) / 30) * upto)}: ${figure(count)}`,
        })
      ),
    ),
    h("div", { class: "scale" }, span("0"), span(`${duration(upto)} and more`)),
  );
}

function renderCodes() {
  const counts = new Map();
  for (const row of index.rows) {
    if (row[ROW.state] === SKIPPED) continue;
    const name = row[ROW.code] ? String(row[ROW.code]) : "no answer";
    counts.set(name, (counts.get(name) || 0) + 1);
  }
  const most = Math.max(...counts.values(), 1);
  return h(
    "div",
    { class: "codes" },
    [...counts.entries()].sort().map(([name, count]) => [
      h("b", { class: `mono ${codeClass(Number(name))}` }, name),
      h("i", { class: name >= "500" ? "bad" : "", style: { width: `${(count / most) * 100}%` } }),
      span(figure(count)),
    ]),
  );
}

function renderFolders() {
  const folders = new Map();
  for (const row of index.rows) {
    const name = pathOf(row).slice(0, -1).join(" / ") || "(top level)";
    const told = folders.get(name) || { calls: 0, failed: 0, skipped: 0, ms: 0 };
    told.calls += 1;
    told.failed += row[ROW.state] === FAILED;
    told.skipped += row[ROW.state] === SKIPPED;
    told.ms += row[ROW.elapsed];
    folders.set(name, told);
  }
  return table(
    ["Folder", "Calls", "Failed", "Skipped", "Took, with scripts"],
    [...folders.entries()].map((
      [name, told],
    ) => [
      span(name, "words"),
      figure(told.calls),
      told.failed ? span(figure(told.failed), "failed") : "0",
      figure(told.skipped),
      duration(told.ms),
    ]),
  );
}

export function renderRun() {
  const run = index.run;
  const facts = [
    ["Mode", run.mode],
    ["Started", moment(run.started)],
    ["Took", duration(run.elapsed)],
    ...(run.environment ? [["Environment", run.environment]] : []),
    ["Received", bytes(run.received)],
    ["Report of", `harness ${run.version}`],
    ...(run.leftOut.calls ? [["Left out", `${counted(run.leftOut.calls, "call")}, as asked`]] : []),
    ...factsTold(run.facts),
  ];
  $("view-run").replaceChildren(
    h("h2", null, "Run"),
    table(null, facts),
    ...renderCollections(run.collections),
    ...(run.about ? [h("h2", { class: "next" }, "About the collection"), described(run.about)] : []),
    h("h2", { class: "next" }, "Totals"),
    table(
      ["What", "Done", "Failed", "Skipped"],
      run.totals.map((
        [name, done, failed, skipped],
      ) => [
        span(name, "words"),
        figure(done),
        failed ? span(figure(failed), "failed") : "0",
        figure(skipped),
      ]),
    ),
    ...renderWarnings(run.warnings),
    ...Object.entries(run.variables).filter(([, values]) => values.length).flatMap(([scope, values]) => [
      h("h2", { class: "next" }, `Variables: ${scope}`),
      table(["Name", "Value at the end"], values),
    ]),
  );
}

// The warnings by kind, as the kinds are what can be switched off.
function renderWarnings(warnings) {
  if (!warnings.length) return [];
  const kinds = new Map();
  for (const [text, where, kind] of warnings) {
    if (!kinds.has(kind)) kinds.set(kind, []);
    kinds.get(kind).push([text, where]);
  }
  return [
    h("h2", { class: "next" }, "Warnings"),
    ...[...kinds].flatMap(([kind, rows]) => {
      const box = h("ul", { class: "warning-list" });
      const line = ([text, where]) => h("li", null, text, where ? [" ", span(where, "quiet")] : null);
      return [
        h("h3", null, h("span", { class: "kind" }, kind || "other"), span(counted(rows.length, "warning"), "count")),
        ...inParts(box, rows, line, 20),
      ];
    }),
  ];
}

const FACTS = {
  cassette: "Cassette",
  recorded: "Recorded interactions",
  replayed: "Replayed from",
  cassette_age: "Recorded ago",
  unused: "Recorded, and not asked for",
  connections_attempted: "Connections attempted",
  platform: "Platform",
};

function factsTold(facts) {
  return Object.entries(facts).map(([name, value]) => [
    FACTS[name] || name,
    typeof value === "object" ? JSON.stringify(value) : String(value),
  ]);
}

// Each collection of a report of several, with how it ran and from which cassette.
function renderCollections(collections) {
  if (!collections.length) return [];
  return [
    h("h2", { class: "next" }, "Collections"),
    table(
      ["Collection", "Mode", "Facts"],
      collections.map(({ name, mode, facts }) => [
        span(name, "words"),
        mode,
        h("span", { class: "words" }, factsTold(facts).map(([fact, value]) => h("div", null, `${fact}: ${value}`))),
      ]),
    ),
  ];
}

export function renderPercentiles() {
  const times = answeredRows().map((number) => index.rows[number][ROW.ms]).sort((one, other) => one - other);
  if (!times.length) return;
  $("median").textContent = duration(percentile(times, 0.5));
  $("percentiles").textContent = `median, 95 % under ${duration(percentile(times, 0.95))}`;
}
