/** Scripts as functions: compiled once, with the names that they mention as parameters. */
import vm from "node:vm";
import { isBrief } from "./brief.js";
import { isInnocent } from "./innocent.js";

const IDENTIFIER = /(?<![\w$\\]|(?<!\.\.)\.)[A-Za-z_$][\w$]*/g;

export class Sources {
  #texts = new Map();
  #compiled = new Map();
  #names;
  #context;
  #answers;

  constructor(context, names, answers) {
    this.#context = context;
    this.#names = new Set(names);
    this.#answers = answers;
  }

  add(texts) {
    for (const id of Object.keys(texts)) this.#texts.set(Number(id), texts[id]);
  }

  text(id) {
    return this.#texts.get(id);
  }

  /** The function of a script; throws the realm's SyntaxError. */
  compile(id) {
    const known = this.#compiled.get(id);
    if (known !== undefined) return known;
    const text = this.#texts.get(id);
    const mentioned = new Set(text.match(IDENTIFIER));
    // Code that is put together at run time, or spelled with escapes, may mention anything.
    const any = mentioned.has("eval") || text.includes("\\u");
    const names = [...this.#names].filter((name) => any || mentioned.has(name));
    const asynchronous = this.#answers.topLevelAwait && mentioned.has("await");
    // The text around the code is Postman's. It stands on lines of its own, before the first and after the last.
    // The current sandbox puts a function of its own around it, so that scripts may declare any name.
    let body = `;var arguments = undefined;\n${text}\n;`;
    if (asynchronous) {
      body = `;var arguments = undefined;return (async()=>{;\n${text}\n;})();`;
    } else if (this.#answers.freeNames) body = `;var arguments = undefined;(()=>{;\n${text}\n;})();`;
    const options = { parsingContext: this.#context, filename: fileName(id), lineOffset: -1 };
    const call = vm.compileFunction(body, names, options);
    const brief = isBrief(text);
    const compiled = {
      call,
      names: names.join(" "),
      text,
      usesThis: any || mentioned.has("this"),
      asynchronous,
      brief,
      innocent: brief || isInnocent(text),
    };
    this.#compiled.set(id, compiled);
    return compiled;
  }
}

export function fileName(id) {
  return `script-${id}.js`;
}

const FRAME = /script-(\d+)\.js:(\d+):(\d+)/;

/** Where in its script a stack points: `[line, column, text of the line]`, or undefined. */
export function position(stack, sources) {
  const found = FRAME.exec(stack);
  if (found === null) return undefined;
  const [id, line, column] = [Number(found[1]), Number(found[2]), Number(found[3])];
  const text = sources.text(id)?.split("\n")[line - 1];
  return text === undefined ? undefined : [line, column, text.slice(0, 500)];
}
