/** Text as bytes and back, and base64. */
import { DOMException } from "./events.js";

export function encoding(Buffer, library) {
  class TextEncoder {
    get encoding() {
      return "utf-8";
    }

    encode(text = "") {
      return Uint8Array.from(Buffer.from(String(text), "utf8"));
    }

    encodeInto(text, target) {
      const bytes = this.encode(text).subarray(0, target.length);
      target.set(bytes);
      return { read: bytes.length === 0 ? 0 : String(text).length, written: bytes.length };
    }
  }

  class TextDecoder {
    #label;
    #fatal;
    #keepsMark;

    constructor(label = "utf-8", { fatal = false, ignoreBOM = false } = {}) {
      const name = String(label).trim().toLowerCase();
      this.#label = name === "utf8" || name === "unicode-1-1-utf-8" ? "utf-8" : name;
      if (this.#label !== "utf-8" && !library("iconv-lite").encodingExists(this.#label)) {
        throw new RangeError(`The "${label}" encoding is not supported`);
      }
      this.#fatal = Boolean(fatal);
      this.#keepsMark = Boolean(ignoreBOM);
    }

    get encoding() {
      return this.#label;
    }
    get fatal() {
      return this.#fatal;
    }
    get ignoreBOM() {
      return this.#keepsMark;
    }

    decode(input = new Uint8Array(0)) {
      const bytes = ArrayBuffer.isView(input)
        ? Buffer.from(input.buffer, input.byteOffset, input.byteLength)
        : Buffer.from(input);
      if (this.#label !== "utf-8") return library("iconv-lite").decode(bytes, this.#label);
      const text = bytes.toString("utf8");
      if (this.#fatal && !Buffer.from(text, "utf8").equals(bytes)) {
        throw new TypeError("The encoded data was not valid for encoding utf-8");
      }
      return !this.#keepsMark && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
    }
  }

  function atob(data) {
    const text = String(data).replace(/[\t\n\f\r ]/g, "");
    const bare = text.length % 4 === 0 ? text.replace(/={1,2}$/, "") : text;
    if (bare.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(bare)) {
      throw new DOMException("Invalid character", "InvalidCharacterError");
    }
    return Buffer.from(bare, "base64").toString("binary");
  }

  function btoa(data) {
    const text = String(data);
    // deno-lint-ignore no-control-regex
    if (/[^\u0000-\u00ff]/.test(text)) {
      throw new DOMException("Invalid character", "InvalidCharacterError");
    }
    return Buffer.from(text, "binary").toString("base64");
  }

  return { TextEncoder, TextDecoder, atob, btoa };
}
