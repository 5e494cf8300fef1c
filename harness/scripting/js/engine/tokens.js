/** The tokens of a script, as far as it takes to judge it: what is not known here ends the judging. */

const SPACE = /[ \t\r\n]+|\/\/[^\n\r\u2028\u2029]*|\/\*[^]*?\*\//y;
const WORD = /[A-Za-z_$][\w$]*/y;
const TEXT =
  /"(?:[^"\\\n\r\u2028\u2029]|\\[nrtbfv"'\\/])*"|'(?:[^'\\\n\r\u2028\u2029]|\\[nrtbfv"'\\/])*'|`(?:[^`\\$]|\$(?!\{)|\$\{[\w$. ]*\})*`/y;
const NUMBER = /(?:0|[1-9]\d*)(?:\.\d+)?(?![\w$.])/y;
const PATTERN = /\/(?:[^/\\\n\r[]|\\[^\n\r]|\[(?:[^\]\\\n\r]|\\[^\n\r])*\])+\/[dgimsuvy]*/y;
const MARK = /=>|\.\.\.|===|!==|==|!=|<=|>=|&&|\|\||\?\?|\?\.(?!\d)|\+\+|--|[-+*/%&|^~!<>?:;,.(){}[\]=]/y;

/** Behind these a slash begins a regular expression. */
const OPENERS = new Set([
  ...["(", ",", "=", ":", "[", "!", "&&", "||", "??", "?", "{", "}", ";", "=>", "==", "===", "!=", "!=="],
  ...["return", "typeof", "case", "of", "in"],
]);

function take(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** Tokens as `{kind, text}`, or undefined when the script holds anything else. */
export function tokensOf(script) {
  const found = [];
  let at = 0;
  while (at < script.length) {
    const space = take(SPACE, script, at);
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    const token = next(script, at, found.at(-1));
    if (token === undefined) return undefined;
    found.push(token);
    at += token.text.length;
  }
  return found;
}

function next(script, at, before) {
  for (const [kind, pattern] of [["word", WORD], ["text", TEXT], ["number", NUMBER]]) {
    const text = take(pattern, script, at);
    if (text !== undefined) return { kind, text };
  }
  if (script[at] === "/" && (before === undefined || OPENERS.has(before.text))) {
    const text = take(PATTERN, script, at);
    return text && { kind: "pattern", text };
  }
  const text = take(MARK, script, at);
  return text && { kind: "mark", text };
}
