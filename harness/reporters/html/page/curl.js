// A request as a command for bash: it can be pasted, and sends the same bytes.

import { headerOf } from "./body.js";
import { bytes } from "./units.js";

// Control characters do not survive being pasted, so texts that have any are spelled with escapes.
export function quoted(text) {
  // deno-lint-ignore no-control-regex
  if (!/[\x00-\x09\x0b-\x1f\x7f]/.test(text)) return `'${text.replace(/'/g, "'\\''")}'`;
  return `$'${
    text.replace(/[\\']/g, "\\$&").replace(/\n/g, "\\n").replace(/\r/g, "\\r").replace(/\t/g, "\\t")
      // deno-lint-ignore no-control-regex
      .replace(/[\x00-\x1f\x7f]/g, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, "0")}`)
  }'`;
}

export function asCurl(exchange) {
  const sent = exchange.headers.filter(([key]) => !/^(content-length|connection|host)$/i.test(key));
  const has = (name) => sent.some(([key]) => key.toLowerCase() === name);
  const body = exchange.body && !exchange.body.omitted && (exchange.body.text !== undefined || exchange.body.base64)
    ? exchange.body
    : null;
  const method = exchange.method === "HEAD" && !body
    ? "--head"
    : exchange.method === "GET" && !body
    ? ""
    : `-X ${quotedWord(exchange.method)}`;
  // Brackets and dots in an address go as they are.
  const literal = [
    /[[\]{}]/.test(exchange.url) && "--globoff",
    /\/\.\.?(\/|$|\?)/.test(exchange.url) && "--path-as-is",
  ];
  const parts = [["curl", method, ...literal, quoted(exchange.url)].filter(Boolean).join(" ")];
  const host = headerOf(exchange.headers, "host");
  if (host && host !== hostOf(exchange.url)) parts.push(`-H ${quoted(`Host: ${host}`)}`);
  for (const [key, value] of sent) parts.push(`-H ${quoted(value ? `${key}: ${value}` : `${key};`)}`);
  // What curl would add by itself is left out where the request had none.
  for (const name of ["User-Agent", "Accept", ...(body ? ["Content-Type"] : [])]) {
    if (!has(name.toLowerCase()) && exchange.headers.length) parts.push(`-H '${name}:'`);
  }
  if (has("accept-encoding")) parts.push("--compressed");
  if (!body) return notes(exchange) + parts.join(" \\\n  ");
  if (body.text !== undefined && !body.text.includes("\0")) parts.push(`--data-raw ${quoted(body.text)}`);
  else {
    const data = body.base64 || btoa(String.fromCharCode(...new TextEncoder().encode(body.text)));
    parts[0] = `base64 -d <<< '${data}' | ${parts[0]}`;
    parts.push("--data-binary @-");
  }
  return notes(exchange) + parts.join(" \\\n  ");
}

function quotedWord(word) {
  return /^[\w-]+$/.test(word) ? word : quoted(word);
}

export function hostOf(url) {
  return (url.match(/^\w+:\/\/(?:[^@/?#]*@)?([^/?#]*)/) || [])[1];
}

export function notes(exchange) {
  const body = exchange.body;
  if (!body || (!body.cut && !body.omitted)) return "";
  return body.omitted
    ? `# the body (${bytes(body.size)}) is not in the report\n`
    : `# only the first part of the body (${bytes(body.size)}) is in the report\n`;
}
