// The failures, those with the same message together, the largest group first.

import { FAILURE, failuresOfRow, index, pathOf, ROW } from "./data.js";
import { $, callLink, codeClass, counted, h, shortened, span } from "./elements.js";
import { linked } from "./words.js";

const SHOWN = 5;

// What cannot hold without an answer follows from the request that got none; that is what to look at.
function isConsequence(failure) {
  return failure[FAILURE.kind] !== "request" && !index.rows[failure[FAILURE.row]][ROW.code] &&
    failure[FAILURE.event] !== "prerequest" &&
    failuresOfRow.get(failure[FAILURE.row]).some((one) => isUnanswered(index.failures[one]));
}

function isUnanswered(failure) {
  return failure[FAILURE.kind] === "request" && failure[FAILURE.origin] === "call";
}

function groupsOfFailures() {
  const groups = new Map();
  index.failures.forEach((failure, number) => {
    if (isConsequence(failure)) return;
    const key = `${failure[FAILURE.name]}: ${failure[FAILURE.message]}`;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(number);
  });
  return [...groups.entries()].sort((one, other) => other[1].length - one[1].length);
}

export function renderFailures() {
  const box = $("failures");
  const groups = groupsOfFailures();
  const left = index.run.leftOut.failures;
  const told = left
    ? h("p", { class: "quiet" }, `${counted(left, "failure")} of calls that were left out of this report`)
    : "";
  if (!groups.length) {
    box.replaceChildren(
      told ||
        h(
          "p",
          { class: "empty" },
          index.run.interrupted ? "Nothing had failed when the run ended." : "Nothing failed.",
        ),
    );
    return;
  }
  const shown = groups.slice(0, 200).map(([message, numbers]) => renderGroup(message, numbers));
  const rest = groups.length - shown.length;
  box.replaceChildren(
    ...shown,
    rest > 0
      ? h("p", { class: "quiet" }, `and ${counted(rest, "more message")}; find them by search among the calls`)
      : "",
    told,
  );
}

function renderGroup(message, numbers) {
  const card = h("article", { class: "group-card" });
  const calls = new Set(numbers.map((number) => index.failures[number][FAILURE.row])).size;
  card.append(
    h(
      "h2",
      null,
      h("span", { class: "message" }, linked(message)),
      numbers.length > 1 ? h("span", { class: "count" }, `${numbers.length}× in ${counted(calls, "call")}`) : null,
    ),
  );
  let upto = 0;
  const more = h("div", { class: "more" }, h("button", { type: "button", class: "link", onclick: () => add(50) }, ""));
  function add(step) {
    const next = numbers.slice(upto, upto + step).map((number, at) => renderOccurrence(number, upto + at === 0));
    upto += next.length;
    more.before(...next);
    more.hidden = upto >= numbers.length;
    more.firstChild.textContent = `show more (${numbers.length - upto} left)`;
  }
  card.append(more);
  add(SHOWN);
  return card;
}

function renderOccurrence(number, full) {
  const failure = index.failures[number];
  const row = index.rows[failure[FAILURE.row]];
  const path = pathOf(row);
  return h(
    "div",
    { class: "occurrence", "data-row": failure[FAILURE.row], "data-failure": number },
    h(
      "div",
      { class: "line" },
      callLink(failure[FAILURE.row], path.join(" / ")),
      index.run.iterations > 1 ? span(`iteration ${row[ROW.iteration] + 1}`, "quiet") : null,
      span(`${row[ROW.method]} ${row[ROW.code] || "no answer"}`, `mono ${codeClass(row[ROW.code])}`),
    ),
    failure[FAILURE.test] !== null ? h("div", { class: "test" }, linked(failure[FAILURE.test])) : null,
    full ? explain(failure) : span(place(failure), "quiet"),
    isUnanswered(failure) ? renderConsequences(failure[FAILURE.row]) : null,
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
  if (failure[FAILURE.kind] === "expectation") return "expected by the companion file";
  const label = failure[FAILURE.label];
  const own = pathOf(index.rows[failure[FAILURE.row]]).join(" / ") === label;
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

function tidy(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? JSON.stringify(value, null, 2) : text;
  } catch {
    return text;
  }
}

function renderDifference(expected, actual) {
  const left = tidy(expected).split("\n"), right = tidy(actual).split("\n");
  const box = h("div", { class: "diff", tabindex: "0", role: "group", "aria-label": "Expected and actual" });
  if (left.length === 1 && right.length === 1) {
    const fill = (whole) => {
      const [gone, come] = inline(left[0], right[0], whole);
      const cut = [gone, come].flat().includes("…");
      box.replaceChildren(
        h("div", { class: "gone" }, "− expected  ", gone),
        h("div", { class: "come" }, "+ actual    ", come),
        cut ? h("button", { type: "button", class: "link", onclick: () => fill(true) }, "show the whole texts") : "",
      );
    };
    fill(false);
    return box;
  }
  const lines = lineDifference(left, right);
  box.append(h("div", { class: "quiet" }, "− expected   + actual"));
  lines.forEach(([kind, text], at) => {
    const sign = kind === "gone" ? "− " : kind === "come" ? "+ " : "  ";
    const pair = partner(lines, at);
    const told = pair === null
      ? shortened(text)
      : kind === "gone"
      ? inline(text, pair, true)[0]
      : inline(pair, text, true)[1];
    box.append(h("div", { class: kind }, sign, told));
  });
  return box;
}

// The line that one line became, where just one stands for one.
function partner(lines, at) {
  const kind = (one) => (lines[one] || [""])[0];
  if (kind(at) === "gone" && kind(at + 1) === "come" && kind(at - 1) !== "gone" && kind(at + 2) !== "come") {
    return lines[at + 1][1];
  }
  if (kind(at) === "come" && kind(at - 1) === "gone" && kind(at - 2) !== "gone" && kind(at + 1) !== "come") {
    return lines[at - 1][1];
  }
  return null;
}

const AROUND = 60;
const LONGEST_WORD = 24;

// How far back a word begins that the difference is in, so that whole words are marked; none in one that is very long.
function withinWord(left, right, at, letter) {
  const isWord = (text, where) => /[\p{L}\p{N}_]/u.test(letter(text, where) || "");
  if (!isWord(left, at) && !isWord(right, at)) return 0;
  let back = 0;
  while (back < at && isWord(left, at - back - 1)) back += 1;
  return back > LONGEST_WORD ? 0 : back;
}

// Marks the middle in which two texts differ; unless wanted whole, long parts that are alike are cut.
function inline(left, right, whole) {
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start += 1;
  let end = 0;
  while (
    end < left.length - start && end < right.length - start &&
    left[left.length - 1 - end] === right[right.length - 1 - end]
  ) end += 1;
  start -= withinWord(left, right, start, (text, at) => text[at]);
  end -= withinWord(left, right, end, (text, at) => text[text.length - 1 - at]);
  const before = (text) => (whole || text.length <= AROUND + 20 ? [text] : ["…", text.slice(-AROUND)]);
  const after = (text) => (whole || text.length <= AROUND + 20 ? [text] : [text.slice(0, AROUND), "…"]);
  const middle = (
    text,
  ) => (whole || text.length <= 6 * AROUND ? [h("b", null, text)] : [h("b", null, text.slice(0, 5 * AROUND)), "…"]);
  const parts = (
    text,
  ) => [
    ...before(text.slice(0, start)),
    ...middle(text.slice(start, text.length - end)),
    ...after(text.slice(text.length - end)),
  ];
  return [parts(left), parts(right)];
}

// A comma says only that more follows.
function alike(left, right) {
  return left.replace(/,$/, "") === right.replace(/,$/, "");
}

// The longest common subsequence of lines; beyond a size that is quick, all of one and all of the other.
function lineDifference(left, right) {
  if (left.length * right.length > 400000) {
    return [...left.map((one) => ["gone", one]), ...right.map((one) => ["come", one])];
  }
  const lengths = Array.from({ length: left.length + 1 }, () => new Uint16Array(right.length + 1));
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      lengths[i][j] = alike(left[i], right[j])
        ? lengths[i + 1][j + 1] + 1
        : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
    }
  }
  const result = [];
  let i = 0, j = 0;
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && alike(left[i], right[j])) {
      result.push(["", left[i]]);
      i += 1;
      j += 1;
    } else if (j >= right.length || (i < left.length && lengths[i + 1][j] >= lengths[i][j + 1])) {
      result.push(["gone", left[i]]);
      i += 1;
    } else {
      result.push(["come", right[j]]);
      j += 1;
    }
  }
  return result;
}
