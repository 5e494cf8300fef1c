// A request as a command of HTTPie (https://httpie.io) for bash.

import { headerOf } from "./body.js";
import { hostOf, notes, quoted } from "./curl.js";

// HTTPie adds these by itself; they are taken away where the request had none.
const ADDED = ["User-Agent", "Accept-Encoding", "Accept", "Connection"];

export function asHttpie(exchange) {
  const sent = exchange.headers.filter(([key]) => !/^(content-length|connection|host)$/i.test(key));
  const has = (name) => sent.some(([key]) => key.toLowerCase() === name.toLowerCase());
  const body = exchange.body && !exchange.body.omitted && (exchange.body.text !== undefined || exchange.body.base64)
    ? exchange.body
    : null;
  const binary = body && (body.text === undefined || body.text.includes("\0"));
  const words = ["http", binary ? "" : "--ignore-stdin", /\/\.\.?(\/|$|\?)/.test(exchange.url) ? "--path-as-is" : ""];
  const parts = [[...words, quotedMethod(exchange.method), quoted(exchange.url)].filter(Boolean).join(" ")];
  const host = headerOf(exchange.headers, "host");
  if (host && host !== hostOf(exchange.url)) parts.push(quoted(`Host:${host}`));
  // An empty value would take a header away; a semicolon sends it empty.
  for (const [key, value] of sent) parts.push(quoted(value ? `${escaped(key)}:${value}` : `${escaped(key)};`));
  if (exchange.headers.length) {
    for (const name of body ? [...ADDED, "Content-Type"] : ADDED) if (!has(name)) parts.push(`${name}:`);
  }
  if (body && !binary) parts.push(`--raw ${quoted(body.text)}`);
  if (binary) {
    const data = body.base64 || btoa(String.fromCharCode(...new TextEncoder().encode(body.text)));
    parts[0] = `base64 -d <<< '${data}' | ${parts[0]}`;
  }
  return notes(exchange) + parts.join(" \\\n  ");
}

function quotedMethod(method) {
  return /^[\w-]+$/.test(method) ? method : quoted(method);
}

function escaped(key) {
  return key.replace(/[\\:=@;]/g, "\\$&");
}
