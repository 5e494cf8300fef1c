// A request as a command of HTTPie (https://httpie.io) for bash.

import { headerOf } from "./body.js";
import { bodyOf, headersToName, hostOf, isPiped, notes, piped, quoted } from "./curl.js";

// HTTPie adds these by itself; they are taken away where the request had none.
const ADDED = ["User-Agent", "Accept-Encoding", "Accept", "Connection"];

export function asHttpie(exchange) {
  const sent = headersToName(exchange);
  const has = (name) => sent.some(([key]) => key.toLowerCase() === name.toLowerCase());
  const body = bodyOf(exchange);
  const fed = body !== null && isPiped(body);
  const words = ["http", fed ? "" : "--ignore-stdin", /\/\.\.?(\/|$|\?)/.test(exchange.url) ? "--path-as-is" : ""];
  const parts = [[...words, quotedMethod(exchange.method), quoted(exchange.url)].filter(Boolean).join(" ")];
  const host = headerOf(exchange.headers, "host");
  if (host && host !== hostOf(exchange.url)) parts.push(header("Host", host));
  for (const [key, value] of sent) parts.push(header(key, value));
  if (exchange.headers.length) {
    for (const name of body ? [...ADDED, "Content-Type"] : ADDED) if (!has(name)) parts.push(`${name}:`);
    if (!body && headerOf(exchange.headers, "content-length") === undefined) parts.push("Content-Length:");
  }
  if (fed) parts[0] = `${piped(body)} | ${parts[0]}`;
  else if (body) parts.push(`--raw ${quoted(body.text)}`);
  return notes(exchange) + parts.join(" \\\n  ");
}

function quotedMethod(method) {
  return /^[\w-]+$/.test(method) ? method : quoted(method);
}

// HTTPie reads a value behind `:@` from a file and one behind `:=` as JSON, and drops a backslash before a separator.
function header(key, value) {
  const name = key.replace(/[\\:=@;]/g, "\\$&");
  // An empty value would take a header away; a semicolon sends it empty.
  if (!value) return quoted(`${name};`);
  if (/\\[:=@;]/.test(value)) return `${quoted(`${name}:@`)}<(printf %s ${quoted(value)})`;
  return quoted(`${name}:${value.replace(/^[=@]/, "\\$&")}`);
}
