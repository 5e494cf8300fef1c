/**
 * The names that scripts find without asking. Source: uniscope 2.2.0 (newman 6.2.2) and 3.1.0 (current
 * Postman), `lib/allowed-globals.js`. Everything else that V8 puts on a new realm is taken away.
 */
import { textSlice } from "./natives.js";

const LANGUAGE = [
  "Array",
  "ArrayBuffer",
  "Atomics",
  "BigInt",
  "BigInt64Array",
  "BigUint64Array",
  "Boolean",
  "DataView",
  "Date",
  "Error",
  "EvalError",
  "Float32Array",
  "Float64Array",
  "Function",
  "Infinity",
  "Int16Array",
  "Int32Array",
  "Int8Array",
  "JSON",
  "Map",
  "Math",
  "NaN",
  "Number",
  "Object",
  "Promise",
  "Proxy",
  "RangeError",
  "ReferenceError",
  "Reflect",
  "RegExp",
  "Set",
  "SharedArrayBuffer",
  "String",
  "Symbol",
  "SyntaxError",
  "TypeError",
  "URIError",
  "Uint16Array",
  "Uint32Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "WeakMap",
  "WeakSet",
  "decodeURI",
  "decodeURIComponent",
  "encodeURI",
  "encodeURIComponent",
  "escape",
  "isFinite",
  "isNaN",
  "parseFloat",
  "parseInt",
  "undefined",
  "unescape",
];

/** What the current sandbox lets through besides; those that V8 does not know are made in `web.js`. */
const CURRENT = ["AggregateError", "Intl", "queueMicrotask"];

/** Made by `web.js`, current sandbox only. */
export const WEB = [
  "AbortController",
  "AbortSignal",
  "Blob",
  "Crypto",
  "CryptoKey",
  "DOMException",
  "Event",
  "EventTarget",
  "File",
  "SubtleCrypto",
  "TextDecoder",
  "TextEncoder",
  "URL",
  "URLSearchParams",
  "atob",
  "btoa",
  "crypto",
  "structuredClone",
  // Streams
  "ByteLengthQueuingStrategy",
  "CompressionStream",
  "CountQueuingStrategy",
  "DecompressionStream",
  "ReadableByteStreamController",
  "ReadableStream",
  "ReadableStreamBYOBReader",
  "ReadableStreamBYOBRequest",
  "ReadableStreamDefaultController",
  "ReadableStreamDefaultReader",
  "TextDecoderStream",
  "TextEncoderStream",
  "TransformStream",
  "TransformStreamDefaultController",
  "WritableStream",
  "WritableStreamDefaultController",
  "WritableStreamDefaultWriter",
];

const MARKERS = ['"use sandbox2";', "'use sandbox2';"];

/** Whether a script renounces the legacy names. */
export function isMarked(source) {
  const start = textSlice(source, 0, 15);
  return start === MARKERS[0] || start === MARKERS[1];
}

/** Legacy names, which a script that is marked does not get. */
export const LEGACY = [
  "tests",
  "globals",
  "environment",
  "data",
  "request",
  "responseCookies",
  "responseHeaders",
  "responseTime",
  "responseCode",
  "responseBody",
  "iteration",
  "postman",
  "_",
  "CryptoJS",
  "atob",
  "btoa",
  "tv4",
  "xml2Json",
  "Backbone",
  "cheerio",
];

/** What each script is handed anew. */
export const OWN = [
  "Buffer",
  "console",
  "pm",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "clearTimeout",
  "clearInterval",
  "clearImmediate",
];

export function allowedGlobals(answers) {
  return !answers.currentGlobals ? LANGUAGE : [...LANGUAGE, ...CURRENT, ...WEB];
}

/** Every name that may be a parameter of a script's function. */
export function bindable(answers) {
  const module = answers.currentGlobals ? ["require"] : [];
  return [...new Set([...allowedGlobals(answers), ...LEGACY, ...OWN, ...module, "bridge", "__exitscope"])]
    .filter((name) => name !== "undefined" && name !== "NaN" && name !== "Infinity");
}

/** What the language has got since Node 20, on which newman runs: `[object, names]`, a path of names each. */
const LATER = [
  ["Object", "groupBy"],
  ["Map", "groupBy"],
  ["Promise", "withResolvers try"],
  ["Array", "fromAsync"],
  ["Error", "isError"],
  ["Math", "f16round sumPrecise"],
  ["RegExp", "escape"],
  ["JSON", "rawJSON isRawJSON"],
  ["Uint8Array", "fromBase64 fromHex"],
  ["Atomics", "pause"],
  ["Uint8Array.prototype", "setFromBase64 setFromHex toBase64 toHex"],
  ["Set.prototype", "difference intersection isDisjointFrom isSubsetOf isSupersetOf symmetricDifference union"],
  ["ArrayBuffer.prototype", "detached transfer transferToFixedLength"],
  ["DataView.prototype", "getFloat16 setFloat16"],
  ["Map.prototype", "getOrInsert getOrInsertComputed"],
  ["WeakMap.prototype", "getOrInsert getOrInsertComputed"],
];

export function forgetLater(realm) {
  for (const [path, names] of LATER) {
    const owner = path.split(".").reduce((object, name) => object?.[name], realm);
    for (const name of names.split(" ")) if (owner) delete owner[name];
  }
}
