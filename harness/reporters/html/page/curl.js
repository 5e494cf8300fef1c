// deno-lint-ignore-file no-control-regex
// A request as a command for bash: it can be pasted, and sends the same bytes.

import { headerOf } from "./body.js";
import { bytes } from "./units.js";

// Linux takes no argument of 128 KiB or more.
const LONGEST = 120_000;

const CONTROLS = /[\x00-\x1f\x7f]/g;
const BEYOND_ASCII = /[\x00-\x1f\x7f-\xff]/g;

// Control characters do not survive being pasted, so texts that have any are spelled with escapes.
export function quoted(text, spelled = CONTROLS) {
  if (text.replaceAll("\n", "").search(spelled) < 0) return `'${text.replace(/'/g, "'\\''")}'`;
  const named = text.replace(/[\\']/g, "\\$&").replace(/\n/g, "\\n").replace(/\r/g, "\\r").replace(/\t/g, "\\t");
  return `$'${named.replace(spelled, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, "0")}`)}'`;
}

// A header is sent in Latin-1, while a shell passes letters on in UTF-8.
function quotedHeader(text) {
  return quoted(text, /[^\x00-\xff]/.test(text) ? CONTROLS : BEYOND_ASCII);
}

function isLong(text) {
  return text.length * 3 > LONGEST && new TextEncoder().encode(text).length > LONGEST;
}

// The headers that a command has to name: others follow from the address and the body.
export function headersToName(exchange) {
  return exchange.headers.filter(([key]) => !/^(content-length|connection|host)$/i.test(key));
}

export function bodyOf(exchange) {
  const body = exchange.body;
  return body && !body.omitted && (body.text !== undefined || body.base64) ? body : null;
}

// What a command reads from its standard input, where a body is binary or too long for an argument.
export function piped(body) {
  if (body.text !== undefined && !body.text.includes("\0")) return `printf %s ${quoted(body.text)}`;
  const binary = () => Array.from(new TextEncoder().encode(body.text), (one) => String.fromCharCode(one)).join("");
  const data = body.base64 || btoa(binary());
  return `base64 -d <<< '${data}'`;
}

export function isPiped(body) {
  return body.text === undefined || body.text.includes("\0") || isLong(body.text);
}

export function asCurl(exchange) {
  const sent = headersToName(exchange);
  const has = (name) => sent.some(([key]) => key.toLowerCase() === name);
  const body = bodyOf(exchange);
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
  for (const [key, value] of sent) parts.push(`-H ${quotedHeader(value ? `${key}: ${value}` : `${key};`)}`);
  // What curl would add by itself is left out where the request had none.
  for (const name of ["User-Agent", "Accept", ...(body ? ["Content-Type"] : [])]) {
    if (!has(name.toLowerCase()) && exchange.headers.length) parts.push(`-H '${name}:'`);
  }
  if (has("accept-encoding")) parts.push("--compressed");
  if (!body) {
    if (headerOf(exchange.headers, "content-length") === "0") parts.push("-H 'Content-Length: 0'");
  } else if (isPiped(body)) {
    parts[0] = `${piped(body)} | ${parts[0]}`;
    parts.push("--data-binary @-");
  } else parts.push(`--data-raw ${quoted(body.text)}`);
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
