/**
 * Values as a developer console prints them: like Node's `util.inspect`, in plain text. Objects that know
 * their JSON are shown as that, which is what Postman's console does with its own.
 */

const LINE = 72;
const MOST = 100;
const DEPTH = 25;
const TEXT = 10_000;
/** So many of the innermost levels may share a line. */
const COMPACT = 3;
/** A comma and a space. */
const SEPARATOR = 2;

export function inspect(value) {
  try {
    return new Inspection().show(value);
  } catch {
    return "[object]";
  }
}

const BOXES = [String, Number, Boolean, Symbol, BigInt];
const ESCAPES = { "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", "\\": "\\\\" };
// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x1f\x7f-\x9f\\]/g;

function quote(text) {
  const mark = !text.includes("'") ? "'" : !text.includes('"') ? '"' : !/`|\$\{/.test(text) ? "`" : "'";
  const escaped = text.replace(
    CONTROL,
    (sign) => ESCAPES[sign] ?? `\\x${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
  return mark + (mark === "'" ? escaped.replace(/'/g, "\\'") : escaped) + mark;
}

function shownKey(key) {
  return /^[a-zA-Z_][a-zA-Z_0-9]*$/.test(key) ? key : quote(key);
}

class Inspection {
  #path = [];
  #indent = 0;
  /** The level of the object that was begun last. */
  #latest = 0;
  /** Objects that contain themselves, in the order in which that was found. */
  #circular = [];

  show(value) {
    switch (typeof value) {
      case "string":
        return this.#text(value);
      case "bigint":
        return `${value}n`;
      case "symbol":
        return value.toString();
      case "function":
        return `[${value.constructor?.name ?? "Function"}${value.name ? `: ${value.name}` : " (anonymous)"}]`;
      case "object":
        return value === null ? "null" : this.#object(value);
      default:
        return Object.is(value, -0) ? "-0" : String(value);
    }
  }

  #text(text) {
    const rest = text.length > TEXT ? `... ${text.length - TEXT} more characters` : "";
    const kept = rest ? text.slice(0, TEXT) : text;
    if (kept.length <= 16 || kept.length <= LINE - this.#indent - 4) return quote(kept) + rest;
    return kept.split(/(?<=\n)/).map(quote).join(` +\n${" ".repeat(this.#indent + 2)}`) + rest;
  }

  #object(value) {
    if (this.#path.includes(value)) {
      if (!this.#circular.includes(value)) this.#circular.push(value);
      return `[Circular *${this.#circular.indexOf(value) + 1}]`;
    }
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
    if (value instanceof RegExp) return String(value);
    if (value instanceof Error) {
      const title = `${value.name}: ${value.message}`;
      return this.#path.length ? `[${title}]` : title;
    }
    if (value._isBuffer === true && ArrayBuffer.isView(value)) return bufferText(value);
    if (BOXES.some((Box) => value instanceof Box)) {
      return `[${value.constructor.name}: ${this.show(value.valueOf())}]`;
    }
    if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet) {
      return `${value.constructor.name} {}`;
    }
    if (value instanceof ArrayBuffer) return `ArrayBuffer { byteLength: ${value.byteLength} }`;
    const name = value.constructor?.name;
    if (this.#path.length > DEPTH) return Array.isArray(value) ? "[Array]" : `[${name ?? "Object"}]`;
    const before = this.#latest;
    this.#path.push(value);
    this.#latest = this.#path.length - 1;
    const shown = this.#composed(value, name);
    this.#path.pop();
    // What is empty is no level.
    if (/^\S*[[{][\]}]$/.test(shown)) this.#latest = before;
    const index = this.#circular.indexOf(value);
    return index < 0 ? shown : `<ref *${index + 1}> ${shown}`;
  }

  #composed(value, name) {
    if (typeof value.toJSON === "function" && !ArrayBuffer.isView(value)) return this.show(value.toJSON());
    const isTyped = ArrayBuffer.isView(value) && "length" in value;
    if (Array.isArray(value) || isTyped) {
      const start = isTyped || name !== "Array" ? `${name ?? "Array"}(${value.length}) [` : "[";
      return this.#laid(this.#items(value), start, "]", value);
    }
    if (value instanceof Map) {
      const parts = [...value].slice(0, MOST).map(([key, item]) =>
        this.#inside(() => `${this.show(key)} => ${this.show(item)}`)
      );
      return this.#laid(withRest(parts, value.size), `${name}(${value.size}) {`, "}");
    }
    if (value instanceof Set) {
      const parts = [...value].slice(0, MOST).map((item) => this.#inside(() => this.show(item)));
      return this.#laid(withRest(parts, value.size), `${name}(${value.size}) {`, "}");
    }
    const prefix = name === undefined ? "[Object: null prototype] " : name === "Object" ? "" : `${name} `;
    const parts = Object.keys(value).map((key) => this.#property(shownKey(key), value[key]));
    for (const key of Object.getOwnPropertySymbols(value)) {
      const isShown = Object.prototype.propertyIsEnumerable.call(value, key);
      if (isShown) parts.push(this.#property(`[${String(key)}]`, value[key]));
    }
    return this.#laid(parts, `${prefix}{`, "}");
  }

  #items(list) {
    const parts = [];
    const end = Math.min(list.length, MOST);
    for (let index = 0; index < end; index++) parts.push(this.#inside(() => this.show(list[index])));
    withRest(parts, list.length);
    if (Array.isArray(list)) {
      for (const key of Object.keys(list).slice(parts.length)) {
        if (!/^\d+$/.test(key)) parts.push(this.#property(shownKey(key), list[key]));
      }
    }
    return parts;
  }

  #property(key, value) {
    return `${key}: ${this.#inside(() => this.show(value))}`;
  }

  #inside(make) {
    this.#indent += 2;
    const made = make();
    this.#indent -= 2;
    return made;
  }

  /** Parts on one line where they fit, else each on its own; many items of a list in columns. */
  #laid(parts, open, close, list = undefined) {
    if (!parts.length) return open + close;
    const level = this.#path.length - 1;
    const entries = parts.length;
    if (list !== undefined && entries > 6) {
      const isNumber = (_, index) => typeof list[index] === "number" || typeof list[index] === "bigint";
      parts = columns(parts, this.#indent, parts.every(isNumber));
    }
    if (this.#latest - level < COMPACT && entries === parts.length) {
      const length = parts.reduce((sum, each) => sum + each.length + 2, this.#indent + open.length + 10);
      const line = `${open} ${parts.join(", ")} ${close}`;
      if (length <= LINE && !line.includes("\n")) return line;
    }
    const indent = " ".repeat(this.#indent);
    return `${open}\n${parts.map((each) => `${indent}  ${each}`).join(",\n")}\n${indent}${close}`;
  }
}

function withRest(parts, size) {
  if (size > MOST) parts.push(`... ${size - MOST} more item${size - MOST > 1 ? "s" : ""}`);
  return parts;
}

function bufferText(value) {
  const bytes = Array.from(value.slice(0, 50), (byte) => (byte + 256).toString(16).slice(1));
  const more = value.length - 50;
  return `<Buffer ${bytes.join(" ")}${more > 0 ? ` ... ${more} more byte${more > 1 ? "s" : ""}` : ""}>`;
}

/** Short items side by side. Source: Node, `lib/internal/util/inspect.js`, `groupArrayElements`. */
function columns(parts, indent, numbers) {
  const rest = parts.length > MOST ? parts.slice(-1) : [];
  const shown = rest.length ? parts.slice(0, -1) : parts;
  const longest = Math.max(...shown.map((each) => each.length));
  const total = shown.reduce((sum, each) => sum + each.length + SEPARATOR, 0);
  const room = longest + SEPARATOR;
  if (room * 3 + indent >= LINE || (total / room <= 5 && longest > 6)) return parts;
  const biased = Math.max(room - 3 - Math.sqrt(room - total / parts.length), 1);
  const count = Math.min(
    Math.round(Math.sqrt(2.5 * biased * shown.length) / biased),
    Math.floor((LINE - indent) / room),
    COMPACT * 4,
    15,
  );
  if (count <= 1) return parts;
  const widths = Array.from(
    { length: count },
    (_, column) =>
      shown.reduce((most, each, index) => (index % count === column ? Math.max(most, each.length) : most), 0),
  );
  const lines = [];
  for (let start = 0; start < shown.length; start += count) {
    const line = shown.slice(start, start + count);
    lines.push(
      line.map((text, column) => {
        const isLast = column === line.length - 1;
        if (numbers) return isLast ? text.padStart(widths[column]) : `${text}, `.padStart(widths[column] + SEPARATOR);
        return isLast ? text : `${text}, `.padEnd(widths[column] + SEPARATOR);
      }).join(""),
    );
  }
  return [...lines, ...rest];
}
