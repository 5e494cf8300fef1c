/** Where a script that V8 refuses to compile goes wrong, which V8 does not tell us: a second parser does. */

const decoder = new TextDecoder();

export class Syntax {
  #load;
  #newman;
  #parser;

  constructor(load, newman) {
    this.#load = load;
    this.#newman = newman;
  }

  /** `[line, column, text of the line]`, or undefined where the second parser finds no fault. */
  place(text) {
    this.#parser ??= parserFrom(decoder.decode(this.#load()));
    try {
      this.#parser.parse(text, {
        ecmaVersion: "latest", sourceType: "script", allowReturnOutsideFunction: true,
        allowAwaitOutsideFunction: !this.#newman,
      });
    } catch ({ loc }) {
      if (loc) return [loc.line, loc.column + 1, (text.split("\n")[loc.line - 1] ?? "").slice(0, 500)];
    }
    return undefined;
  }
}

function parserFrom(source) {
  const module = { exports: {} };
  new Function("module", "exports", source)(module, module.exports);
  return module.exports;
}
