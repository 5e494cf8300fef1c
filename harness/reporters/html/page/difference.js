// Expected and actual beside each other, with what differs marked.

import { h } from "./elements.js";
import { shortened } from "./tables.js";

function tidy(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? JSON.stringify(value, null, 2) : text;
  } catch {
    return text;
  }
}

export function renderDifference(expected, actual) {
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
