/**
 * The web's interfaces that the current sandbox has and V8 alone has not. Those of Deno belong to the
 * engine's realm and are not handed out; these are made here, in the scripts' own.
 */
import { blobs } from "./blob.js";
import { structuredClone } from "./clone.js";
import { crypto } from "./crypto.js";
import { encoding } from "./encoding.js";
import { AbortController, AbortSignal, DOMException, Event, EventTarget } from "./events.js";
import { addresses } from "./url.js";

export function make({ host, Buffer, library, word, await: promised }) {
  return {
    AbortController, AbortSignal, DOMException, Event, EventTarget, structuredClone,
    ...blobs(Buffer), ...encoding(Buffer, library), ...addresses(host), ...crypto({ Buffer, word, promised }),
  };
}
