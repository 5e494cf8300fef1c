/** What the current sandbox has of Node's `buffer` beyond the library that stands in for it. */
import { defineProperty } from "./natives.js";

/** The longest text and the most bytes that the module tells of; neither is ever reached. */
const MAX_LENGTH = 9007199254740991;
const MAX_STRING_LENGTH = 536870888;

/** Give the class the static methods of Node's, and take away what that one does not show. */
export function completeBuffer(Buffer) {
  const method = (name, value) =>
    defineProperty(
      Buffer,
      name,
      /** @type {object} */ ({ __proto__: null, value, writable: true, enumerable: true, configurable: true }),
    );
  method("of", function of(...items) {
    return Buffer.from(items);
  });
  method("copyBytesFrom", function copyBytesFrom(view, offset = 0, length = undefined) {
    if (!ArrayBuffer.isView(view) || view instanceof DataView) {
      throw new TypeError('The "view" argument must be an instance of TypedArray.');
    }
    const part = /** @type {Uint8Array} */ (view).slice(offset, length === undefined ? undefined : offset + length);
    return Buffer.from(part.buffer, part.byteOffset, part.byteLength);
  });
  delete Buffer.TYPED_ARRAY_SUPPORT;
}

/** Postman's module has these names, and no more. */
function missing() {
  throw new Error("Not implemented");
}

/** The module as a script requires it; `web` are the script's own interfaces. */
export function bufferModule({ Buffer, SlowBuffer, INSPECT_MAX_BYTES }, { Blob, File, atob, btoa }) {
  return {
    Blob,
    Buffer,
    File,
    INSPECT_MAX_BYTES,
    SlowBuffer,
    atob,
    btoa,
    constants: { MAX_LENGTH, MAX_STRING_LENGTH },
    isAscii: missing,
    isUtf8: missing,
    kMaxLength: MAX_LENGTH,
    kStringMaxLength: MAX_STRING_LENGTH,
    resolveObjectURL: missing,
    transcode: missing,
  };
}
