/** What V8 does not tell us of a script, a second parser does: its tree, and where one goes wrong. */

const decoder = new TextDecoder();

export class Syntax {
  #load;
  #answers;
  #parser;

  constructor(load, answers) {
    this.#load = load;
    this.#answers = answers;
  }

  /** `[line, column, text of the line]`, or undefined where the second parser finds no fault. */
  place(text) {
    try {
      this.#read(text);
    } catch ({ loc }) {
      if (loc) return placeAt(text, loc);
    }
    return undefined;
  }

  /** The tree of a script (ESTree, with `loc`), or undefined where the second parser does not take it. */
  parse(text) {
    try {
      return this.#read(text);
    } catch {
      return undefined;
    }
  }

  #read(text) {
    this.#parser ??= parserFrom(decoder.decode(this.#load()[0]));
    return this.#parser.parse(text, {
      ecmaVersion: "latest",
      sourceType: "script",
      allowReturnOutsideFunction: true,
      allowAwaitOutsideFunction: this.#answers.topLevelAwait,
      locations: true,
    });
  }
}

/** A place as `[line, column, text of the line]`, both from 1. */
export function placeAt(text, { line, column }) {
  return [line, column + 1, (text.split("\n")[line - 1] ?? "").slice(0, 500)];
}

function parserFrom(source) {
  const module = { exports: {} };
  new Function(`return ${source}`)()(module, module.exports);
  return module.exports;
}
