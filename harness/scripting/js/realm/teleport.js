/**
 * What is left of a value that newman's console is told of: it travels as JSON does, besides a few kinds that
 * have a form of their own. Source: teleport-javascript 1.0.0 and postman-sandbox, `lib/sandbox/console.js`.
 */

const { parse, stringify } = JSON;
const TYPED = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
];

/** A copy of a list of arguments; throws what looking at them throws, and for what JSON does not take. */
export function teleported(args) {
  const known = new Map();
  return travel(args, known);
}

function travel(value, known) {
  if (known.has(value)) return known.get(value);
  const isList = Array.isArray(value);
  const made = isList ? [] : {};
  known.set(value, made);
  for (const key of isList ? value.keys() : Object.keys(value)) {
    Object.defineProperty(made, key, {
      value: part(value, key, known),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return made;
}

/** One property of `holder`, in the steps of JSON: `toJSON`, then a replacement, then the value itself. */
function part(holder, key, known) {
  const given = holder[key];
  let value = given;
  if (
    value !== null && (typeof value === "object" || typeof value === "bigint") && typeof value.toJSON === "function"
  ) {
    value = value.toJSON(String(key));
  }
  if (typeof value === "function") {
    const kind = value.constructor?.name || "Function";
    return value.name ? `[${kind}: ${value.name}]` : `[${kind}]`;
  }
  if (typeof value === "string") return given instanceof Date ? new Date(value) : value;
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? 0 : value;
  if (value instanceof WeakMap) return "[WeakMap]";
  if (value instanceof WeakSet) return "[WeakSet]";
  if (value instanceof ArrayBuffer) return `[ArrayBuffer { byteLength: ${value.byteLength} }]`;
  if (value.type === "Buffer" && value.data && given._isBuffer === true) return given.slice();
  if (value instanceof RegExp) return value;
  if (value instanceof Map) return new Map(travel([...value], new Map()));
  if (value instanceof Set) return new Set(travel([...value], new Map()));
  const Typed = TYPED.find((Type) => value instanceof Type);
  // A list of one number becomes that many zeros on its way, as it does there.
  if (Typed !== undefined) return new Typed(parse(stringify(Array.apply([], value))));
  return unboxed(value, known);
}

/** JSON knows the objects of primitive values by their values. */
function unboxed(value, known) {
  if (value instanceof String) return String(value);
  if (value instanceof Number) return Number(value);
  if (value instanceof Boolean) return Boolean.prototype.valueOf.call(value);
  if (value instanceof BigInt) throw new TypeError("Do not know how to serialize a BigInt");
  return travel(value, known);
}
