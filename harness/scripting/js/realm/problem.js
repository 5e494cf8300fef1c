/** What a script threw, put into words. A thrown value may be anything, so every look at it may throw too. */

import { textIndex, textSlice, toText } from "./natives.js";

const stringify = JSON.stringify;

const FRAME = "    at ";

/** newman reports what was thrown as it is, and a text has neither name nor message. */
export const NAMELESS = Object.freeze({ name: "", message: "" });

/** JSON of texts and nulls, put together without lists, whose `toJSON` a script may have made. */
export function jsonList(texts, count) {
  let json = "[";
  for (let index = 0; index < count; index++) {
    json += (index ? "," : "") + (texts[index] === null ? "null" : stringify(texts[index]));
  }
  return `${json}]`;
}

function attempt(read, otherwise) {
  try {
    const text = read();
    return typeof text === "string" ? text : otherwise;
  } catch {
    return otherwise;
  }
}

/** A text stands in quotes where what it is compared with is none: "7" is not 7. */
function shown(value, quoted) {
  const text = typeof value === "string" && !quoted
    ? value
    : stringify(value, (_, part) =>
      typeof part === "bigint" ? `${part}n` : typeof part === "function" ? `[Function]` : part, 2);
  return text === undefined ? toText(value) : text;
}

/** Both sides of a comparison; an error that compares nothing, or equal things as `not.equal`, has none. */
function compared(thrown) {
  const told = "expected" in thrown && "actual" in thrown && thrown.showDiff !== false;
  if (!told) return [null, null];
  const { expected, actual } = thrown;
  const quoted = typeof expected !== typeof actual;
  const pair = [shown(expected, quoted), shown(actual, quoted)];
  return pair[0] === pair[1] ? [null, null] : pair;
}

/** The lines of a stack that are calls; what stands before them is the message once more. */
function frames(stack) {
  let kept = "";
  for (let start = 0; start <= stack.length;) {
    const found = textIndex(stack, "\n", start);
    const end = found < 0 ? stack.length : found;
    const line = textSlice(stack, start, end);
    if (textSlice(line, 0, FRAME.length) === FRAME) kept += `\n${line}`;
    start = end + 1;
  }
  return kept;
}

/**
 * JSON of `[name, message, stack, expected, actual]`; the last two are null unless the error compares them:
 * chai gives every error both, and says by `showDiff` that they are nothing to compare.
 * `absent` is told where what was thrown has no name or message of its own.
 */
export function describe(thrown, absent = undefined) {
  // A function does not reach newman's report.
  const isObject = (typeof thrown === "object" && thrown !== null) || (typeof thrown === "function" && !absent);
  if (!isObject) {
    const text = attempt(() => toText(thrown), "unknown");
    return jsonList([absent?.name ?? "Error", absent?.message ?? text, "", null, null], 5);
  }
  const name = attempt(() => toText(thrown.name ?? absent?.name ?? "Error"), "Error");
  const message = attempt(() => toText(thrown.message ?? absent?.message ?? ""), "");
  const code = attempt(() => thrown.code, "");
  let pair = [null, null];
  try {
    pair = compared(thrown);
  } catch { /* what is compared cannot be told */ }
  return jsonList([
    name,
    message,
    `${name}${code ? ` [${code}]` : ""}: ${message}${frames(attempt(() => thrown.stack, ""))}`,
    pair[0],
    pair[1],
  ], 5);
}
