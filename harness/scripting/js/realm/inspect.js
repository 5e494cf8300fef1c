/**
 * Values as a developer console prints them: like Node's `util.inspect`, in plain text. Objects that know
 * their JSON are shown as that, which is what Postman's console does with its own.
 */

const LINE = 72;
const MOST = 100;
const DEPTH = 8;

export function inspect(value, depth = DEPTH, seen = []) {
  try {
    return format(value, depth, seen);
  } catch {
    return "[object]";
  }
}

function format(value, depth, seen) {
  switch (typeof value) {
    case "string": return seen.length ? quote(value) : value;
    case "bigint": return `${value}n`;
    case "symbol": return value.toString();
    case "function": return `[${value.constructor?.name ?? "Function"}${value.name ? `: ${value.name}` : " (anonymous)"}]`;
    case "object": return value === null ? "null" : formatObject(value, depth, seen);
    default: return Object.is(value, -0) ? "-0" : String(value);
  }
}

function quote(text) {
  if (!text.includes("'")) return `'${text.replace(/\\/g, "\\\\").replace(/\n/g, "\\n")}'`;
  return JSON.stringify(text);
}

function formatObject(value, depth, seen) {
  if (seen.includes(value)) return "[Circular]";
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof RegExp) return String(value);
  if (value instanceof Error) {
    const title = `${value.name}: ${value.message}`;
    return seen.length ? `[${title}]` : title;
  }
  if (value._isBuffer === true && ArrayBuffer.isView(value)) {
    const bytes = Array.from(value.slice(0, 50), (byte) => (byte + 256).toString(16).slice(1));
    return `<Buffer ${bytes.join(" ")}${value.length > 50 ? " ..." : ""}>`;
  }
  if (typeof value.toJSON === "function" && !ArrayBuffer.isView(value)) {
    return format(value.toJSON(), depth, [...seen, value]);
  }
  const name = value.constructor?.name;
  const prefix = name === undefined ? "[Object: null prototype] " : name === "Object" || name === "Array" ? "" : `${name} `;
  if (depth < 0) return Array.isArray(value) ? "[Array]" : `[${name ?? "Object"}]`;
  const inner = [...seen, value];
  const show = (part) => format(part, depth - 1, inner);
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const parts = Array.from(value).slice(0, MOST).map(show);
    if (value.length > MOST) parts.push(`... ${value.length - MOST} more items`);
    const size = Array.isArray(value) ? "" : `${name}(${value.length}) `;
    return size + wrap("[", parts, "]");
  }
  if (value instanceof Map) {
    return `Map(${value.size}) ${wrap("{", [...value].map(([key, item]) => `${show(key)} => ${show(item)}`), "}")}`;
  }
  if (value instanceof Set) return `Set(${value.size}) ${wrap("{", [...value].map(show), "}")}`;
  if (value instanceof Promise) return "Promise {}";
  const parts = Object.keys(value).slice(0, MOST).map((key) => {
    const shownKey = /^[A-Za-z_$][\w$]*$/.test(key) ? key : quote(key);
    return `${shownKey}: ${show(value[key])}`;
  });
  return prefix + wrap("{", parts, "}");
}

function wrap(open, parts, close) {
  if (!parts.length) return open + close;
  const line = `${open} ${parts.join(", ")} ${close}`;
  if (line.length <= LINE && !line.includes("\n")) return line;
  return `${open}\n${parts.map((part) => `  ${part.replace(/\n/g, "\n  ")}`).join(",\n")}\n${close}`;
}
