/** `pm.request` and `pm.response`: the SDK's objects, made when a script first looks at them. */
import sdk from "#postman-collection";
import chai from "#chai";
import mimeFormat from "#mime-format";

const stringify = JSON.stringify;
const textOf = sdk.Response.prototype.text;
const bodies = new WeakMap();

/** Most bodies are UTF-8 text, and decoding them needs none of the SDK's machinery. */
sdk.Response.prototype.text = function text() {
  const body = bodies.get(this);
  if (body !== undefined && body.stream === undefined && body.utf8(this)) return body.text();
  return textOf.call(this);
};

for (const Type of [sdk.Request, sdk.Response]) {
  const toJson = Type.prototype.toJSON;
  Type.prototype.toJSON = function toJSON(...args) {
    const body = bodies.get(this);
    if (body !== undefined) void this.stream;
    return toJson.apply(this, args);
  };
}

/** The bytes of a response, which stay with the engine until a script reads them. */
class Body {
  stream;
  #decoded;
  #host;
  #number;

  constructor(host, number, size) {
    this.#host = host;
    this.#number = number;
    this.size = size;
  }

  utf8(response) {
    const type = response.headers.get("Content-Type");
    const charset = type && mimeFormat.lookup(type).charset;
    return !charset || /^utf-?8$/i.test(charset);
  }

  text() {
    return (this.#decoded ??= this.#host("text", this.#number));
  }

  bytes(Buffer) {
    const bytes = Buffer.alloc(this.size);
    this.#host("fill", this.#number, bytes.buffer, bytes.byteOffset);
    return bytes;
  }
}

/** Stands where the bytes go, so that a response has its parts in Postman's order. */
const PLACE = Object.freeze({ byteLength: 0 });

/**
 * `sent` is `{status, reason, headers, elapsed, size, body}`; `body` is the engine's number for the bytes.
 */
export function makeResponse(sent, host, Buffer) {
  const response = new sdk.Response({
    stream: PLACE,
    code: sent.status,
    status: sent.reason,
    header: sent.headers.map(([key, value]) => ({ key, value })),
    responseTime: sent.elapsed,
  });
  const body = new Body(host, sent.body, sent.size);
  bodies.set(response, body);
  response.responseSize = sent.size;
  Object.defineProperty(response, "stream", {
    get: () => (body.stream ??= body.bytes(Buffer)),
    set: (value) => {
      body.stream = value;
      bodies.delete(response);
      Object.defineProperty(response, "stream", { value, writable: true, enumerable: true, configurable: true });
    },
    enumerable: true,
    configurable: true,
  });
  return response;
}

/** Let `object.to.have.status(...)` work; only the event's own request and response have it, as in Postman. */
export function withAssertions(object) {
  return Object.defineProperty(object, "to", { get: () => chai.expect(object).to });
}

/** The request of an event, which remembers what it looked like, to tell whether scripts changed it. */
export class ScriptRequest {
  #before;
  #body;

  constructor(json) {
    this.value = new sdk.Request(json);
    const before = this.value.toJSON();
    this.#body = before.body;
    this.#before = stringify(before);
    withAssertions(this.value);
  }

  /** JSON of the request when it is another than it was, else undefined. */
  changed() {
    const json = this.value.toJSON();
    // A body that was taken away is sent all the same, one that was emptied is not.
    if (json.body === undefined) json.body = this.#body;
    const now = stringify(json);
    return now === this.#before ? undefined : now;
  }
}
