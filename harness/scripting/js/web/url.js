/** `URL` and `URLSearchParams`. The engine parses addresses; only texts pass between the realms. */

const parse = JSON.parse;

export class URLSearchParams {
  #pairs = [];
  /** @type {((text: string) => void) | undefined} */
  #changed;

  /**
   * @param {any} init
   * @param {(text: string) => void} [changed]
   */
  constructor(init = "", changed = undefined) {
    this.#changed = typeof changed === "function" ? changed : undefined;
    if (typeof init === "object" && init !== null) {
      const entries = typeof init[Symbol.iterator] === "function" ? init : Object.entries(init);
      for (const [key, value] of entries) this.#pairs.push([String(key), String(value)]);
    } else this.#read(String(init));
  }

  #read(text) {
    const decode = (part) => {
      const spaced = part.replace(/\+/g, " ");
      return spaced.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
        try {
          return decodeURIComponent(escapes);
        } catch {
          return escapes;
        }
      });
    };
    for (const piece of text.replace(/^\?/, "").split("&")) {
      if (piece === "") continue;
      const equals = piece.indexOf("=");
      this.#pairs.push(
        equals < 0 ? [decode(piece), ""] : [decode(piece.slice(0, equals)), decode(piece.slice(equals + 1))],
      );
    }
  }

  #write() {
    this.#changed?.(this.toString());
  }

  get size() {
    return this.#pairs.length;
  }
  get(key) {
    return this.#pairs.find(([name]) => name === String(key))?.[1] ?? null;
  }
  getAll(key) {
    return this.#pairs.filter(([name]) => name === String(key)).map(([, value]) => value);
  }

  has(key, value) {
    return this.#pairs.some(([name, item]) => name === String(key) && (value === undefined || item === String(value)));
  }

  append(key, value) {
    this.#pairs.push([String(key), String(value)]);
    this.#write();
  }

  set(key, value) {
    const at = this.#pairs.findIndex(([name]) => name === String(key));
    if (at < 0) this.#pairs.push([String(key), String(value)]);
    else {
      this.#pairs = this.#pairs.filter(([name], index) => name !== String(key) || index === at);
      this.#pairs[at] = [String(key), String(value)];
    }
    this.#write();
  }

  delete(key, value) {
    this.#pairs = this.#pairs.filter(([name, item]) =>
      name !== String(key) || (value !== undefined && item !== String(value))
    );
    this.#write();
  }

  sort() {
    this.#pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    this.#write();
  }

  forEach(callback, self) {
    for (const [key, value] of this.#pairs) callback.call(self, value, key, this);
  }

  *entries() {
    for (const [key, value] of this.#pairs) yield [key, value];
  }
  *keys() {
    for (const [key] of this.#pairs) yield key;
  }
  *values() {
    for (const [, value] of this.#pairs) yield value;
  }
  [Symbol.iterator]() {
    return this.entries();
  }

  toString() {
    const encode = (text) =>
      encodeURIComponent(text).replace(/%20/g, "+")
        .replace(/[!'()~]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
    return this.#pairs.map(([key, value]) => `${encode(key)}=${encode(value)}`).join("&");
  }
}

const PARTS = ["href", "protocol", "username", "password", "host", "hostname", "port", "pathname", "search", "hash"];

export function addresses(host) {
  const read = (text, base, part, value) => {
    const json = host("url", String(text), base === undefined ? undefined : String(base), part, value);
    return json === "" ? undefined : parse(json);
  };

  class URL {
    #parts;
    #query;

    constructor(text, base) {
      this.#parts = read(text, base);
      if (this.#parts === undefined) {
        throw Object.assign(new TypeError("Invalid URL"), { code: "ERR_INVALID_URL", input: String(text) });
      }
    }

    static canParse(text, base) {
      return read(text, base) !== undefined;
    }
    static parse(text, base) {
      return URL.canParse(text, base) ? new URL(text, base) : null;
    }

    get origin() {
      return this.#parts.origin;
    }

    get searchParams() {
      return (this.#query ??= new URLSearchParams(this.#parts.search, (text) => this.put("search", text, true)));
    }

    put(part, value, ofQuery = false) {
      const parts = read(this.#parts.href, undefined, part, String(value));
      if (parts !== undefined) this.#parts = parts;
      else if (part === "href") throw new TypeError("Invalid URL");
      if (!ofQuery) this.#query = undefined;
    }

    part(name) {
      return this.#parts[name];
    }
    toString() {
      return this.#parts.href;
    }
    toJSON() {
      return this.#parts.href;
    }
  }
  for (const part of PARTS) {
    Object.defineProperty(URL.prototype, part, {
      get() {
        return this.part(part);
      },
      set(value) {
        this.put(part, value);
      },
      enumerable: true,
      configurable: true,
    });
  }
  for (const name of ["put", "part"]) Object.defineProperty(URL.prototype, name, { enumerable: false });
  return { URL, URLSearchParams };
}
