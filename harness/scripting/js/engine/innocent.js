/**
 * Which scripts are innocent: whatever they are given, they change nothing on what scripts share, so nothing has to be
 * looked for when they end. They may take long and wait, unlike the brief ones. Whoever wants to pass for innocent must
 * not get at code by names put together, call what was handed in, or set a member of anything but a literal of the
 * script's own; what is not known here is not innocent.
 */
import { tokensOf } from "./tokens.js";

const LONGEST = 20000;

/** Names that lead to what scripts share in order to change it, or to code from text. */
const SHUNNED = new Set(`constructor prototype __proto__ caller callee arguments this globalThis self window eval
  Function Reflect Proxy Symbol require with super class import export delete sandbox bridge postman _ lodash chai
  _postman _layers _variables _listener __exitscope __defineGetter__ __defineSetter__ __lookupGetter__
  __lookupSetter__ Sugar tv4 Backbone Ajv Handlebars assign defineProperty defineProperties setPrototypeOf freeze seal
  preventExtensions use mixin extend merge defaults defaultsDeep locale updateLocale defineLocale bind call apply
  addMethod addProperty addChainableMethod overwriteMethod overwriteProperty overwriteChainableMethod
  addSchema addFormat addKeyword debugger`.split(/\s+/));

/** All that may be asked of `Object` itself. */
const ASKED = new Set(["keys", "values", "entries", "fromEntries", "is", "hasOwn"]);

/** Functions that everybody has, and which change nothing. */
const HARMLESS = new Set(`String Number Boolean parseInt parseFloat isNaN isFinite Date Array Error RegExp BigInt
  encodeURIComponent decodeURIComponent encodeURI decodeURI btoa atob clearTimeout clearInterval moment xml2Json
  if for while switch return typeof void await async function of in case else throw do`.split(/\s+/));

/**
 * Functions that call what they are given, and at which places it is.
 * @type {Map<string, number[]>}
 */
const CALLING = new Map(
  /** @type {[string, number[]][]} */ ([
    ...`map forEach filter find findIndex findLast findLastIndex some every reduce reduceRight flatMap sort toSorted catch
  finally setTimeout setInterval setImmediate queueMicrotask`.split(/\s+/).map((name) => [name, [0]]),
    ["then", [0, 1]],
    ...[
      "test",
      "skip",
      "sendRequest",
      "replace",
      "replaceAll",
      "from",
      "parse",
      "stringify",
      "satisfy",
      "throw",
      "throws",
    ]
      .map((name) => [name, [1]]),
  ]),
);
/** Of these the first place is called as well, where a function stands there. */
for (const name of ["satisfy", "throw", "throws"]) CALLING.set(name, [0, 1]);

const DECLARING = new Set(["const", "let", "var"]);
const CLOSING = { "(": ")", "[": "]", "{": "}" };

export function isInnocent(text) {
  if (text.length > LONGEST || text.includes("<!--") || text.includes("-->")) return false;
  const tokens = tokensOf(text);
  return tokens !== undefined && new Judge(tokens).innocent();
}

class Judge {
  #tokens;
  #partner = [];
  #functions = new Set();
  #literals = new Set();
  #declared = new Set();

  constructor(tokens) {
    this.#tokens = tokens;
  }

  #text(at) {
    return this.#tokens[at]?.text;
  }

  #kind(at) {
    return this.#tokens[at]?.kind;
  }

  #isMember(at) {
    return this.#text(at - 1) === "." || this.#text(at - 1) === "?.";
  }

  innocent() {
    if (!this.#pair()) return false;
    this.#collect();
    return this.#tokens.every((token, at) => this.#mayStand(token, at));
  }

  /** Find the brackets that belong together. */
  #pair() {
    const open = [];
    for (const [at, { kind, text }] of this.#tokens.entries()) {
      if (kind !== "mark") continue;
      if (text in CLOSING) open.push(at);
      else if (text === ")" || text === "]" || text === "}") {
        const from = open.pop();
        if (from === undefined || CLOSING[this.#text(from)] !== text) return false;
        this.#partner[from] = at;
        this.#partner[at] = from;
      }
    }
    return open.length === 0;
  }

  /** Learn what the script declares: names, functions, and literals of its own. */
  #collect() {
    const given = new Map();
    for (const [at, { kind, text }] of this.#tokens.entries()) {
      if (kind !== "word") continue;
      if (DECLARING.has(text)) this.#declare(at + 1, given);
      else if (text === "function" && this.#kind(at + 1) === "word") this.#functions.add(this.#text(at + 1));
      else if (this.#text(at + 1) === "=" && !this.#isMember(at) && !DECLARING.has(this.#text(at - 1))) {
        given.set(text, (given.get(text) ?? 0) + 2);
      }
    }
    for (const [name, times] of given) {
      if (times === 1) continue;
      this.#functions.delete(name);
      this.#literals.delete(name);
    }
  }

  #declare(at, given) {
    if (this.#kind(at) !== "word") {
      for (let inner = at; inner < (this.#partner[at] ?? at); inner++) {
        if (this.#kind(inner) === "word") this.#declared.add(this.#text(inner));
      }
      return;
    }
    const name = this.#text(at);
    this.#declared.add(name);
    if (this.#text(at + 1) !== "=") return;
    given.set(name, (given.get(name) ?? 0) + 1);
    if (this.#text(at + 2) === "{" || this.#text(at + 2) === "[") this.#literals.add(name);
    else if (this.#isFunction(at + 2)) this.#functions.add(name);
  }

  /** Whether a function is written out here. */
  #isFunction(at) {
    if (this.#text(at) === "async") return this.#isFunction(at + 1);
    if (this.#text(at) === "function") return true;
    if (this.#text(at) === "(") return this.#text((this.#partner[at] ?? at) + 1) === "=>";
    return this.#kind(at) === "word" && this.#text(at + 1) === "=>";
  }

  #mayStand({ kind, text }, at) {
    if (kind === "word") return this.#mayBeNamed(text, at);
    if (kind === "text") return !SHUNNED.has(text.slice(1, -1));
    if (kind !== "mark") return true;
    if (text === "(") return this.#mayOpen(at);
    if (text === "=") return this.#mayBeSet(at - 1);
    if (text === "++" || text === "--") return this.#mayBeSet(at - 1) || this.#mayBeSet(at + 1, true);
    return true;
  }

  #mayBeNamed(text, at) {
    if (text === "Object" && !this.#isMember(at)) {
      return this.#text(at + 1) === "." && ASKED.has(this.#text(at + 2)) && this.#text(at + 3) === "(";
    }
    if (text === "moment" && !this.#isMember(at)) return this.#text(at + 1) === "(";
    return !SHUNNED.has(text) && !(text === "new" && this.#kind(at + 1) !== "word");
  }

  #mayOpen(at) {
    const name = this.#text(at - 1);
    if (this.#kind(at - 1) !== "word") {
      // What is called here came out of a bracket: nobody knows what it is. Else the bracket only holds together.
      return !["]", ")", "}", "?."].includes(name) && this.#kind(at - 1) !== "text" || this.#isOwnHead(at - 1);
    }
    if (name === "catch" && !this.#isMember(at - 1)) return true;
    if (name === "for") return DECLARING.has(this.#text(at + 1)) || this.#text(at + 1) === ";";
    if (!this.#isMember(at - 1) && !this.#functions.has(name) && !HARMLESS.has(name) && !CALLING.has(name)) {
      return this.#text(at - 2) === "function" || this.#isMethod(at);
    }
    if (this.#functions.has(name)) return this.#arguments(at).every((from) => !this.#mayBeForeign(from));
    return (CALLING.get(name) ?? []).every((place) => this.#mayBeCalled(this.#arguments(at)[place], name, place));
  }

  /** `)` of a function's parameters before its arrow or body is no callee; `}` ends a statement. */
  #isOwnHead(at) {
    return this.#text(at) === "}" && this.#text(at + 1) === "(" &&
      this.#text((this.#partner[at + 1] ?? at) + 1) === "=>";
  }

  /** `name(...) {` in a literal. */
  #isMethod(at) {
    return this.#text((this.#partner[at] ?? at) + 1) === "{" && ["{", ","].includes(this.#text(at - 2));
  }

  /** Where the arguments of a call begin. */
  #arguments(at) {
    const found = [];
    const end = this.#partner[at];
    for (let next = at + 1, begins = true; next < end; next++) {
      if (begins) found.push(next);
      begins = this.#text(next) === ",";
      if (this.#text(next) in CLOSING && this.#kind(next) === "mark") next = this.#partner[next];
    }
    return found;
  }

  /** Whether an argument may be a function that the script did not write. */
  #mayBeForeign(at) {
    return this.#kind(at) === "word" && !this.#isFunction(at) && this.#argumentHas(at, "[");
  }

  #argumentHas(at, mark) {
    for (let next = at; next < this.#tokens.length && ![",", ")"].includes(this.#text(next)); next++) {
      if (this.#text(next) === mark) return true;
      if (this.#text(next) in CLOSING && this.#kind(next) === "mark") next = this.#partner[next];
    }
    return false;
  }

  #mayBeCalled(at, name, place) {
    if (at === undefined || this.#isFunction(at) || this.#kind(at) === "text" || this.#kind(at) === "pattern") {
      return true;
    }
    const alone = [",", ")"].includes(this.#text(at + 1));
    if (this.#kind(at) === "number") return true;
    if (this.#kind(at) !== "word") return false;
    if (["null", "undefined", "true", "false"].includes(this.#text(at))) return alone;
    if (alone && (this.#functions.has(this.#text(at)) || HARMLESS.has(this.#text(at)))) return true;
    // A text that replaces another, an error's class.
    return alone && place === 0 && (name === "throw" || name === "throws") && /^[A-Z]\w*Error$/.test(this.#text(at));
  }

  /** Whether what ends (or, `ahead`, begins) here may be given a value. */
  #mayBeSet(at, ahead = false) {
    while (!ahead && ["+", "-", "*", "/", "%", "&", "|", "^", "<", ">", "&&", "||", "??"].includes(this.#text(at))) {
      at--;
    }
    if (ahead) return this.#kind(at) === "word" && !this.#isReached(at + 1) && this.#declared.has(this.#text(at));
    if (this.#kind(at) === "word") {
      if (!this.#isMember(at)) {
        return DECLARING.has(this.#text(at - 1)) || this.#declared.has(this.#text(at)) || this.#isParameter(at);
      }
      return this.#isLiteral(at - 2);
    }
    const from = this.#partner[at];
    if (from === undefined) return false;
    if (DECLARING.has(this.#text(from - 1))) return true;
    return this.#text(at) === "]" && this.#isLiteral(from - 1);
  }

  #isReached(at) {
    return [".", "?.", "[", "("].includes(this.#text(at));
  }

  #isLiteral(at) {
    return this.#kind(at) === "word" && !this.#isMember(at) && this.#literals.has(this.#text(at));
  }

  /** A default value among parameters. */
  #isParameter(at) {
    return ["(", ","].includes(this.#text(at - 1));
  }
}
