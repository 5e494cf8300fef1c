// One call: what was checked, request and response beside each other, variables and where they came from.

import { decodedPair, headerOf, renderBody } from "./body.js";
import { callList, lines } from "./calls.js";
import { asCurl } from "./curl.js";
import {
  FAILED,
  FAILURE,
  failuresOfRow,
  index,
  nameOf,
  PASSED,
  pathOf,
  placeOf,
  recordOf,
  ROW,
  SKIPPED,
} from "./data.js";
import {
  $,
  all,
  bytes,
  callLink,
  codeClass,
  copy,
  counted,
  duration,
  h,
  inParts,
  shortened,
  SIGNS,
  span,
  STATES,
  table,
  UNANSWERED,
} from "./elements.js";
import { explain } from "./failures.js";
import { shown } from "./selection.js";
import { asTicket } from "./ticket.js";
import { described, link, linked } from "./words.js";

const CHECKS_SHOWN = 100;
const LINES_SHOWN = 200;

export async function openCall(number, keepList) {
  shown.call = number;
  const row = index.rows[number];
  document.body.classList.add("opened");
  if (!keepList) revealCall(number);
  for (const one of all(".occurrence")) one.classList.toggle("picked", Number(one.dataset.row) === number);
  const box = $("detail");
  let record;
  try {
    record = await recordOf(number);
  } catch (error) {
    box.replaceChildren(h("p", { class: "failed" }, `This part of the report is damaged: ${error.message}`));
    return;
  }
  if (shown.call !== number) return;
  shown.record = record;
  box.replaceChildren(...renderDetail(number, row, record).flat(3).filter(Boolean));
  box.scrollTop = 0;
  if (matchMedia("(max-width: 900px)").matches) box.scrollIntoView();
  box.setAttribute("aria-label", pathOf(row).join(" / "));
  history.replaceState(null, "", `#call-${number}`);
}

// Selects a call in the list, so that the list shows where it belongs.
function revealCall(number) {
  const at = lines.findIndex((line) => line.number === number);
  if (at < 0) return;
  callList.focus = at;
  callList.reveal(at);
  callList.draw(true);
}

export function closeCall() {
  document.body.classList.remove("opened");
  shown.call = -1;
}

function renderDetail(number, row, record) {
  const path = pathOf(row);
  const state = row[ROW.state];
  return [
    h("button", { type: "button", class: "back", onclick: closeCall }, "‹ Back"),
    h("p", { class: "path" }, path.slice(0, -1).join(" / ")),
    h("h2", null, span(SIGNS[state], STATES[state]), nameOf(row)),
    h(
      "p",
      { class: "facts quiet" },
      span(STATES[state], STATES[state]),
      index.run.iterations > 1 ? span(`iteration ${row[ROW.iteration] + 1} of ${index.run.iterations}`) : null,
      state === SKIPPED
        ? span(`because: ${row[ROW.skipped] || "a script skipped it"}`)
        : span(`took ${duration(row[ROW.elapsed])}`),
      row[ROW.attempt] > 1 ? span(`attempt ${row[ROW.attempt]}`, "warned") : null,
      state === FAILED
        ? h(
          "button",
          { type: "button", class: "link", onclick: () => copy(asTicket(number, record), "Failure") },
          "Copy for a ticket",
        )
        : null,
    ),
    record.description ? described(record.description) : null,
    aboutFolders(path),
    renderWarnings(path.join(" / "), record),
    renderChecks(number, record),
    record.exchange ? renderExchange(record.exchange) : null,
    renderVariables(record),
    renderAttempts(record),
    renderConsole(record),
    (record.side || []).map((one) =>
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
    ),
    renderVisualizer(record),
  ];
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
  const all = [...told, ...others.map((one) => [one, ""])];
  return all.map(([message, where]) => {
    const part = where.startsWith(path) ? where.slice(path.length).replace(/^, /, "") : where;
    return h("p", { class: "warned" }, `⚠ ${message}${part ? ` (${part})` : ""}`);
  });
}

function renderChecks(number, record) {
  const failures = (failuresOfRow.get(number) || []).map((one) => index.failures[one]);
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

function renderExchange(exchange) {
  const response = exchange.response;
  const sent = h(
    "section",
    null,
    h(
      "h3",
      null,
      "Request",
      h("button", { type: "button", onclick: () => copy(asCurl(exchange), "curl command") }, "Copy as curl"),
    ),
    renderHops(exchange),
    h(
      "p",
      { class: "request-line" },
      h("b", null, exchange.method),
      exchange.method === "GET" && /^https?:/.test(exchange.url) ? link(exchange.url, exchange.url) : exchange.url,
    ),
    renderQuery(exchange.url),
    renderHeaders(exchange.headers),
    renderBody(exchange.body, headerOf(exchange.headers, "content-type"), "Body"),
  );
  if (!response) {
    const failure = exchange.failure || { message: "no answer", kind: "" };
    return h(
      "div",
      { class: "pair" },
      sent,
      h(
        "section",
        null,
        h("h3", null, "Response"),
        h(
          "div",
          { class: "unanswered" },
          h("p", { class: "failed" }, UNANSWERED[failure.kind] || "No answer came."),
          failure.code && !failure.message.includes(failure.code) ? h("p", { class: "mono" }, failure.code) : null,
          h("p", { class: "mono" }, failure.message),
        ),
      ),
    );
  }
  return h(
    "div",
    { class: "pair" },
    sent,
    h(
      "section",
      null,
      h("h3", null, "Response"),
      h(
        "p",
        { class: "request-line" },
        h("b", { class: codeClass(response.status) }, `${response.status} ${response.reason}`),
        span(
          `${duration(response.elapsed)}, HTTP/${response.version}${
            response.wire ? `, ${bytes(response.wire)} on the wire` : ""
          }`,
          "quiet",
        ),
      ),
      renderHeaders(response.headers),
      renderBody(response.body, headerOf(response.headers, "content-type"), "Body"),
      (exchange.cookies || []).length
        ? h(
          "details",
          null,
          h("summary", null, counted(exchange.cookies.length, "cookie")),
          table(["Name", "Value", "Domain", "Path"], exchange.cookies.map((one) => one.slice(0, 4))),
        )
        : null,
    ),
  );
}

// The way to the answer: redirects, and requests that an auth sent anew. The last hop is the exchange itself.
function renderHops(exchange) {
  const before = (exchange.hops || []).slice(0, exchange.response ? -1 : undefined);
  if (!before.length) return null;
  return h(
    "details",
    { class: "hops", open: before.length < 6 },
    h("summary", null, `${counted(before.length, "hop")} before`),
    h(
      "ol",
      null,
      before.map(([method, url, status, reason, location, ms]) =>
        h(
          "li",
          null,
          h("div", { class: "mono" }, h("b", null, method), " ", url),
          h(
            "div",
            { class: "mono" },
            span(`${status} ${reason || ""}`, codeClass(status)),
            span(` ${duration(ms || 0)}`, "quiet"),
            location ? [" → ", location] : null,
          ),
        )
      ),
    ),
  );
}

function renderQuery(url) {
  const query = url.split("#")[0].split("?").slice(1).join("?");
  const pairs = query ? query.split("&").map(decodedPair) : [];
  if (pairs.length < 2) return null;
  return h("details", null, h("summary", null, counted(pairs.length, "query parameter")), table(null, pairs));
}

function renderHeaders(headers) {
  if (!headers.length) return null;
  return h("details", null, h("summary", null, counted(headers.length, "header")), table(null, headers));
}

function renderVariables(record) {
  const parts = [];
  if (record.extractions) {
    parts.push(
      h("h3", null, "Extracted"),
      table(
        ["Variable", "Value", "From", "Scope"],
        record.extractions.map(([name, scope, expression, value]) => [name, value, expression, scope]),
      ),
    );
  }
  if (record.uses) {
    parts.push(
      h("h3", null, "Variables used"),
      table(["Variable", "Value", "Came from"], record.uses.map((use) => renderUse(use))),
    );
  }
  return parts;
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

function renderAttempts(record) {
  if (!record.attempts) return null;
  return [
    h("h3", null, "Earlier attempts"),
    table(
      ["Attempt", "Code", "Took", "Failed"],
      record.attempts.map((
        one,
      ) => [String(one.attempt), String(one.status || "–"), duration(one.elapsed), one.failures.join("; ") || "–"]),
    ),
  ];
}

function renderConsole(record) {
  if (!record.console) return null;
  const box = h("div", { class: "console", tabindex: "0", role: "group", "aria-label": "Console" });
  return [
    h("h3", null, "Console", record.console.length > 1 ? span(counted(record.console.length, "line"), "count") : null),
    ...inParts(box, record.console, ([level, event, text]) => (
      h("div", { class: level, title: `console.${level} in the ${event}-script` }, text)
    ), LINES_SHOWN),
  ];
}

function renderVisualizer(record) {
  if (!record.visualizer) return null;
  const frame = h("iframe", { sandbox: "", title: "Visualizer output" });
  frame.srcdoc = record.visualizer;
  return [h("h3", null, "Visualizer"), frame];
}
