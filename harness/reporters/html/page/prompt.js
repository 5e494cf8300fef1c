// A failed call as a prompt for a language model: what was tried, what came, and the question.

import { FAILURE, failuresOfRow, index, placeOf } from "./data.js";
import { fenced } from "./ticket.js";
import { place } from "./failures.js";
import { duration } from "./units.js";

function headersOf(headers) {
  return headers.map(([key, value]) => `${key}: ${value}`).join("\n");
}

function messageOf(line, headers, body) {
  const text = !body
    ? ""
    : body.omitted
    ? "(its body is not in the report)"
    : body.text ?? `(${body.size} bytes that are no text)`;
  return fenced([line, headersOf(headers), ...(text ? ["", text] : [])].join("\n"), "http");
}

function failureIn(failure) {
  const lines = [`${failure[FAILURE.name]}: ${failure[FAILURE.message]}`];
  if (failure[FAILURE.test] !== null) lines.unshift(`Check: ${failure[FAILURE.test]}`);
  if (failure[FAILURE.expected] !== null && failure[FAILURE.actual] !== null) {
    lines.push(`Expected: ${failure[FAILURE.expected]}`, `Actual: ${failure[FAILURE.actual]}`);
  }
  return [...lines, `Where: ${place(failure)}`].join("\n");
}

export function asPrompt(number, record) {
  const row = index.rows[number];
  const failures = (failuresOfRow.get(number) || []).map((one) => index.failures[one]);
  const parts = [
    `A call of an API test failed. Find the likeliest cause: the test, the request, the data, or the API. Say what in the messages below shows it, and propose the smallest change that mends it. Do not guess at what is not shown; texts such as REDACTED_token stand for secrets.`,
    `Collection: ${index.run.name}\nCall: ${placeOf(row)}\nRun: ${index.run.mode}`,
    "## What failed",
    ...failures.map((one) => fenced(failureIn(one))),
  ];
  const sources = [...new Set(failures.map((one) => one[FAILURE.script]).filter((one) => one !== null))];
  for (const source of sources) parts.push("## The script", fenced(index.scripts[source], "js"));
  const exchange = record.exchange;
  if (exchange) {
    parts.push("## Request", messageOf(`${exchange.method} ${exchange.url}`, exchange.headers, exchange.body));
    const response = exchange.response;
    if (response) {
      const line = `HTTP/${response.version} ${response.status} ${response.reason}`;
      parts.push(`## Answer, after ${duration(response.elapsed)}`, messageOf(line, response.headers, response.body));
    } else if (exchange.failure) parts.push("## No answer", fenced(exchange.failure.message));
  }
  if (record.uses) {
    const values = record.uses.map(([name, scope, value]) =>
      `${name} = ${value ?? "(not known)"}${scope ? ` (${scope})` : ""}`
    );
    parts.push("## Variables that the request used", fenced(values.join("\n")));
  }
  if (record.console) {
    parts.push("## Console", fenced(record.console.map(([level, , text]) => `${level}: ${text}`).join("\n")));
  }
  return parts.join("\n\n");
}
