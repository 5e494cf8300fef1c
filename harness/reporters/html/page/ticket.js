// A failed call in Markdown, to be pasted into a ticket or a chat.

import { asCurl } from "./curl.js";
import { FAILURE, failuresOfRow, index, placeOf } from "./data.js";
import { moment } from "./elements.js";
import { place } from "./failures.js";
import { duration } from "./units.js";

const EXCERPT = 2000;

export function fenced(text, language) {
  const part = text.length > EXCERPT ? `${text.slice(0, EXCERPT)}\n… (${text.length} characters in all)` : text;
  const longest = Math.max(2, ...(part.match(/`+/g) || []).map((one) => one.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language || ""}\n${part}\n${fence}`;
}

export function asTicket(number, record) {
  const row = index.rows[number];
  const parts = [`**${placeOf(row)}** of ${index.run.name} failed, ${moment(index.run.started)}`];
  for (const failure of (failuresOfRow.get(number) || []).map((one) => index.failures[one])) {
    const lines = [failure[FAILURE.test], `${failure[FAILURE.name]}: ${failure[FAILURE.message]}`].filter((one) =>
      one !== null
    );
    if (failure[FAILURE.expected] !== null && failure[FAILURE.actual] !== null) {
      lines.push(`expected: ${failure[FAILURE.expected]}`, `actual:   ${failure[FAILURE.actual]}`);
    }
    lines.push(place(failure) + (failure[FAILURE.text] ? `: ${failure[FAILURE.text].trim()}` : ""));
    parts.push(fenced(lines.join("\n")));
  }
  const exchange = record.exchange;
  if (!exchange) return parts.join("\n\n");
  parts.push(fenced(asCurl(exchange), "sh"));
  const response = exchange.response;
  if (response) parts.push(`${response.status} ${response.reason} in ${duration(response.elapsed)}`);
  if (response && response.body && response.body.text) parts.push(fenced(response.body.text));
  return parts.join("\n\n");
}
