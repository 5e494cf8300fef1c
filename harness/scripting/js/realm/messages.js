/** `pm.request` and `pm.response`: the SDK's objects, made when a script first looks at them. */
import sdk from "#postman-collection";
import chai from "#chai";
import mimeFormat from "#mime-format";
import { cutOff, SafeMap, textLower } from "./natives.js";

const { stringify } = JSON;
const { create, defineProperty, freeze, getPrototypeOf, keys } = Object;
const textOf = sdk.Response.prototype.text;
const bodies = new WeakMap();

/** Most bodies are UTF-8 text, and decoding them needs none of the SDK's machinery. */
sdk.Response.prototype.text = function text() {
  const body = bodies.get(this);
  if (body !== undefined && body.isText()) return body.text();
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

/** So many charsets and so many kinds of responses are remembered. */
const REMEMBERED = 100;

function remembered(known, key, make) {
  let value = known.get(key);
  if (value !== undefined) return value;
  if (known.size >= REMEMBERED) known.clear();
  known.set(key, value = make());
  return value;
}

const utf8Types = new SafeMap();

function isUtf8(type) {
  return !type || remembered(utf8Types, type, () => {
    const { charset } = mimeFormat.lookup(type);
    return !charset || /^utf-?8$/i.test(charset);
  });
}

/** What an answer holds, of which its response shows what a script looks at. Its bytes stay with the engine until then. */
class Body {
  /** What was made already: `id`, `headers`, `stream`, `cookies`. */
  made = { __proto__: null };
  /** Whether a script has put other bytes in their place. */
  replaced = false;
  #decoded;
  #host;
  #sent;
  #Buffer;
  #draws;
  #atWork;
  #promise;

  constructor(response, sent, { host, library, draws }) {
    this.response = response;
    this.#host = host;
    this.#sent = sent;
    this.#Buffer = library("buffer").Buffer;
    this.#atWork = draws;
    this.#draws = draws.current;
    this.#promise = this.#draws.promise(1);
  }

  isAtWork() {
    return this.#draws === this.#atWork.current;
  }

  isText() {
    return !this.replaced && this.made.stream === undefined && isUtf8(this.#contentType());
  }

  #contentType() {
    if (this.made.headers !== undefined) return this.response.headers.get("Content-Type");
    const { headers } = this.#sent;
    for (let index = headers.length - 1; index >= 0; index--) {
      if (textLower(headers[index][0]) === "content-type") return headers[index][1];
    }
    return undefined;
  }

  text() {
    return (this.#decoded ??= this.#host("text", this.#sent.body));
  }

  part(name) {
    return (this.made[name] ??= this[name]());
  }

  id() {
    return this.#draws.promised(this.#promise, 0);
  }

  headers() {
    return new sdk.HeaderList(this.response, this.#sent.headers.map(([key, value]) => ({ key, value })));
  }

  cookies() {
    return new sdk.CookieList(this.response);
  }

  stream() {
    const bytes = this.#Buffer.alloc(this.#sent.size);
    this.#host("fill", this.#sent.body, bytes.buffer, bytes.byteOffset);
    return bytes;
  }
}
cutOff(Body);

/** What a response's properties are made by, in Postman's order; the functions are shared, and frozen for that. */
function lazy(name) {
  return {
    __proto__: null,
    get: freeze(function () {
      return bodyOf(this)?.part(name);
    }),
    set: freeze(function (value) {
      const body = bodies.get(this);
      if (body !== undefined && name === "stream") body.replaced = true;
      const own = { __proto__: null, value, writable: true, enumerable: true, configurable: true };
      defineProperty(this, name, /** @type {object} */ (own));
    }),
    enumerable: true,
    configurable: true,
  };
}

const LAZY = {
  __proto__: null,
  id: lazy("id"),
  headers: lazy("headers"),
  stream: lazy("stream"),
  cookies: lazy("cookies"),
};

/** What was answered last, and serves proxies of its response while its event is at work. */
let latest;

/** The answer behind a response, also behind an object that inherits from one, or a proxy of one. */
function bodyOf(response) {
  for (let each = response; typeof each === "object" && each !== null; each = getPrototypeOf(each)) {
    const body = bodies.get(each);
    if (body !== undefined) return body;
  }
  return latest?.isAtWork() ? latest : undefined;
}

const shapes = new SafeMap();

/** The properties of a response with a status, as the SDK makes them, for `Object.create`. */
function shapeOf({ status, reason }) {
  return remembered(shapes, `${status} ${reason}`, () => {
    const model = new sdk.Response({
      id: "model",
      stream: PLACE,
      code: status,
      status: reason,
      header: [],
      responseTime: 0,
    });
    const shape = { __proto__: null };
    const names = keys(model);
    for (let index = 0; index < names.length; index++) {
      const name = names[index];
      shape[name] = LAZY[name] ??
        { __proto__: null, value: model[name], writable: true, enumerable: true, configurable: true };
    }
    return shape;
  });
}

/** Stands where the bytes go, so that a response has its parts in Postman's order. */
const PLACE = freeze({ byteLength: 0 });

/**
 * `sent` is `{status, reason, headers, elapsed, size, body}`; `body` is the engine's number for the bytes.
 */
export function makeResponse(sent, engine) {
  const shape = shapeOf(sent);
  shape.responseTime.value = sent.elapsed;
  shape.responseSize.value = sent.size;
  const response = create(sdk.Response.prototype, shape);
  response._details = { ...response._details };
  latest = new Body(response, sent, engine);
  bodies.set(response, latest);
  return response;
}

const ASSERTIONS = {
  __proto__: null,
  get: freeze(function () {
    return chai.expect(this).to;
  }),
};

/** Let `object.to.have.status(...)` work; only the event's own request and response have it, as in Postman. */
export function withAssertions(object) {
  return defineProperty(object, "to", ASSERTIONS);
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
