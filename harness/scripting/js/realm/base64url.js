/** The encoding `base64url` of Node's Buffer, which the current sandbox has and the library has not. */

const NAME = "base64url";
const toPlain = (text) => String(text).replace(/-/g, "+").replace(/_/g, "/");
const fromPlain = (text) => text.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const wanted = (encoding) => typeof encoding === "string" && encoding.toLowerCase() === NAME;

export function addBase64Url(Buffer) {
  const { from, isEncoding, byteLength } = Buffer;
  const { toString } = Buffer.prototype;
  const define = (target, name, value) =>
    Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: true });
  define(Buffer, "from", function (value, encoding, length) {
    return wanted(encoding) && typeof value === "string"
      ? from(toPlain(value), "base64")
      : from(value, encoding, length);
  });
  define(Buffer, "isEncoding", (encoding) => wanted(encoding) || isEncoding(encoding));
  define(
    Buffer,
    "byteLength",
    (value, encoding) => wanted(encoding) ? byteLength(toPlain(value), "base64") : byteLength(value, encoding),
  );
  define(Buffer.prototype, "toString", function (encoding, start, end) {
    if (!wanted(encoding)) {
      return arguments.length === 0 ? toString.call(this) : toString.call(this, encoding, start, end);
    }
    return fromPlain(toString.call(this, "base64", start, end));
  });
}
