/**
 * The web's interfaces that the current sandbox has and V8 alone has not. Those of Deno belong to the
 * engine's realm and are not handed out; these are made here, in the scripts' own.
 */
import { blobs } from "./blob.js";
import { structuredClone } from "./clone.js";
import { crypto } from "./crypto.js";
import { encoding } from "./encoding.js";
import { AbortController, AbortSignal, DOMException, Event, EventTarget } from "./events.js";
import { addStreams } from "./streams.js";
import { addresses } from "./url.js";

export function make({ host, Buffer, library, word, await: promised }) {
  const text = encoding(Buffer, library);
  const streamed = (bytes) =>
    new interfaces.ReadableStream({
      start(controller) {
        if (bytes.length) controller.enqueue(bytes);
        controller.close();
      },
    });
  /** @type {any} */
  const interfaces = {
    AbortController,
    AbortSignal,
    DOMException,
    Event,
    EventTarget,
    structuredClone,
    ...blobs(Buffer, streamed),
    ...text,
    ...addresses(host),
    ...crypto({ Buffer, word, promised }),
  };
  return addStreams(interfaces, { library, ...text });
}
