/**
 * Which scripts are brief: they end at once whatever they are given, wait for nothing, and leave nothing behind on
 * what scripts share. Most are, and need none of the care that the others get. Whoever wants to pass for brief must
 * do with a few words; what is not known here is not brief.
 */

/** Names that may be called: none takes long, calls back more than once, or changes what it is called on for others. */
const CALLED = new Set(`test expect skip index json text status header body get set has unset toString toFixed trim
  toUpperCase toLowerCase startsWith endsWith includes indexOf slice substring split join concat charAt
  eql eqls equal equals eq include contain contains above below least most within a an property oneOf lengthOf
  keys key members string ok true false null undefined empty exist jsonBody
  log info warn error debug parse now toISOString getTime
  String Number Boolean parseInt parseFloat isNaN Date setNextRequest replaceIn hasOwn isArray isInteger`
  .split(/\s+/));

/** Words that lead to code or objects that others share, or to work without end. */
const SHUNNED = new Set(`constructor prototype __proto__ caller callee arguments this globalThis eval Function require
  while for do in of with class super import export delete new yield async await function* Promise then catch finally
  get_ set_ _ _postman _layers _variables _listener sandbox bridge __exitscope __defineGetter__ __defineSetter__
  __lookupGetter__ __lookupSetter__ chai lodash moment cheerio tv4 Backbone CryptoJS xml2Json postman debugger`
  .split(/\s+/));

/** May stand before a parenthesis without being called. */
const KEYWORDS = new Set(["if", "switch", "function", "return", "typeof", "void", "case", "else", "throw"]);

const TOKEN = new RegExp(
  [
    /(?<space>[ \t\r\n]+|\/\/[^\n\r\u2028\u2029]*|\/\*[^]*?\*\/)/,
    /(?<word>[A-Za-z_$][\w$]*)/,
    /(?<text>"(?:[^"\\\n\r\u2028\u2029]|\\[nrtbfv"'\\/])*"|'(?:[^'\\\n\r\u2028\u2029]|\\[nrtbfv"'\\/])*'|`[^`\\$]*`)/,
    /(?<number>(?:0|[1-9]\d*)(?:\.\d+)?(?![\w$.]))/,
    /(?<mark>=>|===|!==|==|!=|<=|>=|&&|\|\||\?\?(?!=)|\?\.(?!\d)|[-+*%!<>?:;,.(){}[\]=])/,
  ].map(({ source }) => source).join("|"),
  "y",
);

/** Tokens of a text as `[kind, text]`, or undefined when it holds anything else. */
function tokens(text) {
  const found = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (match === null) return undefined;
    const { space, word, text: quoted, number } = match.groups;
    if (space !== undefined) continue;
    found.push([word ? "word" : quoted ? "text" : number ? "number" : "mark", match[0]]);
  }
  return found;
}

const LONGEST = 20000;

export function isBrief(text) {
  if (text.length > LONGEST || text.includes("<!--") || text.includes("-->")) return false;
  const list = tokens(text);
  if (list === undefined) return false;
  const at = (index) => list[index]?.[1];
  const kind = (index) => list[index]?.[0];
  const member = (index) => at(index) === "." || at(index) === "?.";
  for (let index = 0; index < list.length; index++) {
    const [type, token] = list[index];
    if (type === "word") {
      if (SHUNNED.has(token)) return false;
    } else if (type === "text") {
      if (token[0] === "`" && kind(index - 1) !== "mark") return false;
      if (SHUNNED.has(token.slice(1, -1))) return false;
    } else if (token === "(") {
      if (!opens(index)) return false;
    } else if (token === "=") {
      // A name is given a value, which is the script's own; no member of anything is.
      if (kind(index - 1) !== "word" || member(index - 2)) return false;
    } else if (token === "[") {
      if (!selects(index)) return false;
    } else if ((token === "+" || token === "-") && at(index + 1) === token) return false;
    // `a += b` and the like.
    else if ("+-*%<>?".includes(token) && at(index + 1) === "=") return false;
  }
  return true;

  function opens(index) {
    const before = at(index - 1);
    if (kind(index - 1) === "word") return KEYWORDS.has(before) ? !member(index - 2) : CALLED.has(before);
    return kind(index - 1) !== "text" && before !== ")" && before !== "]" && before !== "}" && before !== "?.";
  }

  /** A bracket behind a value selects: by a number or a plain text. */
  function selects(index) {
    const before = at(index - 1);
    const behind = kind(index - 1) === "word"
      ? !KEYWORDS.has(before)
      : kind(index - 1) === "text" || [")", "]", "}", "?."].includes(before);
    return !behind || (["number", "text"].includes(kind(index + 1)) && at(index + 2) === "]");
  }
}
